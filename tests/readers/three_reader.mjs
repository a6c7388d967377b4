// three.js: world positions of every joint in every frame, by its own loaders and animation mixer.
// Usage: node three_reader.mjs FILE.(glb|bvh|fbx)
// Prints one JSON object: { fps, joints: [name], positions: [frame][joint][x, y, z] in metres }.

import { readFile } from "node:fs/promises";
import { AnimationMixer, LoopOnce, Vector3 } from "three";
import { BVHLoader } from "three/addons/loaders/BVHLoader.js";
import { FBXLoader } from "three/addons/loaders/FBXLoader.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

const CENTIMETRE = 0.01;

async function load(path) {
  const bytes = await readFile(path);
  if (path.toLowerCase().endsWith(".bvh")) {
    const { skeleton, clip } = new BVHLoader().parse(bytes.toString("utf8"));
    return { root: skeleton.bones[0], clip, metres: CENTIMETRE };
  }
  globalThis.self ??= globalThis; // the loader expects a browser
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (path.toLowerCase().endsWith(".fbx")) {
    const root = new FBXLoader().parse(buffer, "");
    // The unit of an FBX file is given in centimetres; the loader leaves it to its caller.
    return { root, clip: root.animations[0], metres: (root.userData.unitScaleFactor ?? 1) * CENTIMETRE };
  }
  const gltf = await new GLTFLoader().parseAsync(buffer, "");
  return { root: gltf.scene, clip: gltf.animations[0], metres: 1 };
}

const { root, clip, metres } = await load(process.argv[2]);
const joints = [];
root.traverse((object) => {
  // three.js marks BVH's End Sites by this name.
  if (object.isBone && object.name !== "ENDSITE") joints.push(object);
});

const times = clip.tracks[0].times;
const mixer = new AnimationMixer(root);
const action = mixer.clipAction(clip);
action.setLoop(LoopOnce);
action.clampWhenFinished = true;
action.play();

const point = new Vector3();
const positions = Array.from(times, (time) => {
  action.paused = false; // the mixer pauses an action that has reached its end
  mixer.setTime(time);
  root.updateWorldMatrix(true, true);
  return joints.map((joint) => joint.getWorldPosition(point).multiplyScalar(metres).toArray());
});
const fps = times.length > 1 ? (times.length - 1) / (times[times.length - 1] - times[0]) : null;
console.log(JSON.stringify({ fps, joints: joints.map((joint) => joint.name), positions }));

// three-vrm: what a VRM host sees in an avatar, and where its bones are in every frame of the file's first animation.
// Usage: node vrm_reader.mjs FILE.vrm
// Prints one JSON object: { avatar: { meta, bones, expressions, springs, colliders }, fps, joints, positions }; the
// last three as three_reader.mjs has them, without an animation null.

import { readFile } from "node:fs/promises";
import { VRMLoaderPlugin } from "@pixiv/three-vrm";
import { AnimationMixer, LoopOnce, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

globalThis.self ??= globalThis; // the loader expects a browser
globalThis.ProgressEvent ??= class extends Event {};

const bytes = await readFile(process.argv[2]);
const loader = new GLTFLoader();
loader.register((parser) => new VRMLoaderPlugin(parser));
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const gltf = await loader.parseAsync(buffer, "");
const { vrm } = gltf.userData;
if (!vrm) throw new Error("three-vrm finds no avatar in the file");

const bones = Object.fromEntries(
  Object.entries(vrm.humanoid.rawHumanBones).map(([bone, { node }]) => [bone, node.name]),
);
const expressions = vrm.expressionManager.expressions.map((expression) => ({
  name: expression.expressionName,
  isBinary: expression.isBinary,
  binds: expression.binds.map((bind) => ({
    meshes: bind.primitives?.map((primitive) => primitive.name),
    index: bind.index,
    weight: bind.weight,
  })),
}));
const springs = [...vrm.springBoneManager.joints].map((joint) => ({
  bone: joint.bone.name,
  child: joint.child?.name ?? null,
  settings: joint.settings,
  colliderGroups: joint.colliderGroups.length,
}));
const colliders = vrm.springBoneManager.colliders.map((collider) => ({
  on: collider.parent?.name ?? null,
  shape: collider.shape,
}));
const avatar = { meta: vrm.meta, bones, expressions, springs, colliders };

let seen = { fps: null, joints: null, positions: null };
if (gltf.animations.length > 0) {
  const clip = gltf.animations[0];
  const joints = Object.values(bones).map((name) => gltf.scene.getObjectByName(name));
  const mixer = new AnimationMixer(gltf.scene);
  const action = mixer.clipAction(clip);
  action.setLoop(LoopOnce);
  action.clampWhenFinished = true;
  action.play();
  const times = clip.tracks[0].times;
  const point = new Vector3();
  const positions = Array.from(times, (time) => {
    action.paused = false; // the mixer pauses an action that has reached its end
    mixer.setTime(time);
    gltf.scene.updateWorldMatrix(true, true);
    return joints.map((joint) => joint.getWorldPosition(point).toArray());
  });
  const fps = times.length > 1 ? (times.length - 1) / (times[times.length - 1] - times[0]) : null;
  seen = { fps, joints: joints.map((joint) => joint.name), positions };
}
console.log(JSON.stringify({ avatar, ...seen }));

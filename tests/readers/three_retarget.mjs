// three.js: a clip on another rig by SkeletonUtils.retargetClip.
// Usage: node three_retarget.mjs SOURCE.glb TARGET.glb JOB.json OUT.json
// JOB: { names: { target node: source node }, hips: source node, scale, offsets: bool, frames, fps }
// With offsets every bone gets the turn between the two rests as its `localOffsets` entry, which users work out by hand.
// OUT: { nodes: [name], frames: [frame][node][qx, qy, qz, qw, tx, ty, tz] }: per node the rigid motion in the world, in
// metres, that carries it from its rest to the frame.

import { readFile, writeFile } from "node:fs/promises";
import { AnimationMixer, LoopOnce, Matrix4, Quaternion, Skeleton, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { retargetClip } from "three/addons/utils/SkeletonUtils.js";

globalThis.self ??= globalThis; // the loader expects a browser
const [sourcePath, targetPath, jobPath, outPath] = process.argv.slice(2);
const job = JSON.parse(await readFile(jobPath, "utf8"));

// The loader strips characters from names and keeps the file's own beside them.
const own = (object) => object.userData.name ?? object.name;

async function load(path) {
  const bytes = await readFile(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const gltf = await new GLTFLoader().parseAsync(buffer, "");
  gltf.scene.updateMatrixWorld(true);
  const bones = [];
  gltf.scene.traverse((object) => object.isBone && bones.push(object));
  gltf.scene.skeleton = new Skeleton(bones);
  return { root: gltf.scene, bones, clip: gltf.animations[0], byName: new Map(bones.map((bone) => [own(bone), bone])) };
}

const [source, target] = [await load(sourcePath), await load(targetPath)];
const rest = target.bones.map((bone) => bone.matrixWorld.clone());
const loaded = target.bones.map((bone) => [bone.position.clone(), bone.quaternion.clone(), bone.scale.clone()]);
const names = {};
const localOffsets = {};
const turn = (bone) => {
  const [place, rotation, scale] = [new Vector3(), new Quaternion(), new Vector3()];
  bone.matrixWorld.decompose(place, rotation, scale);
  return rotation;
};
for (const [to, from] of Object.entries(job.names)) {
  const [bone, boneFrom] = [target.byName.get(to), source.byName.get(from)];
  if (!bone || !boneFrom) continue;
  names[bone.name] = boneFrom.name;
  localOffsets[bone.name] = new Matrix4().makeRotationFromQuaternion(turn(boneFrom).invert().multiply(turn(bone)));
}
const options = { names, hip: source.byName.get(job.hips).name, scale: job.scale, fps: job.fps };
if (job.offsets) options.localOffsets = localOffsets;
const clip = retargetClip(target.root, source.root, source.clip, options);
// Its tracks are `.bones[name].property`, which a skinned mesh resolves.
for (const track of clip.tracks) track.name = track.name.replace(/^\.bones\[([^\]]+)\]/, "$1");

// Played on the rig as it was loaded: `Skeleton.pose` puts bones below a scaled node elsewhere.
target.bones.forEach((bone, index) => {
  bone.position.copy(loaded[index][0]);
  bone.quaternion.copy(loaded[index][1]);
  bone.scale.copy(loaded[index][2]);
});
const mixer = new AnimationMixer(target.root);
const action = mixer.clipAction(clip);
action.setLoop(LoopOnce);
action.clampWhenFinished = true;
action.play();
const [place, rotation, scale, delta] = [new Vector3(), new Quaternion(), new Vector3(), new Matrix4()];
const frames = Array.from({ length: job.frames }, (_, frame) => {
  action.paused = false; // the mixer pauses an action that has reached its end
  mixer.setTime(Math.min(frame / job.fps, clip.duration));
  target.root.updateMatrixWorld(true);
  return target.bones.map((bone, index) => {
    delta.copy(rest[index]).invert().premultiply(bone.matrixWorld).decompose(place, rotation, scale);
    return [...rotation.toArray(), ...place.toArray()];
  });
});
await writeFile(outPath, JSON.stringify({ nodes: target.bones.map(own), frames }));

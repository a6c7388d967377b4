// three.js: clips on other rigs by SkeletonUtils.retargetClip.
// Usage: node three_retarget.mjs JOBS.json
// JOBS: a list of { source: GLB, target: GLB, out: JSON, offsets, names: { target node: source node }, hips: source node,
//   scale, facing, posed: { target node: quaternion }, frames, fps }; quaternions are [x, y, z, w]
// offsets, which become `localOffsets`: "none"; "rests": the turn between the two rests as they are in the files;
//   "posed": that after somebody has turned the source to face as the target does (`facing`) and has posed the target like
//   the source, each bone by its turn in the world (`posed`).
// out: { nodes: [name], frames: [frame][node][qx, qy, qz, qw, tx, ty, tz] }: per node the rigid motion in the world, in
// metres, that carries it from its rest to the frame; or { error }.
//
// How the function is given what it needs (its source, 0.180): `Skeleton.pose`, which it calls for every frame, puts a bone
// whose parent is no bone where the bone is in the world. So bones that hang on a turned or scaled node are attached to the
// scene first. The clip is read at its own frames by `fps`, `preserveBonePositions` stays on, which keeps the lengths of
// bones, and so does `preserveBoneMatrix`, without which a scene that is not at the origin is counted twice.
// `useFirstFramePosition` stays off: it takes the place of the hips in the first frame away.

import { readFile, writeFile } from "node:fs/promises";
import { AnimationMixer, LoopOnce, Matrix4, Quaternion, Skeleton, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { retargetClip } from "three/addons/utils/SkeletonUtils.js";

globalThis.self ??= globalThis; // the loader expects a browser

// The loader strips characters from names and keeps the file's own beside them.
const own = (object) => object.userData.name ?? object.name;

async function load(path) {
  const bytes = await readFile(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const gltf = await new GLTFLoader().parseAsync(buffer, "");
  gltf.scene.updateMatrixWorld(true);
  const bones = [];
  gltf.scene.traverse((object) => object.isBone && bones.push(object));
  for (const bone of bones.filter((bone) => !bone.parent.isBone)) gltf.scene.attach(bone);
  gltf.scene.updateMatrixWorld(true);
  gltf.scene.skeleton = new Skeleton(bones);
  return { root: gltf.scene, bones, clip: gltf.animations[0], byName: new Map(bones.map((bone) => [own(bone), bone])) };
}

const turn = (bone) => {
  const [place, rotation, scale] = [new Vector3(), new Quaternion(), new Vector3()];
  bone.matrixWorld.decompose(place, rotation, scale);
  return rotation;
};

async function retarget(job) {
  const [source, target] = [await load(job.source), await load(job.target)];
  const rest = target.bones.map((bone) => bone.matrixWorld.clone());
  const loaded = target.bones.map((bone) => [bone.position.clone(), bone.quaternion.clone(), bone.scale.clone()]);
  const facing = job.offsets === "posed" ? new Quaternion(...job.facing) : new Quaternion();
  const [names, localOffsets] = [{}, {}];
  for (const [to, from] of Object.entries(job.names)) {
    const [bone, boneFrom] = [target.byName.get(to), source.byName.get(from)];
    if (!bone || !boneFrom) continue;
    names[bone.name] = boneFrom.name;
    const posed = job.offsets === "posed" ? new Quaternion(...job.posed[to]) : new Quaternion();
    const offset = facing.clone().multiply(turn(boneFrom)).invert().multiply(posed).multiply(turn(bone));
    localOffsets[bone.name] = new Matrix4().makeRotationFromQuaternion(offset);
  }
  source.root.quaternion.copy(facing);
  source.root.updateMatrixWorld(true);
  const options = { names, hip: source.byName.get(job.hips).name, scale: job.scale, fps: job.fps };
  if (job.offsets !== "none") options.localOffsets = localOffsets;
  const clip = retargetClip(target.root, source.root, source.clip, options);
  // Its tracks are `.bones[name].property`, which a skinned mesh resolves.
  for (const track of clip.tracks) track.name = track.name.replace(/^\.bones\[([^\]]+)\]/, "$1");

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
  return { nodes: target.bones.map(own), frames };
}

for (const job of JSON.parse(await readFile(process.argv[2], "utf8"))) {
  let result;
  try {
    result = await retarget(job);
  } catch (error) {
    result = { error: String(error) };
  }
  await writeFile(job.out, JSON.stringify(result));
}

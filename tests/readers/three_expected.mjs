// three.js: where every node of the project's small glTF files is, in every frame they were drawn with.
// Usage: node three_expected.mjs exporters/tests/data/gltf
// Reads index.json there and writes expected.json: { file: [take][frame][node][x, y, z] }, nodes as in the file, metres.

import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AnimationMixer, LoopOnce, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

// The loader expects a browser.
globalThis.self ??= globalThis;
globalThis.ProgressEvent ??= class extends Event {};

// The loader fetches buffers; what lies beside a file is put into it.
async function withBuffers(path) {
  const bytes = await readFile(path);
  if (bytes.subarray(0, 4).toString() === "glTF") {
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }
  const document = JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
  for (const buffer of document.buffers ?? []) {
    if (!buffer.uri.startsWith("data:")) {
      const content = await readFile(join(dirname(path), decodeURIComponent(buffer.uri)));
      buffer.uri = "data:application/octet-stream;base64," + content.toString("base64");
    }
  }
  return JSON.stringify(document);
}

const folder = process.argv[2];
const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
const expected = {};
for (const [name, { fps, frames }] of Object.entries(index)) {
  const gltf = await new GLTFLoader().parseAsync(await withBuffers(join(folder, name)), "");
  const nodes = [];
  gltf.scene.traverse((object) => {
    const node = gltf.parser.associations.get(object)?.nodes;
    if (node !== undefined) nodes[node] ??= object;
  });
  const point = new Vector3();
  const places = () => {
    // Rotations stored in bytes are not quite of unit length, which three.js would turn into a scale.
    nodes.forEach((object) => object.quaternion.normalize());
    gltf.scene.updateMatrixWorld(true);
    return nodes.map((object) => object.getWorldPosition(point).toArray().map((value) => Number(value.toFixed(7))));
  };
  expected[name] = gltf.animations.length === 0 ? [[places()]] : [];
  if (gltf.animations.length > 0) {
    // The first take only: a mixer leaves the nodes of one take where another finds them.
    const mixer = new AnimationMixer(gltf.scene);
    const action = mixer.clipAction(gltf.animations[0]);
    action.setLoop(LoopOnce);
    action.clampWhenFinished = true;
    action.play();
    expected[name].push(
      Array.from({ length: frames }, (_, frame) => {
        action.paused = false; // the mixer pauses an action that has reached its end
        mixer.setTime(Math.fround(frame / fps)); // as key times are stored
        return places();
      }),
    );
  }
}
await writeFile(join(folder, "expected.json"), JSON.stringify(expected) + "\n");
console.log(Object.keys(expected).length, "files");

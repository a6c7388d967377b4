// Khronos glTF validator. Usage: node validator.mjs FILE.glb
// Prints one JSON object: { ok, errors, warnings, infos, messages }.

import { readFile } from "node:fs/promises";
import validator from "gltf-validator";

const bytes = new Uint8Array(await readFile(process.argv[2]));
const report = await validator.validateBytes(bytes, { maxIssues: 50 });
const { numErrors, numWarnings, numInfos, numHints, messages } = report.issues;
console.log(
  JSON.stringify({
    ok: numErrors === 0 && numWarnings === 0,
    errors: numErrors,
    warnings: numWarnings,
    infos: numInfos + numHints,
    messages: messages.map((m) => `${m.code} at ${m.pointer ?? m.offset}: ${m.message}`),
    vertices: report.info.totalVertexCount,
    triangles: report.info.totalTriangleCount,
  }),
);

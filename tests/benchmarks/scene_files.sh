#!/usr/bin/env bash
# Times reading a long BVH beside bvh_anim and Blender's importer, and putting a clip into a large GLB character, on files
# that are drawn for it. The figures of docs/speed.md come from here.
#
#     tests/benchmarks/scene_files.sh [PYTHON_WITH_BPY]
#
# Without a Python that has Blender's module (`tests/run` installs one), Blender is left out.
set -euo pipefail
cd "$(dirname "$0")/../.."

python="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/ropar/bpy-venv/bin/python}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

cargo run --quiet --release --package ropar-exporters --example file_speed -- "$folder" | tee "$folder/ours.json"
if [ ! -x "$python" ]; then
    echo "no Python with bpy: Blender is left out"
    exit 0
fi
"$python" tests/benchmarks/blender_import.py "$folder/walk.bvh" "$folder/ours.json"

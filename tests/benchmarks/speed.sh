#!/usr/bin/env bash
# Times a whole `ropar generate` of 5 s (process start and model loading included), the same for 0.4 s, which is nearly
# the start alone, and `ropar info`, on both backends in one run. The figures of docs/speed.md come from here.
#
#     cargo build --release && tests/benchmarks/speed.sh [LIBONNXRUNTIME]
#
# Needs hyperfine. The library is found by itself where `ropar setup runtime` has put it.
set -euo pipefail
cd "$(dirname "$0")/../.."

ropar=target/release/ropar
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
library=()
[ $# -eq 0 ] || library=(--runtime-library "$1")

prompt="'a person walks forward and waves with the left hand'"
for backend in embedded onnxruntime; do
    options="--backend $backend"
    [ "$backend" = embedded ] || options="$options ${library[*]}"
    hyperfine --warmup 2 --runs 10 --export-json "$folder/$backend.json" \
        --command-name "$backend: 5 s of motion" "$ropar generate $prompt --seed 1 --seconds 5 --quiet -o $folder/a.glb $options" \
        --command-name "$backend: 0.4 s of motion" "$ropar generate $prompt --seed 1 --seconds 0.4 --quiet -o $folder/a.glb $options" \
        --command-name "$backend: info" "$ropar info --json $options"
    # Made on an opened model: what a host that stays open waits for.
    "$ropar" generate "a person walks forward and waves with the left hand" --seed 1 --seconds 5 --samples 5 --json \
        -o "$folder/warm.glb" $options |
        python3 -c 'import json, sys; print("warm, 5 s of motion:", [f["wall_seconds"] for f in json.load(sys.stdin)["files"]], "s")'
done

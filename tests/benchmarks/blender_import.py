"""Times Blender's BVH importer on a file and prints it beside the figures that `file_speed` gave for the same file.

Run by scene_files.sh: blender_import.py FILE.bvh OURS.json, with a Python that has `bpy`.
"""

import contextlib
import json
import os
import sys
import time

import bpy


def shortest(path: str, rounds: int = 3) -> float:
    """The shortest of several imports, in seconds of processor time."""
    times = []
    for _ in range(rounds):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.preferences.addon_enable(module="io_anim_bvh")
        start = time.process_time()
        with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            bpy.ops.import_anim.bvh(filepath=path, global_scale=0.01)
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        ours = json.load(file)
    blender = shortest(sys.argv[1])
    print(f"Blender {bpy.app.version_string}: {blender:.3f} s")
    print(f"bvh_anim / ropar: {ours['bvh_anim_read'] / ours['bvh_read']:.2f}")
    print(f"Blender / ropar, up to a scene: {blender / ours['bvh_to_scene']:.1f}")
    sys.stdout.flush()
    os._exit(0)  # some builds of bpy hang when the interpreter exits

# SPDX-License-Identifier: GPL-3.0-or-later
"""How long it takes to key 200 frames of 65 bones, beside `keyframe_insert`. Prints figures, judges nothing.

python plugins/blender/tests/benchmarks/keys.py     # a Python that has bpy, from the project's root
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FRAMES, BONES = 200, 65
HERE = Path(__file__).resolve().parent
_folder = tempfile.TemporaryDirectory()
os.environ["BLENDER_USER_RESOURCES"] = _folder.name
staged = Path(_folder.name) / "extensions" / "user_default" / "ropar"
staged.parent.mkdir(parents=True)
subprocess.run([sys.executable, HERE.parents[1] / "build.py", "--stage", staged], check=True, stdout=subprocess.DEVNULL)

import bpy  # noqa: E402  isort: skip
import addon_utils  # noqa: E402  bpy brings it along
import numpy as np  # noqa: E402


def clock() -> np.ndarray:
    """Wall time and processor time of this thread: on a busy machine the second is the steadier."""
    return np.array([time.perf_counter(), time.thread_time()])


def show(name: str, seconds: np.ndarray) -> None:
    print(f"  {name}: {1000 * seconds[0]:.0f} ms, of which computing {1000 * seconds[1]:.0f} ms")


def chain():
    data = bpy.data.armatures.new("Chain")
    item = bpy.data.objects.new("Chain", data)
    bpy.context.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    parent = None
    for index in range(BONES):
        bone = data.edit_bones.new(f"bone{index}")
        bone.head, bone.tail, bone.parent = (0, 0, index * 0.1), (0, 0, index * 0.1 + 0.1), parent
        parent = bone
    bpy.ops.object.mode_set(mode="OBJECT")
    return item


def values():
    angles = 0.1 * np.sin(np.arange(FRAMES)[:, None, None] / 10 + np.arange(BONES)[:, None])
    q = np.concatenate((np.repeat(np.sin(angles / 2) / np.sqrt(3), 3, axis=-1), np.cos(angles / 2)), axis=-1)
    return q, np.zeros((FRAMES, BONES, 3))


def ours(item) -> dict[str, np.ndarray]:
    from bl_ext.user_default.ropar.host import actions, channels, skeleton
    from bl_ext.user_default.ropar.host.writing import Writer

    bones = skeleton.read(item, 1.0)
    q, t = values()
    rest = bones.rest_matrices()[:, :3, 3]
    began = clock()
    posed = channels.basis(bones, q, t + rest)
    keyed = channels.channels(bones, posed, range(BONES), [0])
    converted = clock()
    action = bpy.data.actions.new("ours")
    for _ in Writer(action, item).write(keyed, np.arange(1.0, FRAMES + 1)):
        pass
    actions.assign(item, action)
    written = clock()
    return {"values, on a thread": converted - began, "keys, on the main thread": written - converted}


def insert(item) -> np.ndarray:
    q, _ = values()
    item.animation_data_clear()
    began = clock()
    for frame in range(FRAMES):
        for index, bone in enumerate(item.pose.bones):
            bone.rotation_quaternion = np.roll(q[frame, index], 1)
            bone.keyframe_insert("rotation_quaternion", frame=frame + 1)
    return clock() - began


bpy.ops.wm.read_factory_settings(use_empty=True)
addon_utils.enable("bl_ext.user_default.ropar", default_set=True)
item = chain()
# By turns, so that both have the same machine; the least of each is what the work takes.
runs = []
for _ in range(5):
    run = ours(item)
    run["both"] = sum(run.values())
    run["keyframe_insert for the same"] = insert(item)
    runs.append(run)
least = {name: np.min([run[name] for run in runs], axis=0) for name in runs[0]}
print(f"Blender {bpy.app.version_string}: {FRAMES} frames x {BONES} bones, least of {len(runs)}")
for name, seconds in least.items():
    show(name, seconds)
ratio = least["keyframe_insert for the same"] / least["both"]
print(f"  keyframe_insert takes {ratio[0]:.0f} times as long on the clock, {ratio[1]:.0f} times as much computing")
sys.stdout.flush()
os._exit(0)

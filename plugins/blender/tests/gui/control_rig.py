# SPDX-License-Identifier: GPL-3.0-or-later
"""An animator's session with a Rigify rig that is moved by IK: see `drive.py` for how it is run."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import addon_utils
import bpy
import numpy as np
from drive import canvas, check, picture, ready, run, viewport, window
from user import finished, job, longest, over_viewport, scene, undo, values, watch_modal

LAST = 120


def rig():
    return next((item for item in bpy.data.objects if item.type == "ARMATURE" and "torso" in item.pose.bones), None)


def context():
    return bpy.context.temp_override(window=window(), area=viewport(), region=canvas())


def make() -> None:
    """The rig, and two steps forward on IK feet."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    addon_utils.enable("rigify", default_set=True)
    with context():
        bpy.ops.object.armature_human_metarig_add()
        metarig = bpy.context.active_object
        bpy.ops.pose.rigify_generate()
        metarig.hide_set(True)
        bones = rig().pose.bones
        for step, frame in enumerate((1, 40, 80, LAST)):
            bones["torso"].location = (0.03 * (-1) ** step, -0.25 * step, -0.05)
            bones["torso"].keyframe_insert("location", frame=frame)
            for side, late in (("L", 0), ("R", 1)):
                bones[f"foot_ik.{side}"].location = (0.0, -0.5 * ((step + late) // 2), 0.0)
                bones[f"foot_ik.{side}"].keyframe_insert("location", frame=frame)
        scene().frame_end = LAST
        scene().frame_set(1)
        bpy.ops.view3d.view_selected()
        bpy.ops.ed.undo_push(message="Animated")


#: How often the viewport was drawn.
drawn = [0]


def draw_bones(shown: bool) -> None:
    """Drawing the rig's hundreds of shapes without a graphics card takes a second each time: only for the picture."""
    viewport().spaces.active.overlay.show_bones = shown


def redo(**options) -> None:
    settings = scene().ropar_redo
    settings.prompt, settings.parts, settings.whole = "a person waves with the left hand", {"left_arm"}, False
    settings.start, settings.end = 20, 100
    with context():
        bpy.ops.ropar.redo("INVOKE_DEFAULT", **options)


def steps():
    make()
    draw_bones(False)
    yield ready()
    watch_modal()
    counting = bpy.types.SpaceView3D.draw_handler_add(
        lambda: drawn.__setitem__(0, drawn[0] + 1), (), "WINDOW", "POST_VIEW"
    )
    before, action = values(rig().animation_data.action, rig()), rig().animation_data.action.name

    # Stopped while the poses are read.
    redo()
    yield lambda: job() is None or len(bpy.data.scenes) > 1
    check("poses are read in slices, in a scene of their own", job() is not None and len(bpy.data.scenes) == 2)
    yield over_viewport()
    began = time.monotonic()
    window().event_simulate(type="ESC", value="PRESS")
    yield lambda: job() is None
    check("Esc cancels while poses are read; seconds", True, round(time.monotonic() - began, 2))
    window().event_simulate(type="ESC", value="RELEASE")
    yield 0.2
    check("and leaves nothing", len(bpy.data.scenes) == 1 and len(bpy.data.actions) == 1)
    now = values(rig().animation_data.action, rig())
    check(
        "no key is another",
        all(np.array_equal(before[key], now[key]) for key in before) and now.keys() == before.keys(),
    )
    yield 0.3

    # Done.
    drawn[0], began = 0, time.monotonic()
    redo()
    yield lambda: job() is not None
    yield finished()
    check(
        "seconds until the arm is made, and drawings of the viewport",
        True,
        (round(time.monotonic() - began, 1), *drawn),
    )
    now = values(rig().animation_data.action, rig())
    check("the arm is keyed", any('"upper_arm_fk.L"' in path for path, _ in now), len(now) - len(before))
    check("all other keys are the same", all(np.array_equal(before[key], now[key]) for key in before), len(before))
    check("one scene, the frame of before", len(bpy.data.scenes) == 1 and scene().frame_current == 1)
    with context():
        scene().frame_set(60)
    draw_bones(True)
    yield 0.5
    yield picture("7-control-rig")
    draw_bones(False)

    # One step takes it back.
    yield undo()
    now = values(rig().animation_data.action, rig())
    check("undo takes it back in one step", now.keys() == before.keys() and rig().animation_data.action.name == action)

    # Undone while the poses are read.
    redo()
    yield lambda: job() is None or len(bpy.data.scenes) > 1
    yield undo()
    yield finished()
    check("undo while poses are read is safe", len(bpy.data.scenes) == 1)
    # Another file while the poses are read.
    bpy.types.SpaceView3D.draw_handler_remove(counting, "WINDOW")
    yield undo(shift=True)
    window().view_layer.objects.active = rig()
    redo()
    yield lambda: job() is None or len(bpy.data.scenes) > 1
    with bpy.context.temp_override(window=window()):
        bpy.ops.wm.read_homefile(use_empty=False)
    yield 1.0
    check("another file while poses are read is safe", job() is None and len(bpy.data.scenes) == 1 and rig() is None)
    check("longest hold of the interface, ms", True, {name: round(1000 * value, 1) for name, value in longest.items()})


if __name__ == "__main__":
    run(steps())

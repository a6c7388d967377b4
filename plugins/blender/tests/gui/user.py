# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's session: see `drive.py` for how it is run."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import bpy
import numpy as np
from drive import at, canvas, check, click, picture, press, ready, run, runner, viewport, window, write

#: Rows from the top of the sidebar. The second set: an armature is selected, which adds a row.
PROMPT, GENERATE, GENERATE_SELECTED = 2.5, 10.0, 11.1

longest: dict[str, float] = {}


def scene():
    return window().scene


def job():
    return runner().current()


def actions() -> int:
    return len(bpy.data.actions)


def values(action, armature) -> dict:
    from bl_ext.user_default.ropar.host import actions as api
    from bl_ext.user_default.ropar.host import keys

    return {
        (curve.data_path, curve.array_index): keys.read(curve)["co"]
        for curve in api.curves(action, armature, create=False)
    }


def over_viewport():
    region = canvas()
    window().event_simulate(
        type="MOUSEMOVE", value="NOTHING", x=region.x + region.width // 3, y=region.y + region.height // 2
    )
    yield 0.2


def undo(**keys):
    yield over_viewport()
    yield press("Z", ctrl=True, **keys)
    yield 0.4


def watch_modal() -> None:
    """Measures how long our operators keep the interface busy, and how long they compute meanwhile."""
    mixin = runner().JobOperator

    def measured(name, original):
        def call(self, context, event):
            began, computed = time.perf_counter(), time.thread_time()
            try:
                return original(self, context, event)
            finally:
                held = time.perf_counter() - began, time.thread_time() - computed
                for key, seconds in zip((name, f"{name}, computing"), held, strict=True):
                    longest[key] = max(longest.get(key, 0.0), seconds)

        return call

    for name in ("invoke", "modal"):
        setattr(mixin, name, measured(name, getattr(mixin, name)))


def open_mapping() -> None:
    """The panel is closed at first; for the pictures it is open."""
    from bl_ext.user_default.ropar.mapping.panel import ROPAR_PT_mapping

    bpy.utils.unregister_class(ROPAR_PT_mapping)
    ROPAR_PT_mapping.bl_options = set()
    bpy.utils.register_class(ROPAR_PT_mapping)


def armature():
    return next((item for item in bpy.data.objects if item.type == "ARMATURE"), None)


def generate(rows: float):
    yield click(*at(0.5, rows))
    yield lambda: job() is not None


def finished():
    yield lambda: job() is None
    yield 0.3


def steps():
    import ropar

    if hasattr(ropar.Engine, "delay"):
        ropar.Engine.delay = 2.0  # the double makes motion at once
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    with bpy.context.temp_override(window=window(), area=viewport(), region=canvas()):
        bpy.ops.ed.undo_push(message="Empty")
    open_mapping()
    yield ready()
    watch_modal()

    # A prompt is typed.
    yield click(*at(0.4, PROMPT))
    yield write("a person waves with the left hand")
    yield picture("1-typing")
    yield press("RET")
    yield press("RET")
    check(
        "the prompt is in the field", scene().ropar.prompt == "a person waves with the left hand", scene().ropar.prompt
    )

    # A job is cancelled with the button. Eight motions, so that it cannot end before that.
    scene().ropar.variations = 8
    yield 0.3
    yield generate(GENERATE)
    yield lambda: job() is None or job().share > 0.25
    check("the job runs in the background", job() is not None)
    yield picture("2-progress")
    x, y = at(0.83, GENERATE)
    for step in (2, 1, 0):
        window().event_simulate(type="MOUSEMOVE", value="NOTHING", x=x - step, y=y)
        yield 0.1
    window().event_simulate(type="LEFTMOUSE", value="PRESS", x=x, y=y)
    yield 0.1
    began = time.monotonic()
    window().event_simulate(type="LEFTMOUSE", value="RELEASE", x=x, y=y)
    yield lambda: job() is None
    check("the button cancels; seconds", True, round(time.monotonic() - began, 3))
    check("a cancelled job leaves nothing", armature() is None and actions() == 0)
    yield 0.5

    # Another is cancelled with Esc.
    yield generate(GENERATE)
    yield over_viewport()
    yield press("ESC")
    yield finished()
    check("Esc cancels", armature() is None and actions() == 0)

    # One is finished.
    scene().ropar.variations = 1
    yield 0.3
    began = time.monotonic()
    yield generate(GENERATE)
    yield finished()
    found = armature()
    check(
        "a mannequin moves",
        found is not None and found.animation_data.action is not None,
        round(time.monotonic() - began, 1),
    )
    with bpy.context.temp_override(window=window(), area=viewport(), region=canvas()):
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_orbit(angle=0.6, type="ORBITLEFT")
        scene().frame_set(40)
        bpy.ops.view3d.view_selected()
    yield 0.5
    yield picture("3-result")

    # One step takes it back, one brings it again.
    before = values(found.animation_data.action, found)
    yield undo()
    check(
        "undo takes the result back in one step",
        armature() is None and not any(m.name.startswith("Mannequin") for m in bpy.data.meshes),
        actions(),
    )
    yield undo(shift=True)
    found = armature()
    good = found is not None and found.animation_data is not None and found.animation_data.action is not None
    check("redo brings it again", good)
    if good:
        after = values(found.animation_data.action, found)
        check(
            "with the same keys",
            before.keys() == after.keys() and all(np.array_equal(before[k], after[k]) for k in before),
        )

    # Variations on the character that is there.
    scene().ropar.variations = 3
    scene().ropar.auto_length = False
    scene().ropar.seconds = 3.0
    yield 0.4
    yield generate(GENERATE_SELECTED)
    yield finished()
    first = armature().animation_data.action
    check("three variations", actions() == 4, [action.name for action in bpy.data.actions])
    with bpy.context.temp_override(window=window(), area=viewport(), region=canvas()):
        bpy.ops.ropar.step_variation(step=1)
        bpy.ops.ropar.map_rig()
    check("the next variation plays", armature().animation_data.action != first)
    yield 0.3
    yield picture("4-variations")

    # One part is made anew.
    scene().ropar.variations = 1
    settings = scene().ropar_redo
    settings.prompt = "a person raises the right hand"
    settings.parts = {"right_arm"}
    settings.whole = False
    settings.start, settings.end = 20, 50
    yield 0.3
    action = armature().animation_data.action
    before = values(action, armature())
    with bpy.context.temp_override(window=window(), area=viewport(), region=canvas()):
        bpy.ops.ropar.redo("INVOKE_DEFAULT")
    yield lambda: job() is None or job().share > 0.2
    yield picture("5-redo")
    yield finished()
    after = values(armature().animation_data.action, armature())
    arm = ("right_collar", "right_shoulder", "right_elbow", "right_wrist")
    other = [k for k in before if not any(f'"{bone}"' in k[0] for bone in arm)]
    check("all other keys are the same", all(np.array_equal(before[k], after[k]) for k in other), len(other))
    changed = [k for k in before if not np.array_equal(before[k], after[k])]
    check("the arm moves otherwise", len(changed) > 4, len(changed))
    outside = [before[k][(before[k][:, 0] < 20) | (before[k][:, 0] > 50)] for k in changed]
    same = [after[k][(after[k][:, 0] < 20) | (after[k][:, 0] > 50)] for k in changed]
    check("and only in its frames", all(np.array_equal(a, b) for a, b in zip(outside, same, strict=True)))

    # The self-test of the preferences.
    with bpy.context.temp_override(window=window(), area=viewport(), region=canvas()):
        bpy.ops.ropar.self_test("INVOKE_DEFAULT")
    yield finished()
    from bl_ext.user_default.ropar import self_test

    check(
        "the self-test finds nothing wrong",
        all(line.good for line in self_test.lines()),
        [line.text for line in self_test.lines()],
    )

    # Undo during a job, and an armature that goes during a job.
    yield generate(GENERATE_SELECTED)
    yield undo()
    yield finished()
    check("undo during a job is safe", armature() is not None)
    yield generate(GENERATE_SELECTED)
    kept = actions()
    bpy.data.objects.remove(armature())
    yield finished()
    check("a deleted armature leaves no action behind", actions() == kept, actions() - kept)
    yield picture("6-deleted")
    yield over_viewport()
    yield press("ESC")
    yield 0.5

    # Another file during a job.
    yield generate(GENERATE)
    with bpy.context.temp_override(window=window()):
        bpy.ops.wm.read_homefile(use_empty=False)
    yield 1.5
    check("another file ends the job", job() is None)
    check("and gets nothing from it", armature() is None)
    # Told, not judged: it depends on what else the machine does.
    check("longest hold of the interface, ms", True, {name: round(1000 * value, 1) for name, value in longest.items()})


if __name__ == "__main__":
    run(steps())

# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: does what a user does, with the mouse and the keyboard, and checks what comes of it.

    blender --enable-event-simulate --python drive.py -- OUT

The steps are a generator that a timer moves on; a step yields the seconds to wait or a condition to wait for.
Every picture is taken by the driver outside: a file ``NAME.wanted`` appears, and goes when the picture is there.
"""

from __future__ import annotations

import faulthandler
import json
import sys
import time
import traceback
from pathlib import Path

import bpy

OUT = Path(sys.argv[sys.argv.index("--") + 1])
#: Longest wait for anything, seconds.
PATIENCE = 150.0

faulthandler.enable()
# The splash screen would take the first clicks.
bpy.context.preferences.view.show_splash = False

results: dict[str, object] = {}


def window():
    return bpy.context.window_manager.windows[0]


def viewport():
    return next(area for area in window().screen.areas if area.type == "VIEW_3D")


def sidebar():
    return next(region for region in viewport().regions if region.type == "UI")


def canvas():
    return next(region for region in viewport().regions if region.type == "WINDOW")


def move(x: int, y: int) -> None:
    window().event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)


def click(x: int, y: int, **keys):
    """A click; moves there first, so that the button under the pointer lights up."""
    move(x - 1, y)
    yield 0.1
    move(x, y)
    yield 0.1
    window().event_simulate(type="LEFTMOUSE", value="PRESS", x=x, y=y, **keys)
    yield 0.1
    window().event_simulate(type="LEFTMOUSE", value="RELEASE", x=x, y=y, **keys)
    yield 0.2


def press(key: str, **keys):
    """A key, with ``ctrl=True`` and the like."""
    window().event_simulate(type=key, value="PRESS", **keys)
    yield 0.05
    window().event_simulate(type=key, value="RELEASE", **keys)
    yield 0.2


def write(text: str):
    names = {" ": "SPACE", ",": "COMMA", ".": "PERIOD"}
    for letter in text:
        key = names.get(letter, letter.upper())
        window().event_simulate(type=key, value="PRESS", unicode=letter)
        window().event_simulate(type=key, value="RELEASE")
        yield 0.02
    yield 0.2


def picture(name: str):
    """Asks for a picture of the window, and waits for it."""
    for area in window().screen.areas:
        area.tag_redraw()
    yield 0.3
    wanted = OUT / f"{name}.wanted"
    wanted.touch()
    yield lambda: not wanted.exists()


def check(name: str, good: bool, found: object = None) -> None:
    results[name] = {"good": bool(good), "found": found}
    print(f"{'ok  ' if good else 'FAIL'} {name} {found if found is not None else ''}", flush=True)


def at(dx: float, units: float) -> tuple[int, int]:
    """A place in the sidebar: `dx` is the share of its width, `units` the rows of 20 pixels from its top."""
    region = sidebar()
    scale = bpy.context.preferences.system.ui_scale
    return round(region.x + region.width * dx), round(region.y + region.height - units * 20 * scale)


def runner():
    import importlib

    return importlib.import_module("bl_ext.user_default.ropar.jobs.operator")


def ready():
    """The sidebar with RoPAR's tab."""
    viewport().spaces.active.show_region_ui = True
    yield 0.5
    region = sidebar()
    while True:
        try:
            region.active_panel_category = "RoPAR"
            break
        except (AttributeError, TypeError):  # not drawn yet
            yield 0.3
    # The buttons are there to be clicked only after they have been drawn.
    viewport().tag_redraw()
    yield 1.0


def run(steps) -> None:
    stack = [steps]
    wait: dict[str, object] = {"until": None, "since": time.monotonic()}

    def tick():
        condition = wait["until"]
        if callable(condition):
            if not condition():
                if time.monotonic() - wait["since"] > PATIENCE:
                    return finish(f"waited {PATIENCE:.0f} s in vain for step after {list(results)[-1:]}")
                return 0.02
            wait["until"] = None
        try:
            while True:
                step = next(stack[-1], StopIteration)
                if step is StopIteration:
                    stack.pop()
                    if not stack:
                        return finish(None)
                    continue
                if hasattr(step, "send"):
                    stack.append(step)
                    continue
                if callable(step):
                    wait["until"], wait["since"] = step, time.monotonic()
                    return 0.02
                return float(step)
        except Exception:
            return finish(traceback.format_exc())

    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)


def finish(trouble: str | None) -> None:
    if trouble:
        print(trouble, flush=True)
        results["trouble"] = {"good": False, "found": trouble}
    (OUT / "results.json").write_text(json.dumps(results, indent=1, default=str))
    bpy.ops.wm.quit_blender()

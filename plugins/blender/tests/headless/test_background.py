# SPDX-License-Identifier: GPL-3.0-or-later
"""A job in the background ends, and leaves nothing behind, in every one of its states.

Blender's Python module has no window to press a button in: the operator is called as Blender would call it.
"""

import time
from types import SimpleNamespace

import bpy
import pytest
from test_actions import values
from test_interruptions import ON_CHARACTER, character, contents, plans  # noqa: F401

ESC, TICK = SimpleNamespace(type="ESC", value="PRESS"), SimpleNamespace(type="TIMER", value="NOTHING")
STATES = ("reading", "working", "writing")


def pressed(plan):
    """An operator whose button was pressed, and what it reports."""
    from bl_ext.user_default.ropar.jobs import operator, running

    said = []

    class Pressed(operator.JobOperator):
        def report(self, kinds, text):
            said.append(text)

    made = Pressed()
    made._running = running.start(bpy.context, plan)
    return made, said


def advance(operator, state: str) -> None:
    """Goes on until the job is in `state`."""
    running = operator._running
    until = {
        "reading": lambda: True,
        "working": lambda: running._reading is None,
        "writing": lambda: running._applying is not None,
    }[state]
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        assert operator.modal(bpy.context, TICK) == {"PASS_THROUGH"}
        time.sleep(0.001)
    if state == "writing":
        operator.modal(bpy.context, TICK)


def current():
    from bl_ext.user_default.ropar.jobs import operator

    return operator.current()


@pytest.fixture
def unchanged(character):  # noqa: F811
    """Checks that the character's keys and the file are at the end what they are now."""
    before, there = contents(), values(character)
    yield
    now = values(character)
    assert contents() == before
    assert now.keys() == there.keys() and all((now[key] == there[key]).all() for key in there)


@pytest.mark.parametrize("way", ["Esc", "button"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ON_CHARACTER)
def test_cancelled(unchanged, name, state, way):
    operator, said = pressed(plans()[name]())
    advance(operator, state)
    if way == "button":
        assert bpy.ops.ropar.cancel() == {"FINISHED"}
    assert operator.modal(bpy.context, ESC if way == "Esc" else TICK) == {"CANCELLED"}
    assert said == ["Cancelled; nothing was changed"] and current() is None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ON_CHARACTER)
def test_extension_disabled_meanwhile(unchanged, name, state):
    """As with an update: Blender frees the operator without telling it."""
    import addon_utils

    operator, _ = pressed(plans()[name]())
    advance(operator, state)
    job = current()
    addon_utils.disable("bl_ext.user_default.ropar")
    assert job.cancelled and current() is None
    addon_utils.enable("bl_ext.user_default.ropar")
    assert bpy.ops.ropar.generate.poll() and not bpy.ops.ropar.cancel.poll()

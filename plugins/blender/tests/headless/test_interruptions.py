# SPDX-License-Identifier: GPL-3.0-or-later
"""What may happen while a job runs: the operator's steps are taken one by one, and something is done in between.

`apply` is made to yield after every curve, so that things go away when half of the keys are written.
"""

import bpy
import pytest
import rigs
from test_actions import generate, values


@pytest.fixture
def character(scene, monkeypatch):
    from bl_ext.user_default.ropar.jobs.job import Pace

    armature, _ = rigs.mixamo()
    bpy.context.view_layer.update()
    generate(seconds=3.0)
    monkeypatch.setattr(Pace, "SLICE", -1.0)
    monkeypatch.setattr(Pace, "LONGEST", -1.0)
    return armature


def contents():
    return {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "armatures", "actions", "meshes", "scenes")}


def plans():
    """Every kind of job on the character: name -> plan."""
    from bl_ext.user_default.ropar.generate.plan import GeneratePlan
    from bl_ext.user_default.ropar.generate.plan import Request as Wanted
    from bl_ext.user_default.ropar.library import Options
    from bl_ext.user_default.ropar.redo.plan import RedoPlan, Request

    def made(**changes):
        values = dict.fromkeys(("guidance", "iterations", "steps"))
        values |= {
            "prompt": "walks",
            "seconds": 2.0,
            "seed": 3,
            "variations": 1,
            "mannequin": False,
            "placement": "NEW",
        }
        values |= {"start": 10, "end": 40, "in_place": False, "contacts": False, "extend_scene": True}
        return GeneratePlan(bpy.context, Wanted(**values | changes), Options())

    return {
        "new": lambda: made(variations=3),
        "insert": lambda: made(placement="INSERT"),
        "replace": lambda: made(placement="REPLACE"),
        "mannequin": lambda: made(mannequin=True),
        "redo": lambda: RedoPlan(bpy.context, Request(("left_arm",), "waves", 20, 40, False, 1, None), Options()),
    }


ON_CHARACTER = ("new", "insert", "replace", "redo")


def started(name: str):
    plan = plans()[name]()
    for _ in plan.read():
        pass
    return plan, plan.work(lambda share, text: None)


def finish(applying, between) -> None:
    """Applies for some slices, does something, and goes on."""
    for _ in range(3):
        next(applying)
    between()
    for _ in applying:
        pass


@pytest.mark.parametrize("name", ON_CHARACTER)
def test_deleted_before_the_keys(character, name):
    plan, result = started(name)
    bpy.data.objects.remove(character)
    before = contents()
    with pytest.raises(Exception, match=r'"Mixamo" was deleted.*undo the deletion'):
        list(plan.apply(bpy.context, result))
    assert contents() == before


@pytest.mark.parametrize("name", ON_CHARACTER)
def test_deleted_between_the_keys(character, name):
    plan, result = started(name)
    before = contents()
    with pytest.raises(Exception, match=r"(?i)was deleted|removed"):
        finish(plan.apply(bpy.context, result), lambda: bpy.data.objects.remove(character))
    assert contents() == before | {"objects": before["objects"] - 1}


@pytest.mark.parametrize("name", ON_CHARACTER)
def test_action_deleted_between_the_keys(character, name):
    plan, result = started(name)
    action = character.animation_data.action
    before = contents()

    def delete():
        bpy.data.actions.remove(action)

    if name == "new":
        finish(plan.apply(bpy.context, result), delete)  # the new ones need nothing of it
        assert character.animation_data.action is not None
    else:
        with pytest.raises(Exception, match=r"(?i)was deleted|removed"):
            finish(plan.apply(bpy.context, result), delete)
        assert contents() == before | {"actions": before["actions"] - 1}


@pytest.mark.parametrize("name", ON_CHARACTER)
def test_something_fails_between_the_keys(character, name, monkeypatch):
    """What was written is taken back, to the last bit."""
    from bl_ext.user_default.ropar.host import keys

    plan, result = started(name)
    before, there, action = contents(), values(character), character.animation_data.action
    honest, calls = keys.replace if name in ("insert", "replace", "redo") else keys.fill, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) > 5:
            raise MemoryError("no memory")
        honest(*arguments)

    monkeypatch.setattr(keys, honest.__name__, failing)
    with pytest.raises(MemoryError):
        list(plan.apply(bpy.context, result))
    assert contents() == before and character.animation_data.action == action
    now = values(character)
    assert now.keys() == there.keys() and all((now[key] == there[key]).all() for key in there)


@pytest.mark.parametrize("name", [*ON_CHARACTER, "mannequin"])
def test_taken_down_between_the_keys(character, name):
    """Another file, a closed window: Blender closes the operator, which closes its generator."""
    plan, result = started(name)
    before, there = contents(), values(character)
    applying = plan.apply(bpy.context, result)
    for _ in range(3):
        next(applying)
    applying.close()
    assert contents() == before
    now = values(character)
    assert now.keys() == there.keys() and all((now[key] == there[key]).all() for key in there)


@pytest.mark.parametrize("name", [*ON_CHARACTER, "mannequin"])
def test_another_file_meanwhile(character, name, tmp_path):
    """The file is closed while the work goes on: nothing of it gets into the next one."""
    plan, result = started(name)
    bpy.ops.wm.read_homefile(use_empty=True)
    before = contents()
    with pytest.raises(Exception, match="was deleted"):
        list(plan.apply(bpy.context, result))
    assert contents() == before


def test_deleted_before_the_poses_are_read(character):
    plan = plans()["redo"]()
    bpy.data.objects.remove(character)
    with pytest.raises(Exception, match="was deleted"):
        list(plan.read())


def test_the_action_that_was_there_is_kept(character, tmp_path):
    """A new action takes over; the old one, which nobody had asked to be kept, is still there after saving."""
    old = character.animation_data.action
    old.use_fake_user = False
    old.name = "Made by hand"
    assert old.users == 1
    before = values(character)
    generate(seed=8)
    assert character.animation_data.action != old
    file = str(tmp_path / "a.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    armature = bpy.data.objects["Mixamo"]
    old = bpy.data.actions["Made by hand"]
    if bpy.app.version >= (4, 4, 0):
        assert [slot.name_display for slot in old.slots] == ["Mixamo"]
    now = values(armature, old)
    assert now.keys() == before.keys() and all((now[key] == before[key]).all() for key in before)

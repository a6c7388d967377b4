"""What cannot be done is refused in words, in Maya's way, and the scene stays as it was."""

from __future__ import annotations

from typing import Any

import pytest
import rigs
from maya import cmds


def refused(scene: Any, command: Any, *objects: str, **given: Any) -> str:
    """Runs a command that must fail; what it says."""
    before, queue = scene.snapshot(), len(scene.undo_queue)
    with pytest.raises(RuntimeError) as error:
        command(*objects, **given)
    assert scene.snapshot() == before and len(scene.undo_queue) == queue
    assert scene.messages[-1] == ("error", str(error.value))
    return str(error.value)


@pytest.fixture
def body(scene: Any, double: Any) -> list[str]:
    return rigs.body(scene, rigs.oriented(2))


def generate(**given: Any) -> dict[str, Any]:
    return {"prompt": "a person walks", **given}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"prompt": "  "}, "the prompt is empty"),
        ({"samples": 0}, "-samples is 0: choose 1 to 8"),
        ({"samples": 9}, "-samples is 9: choose 1 to 8"),
        ({"seconds": -1.0}, "-seconds is -1: choose a number above 0"),
        ({"seed": -1}, "-seed is -1: choose 0 or more"),
        ({"guidance": 21.0}, "-guidance is 21: choose 0 to 20"),
        ({"iterations": -2}, "-iterations is -2"),
        ({"startTime": 9, "endTime": 9}, "the frames 9 to 9 are no range"),
        ({"endTime": 9, "seconds": 1.0}, "-endTime and -seconds both name a length"),
        ({"promt": "walks"}, "roparGenerate: Invalid flag: -promt"),
        ({"seed": "seven"}, "roparGenerate: Invalid arguments for flag '-seed'"),
        ({"target": "nobody"}, "there is no nobody in this scene"),
    ],
)
def test_wrong_flags(scene: Any, body: list[str], given: dict[str, Any], says: str) -> None:
    assert refused(scene, cmds.roparGenerate, **{**generate(target=body[0]), **given}).startswith(says)


def test_the_other_commands_flags(scene: Any, body: list[str]) -> None:
    assert refused(scene, cmds.roparRetarget, target=body[0]).startswith("-file or -source is missing")
    assert "not both" in refused(scene, cmds.roparRetarget, target=body[0], file="a.glb", source="b")
    assert refused(scene, cmds.roparRetarget, target=body[0], file="/no/clip.fbx").startswith("there is no file")
    assert "is source and target at once" in refused(scene, cmds.roparRetarget, target=body[0], source=body[0])
    assert refused(scene, cmds.roparRedo, prompt="waves", target=body[0]).startswith("-parts is missing")
    given = {"parts": "left_arm", "prompt": "waves", "target": body[0]}
    assert refused(scene, cmds.roparRedo, **given).startswith("Hips has no keys: generate a motion first")
    assert refused(scene, cmds.roparGenerate, applyJob=12).startswith("there is no finished job 12")


def test_targets(scene: Any, double: Any) -> None:
    assert refused(scene, cmds.roparGenerate, **generate()).startswith("no skeleton is selected")
    scene.transform("|empty")
    assert refused(scene, cmds.roparGenerate, **generate(target="empty")).startswith("empty has no skeleton")
    rigs.body(scene, namespace="a:")
    rigs.body(scene, namespace="b:")
    scene.selection = ["|a:Hips", "|b:Hips"]
    assert refused(scene, cmds.roparGenerate, **generate()).startswith("there are 2 skeletons (a:Hips, b:Hips)")
    scene.transform("|c")
    scene.transform("|c|a:Hips")
    assert refused(scene, cmds.roparGenerate, **generate(target="a:Hips")).startswith("a:Hips is the name of 2 things")


def test_a_tail_is_no_body(scene: Any, double: Any) -> None:
    path = ""
    for index in range(5):
        path += f"|tail{index}"
        scene.joint(path, translate=(0.0, 10.0, 0.0))
    said = refused(scene, cmds.roparGenerate, **generate(target="tail0"))
    assert said.endswith("choose the joints by hand under Joint Mapping")


def test_a_joint_that_the_mapping_names_and_the_rig_lacks(scene: Any, body: list[str]) -> None:
    scene.nodes[body[0]].attributes["roparMapping"] = '{"joints": {"left_wrist": "Hook"}}'
    said = refused(scene, cmds.roparGenerate, **generate(target=body[0]))
    assert "Hook" in said and said.endswith("correct the roparMapping attribute of the root, or clear it")


@pytest.mark.parametrize("layer", [None, "x"])
@pytest.mark.parametrize("what", ["rotateX", "rotate"])
def test_locked_channels(scene: Any, body: list[str], layer: str | None, what: str) -> None:
    scene.nodes[body[16]].locked_plugs.add(what)
    given = generate(target=body[0]) if layer is None else generate(target=body[0], layer=layer)
    assert refused(scene, cmds.roparGenerate, **given).startswith("LeftArm.rotateX is locked")


def test_locked_nodes(scene: Any, body: list[str]) -> None:
    scene.nodes[body[16]].locked = True
    assert "LeftArm.rotateX is on a locked node" in refused(scene, cmds.roparGenerate, **generate(target=body[0]))


def test_many_locked_channels_are_counted(scene: Any, body: list[str]) -> None:
    for path in body:
        scene.nodes[path].locked_plugs.add("rotate")
    assert "more channels: unlock it" in refused(scene, cmds.roparGenerate, **generate(target=body[0]))


@pytest.mark.parametrize("layer", [None, "x"])
@pytest.mark.parametrize("what", ["rotateY", "rotate"])
def test_constrained_channels(scene: Any, body: list[str], layer: str | None, what: str) -> None:
    scene.add("aim", "aimConstraint")
    scene.connect(f"aim.constraint{what.title()}", f"{body[15]}.{what}")
    given = generate(target=body[0]) if layer is None else generate(target=body[0], layer=layer)
    said = refused(scene, cmds.roparGenerate, **given)
    assert "is driven by aim (aimConstraint): bake the joints" in said


def test_joints_that_human_ik_drives(scene: Any, body: list[str]) -> None:
    scene.add("HIKState2SK1", "HIKState2SK")
    scene.connect("HIKState2SK1.LeftArmRx", f"{body[16]}.rotateX")
    said = refused(scene, cmds.roparGenerate, **generate(target=body[0]))
    assert said == "LeftArm.rotateX is driven by HumanIK: set the character's Source to None, or bake to the skeleton"


def test_referenced_rigs(scene: Any, body: list[str]) -> None:
    """Referenced joints can be keyed; keys that are themselves in the referenced file cannot be changed."""
    for path in body:
        scene.nodes[path].referenced = True
    curve = scene.curve("Hips_rotateX", f"{body[0]}.rotateX", [(0.0, 0.0)])
    curve.referenced = True
    said = refused(scene, cmds.roparGenerate, **generate(target=body[0]))
    assert said == "the keys of Hips.rotateX come from a referenced file: use -layer"
    cmds.roparGenerate(**generate(target=body[0], layer="over"))
    scene.undo()
    curve.referenced = False
    cmds.roparGenerate(**generate(target=body[0]))
    assert scene.undo_queue


@pytest.mark.parametrize("layer", [None, "x"])
def test_ik_handles(scene: Any, body: list[str], layer: str | None) -> None:
    handle = scene.add("|ikHandle1", "ikHandle", joints=["LeftArm", "LeftForeArm"], ikBlend=1.0)
    given = generate(target=body[0]) if layer is None else generate(target=body[0], layer=layer)
    said = refused(scene, cmds.roparGenerate, **given)
    assert said.startswith("LeftArm.rotateX is held by the IK handle ikHandle1")
    assert said.endswith("set its IK Blend to 0, or bake the joints")
    handle.attributes["ikBlend"] = 0.0
    cmds.roparGenerate(**given)


def test_set_driven_keys(scene: Any, body: list[str]) -> None:
    scene.curve("driven", f"{body[4]}.rotateX", [(0.0, 0.0)], kind="animCurveUA")
    assert "is driven by set driven keys" in refused(scene, cmds.roparGenerate, **generate(target=body[0]))


def test_a_joint_without_size(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    scene.nodes[paths[3]].attributes["scale"] = (1.0, 0.0, 1.0)
    assert refused(scene, cmds.roparGenerate, **generate(target=paths[0])).startswith("Spine is scaled to nothing")


def test_what_fails_in_the_middle_is_taken_back(scene: Any, body: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from ropar_maya.host import writing

    def broken(*_: Any) -> None:
        raise RuntimeError("(kFailure): Unexpected Internal Failure")

    for name in ("add_keys", "new_curve", "_Range"):
        with monkeypatch.context() as patch:
            patch.setattr(writing, name, broken)
            given = generate(target=body[0], startTime=40, layer="x")
            assert "Unexpected Internal Failure" in refused(scene, cmds.roparGenerate, **given)


def test_redo_ranges_and_parts(scene: Any, body: list[str], motion: Any) -> None:
    cmds.roparGenerate(**generate(target=body[0], startTime=1))
    given = {"prompt": "waves", "target": body[0]}
    said = refused(scene, cmds.roparRedo, parts="left_arm", startTime=-4, endTime=10, **given)
    assert said == "the frames -4 to 10 are not within the keys: choose a range within 1 to 25"
    said = refused(scene, cmds.roparRedo, parts=["left_arm", "third arm"], startTime=2, endTime=10, **given)
    assert said.startswith("there is no body part third")

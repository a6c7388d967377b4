"""The commands: flags, undo and redo, layers, keys in the way, queries."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rigs
from maya import cmds


def undo_and_redo(scene: Any, before: Any) -> None:
    """doIt -> undoIt -> redoIt leaves the scene as doIt did, and undoIt as it was before; twice."""
    after = scene.snapshot()
    assert after != before
    for _ in range(2):
        scene.undo()
        assert scene.snapshot() == before
        scene.redo()
        assert scene.snapshot() == after


def test_generate_is_one_exact_step_of_the_undo_queue(scene: Any, double: Any) -> None:
    paths = rigs.body(scene, rigs.oriented(1))
    before = scene.snapshot()
    result = cmds.roparGenerate(prompt="a person walks", target=paths[0], seed=7, seconds=1.5, guidance=3.0)
    assert result == [paths[0]]
    assert double.asked == [
        {"prompt": "a person walks", "seconds": 1.5, "seed": 7, "guidance": 3.0, "iterations": None, "steps": None}
    ]
    assert len(scene.undo_queue) == 1
    undo_and_redo(scene, before)


@pytest.mark.parametrize("existing", [False, True])
def test_onto_a_new_layer(scene: Any, double: Any, existing: bool) -> None:
    paths = rigs.body(scene, rigs.oriented(1))
    if existing:
        cmds.roparGenerate(prompt="a person walks", target=paths[0])
        base = {name: node.keys[:] for name, node in scene.nodes.items() if node.kind.startswith("animCurve")}
    before = scene.snapshot()
    (layer,) = cmds.roparGenerate(prompt="a person walks", target=paths[0], layer="second try!")
    assert layer == "second_try" and scene.nodes[layer].attributes["override"]
    if existing:
        assert all(scene.nodes[name].keys == keys for name, keys in base.items())
    blend = scene.connections[f"{paths[0]}.rotateX"].split(".")[0]
    assert scene.nodes[blend].kind == "animBlendNodeAdditiveRotation"
    assert json.loads(scene.nodes[layer].attributes["roparMotion"])["prompt"] == "a person walks"
    undo_and_redo(scene, before)


def test_a_layer_moves_the_body_as_keys_on_the_joints_do(scene: Any, double: Any) -> None:
    import scene as fake

    paths = rigs.body(scene, rigs.oriented(4))
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    direct = scene.worlds(paths, scene.seconds(9))
    layered = fake.reset()
    paths = rigs.body(layered, rigs.oriented(4))
    cmds.roparGenerate(prompt="a person walks", target=paths[0], layer="")
    for path, world in layered.worlds(paths, layered.seconds(9)).items():
        assert world == pytest.approx(direct[path], abs=1e-9)


def test_keys_below_layers_are_warned_about(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], layer="x")
    before = scene.snapshot()
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert ("warning", "The keys are on the base layer: animation layers above it may hide them") in scene.messages
    blend = scene.connections[f"{paths[0]}.rotateX"].split(".")[0]
    assert scene.connections[f"{blend}.inputAX"] == "Hips_rotateX1.output"
    undo_and_redo(scene, before)


def test_samples_go_on_layers_and_only_the_first_is_heard(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    before = scene.snapshot()
    layers = cmds.roparGenerate(prompt="a person walks", target=paths[0], samples=3, seed=5)
    assert layers == ["a_person_walks_1", "a_person_walks_2", "a_person_walks_3"]
    assert [scene.nodes[layer].attributes["mute"] for layer in layers] == [False, True, True]
    assert [asked["seed"] for asked in double.asked] == [5, 6, 7]
    undo_and_redo(scene, before)


def test_keys_in_the_way(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=10)
    before = scene.snapshot()
    with pytest.raises(RuntimeError, match=r"has keys from 10 to .* use -replace, -layer or another -startTime"):
        cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=10)
    assert scene.snapshot() == before
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=10, replace=True)
    undo_and_redo(scene, before)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=100)  # nothing there


def test_replace_leaves_keys_outside_of_the_range(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    curve = scene.curve("mine", f"{paths[0]}.rotateX", [(scene.seconds(frame), 0.5) for frame in (1, 12, 300)])
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=10, replace=True)
    frames = [round(key.time * 24, 3) for key in curve.keys]
    assert frames[0] == 1 and frames[-1] == 300 and frames[1] == 10
    assert (curve.keys[0].value, curve.keys[-1].value) == (0.5, 0.5)


def test_end_time_fills_exactly_the_range(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=5, endTime=80)
    assert double.asked[0]["seconds"] == pytest.approx(76 / 24)
    frames = [round(key.time * 24, 3) for key in scene.nodes["Hips_translateZ"].keys]
    assert frames == list(range(5, 81))


def test_from_pose_goes_on_where_the_character_stands(scene: Any, double: Any) -> None:
    paths = rigs.body(scene, rigs.oriented(8))
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=1)
    last = scene.world(paths[0], scene.seconds(25))
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=26, fromPose=True)
    first = scene.world(paths[0], scene.seconds(26))
    # The floor place is that of the last frame; the pose is that of the motion's first.
    assert first[3, [0, 2]] == pytest.approx(last[3, [0, 2]], abs=0.05)
    ahead = scene.world(paths[0], scene.seconds(40))[3] - first[3]
    began = scene.world(paths[0], scene.seconds(15))[3] - scene.world(paths[0], scene.seconds(1))[3]
    assert ahead[0] ** 2 + ahead[2] ** 2 == pytest.approx(began[0] ** 2 + began[2] ** 2, rel=1e-3)
    assert abs(ahead[0] - began[0]) > 5  # it looks elsewhere by now


def test_in_place(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], inPlace=True)
    values = [key.value for key in scene.nodes["Hips_translateZ"].keys] if "Hips_translateZ" in scene.nodes else [0.0]
    assert max(values) - min(values) < 1.0


def test_the_playback_range_grows_and_comes_back(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    before = scene.snapshot()
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=40)
    assert scene.playback["maxTime"] == scene.playback["animationEndTime"] == 64
    undo_and_redo(scene, before)
    scene.undo()
    cmds.roparGenerate(prompt="a person walks", target=paths[0], startTime=40, extendRange=False)
    assert scene.playback["maxTime"] == 48


def test_a_channel_that_never_changes_has_two_keys(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert len(scene.nodes["LeftHand_rotateX"].keys) == 2
    assert len(scene.nodes["LeftLeg_rotateX"].keys) == 25


def test_the_mapping_and_the_motion_are_kept_on_the_root(scene: Any, double: Any) -> None:
    paths = rigs.body(scene, namespace="hero:")
    cmds.roparGenerate(prompt='she says "hi"\nand waves', target="hero:Spine")
    mapping = json.loads(scene.nodes[paths[0]].attributes["roparMapping"])
    assert mapping["joints"]["left_wrist"] == "LeftHand" and mapping["spine"] == ["Spine", "Spine1", "Spine2"]
    motion = json.loads(cmds.roparInfo("hero:Hips", motion=True))
    assert motion["prompt"] == 'she says "hi"\nand waves' and motion["licence"] == "CC-BY-NC-4.0"
    # What the user writes there wins from then on.
    mapping["joints"]["left_wrist"] = None
    scene.nodes[paths[0]].attributes["roparMapping"] = json.dumps(mapping)
    assert json.loads(cmds.roparInfo("hero:Hips", mapping=True))["joints"]["left_wrist"] is None


@pytest.mark.parametrize("up", ["y", "z"])
@pytest.mark.parametrize("layer", [None, "walk"])
def test_a_new_skeleton(scene: Any, double: Any, up: str, layer: str | None) -> None:
    scene.up, scene.linear_unit = up, "m"
    before = scene.snapshot()
    given = {} if layer is None else {"layer": layer}
    cmds.roparGenerate(prompt="a person walks", newSkeleton="", contacts=False, startTime=1, **given)
    root = "|ropar|Hips"
    assert scene.selection == [root] and len([n for n in scene.nodes.values() if n.kind == "joint"]) == 22
    head = next(path for path in scene.nodes if path.endswith("|Head"))
    # It stands upright, whichever axis is up, and walks to the front.
    first, last = (scene.world(root, scene.seconds(frame))[3, :3] for frame in (1, 24))
    high = scene.world(head, scene.seconds(1))[3, :3] - first
    ahead = last - first
    height, forward = (high[1], ahead[2]) if up == "y" else (high[2], -ahead[1])
    assert height > 45 and forward > 60
    undo_and_redo(scene, before)
    second = cmds.roparGenerate(prompt="a person walks", newSkeleton="")
    assert second == ["|ropar_2|Hips"]
    # It can be worked on like any other.
    cmds.roparGenerate(prompt="a person walks", target=root, replace=True)


def test_new_skeletons_that_cannot_be(scene: Any, double: Any) -> None:
    scene.transform("|ropar")
    for given, says in (
        ({"newSkeleton": "ropar"}, "there is a ropar already"),
        ({"newSkeleton": "my rig"}, "my rig cannot be the name of a group"),
        ({"newSkeleton": "", "fromPose": True}, "-newSkeleton goes with neither"),
    ):
        with pytest.raises(RuntimeError, match=says):
            cmds.roparGenerate(prompt="a person walks", **given)


def test_queries(scene: Any) -> None:
    from ropar_maya import __version__

    for command in (cmds.roparGenerate, cmds.roparRetarget, cmds.roparRedo, cmds.roparInfo):
        assert command(query=True, version=True) == __version__
        assert command(q=True, pr=True) == -1.0
    with pytest.raises(RuntimeError, match="only one of -progress and -version"):
        cmds.roparGenerate(query=True, prompt=True)
    assert not scene.undo_queue


def test_short_flags_and_positional_objects(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(paths[3], p="a person walks", s=1.0, sd=4, t=12, ip=False, c=False, l="x")
    assert double.asked[0]["seed"] == 4 and "x" in scene.nodes


def test_info(scene: Any, double: Any) -> None:
    found = json.loads(cmds.roparInfo())
    assert found["backend"] == "embedded" and found["licence"] == "CC-BY-NC-4.0"
    assert cmds.roparInfo(parts=True) == double.parts
    assert cmds.roparInfo(licence=True).startswith("CC-BY-NC-4.0: ")
    assert not scene.undo_queue


def test_every_flag_is_documented() -> None:
    from conftest import ROOT
    from ropar_maya import flags

    text = (ROOT / "docs" / "maya.md").read_text(encoding="utf-8")
    for command, of_command in flags.COMMANDS.items():
        assert f"## {command}" in text
        part = text.split(f"## {command}", 1)[1].split("\n## ", 1)[0]
        for flag in of_command:
            if flag not in flags.RUNNING:
                assert f"`-{flag.long}` `-{flag.short}`" in part, f"{command} -{flag.long}"
    for flag in flags.RUNNING:
        assert f"`-{flag.long}` `-{flag.short}`" in text

"""Skeletons as Maya's users have them: namespaces, groups, bind poses, HumanIK, meshes, poses that were left on."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import rigs
from joint_formula import rotation
from maya import cmds


def keys_of(scene: Any) -> dict[str, list[float]]:
    return {
        name: [key.value for key in node.keys]
        for name, node in scene.nodes.items()
        if node.kind.startswith("animCurve")
    }


@pytest.mark.parametrize("target", ["hero:rig", "hero:Hips", "hero:LeftHand", "|hero:rig|hero:Hips", "body", "hero"])
def test_a_skeleton_by_any_of_its_parts(scene: Any, double: Any, target: str) -> None:
    paths = rigs.body(scene, namespace="hero:", group=np.eye(4))
    scene.transform("|body").attributes["history"] = ["skin"]
    scene.add("skin", "skinCluster", influences=paths[2:5])
    character(scene, "hero", paths)
    assert cmds.roparGenerate(prompt="a person walks", target=target) == [paths[0]]


def character(scene: Any, name: str, paths: list[str]) -> None:
    """A HumanIK character: its slots are connected from the joints' Character attribute."""
    scene.add(name, "HIKCharacterNode", **dict.fromkeys(rigs.NAMES))
    for slot, path in zip(rigs.NAMES, paths, strict=True):
        scene.connect(f"{path}.Character", f"{name}.{slot}")


def test_a_human_ik_character_is_believed(scene: Any, double: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joints whose names say nothing are mapped by the character's definition."""
    with monkeypatch.context() as patch:
        patch.setattr(rigs, "NAMES", [f"j{index:02}" for index in range(22)])
        paths = rigs.body(scene)
    character(scene, "bob", paths)
    mapping = json.loads(cmds.roparInfo(paths[0], mapping=True))
    assert mapping["joints"]["left_wrist"] == "j20" and mapping["joints"]["right_hip"] == "j02"
    assert mapping["spine"] == ["j03", "j06", "j09"]
    cmds.roparGenerate(prompt="a person walks", target="bob")
    assert json.loads(scene.nodes[paths[0]].attributes["roparMapping"]) == mapping


def test_unknown_names_are_mapped_by_shape(scene: Any, double: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rigs, "NAMES", [f"j{index:02}" for index in range(22)])
    paths = rigs.body(scene, rigs.oriented(6))
    mapping = json.loads(cmds.roparInfo(paths[0], mapping=True))
    assert {mapping["joints"]["left_elbow"], mapping["joints"]["right_elbow"]} == {"j18", "j19"}


def bind(scene: Any, paths: list[str]) -> None:
    """A bind pose of the joints as they are now, and of the group above, as Maya keeps it."""
    members = [path for path in scene.nodes if scene.nodes[path].kind in ("joint", "transform")]
    matrices = [[float(v) for v in scene.world(path).ravel()] for path in members]
    scene.add("bindPose1", "dagPose", members=list(range(len(members))), worldMatrix=matrices)
    for index, path in enumerate(members):
        scene.connect(f"{path}.message", f"bindPose1.members[{index}]")


@pytest.mark.parametrize("moved", [False, True])
def test_a_bind_pose_is_the_rest_whatever_pose_was_left_on(scene: Any, double: Any, moved: bool) -> None:
    """Bound in the T pose, then posed and, with its group, carried away: the same motion comes out."""
    paths = rigs.body(scene, rigs.oriented(9, scales="even"), group=rotation((0, 0.4, 0)))
    bind(scene, paths)
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    group = "|rig"
    inverse = np.linalg.inv(scene.world(group))
    wanted = {path: world @ inverse for path, world in scene.worlds(paths, scene.seconds(9)).items()}
    scene.undo()
    rng = np.random.default_rng(1)
    for path in paths:
        scene.nodes[path].attributes["rotate"] = tuple(rng.uniform(-0.8, 0.8, 3))
    if moved:
        place = rotation((0, 2.0, 0))
        place[3, :3] = (300, 20, 10)
        scene.nodes[group].attributes["matrix"] = [float(v) for v in place.ravel()]
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    inverse = np.linalg.inv(scene.world(group))
    for path, world in scene.worlds(paths, scene.seconds(9)).items():
        assert world @ inverse == pytest.approx(wanted[path], abs=1e-3)


def test_without_a_bind_pose_the_rest_is_all_rotations_at_0(scene: Any, double: Any) -> None:
    paths = rigs.body(scene, rigs.oriented(9))
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    wanted = scene.worlds(paths, scene.seconds(9))
    scene.undo()
    for path in paths[1:]:
        scene.nodes[path].attributes["rotate"] = (0.3, -0.2, 0.1)
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    for path, world in scene.worlds(paths, scene.seconds(9)).items():
        assert world == pytest.approx(wanted[path], abs=1e-6)


def test_joints_whose_zero_pose_says_nothing_stand_as_they_do(scene: Any, double: Any) -> None:
    """No orients, no bind pose, all bones along X at 0: the pose that is on is the rest."""
    where, above = rigs.places(), rigs.parents()
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(above):
        children.setdefault(parent, []).append(index)
    paths: list[str] = []
    worlds: list[Any] = []
    for index, parent in enumerate(above):
        over = worlds[parent] if parent >= 0 else np.eye(4)
        first = children.get(index, [index])[0]
        along = where[first] - where[index] if first != index else np.array([1.0, 0, 0])
        along = along / np.linalg.norm(along)
        side = np.cross(along, [0.3, 0.2, 0.9])
        side /= np.linalg.norm(side)
        world = np.eye(4)
        world[:3, :3] = np.stack([along, side, np.cross(along, side)])
        local = world @ np.linalg.inv(over)
        y = -np.arcsin(np.clip(local[0, 2], -1, 1))
        angles = (np.arctan2(local[1, 2], local[2, 2]), y, np.arctan2(local[0, 1], local[0, 0]))
        place = np.append(where[index], 1.0) @ np.linalg.inv(over)
        path = (paths[parent] if parent >= 0 else "") + f"|{rigs.NAMES[index]}"
        scene.joint(path, rotate=angles, translate=tuple(place[:3]))
        paths.append(path)
        worlds.append(scene.world(path))
    assert np.abs(np.array([w[3, :3] for w in worlds]) - where).max() < 1e-6
    cmds.roparGenerate(prompt="a person walks", target=paths[0], contacts=False)
    found = scene.worlds(paths, scene.seconds(9))
    hips, head = found[paths[0]][3, :3], found[paths[15]][3, :3]
    assert head[1] - hips[1] > 50


def test_groups_between_joints_and_offset_parent_matrices(scene: Any, double: Any) -> None:
    """Places are kept through groups and offsetParentMatrix: the body still has its bones' lengths."""
    paths = rigs.body(scene, rigs.oriented(12))
    group = rotation((0.3, 0.2, -0.5))
    group[3, :3] = (1.0, 2.0, 3.0)
    inverse = np.linalg.inv(group)
    scene.nodes[paths[6]].attributes["offsetParentMatrix"] = [float(v) for v in inverse.ravel()]
    between = f"{paths[3]}|offset"
    scene.transform(between, group)
    old = paths[6]
    for path in [p for p in scene.nodes if p == old or p.startswith(old + "|")]:
        scene.nodes[path.replace(old, f"{between}|{rigs.NAMES[6]}")] = scene.nodes.pop(path)
    paths = [path.replace(old, f"{between}|{rigs.NAMES[6]}") for path in paths]
    scene.nodes = dict(sorted(scene.nodes.items(), key=lambda item: item[0].count("|")))
    place = scene.world(paths[6])[3, :3]
    assert place == pytest.approx(rigs.places()[6], abs=1e-6)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], contacts=False)
    lengths = np.linalg.norm(np.diff(rigs.places()[[3, 6, 9]], axis=0), axis=1)
    found = [scene.world(paths[joint], scene.seconds(9))[3, :3] for joint in (3, 6, 9)]
    assert np.linalg.norm(np.diff(found, axis=0), axis=1) == pytest.approx(lengths, abs=0.01)


def test_a_group_that_inherits_nothing(scene: Any, double: Any) -> None:
    """What lies above such a group does not matter; a joint that inherits nothing from the one above is refused."""
    place = rotation((0.0, 1.0, 0.0))
    place[3, :3] = (50.0, 0.0, 0.0)
    paths = rigs.body(scene, group=np.eye(4))
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    wanted = scene.world(paths[20], scene.seconds(9))
    scene.undo()
    for path in [path for path in scene.nodes if path.startswith("|rig")]:
        scene.nodes[f"|world{path}"] = scene.nodes.pop(path)
    scene.transform("|world", place)
    scene.nodes["|world|rig"].attributes["inheritsTransform"] = False
    cmds.roparGenerate(prompt="a person walks", target=f"|world{paths[0]}")
    assert scene.world(f"|world{paths[20]}", scene.seconds(9)) == pytest.approx(wanted, abs=1e-6)
    scene.nodes[f"|world{paths[16]}"].attributes["inheritsTransform"] = False
    with pytest.raises(RuntimeError, match="LeftArm does not inherit the joint above: turn Inherits Transform on"):
        cmds.roparGenerate(prompt="a person walks", target=f"|world{paths[0]}")


def test_limits_are_warned_about(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    scene.nodes[paths[18]].attributes["minRotYLimitEnable"] = True
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert ("warning", "The rotation of LeftForeArm is limited, which may hold the motion back") in scene.messages


def test_joints_of_the_same_name(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    for side in (paths[20], paths[21]):
        scene.joint(f"{side}|tip", translate=(0.0, -8.0, 0.0))
    assert cmds.roparGenerate(prompt="a person walks", target=paths[0]) == [paths[0]]
    assert cmds.roparGenerate(prompt="a person walks", target=paths[0], replace=True) == [paths[0]]


def test_fingers_keep_their_pose(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    scene.joint(f"{paths[20]}|LeftHandIndex1", translate=(5.0, 0.0, 0.0), rotate=(0.0, 0.0, 0.4))
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert not any(plug.startswith(f"{paths[20]}|LeftHandIndex1") for plug in scene.connections)

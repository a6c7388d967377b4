"""Rigs, mappings and retargeting: arrays in and out, poses by an independent kinematics."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import ropar
from numpy.typing import NDArray
from ropar.rig import JOINT_NAMES
from test_motion import matrices


def canonical(motion: ropar.Motion, turns: NDArray[np.float64] | None = None) -> ropar.Rig:
    """The canonical skeleton as a host would hand it over, the frames of its bones turned by `turns` (22, 3, 3)."""
    world = np.tile(np.eye(4), (22, 1, 1))
    world[0, 1, 3] = 0.955
    for joint, parent in enumerate(motion.parents[1:], start=1):
        world[joint, :3, 3] = world[parent, :3, 3] + motion.rest_offsets[joint]
    if turns is not None:
        world[:, :3, :3] = turns
    rest = [world[j] if p < 0 else np.linalg.inv(world[p]) @ world[j] for j, p in enumerate(motion.parents)]
    return ropar.Rig.from_arrays(motion.joint_names, motion.parents, np.stack(rest))


def positions(rig: ropar.Rig, clip: ropar.Retargeted) -> NDArray[np.float64]:
    """World positions (frames, n, 3) of a clip on a rig, with 4x4 matrices."""
    local = np.tile(np.eye(4), (clip.frames, len(rig), 1, 1))
    local[:, :, :3, :3] = matrices(np.array(clip.rotations))
    local[:, :, :3, 3] = clip.translations
    for node, parent in enumerate(rig.parents):
        if parent >= 0:
            local[:, node] = local[:, parent] @ local[:, node]
    found: NDArray[np.float64] = local[:, :, :3, 3]
    return found


@pytest.fixture(scope="module")
def walk(engine: ropar.Engine) -> ropar.Motion:
    return engine.generate("a person walks forward", seconds=2.0, seed=1)


@pytest.fixture(scope="module")
def rig(walk: ropar.Motion) -> ropar.Rig:
    return canonical(walk)


@pytest.fixture(scope="module")
def mapping(rig: ropar.Rig) -> ropar.Mapping:
    try:
        return rig.map()
    except ropar.RuntimeError_ as error:
        pytest.skip(f"not in this build of the library: {error}")


def random_turns() -> NDArray[np.float64]:
    return matrices(np.random.default_rng(3).normal(size=(22, 4)))


def test_a_rig_keeps_what_it_was_made_of() -> None:
    rest = np.tile(np.eye(4), (3, 1, 1))
    rest[:, :3, 3] = np.array([[0.0, 1.0, 0.0], [0.0, 0.25, 0.0], [0.5, 0.0, 0.0]])
    rest[1, :3, :3] = matrices(np.array([0.5, 0.5, 0.5, 0.5]))
    rig = ropar.Rig.from_arrays(["Hüfte", "spine", "spine"], [None, 0, 1], rest, kinds=["joint", "joint", "tip"])
    assert rig.names == ("Hüfte", "spine", "spine")
    assert rig.parents == (-1, 0, 1)
    assert rig.kinds == ("joint", "joint", "tip")
    assert rig.rest.shape == (3, 4, 4) and np.abs(rig.rest - rest).max() < 1e-12
    assert len(rig) == 3


@pytest.mark.parametrize(
    ("names", "parents", "rest", "kinds"),
    [
        (["a", "b"], [-1], np.tile(np.eye(4), (2, 1, 1)), None),
        (["a", "b"], [-1, 0], np.tile(np.eye(4), (3, 1, 1)), None),
        (["a", "b"], [1, -1], np.tile(np.eye(4), (2, 1, 1)), None),
        (["a", "b"], [-1, 5], np.tile(np.eye(4), (2, 1, 1)), None),
        (["a", "b"], [-1, "a"], np.tile(np.eye(4), (2, 1, 1)), None),
        (["a", "b"], [-1, 0], np.full((2, 4, 4), np.nan), None),
        (["a", "b"], [-1, 0], np.zeros((2, 4, 4)), None),
        (["a", "b"], [-1, 0], np.tile(np.eye(4), (2, 1, 1)), ["joint"]),
        (["a", "b"], [-1, 0], np.tile(np.eye(4), (2, 1, 1)), ["joint", "bone"]),
        (["a", 7], [-1, 0], np.tile(np.eye(4), (2, 1, 1)), None),
        ([], [], np.zeros((0, 4, 4)), None),
    ],
)
def test_what_is_no_rig_is_refused(names: list[str], parents: list[int], rest: object, kinds: list[str] | None) -> None:
    with pytest.raises(ropar.InputError) as caught:
        ropar.Rig.from_arrays(names, parents, rest, kinds=kinds)
    assert caught.value.message and caught.value.hint


def test_a_rig_is_read_from_a_file(walk: ropar.Motion, tmp_path: Path) -> None:
    walk.save(tmp_path / "walk.fbx")
    rig = ropar.Rig.load(tmp_path / "walk.fbx")
    assert set(walk.joint_names) <= set(rig.names)
    with pytest.raises(ropar.InputError, match=r"none\.fbx"):
        ropar.Rig.load(tmp_path / "none.fbx")


def test_a_rig_with_the_canonical_names_is_mapped_to_itself(rig: ropar.Rig, mapping: ropar.Mapping) -> None:
    assert {name: mapped.node for name, mapped in mapping.joints.items()} == dict(
        zip(rig.names, range(22), strict=True)
    )
    assert all(0.0 < mapped.confidence <= 1.0 for mapped in mapping.joints.values())
    assert list(mapping.joints) == list(JOINT_NAMES)
    assert [rig.names[node] for node in mapping.spine] == ["spine1", "spine2", "spine3"]
    assert mapping.rig is rig


def test_a_mapping_is_kept_as_text(rig: ropar.Rig, mapping: ropar.Mapping) -> None:
    text = mapping.to_json()
    json.loads(text)
    again = ropar.Mapping.from_json(text, rig)
    assert {n: m.node for n, m in again.joints.items()} == {n: m.node for n, m in mapping.joints.items()}
    assert (again.spine, again.neck, again.root) == (mapping.spine, mapping.neck, mapping.root)
    for bad in ("", "left", '{"joints": 7}'):
        with pytest.raises(ropar.InputError):
            ropar.Mapping.from_json(bad, rig)


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_body_moves_the_same_whatever_its_bones_frames(
    walk: ropar.Motion, mapping: ropar.Mapping, turned: bool
) -> None:
    rig = canonical(walk, random_turns()) if turned else mapping.rig
    made = ropar.retarget(walk, rig, contacts=False)
    assert (made.fps, made.frames, len(made)) == (walk.fps, walk.frames, walk.frames)
    assert made.rotations.shape == (walk.frames, 22, 4) and made.translations.shape == (walk.frames, 22, 3)
    moved = positions(rig, made) - walk.positions()
    assert np.abs(moved[:, :, [0, 2]]).max() < 1e-3
    # The feet of the model's motion go a little into the floor; the whole body is put onto it, once for all frames.
    assert np.ptp(moved[:, :, 1]) < 1e-3 and abs(moved[0, 0, 1]) < 0.05
    assert made.report["verdict"]["grade"] == "good" and made.report["verdict"]["reason"]


def test_in_place_stays_and_a_given_mapping_is_used(walk: ropar.Motion, mapping: ropar.Mapping) -> None:
    def travelled(clip: ropar.Retargeted) -> float:
        hips = positions(mapping.rig, clip)[:, 0]
        return float(np.linalg.norm((hips[-1] - hips[0])[[0, 2]]))

    assert travelled(ropar.retarget(walk, mapping.rig, mapping)) > 1.0
    assert travelled(ropar.retarget(walk, mapping.rig, mapping, in_place=True)) < 0.3


def test_a_clip_on_a_rig_becomes_a_motion_again(walk: ropar.Motion, mapping: ropar.Mapping) -> None:
    rig = canonical(walk, random_turns())
    made = ropar.retarget(walk, rig, contacts=False)
    again = ropar.Motion.from_rig(rig, made.fps, made.rotations, made.translations, contacts=False)
    moved = again.positions() - walk.positions()
    moved -= moved[:, :1]
    assert np.abs(moved).max() < 1e-3
    # By default feet that stand are held, here against a body that drifts by 5 cm a second.
    drifting = made.translations.copy()
    drifting[:, 0, 0] += 0.05 * np.arange(made.frames, dtype=np.float32) / made.fps
    taken = (rig, made.fps, made.rotations, drifting)
    held = ropar.Motion.from_rig(*taken).positions() - ropar.Motion.from_rig(*taken, contacts=False).positions()
    held -= held[:, :1]
    legs = [joint for joint, name in enumerate(JOINT_NAMES) if name.endswith(("knee", "ankle", "foot"))]
    assert np.abs(np.delete(held, legs, axis=1)).max() < 1e-3 < np.abs(held[:, legs]).max() < 0.1
    with pytest.raises(ropar.InputError):
        ropar.Motion.from_rig(rig, made.fps, made.rotations[:, :5])


def test_one_of_two_characters_is_chosen(walk: ropar.Motion, mapping: ropar.Mapping) -> None:
    names = mapping.rig.names * 2
    parents = [*mapping.rig.parents, *(-1 if parent < 0 else parent + 22 for parent in mapping.rig.parents)]
    rest = np.concatenate([mapping.rig.rest, mapping.rig.rest])
    rest[22, 0, 3] += 2.0
    pair = ropar.Rig.from_arrays(names, parents, rest)
    with pytest.raises(ropar.InputError) as caught:
        pair.map()
    assert caught.value.hint
    nodes = [pair.map(character).joints["head"].node for character in (1, 2)]
    assert sorted(nodes) == [15, 37]
    for wrong in (0, 3, "a"):
        with pytest.raises(ropar.InputError):
            pair.map(wrong)  # type: ignore[arg-type]


def test_one_of_two_clips_is_taken(walk: ropar.Motion, tmp_path: Path) -> None:
    walk.save(tmp_path / "walk.bvh")
    walk.save(tmp_path / "hero.glb")
    skeleton, motion = (tmp_path / "walk.bvh").read_text().removeprefix("HIERARCHY").split("MOTION")
    twin = re.sub(r"(ROOT|JOINT) (\w+)", r"\1 other_\2", skeleton)
    # Two in the same place would be a control rig and its deforming twin.
    twin = re.sub(r"OFFSET \S+", "OFFSET 200.0", twin, count=1)
    head, rows = motion.rsplit("\n", walk.frames + 1)[0], motion.strip().splitlines()[-walk.frames :]
    pair = "\n".join(["HIERARCHY", skeleton, twin, "MOTION" + head, *(f"{row} {row}" for row in rows), ""])
    (tmp_path / "pair.bvh").write_text(pair)
    paths = tmp_path / "pair.bvh", tmp_path / "hero.glb", tmp_path / "made.glb"
    for wrong in (None, 3):
        with pytest.raises(ropar.InputError, match=r"pair\.bvh"):
            ropar.retarget_file(*paths, source_character=wrong)
    assert not (tmp_path / "made.glb").exists()
    for character in (1, 2):
        assert ropar.retarget_file(*paths, source_character=character)["verdict"]["grade"] == "good"


def test_what_has_no_body_is_refused(walk: ropar.Motion, mapping: ropar.Mapping) -> None:
    chain = ropar.Rig.from_arrays(["a", "b", "c"], [-1, 0, 1], np.tile(np.eye(4), (3, 1, 1)))
    with pytest.raises(ropar.InputError) as caught:
        ropar.retarget(walk, chain)
    assert caught.value.message and caught.value.hint


def test_a_clip_is_retargeted_from_file_to_file(walk: ropar.Motion, mapping: ropar.Mapping, tmp_path: Path) -> None:
    walk.save(tmp_path / "walk.bvh")
    walk.save(tmp_path / "hero.glb")
    output = tmp_path / "made.glb"
    report = ropar.retarget_file(tmp_path / "walk.bvh", tmp_path / "hero.glb", output)
    assert report["verdict"]["grade"] == "good"
    unit, replaced = report["warnings"]
    assert "BVH has no unit" in unit and "the take `motion` that the file had is replaced" in replaced
    takes = ropar.inspect_file(output)["takes"]
    assert [take["frames"] for take in takes].count(walk.frames) >= 1
    # The same through arrays: both are one solver.
    rig = ropar.Rig.load(tmp_path / "hero.glb")
    again = ropar.retarget(ropar.Motion.load(tmp_path / "walk.bvh"), rig, rig.map())
    assert again.report["verdict"]["grade"] == "good"
    options = {"fps": 60.0, "in_place": True, "mapping": rig.map(), "character": 1}
    ropar.retarget_file(tmp_path / "walk.bvh", tmp_path / "hero.glb", tmp_path / "fast.glb", **options)  # type: ignore[arg-type]
    assert any(take["fps"] == pytest.approx(60) for take in ropar.inspect_file(tmp_path / "fast.glb")["takes"])
    with pytest.raises(ropar.InputError, match=r"none\.glb"):
        ropar.retarget_file(tmp_path / "none.glb", tmp_path / "hero.glb", tmp_path / "other.glb")
    assert not (tmp_path / "other.glb").exists()

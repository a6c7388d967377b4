"""Motions: arrays in and out, positions, other rates, files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import ropar
from conftest import Glb
from numpy.typing import NDArray
from ropar.rig import JOINT_NAMES

FRAMES = 31


def made_up() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A path, and a smooth turn of every joint about an axis of its own."""
    time = np.linspace(0.0, 1.0, FRAMES)
    random = np.random.default_rng(7)
    axes = random.normal(size=(22, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    angles = np.sin(2 * np.pi * time[:, None] * random.uniform(0.3, 1.0, 22)) * random.uniform(0.2, 2.5, 22)
    rotations = np.concatenate([axes * np.sin(angles / 2)[..., None], np.cos(angles / 2)[..., None]], axis=-1)
    root = np.stack([time, 0.955 + 0.1 * np.sin(5 * time), 2 * time**2], axis=-1)
    return root.astype(np.float32), rotations.astype(np.float32)


@pytest.fixture(scope="module")
def motion() -> ropar.Motion:
    root, rotations = made_up()
    return ropar.Motion.from_arrays(30, root, rotations, metadata={"take": "made up", "list": [1, 2.5, None]})


@pytest.fixture(scope="module")
def glb(motion: ropar.Motion, tmp_path_factory: pytest.TempPathFactory) -> Glb:
    path = tmp_path_factory.mktemp("glb") / "made_up.glb"
    motion.save(path)
    return Glb.read(path)


def matrices(quaternions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotation matrices, by the textbook formula."""
    x, y, z, w = np.moveaxis(quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def test_arrays_come_back_as_they_went_in(motion: ropar.Motion) -> None:
    root, rotations = made_up()
    assert (motion.fps, motion.frames, len(motion)) == (30.0, FRAMES, FRAMES)
    assert motion.seconds == pytest.approx(FRAMES / 30)
    assert motion.root.dtype == motion.rotations.dtype == np.float32
    assert np.array_equal(motion.root, root)
    assert motion.rotations.shape == (FRAMES, 22, 4)
    assert np.abs(motion.rotations - rotations).max() < 1e-6  # normalised
    assert motion.metadata == {"take": "made up", "list": [1, 2.5, None]}
    assert (motion.confidences, motion.warnings) == (None, ())


def test_arrays_cannot_be_changed(motion: ropar.Motion) -> None:
    with pytest.raises(ValueError, match="read-only"):
        motion.rotations[0, 0, 0] = 1.0
    motion.metadata["take"] = "changed"
    assert motion.metadata["take"] == "made up"


def test_the_skeleton_is_that_of_the_file_it_writes(motion: ropar.Motion, glb: Glb) -> None:
    assert motion.joint_names == JOINT_NAMES
    for joint, name in enumerate(motion.joint_names):
        parent = motion.parents[joint]
        if parent >= 0:
            assert parent < joint
            assert glb.parent(name) == motion.joint_names[parent]
            assert np.allclose(motion.rest_offsets[joint], glb.translation(name), atol=1e-7)


def test_positions_are_those_of_kinematics_from_the_file(motion: ropar.Motion, glb: Glb) -> None:
    """Offsets, hierarchy and curves are read from the GLB; matrices are multiplied in double precision."""
    placed: dict[str, NDArray[np.float64]] = {}
    turned: dict[str, NDArray[np.float64]] = {}
    for name in motion.joint_names:
        local = matrices(glb.curve(name, "rotation").astype(np.float64))
        parent = glb.parent(name)
        if name == "pelvis":
            placed[name] = glb.curve(name, "translation").astype(np.float64)
            turned[name] = local
        else:
            assert parent is not None
            placed[name] = placed[parent] + turned[parent] @ np.array(glb.translation(name))
            turned[name] = turned[parent] @ local
    expected = np.stack([placed[name] for name in motion.joint_names], axis=1)
    assert motion.positions().shape == (FRAMES, 22, 3)
    assert np.abs(motion.positions() - expected).max() < 1e-5


def test_another_rate_is_spherical_between_frames(motion: ropar.Motion) -> None:
    doubled = motion.resample(60)
    assert (doubled.fps, doubled.frames) == (60.0, 2 * FRAMES - 1)
    assert np.array_equal(doubled.root[::2], motion.root)
    assert np.abs(doubled.rotations[::2] - motion.rotations).max() < 1e-6
    # Half-way on the shorter arc is the normalised sum.
    a, b = motion.rotations[:-1].astype(np.float64), motion.rotations[1:].astype(np.float64)
    middle = a + np.sign(np.sum(a * b, axis=-1, keepdims=True)) * b
    middle /= np.linalg.norm(middle, axis=-1, keepdims=True)
    assert (np.abs(np.sum(middle * doubled.rotations[1::2], axis=-1)) > 1 - 1e-6).all()
    assert np.abs(doubled.root[1::2] - (motion.root[:-1] + motion.root[1:]) / 2).max() < 1e-6


def test_a_glb_file_keeps_every_bit_and_the_metadata(motion: ropar.Motion, tmp_path: Path) -> None:
    path = tmp_path / "a clip with ä.glb"
    motion.save(path)
    again = ropar.Motion.load(path)
    assert np.array_equal(again.root, motion.root)
    # The writer makes the signs of quaternions continuous: the rotation is the same, to the bit.
    assert np.array_equal(np.abs(again.rotations), np.abs(motion.rotations))
    for key, value in motion.metadata.items():
        assert again.metadata[key] == value


@pytest.mark.parametrize("extension", ["glb", "bvh", "fbx", "vrma"])
def test_files_have_the_rate_they_are_asked_for(motion: ropar.Motion, tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"clip.{extension}"
    motion.save(path, fps=60)
    (take,) = ropar.inspect_file(path)["takes"]
    assert (take["frames"], take["fps"]) == (2 * FRAMES - 1, pytest.approx(60))


def test_a_bvh_file_is_read_back(motion: ropar.Motion, tmp_path: Path) -> None:
    motion.save(tmp_path / "clip.bvh")
    again = ropar.Motion.load(tmp_path / "clip.bvh")
    assert np.abs(again.positions() - motion.positions()).max() < 1e-4


def test_some_joints_are_written_over_a_clip(motion: ropar.Motion, tmp_path: Path) -> None:
    motion.save(tmp_path / "old.glb")
    rotations = motion.rotations.copy()
    rotations[5:20, :, :] = [0.0, 0.0, 0.0, 1.0]
    changed = ropar.Motion.from_arrays(30, motion.root, rotations, metadata={"take": "changed"})
    changed.save_over(tmp_path / "old.glb", tmp_path / "new.glb", ["left_elbow", "head"])
    again, old = ropar.Motion.load(tmp_path / "new.glb"), ropar.Motion.load(tmp_path / "old.glb")
    for joint, name in enumerate(motion.joint_names):
        if name in ("left_elbow", "head"):
            assert (again.rotations[5:20, joint] == [0.0, 0.0, 0.0, 1.0]).all()
        else:
            assert again.rotations[:, joint].tobytes() == old.rotations[:, joint].tobytes()
    with pytest.raises(ropar.InputError, match="no joint `tail`"):
        changed.save_over(tmp_path / "old.glb", tmp_path / "new.glb", ["tail"])


def test_a_motion_is_made_from_positions(wave: ropar.Motion) -> None:
    laid = ropar.Motion.from_positions(wave.fps, wave.positions(), confidences=np.full((wave.frames, 22), 0.25))
    assert laid.frames == wave.frames
    # The skeleton is the same, so the joints come to lie where they were, to within what the floor is moved by.
    distance = np.linalg.norm(laid.positions() - wave.positions(), axis=-1)
    assert distance.mean() < 0.02 and distance.max() < 0.08
    assert (laid.confidences == np.float32(0.25)).all()


def test_contacts_and_confidences_are_kept() -> None:
    root, rotations = made_up()
    contacts = np.random.default_rng(1).uniform(size=(FRAMES, 4)).astype(np.float32)
    made = ropar.Motion.from_arrays(30, root, rotations, confidences=np.ones((FRAMES, 22)), contacts=contacts)
    assert np.array_equal(made.contacts, contacts)
    assert made.confidences is not None and made.confidences.shape == (FRAMES, 22)


def test_contacts_are_found_where_nobody_said() -> None:
    rotations = np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (30, 22, 1))
    for height, touches in ((0.955, 1.0), (1.5, 0.0)):
        standing = ropar.Motion.from_arrays(30, np.tile([0.0, height, 0.0], (30, 1)), rotations)
        assert standing.contacts.shape == (30, 4)
        assert (standing.contacts.round() == touches).all(), height


def test_motions_travel_between_processes(motion: ropar.Motion) -> None:
    again = pickle.loads(pickle.dumps(motion))
    assert np.array_equal(again.root, motion.root)
    assert np.abs(again.rotations - motion.rotations).max() < 1e-6
    assert again.metadata == motion.metadata


def bad_arrays() -> list[tuple[str, float, object, object]]:
    root, rotations = made_up()
    nan = rotations.copy()
    nan[3, 4, 2] = np.nan
    none = rotations.copy()
    none[2, 1] = 0.0
    return [
        ("no rate", 0, root, rotations),
        ("rate", float("nan"), root, rotations),
        ("joints", 30, root, rotations[:, :21]),
        ("frames", 30, root[:-1], rotations),
        ("not finite", 30, root, nan),
        ("no length", 30, root, none),
        ("no frames", 30, root[:0], rotations[:0]),
        ("words", 30, root, "left"),
        ("infinite", 30, np.full_like(root, np.inf), rotations),
    ]


@pytest.mark.parametrize("case", bad_arrays(), ids=lambda case: str(case[0]))
def test_what_is_no_motion_is_refused(case: tuple[str, float, object, object]) -> None:
    _, fps, root, rotations = case
    with pytest.raises(ropar.InputError) as caught:
        ropar.Motion.from_arrays(fps, root, rotations)
    assert caught.value.message and caught.value.hint
    assert "\n" not in str(caught.value)


def test_errors_of_files_say_what_and_what_next(motion: ropar.Motion, tmp_path: Path) -> None:
    cases: list[tuple[str | Path, type[ropar.Error]]] = [
        (tmp_path / "a.txt", ropar.InputError),
        (tmp_path / "none" / "a.glb", ropar.OutputError),
        ("a\0.glb", ropar.InputError),
    ]
    for path, kind in cases:
        with pytest.raises(kind) as caught:
            motion.save(path)
        assert caught.value.message and caught.value.hint, path
    for fps in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ropar.InputError):
            motion.save(tmp_path / "a.glb", fps=fps)
        with pytest.raises(ropar.InputError):
            motion.resample(fps)
    with pytest.raises(ropar.InputError, match="missing"):
        ropar.Motion.load(tmp_path / "missing.glb")
    (tmp_path / "broken.glb").write_bytes(b"glTF")
    with pytest.raises(ropar.InputError, match="broken"):
        ropar.Motion.load(tmp_path / "broken.glb")
    with pytest.raises(ropar.InputError, match="metadata"):
        ropar.Motion.from_arrays(30, *made_up(), metadata={"a": object()})
    assert list(tmp_path.iterdir()) == [tmp_path / "broken.glb"]


def test_files_are_inspected_and_converted(motion: ropar.Motion, tmp_path: Path) -> None:
    motion.save(tmp_path / "a.bvh")
    warnings = ropar.convert_file(tmp_path / "a.bvh", tmp_path / "a.glb", fps=15, start=0.2, end=0.6)
    assert isinstance(warnings, list) and all(isinstance(warning, str) for warning in warnings)
    found = ropar.inspect_file(tmp_path / "a.glb")
    assert found["takes"][0]["fps"] == pytest.approx(15)
    assert found["takes"][0]["seconds"] == pytest.approx(0.4, abs=0.1)
    json.dumps(found)

"""The noisy world, HumanML3D's layout, and arrays that grow on disk."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_corpus import write_arrays
from made_files import humanml3d_rows
from ropar_models.configuration import Data
from ropar_models.corpus import corruption, prepare
from ropar_models.corpus.corrupt import corrupt_arrays
from ropar_models.corpus.corruption import corrupt, generator_for, mirrored
from ropar_models.corpus.files import CorpusError
from ropar_models.corpus.fingerprint import fingerprint
from ropar_models.corpus.humanml3d import HumanML3DFolder, positions_of
from ropar_models.corpus.mirror import mirrored_joints
from ropar_models.corpus.writer import ArrayWriter
from ropar_models.training.dataset import Arrays


def walk(frames: int = 400) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(frames) / 20
    rotations = np.zeros((frames, 22, 4), np.float32)
    angle = 0.6 * np.sin(2 * np.pi * t)[:, None] * np.linspace(0.2, 1, 22)[None]
    rotations[..., 0], rotations[..., 3] = np.sin(angle / 2), np.cos(angle / 2)
    return np.stack([0 * t, 0.9 + 0 * t, t], -1).astype(np.float32), rotations


def degrees_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(2 * np.arccos(np.clip(np.abs((a * b).sum(-1)), 0, 1)))


def test_the_same_seed_gives_the_same_noise() -> None:
    root, rotations = walk()
    a, b, c = (corrupt(root, rotations, 20, "medium", generator_for(s, "clip")) for s in (1, 1, 2))
    np.testing.assert_array_equal(a.rotations, b.rotations)
    np.testing.assert_array_equal(a.confidence, b.confidence)
    assert not np.array_equal(a.rotations, c.rotations)
    with pytest.raises(ValueError, match="light, medium, severe"):
        corrupt(root, rotations, 20, "awful", generator_for(0, ""))


def test_errors_are_where_the_truth_says_and_grow_with_severity() -> None:
    root, rotations = walk()
    shares, wrong = [], []
    for severity in ("light", "medium", "severe"):
        made = [corrupt(root, rotations, 20, severity, generator_for(0, str(i))) for i in range(30)]
        touched = np.concatenate([m.touched for m in made])
        error = np.concatenate([degrees_apart(m.rotations, rotations) for m in made])
        shares.append(touched.mean())
        wrong.append(error[touched].mean())
        assert error[touched].mean() > 4 * error[~touched].mean()
        assert not touched[:, [0, 3, 6, 9, 12, 15]].any()  # spine and head are never hidden
        assert np.isfinite(error).all()
    assert 0.01 < shares[0] < shares[1] < shares[2] < 0.7
    assert wrong[0] < wrong[2]


def test_severities_are_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose numbers are all 0 leaves a motion as it is."""
    calm = {**corruption.table(), "severities": {"calm": dict.fromkeys(corruption.table()["severities"]["light"], 0)}}
    monkeypatch.setattr(corruption, "table", lambda: calm)
    root, rotations = walk()
    made = corrupt(root, rotations, 20, "calm", generator_for(0, "x"))
    assert not made.touched.any()
    np.testing.assert_allclose(made.root, root, atol=1e-6)
    assert degrees_apart(made.rotations, rotations).max() < 0.1


def test_confidence_follows_the_error_imperfectly() -> None:
    root, rotations = walk()
    made = [corrupt(root, rotations, 20, "medium", generator_for(0, str(i))) for i in range(60)]
    touched = np.concatenate([m.touched for m in made])
    confidence = np.concatenate([m.confidence for m in made])
    assert confidence.min() >= 0 and confidence.max() <= 1
    wrong, right = confidence[touched], confidence[~touched]
    # Area under the curve: the chance that a wrong joint has the lower confidence. Neither blind nor perfect.
    generator = np.random.default_rng(0)
    area = (generator.choice(wrong, 20000) < generator.choice(right, 20000)).mean()
    assert 0.65 < area < 0.97
    assert (wrong > 0.5).mean() > 0.05 and (right <= 0.5).mean() > 0.005


def test_the_mirror_image_of_noise_is_noise_of_the_other_side() -> None:
    root, rotations = walk(100)
    made = corrupt(root, rotations, 20, "severe", generator_for(0, "x"))
    other = mirrored(made)
    np.testing.assert_array_equal(other.touched, made.touched[:, mirrored_joints()])
    np.testing.assert_allclose(mirrored(other).rotations, made.rotations, atol=1e-6)


def test_corrupted_arrays_keep_the_truth_to_compare_with(tmp_path: Path) -> None:
    clean, noisy = tmp_path / "clean", tmp_path / "noisy"
    clean.mkdir()
    write_arrays(clean, (6, 1, 2))
    about = corrupt_arrays(clean, noisy, "severe", 3)
    assert 0 < about["joints_wrong"] < 1 and 0 < about["wrong_but_trusted"] < 1
    for split in ("val", "test"):
        before, after = Arrays(clean, split), Arrays(noisy, split)
        for a, b in zip(before.clips, after.clips, strict=True):
            np.testing.assert_array_equal(before.view(a, True), after.view(b, True))
    before, after = Arrays(clean), Arrays(noisy)
    assert any(
        not np.allclose(before.view(a, False), after.view(b, False), atol=1e-2)
        for a, b in zip(before.clips, after.clips, strict=True)
    )
    oracle = Arrays(noisy, "train", Data(confidence="oracle"))
    for clip in oracle.clips:
        np.testing.assert_array_equal(oracle.seen(clip, False), oracle.seen(clip, True)[:, mirrored_joints()])
    # Again with other settings is other noise; again with the same is left alone.
    first = (noisy / "features.npy").stat().st_mtime_ns
    assert corrupt_arrays(clean, noisy, "severe", 3) == about
    assert (noisy / "features.npy").stat().st_mtime_ns == first


def test_a_noisy_world_belongs_to_its_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where clean arrays are prepared again in the same folder."""
    clean, noisy = tmp_path / "clean", tmp_path / "noisy"
    clean.mkdir()
    write_arrays(clean, (3, 0, 0))
    corrupt_arrays(clean, noisy, "severe")

    class Encoder:
        """States that are the length of the caption."""

        def __init__(self, folder: Path) -> None:
            pass

        def __call__(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
            return np.ones((len(texts), 1, 384)) * [[[len(t)]] for t in texts], np.ones((len(texts), 1))

    before = Arrays(noisy).text([0, 1, 2])
    monkeypatch.setattr(prepare, "TextEncoder", Encoder)
    prepare.store_text(clean, ["walks", "swings the right arm", "swings the left arm"], tmp_path)
    for old, new in zip(before, Arrays(noisy).text([0, 1, 2]), strict=True):
        np.testing.assert_array_equal(old, new)
    # As other captions, other clips or features make another world.
    for change in (
        lambda: None,
        lambda: (clean / "clips.json").write_text((clean / "clips.json").read_text().replace('"0"', '"zero"')),
        lambda: np.save(clean / "features.npy", np.load(clean / "features.npy") * 1.001),
    ):
        change()
        corrupt_arrays(clean, noisy, "severe")
        theirs, mine = Arrays(clean), Arrays(noisy)
        assert [c["id"] for c in mine.clips] == [c["id"] for c in theirs.clips]
        assert mine.captions == theirs.captions
        np.testing.assert_array_equal(mine.text([0, 1, 2])[0], theirs.text([0, 1, 2])[0])
        assert json.loads((noisy / "corruption.json").read_text())["fingerprint"] == fingerprint(clean)


def test_arrays_grow_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "rows.npy"
    blocks = [np.random.default_rng(i).normal(size=(5 + i, 7)) for i in range(4)]
    with ArrayWriter(path, 7, np.float32) as writer:
        starts = [writer.append(b) for b in blocks]
    np.testing.assert_array_equal(np.load(path), np.concatenate(blocks).astype(np.float32))
    assert np.load(path, mmap_mode="r").flags.c_contiguous and starts == [0, 5, 11, 18]
    with pytest.raises(RuntimeError), ArrayWriter(path, 7, np.float32):
        raise RuntimeError
    assert len(np.load(path)) == 26 and list(tmp_path.iterdir()) == [path]


def test_humanml3d_rows_give_back_positions() -> None:
    generator = np.random.default_rng(0)
    yaw = np.linspace(0, 2.0, 50)
    positions = generator.normal(size=(50, 22, 3)) + np.linspace(0, 3, 50)[:, None, None]
    positions -= positions[0, 0] * np.array([1, 0, 1])
    found = positions_of(humanml3d_rows(positions, yaw))
    np.testing.assert_allclose(found, positions, atol=1e-5)


def test_humanml3d_folder(tmp_path: Path) -> None:
    for name in ("new_joint_vecs", "texts"):
        (tmp_path / name).mkdir()
    rows = humanml3d_rows(np.zeros((60, 22, 3)), np.zeros(60))
    for name in ("000001", "M000001", "000002"):
        np.save(tmp_path / "new_joint_vecs" / f"{name}.npy", rows)
    line = "a person waves#a/DET person/NOUN wave/VERB#0.0#0.0\n"
    for name in ("000001", "M000001"):
        (tmp_path / "texts" / f"{name}.txt").write_text(line)
    (tmp_path / "texts/000002.txt").write_text(line + "then sits#sit/VERB#1.0#2.5\n")
    (tmp_path / "train.txt").write_text("000001\nM000001\n")
    (tmp_path / "val.txt").write_text("")
    (tmp_path / "test.txt").write_text("M000001\n000002\n999999\n")
    clips = list(HumanML3DFolder(tmp_path))
    assert [(c.identifier, c.split, len(c.positions)) for c in clips] == [
        ("000001", "train", 60),
        ("M000001", "test", 60),
        ("000002", "test", 60),
        ("000002_1", "test", 30),
    ]
    assert clips[3].captions == ["then sits"]
    (tmp_path / "texts/000002.txt").write_text("no tags at all")
    with pytest.raises(CorpusError, match="line 1"):
        list(HumanML3DFolder(tmp_path))

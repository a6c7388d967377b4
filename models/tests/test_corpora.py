"""Every layout from its files to training arrays: what goes in comes out, and what cannot be used says which file."""

from collections.abc import Callable
from pathlib import Path

import made_files
import numpy as np
import pytest
import ropar_native
from ropar_models.corpus import prepare
from ropar_models.corpus.bvh_folder import BvhFolder
from ropar_models.corpus.files import CorpusError
from ropar_models.corpus.humanml3d import HumanML3DFolder
from ropar_models.corpus.mirror import mirrored_joints
from ropar_models.corpus.reader import open_corpus
from ropar_models.training.dataset import Arrays, is_made

FPS = 20.0


class Encoder:
    """A text encoder that says how long a caption is."""

    def __init__(self, folder: Path) -> None:
        pass

    def __call__(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        return np.ones((len(texts), 1, 384)) * [[[len(t)]] for t in texts], np.ones((len(texts), 1))


@pytest.fixture(autouse=True)
def _quick_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "TextEncoder", Encoder)
    monkeypatch.setattr(prepare, "require_encoder", lambda folder: None)


def about_the_pelvis(features: np.ndarray) -> np.ndarray:
    joints = ropar_native.forward_kinematics(*ropar_native.motion(np.ascontiguousarray(features), FPS, None))
    return joints - joints[:, :1]


@pytest.mark.parametrize(
    "write", [made_files.write_bvh_corpus, made_files.write_humanml3d_corpus, made_files.write_quantised_corpus]
)
def test_a_corpus_of_any_layout_becomes_arrays(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path / "corpus")
    prepare.prepare(tmp_path / "corpus", tmp_path, tmp_path)
    arrays = Arrays(tmp_path)
    recorded = [c for c in arrays.clips if not is_made(c)]
    assert len(recorded) == 2
    # What is called a walk is there backwards, too, and goes back.
    turned = {c["made_of"]: arrays.view(c, False) for c in arrays.clips if is_made(c)}
    assert turned.keys() == {c["id"] for c in recorded if c["content"] == "walk"}
    for features in turned.values():
        np.testing.assert_allclose(features[:-1, 2], -0.8, atol=0.02)
    root, rotations, _ = made_files.motion(60, FPS)
    for clip in recorded:
        assert clip["frames"] == 60 and clip["seconds"] == pytest.approx(3.0, abs=0.01)
        own, other = (arrays.view(clip, mirrored) for mirrored in (False, True))
        wanted = ropar_native.features(root, rotations, FPS)[0]
        apart = np.linalg.norm(about_the_pelvis(own) - about_the_pelvis(wanted), axis=-1)
        assert apart.mean() < 0.01 and apart.max() < 0.04
        # Left and right change places, and so does X.
        image = about_the_pelvis(own)[:, mirrored_joints()] * np.array([-1, 1, 1])
        np.testing.assert_allclose(about_the_pelvis(other), image, atol=2e-3)
        np.testing.assert_allclose(own[:-1, 2], 0.8, atol=0.02)  # metres a second ahead
        texts = [arrays.captions[clip[k][0][0]] for k in ("captions", "mirrored_captions")]
        assert texts == ["a person walks, the left arm first", "a person walks, the right arm first"]
        assert arrays.text([clip["captions"][0][0]])[0][0, 0, 0] == len(texts[0])
        assert arrays.seen(clip, True).min() == 1.0


def folder_of_one(tmp_path: Path, frames: int = 30) -> Path:
    root, _, angles = made_files.motion(frames)
    made_files.write_bvh(tmp_path / "walk.bvh", root, angles, np.asarray(ropar_native.skeleton()["offsets"]))
    (tmp_path / "walk.txt").write_text("a person walks\n")
    return tmp_path


@pytest.mark.parametrize("value", [1.5, -0.1, 255.0, np.nan, np.inf])
def test_confidence_outside_its_range_is_refused(tmp_path: Path, value: float) -> None:
    folder = folder_of_one(tmp_path)
    confidence = np.ones((30, 22))
    confidence[4, 3] = value
    np.save(folder / "walk.confidence.npy", confidence)
    with pytest.raises(CorpusError, match=r"walk\.confidence\.npy: is .* in frame 4, joint 3; expected 0 to 1"):
        list(open_corpus(folder))


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    folder = folder_of_one(tmp_path)
    (folder / "walk.txt").write_bytes("caf\xe9".encode("latin-1"))
    with pytest.raises(CorpusError, match=r"walk\.txt: is no text in UTF-8"):
        list(open_corpus(folder))
    (folder / "walk.txt").write_text("a person walks\n")
    (folder / "walk.confidence.npy").write_text("not an array")
    with pytest.raises(CorpusError, match=r"walk\.confidence\.npy: is no array"):
        list(open_corpus(folder))


def test_errors_of_the_solver_name_the_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("the hips do not stand apart")

    for name in ("solve", "calibrate"):
        with monkeypatch.context() as patched:
            patched.setattr(ropar_native, name, fails)
            with pytest.raises(CorpusError, match=r"walk\.bvh.*: the hips do not"):
                prepare.prepare(folder_of_one(tmp_path), tmp_path / "out", tmp_path)


def test_a_corpus_that_is_too_short_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"every clip is shorter than 0\.4 s"):
        prepare.prepare(folder_of_one(tmp_path, 9), tmp_path / "out", tmp_path)


def test_a_tag_beyond_the_end_is_passed_over(tmp_path: Path) -> None:
    made_files.write_humanml3d_corpus(tmp_path)
    lines = ["walks#a#0.0#0.0", "after the end#a#4.0#6.0", "at the end#a#2.8#6.0", "late#a#2.0#6.0"]
    (tmp_path / "texts/000001.txt").write_text("\n".join(lines))
    found = {c.captions[0]: len(c.positions) for c in HumanML3DFolder(tmp_path) if c.identifier.startswith("000001")}
    assert found == {"walks": 60, "late": 20}


def test_rigs_of_one_folder_are_told_apart(tmp_path: Path) -> None:
    """And one rig in two sizes and folders is one."""
    offsets = np.asarray(ropar_native.skeleton()["offsets"])
    other = offsets.copy()
    other[made_files.NAMES.index("left_shoulder")] *= 1.5
    root, _, angles = made_files.motion(30)
    (tmp_path / "small").mkdir()
    for path, size, rig in (("a.bvh", 1.0, offsets), ("b.bvh", 1.0, other), ("small/c.bvh", 0.7, offsets)):
        made_files.write_bvh(tmp_path / path, size * root, angles, size * rig)
        (tmp_path / path).with_suffix(".txt").write_text("walks\n")
    names = {c.identifier: c.skeleton for c in BvhFolder(tmp_path)}
    assert names["a"] == names["c"] != names["b"]

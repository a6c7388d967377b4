"""What of a clip is credible, against what an error really touches of its features and of its resampled motion."""

from pathlib import Path

import numpy as np
import pytest
import ropar_native
from made_corpus import write_arrays
from ropar_models.corpus.reader import Clip
from ropar_models.corpus.solving import resample_confidence
from ropar_models.training.dataset import Arrays

ELBOW, LEFT_ARM = 18, 1


@pytest.mark.parametrize(("first", "end"), [(20, 30), (0, 1), (38, 39), (39, 40)])
def test_features_that_an_error_touches_are_not_credible(tmp_path: Path, first: int, end: int) -> None:
    """Of an elbow that is wrong in the frames from `first` to `end`."""
    write_arrays(tmp_path, (1, 0, 0))
    frames = 40
    root = np.tile(np.array([0, 0.9, 0], np.float32), (frames, 1))
    rotations = np.zeros((frames, 22, 4), np.float32)
    rotations[..., 3] = 1
    clean = ropar_native.features(root, rotations, 20.0)[0]
    rotations[first:end, ELBOW] = [0, 0, np.sin(0.5), np.cos(0.5)]
    wrong = ropar_native.features(root, rotations, 20.0)[0]
    confidence = np.full((2 * frames, 22), 255, np.uint8)
    confidence[first:end, [13, 16, 18, 20]] = 0
    np.save(tmp_path / "confidence.npy", confidence)
    arrays = Arrays(tmp_path)
    credible = arrays.credible(arrays.clips[0], False, "five", 0.5)
    touched = (np.abs(wrong - clean) > 1e-5).any(1)
    np.testing.assert_array_equal(touched, ~credible[:, LEFT_ARM])
    assert credible[:, [p for p in range(5) if p != LEFT_ARM]].all()


@pytest.mark.parametrize(("fps", "doubted"), [(30.0, 5), (24.0, 6), (60.0, 1), (15.0, 3)])
def test_resampled_confidence_is_low_where_the_motion_holds_a_doubted_frame(fps: float, doubted: int) -> None:
    """Against the core's own resampling of a root that stands but for the doubted frame."""
    count = 25
    root, rotations = np.zeros((count, 3), np.float32), np.zeros((count, 22, 4), np.float32)
    rotations[..., 3] = 1
    root[doubted, 0] = 1
    moved, _ = ropar_native.resample(root, rotations, fps, 20.0)
    confidence = np.ones((count, 22), np.float32)
    confidence[doubted] = 0
    clip = Clip(
        **dict.fromkeys(("identifier", "file", "source", "skeleton", "content", "style", "split", "licence"), ""),
        captions=[],
        fps=fps,
        positions=np.zeros((count, 22, 3), np.float32),
        mapped=np.ones(22, bool),
        confidence=confidence,
    )
    seen = resample_confidence(clip, len(moved))
    np.testing.assert_array_equal(seen[:, 0] == 0, moved[:, 0] > 1e-3)

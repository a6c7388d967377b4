"""The whole evaluation of makers whose motions are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from made_corpus import tiny_configuration, write_arrays
from ropar_models import configuration
from ropar_models.evaluation.evaluate import evaluate
from ropar_models.evaluation.evaluator.embedding import Judge
from ropar_models.evaluation.evaluator.training import build
from ropar_models.evaluation.table import result_text
from ropar_models.generation import Wish
from ropar_models.training.dataset import Arrays


class Recorder:
    """Makes the recorded motion of every clip, as the most faithful of makers would."""

    name, frames_per_token, longest = "recorder", 4, 40

    def make(self, arrays: Arrays, wishes: Sequence[Wish], seed: int) -> list[np.ndarray]:
        views = [np.array(arrays.view(clip, False)) for clip in arrays.clips]
        return [views[i % len(views)][: 4 * wish.tokens] for i, wish in enumerate(wishes)]

    def rebuild(self, motions: Sequence[np.ndarray]) -> list[np.ndarray]:
        return list(motions)


def test_recorded_motion_is_as_far_as_recorded_motion_where_nothing_is_paired(tmp_path: Path) -> None:
    write_arrays(tmp_path, (1, 0, 12))
    torch.manual_seed(0)
    judge = Judge(build(configuration.load(tiny_configuration(tmp_path))))
    result = evaluate(judge, Arrays(tmp_path, "test"), Recorder(), repeats=2)
    rows = result["rows"]
    for row in ("rebuilt", "generated"):
        assert rows[row]["fid"]["mean"] == pytest.approx(0, abs=1e-6)  # it is the very same motion
        assert rows[row]["fid_unpaired"] == rows["recorded"]["fid_unpaired"]
    assert rows["recorded"]["fid_unpaired"]["mean"] > 0.01 and rows["two halves"]["fid"]["mean"] > 0.01
    assert "fid" not in rows["recorded"]
    assert result["reached"]["fid_unpaired"]["found"] == 1 and result["reached"]["fid"]["found"] < 0.001
    planted = rows["recorded, planted"]
    # Generated motion is the recorded one here, planted.
    assert planted["foot_skate"] == rows["generated"]["foot_skate"] and "r1" not in planted
    text = result_text(result)
    judged, plain = (part for part in text.split("\n\n") if part.startswith("| motion |"))
    assert "| two halves |" in judged and "FID, unpaired" in judged and "| recorded, planted |" not in judged
    assert "| recorded, planted |" in plain and "| two halves |" not in plain

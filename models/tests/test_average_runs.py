"""Weights between those of two runs."""

import shutil
from pathlib import Path

import pytest
import torch
from made_corpus import tiny_configuration, write_arrays
from ropar_models import configuration
from ropar_models.training import train_mar, train_pvae
from ropar_models.training.average_runs import average_runs


def test_a_run_between_two_runs(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    tiny = configuration.load(tiny_configuration(tmp_path))
    earlier, later, between = (tmp_path / name for name in ("earlier", "later", "between"))
    train_pvae.train(tiny, tmp_path, earlier, 60, steps=2)
    train_mar.train(tiny, tmp_path, earlier, 60, steps=2)
    shutil.copytree(earlier, later)
    train_mar.train(tiny, tmp_path, later, 60, steps=5)
    path = average_runs(earlier, later, 0.75, between)
    first, last, mean = (torch.load(run / "mar.pt", weights_only=False) for run in (earlier, later, between))
    moved = 0.0
    for name, weight in mean["average"].items():
        expected = 0.25 * first["average"][name] + 0.75 * last["average"][name]
        torch.testing.assert_close(weight, expected)
        moved += float((last["average"][name] - first["average"][name]).abs().sum())
    assert moved > 0
    # It can be exported, and gone on with where the later run stopped.
    train_mar.load(tiny, path, train_pvae.load(tiny, between / "pvae.pt"))
    train_mar.train(tiny, tmp_path, between, 60, steps=7)
    assert torch.load(path, weights_only=False)["step"] == 7

    with pytest.raises(FileExistsError, match="another --run"):
        average_runs(earlier, later, 0.75, between)
    with pytest.raises(ValueError, match="--share 2"):
        average_runs(earlier, later, 2, tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="train-mar"):
        average_runs(tmp_path / "nothing", later, 0.5, tmp_path / "none")
    torch.save({**last, "codes": "others"}, later / "mar.pt")
    with pytest.raises(ValueError, match="two P-VAEs"):
        average_runs(earlier, later, 0.5, tmp_path / "none")
    assert not (tmp_path / "none").exists()

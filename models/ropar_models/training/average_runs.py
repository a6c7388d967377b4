"""The mean of two transformers' weights: a run that went on, and the run that it went on from.

Where training on has brought something and lost something else, weights between the two often have both (Wortsman et
al. 2022, "Robust fine-tuning of zero-shot models", arXiv 2109.01903).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .schedule import load_checkpoint, save_checkpoint

# What a run holds of the transformer's training alone.
OWN = ("mar.pt", "mar.jsonl")


def average_runs(earlier: Path, later: Path, share: float, out: Path) -> Path:
    """Write a run whose transformer has `share` of the later run's weights; all else is the later run's.

    Steps and minutes are the later run's, too; an optimiser's state is not kept. Raises `ValueError` for a share
    outside 0..1 or runs that are not of one kind, `FileNotFoundError` where there is no transformer, `FileExistsError`
    where `out` is there.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"--share {share}: must be from 0 (the earlier run) to 1 (the later one)")
    first, last = (_checkpoint(run / "mar.pt") for run in (earlier, later))
    if first["codes"] != last["codes"]:
        raise ValueError(f"{earlier} and {later}: trained on the latents of two P-VAEs; nothing lies between them")
    kinds = [{name: weight.shape for name, weight in state["average"].items()} for state in (first, last)]
    if kinds[0] != kinds[1]:
        raise ValueError(f"{earlier} and {later}: trained with two configurations; nothing lies between them")
    weights = {name: first["average"][name].lerp(last["average"][name], share) for name in kinds[1]}
    shutil.copytree(later, out, ignore=shutil.ignore_patterns(*OWN))
    kept = {name: last[name] for name in ("step", "minutes", "codes")}
    save_checkpoint(out / "mar.pt", {"network": weights, "average": weights, **kept})
    return out / "mar.pt"


def _checkpoint(path: Path) -> dict[str, Any]:
    state = load_checkpoint(path)
    if state is None:
        raise FileNotFoundError(f"{path}: no transformer checkpoint; run `ropar-models train-mar` first")
    return state

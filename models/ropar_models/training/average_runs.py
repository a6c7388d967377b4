"""The mean of two transformers' weights: a run that went on, and the run that it went on from.

Where training on has brought something and lost something else, weights between the two often have both (Wortsman et
al. 2022, "Robust fine-tuning of zero-shot models", arXiv 2109.01903).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .schedule import require_checkpoint, save_checkpoint


def average_runs(earlier: Path, later: Path, share: float, out: Path) -> Path:
    """Write a run whose transformer has `share` of the later run's weights; all else is the later run's.

    Steps and minutes are the later run's, too; an optimiser's state is not kept. Raises `ValueError` for a share
    outside 0..1 or runs that are not of one kind, `FileNotFoundError` where there is no transformer, `FileExistsError`
    where `out` is there.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"--share {share}: must be from 0 (the earlier run) to 1 (the later one)")
    if out.exists():
        raise FileExistsError(f"{out} is there; choose another --run, so that no training is lost")
    first, last = (require_checkpoint(run / "mar.pt", "train-mar") for run in (earlier, later))
    if first.get("codes") != last.get("codes"):
        raise ValueError(f"{earlier} and {later}: trained on the latents of two P-VAEs; nothing lies between them")
    kinds = [{name: weight.shape for name, weight in state["average"].items()} for state in (first, last)]
    if kinds[0] != kinds[1]:
        raise ValueError(f"{earlier} and {later}: trained with two configurations; nothing lies between them")
    weights = {name: first["average"][name].lerp(last["average"][name], share) for name in kinds[1]}
    shutil.copytree(later, out, ignore=shutil.ignore_patterns("mar.*"))
    kept: dict[str, Any] = {name: last[name] for name in ("step", "minutes", "codes") if name in last}
    save_checkpoint(out / "mar.pt", {"network": weights, "average": weights, **kept})
    return out / "mar.pt"

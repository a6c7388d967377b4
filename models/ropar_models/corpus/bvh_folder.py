"""A user's own corpus: `NAME.bvh` beside `NAME.txt` (one caption a line), searched recursively.

An optional `NAME.confidence.npy` [T, 22] in 0..1 says how clearly each joint was seen. The split is a hash of the name:
10 % test, 5 % validation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import ropar_native

from .files import CorpusError, read_confidence, read_lines
from .reader import Clip


class BvhFolder:
    """Iterates over the clips of a folder and its subfolders."""

    def __init__(self, folder: Path) -> None:
        self.files = sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".bvh")
        if not self.files:
            raise CorpusError(f"{folder}: no clips.jsonl and no .bvh files; see models/README.md for the layouts")

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[Clip]:
        for path in self.files:
            captions = _captions(path)
            motion = ropar_native.read_bvh(str(path))
            positions = motion["positions"]
            yield Clip(
                identifier=path.stem,
                file=str(path),
                source=path.parent.name,
                skeleton=skeleton_of(motion),
                content=path.stem,
                style="",
                split=_split(path.stem),
                licence="user",
                captions=captions,
                fps=float(motion["fps"]),
                positions=positions,
                mapped=motion["mask"],
                confidence=read_confidence(path.with_suffix(".confidence.npy"), positions.shape[:2]),
            )


def _captions(path: Path) -> list[str]:
    text = path.with_suffix(".txt")
    if not text.exists() and path.with_suffix(".TXT").exists():
        text = path.with_suffix(".TXT")
    if not text.exists():
        raise CorpusError(f"{path}: no captions; write one a line into {text.name} beside it")
    captions = [line.strip() for line in read_lines(text) if line.strip()]
    if not captions:
        raise CorpusError(f"{text}: is empty; write one caption a line")
    return captions


def skeleton_of(motion: dict[str, Any]) -> str:
    """What clips of one rig have in common, whatever folder they lie in and however large the body is: the joint map,
    the joints, and the lengths of the bones to a thousandth of all of them together."""
    positions, mask, parents = motion["positions"], motion["mask"], ropar_native.skeleton()["parents"]
    ends = [j for j, parent in enumerate(parents) if parent >= 0 and mask[j] and mask[parent]]
    bones = positions[:, ends] - positions[:, [parents[j] for j in ends]]
    lengths = np.median(np.linalg.norm(bones, axis=-1), axis=0)
    shares = np.round(1000 * lengths / max(float(lengths.sum()), 1e-9)).astype(int)
    return f"{motion['joint_map']} {''.join(str(int(m)) for m in mask)} {shares.tolist()}"


def _split(name: str) -> str:
    bucket = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100
    return "test" if bucket < 10 else "val" if bucket < 15 else "train"

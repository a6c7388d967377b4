"""Reads the layout of HumanML3D (Guo et al. 2022), for whoever holds its licence and AMASS's.

    new_joint_vecs/NAME.npy   [T, 263] at 20 frames a second
    texts/NAME.txt            caption#tagged words#from seconds#to seconds, one a line
    train.txt, val.txt, test.txt   names
    confidence/NAME.npy       optional, [T, 22] in 0..1

Of the 263 channels the root (4) and the joint positions (63) are read, and our own solver makes rotations and features
of them (docs/decisions/0025). Training names that begin with M are left out: they are mirror images, which `prepare`
makes itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..layout import FRAME_RATE, JOINTS
from .files import CorpusError, read_array, read_confidence, read_lines
from .reader import SHORTEST, Clip

CHANNELS = 263  # theirs; their frame rate is ours


def positions_of(rows: np.ndarray) -> np.ndarray:
    """Joint positions [T, 22, 3] of rows [T, 263] (`recover_from_ric` of the published code, in closed form).

    Channel 0 is the half-angle velocity about Y, 1 and 2 the velocity over the ground in the heading's frame, 3 the
    height of the pelvis, 4 to 66 the other joints in the heading's frame at the pelvis' ground point.
    """
    rows = np.asarray(rows, np.float64)
    half = np.concatenate([[0.0], np.cumsum(rows[:-1, 0])])
    cosine, sine = np.cos(2 * half), np.sin(2 * half)

    def to_world(x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # The stored quaternion turns the world to the heading; this is its inverse.
        c, s = (v.reshape(-1, *([1] * (x.ndim - 1))) for v in (cosine, sine))
        return c * x - s * z, s * x + c * z

    step_x, step_z = np.zeros(len(rows)), np.zeros(len(rows))
    step_x[1:], step_z[1:] = rows[:-1, 1], rows[:-1, 2]
    step_x, step_z = to_world(step_x, step_z)
    root_x, root_z = np.cumsum(step_x), np.cumsum(step_z)
    out = np.zeros((len(rows), 22, 3))
    out[:, 0] = np.stack([root_x, rows[:, 3], root_z], -1)
    others = rows[:, 4:67].reshape(-1, 21, 3)
    x, z = to_world(others[..., 0], others[..., 2])
    out[:, 1:] = np.stack([x + root_x[:, None], others[..., 1], z + root_z[:, None]], -1)
    return out.astype(np.float32)


class HumanML3DFolder:
    """Iterates over the clips of all three splits; a caption that tags a span of time makes a clip of that span."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[tuple[str, str]] = []
        for split in ("train", "val", "test"):
            path = folder / f"{split}.txt"
            if not path.exists():
                raise CorpusError(f"{path}: is missing; a HumanML3D folder has train.txt, val.txt and test.txt")
            names = [line.strip() for line in read_lines(path) if line.strip()]
            self.names += [(n, split) for n in names if not (split == "train" and n.startswith("M"))]

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Clip]:
        for name, split in self.names:
            rows_path, text_path = self.folder / "new_joint_vecs" / f"{name}.npy", self.folder / "texts" / f"{name}.txt"
            if not rows_path.exists():
                continue  # the published lists name a few recordings that its scripts drop
            if not text_path.exists():
                raise CorpusError(f"{text_path}: is missing, but {rows_path.name} is there")
            rows = read_array(rows_path)
            if rows.ndim != 2 or rows.shape[1] != CHANNELS:
                raise CorpusError(f"{rows_path}: has shape {rows.shape}; expected [frames, {CHANNELS}]")
            if not np.isfinite(rows).all():
                continue  # one published file holds NaN
            positions = positions_of(rows)
            confidence = read_confidence(self.folder / "confidence" / f"{name}.npy", (len(rows), len(JOINTS)))
            for k, ((start, end), captions) in enumerate(sorted(self.spans(text_path, len(rows)).items())):
                yield Clip(
                    identifier=name if k == 0 else f"{name}_{k}",
                    file=str(rows_path),
                    source="humanml3d",
                    skeleton="humanml3d",
                    content=name.removeprefix("M"),
                    style="",
                    split=split,
                    licence="HumanML3D and AMASS terms",
                    captions=captions,
                    fps=FRAME_RATE,
                    positions=positions[start:end],
                    mapped=np.ones(len(JOINTS), bool),
                    confidence=None if confidence is None else confidence[start:end],
                )

    @staticmethod
    def spans(path: Path, frames: int) -> dict[tuple[int, int], list[str]]:
        """Captions by the frames [start, end) that they speak of; a tag that leaves too few frames is passed over."""
        out: dict[tuple[int, int], list[str]] = defaultdict(list)
        for number, line in enumerate(read_lines(path), 1):
            if not line.strip():
                continue
            fields = line.strip().split("#")
            try:
                start, end = (0.0 if v in ("", "nan") else float(v) for v in fields[2:4])
            except ValueError:
                raise CorpusError(f"{path}: line {number} is not caption#words#from#to") from None
            first, last = max(round(start * FRAME_RATE), 0), min(round(end * FRAME_RATE), frames)
            if start == end == 0.0:
                out[0, frames].append(fields[0])
            elif last - first >= SHORTEST:
                out[first, last].append(fields[0])
        return out

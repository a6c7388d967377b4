"""Pieces of clips on the token grid: how long they are and where they begin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass
class Crop:
    """A piece of a clip on the token grid."""

    clip: int
    mirrored: bool
    start: int
    tokens: int


# Pieces of which the liveliest is taken.
CANDIDATES = 4


def liveliest(generator: np.random.Generator, crop: Crop, frames: int, change: np.ndarray) -> Crop:
    """The crop of `frames` frames, or one as long whose `change` [T - 1] from frame to frame peaks higher.

    A kick is over in half a second: many pieces drawn evenly of a clip of kicks show the stance before it.
    """
    last = len(change) + 1 - frames
    starts = [crop.start, *(int(start) for start in generator.integers(0, last + 1, CANDIDATES - 1))]
    peaks = [change[start : start + frames - 1].max(initial=0.0) for start in starts]
    return replace(crop, start=starts[int(np.argmax(peaks))])


# How often a content that `shortest` lists is cut to any length that it allows.
PIECES_SHARE = 0.6


def draw_crop(
    generator: np.random.Generator,
    index: int,
    clip: dict[str, Any],
    longest: int,
    frames_per_token: int,
    crop: float,
    shortest: dict[str, int] | None = None,
) -> Crop:
    """A whole clip where it fits; with probability `crop`, or when too long, a random piece of it.

    The lengths of a rare content's few clips would become part of what its words mean: of two clips of 1.6 s and 12 s,
    nothing of 4 s is learned. `shortest` says for contents how many tokens still show what their captions say; of
    those, pieces of every length from there on are drawn.
    """
    available = clip["frames"] // frames_per_token
    tokens = min(available, longest)
    least = (shortest or {}).get(clip["content"], tokens)
    if least < tokens and generator.random() < PIECES_SHARE:
        tokens = int(generator.integers(least, tokens + 1))
    elif available > 6 and generator.random() < crop:
        tokens = int(generator.integers(max(4, int(0.5 * tokens)), tokens + 1))
    slack = clip["frames"] - tokens * frames_per_token
    start = int(generator.integers(0, slack + 1))
    return Crop(index, bool(generator.random() < 0.5), start, tokens)

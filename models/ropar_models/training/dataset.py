"""Training arrays, balanced sampling of clips, and batches of the token grid."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Arrays:
    """What `prepare` wrote. `view(i, mirrored)` is a clip's features [T, D]."""

    def __init__(self, folder: Path, split: str = "train", exclude: Sequence[str] = ()) -> None:
        self.features = np.load(folder / "features.npy", mmap_mode="r")
        self.confidence = np.load(folder / "confidence.npy", mmap_mode="r")
        clips = json.loads((folder / "clips.json").read_text())
        self.clips = [c for c in clips if c["split"] == split and c["id"] not in exclude]
        self.folder = folder

    @cached_property
    def captions(self) -> list[str]:
        """Every caption and rewording, by number."""
        return json.loads((self.folder / "captions.json").read_text())

    @cached_property
    def states(self) -> np.ndarray:
        """Token states of all captions, one after another [S, 384]."""
        return np.load(self.folder / "states.npy", mmap_mode="r")

    @cached_property
    def offsets(self) -> np.ndarray:
        """Where each caption's states begin [captions + 1]."""
        return np.load(self.folder / "offsets.npy")

    def view(self, clip: dict[str, Any], mirrored: bool) -> np.ndarray:
        start = clip["mirrored_start" if mirrored else "start"]
        return self.features[start : start + clip["frames"]]

    def seen(self, clip: dict[str, Any], mirrored: bool) -> np.ndarray:
        """Joint confidence [T, 22] in 0..1."""
        start = clip["mirrored_start" if mirrored else "start"]
        return self.confidence[start : start + clip["frames"]].astype(np.float32) / 255

    def text(self, captions: list[int]) -> tuple[Tensor, Tensor]:
        """Padded token states [B, L, 384] and mask [B, L] of caption numbers; -1 is "no text"."""
        blocks = [self.states[self.offsets[c] : self.offsets[c + 1]] if c >= 0 else None for c in captions]
        longest = max([len(b) for b in blocks if b is not None] + [1])
        states = torch.zeros(len(captions), longest, self.states.shape[1])
        mask = torch.zeros(len(captions), longest)
        for row, block in enumerate(blocks):
            if block is not None:
                states[row, : len(block)] = torch.from_numpy(block.astype(np.float32))
                mask[row, : len(block)] = 1
        return states, mask


# How often a caption is taken as written, reworded, or composed from the labels.
CAPTION_SHARES = (0.45, 0.2, 0.35)


def draw_caption(generator: np.random.Generator, clip: dict[str, Any], mirrored: bool) -> int:
    """A caption's number for one training example."""
    kinds = clip["mirrored_captions" if mirrored else "captions"]
    shares = np.array([share if kind else 0.0 for share, kind in zip(CAPTION_SHARES, kinds, strict=True)])
    return int(generator.choice(kinds[generator.choice(len(kinds), p=shares / shares.sum())]))


def balanced_weights(clips: list[dict[str, Any]], power: float, boost: dict[str, float]) -> np.ndarray:
    """Sampling probability per clip: a content with n clips gets n ** power, so that rare contents are learned too."""

    def group(c: dict[str, Any]) -> tuple[Any, ...]:
        return c["source"], c["dataset"], c["content"]

    count = Counter(group(c) for c in clips)
    weights = np.array([count[group(c)] ** (power - 1) * boost.get(c["content"], 1.0) for c in clips])
    return weights / weights.sum()


@dataclass
class Crop:
    """A piece of a clip on the token grid."""

    clip: int
    mirrored: bool
    start: int
    tokens: int


def draw_crop(
    generator: np.random.Generator, index: int, clip: dict[str, Any], longest: int, frames_per_token: int, crop: float
) -> Crop:
    """A whole clip where it fits; with probability `crop`, or when too long, a random piece of it."""
    available = clip["frames"] // frames_per_token
    tokens = min(available, longest)
    if available > 6 and generator.random() < crop:
        tokens = int(generator.integers(max(4, int(0.5 * tokens)), tokens + 1))
    slack = clip["frames"] - tokens * frames_per_token
    start = int(generator.integers(0, slack + 1))
    return Crop(index, bool(generator.random() < 0.5), start, tokens)

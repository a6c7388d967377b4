"""Embeddings of motions and captions by a trained evaluator, in batches, on any device."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import ropar_native
import torch
from torch import Tensor

from ...networks.evaluator import Evaluator
from ...training.dataset import Arrays
from ...training.hardware import Hardware


@lru_cache(maxsize=1)
def groups() -> dict[str, list[int]]:
    """Part groups of part-level figures: arms and legs, as parts of the scheme of five."""
    names = ropar_native.part_scheme("five")["parts"]
    return {g: [i for i, n in enumerate(names) if n.endswith(g[:-1])] for g in ("arms", "legs")}


def pad_motions(motions: Sequence[np.ndarray], patch: int) -> tuple[Tensor, Tensor]:
    """Features [T, D] each -> padded [B, T, D] with T a multiple of `patch`, and the true lengths [B] in frames.

    Frames that do not fill a last patch are left out.
    """
    frames = torch.tensor([len(m) // patch * patch for m in motions])
    out = torch.zeros(len(motions), int(frames.max()), motions[0].shape[1])
    for row, motion in enumerate(motions):
        n = int(frames[row])
        out[row, :n] = torch.from_numpy(np.array(motion[:n]))
    return out, frames


class Judge:
    """A trained evaluator at work. Motions are features [T, D] at the rate it was trained on."""

    def __init__(self, network: Evaluator, hardware: Hardware | None = None, version: str = "") -> None:
        self.hardware, self.version = hardware or Hardware(), version
        self.network = network.eval().to(self.hardware.device)
        self.parts = len(network.owned)

    @torch.no_grad()
    def motions(self, motions: Sequence[np.ndarray], group: str | None = None, batch: int = 64) -> np.ndarray:
        """Embeddings [N, E]; with `group`, of those parts alone."""
        visible = torch.ones(self.parts)
        if group is not None:
            visible = torch.zeros(self.parts)
            visible[groups()[group]] = 1
        out = np.zeros((len(motions), self.network.config.embedding), np.float32)
        # Neighbours of like length, so that little is padding.
        order = sorted(range(len(motions)), key=lambda i: len(motions[i]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            features, frames = pad_motions([motions[i] for i in rows], self.network.config.frames_per_token)
            features, frames = self.hardware.move((features, frames))
            made = self.network.motion(features, frames, visible.repeat(len(rows), 1).to(self.hardware.device))
            out[rows] = made.cpu().numpy()
        return out

    @torch.no_grad()
    def texts(self, arrays: Arrays, captions: Sequence[int], batch: int = 256) -> np.ndarray:
        """Embeddings [N, E] of caption numbers."""
        out = np.zeros((len(captions), self.network.config.embedding), np.float32)
        for start in range(0, len(captions), batch):
            chosen = list(captions[start : start + batch])
            out[start : start + len(chosen)] = self.network.text(*self.hardware.move(arrays.text(chosen))).cpu().numpy()
        return out

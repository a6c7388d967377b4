"""Clips encoded once and kept in memory, for corpora that fit."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..configuration import Configuration
from ..networks.pvae import Pvae
from .crops import Crop
from .dataset import Arrays, cells_of


class Latents:
    """Every clip encoded once per frame phase and side, so that training never runs the encoder.

    A crop may start at any frame whose phase (start modulo frames per token) was encoded.
    """

    def __init__(
        self, network: Pvae, arrays: Arrays, configuration: Configuration, phases: tuple[int, ...] = (0, 2)
    ) -> None:
        self.phases, self.frames = phases, network.config.frames_per_token
        device = network.mean.device
        blocks: list[Tensor] = []
        cells: list[Tensor] = []
        self.table: dict[tuple[int, bool, int], tuple[int, int]] = {}
        start = 0
        for i, clip in enumerate(arrays.clips):
            for mirrored in (False, True):
                credible = arrays.credible(
                    clip, mirrored, configuration.part_scheme, configuration.data.credible_threshold
                )
                for phase in phases:
                    n = (clip["frames"] - phase) // self.frames
                    cut = slice(phase, phase + n * self.frames)
                    seen = torch.from_numpy(cells_of(credible[cut], self.frames))
                    features = torch.from_numpy(np.array(arrays.view(clip, mirrored)[cut]))[None]
                    with torch.no_grad():
                        blocks.append(network.encode(features.to(device), seen[None].to(device))[0].cpu())
                    cells.append(seen)
                    self.table[i, mirrored, phase] = start, n
                    start += n
        self.latents, self.credible = torch.cat(blocks), torch.cat(cells)

    def cut(self, crop: Crop) -> tuple[Tensor, Tensor]:
        """Latents [N, P, latent] and credible cells [N, P] of a crop (its start rounded to an encoded phase)."""
        phase = min(self.phases, key=lambda p: abs(p - crop.start % self.frames))
        start, available = self.table[crop.clip, crop.mirrored, phase]
        first = min(crop.start // self.frames, max(0, available - crop.tokens))
        tokens = min(crop.tokens, available)
        span = slice(start + first, start + first + tokens)
        return self.latents[span], self.credible[span]

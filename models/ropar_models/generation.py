"""Motions for many prompts at once, for training and evaluation: what makers share, and the one from checkpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from .configuration import Configuration, Sampling
from .networks.pvae import Pvae
from .sampler import Grid, Head, sample
from .training import train_mar, train_pvae
from .training.dataset import Arrays, part_count
from .training.hardware import Hardware


@dataclass(frozen=True)
class Wish:
    """One motion to make: a caption's number and a length in tokens."""

    caption: int
    tokens: int


class Maker(Protocol):
    """Something that makes motions, and takes recorded ones through its P-VAE."""

    name: str
    frames_per_token: int
    longest: int

    def make(self, arrays: Arrays, wishes: Sequence[Wish], seed: int) -> list[np.ndarray]: ...

    def rebuild(self, motions: Sequence[np.ndarray]) -> list[np.ndarray]: ...


class SamplingMaker:
    """What makers share: wishes of one length are made together."""

    frames_per_token: int
    parts: int
    latent: int
    settings: Sampling
    device: torch.device
    batch: int = 64

    def _networks(self) -> tuple[Callable[..., Tensor], Head]:
        """The transformer and the diffusion head, as the sampler calls them."""
        raise NotImplementedError

    def _sample(self, grid: Grid, text: Tensor, mask: Tensor, noise: Tensor, order: Tensor) -> Tensor:
        transformer, head = self._networks()
        return sample(
            transformer,
            head,
            grid,
            text,
            mask,
            noise=noise,
            order=order,
            iterations=self.settings.iterations,
            steps=self.settings.steps,
            guidance=self.settings.guidance,
            guidance_decay=self.settings.guidance_decay,
            temperature=self.settings.temperature,
        )

    def _decode(self, latent: Tensor) -> Tensor:
        raise NotImplementedError

    def _encode(self, features: Tensor, credible: Tensor) -> Tensor:
        raise NotImplementedError

    def _codes(self, arrays: Arrays, wishes: Sequence[Wish], seed: int) -> Iterator[tuple[list[int], Tensor]]:
        """Places of wishes of one length, and their latents [B, N, P, latent], until every wish had its turn."""
        by_length: dict[int, list[int]] = defaultdict(list)
        for i, wish in enumerate(wishes):
            by_length[wish.tokens].append(i)
        for tokens, members in sorted(by_length.items()):
            for start in range(0, len(members), self.batch):
                rows = members[start : start + self.batch]
                text, mask = arrays.text([wishes[i].caption for i in rows])
                random = [np.random.default_rng([seed, i]) for i in rows]
                shape = (tokens, self.parts, self.latent)
                noise = np.stack([r.standard_normal(shape, np.float32) for r in random])
                order = np.stack([r.random(shape[:2], np.float32) for r in random])
                grid = Grid.masked(len(rows), *shape)
                moved = (
                    t.to(self.device)
                    for t in (
                        *(grid.latent, grid.known, grid.attend),
                        *(text, mask, torch.from_numpy(noise), torch.from_numpy(order)),
                    )
                )
                latent, known, attend, *rest = moved
                yield rows, self._sample(Grid(latent, known, attend), *rest)

    def make(self, arrays: Arrays, wishes: Sequence[Wish], seed: int) -> list[np.ndarray]:
        """Features [T, D] per wish, in their order. The noise of a wish depends on the seed and its place alone."""
        out: list[np.ndarray] = [np.zeros((0, 0), np.float32)] * len(wishes)
        for rows, latent in self._codes(arrays, wishes, seed):
            for row, features in zip(rows, self._decode(latent).cpu().numpy(), strict=True):
                out[row] = features
        return out

    def sampling_error(self, arrays: Arrays, wishes: Sequence[Wish], seed: int) -> np.ndarray:
        """Deviation [latent] between sampled latents and what their own motion is encoded to, in unit-scale latents.

        A sampled latent may lie where no motion's does; this is by how much.
        """
        apart = []
        for _, latent in self._codes(arrays, wishes, seed):
            cells = torch.ones(latent.shape[:3], device=self.device)
            again = self._encode(self._decode(latent), cells)
            apart.append((again - latent).square().flatten(0, 2).cpu().numpy())
        deviation: np.ndarray = np.sqrt(np.concatenate(apart).mean(0))
        return deviation

    def rebuild(self, motions: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Features through encoder and decoder; lengths are multiples of `frames_per_token`."""
        out = []
        for motion in motions:
            features = torch.from_numpy(np.array(motion))[None].to(self.device)
            cells = torch.ones(1, len(motion) // self.frames_per_token, self.parts, device=self.device)
            out.append(self._decode(self._encode(features, cells))[0].cpu().numpy())
        return out


class CheckpointMaker(SamplingMaker):
    """The checkpoints of a run, in PyTorch, on any device."""

    @torch.no_grad()
    def __init__(self, configuration: Configuration, run: Path, hardware: Hardware, pvae: Pvae | None = None) -> None:
        self.name, self.device, self.settings = str(run), hardware.device, configuration.sampling
        self.parts, self.latent = part_count(configuration.part_scheme), configuration.pvae.latent
        self.frames_per_token, self.longest = configuration.pvae.frames_per_token, configuration.mar_training.longest
        pvae = pvae or train_pvae.load(configuration, run / "pvae.pt")
        self.pvae = pvae.requires_grad_(False).to(self.device)
        self.networks = train_mar.load(configuration, run / "mar.pt", pvae).requires_grad_(False).to(self.device)
        self.batch = 512 if self.device.type == "cuda" else 32

    def _networks(self) -> tuple[Callable[..., Tensor], Head]:
        return self.networks.mar, self.networks.head

    def _decode(self, latent: Tensor) -> Tensor:
        return self.pvae.decode(latent)

    def _encode(self, features: Tensor, credible: Tensor) -> Tensor:
        return self.pvae.encode(features, credible)

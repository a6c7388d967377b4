"""Generates motions in batches with the reference sampler, for evaluation. The product's sampler agrees with it to 1e-3."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import ropar_native
import torch

from ..configuration import Configuration
from ..networks.duration import Duration
from ..networks.pvae import Pvae
from ..sampler import Grid, sample
from ..text import TextEncoder
from ..training import train_duration, train_mar, train_pvae

FPS = 20.0


@dataclass
class Model:
    """Trained networks and the text encoder they were trained with."""

    configuration: Configuration
    pvae: Pvae
    networks: train_mar.Networks
    duration: Duration | None
    text: TextEncoder

    @staticmethod
    def load(configuration: Configuration, run: Path, text_encoder: Path) -> Model:
        pvae = train_pvae.load(configuration, run / "pvae.pt")
        networks = train_mar.load(configuration, run / "mar.pt", len(pvae.channels))
        has_duration = (run / "duration.pt").exists()
        duration = train_duration.load(configuration, run / "duration.pt") if has_duration else None
        return Model(configuration, pvae, networks, duration, TextEncoder(text_encoder))

    def seconds(self, prompt: str) -> float:
        """As the product chooses it: the median of the predicted length, 1 s to one window."""
        if self.duration is None:
            return 5.0
        states, mask = self.text([prompt])
        with torch.no_grad():
            mean = float(self.duration(torch.from_numpy(states), torch.from_numpy(mask))[0, 0])
        longest = self.configuration.mar_training.longest * self.configuration.pvae.frames_per_token / FPS
        return float(np.clip(np.round(np.exp(mean), 1), 1.0, longest))

    @torch.no_grad()
    def positions(
        self, prompt: str, count: int, seed: int, seconds: float | None = None, guidance: float | None = None
    ) -> list[np.ndarray]:
        """`count` motions as joint positions [T, 22, 3] at 20 fps, for one prompt."""
        frames = round((seconds or self.seconds(prompt)) * FPS)
        per_token = self.configuration.pvae.frames_per_token
        tokens, parts = -(-frames // per_token), len(self.pvae.channels)
        size = self.configuration.pvae.latent
        generator = torch.Generator().manual_seed(seed)
        states, _ = self.text([prompt])
        settings = self.configuration.sampling
        with torch.autocast("cpu", torch.bfloat16):
            latents = sample(
                self.networks.mar, self.networks.head, Grid.masked(count, tokens, parts, size), torch.from_numpy(states[0]),
                noise=torch.randn(count, tokens, parts, size, generator=generator),
                order=torch.rand(count, tokens, parts, generator=generator),
                iterations=settings.iterations, steps=settings.steps, guidance=settings.guidance if guidance is None else guidance,
            )  # fmt: skip
        features = self.pvae.decode(latents.float())[:, :frames].numpy()
        out = []
        for row in features:
            root, rotations = ropar_native.motion(np.ascontiguousarray(row), FPS, None)
            out.append(ropar_native.forward_kinematics(root, rotations))
        return out

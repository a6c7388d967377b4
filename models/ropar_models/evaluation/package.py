"""A model package opened with ONNX Runtime, and motions made with it in batches by the reference sampler.

Evaluation runs the very graphs that ship, not the checkpoints that they were exported from. The product's own sampler
agrees with the reference sampler to 1e-3 (core/tests/parity.rs).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import ropar_native
import torch
from torch import Tensor

from ..sampler import Grid, sample
from ..text import TextEncoder
from .positions import planted_positions


class Graph:
    """One ONNX graph with a single output, called with tensors by input name."""

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, **inputs: Tensor) -> Tensor:
        arrays = {name: np.ascontiguousarray(value.numpy(), np.float32) for name, value in inputs.items()}
        return torch.from_numpy(self.session.run(None, arrays)[0])


class Model:
    """The networks of a package, and what its manifest says of them. `threads` 0: as many as there are cores."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.folder, self.threads = folder, threads
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        self.fps: float = self.manifest["frame_rate"]
        self.frames_per_token: int = self.manifest["frames_per_token"]
        self.parts = len(ropar_native.part_scheme(self.manifest["part_scheme"])["parts"])
        self._graphs: dict[str, Graph] = {}
        self.text = TextEncoder(folder, self.manifest["limits"]["max_text_tokens"])

    def graph(self, name: str) -> Graph:
        """A graph by its name in the manifest; opened once."""
        if name not in self._graphs:
            self._graphs[name] = Graph(self.folder / self.manifest["files"][name]["path"], self.threads)
        return self._graphs[name]

    # What the reference sampler calls.

    def context(
        self, latent: Tensor, known: Tensor, attend: Tensor, position: Tensor, text: Tensor, text_mask: Tensor
    ) -> Tensor:
        return self.graph("mar")(
            latent=latent, known=known, attend=attend, position=position, text_states=text, text_mask=text_mask
        )

    def modulate_token(self, context: Tensor) -> Tensor:
        return self.graph("diffusion_modulation")(context=context)

    def step(self, x: Tensor, modulation: Tensor, time: Tensor) -> Tensor:
        return self.graph("diffusion_step")(x=x, modulation=modulation, time=time)

    def encode(self, features: Tensor, credible: Tensor) -> Tensor:
        """Features [B, T, D] and credible cells [B, N, P] -> latents [B, N, P, latent]."""
        return self.graph("pvae_encoder")(features=features, credible=credible)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents [B, N, P, latent] -> features [B, T, D]."""
        return self.graph("pvae_decoder")(latent=latent)

    def seconds(self, prompt: str) -> float:
        """As the product chooses it: the median of the predicted length, 1 s to one window."""
        states, mask = self.text([prompt])
        mean = float(
            self.graph("duration")(text_states=torch.from_numpy(states), text_mask=torch.from_numpy(mask))[0, 0]
        )
        longest = self.manifest["limits"]["max_tokens_per_window"] * self.frames_per_token / self.fps
        return float(np.clip(np.round(np.exp(mean), 1), 1.0, longest))

    def positions(
        self, prompt: str, count: int, seed: int, seconds: float | None = None, guidance: float | None = None
    ) -> list[np.ndarray]:
        """`count` motions as joint positions [T, 22, 3] at the package's rate, for one prompt."""
        frames = round((seconds or self.seconds(prompt)) * self.fps)
        tokens, size = -(-frames // self.frames_per_token), self.manifest["latent_size"]
        generator = torch.Generator().manual_seed(seed)
        states, _ = self.text([prompt])
        settings = self.manifest["sampler"]
        latents = sample(
            self.context,
            self,
            Grid.masked(count, tokens, self.parts, size),
            torch.from_numpy(states[0]),
            noise=torch.randn(count, tokens, self.parts, size, generator=generator),
            order=torch.rand(count, tokens, self.parts, generator=generator),
            iterations=settings["iterations"],
            steps=settings["steps"],
            guidance=settings["guidance"] if guidance is None else guidance,
            guidance_decay=settings.get("guidance_decay", 0.0),
            temperature=settings.get("temperature", 1.0),
        )
        return [planted_positions(row, self.fps) for row in self.decode(latents)[:, :frames].numpy()]

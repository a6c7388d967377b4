"""Motions for many prompts at once from the graphs that ship."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..configuration import Sampling
from ..generation import SamplingMaker
from ..sampler import Head
from .package import Model


class PackageMaker(SamplingMaker):
    """The graphs that ship, through ONNX Runtime on the CPU."""

    def __init__(self, model: Model, batch: int = 16) -> None:
        manifest = model.manifest
        self.model, self.name = model, f"{manifest['name']} {manifest['version']}"
        self.device, self.batch, self.parts = torch.device("cpu"), batch, model.parts
        self.latent, self.settings = manifest["latent_size"], Sampling(**manifest["sampler"])
        self.frames_per_token, self.longest = model.frames_per_token, manifest["limits"]["max_tokens_per_window"]

    def _networks(self) -> tuple[Callable[..., Tensor], Head]:
        return self.model.context, self.model

    def _decode(self, latent: Tensor) -> Tensor:
        return self.model.decode(latent)

    def _encode(self, features: Tensor, credible: Tensor) -> Tensor:
        return self.model.encode(features, credible)

"""The judge: captions and motions in one space, trained by contrast, used by every text-motion measure.

After Guo et al. 2022 (HumanML3D, section 5) and TMR (Petrovich et al. 2023): two encoders, cosine similarity, InfoNCE
in both directions. Two things differ. The text enters as token states of the frozen text encoder, because pooled
sentence embeddings do not tell left from right. The motion enters part by part, and parts are hidden at random while
training, so that one network also judges how well the arms alone, or the legs alone, follow the text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import SelfAttentionBlock, key_bias, sinusoidal


@dataclass(frozen=True)
class EvaluatorConfig:
    """Sizes of the evaluator. `embedding` is small because a Frechet distance needs far more clips than dimensions."""

    width: int = 256
    motion_layers: int = 4
    text_layers: int = 2
    heads: int = 4
    embedding: int = 64
    frames_per_token: int = 4
    text_width: int = 384


class Evaluator(nn.Module):
    """Embeddings of length sqrt(embedding), so that a coordinate has about unit scale.

    `owned[p]` lists the feature channels that part p alone owns (disjoint over the parts and complete), so that a part
    that is hidden is really hidden.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, config: EvaluatorConfig, owned: list[list[int]], dimensions: int) -> None:
        super().__init__()
        self.config, self.owned = config, owned
        width = config.width
        self.patch = nn.ModuleList(nn.Linear(config.frames_per_token * len(c), width) for c in owned)
        self.hidden_part = nn.Parameter(torch.randn(len(owned), width) * 0.02)
        self.motion_token = nn.Parameter(torch.randn(width) * 0.02)
        self.motion_blocks = nn.ModuleList(SelfAttentionBlock(width, config.heads) for _ in range(config.motion_layers))
        self.motion_out = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, config.embedding))
        self.from_text = nn.Sequential(nn.Linear(config.text_width, width), nn.LayerNorm(width))
        self.text_token = nn.Parameter(torch.randn(width) * 0.02)
        self.text_blocks = nn.ModuleList(SelfAttentionBlock(width, config.heads) for _ in range(config.text_layers))
        self.text_out = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, config.embedding))
        self.register_buffer("mean", torch.zeros(dimensions))
        self.register_buffer("std", torch.ones(dimensions))
        for p, c in enumerate(owned):
            self.register_buffer(f"owned_{p}", torch.tensor(c), persistent=False)

    def motion(self, features: Tensor, frames: Tensor, visible: Tensor) -> Tensor:
        """Features [B, T, D], their true lengths [B] in frames, and the parts to be seen [B, P] -> [B, embedding].

        T is a multiple of `frames_per_token`.
        """
        b, patch = features.shape[0], self.config.frames_per_token
        normal = (features - self.mean) / self.std
        x = torch.zeros(1, device=features.device)
        for p, embed in enumerate(self.patch):
            channels = normal.index_select(2, getattr(self, f"owned_{p}")).reshape(b, features.shape[1] // patch, -1)
            shown = visible[:, p, None, None]
            x = x + embed(channels) * shown + self.hidden_part[p] * (1 - shown)
        index = torch.arange(x.shape[1], device=x.device)
        x = x / math.sqrt(len(self.owned)) + sinusoidal(index.float(), self.config.width)
        x = torch.cat([x[:, :1] * 0 + self.motion_token, x], dim=1)
        real = (index[None] * patch < frames[:, None]).to(x.dtype)
        bias = key_bias(torch.cat([torch.ones_like(real[:, :1]), real], dim=1))
        for block in self.motion_blocks:
            x = block(x, bias)
        return self._unit(self.motion_out(x[:, 0]))

    def text(self, states: Tensor, mask: Tensor) -> Tensor:
        """Token states [B, L, text_width] and mask [B, L] -> embeddings [B, embedding]."""
        x = self.from_text(states)
        x = x + sinusoidal(torch.arange(x.shape[1], device=x.device).float(), self.config.width)
        x = torch.cat([x[:, :1] * 0 + self.text_token, x], dim=1)
        bias = key_bias(torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1))
        for block in self.text_blocks:
            x = block(x, bias)
        return self._unit(self.text_out(x[:, 0]))

    def _unit(self, x: Tensor) -> Tensor:
        return F.normalize(x.float(), dim=-1) * math.sqrt(self.config.embedding)


def contrast(motion: Tensor, text: Tensor, same: Tensor, temperature: float) -> Tensor:
    """InfoNCE in both directions (van den Oord et al. 2018) over embeddings [B, E] of length sqrt(E).

    `same` [B, B] bool marks pairs that mean the same without being each other's caption; they are no negatives.
    """
    similarity = motion @ text.T / (motion.shape[-1] * temperature)
    diagonal = torch.eye(len(motion), dtype=torch.bool, device=motion.device)
    similarity = similarity.masked_fill(same & ~diagonal, float("-inf"))
    target = torch.arange(len(motion), device=motion.device)
    return (F.cross_entropy(similarity, target) + F.cross_entropy(similarity.T, target)) / 2

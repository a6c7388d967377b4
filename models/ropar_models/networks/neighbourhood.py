"""What is known around each cell of the token grid, for the transformer."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import Convolution


class Neighbourhood(nn.Module):
    """What is known around each cell, of all parts and `span` tokens and some more, by convolutions over time.

    Attention has to learn which of some hundred cells belong to the same moment before it can let one leg follow the
    other; this knows. It adds nothing before it is trained, so that weights without it can be trained on.
    """

    def __init__(self, parts: int, latent: int, width: int, span: int) -> None:
        super().__init__()
        self.gather = Convolution(parts * (latent + 1), width, span)
        self.mix = nn.ModuleList(Convolution(width, width, 3) for _ in range(2))
        self.spread = nn.Linear(width, parts * width)
        for parameter in [*self.mix.parameters(), *self.spread.parameters()]:
            nn.init.zeros_(parameter)

    def forward(self, latent: Tensor, given: Tensor) -> Tensor:
        """Known latents, 0 elsewhere [B, N, P, latent], and 1 where they are known [B, N, P, 1] -> [B, N, P, W]."""
        b, n, parts, _ = latent.shape
        around = self.gather(torch.cat([latent, given], dim=-1).reshape(b, n, -1))
        for convolution in self.mix:
            around = around + convolution(F.gelu(around, approximate="tanh"))
        return self.spread(F.gelu(around, approximate="tanh")).reshape(b, n, parts, -1)

"""The diffusion head: flow matching of one token's latent, given the context that the transformer left.

Modulations are separable: adaptive layer norm takes `token(context) + time(t)`, so a sampler computes the
token's part once and the time's part once per step for all tokens (DESIGN, "The runtime seam").

The token's part ends with a plain guess of the latent, learned by least squares: the flow's own loss is so noisy that
the context comes to tell what is all but certain much later without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import sinusoidal

# Of the squared error of the guess in the loss, beside the flow's.
GUESS_WEIGHT = 0.5


@dataclass(frozen=True)
class HeadConfig:
    """Sizes of the diffusion head."""

    width: int = 384
    blocks: int = 3


class DiffusionHead(nn.Module):
    """Velocity field v(x, t | context) on straight paths x_t = (1 - t) noise + t latent (Lipman et al. 2023)."""

    def __init__(self, config: HeadConfig, latent: int, context: int) -> None:
        super().__init__()
        width, self.blocks = config.width, config.blocks
        self.width, self.latent = width, latent
        modulations = (3 * config.blocks + 2) * width
        self.modulation_size = modulations + latent
        self.input = nn.Linear(latent, width)
        self.guess = nn.Sequential(nn.LayerNorm(context), nn.Linear(context, latent))
        self.from_guess = nn.Linear(latent, width, bias=False)
        self.toward_guess = nn.Parameter(torch.zeros(latent))
        self.token_modulation = nn.Sequential(
            nn.LayerNorm(context), nn.Linear(context, context), nn.SiLU(), nn.Linear(context, modulations)
        )
        self.time_modulation = nn.Sequential(nn.Linear(128, 128), nn.SiLU(), nn.Linear(128, modulations))
        self.expand = nn.ModuleList(nn.Linear(width, width) for _ in range(config.blocks))
        self.contract = nn.ModuleList(nn.Linear(width, width) for _ in range(config.blocks))
        self.output = nn.Linear(width, latent)
        silent = ("time_modulation.2.", "output.", "from_guess.", "token_modulation.3.bias")
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.startswith(silent):
                    parameter.zero_()
                elif name == "token_modulation.3.weight":
                    parameter.normal_(std=0.01)

    def modulate_token(self, context: Tensor) -> Tensor:
        """Context [M, W] -> the token's modulations [M, modulation_size]."""
        return torch.cat([self.token_modulation(context), self.guess(context)], dim=-1)

    def modulate_time(self, time: Tensor) -> Tensor:
        """Flow time [M] or [1] in 0..1 -> modulations [.., modulation_size]."""
        modulation = self.time_modulation(sinusoidal(time * 100.0, 128))
        return torch.cat([modulation, modulation[..., : self.latent] * 0], dim=-1)

    def velocity(self, x: Tensor, modulation: Tensor) -> Tensor:
        """Noisy latent [M, latent] and summed modulations [M, modulation_size] -> velocity [M, latent]."""
        guess = modulation[..., -self.latent :]
        h = self.input(x) + self.from_guess(guess)
        pieces = modulation[..., : -self.latent].split(self.width, dim=-1)
        for i in range(self.blocks):
            shift, scale, gate = pieces[3 * i : 3 * i + 3]
            y = F.layer_norm(h, (self.width,)) * (1 + scale) + shift
            h = h + (1 + gate) * self.contract[i](F.silu(self.expand[i](y)))
        shift, scale = pieces[-2:]
        velocity: Tensor = self.output(F.layer_norm(h, (self.width,)) * (1 + scale) + shift)
        return velocity + self.toward_guess * guess

    def step(self, x: Tensor, modulation: Tensor, time: Tensor) -> Tensor:
        """Velocity [M, latent] at noisy latents [M, latent], the tokens' modulations and one flow time [1]."""
        return self.velocity(x, modulation + self.modulate_time(time))

    def loss(self, context: Tensor, latent: Tensor, draws: int) -> Tensor:
        """Flow-matching loss per token [M], averaged over `draws` noise levels, and the error of the guess."""
        modulation = self.modulate_token(context)
        missed = ((modulation[..., -self.latent :].float() - latent) ** 2).mean(-1)
        modulation = modulation.repeat(draws, 1)
        target = latent.repeat(draws, 1)
        # Logit-normal times: the middle of the path is where the velocity is hard (Esser et al. 2024, 3.1).
        # A batch shares 128 of them, so that their modulations are computed 128 times, not once a token.
        times = torch.sigmoid(torch.randn(128, device=latent.device))
        pick = torch.randint(0, len(times), (len(target),), device=latent.device)
        time = times[pick]
        noise = torch.randn_like(target)
        x = noise + time[:, None] * (target - noise)
        v = self.velocity(x, modulation + self.modulate_time(times)[pick])
        return ((v.float() - (target - noise)) ** 2).mean(-1).reshape(draws, -1).mean(0) + GUESS_WEIGHT * missed

"""The reference sampler in PyTorch. The product's sampler (core/src/sampler) must reproduce it number by number.

Masked autoregression over a token grid: every hidden cell is committed once, in an order given by `order`,
over a fixed number of iterations on a cosine schedule; a committed cell's latent comes from Euler steps of
the diffusion head, with guidance on its velocity.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Head(Protocol):
    """The diffusion head: `networks.DiffusionHead`, or its exported graphs."""

    def modulate_token(self, context: Tensor) -> Tensor: ...

    def step(self, x: Tensor, modulation: Tensor, time: Tensor) -> Tensor: ...


@dataclass
class Grid:
    """Latents [B, N, P, latent] and the state of each cell; every row hides equally many cells."""

    latent: Tensor
    known: Tensor  # [B, N, P] bool
    attend: Tensor  # [B, N, P] bool; False for noisy cells

    @staticmethod
    def masked(batch: int, tokens: int, parts: int, latent: int) -> Grid:
        """Nothing known: text to motion."""
        cells = (batch, tokens, parts)
        return Grid(
            torch.zeros(*cells, latent), torch.zeros(cells, dtype=torch.bool), torch.ones(cells, dtype=torch.bool)
        )


def commit_counts(cells: int, iterations: int) -> list[int]:
    """How many cells each iteration commits: the hidden share after iteration i is cos(pi/2 (i+1)/iterations)."""
    counts, left = [], cells
    for i in range(iterations):
        keep = 0 if i == iterations - 1 else math.floor(cells * math.cos(math.pi / 2 * (i + 1) / iterations))
        keep = min(keep, max(left - 1, 0))
        counts.append(left - keep)
        left = keep
    return counts


def guidance_of_round(guidance: float, decay: float, turn: int, iterations: int) -> float:
    """The guidance scale of a round, 0 the first: its excess over 1 falls by the share `decay` until the last one."""
    progress = turn / (iterations - 1) if iterations > 1 else 0.0
    return 1 + (guidance - 1) * (1 - decay * progress)


@torch.no_grad()
def sample(
    mar: Callable[..., Tensor],
    head: Head,
    grid: Grid,
    text: Tensor,
    text_mask: Tensor | None = None,
    *,
    noise: Tensor,
    order: Tensor,
    iterations: int,
    steps: int,
    guidance: float,
    guidance_decay: float = 0.0,
    temperature: float = 1.0,
) -> Tensor:
    """Fill the hidden, attended cells.

    `mar` is called as `networks.Mar.forward`; `text` is one prompt for all rows [L, width], or a prompt a row
    [B, L, width] with `text_mask` [B, L]; `noise` [B, N, P, latent], of which `temperature` times as much is used;
    `order` [B, N, P]: lowest first.
    Returns latents [B, N, P, latent]; known cells come back as they went in.
    """
    batch, n, parts, size = grid.latent.shape
    latent, known = grid.latent.clone().reshape(batch, n * parts, size), grid.known.clone().reshape(batch, -1)
    hidden = (grid.attend & ~grid.known).reshape(batch, -1)
    cells = int(hidden[0].sum())
    if not bool((hidden.sum(1) == cells).all()):
        raise ValueError("every row of the grid must hide the same number of cells")
    device = latent.device
    index = torch.arange(n, dtype=torch.float32, device=device)
    position = torch.stack([index, n - 1 - index], dim=-1).repeat(2 * batch, 1, 1)
    if text.dim() == 2:
        text = text.repeat(batch, 1, 1)
    if text_mask is None:
        text_mask = torch.ones(text.shape[:2], device=device)
    # The second half of the rows is the guidance baseline: no text.
    texts, masks = text.repeat(2, 1, 1), torch.cat([text_mask, torch.zeros_like(text_mask)])
    attend = grid.attend.float().repeat(2, 1, 1)
    scores = order.reshape(batch, -1).masked_fill(~hidden, float("inf"))
    queue = torch.argsort(scores, dim=1, stable=True)[:, :cells]
    rows = torch.arange(batch, device=device)[:, None]
    done = 0
    for turn, count in enumerate(commit_counts(cells, iterations)):
        if count == 0:
            continue
        now = queue[:, done : done + count]
        done += count
        context = mar(
            latent.reshape(batch, n, parts, size).repeat(2, 1, 1, 1),
            known.float().reshape(batch, n, parts).repeat(2, 1, 1),
            attend,
            position,
            texts,
            masks,
        )
        chosen = context.reshape(2, batch, n * parts, -1)[:, rows, now].reshape(2 * batch * count, -1)
        scale = guidance_of_round(guidance, guidance_decay, turn, iterations)
        start = temperature * noise.reshape(batch, n * parts, size)[rows, now].reshape(batch * count, size)
        latent[rows, now] = integrate(head, chosen, start, steps, scale).reshape(batch, count, size)
        known[rows, now] = True
    return latent.reshape(batch, n, parts, size)


def integrate(head: Head, context: Tensor, noise: Tensor, steps: int, guidance: float) -> Tensor:
    """Euler steps from noise [M, latent]; `context` [2M, W] holds M conditioned rows, then M unconditioned."""
    modulation = head.modulate_token(context)
    x = noise
    for k in range(steps):
        conditioned, free = head.step(x.repeat(2, 1), modulation, torch.tensor([k / steps], device=x.device)).chunk(2)
        x = x + (free + guidance * (conditioned - free)) / steps
    return x

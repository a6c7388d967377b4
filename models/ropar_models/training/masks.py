"""Which cells of the token grid are hidden, and which pose as noisy, in one training example."""

from __future__ import annotations

import numpy as np


def draw_mask(generator: np.random.Generator, tokens: int, parts: int) -> np.ndarray:
    """Which cells are hidden [N, P]: mostly a cosine share of random cells (Chang et al. 2022), often all of them (only
    then the text alone decides), else what the product asks for: whole parts (redo), a span of time (in-between),
    everything after a head (extend)."""
    kind = generator.random()
    hidden = np.zeros((tokens, parts), bool)
    if kind < 0.2:
        hidden[:] = True
        return hidden
    if kind < 0.74:
        share = np.cos(generator.random() * np.pi / 2)
        count = max(1, round(share * tokens * parts))
        hidden.reshape(-1)[generator.permutation(tokens * parts)[:count]] = True
        return hidden
    if kind < 0.87:
        columns = generator.permutation(parts)[: generator.integers(1, max(2, parts - 1))]
        first, last = sorted(generator.integers(0, tokens + 1, 2)) if generator.random() < 0.4 else (0, tokens)
        hidden[first:last, columns] = True
    elif kind < 0.93:
        first, last = sorted(generator.integers(0, tokens + 1, 2))
        hidden[first:last] = True
    else:
        hidden[generator.integers(1, max(2, min(10, tokens))) :] = True
    if hidden.any() and generator.random() < 0.7:
        # Part of the hidden cells is already committed, as in the middle of sampling.
        hidden &= generator.random(hidden.shape) < np.cos(generator.random() * np.pi / 2)
    if not hidden.any():
        hidden[generator.integers(0, tokens), generator.integers(0, parts)] = True
    return hidden


def draw_noisy(generator: np.random.Generator, tokens: int, parts: int) -> np.ndarray:
    """Cells [N, P] that pose as not credible: a part or two over a span of time."""
    noisy = np.zeros((tokens, parts), bool)
    for column in generator.permutation(parts)[: generator.integers(1, 3)]:
        first, last = sorted(generator.integers(0, tokens + 1, 2))
        noisy[first:last, column] = True
    return noisy

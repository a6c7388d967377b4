"""The usual figures of text-to-motion, on embeddings, as Guo et al. 2022 (HumanML3D, section 6) define them.

Every function is plain numpy with the random numbers handed in; the tests check them against closed forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .intervals import half_width

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Estimate:
    """A mean over repeats with the half width of its 95 % interval; None for one repeat."""

    mean: float
    interval: float | None
    repeats: int

    @staticmethod
    def of(values: Sequence[float]) -> Estimate:
        return Estimate(float(np.mean(values)), half_width(values), len(values))


def gaussian_distance(mean_a: Array, covariance_a: Array, mean_b: Array, covariance_b: Array) -> float:
    """Squared Frechet distance of two Gaussians: |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)).

    The root's trace is taken from the symmetric S1^(1/2) S2 S1^(1/2), which has the same eigenvalues as S1 S2.
    """
    values, vectors = np.linalg.eigh(covariance_a)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ covariance_b @ root)
    cross = np.sqrt(np.clip(inner, 0, None)).sum()
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(covariance_a) + np.trace(covariance_b) - 2 * cross)


def frechet_distance(a: Array, b: Array) -> float:
    """FID of two sets of embeddings [N, E] (Heusel et al. 2017)."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return gaussian_distance(a.mean(0), np.cov(a, rowvar=False), b.mean(0), np.cov(b, rowvar=False))


def distances(a: Array, b: Array) -> Array:
    """Euclidean distances [N, M] of rows."""
    square = (a**2).sum(-1)[:, None] + (b**2).sum(-1)[None] - 2 * a @ b.T
    return np.sqrt(np.clip(square, 0, None))


def retrieval_precision(
    text: Array, motion: Array, generator: np.random.Generator, batch: int = 32, top: int = 3
) -> list[float]:
    """R-precision at 1 .. top: how often a caption's own motion is among the nearest in a random batch of 32.

    Whole batches only; where there are fewer pairs than one batch, all of them are one batch.
    """
    order = generator.permutation(len(text))
    size = min(batch, len(order))
    hits, asked = np.zeros(top), 0
    for start in range(0, len(order) - size + 1, size):
        rows = order[start : start + size]
        rank = distances(text[rows], motion[rows]).argsort(axis=1)
        found = (rank[:, :top] == np.arange(size)[:, None]).cumsum(axis=1) > 0
        width = found.shape[1]
        hits[:width] += found.sum(0)
        hits[width:] += size
        asked += size
    return [float(h / max(asked, 1)) for h in hits]


def matching_distance(text: Array, motion: Array) -> float:
    """Mean distance of a caption to its motion ("multimodal distance")."""
    return float(np.linalg.norm(text - motion, axis=-1).mean())


def diversity(motion: Array, generator: np.random.Generator, pairs: int = 300) -> float:
    """Mean distance of random pairs: two draws of `pairs` motions, each without putting back."""
    count = min(pairs, len(motion))
    first, second = (generator.choice(len(motion), count, replace=False) for _ in range(2))
    return float(np.linalg.norm(motion[first] - motion[second], axis=-1).mean())


def multimodality(motion: Array) -> float:
    """Mean distance of two motions of one prompt, over all pairs; motion [prompts, motions, E]."""
    count = motion.shape[1]
    a, b = np.triu_indices(count, 1)
    return float(np.linalg.norm(motion[:, a] - motion[:, b], axis=-1).mean())

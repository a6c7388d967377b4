"""Do the parts of one body move together? Three figures from joint positions [T, 22, 3].

Part-wise models are blamed for limbs that do not fit each other; ParTY (Heo et al. 2026, arXiv 2603.09611) reports
temporal and spatial coherence for it. Its formulas were not at hand, so these are ours, made of standard signal
measures, and must not be put beside its table:

- limb phase: the phase-locking value (Lachaux et al. 1999) of pairs of limbs that swing along the heading, arm against
  leg and left against right, weighted by how much both move. 1: the pair keeps its phase difference, 0: it has none.
- limb timing: the largest correlation, within half a second of shift, between the speed of the arms and of the legs
  against the pelvis. Parts that begin and stop together have a high one.
- trunk twist: the 95th percentile of the angle between hip line and shoulder line over the ground, in degrees. A
  trunk whose upper and lower half disagree about the heading has a large one.

Real motion has a distribution of each, so each is also given as the distance of the two distributions (`distance`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .measures import J, heading

Array = NDArray[np.floating]
LIMBS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle")
# Metres of swing below which a limb counts as resting.
REST = 0.03


def analytic(signal: Array) -> NDArray[np.complex128]:
    """The analytic signal of rows [T, ...], by Fourier transform (Gabor 1946)."""
    n = len(signal)
    weight = np.zeros(n)
    weight[0] = 1
    weight[1 : (n + 1) // 2] = 2
    if n % 2 == 0:
        weight[n // 2] = 1
    return np.fft.ifft(np.fft.fft(signal, axis=0) * weight.reshape(-1, *([1] * (signal.ndim - 1))), axis=0)


def swings(positions: Array) -> Array:
    """How far each of the four limbs is before the pelvis along the heading [T, 4], without its mean."""
    yaw = heading(positions.astype(np.float32))
    d = positions[:, [J[n] for n in LIMBS]] - positions[:, :1]
    forward = d[..., 0] * np.sin(yaw)[:, None] + d[..., 2] * np.cos(yaw)[:, None]
    return forward - forward.mean(0)


def limb_phase(positions: Array) -> float | None:
    """Amplitude-weighted phase-locking value over the six pairs of limbs; None where fewer than two limbs move."""
    signal = analytic(swings(positions))
    moving = [i for i in range(4) if np.sqrt((np.abs(signal[:, i]) ** 2).mean() / 2) > REST]
    total, weight = 0.0, 0.0
    for k, a in enumerate(moving):
        for b in moving[k + 1 :]:
            product = signal[:, a] * np.conj(signal[:, b])
            strength = float(np.abs(product).sum())
            total += abs(product.sum())
            weight += strength
    return total / weight if weight > 0 else None


def limb_timing(positions: Array, fps: float) -> float | None:
    """Largest correlation of arm speed and leg speed within half a second of shift; None where either rests."""
    relative = positions - positions[:, :1]
    speed = np.linalg.norm(np.diff(relative, axis=0), axis=-1) * fps
    arms, legs = (speed[:, [J[n] for n in names]].mean(1) for names in (LIMBS[:2], LIMBS[2:]))
    if min(arms.std(), legs.std()) < REST:
        return None
    best, reach = -1.0, min(round(fps / 2), len(arms) // 3)
    for shift in range(-reach, reach + 1):
        a = arms[max(0, shift) : len(arms) + min(0, shift)]
        b = legs[max(0, -shift) : len(legs) + min(0, -shift)]
        if a.std() > 1e-6 and b.std() > 1e-6:
            best = max(best, float(np.corrcoef(a, b)[0, 1]))
    return best


def trunk_twist(positions: Array) -> float:
    """95th percentile of the angle between hip line and shoulder line over the ground, in degrees."""
    hips, shoulders = (
        (positions[:, J[f"left_{n}"]] - positions[:, J[f"right_{n}"]])[:, [0, 2]] for n in ("hip", "shoulder")
    )
    cross = hips[:, 0] * shoulders[:, 1] - hips[:, 1] * shoulders[:, 0]
    return float(np.percentile(np.degrees(np.abs(np.arctan2(cross, (hips * shoulders).sum(-1)))), 95))


def distance(a: list[float], b: list[float]) -> float | None:
    """Wasserstein distance of order one between two samples: mean gap of their quantiles. None where one is empty."""
    if not a or not b:
        return None
    at = (np.arange(200) + 0.5) / 200
    return float(np.abs(np.quantile(a, at) - np.quantile(b, at)).mean())


def figures(motions: list[Array], fps: float) -> dict[str, list[float]]:
    """Each measure over a set of motions, without those that it says nothing about."""
    made: dict[str, list[float | None]] = {
        "limb_phase": [limb_phase(p) for p in motions],
        "limb_timing": [limb_timing(p, fps) for p in motions],
        "trunk_twist_degrees": [trunk_twist(p) for p in motions],
    }
    return {name: [v for v in values if v is not None] for name, values in made.items()}

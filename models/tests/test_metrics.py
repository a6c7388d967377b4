"""Figures against closed forms and against cases that one can count by hand."""

import math

import numpy as np
import pytest
from ropar_models.evaluation import coherence, measures
from ropar_models.evaluation.intervals import student
from ropar_models.evaluation.joint_error import pelvis_error_mm, world_error_mm
from ropar_models.evaluation.metrics import (
    Estimate,
    diversity,
    frechet_distance,
    gaussian_distance,
    matching_distance,
    multimodality,
    retrieval_precision,
)
from ropar_models.experiments.verdict import over_seeds


def test_frechet_distance_of_two_gaussians() -> None:
    # Covariances that commute: |m|^2 + sum (s1 - s2)^2 over the common axes.
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))
    a, b = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 2, 1, 0.5, 0])
    mean = np.array([1.0, -2, 0, 0.5, 0])
    expected = (mean**2).sum() + ((a - b) ** 2).sum()
    found = gaussian_distance(np.zeros(5), turn * a**2 @ turn.T, mean, turn * b**2 @ turn.T)
    assert found == pytest.approx(expected, rel=1e-9)
    # One dimension less and not commuting: 2 x 2, whose root of the product has a closed trace,
    # tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)).
    first, second = np.array([[2.0, 0.7], [0.7, 1.0]]), np.array([[1.0, -0.4], [-0.4, 3.0]])
    product = first @ second
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = np.trace(first) + np.trace(second) - 2 * root
    assert gaussian_distance(np.zeros(2), first, np.zeros(2), second) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_of_samples() -> None:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(400, 3))
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(x, x + np.array([3.0, 0, 4])) == pytest.approx(25, rel=1e-9)
    # Scaling every coordinate by 2 about the mean doubles the deviations: distance = sum of variances.
    doubled = 2 * (x - x.mean(0)) + x.mean(0)
    assert frechet_distance(x, doubled) == pytest.approx(np.trace(np.cov(x, rowvar=False)), rel=1e-9)


def test_retrieval_precision_counts() -> None:
    text = np.eye(64)
    assert retrieval_precision(text, text, np.random.default_rng(0)) == [1.0, 1.0, 1.0]
    # Every caption's own motion is the second nearest: another one is exactly on it.
    line = np.arange(32.0)[:, None]
    second = np.roll(line, 1, axis=0) * 1.0
    own = retrieval_precision(line, np.where(np.arange(32)[:, None] % 2 == 0, line + 0.4, line - 0.4), _none())
    assert own[0] == 1.0
    shifted = retrieval_precision(line, second, _none())
    assert shifted[0] == 0.0 and shifted[2] > 0.9
    chance = retrieval_precision(
        np.random.default_rng(1).normal(size=(32 * 200, 16)),
        np.random.default_rng(2).normal(size=(32 * 200, 16)),
        _none(),
    )
    assert chance == pytest.approx([1 / 32, 2 / 32, 3 / 32], abs=0.01)


def _none() -> np.random.Generator:
    return np.random.default_rng(0)


def test_distances_and_spreads() -> None:
    assert matching_distance(np.zeros((3, 2)), np.array([[3.0, 4], [0, 0], [6, 8]])) == pytest.approx(5)
    # Pairs of independent unit Gaussians in E dimensions: mean distance sqrt(2) E chi.
    points = np.random.default_rng(0).normal(size=(4000, 64))
    assert diversity(points, _none(), 2000) == pytest.approx(np.sqrt(2 * 64), rel=0.02)
    square = np.array([[[0.0, 0], [0, 1], [1, 0], [1, 1]]])
    assert multimodality(square) == pytest.approx((4 + 2 * np.sqrt(2)) / 6)


@pytest.mark.parametrize("freedom", [1, 2, 9, 10, 19, 60])
def test_student_encloses_95_percent(freedom: int) -> None:
    """By the integral of its density."""
    at = np.linspace(-student(freedom), student(freedom), 200_001)
    scale = math.gamma((freedom + 1) / 2) / (math.sqrt(freedom * math.pi) * math.gamma(freedom / 2))
    assert np.trapezoid(scale * (1 + at**2 / freedom) ** (-(freedom + 1) / 2), at) == pytest.approx(0.95, abs=2e-5)


def test_joint_errors() -> None:
    """A body that walks off by a known way, and one of which half the joints are raised."""
    recorded = standing()
    off = recorded + np.array([0.3, 0, 0.4], np.float32)
    assert world_error_mm(recorded, off) == pytest.approx(500, rel=1e-4)
    assert pelvis_error_mm(recorded, off) == pytest.approx(0, abs=1e-3)
    bent = recorded.copy()
    bent[:, 1:12, 1] += 0.022
    assert pelvis_error_mm(recorded, bent) == pytest.approx(11, rel=1e-4)


def test_intervals() -> None:
    found = Estimate.of([1.0, 2.0, 3.0, 4.0])
    assert (found.mean, found.repeats) == (2.5, 4)
    assert found.interval == pytest.approx(3.182 * np.sqrt(5 / 3) / 2)
    assert Estimate.of([2.5]) == Estimate(2.5, None, 1)
    # Student's t for three seeds.
    assert over_seeds([1.0, 2.0, 3.0])["interval"] == pytest.approx(4.303 / np.sqrt(3))
    assert over_seeds([1.0])["interval"] is None


def standing(frames: int = 80) -> np.ndarray:
    """A person who stands still, in rest pose on the floor [T, 22, 3]."""
    import ropar_native

    skeleton = ropar_native.skeleton()
    rest = np.zeros((22, 3), np.float32)
    for j, parent in enumerate(skeleton["parents"]):
        if parent >= 0:
            rest[j] = rest[parent] + skeleton["offsets"][j]
    rest[:, 1] -= rest[:, 1].min()
    return rest[None].repeat(frames, 0)


def test_feet_and_floor() -> None:
    still = standing()
    feet = [measures.J["left_foot"], measures.J["right_foot"]]
    assert measures.contact_slide(still, 20) == measures.foot_skate(still, 20) == measures.penetration(still) == 0
    sliding = still.copy()
    sliding[..., 0] += np.arange(80)[:, None] * 0.05  # 1 m/s at 20 frames a second
    assert measures.contact_slide(sliding, 20) == pytest.approx(1.0, rel=1e-3)
    assert measures.foot_skate(sliding, 20) == 1.0
    # A foot at half the height counts 2 - sqrt(2).
    half = sliding.copy()
    half[0, feet, 1] = 0.0
    half[1:, feet, 1] = half[0, feet[0], 1] + 0.025
    half[2:12, feet, 1] = 0.0
    low, high = 10, 79 - 10
    expected = (low * 1 + high * (2 - np.sqrt(2))) / 79
    assert measures.contact_slide(half, 20) == pytest.approx(expected, rel=1e-3)
    sunk = still.copy()
    sunk[40:, :, 1] -= 0.04
    assert measures.penetration(sunk) == pytest.approx(0.02, rel=1e-4)


def swinging(phases: dict[str, float], hertz: dict[str, float] | None = None) -> np.ndarray:
    """Limbs that swing along the heading with given phases."""
    positions = standing(160).copy()
    t = np.arange(160) / 20
    for limb, phase in phases.items():
        rate = (hertz or {}).get(limb, 1.0)
        positions[:, measures.J[limb], 2] += 0.2 * np.sin(2 * np.pi * rate * t + phase)
    return positions


def test_limb_phase() -> None:
    walking = swinging({"left_wrist": 0, "right_wrist": np.pi, "left_ankle": np.pi, "right_ankle": 0})
    assert coherence.limb_phase(walking) == pytest.approx(1, abs=1e-3)
    # An arm of another rhythm keeps no phase with the legs: over whole beats the mean vector vanishes.
    apart = swinging({"left_wrist": 0, "left_ankle": 0}, {"left_wrist": 1.5})
    assert coherence.limb_phase(apart) == pytest.approx(0, abs=0.02)
    assert coherence.limb_phase(standing()) is None


def test_limb_timing_and_trunk_twist() -> None:
    together = swinging({"left_wrist": 0, "right_wrist": 0.5, "left_ankle": 0, "right_ankle": 0.5})
    assert coherence.limb_timing(together, 20) == pytest.approx(1, abs=1e-3)
    assert coherence.limb_timing(standing(), 20) is None
    twisted = standing().copy()
    angle = np.radians(30)
    shoulders = [measures.J["left_shoulder"], measures.J["right_shoulder"]]
    x, z = twisted[:, shoulders, 0].copy(), twisted[:, shoulders, 2].copy()
    twisted[:, shoulders, 0], twisted[:, shoulders, 2] = (
        x * np.cos(angle) + z * np.sin(angle),
        z * np.cos(angle) - x * np.sin(angle),
    )
    assert coherence.trunk_twist(twisted) == pytest.approx(30 + coherence.trunk_twist(standing()), abs=0.5)


def test_distance_of_distributions() -> None:
    assert coherence.distance([0.0, 1.0, 2.0], [5.0, 6.0, 7.0]) == pytest.approx(5)
    assert coherence.distance([3.0, 1.0], [1.0, 3.0]) == 0
    assert coherence.distance([], [1.0]) is None

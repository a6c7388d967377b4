"""Turns a clean motion into what single-view video reconstruction gives: limbs that are hidden or off the screen drift,
freeze, tremble or change sides, with a confidence per joint that follows the error only imperfectly.

The severities are data (tables/corruption.json). Confidence levels follow what pose estimators report: about 0.9 for
visible joints and 0.4 to 0.6 for covered ones, while some errors pass with high confidence (a swap nearly always does)
and some good joints are doubted. The numbers are set by hand; they have not been fitted to an estimator's output.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import ropar_native
from numpy.typing import NDArray

from .mirror import limbs, mirrored_joints

Array = NDArray[np.float32]
KINDS = ("drift", "freeze", "jitter")


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    return json.loads(resources.files("ropar_models").joinpath("tables/corruption.json").read_text())


@dataclass
class Corrupted:
    """A corrupted motion; `touched` says which joints are really wrong, which no estimator would know."""

    root: Array  # [T, 3]
    rotations: Array  # [T, 22, 4] local, x y z w
    confidence: Array  # [T, 22] 0..1
    touched: NDArray[np.bool_]  # [T, 22]


def generator_for(seed: int, identifier: str) -> np.random.Generator:
    """The same numbers for the same clip and seed, whatever else is in the corpus."""
    digest = hashlib.sha256(identifier.encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])


def corrupt(root: Array, rotations: Array, fps: float, severity: str, generator: np.random.Generator) -> Corrupted:
    """Corrupt a motion. Limbs are the four of the scheme of five; pelvis, spine and head are only shaken a little."""
    severities = table()["severities"]
    if severity not in severities:
        raise ValueError(f"severity {severity!r} is not known; choose {', '.join(severities)}")
    levels, frames = severities[severity], len(root)
    out, touched = rotations.copy(), np.zeros((frames, 22), bool)
    doubted = np.zeros((frames, 22), bool)
    joints_of = limbs()
    for name, first, last in _off_screen(generator, levels, frames):
        _spoil(out, rotations, joints_of[name], slice(first, last), "drift", fps, levels, generator)
        touched[first:last, joints_of[name]] = True
        doubted[first:last, joints_of[name]] = True  # what is off the screen is always doubted
    for joints in joints_of.values():
        for first, last in _events(generator, levels["occlusion_rate"], levels["occlusion_seconds"], frames, fps):
            _spoil(out, rotations, joints, slice(first, last), str(generator.choice(KINDS)), fps, levels, generator)
            touched[first:last, joints] = True
            if generator.random() >= table()["confidence"]["missed"]:
                doubted[first:last, joints] = True
    for pair in (("left_arm", "right_arm"), ("left_leg", "right_leg")):
        for first, last in _events(generator, levels["swap_rate"], levels["occlusion_seconds"], frames, fps):
            joints = joints_of[pair[0]] + joints_of[pair[1]]
            _, swapped = ropar_native.mirror(np.ascontiguousarray(root), np.ascontiguousarray(rotations))
            out[first:last, joints] = swapped[first:last, joints]
            touched[first:last, joints] = True
    # Reconstruction is smooth where it sees: its error there is a slow sway, not a tremor.
    sway = _slow(generator.normal(size=(frames, 22, 3)), fps, 1.0) * np.radians(levels["estimator_degrees"])
    out = _turn(out, sway / np.sqrt(3))
    shake = _slow(generator.normal(size=(frames, 3)), fps, 1.0) * levels["root_millimetres"] / 1000
    confidence = _confidence(generator, doubted, fps)
    return Corrupted((root + shake).astype(np.float32), out, confidence, touched)


def _off_screen(generator: np.random.Generator, levels: dict[str, float], frames: int) -> list[tuple[str, int, int]]:
    """Limbs out of the picture for the whole clip or its beginning or end: mostly both legs, as in a half-body shot."""
    if generator.random() >= levels["off_screen"]:
        return []
    share = 1.0 if generator.random() < 0.5 else generator.uniform(0.3, 0.8)
    length = max(1, round(share * frames))
    first = 0 if generator.random() < 0.5 else frames - length
    kind = generator.random()
    names = ["left_leg", "right_leg"] if kind < 0.6 else ["left_arm"] if kind < 0.8 else ["right_arm"]
    return [(n, first, first + length) for n in names]


def _events(
    generator: np.random.Generator, rate: float, seconds: float, frames: int, fps: float
) -> list[tuple[int, int]]:
    """Spans of time: a Poisson number of them, of log-normal length."""
    spans = []
    for _ in range(generator.poisson(rate * frames / fps / 10)):
        length = max(2, round(seconds * float(np.exp(generator.normal(0, 0.5))) * fps))
        first = int(generator.integers(0, max(1, frames - 1)))
        spans.append((first, min(first + length, frames)))
    return spans


def _spoil(
    out: Array,
    clean: Array,
    joints: list[int],
    span: slice,
    kind: str,
    fps: float,
    levels: dict[str, float],
    generator: np.random.Generator,
) -> None:
    """Make a limb wrong within a span, in place."""
    length = span.stop - span.start
    if kind == "freeze":
        out[span, joints] = clean[span.start, joints]
        return
    if kind == "drift":
        # Hidden limbs float from where they were last seen, slowly and without bound but the table's.
        walk = _smooth(generator.normal(size=(length, len(joints), 3)), fps, 0.7)
        start = np.minimum(np.arange(length) / (0.3 * fps), 1.0)[:, None, None]
        angles = np.radians(levels["drift_degrees"]) * walk * start
        held = np.repeat(clean[span.start : span.start + 1, joints], length, axis=0)
        out[span, joints] = _turn(held, angles)
        return
    out[span, joints] = _turn(
        clean[span, joints], _noise(generator, (length, len(joints)), levels["jitter_degrees"], fps, 8.0)
    )


def _smooth(white: np.ndarray, fps: float, hertz: float) -> np.ndarray:
    """White noise [T, ...] through a one-pole low-pass at `hertz`, brought back to unit deviation (stationary)."""
    keep = float(np.exp(-2 * np.pi * min(hertz, fps / 2) / fps))
    out = np.empty_like(white)
    out[0] = white[0]
    for t in range(1, len(white)):
        out[t] = keep * out[t - 1] + np.sqrt(1 - keep**2) * white[t]
    return out


def _slow(white: np.ndarray, fps: float, hertz: float) -> np.ndarray:
    """Twice through the low-pass, so that velocities are smooth too; about unit deviation."""
    keep = float(np.exp(-2 * np.pi * min(hertz, fps / 2) / fps))
    return _smooth(_smooth(white, fps, hertz), fps, hertz) * np.sqrt((1 - keep**2) / (1 + keep**2))


def _noise(
    generator: np.random.Generator, shape: tuple[int, int], degrees: float, fps: float, hertz: float
) -> np.ndarray:
    """Rotation vectors [T, J, 3] in radians whose angle has a root mean square of `degrees`."""
    return _smooth(generator.normal(size=(*shape, 3)), fps, hertz) * np.radians(degrees) / np.sqrt(3)


def _turn(rotations: np.ndarray, vectors: np.ndarray) -> Array:
    """Quaternions [..., 4] (x, y, z, w) turned by rotation vectors [..., 3] in the joint's own frame."""
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    axis = vectors / np.maximum(angle, 1e-9) * np.sin(angle / 2)
    w = np.cos(angle / 2)
    v, s = rotations[..., :3], rotations[..., 3:]
    turned = np.concatenate([s * axis + w * v + np.cross(v, axis), s * w - (v * axis).sum(-1, keepdims=True)], axis=-1)
    return (turned / np.linalg.norm(turned, axis=-1, keepdims=True)).astype(np.float32)


def _confidence(generator: np.random.Generator, doubted: np.ndarray, fps: float) -> Array:
    """Confidence [T, 22]: high where the estimator believes to see, low where it doubts; late, blurred, sometimes
    wrong."""
    levels, frames = table()["confidence"], len(doubted)
    doubted = doubted.copy()
    for joints in limbs().values():
        for first, last in _events(generator, levels["false_alarm_rate"], levels["false_alarm_seconds"], frames, fps):
            doubted[first:last, joints] = True
    late = min(round(abs(generator.normal(0, levels["late_seconds"])) * fps), frames - 1)
    doubted = np.concatenate([np.repeat(doubted[:1], late, 0), doubted[: frames - late]])
    # Levels vary by event and joint more than by frame.
    wobble = _smooth(generator.normal(size=doubted.shape), fps, 0.5)
    seen, hidden = (np.asarray(levels[k], np.float32) for k in ("seen", "hidden"))
    value = np.where(doubted, hidden[0] + hidden[1] * wobble, seen[0] + seen[1] * wobble)
    return np.clip(value, 0, 1).astype(np.float32)


def mirrored(corrupted: Corrupted) -> Corrupted:
    """The mirror image, with confidence and truth of the exchanged sides."""
    root, rotations = ropar_native.mirror(
        np.ascontiguousarray(corrupted.root), np.ascontiguousarray(corrupted.rotations)
    )
    swap = mirrored_joints()
    return Corrupted(root, rotations, corrupted.confidence[:, swap], corrupted.touched[:, swap])

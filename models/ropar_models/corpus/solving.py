"""From a clip's joint positions to the canonical skeleton at the model's rate, all through the Rust core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import ropar_native

from ..layout import FRAME_RATE
from .files import CorpusError
from .reader import SHORTEST, Clip

# Frames of one skeleton that are measured together; more are measured in chunks, so that any corpus fits in memory.
CALIBRATION_FRAMES = 1_000_000


def calibrate(
    reader: Iterable[Clip], limit: int | None, chunk: int = CALIBRATION_FRAMES
) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """What only the clips of a source skeleton together show: its floor and standing pose, by skeleton; and how far
    the head is turned against the chest, by clip (a twist that joint positions cannot show).

    A skeleton with more than `chunk` frames is calibrated by the first `chunk` of them.
    """
    clips: dict[str, list[Clip]] = defaultdict(list)
    frames: dict[str, int] = defaultdict(int)
    calibrations: dict[str, dict[str, Any]] = {}
    head_yaws: dict[str, np.ndarray] = {}
    for clip in islice(reader, limit):
        name = clip.skeleton
        clips[name].append(clip)
        frames[name] += len(clip.positions)
        if frames[name] >= chunk:
            _measure(name, clips.pop(name), calibrations, head_yaws)
            frames[name] = 0
    for name, members in clips.items():
        _measure(name, members, calibrations, head_yaws)
    return calibrations, head_yaws


def _measure(
    name: str, members: list[Clip], calibrations: dict[str, dict[str, Any]], head_yaws: dict[str, np.ndarray]
) -> None:
    positions = np.ascontiguousarray(np.concatenate([c.positions for c in members]), np.float32)
    if name not in calibrations:
        try:
            calibrations[name] = ropar_native.calibrate(positions, members[0].mapped)
        except ValueError as error:
            raise CorpusError(f"{members[0].file} and {len(members) - 1} more of its skeleton: {error}") from None
    pairs = [c.chest_and_head for c in members if c.chest_and_head is not None]
    if len(pairs) == len(members):
        chest, head = (np.ascontiguousarray(np.concatenate(x), np.float32) for x in zip(*pairs, strict=True))
        yaw = ropar_native.head_yaw(positions, chest, head)
        ends = np.cumsum([len(c.positions) for c in members])
        for clip, part in zip(members, np.split(yaw, ends[:-1]), strict=True):
            head_yaws[clip.identifier] = np.ascontiguousarray(part, np.float32)


class Solved(NamedTuple):
    """A clip on the canonical skeleton at the model's rate."""

    root: np.ndarray  # [T, 3] metres
    rotations: np.ndarray  # [T, 22, 4]


def solve_clip(
    clip: Clip, calibration: dict[str, Any], head_yaw: np.ndarray | None, residuals: dict[str, list[float]]
) -> Solved | None:
    """The clip on the canonical skeleton; none where it is too short to teach anything."""
    positions = np.ascontiguousarray(clip.positions, np.float32)
    try:
        solved = ropar_native.solve(positions, clip.mapped, clip.fps, head_yaw, calibration)
    except ValueError as error:
        raise CorpusError(f"{clip.file}: {error}") from None
    residuals[clip.source].append(float(solved["residual_mm"][:, clip.mapped].mean()))
    root, rotations = ropar_native.resample(solved["root"], solved["rotations"], clip.fps, FRAME_RATE)
    return Solved(root, rotations) if len(root) >= SHORTEST else None


def sided_features(motion: Solved) -> list[np.ndarray]:
    """Features [T, D] of a motion and of its mirror image."""
    return [ropar_native.features(root, turns, FRAME_RATE)[0] for root, turns in (motion, ropar_native.mirror(*motion))]


def resample_confidence(clip: Clip, frames: int) -> np.ndarray:
    """Joint confidence at the model's rate as uint8 [frames, 22]; 255 where the corpus carries none.

    A frame between two of the source is mixed of both, and no clearer than the worse of them.
    """
    if clip.confidence is None:
        return np.full((frames, 22), 255, np.uint8)
    at = np.round(np.arange(frames) * clip.fps / FRAME_RATE, 4)  # what is mixed in by less than that is not seen
    before, after = (np.clip(f(at).astype(int), 0, len(clip.confidence) - 1) for f in (np.floor, np.ceil))
    return np.round(np.minimum(clip.confidence[before], clip.confidence[after]) * 255).astype(np.uint8)

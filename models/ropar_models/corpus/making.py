"""Clips that are made of recorded ones, for contents that a corpus may lack (tables/made_clips.json).

- `backwards`: who walks forward, walks backwards in reverse. The joints of the legs move in backward walking much as in
  forward walking run backwards (Winter, Pluck and Yang 1989, Backward walking: a simple reversal of forward walking?,
  Journal of Motor Behavior 21(3)).
- `both_arms`: who raises one arm, raises both where the other arm does what the first does in the mirror, and where the
  trunk, which leans away from one arm, stays halfway between itself and its mirror image.
- `calm_arms`: who moves about with one arm busy (dribbling a ball), moves about with none where the busy arm does what
  the calm one does in the mirror.
- `there_and_back`: who bends down to a bucket, bows where the way down is gone back upwards.

An entry may name a `piece` of the clip that is taken alone (who washes a window with one hand, waves), and a `cycle` of
steps that is gone through again until the clip is `lasting` long; both are spans in seconds.

What such clips teach is used only where no recorded clip of the selection shows it (training/dataset.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import ropar_native

from ..layout import FRAME_RATE, JOINTS
from .mirror import limbs, mirrored_joints
from .reader import Clip
from .solving import Solved

SIDES = ("left", "right")

# Frames over which a cycle of steps goes over into its next round.
JOIN = 6


@lru_cache(maxsize=1)
def _table() -> list[dict[str, Any]]:
    return json.loads(resources.files("ropar_models").joinpath("tables/made_clips.json").read_text())["made"]


def with_made(clip: Clip, solved: Solved, seen: np.ndarray) -> Iterator[tuple[Clip, Solved, np.ndarray]]:
    """The clip as it is, and what the table makes of a training clip of its name or content.

    `seen` is the joint confidence [T, 22]. The clips that are made have no captions, and no side: what its own say is
    no longer so.
    """
    yield clip, solved, seen
    for entry in _table() if clip.split == "train" else []:
        if entry["of"] in (clip.identifier, clip.content):
            notes = {k: v for k, v in clip.notes.items() if k != "side"}
            name = f"{clip.identifier}_as_{entry['content']}"
            yield (
                replace(clip, identifier=name, content=entry["content"], captions=[], notes=notes),
                *_made(entry, solved, seen),
            )


def _made(entry: dict[str, Any], solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    if "piece" in entry:
        first, end = (round(seconds * FRAME_RATE) for seconds in entry["piece"])
        solved, seen = Solved(solved.root[first:end], solved.rotations[first:end]), seen[first:end]
    for how in entry.get("how", []):
        solved, seen = _MAKERS[how](solved, seen)
    if "cycle" in entry:
        first, end = (round(seconds * FRAME_RATE) for seconds in entry["cycle"])
        solved, seen = go_on(solved, seen, first, end, round(entry["lasting"] * FRAME_RATE))
    return solved, seen


def go_on(solved: Solved, seen: np.ndarray, first: int, end: int, frames: int) -> tuple[Solved, np.ndarray]:
    """The steps from frame `first` to `end` again and again, each round where the last one led to, for at least
    `frames` frames in all.

    The last frames before a round go over into those before the first one; `first` is at least `JOIN`.
    """
    length = end - first
    rounds = max(0, -(-(frames - len(solved.root)) // length))
    at = np.concatenate([np.arange(end), np.tile(np.arange(first, end), rounds), np.arange(end, len(solved.root))])
    lap = np.concatenate([np.zeros(end), np.repeat(np.arange(1, rounds + 1), length)])
    lap = np.concatenate([lap, np.full(len(at) - len(lap), rounds)])[:, None]
    way = (solved.root[end] - solved.root[first]) * [1, 0, 1]
    near = (at >= end - JOIN) & (at < end) & (lap[:, 0] < rounds)
    share = np.where(near, (at - end + JOIN + 1) / (JOIN + 1), 0)[:, None]
    before = np.where(near, at - length, at)
    root = solved.root[at] + lap * way
    root += share * (solved.root[before] + (lap + 1) * way - root)
    rotations = _between(solved.rotations[at], solved.rotations[before], share[..., None])
    return Solved(root.astype(np.float32), rotations), np.minimum(seen[at], seen[before])


def backwards(solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    """The last frame first."""
    root, rotations, seen = (np.ascontiguousarray(values[::-1]) for values in (*solved, seen))
    return Solved(root, rotations), seen


def there_and_back(solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    """The way to the last frame, and from it back to the first."""
    root, rotations, seen = (np.concatenate([values, values[-2::-1]]) for values in (*solved, seen))
    return Solved(root, rotations), seen


def both_arms(solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    """The arm whose wrist comes up higher, and its mirror image on the other side of a trunk that leans to neither."""
    joints = ropar_native.forward_kinematics(*solved)
    heights = {side: joints[:, _wrist(side), 1].max() for side in SIDES}
    return _with_arm(max(SIDES, key=heights.__getitem__), solved, seen)


def calm_arms(solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    """The arm whose wrist goes less far about the pelvis, and its mirror image, as in `both_arms`."""
    joints = ropar_native.forward_kinematics(*solved)
    from_pelvis = joints - joints[:, :1]
    ways = {side: np.linalg.norm(np.diff(from_pelvis[:, _wrist(side)], axis=0), axis=-1).sum() for side in SIDES}
    return _with_arm(min(SIDES, key=ways.__getitem__), solved, seen)


def _wrist(side: str) -> int:
    return JOINTS.index(f"{side}_wrist")


def _with_arm(side: str, solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    """The arm of one side on both, in the mirror on the other, and the trunk halfway between itself and its image."""
    other = limbs()["right_arm" if side == "left" else "left_arm"]
    swap = mirrored_joints()
    # Not the pelvis: the legs hang on it.
    trunk = [joint for joint, opposite in enumerate(swap) if joint == opposite and joint > 0]
    rotations, seen = solved.rotations.copy(), seen.copy()
    image = ropar_native.mirror(*solved)[1]
    rotations[:, other] = image[:, other]
    rotations[:, trunk] = _between(rotations[:, trunk], image[:, trunk], 0.5)
    seen[:, other] = seen[:, [swap[joint] for joint in other]]
    return Solved(solved.root, rotations), seen


def _between(a: np.ndarray, b: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """Quaternions [..., 4] on the way from one to another."""
    middle = a + share * (b * np.where((a * b).sum(-1, keepdims=True) < 0, -1, 1) - a)
    return (middle / np.linalg.norm(middle, axis=-1, keepdims=True)).astype(np.float32)


_MAKERS = {maker.__name__: maker for maker in (backwards, both_arms, calm_arms, there_and_back)}

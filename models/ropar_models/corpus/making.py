"""Clips that are made of recorded ones, for contents that a corpus may lack (tables/made_clips.json).

- `backwards`: who walks forward, walks backwards in reverse. The joints of the legs move in backward walking much as in
  forward walking run backwards (Winter, Pluck and Yang 1989, Backward walking: a simple reversal of forward walking?,
  Journal of Motor Behavior 21(3)).
- `both_arms`: who raises one arm, raises both where the other arm does what the first does in the mirror, and where the
  trunk, which leans away from one arm, stays halfway between itself and its mirror image.
- `calm_arms`: who moves about with one arm busy (dribbling a ball), moves about with none where the busy arm does what
  the calm one does in the mirror.

What such clips teach is used only where no recorded clip of the selection shows it (training/dataset.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import resources

import numpy as np
import ropar_native

from ..layout import JOINTS
from .mirror import limbs, mirrored_joints
from .reader import Clip
from .solving import Solved

SIDES = ("left", "right")


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    return json.loads(resources.files("ropar_models").joinpath("tables/made_clips.json").read_text())["made_of"]


def with_made(clip: Clip, solved: Solved, seen: np.ndarray) -> Iterator[tuple[Clip, Solved, np.ndarray]]:
    """The clip as it is, and what the table makes of a training clip of its name or content.

    `seen` is the joint confidence [T, 22]. The clip that is made has no captions, and no side: what its own say is no
    longer so.
    """
    yield clip, solved, seen
    entry = _table().get(clip.identifier, _table().get(clip.content))
    if entry is not None and clip.split == "train":
        notes = {k: v for k, v in clip.notes.items() if k != "side"}
        name = f"{clip.identifier}_{entry['how']}"
        told = replace(clip, identifier=name, content=entry["content"], captions=[], notes=notes)
        yield told, *_MAKERS[entry["how"]](solved, seen)


def backwards(solved: Solved, seen: np.ndarray) -> tuple[Solved, np.ndarray]:
    """The last frame first."""
    root, rotations, seen = (np.ascontiguousarray(values[::-1]) for values in (*solved, seen))
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
    rotations[:, trunk] = _halfway(rotations[:, trunk], image[:, trunk])
    seen[:, other] = seen[:, [swap[joint] for joint in other]]
    return Solved(solved.root, rotations), seen


def _halfway(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Quaternions [..., 4] in the middle of two."""
    middle = a + b * np.where((a * b).sum(-1, keepdims=True) < 0, -1, 1)
    return (middle / np.linalg.norm(middle, axis=-1, keepdims=True)).astype(np.float32)


_MAKERS = {"backwards": backwards, "both_arms": both_arms, "calm_arms": calm_arms}

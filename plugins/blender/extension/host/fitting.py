# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions onto an armature's bones, and back. Arrays only: runs on any thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from .. import library
from ..addon import AddonError
from . import quaternions as quat
from .channels import Pose, basis
from .skeleton import Bones

UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Rigged:
    """An armature as RoPAR knows it: the rig, and which bone is which joint."""

    bones: Bones
    rig: Any
    mapping: Any

    def node(self, joint: str) -> int | None:
        """The bone that stands for a joint."""
        found = self.mapping.joints.get(joint)
        return None if found is None else int(found[0])

    def nodes(self) -> list[int]:
        """The bones that stand for joints."""
        return sorted({int(node) for node, _ in self.mapping.joints.values()})


@dataclass(frozen=True)
class Fitted:
    """A motion on a rig: local rotations (frames, n, 4), places (frames, n, 3) in metres, and how good it is."""

    rotations: np.ndarray
    translations: np.ndarray
    report: dict[str, Any]

    def pose(self, bones: Bones) -> Pose:
        return basis(bones, self.rotations, self.translations)


def rig(bones: Bones, mapping_text: str = "") -> Rigged:
    """Hands the bones to RoPAR, with the user's mapping or with the one that RoPAR finds.

    Raises:
        ropar.Error: this is not a human body, or the mapping does not fit it.
    """
    ropar = library.module()
    made = ropar.Rig.from_arrays(list(bones.names), list(bones.parents), bones.rest_matrices())
    with _in_blenders_words():
        mapping = ropar.Mapping.from_json(mapping_text, made) if mapping_text else made.map()
    return Rigged(bones, made, mapping)


@contextlib.contextmanager
def _in_blenders_words() -> Iterator[None]:
    """What is wrong with a mapping, with the next step in Blender and not on the command line."""
    try:
        yield
    except Exception as error:
        if "map" not in getattr(error, "hint", ""):
            raise
        raise AddonError(error.message, rpt_("choose the bones by hand under Bone Mapping")) from error


def fit(motion: Any, rigged: Rigged, *, contacts: bool, in_place: bool) -> Fitted:
    """Retargets a motion, at the motion's own rate."""
    with _in_blenders_words():
        result = library.module().retarget(motion, rigged.rig, rigged.mapping, contacts=contacts, in_place=in_place)
    return Fitted(
        np.array(result.rotations, dtype=np.float64), np.array(result.translations, dtype=np.float64), result.report
    )


def to_length(motion: Any, frames: int) -> Any:
    """The motion with exactly so many frames: cut, or its last pose held."""
    if motion.frames == frames:
        return motion
    at = np.minimum(np.arange(frames), motion.frames - 1)
    return library.module().Motion.from_arrays(
        motion.fps, np.asarray(motion.root)[at], np.asarray(motion.rotations)[at]
    )


def start_at(fitted: Fitted, rigged: Rigged, present: tuple[np.ndarray, np.ndarray]) -> Fitted:
    """The motion moved over the floor and turned about the vertical to go on where the rig is.

    Args:
        present: local rotations and places of the bones, one frame.
    """
    pelvis = rigged.node("pelvis")
    if pelvis is None:
        return fitted
    bones = rigged.bones
    turned, placed = bones.forward(*present)
    first_turned, first_placed = bones.forward(fitted.rotations[:1], fitted.translations[:1])
    change = quat.multiply(turned[0, pelvis], quat.conjugate(first_turned[0, pelvis]))
    heading = quat.twist(change, UP)
    shift = placed[0, pelvis] - quat.rotate(heading, first_placed[0, pelvis])
    shift[1] = 0.0
    top = pelvis
    while bones.parents[top] >= 0:
        top = bones.parents[top]
    rotations, translations = fitted.rotations.copy(), fitted.translations.copy()
    rotations[:, top] = quat.multiply(heading, rotations[:, top])
    translations[:, top] = quat.rotate(heading, translations[:, top]) + shift
    return Fitted(rotations, translations, fitted.report)


def to_motion(rigged: Rigged, fps: float, rotations: np.ndarray, translations: np.ndarray) -> Any:
    """What a rig does, as a motion of the canonical skeleton: the way back from :func:`fit` without contacts."""
    motion = library.module().Motion
    return motion.from_rig(rigged.rig, fps, rotations, translations, mapping=rigged.mapping, contacts=False)

# SPDX-License-Identifier: GPL-3.0-or-later
"""The pose of an armature on any frame as Blender works it out, constraints and drivers included. Main thread.

The armature is put into a scene of its own that nobody sees, so that the user's scene keeps its frame and is not drawn
anew for each of ours, and so that nothing but the armature has to be worked out. The work is done in slices; between
two of them the file is as the user left it, but for that scene, which :func:`sweep` takes away before a save and after
an undo.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

import bpy
import numpy as np
from bpy.app.handlers import persistent

from ..jobs.job import Pace
from . import keys
from .actions import curves
from .objects import Reference, action_of

NAME = "RoPAR Stage"
TAG = "ropar_stage"


@dataclass(frozen=True)
class Setting:
    """A custom property of a pose bone, and what it shall be while the pose is read."""

    bone: str
    name: str
    value: float

    @property
    def property_name(self) -> str:
        """The property as channels name it, with its brackets."""
        return f'["{bpy.utils.escape_identifier(self.name)}"]'

    @property
    def path(self) -> str:
        """Its data path from the armature."""
        return keys.path(self.bone, self.property_name)


@dataclass(frozen=True)
class Poses:
    """What was read, (frames, n, 4, 4) each: the bones in armature space, and their own channels."""

    matrices: np.ndarray
    basis: np.ndarray


def read(
    target: Reference, names: Iterable[str], frames: np.ndarray, settings: Iterable[Setting] = ()
) -> Generator[None, None, Poses]:
    """The pose of the bones `names` on `frames`, as it would be under `settings`. Yields at the end of a slice.

    Raises:
        AddonError: the armature was deleted meanwhile.
    """
    names, settings = list(names), list(settings)
    poses = Poses(np.empty((len(frames), len(names), 4, 4)), np.empty((len(frames), len(names), 4, 4)))
    done = 0
    pace = Pace()
    try:
        while done < len(frames):
            armature = target.get(bpy.data.objects)
            with _visible(armature), _set(armature, settings):
                done = _slice(armature, names, frames, done, poses, pace)
            if done < len(frames):
                yield
                pace.resume()
    finally:
        sweep()
    return poses


def _slice(armature, names: list[str], frames: np.ndarray, done: int, poses: Poses, pace: Pace) -> int:
    """Reads frames until it is time to let Blender draw; how many are read then."""
    scene = _scene(armature)
    while done < len(frames):
        whole = int(np.floor(frames[done]))
        scene.frame_set(whole, subframe=float(frames[done] - whole))
        bones = armature.evaluated_get(scene.view_layers[0].depsgraph).pose.bones
        for index, name in enumerate(names):
            bone = bones[name]
            poses.matrices[done, index] = bone.matrix
            poses.basis[done, index] = bone.matrix_basis
        done += 1
        if pace.due():
            break
    return done


def _scene(armature):
    """The scene with the armature, made where it is not there (any more)."""
    for scene in bpy.data.scenes:
        if scene.get(TAG) == str(armature.session_uid):
            return scene
    scene = bpy.data.scenes.new(NAME)
    scene[TAG] = str(armature.session_uid)
    scene.collection.objects.link(armature)
    return scene


@contextlib.contextmanager
def _set(armature, settings: list[Setting]) -> Iterator[None]:
    """Sets custom properties, against their curves if need be, and puts everything back."""
    if not settings:
        yield
        return
    action = action_of(armature)
    found = curves(action, armature, create=False) if action is not None else None
    muted, before = [], []
    bones = armature.pose.bones
    try:
        for setting in settings:
            curve = found.find(setting.path) if found is not None else None
            if curve is not None and not curve.mute:
                muted.append(curve)
                curve.mute = True
            value = bones[setting.bone][setting.name]
            before.append((setting, value))
            bones[setting.bone][setting.name] = type(value)(setting.value)
        _tag(armature, action if muted else None)
        yield
    finally:
        for curve in muted:
            curve.mute = False
        for setting, value in before:
            bones[setting.bone][setting.name] = value
        _tag(armature, action if muted else None)


def _tag(armature, action) -> None:
    """Has Blender work the armature out anew, with its curves as they are now."""
    armature.update_tag()
    if action is not None:
        action.update_tag()


@contextlib.contextmanager
def _visible(armature) -> Iterator[None]:
    """What is disabled in viewports is not worked out, and in Rest Position no pose is."""
    data = armature.data
    hidden, resting = armature.hide_viewport, data.pose_position == "REST"
    if hidden:
        armature.hide_viewport = False
    if resting:
        data.pose_position = "POSE"
    try:
        yield
    finally:
        if hidden:
            armature.hide_viewport = True
        if resting:
            data.pose_position = "REST"


def differing(armature, settings: Iterable[Setting], frames: np.ndarray) -> list[Setting]:
    """Those of `settings` that are not so on every one of `frames`."""
    action = action_of(armature)
    found = curves(action, armature, create=False) if action is not None else None
    result = []
    for setting in settings:
        curve = found.find(setting.path) if found is not None else None
        if curve is None:
            now = np.array([float(armature.pose.bones[setting.bone][setting.name])])
        else:
            now = keys.values_at(curve, frames)
        if np.abs(now - setting.value).max() > 1e-6:
            result.append(setting)
    return result


@persistent
def sweep(*_) -> None:
    """Takes the scene away. Reading that is under way makes it anew."""
    for scene in [scene for scene in bpy.data.scenes if scene.get(TAG) is not None]:
        bpy.data.scenes.remove(scene)


_HANDLERS = ("save_pre", "undo_post", "redo_post", "load_post")


def register() -> None:
    for name in _HANDLERS:
        getattr(bpy.app.handlers, name).append(sweep)


def unregister() -> None:
    for name in _HANDLERS:
        getattr(bpy.app.handlers, name).remove(sweep)
    sweep()

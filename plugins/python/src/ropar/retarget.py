"""Motions on other people's characters."""

from __future__ import annotations

import ctypes
import functools
import json
import os
from typing import TYPE_CHECKING, Any

from . import _abi, _arrays
from ._library import Handle, call, encoded, encoded_or_none, make, take_json
from ._numbers import counted, positive
from .motion import Motion
from .rig import Mapping, Rig

if TYPE_CHECKING:
    from ._arrays import Doubles

__all__ = ["Retargeted", "retarget", "retarget_file"]


class Retargeted:
    """A clip on a rig. Never changes; arrays are read-only copies, as those of :class:`Motion`."""

    def __init__(self, handle: Handle, rig: Rig) -> None:
        """Not called directly: it comes from :func:`retarget`."""
        self._handle = handle
        self.rig = rig
        """The rig."""
        view = self._view()
        self.fps = float(view.fps)
        """Frames per second: those of the motion."""
        self.frames = int(view.frames)
        """Number of frames."""
        self._nodes = int(view.nodes)
        self.report: dict[str, Any] = json.loads(view.report or b"{}")
        """How well it went: ``verdict`` (with ``grade`` and ``reason``) and figures."""

    @functools.cached_property
    def rotations(self) -> Doubles:
        """Rotations local to the parent node: (frames, n, 4), (x, y, z, w)."""
        return _arrays.doubles(self._view().rotations, (self.frames, self._nodes, 4))

    @functools.cached_property
    def translations(self) -> Doubles:
        """Places in the parent's frame: (frames, n, 3), metres."""
        return _arrays.doubles(self._view().translations, (self.frames, self._nodes, 3))

    def __len__(self) -> int:
        return self.frames

    def __repr__(self) -> str:
        return f"<ropar.Retargeted {self.frames} frames at {self.fps:g} fps on {self._nodes} nodes>"

    def _view(self) -> _abi.RetargetedView:
        view = _abi.RetargetedView()
        call("ropar_retargeted_get", self._handle.value, ctypes.byref(view))
        return view


def retarget(
    source: Motion,
    rig: Rig,
    mapping: Mapping | None = None,
    *,
    contacts: bool = True,
    in_place: bool = False,
    hand_contacts: bool = False,
    ground_root: bool = False,
) -> Retargeted:
    """Carries a motion over to a rig, whatever its names, proportions and rest pose.

    Args:
        source: the motion.
        rig: the character's skeleton, of n nodes.
        mapping: which node is which joint; ``None``: :meth:`Rig.map` finds out.
        contacts: whether feet are held to the floor.
        in_place: whether the character stays where it is.
        hand_contacts: whether hands that rest on the floor are held as well.
        ground_root: whether the joint on the floor, where the rig has one, carries the path over the ground and the
            heading, as game engines want it; otherwise the hips carry everything.

    Raises:
        InputError: no human body is found, or a joint that is needed is not mapped.
    """
    options = _abi.RetargetOptions(
        ignore_contacts=int(not contacts),
        in_place=int(in_place),
        hand_contacts=int(hand_contacts),
        ground_root=int(ground_root),
    )
    arguments = source._handle.value, rig._handle.value, mapping and mapping._handle.value, ctypes.byref(options)
    return Retargeted(make("ropar_retargeted_free", "ropar_retarget", *arguments), rig)


def retarget_file(
    clip_path: str | os.PathLike[str],
    rig_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    *,
    take: str | None = None,
    mapping: Mapping | str | None = None,
    contacts: bool = True,
    in_place: bool = False,
    hand_contacts: bool = False,
    ground_root: bool = False,
    source_mapping: Mapping | str | None = None,
    fps: float | None = None,
    character: int | None = None,
    source_character: int | None = None,
) -> dict[str, Any]:
    """Retargets a clip of any rig onto a character's file.

    Args:
        clip_path: any scene file with an animation.
        rig_path: the character (``.glb``, ``.gltf``, ``.vrm``, ``.bvh``, ``.fbx``).
        output_path: the file to write: with everything the character's file holds where both have the same format, with
            its joints alone in another. A take of the same name gives way.
        take: name of the clip's take; ``None``: the first.
        mapping: of the character's rig, also as JSON text; ``None``: found.
        contacts: whether feet are held to the floor.
        in_place: whether the character stays where it is.
        hand_contacts: whether hands that rest on the floor are held as well.
        ground_root: whether the joint on the floor, where the rig has one, carries the path over the ground and the
            heading, as game engines want it; otherwise the hips carry everything.
        source_mapping: of the clip's own rig, also as JSON text; ``None``: found.
        fps: rate of the new take; ``None``: the clip's.
        character: which of several characters in the character's file, counted from 1; ``None``: the only one.
        source_character: the same for the clip's file.

    Returns:
        The report: ``verdict`` (with ``grade`` and ``reason``) and figures.

    Raises:
        InputError: a file that cannot be read or does not fit.
        OutputError: the output cannot be written.
    """
    text, source_text = (m.to_json() if isinstance(m, Mapping) else m for m in (mapping, source_mapping))
    options = _abi.RetargetFileOptions(
        ignore_contacts=int(not contacts),
        in_place=int(in_place),
        take=encoded_or_none(take, "take"),
        hand_contacts=int(hand_contacts),
        ground_root=int(ground_root),
        mapping_json=encoded_or_none(text, "mapping"),
        source_mapping_json=encoded_or_none(source_text, "source_mapping"),
        fps=positive(fps, "fps"),
        character=counted(character, "character"),
        source_character=counted(source_character, "source_character"),
    )
    paths = encoded(clip_path, "clip_path"), encoded(rig_path, "rig_path"), encoded(output_path, "output_path")
    report: dict[str, Any] = take_json("ropar_retarget_file", *paths, ctypes.byref(options))
    return report

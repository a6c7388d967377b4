"""Rigs, and which of their nodes is which joint of a human body."""

from __future__ import annotations

import ctypes
import functools
import json
import os
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from . import _abi, _arrays
from ._library import Handle, call, encoded, make, take_text
from ._numbers import counted
from .errors import InputError

if TYPE_CHECKING:
    from ._arrays import ArrayLike, Doubles

__all__ = ["MappedNode", "Mapping", "Rig", "TwistNode"]

#: The kinds of nodes, in the order of the library's numbers.
_KINDS = ("joint", "tip", "group")

#: Joints of the canonical skeleton, in HumanML3D's order.
JOINT_NAMES = (
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
)


class Rig:
    """The skeleton of somebody's character, at rest. Never changes; may be used from any thread."""

    def __init__(self, handle: Handle) -> None:
        """Not called directly: rigs come from :meth:`from_arrays` or :meth:`load`."""
        self._handle = handle

    @classmethod
    def from_arrays(
        cls,
        names: Sequence[str],
        parents: Sequence[int | None],
        rest: ArrayLike,
        *,
        kinds: Sequence[str] | None = None,
    ) -> Rig:
        """A rig of n nodes, such as the bones of a host's armature.

        Args:
            names: n names, not necessarily unique.
            parents: index of each node's parent, -1 or ``None`` for a root; parents come before their children.
            rest: (n, 4, 4) matrix from the node's frame to its parent's at rest, metres, Y up: the translation is in
                the last column. No shear.
            kinds: n of ``joint``, ``tip`` (the end of a chain, which only shows how long its last bone is) and
                ``group`` (anything else); ``None``: all are joints.

        Raises:
            InputError: what does not fit, by the node's name.
        """
        count = len(names)
        if len(parents) != count:
            raise InputError(f"{len(parents)} parents for {count} names", "give one parent per name, -1 for a root")
        if kinds is not None and len(kinds) != count:
            raise InputError(f"{len(kinds)} kinds for {count} names", "give one kind per name")
        matrices, _ = _arrays.into(rest, "d", (count, 4, 4), "rest")
        try:
            above = (ctypes.c_int32 * count)(*(-1 if parent is None else int(parent) for parent in parents))
        except (TypeError, ValueError) as error:
            raise InputError(f"parents: {error}", "give indices, -1 for a root") from None
        arrays = _abi.RigArrays(
            nodes=count,
            names=(ctypes.c_char_p * count)(*(encoded(name, "name") for name in names)),
            parents=above,
            rest=matrices,
        )
        if kinds is not None:
            unknown = [kind for kind in kinds if kind not in _KINDS]
            if unknown:
                raise InputError(f"there is no kind `{unknown[0]}`", f"choose {', '.join(_KINDS)}")
            arrays.kinds = (ctypes.c_uint8 * count)(*(_KINDS.index(kind) for kind in kinds))
        return cls(make("ropar_rig_free", "ropar_rig_from_arrays", ctypes.byref(arrays)))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Rig:
        """Reads the rig of a scene file (``.glb``, ``.gltf``, ``.vrm``, ``.bvh``, ``.fbx``).

        Raises:
            InputError: no such file, or one that cannot be read.
        """
        return cls(make("ropar_rig_free", "ropar_rig_read", encoded(path, "path")))

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each node."""
        view = self._view()
        return tuple(view.names[node].decode("utf-8") for node in range(view.nodes))

    @functools.cached_property
    def parents(self) -> tuple[int, ...]:
        """Index of each node's parent, -1 for a root; parents come first."""
        view = self._view()
        return tuple(view.parents[: view.nodes])

    @functools.cached_property
    def kinds(self) -> tuple[str, ...]:
        """What each node is: ``joint``, ``tip`` or ``group``."""
        view = self._view()
        return tuple(_KINDS[view.kinds[node]] if view.kinds else _KINDS[0] for node in range(view.nodes))

    @functools.cached_property
    def rest(self) -> Doubles:
        """Matrix from each node's frame to its parent's at rest: (n, 4, 4), metres."""
        view = self._view()
        return _arrays.doubles(view.rest, (int(view.nodes), 4, 4))

    def map(self, character: int | None = None) -> Mapping:
        """Finds out which node is which joint, by names and by shape.

        Args:
            character: which of several characters in the rig, counted from 1; ``None``: the only one.

        Raises:
            InputError: no human body is found, or several are (the message lists them).
        """
        if character is None:
            return Mapping(make("ropar_mapping_free", "ropar_rig_map", self._handle.value), self)
        number = counted(character, "character")
        return Mapping(make("ropar_mapping_free", "ropar_rig_map_character", self._handle.value, number), self)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"<ropar.Rig of {len(self)} nodes>"

    def _view(self) -> _abi.RigArrays:
        view = _abi.RigArrays()
        call("ropar_rig_get", self._handle.value, ctypes.byref(view))
        return view


class MappedNode(NamedTuple):
    """A node that stands for a joint."""

    node: int
    """Index into the rig."""
    confidence: float
    """How sure that is, 0 to 1."""


class TwistNode(NamedTuple):
    """A node that carries a share of a limb's twist."""

    node: int
    """Index into the rig."""
    segment: str
    """The canonical joint at which the limb segment starts, such as ``left_elbow``."""
    place: float
    """Its place along the segment, 0 to 1."""


class Mapping:
    """Which node of a rig is which joint of a human body. Never changes."""

    def __init__(self, handle: Handle, rig: Rig) -> None:
        """Not called directly: mappings come from :meth:`Rig.map` or :meth:`from_json`."""
        self._handle = handle
        self.rig = rig
        """The rig it was made for."""
        view = _abi.MappingView()
        call("ropar_mapping_get", handle.value, ctypes.byref(view))
        self.family: str = (view.family or b"").decode()
        """How the rig was recognised: a naming family such as ``mixamo``; ``file``; ``topology``."""
        self.joints: MappingType[str, MappedNode] = {
            name: MappedNode(view.joints[joint], float(view.confidences[joint]))
            for joint, name in enumerate(JOINT_NAMES)
            if view.joints[joint] >= 0
        }
        """The canonical joints that the rig has, with node and confidence."""
        self.spine: list[int] = list(view.spine[: view.spine_count])
        """All spine joints, bottom to top."""
        self.neck: list[int] = list(view.neck[: view.neck_count])
        """All neck joints, bottom to top."""
        self.fingers: MappingType[str, MappedNode] = {
            view.finger_names[at].decode(): MappedNode(view.finger_nodes[at], float(view.finger_confidences[at]))
            for at in range(view.finger_count)
        }
        """Finger joints by VRM 1.0 name, such as ``leftIndexProximal``."""
        self.twists: list[TwistNode] = [
            TwistNode(view.twist_nodes[at], JOINT_NAMES[view.twist_segments[at]], float(view.twist_places[at]))
            for at in range(view.twist_count)
        ]
        """Nodes that turn about a limb segment together with it."""
        self.root: int | None = view.root if view.root >= 0 else None
        """Node on the floor that carries the motion over the ground."""
        self.warnings: list[str] = json.loads(view.warnings or b"[]")
        """What the user should look at."""

    @classmethod
    def from_json(cls, text: str, rig: Rig) -> Mapping:
        """Reads a mapping for ``rig``, as :meth:`to_json` and ``ropar map`` write it.

        Raises:
            InputError: text that is no mapping, or one of another rig.
        """
        return cls(make("ropar_mapping_free", "ropar_mapping_from_json", rig._handle.value, encoded(text)), rig)

    def to_json(self) -> str:
        """The mapping as text, for the user to keep and correct."""
        return take_text("ropar_mapping_json", self._handle.value)

    def __repr__(self) -> str:
        return f"<ropar.Mapping {self.family}, {len(self.joints)} of {len(JOINT_NAMES)} joints>"

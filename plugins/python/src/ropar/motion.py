"""Motions of the canonical skeleton."""

from __future__ import annotations

import ctypes
import functools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _abi, _arrays
from ._library import Handle, call, encoded, make
from ._numbers import number_of, positive
from .errors import InputError

if TYPE_CHECKING:
    from ._arrays import ArrayLike, Floats
    from .rig import Mapping as RigMapping
    from .rig import Rig

__all__ = ["Motion"]

_JOINTS = 22


class Motion:
    """A clip on the canonical skeleton: 22 joints with SMPL's names, T rest pose, an adult of 1.70 m.

    Metres, seconds, Y up, facing +Z, left is +X; quaternions are (x, y, z, w). A motion never changes, and may be used
    from any thread. Arrays are read-only copies: numpy's where it is installed, nested tuples otherwise; ``a[i][j]``
    works for both.
    """

    def __init__(self, handle: Handle) -> None:
        """Not called directly: motions come from an :class:`Engine`, :meth:`from_arrays` or :meth:`load`."""
        self._handle = handle
        view = self._view()
        self._fps = float(view.fps)
        self._frames = int(view.frames)
        self._metadata = view.metadata

    @classmethod
    def from_arrays(
        cls,
        fps: float,
        root: ArrayLike,
        rotations: ArrayLike,
        *,
        metadata: Mapping[str, Any] | None = None,
        confidences: ArrayLike | None = None,
        contacts: ArrayLike | None = None,
    ) -> Motion:
        """A motion of one's own.

        Args:
            fps: frames per second.
            root: (frames, 3) world position of the pelvis, metres.
            rotations: (frames, 22, 4) local to the parent joint, the pelvis's own to the world; normalised.
            metadata: anything that JSON can say; files other than BVH keep it.
            confidences: (frames, 22) how well a joint was seen, 0 to 1.
            contacts: (frames, 4) left heel, left ball, right heel, right ball on the floor, 0 to 1.

        Raises:
            InputError: a shape or value that does not fit.
        """
        arrays, _keep = _motion_arrays(
            fps,
            {
                "root": (root, (None, 3)),
                "rotations": (rotations, (None, _JOINTS, 4)),
                "confidences": (confidences, (None, _JOINTS)),
                "contacts": (contacts, (None, 4)),
            },
            metadata,
        )
        return cls(make("ropar_motion_free", "ropar_motion_from_arrays", ctypes.byref(arrays)))

    @classmethod
    def from_positions(
        cls,
        fps: float,
        positions: ArrayLike,
        *,
        metadata: Mapping[str, Any] | None = None,
        confidences: ArrayLike | None = None,
    ) -> Motion:
        """A motion laid along joint positions, (frames, 22, 3) in the world, metres, of any human proportions.

        Raises:
            InputError: a shape or value that does not fit.
        """
        arrays, _keep = _motion_arrays(
            fps,
            {"positions": (positions, (None, _JOINTS, 3)), "confidences": (confidences, (None, _JOINTS))},
            metadata,
        )
        return cls(make("ropar_motion_free", "ropar_motion_from_arrays", ctypes.byref(arrays)))

    @classmethod
    def from_rig(
        cls,
        rig: Rig,
        fps: float,
        rotations: ArrayLike,
        translations: ArrayLike | None = None,
        *,
        mapping: RigMapping | None = None,
        contacts: bool = True,
    ) -> Motion:
        """The animation of somebody's rig as a motion of the canonical skeleton, to be edited.

        Args:
            rig: the rig, of n nodes.
            fps: frames per second.
            rotations: (frames, n, 4) local to the parent node.
            translations: (frames, n, 3) local, metres; ``None``: every node is where it is at rest.
            mapping: which node is which joint; ``None``: :meth:`Rig.map` finds out.
            contacts: whether standing feet are held; without, they stay as they are, sliding or not.

        Raises:
            InputError: a shape or value that does not fit, or a joint that is needed and not mapped.
        """
        nodes = len(rig.names)
        turned, (frames, _, _) = _arrays.into(rotations, "d", (None, nodes, 4), "rotations")
        take = _abi.TakeArrays(fps=number_of(fps, "fps"), frames=frames, rotations=turned, ignore_contacts=not contacts)
        if translations is not None:
            take.translations, _ = _arrays.into(translations, "d", (frames, nodes, 3), "translations")
        arguments = rig._handle.value, mapping and mapping._handle.value, ctypes.byref(take)
        return cls(make("ropar_motion_free", "ropar_motion_from_rig", *arguments))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Motion:
        """Reads a clip that RoPAR wrote (``.glb``, ``.bvh``), at the file's own rate.

        Raises:
            InputError: no such file, or a clip of another skeleton.
        """
        return cls(make("ropar_motion_free", "ropar_motion_read", encoded(path, "path")))

    def save(self, path: str | os.PathLike[str], fps: float | None = None) -> None:
        """Writes the motion as ``.glb``, ``.vrma``, ``.bvh`` or ``.fbx``, by the extension.

        The file appears complete or not at all, and replaces one of that name. BVH has no place for the metadata.

        Args:
            path: the file.
            fps: its frames per second; ``None``: those of the motion.

        Raises:
            InputError: another extension, or a rate out of range.
            OutputError: the file cannot be written.
        """
        call("ropar_motion_write", self._handle.value, encoded(path, "path"), positive(fps, "fps"))

    def save_over(self, source: str | os.PathLike[str], path: str | os.PathLike[str], joints: Iterable[str]) -> None:
        """Writes the clip ``source`` to ``path`` with this motion's rotations for ``joints``.

        Everything else of the file stays bit for bit as it was. This motion has the rate and frames of the clip; both
        files are ``.glb``, or both are ``.bvh``.

        Raises:
            InputError: an unknown joint, or a clip that does not fit.
            OutputError: the file cannot be written.
        """
        names = self.joint_names
        numbers = []
        for joint in joints:
            if joint not in names:
                raise InputError(f"there is no joint `{joint}`", f"name some of {', '.join(names)}")
            numbers.append(names.index(joint))
        call(
            "ropar_motion_write_over",
            self._handle.value,
            encoded(source, "source"),
            encoded(path, "path"),
            (ctypes.c_uint32 * len(numbers))(*numbers),
            len(numbers),
        )

    def resample(self, fps: float) -> Motion:
        """The same motion at another rate: linear for positions, spherical for rotations; the first frame stays.

        Raises:
            InputError: a rate that is not above 0.
        """
        return Motion(make("ropar_motion_free", "ropar_motion_resample", self._handle.value, positive(fps, "fps")))

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._fps

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self._frames

    @property
    def seconds(self) -> float:
        """Length: frames over rate."""
        return self._frames / self._fps

    def __len__(self) -> int:
        return self._frames

    @functools.cached_property
    def root(self) -> Floats:
        """World position of the pelvis: (frames, 3), metres."""
        return _arrays.floats(self._view().root, (self._frames, 3))

    @functools.cached_property
    def rotations(self) -> Floats:
        """Rotations local to the parent joint, the pelvis's own to the world: (frames, 22, 4), (x, y, z, w)."""
        return _arrays.floats(self._view().rotations, (self._frames, _JOINTS, 4))

    @functools.cached_property
    def _positions(self) -> Floats:
        return _arrays.floats(self._view().positions, (self._frames, _JOINTS, 3))

    def positions(self) -> Floats:
        """World positions of all joints: (frames, 22, 3), metres."""
        return self._positions

    @functools.cached_property
    def confidences(self) -> Floats | None:
        """How well a joint was seen, 0 to 1: (frames, 22); ``None`` where nobody said."""
        pointer = self._view().confidences
        return _arrays.floats(pointer, (self._frames, _JOINTS)) if pointer else None

    @functools.cached_property
    def contacts(self) -> Floats:
        """Left heel, left ball, right heel, right ball on the floor, 0 to 1: (frames, 4).

        Found by height and speed where nobody said.
        """
        return _arrays.floats(self._view().contacts, (self._frames, 4))

    @functools.cached_property
    def joint_names(self) -> tuple[str, ...]:
        """The 22 joints, in the order of every array: ``pelvis``, ``left_hip``, ..."""
        names = self._view().joint_names
        return tuple(names[joint].decode() for joint in range(_JOINTS))

    @functools.cached_property
    def parents(self) -> tuple[int, ...]:
        """Index of each joint's parent, -1 for the pelvis; parents come first."""
        return tuple(self._view().parents[:_JOINTS])

    @functools.cached_property
    def rest_offsets(self) -> Floats:
        """Each joint's place in its parent's frame at rest: (22, 3), metres; the pelvis's own is 0."""
        return _arrays.floats(self._view().rest_offsets, (_JOINTS, 3))

    @property
    def metadata(self) -> dict[str, Any]:
        """Where the motion comes from: prompt, seed, package, licence and so on. A copy."""
        return _object(self._metadata)

    @functools.cached_property
    def warnings(self) -> tuple[str, ...]:
        """What had to be put up with when the motion was made or read."""
        return tuple(json.loads(self._view().warnings or b"[]"))

    def __repr__(self) -> str:
        return f"<ropar.Motion {self._frames} frames at {self._fps:g} fps>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self._fps, self.root, self.rotations, self.metadata, self.confidences, self.contacts)

    def _view(self) -> _abi.MotionView:
        view = _abi.MotionView()
        call("ropar_motion_get", self._handle.value, ctypes.byref(view))
        return view


def _unpickle(fps: float, root: Any, rotations: Any, metadata: Any, confidences: Any, contacts: Any) -> Motion:
    return Motion.from_arrays(fps, root, rotations, metadata=metadata, confidences=confidences, contacts=contacts)


def _motion_arrays(
    fps: float,
    given: Mapping[str, tuple[ArrayLike | None, Sequence[int | None]]],
    metadata: Mapping[str, Any] | None,
) -> tuple[_abi.MotionArrays, list[Any]]:
    """The struct for a new motion, and the memory that its pointers need until it is used."""
    arrays = _abi.MotionArrays(fps=number_of(fps, "fps"))
    keep: list[Any] = []
    frames: int | None = None
    for name, (values, shape) in given.items():
        if values is None:
            continue
        memory, found = _arrays.into(values, "f", (frames, *shape[1:]), name)
        frames = found[0]
        keep.append(memory)
        setattr(arrays, name, memory)
    arrays.frames = frames or 0
    if metadata is not None:
        try:
            arrays.metadata = json.dumps(metadata, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise InputError(f"metadata: {error}", "give what JSON can say") from None
    return arrays, keep


def _object(text: bytes | None) -> dict[str, Any]:
    found = json.loads(text or b"{}")
    return found if isinstance(found, dict) else {}

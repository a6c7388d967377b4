"""Reads motion corpora: what a clip is, which layout a folder has, and the project's own layout.

All layouts yield `Clip`s whose joint positions are in metres, Y up, at the source's frame rate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..layout import JOINTS
from .files import CorpusError, read_lines

Array = NDArray[np.float32]

# Frames at the model's rate below which a clip teaches nothing: two tokens.
SHORTEST = 8


@dataclass
class Clip:
    """One captioned piece of motion, as joint positions [T, 22, 3] in the source's own proportions."""

    identifier: str
    file: str  # for messages
    source: str
    skeleton: str
    content: str
    style: str
    split: str
    licence: str
    captions: list[str]
    fps: float
    positions: Array
    mapped: NDArray[np.bool_]
    chest_and_head: tuple[Array, Array] | None = None
    confidence: Array | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def _multiply(a: Array, b: Array) -> Array:
    w, x, y, z = np.moveaxis(a, -1, 0)
    s, t, u, v = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            w * s - x * t - y * u - z * v,
            w * t + x * s + y * v - z * u,
            w * u - x * v + y * s + z * t,
            w * v + x * u - y * t + z * s,
        ],
        -1,
    )


def _rotate(q: Array, v: Array) -> Array:
    t = 2 * np.cross(q[..., 1:], v)
    return v + q[..., :1] * t + np.cross(q[..., 1:], t)


class QuantisedCorpus:
    """The layout of `clips.jsonl`, `skeletons.json` and delta-coded `.npz` (one file per source)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries = [json.loads(line) for line in read_lines(folder / "clips.jsonl")]
        self.skeletons = json.loads((folder / "skeletons.json").read_text("utf-8"))
        self._arrays: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Clip]:
        for entry in self.entries:
            try:
                clip = self.read(entry)
            except (KeyError, IndexError, ValueError, BadZipFile) as error:
                place = self.folder / str(entry.get("npz"))
                raise CorpusError(f"{place}: clip {entry.get('id')}: {type(error).__name__}: {error}") from None
            yield clip

    def read(self, entry: dict[str, Any]) -> Clip:
        """Decode one entry and bring it to the 22 joints."""
        name = entry["npz"]
        if name not in self._arrays:
            archive = np.load(self.folder / name)
            self._arrays[name] = archive["root"], archive["quat"]
        root, packed = self._arrays[name]
        part = slice(entry["start"], entry["start"] + entry["frames"])
        local = np.cumsum(packed[part], axis=0, dtype=np.int16).astype(np.float32) / 32767
        local /= np.linalg.norm(local, axis=-1, keepdims=True)
        skeleton = self.skeletons[entry["skeleton"]]
        positions: Array = np.zeros((*local.shape[:2], 3), np.float32)
        rotations: Array = local.astype(np.float32)
        index = {}
        for j, bone in enumerate(skeleton["joints"]):
            index[bone["name"]] = j
            p = bone["parent"]
            if p < 0:
                positions[:, j] = root[part]
            else:
                offset: Array = np.broadcast_to(np.asarray(bone["offset"], np.float32), positions[:, j].shape)
                positions[:, j] = positions[:, p] + _rotate(rotations[:, p], offset)
                rotations[:, j] = _multiply(rotations[:, p], rotations[:, j])
        canonical, mapped = to_canonical(positions, {n: index.get(s) for n, s in skeleton["map"].items()})
        labels = entry["labels"]
        return Clip(
            identifier=entry["id"],
            file=f"{self.folder / name}: clip {entry['id']}",
            source=entry["source"],
            skeleton=entry["skeleton"],
            content=str(labels.get("content")),
            style=str(labels.get("style", "")),
            split=entry["split"],
            licence=entry["license"],
            captions=entry["captions"],
            fps=float(entry["fps"]),
            positions=canonical,
            mapped=mapped,
            chest_and_head=self._chest_and_head(skeleton, index, rotations),
            notes={"dataset": labels.get("dataset"), "side": labels.get("side")},
        )

    @staticmethod
    def _chest_and_head(
        skeleton: dict[str, Any], index: dict[str, int], rotations: Array
    ) -> tuple[Array, Array] | None:
        """Global rotations (x, y, z, w) of chest and head, where the source has both."""
        table = skeleton.get("map_rot") or skeleton["map"]
        chest, head = index.get(table.get("spine3")), index.get(table.get("head"))
        if chest is None or head is None or chest == head:
            return None
        order = [1, 2, 3, 0]
        return np.ascontiguousarray(rotations[:, chest][:, order]), np.ascontiguousarray(rotations[:, head][:, order])


def to_canonical(positions: Array, sources: dict[str, int | None]) -> tuple[Array, NDArray[np.bool_]]:
    """Pick the 22 joints from a skeleton's positions [T, J, 3]; joints it lacks are interpolated.

    Spine heights along pelvis-neck are those of an average adult. Returns positions and the mask of real joints.
    """
    order = {name: k for k, name in enumerate(JOINTS)}
    out = np.zeros((len(positions), len(JOINTS), 3), np.float32)
    mapped = np.zeros(len(JOINTS), bool)
    for name, k in order.items():
        j = sources.get(name)
        if j is not None:
            out[:, k], mapped[k] = positions[:, j], True
    needed = [
        n
        for n in ("pelvis", "left_hip", "right_hip", "neck", "left_shoulder", "right_shoulder")
        if not mapped[order[n]]
    ]
    if needed:
        raise CorpusError(f"the skeleton has no {', '.join(needed)}; add these joints to its map")
    chain = ["pelvis", "spine1", "spine2", "spine3", "neck"]
    depth = [0.0, 0.22, 0.48, 0.60, 1.0]
    known = [i for i, n in enumerate(chain) if mapped[order[n]]]
    for i, name in enumerate(chain):
        if i not in known:
            a, b = max(k for k in known if k < i), min(k for k in known if k > i)
            t = (depth[i] - depth[a]) / (depth[b] - depth[a])
            out[:, order[name]] = (1 - t) * out[:, order[chain[a]]] + t * out[:, order[chain[b]]]
    if not mapped[order["head"]]:
        along = out[:, order["neck"]] - out[:, order["spine3"]]
        along /= np.linalg.norm(along, axis=-1, keepdims=True) + 1e-9
        out[:, order["head"]] = out[:, order["neck"]] + 0.09 * along
    for side in ("left", "right"):
        if not mapped[order[f"{side}_collar"]]:
            out[:, order[f"{side}_collar"]] = 0.6 * out[:, order["spine3"]] + 0.4 * out[:, order[f"{side}_shoulder"]]
    return out, mapped


def open_corpus(folder: Path) -> Iterable[Clip]:
    """Whichever layout the folder holds; the reader has a length and may be iterated any number of times."""
    if not folder.is_dir():
        raise CorpusError(f"{folder}: is not a folder")
    if (folder / "clips.jsonl").exists():
        return QuantisedCorpus(folder)
    if (folder / "new_joint_vecs").is_dir():
        from .humanml3d import HumanML3DFolder

        return HumanML3DFolder(folder)
    from .bvh_folder import BvhFolder

    return BvhFolder(folder)

"""Turns a corpus into training arrays: features from the Rust core, captions, and text token states.

The result is a folder of flat arrays that training maps into memory:
  features.npy [F, D] float32   all clips one after another, each followed by its mirror image
  confidence.npy [F, 22] uint8  joint confidence x 255 (only where the corpus carries it)
  clips.json                    per clip: start, frames, labels, split, licence, and captions as lists of caption
                                numbers: as written, reworded, composed from the labels
  captions.json, states.npy [S, 384] float16, offsets.npy [captions, 2] first row and end of each caption
"""

from __future__ import annotations

import json
import logging
import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import ropar_native

from ..files import write_json
from ..layout import CHANNELS, FRAME_RATE, JOINTS
from ..text import STATE_WIDTH, TextEncoder, require_encoder
from .captions import mirror_caption, reword
from .files import CorpusError
from .mirror import mirrored_joints
from .reader import SHORTEST, Clip, open_corpus
from .wordings import compose
from .writer import ArrayWriter

log = logging.getLogger(__name__)


def prepare(corpus: Path, out: Path, text_encoder: Path, limit: int | None = None) -> None:
    """Read `corpus`, write the training arrays into `out`, clip by clip. Prints the solver's residual per source."""
    require_encoder(text_encoder)
    out.mkdir(parents=True, exist_ok=True)
    clips: list[dict[str, Any]] = []
    captions: dict[str, int] = {}
    residuals: dict[str, list[float]] = defaultdict(list)
    composed: dict[tuple[str, str, str | None], list[str]] = {}
    generator = random.Random(0)
    swap = mirrored_joints()

    def number(text: str) -> int:
        return captions.setdefault(text, len(captions))

    reader = open_corpus(corpus)
    calibrations, head_yaws = calibrate(reader, limit)
    with (
        ArrayWriter(out / "features.npy", CHANNELS, np.float32) as features,
        ArrayWriter(out / "confidence.npy", len(JOINTS), np.uint8) as confidences,
    ):
        for i, clip in enumerate(islice(reader, limit)):
            both = solve_clip(clip, calibrations[clip.skeleton], head_yaws.get(clip.identifier), residuals)
            if both is None:
                log.warning("%s: shorter than %d frames at %g a second, left out", clip.file, SHORTEST, FRAME_RATE)
                continue
            label = clip.content, clip.style, clip.notes.get("side")
            if label not in composed:
                composed[label] = compose_many(*label, generator)
            sides: list[list[list[int]]] = []
            for change in (str, mirror_caption):
                written = [change(c) for c in clip.captions]
                kinds = written, [reword(t, generator) for t in written], [change(t) for t in composed[label]]
                sides.append([[number(t) for t in texts] for texts in kinds])
            seen = resample_confidence(clip, len(both[0]))
            start, mirrored_start = features.append(both[0]), features.append(both[1])
            confidences.append(seen)
            confidences.append(seen[:, swap])
            clips.append(
                {
                    "id": clip.identifier,
                    "source": clip.source,
                    "content": clip.content,
                    "style": clip.style,
                    "split": clip.split,
                    "licence": clip.licence,
                    "frames": len(both[0]),
                    "seconds": len(clip.positions) / clip.fps,
                    "dataset": clip.notes.get("dataset"),
                    "captions": sides[0],
                    "mirrored_captions": sides[1],
                    "start": start,
                    "mirrored_start": mirrored_start,
                }
            )
            if i % 500 == 0:
                log.info("%d clips", i)
        if not clips:
            raise CorpusError(f"{corpus}: every clip is shorter than {SHORTEST / FRAME_RATE:g} s; nothing is left")
        (out / "clips.json").unlink(missing_ok=True)  # which speaks of the features that are now replaced
    write_json(out / "clips.json", clips, indent=None)
    summary = {s: {"mean_mm": float(np.mean(r)), "p95_mm": float(np.percentile(r, 95))} for s, r in residuals.items()}
    write_json(out / "residuals.json", summary)
    for source, r in summary.items():
        print(f"{source:20s} residual mean {r['mean_mm']:.1f} mm, 95% {r['p95_mm']:.1f} mm")
    store_text(out, list(captions), text_encoder)


def compose_many(content: str, style: str, side: str | None, generator: random.Random, count: int = 60) -> list[str]:
    """Different composed captions of a content; fewer where the table has fewer, none where it does not list it."""
    texts = (compose(content, style, side, generator) for _ in range(2 * count))
    return list(dict.fromkeys(t for t in texts if t))[:count]


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


def solve_clip(
    clip: Clip, calibration: dict[str, Any], head_yaw: np.ndarray | None, residuals: dict[str, list[float]]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Features of the clip and of its mirror image at the model's rate."""
    positions = np.ascontiguousarray(clip.positions, np.float32)
    try:
        solved = ropar_native.solve(positions, clip.mapped, clip.fps, head_yaw, calibration)
    except ValueError as error:
        raise CorpusError(f"{clip.file}: {error}") from None
    residuals[clip.source].append(float(solved["residual_mm"][:, clip.mapped].mean()))
    root, rotations = ropar_native.resample(solved["root"], solved["rotations"], clip.fps, FRAME_RATE)
    if len(root) < SHORTEST:
        return None
    pair = [
        ropar_native.features(r, q, FRAME_RATE)[0] for r, q in ((root, rotations), ropar_native.mirror(root, rotations))
    ]
    return pair[0], pair[1]


def resample_confidence(clip: Clip, frames: int) -> np.ndarray:
    """Joint confidence at the model's rate as uint8 [frames, 22]; 255 where the corpus carries none.

    A frame between two of the source is mixed of both, and no clearer than the worse of them.
    """
    if clip.confidence is None:
        return np.full((frames, 22), 255, np.uint8)
    at = np.round(np.arange(frames) * clip.fps / FRAME_RATE, 4)  # what is mixed in by less than that is not seen
    before, after = (np.clip(f(at).astype(int), 0, len(clip.confidence) - 1) for f in (np.floor, np.ceil))
    return np.round(np.minimum(clip.confidence[before], clip.confidence[after]) * 255).astype(np.uint8)


def store_text(out: Path, captions: list[str], text_encoder: Path) -> None:
    """Token states of every caption, by the very graph that ships; kept when the captions are the same as before."""
    listing = out / "captions.json"
    if listing.exists() and json.loads(listing.read_text()) == captions:
        return
    encoder = TextEncoder(text_encoder)
    listing.unlink(missing_ok=True)  # a run that is cut leaves no captions that are not those of the states
    # Captions of like length are encoded together, and a chunk's states follow one another in the file.
    order = sorted(range(len(captions)), key=lambda i: len(captions[i]))
    first = np.zeros(len(captions), np.int64)
    count = np.zeros(len(captions), np.int64)
    with ArrayWriter(out / "states.npy", STATE_WIDTH, np.float16) as written:
        for a in range(0, len(order), 64):
            chunk = order[a : a + 64]
            states, mask = encoder([captions[i] for i in chunk])
            for row, i in enumerate(chunk):
                count[i] = int(mask[row].sum())
                first[i] = written.append(states[row, : count[i]].astype(np.float16))
            if a % 6400 == 0:
                log.info("%d of %d captions", a, len(captions))
    with ArrayWriter(out / "offsets.npy", 2, np.int64) as written:
        written.append(np.stack([first, first + count], -1))
    write_json(listing, captions, indent=None)

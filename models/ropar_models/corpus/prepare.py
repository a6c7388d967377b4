"""Turns a corpus into training arrays: features from the Rust core, captions, and text token states.

The result is a folder of flat arrays that training maps into memory:
  features.npy [F, D] float32   all clips one after another, each followed by its mirror image
  confidence.npy [F, 22] uint8  joint confidence x 255 (only where the corpus carries it)
  clips.json                    per clip: start, frames, labels, split, licence, the recorded clip that it is made of
                                if it is, and captions as lists of caption numbers: as written, reworded, composed from
                                the labels
  captions.json, states.npy [S, 384] float16, offsets.npy [captions, 2] first row and end of each caption
"""

from __future__ import annotations

import json
import logging
import random
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..files import write_json
from ..layout import CHANNELS, FRAME_RATE, JOINTS
from ..text import STATE_WIDTH, TextEncoder, require_encoder
from .captions import mirror_caption, reword
from .files import CorpusError
from .making import with_made
from .mirror import mirrored_joints
from .reader import SHORTEST, open_corpus
from .solving import calibrate, resample_confidence, sided_features, solve_clip
from .wordings import compose, needs_a_side
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
            solved = solve_clip(clip, calibrations[clip.skeleton], head_yaws.get(clip.identifier), residuals)
            if solved is None:
                log.warning("%s: shorter than %d frames at %g a second, left out", clip.file, SHORTEST, FRAME_RATE)
                continue
            for told, motion, seen in with_made(clip, solved, resample_confidence(clip, len(solved.root))):
                label = told.content, told.style, told.notes.get("side")
                if label not in composed:
                    composed[label] = compose_many(*label, generator)
                sides: list[list[list[int]]] = []
                for mirrored, change in ((False, str), (True, mirror_caption)):
                    own = told.captions if told is clip else composed[label][:MADE_CAPTIONS]
                    written = [change(c) for c in own]
                    kinds = [written, [reword(t, generator) for t in written], [change(t) for t in composed[label]]]
                    strict = needs_a_side(told.content, told.notes.get("side"), mirrored)
                    sides.append([[number(t) for t in (naming_a_side(texts) if strict else texts)] for texts in kinds])
                start, mirrored_start = (features.append(rows) for rows in sided_features(motion))
                confidences.append(seen)
                confidences.append(seen[:, swap])
                clips.append(
                    {
                        "id": told.identifier,
                        "source": told.source,
                        "content": told.content,
                        "style": told.style,
                        "split": told.split,
                        "licence": told.licence,
                        "frames": len(motion.root),
                        "seconds": (len(told.positions) / told.fps if told is clip else len(motion.root) / FRAME_RATE),
                        "dataset": told.notes.get("dataset"),
                        "made_of": clip.identifier if told is not clip else None,
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


# Composed captions that stand for the written ones of a clip that is made of another one.
MADE_CAPTIONS = 3


def naming_a_side(texts: list[str]) -> list[str]:
    """Those of the captions that name a side, and so read otherwise in the mirror."""
    return [text for text in texts if mirror_caption(text) != text]


def compose_many(content: str, style: str, side: str | None, generator: random.Random, count: int = 60) -> list[str]:
    """Different composed captions of a content; fewer where the table has fewer, none where it does not list it."""
    texts = (compose(content, style, side, generator) for _ in range(2 * count))
    return list(dict.fromkeys(t for t in texts if t))[:count]


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

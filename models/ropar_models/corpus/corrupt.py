"""`ropar-models corrupt`: clean training arrays -> arrays of a noisy world, for the experiments of `ablate`.

Only the training split is corrupted: validation and test stay clean, because they are the truth to be compared with.
Captions and token states are linked, not copied.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import ropar_native

from ..files import write_json
from ..layout import FRAME_RATE, JOINTS
from .corruption import corrupt, generator_for, mirrored
from .fingerprint import fingerprint
from .writer import ArrayWriter

# Figures of a noisy world, in its corruption.json.
SHARES = ("joints_wrong", "joints_doubted", "wrong_but_trusted")
SHARED = ("captions.json", "states.npy", "offsets.npy")


def corrupt_arrays(data: Path, out: Path, severity: str, seed: int = 0) -> dict[str, Any]:
    """Write the arrays and `corruption.json`; returns what it holds."""
    out.mkdir(parents=True, exist_ok=True)
    done = out / "corruption.json"
    wanted = {"severity": severity, "seed": seed, "of": str(data.resolve()), "fingerprint": fingerprint(data)}
    if done.exists():
        about = json.loads(done.read_text())
        if {k: about.get(k) for k in wanted} == wanted:
            return about
    clips = json.loads((data / "clips.json").read_text())
    features = np.load(data / "features.npy", mmap_mode="r")
    confidence = np.load(data / "confidence.npy", mmap_mode="r")
    joint_frames, wrong, doubted, missed = 0, 0, 0, 0
    with (
        ArrayWriter(out / "features.npy", features.shape[1], np.float32) as written,
        ArrayWriter(out / "confidence.npy", len(JOINTS), np.uint8) as seen,
        ArrayWriter(out / "corrupted.npy", len(JOINTS), np.uint8) as truth,
    ):
        for clip in clips:
            starts = []
            if clip["split"] != "train":
                for key in ("start", "mirrored_start"):
                    rows = slice(clip[key], clip[key] + clip["frames"])
                    starts.append(written.append(features[rows]))
                    seen.append(confidence[rows])
                    truth.append(np.zeros((clip["frames"], len(JOINTS)), np.uint8))
            else:
                rows = slice(clip["start"], clip["start"] + clip["frames"])
                root, rotations = ropar_native.motion(np.array(features[rows]), FRAME_RATE, None)
                made = corrupt(root, rotations, FRAME_RATE, severity, generator_for(seed, clip["id"]))
                # What the corpus doubts itself stays doubted.
                made.confidence = np.minimum(made.confidence, confidence[rows].astype(np.float32) / 255)
                joint_frames += made.touched.size
                wrong += int(made.touched.sum())
                doubted += int((made.confidence <= 0.5).sum())
                missed += int((made.touched & (made.confidence > 0.5)).sum())
                for side in (made, mirrored(made)):
                    made_root, made_rotations = (np.ascontiguousarray(x) for x in (side.root, side.rotations))
                    starts.append(written.append(ropar_native.features(made_root, made_rotations, FRAME_RATE)[0]))
                    seen.append(np.round(side.confidence * 255).astype(np.uint8))
                    truth.append(side.touched.astype(np.uint8))
            clip["start"], clip["mirrored_start"] = starts
    for name in SHARED:
        _link(data / name, out / name)
    write_json(out / "clips.json", clips, indent=None)
    shares = wrong / max(joint_frames, 1), doubted / max(joint_frames, 1), missed / max(wrong, 1)
    about = {**wanted, **dict(zip(SHARES, shares, strict=True))}
    write_json(done, about)
    return about


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)

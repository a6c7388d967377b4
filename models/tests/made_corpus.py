"""Training arrays of a few synthetic clips, as `prepare` writes them, and a configuration that trains in seconds."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from ropar_models import configuration


def write_arrays(folder: Path, clips_per_split: tuple[int, int, int] = (5, 1, 0)) -> None:
    """Clips whose arm swings on one side, named in their captions; `clips_per_split` train, val, test."""
    import ropar_native

    generator = np.random.default_rng(0)
    splits = [s for s, n in zip(("train", "val", "test"), clips_per_split, strict=True) for _ in range(n)]
    clips, blocks = [], []
    for i, split in enumerate(splits):
        frames = 40 + 8 * (i % 5)
        t = np.arange(frames) / 20
        root = np.stack([0 * t, 0.9 + 0 * t, 0.5 * t], -1).astype(np.float32)
        rotations = np.zeros((frames, 22, 4), np.float32)
        angle = 0.5 * np.sin(2 * np.pi * t + i)[:, None] * generator.random(22)[None]
        angle[:, [16, 18]] *= 3 if i % 2 else 0.1
        rotations[..., 0], rotations[..., 3] = np.sin(angle / 2), np.cos(angle / 2)
        pair = (root, rotations), ropar_native.mirror(root, rotations)
        blocks.append([ropar_native.features(r, q, 20.0)[0] for r, q in pair])
        own, other = ([0], [1]) if i % 2 else ([1], [0])
        clips.append(
            {
                "id": str(i),
                "source": "made" if i % 3 else "bought",
                "content": str(i % 2),
                "style": "",
                "split": split,
                "licence": "MIT" if i % 3 else "CC-BY-NC-4.0",
                "frames": frames,
                "seconds": frames / 20,
                "dataset": None,
                "captions": [own, [2], []],
                "mirrored_captions": [other, [2], []],
            }
        )
    start = 0
    for clip, pair in zip(clips, blocks, strict=True):
        clip["start"], clip["mirrored_start"] = start, start + len(pair[0])
        start += 2 * len(pair[0])
    np.save(folder / "features.npy", np.concatenate([b for pair in blocks for b in pair]))
    confidence = np.full((start, 22), 255, np.uint8)
    confidence[:20, 16:] = 0
    np.save(folder / "confidence.npy", confidence)
    (folder / "clips.json").write_text(json.dumps(clips))
    (folder / "captions.json").write_text(json.dumps(["swings the left arm", "swings the right arm", "walks"]))
    np.save(folder / "states.npy", generator.normal(size=(9, 384)).astype(np.float16))
    np.save(folder / "offsets.npy", np.array([[0, 3], [3, 6], [6, 9]]))


def strict_json(path: Path) -> Any:
    """As readers other than Python's take it: NaN and infinity are errors."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{path}: {constant} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def tiny_configuration(folder: Path) -> str:
    """The path of a small configuration made tiny."""
    path = folder / "tiny.toml"
    text = Path(configuration.__file__).with_name("configs").joinpath("small.toml").read_text()
    tiny = {"width": 32, "layers": 1, "batch": 4, "tokens": 8, "blocks": 2, "motion_layers": 1, "text_layers": 1}
    tiny |= {"embedding": 8, "iterations": 2, "steps": 2}
    for name, value in tiny.items():
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    path.write_text(text)
    return str(path)

"""Training arrays, what of them a run may use, and balanced sampling of clips."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import ropar_native
import torch
from torch import Tensor

from ..configuration import Data
from .confidence import change_of


@lru_cache(maxsize=1)
def _licences() -> dict[str, list[str]]:
    return json.loads(resources.files("ropar_models").joinpath("tables/licences.json").read_text())


def permissive_licences() -> list[str]:
    """Licences that allow commercial use of weights trained on the data (tables/licences.json)."""
    return _licences()["permissive"]


def allowed(clip: dict[str, Any], selection: Data) -> bool:
    """Whether a run with this selection may use the clip: by name, source and licence."""
    if recording_of(clip) in selection.exclude or clip["source"] in selection.leave_out:
        return False
    if selection.sources and clip["source"] not in selection.sources:
        return False
    return selection.licences != "permissive" or clip["licence"] in permissive_licences()


def with_free_captions(clip: dict[str, Any], selection: Data) -> dict[str, Any]:
    """The clip; for a permissive run, without a first caption whose own licence is not known (tables/licences.json)."""
    if selection.licences != "permissive" or clip["source"] not in _licences()["first_caption_of_unknown_licence"]:
        return clip
    # As written, and reworded one for one; what is composed is our own.
    kept = {
        side: [*(kind[1:] for kind in clip[side][:2]), *clip[side][2:]] for side in ("captions", "mirrored_captions")
    }
    return {**clip, **kept} if kept["captions"][0] else clip


def is_made(clip: dict[str, Any]) -> bool:
    """Whether the clip is made of a recorded one (corpus/making.py)."""
    return clip.get("made_of") is not None  # arrays from before there were such clips do not say


def recording_of(clip: dict[str, Any]) -> str:
    """The name of what was recorded: the clip's own, or that of the one that it is made of."""
    return clip["made_of"] if is_made(clip) else clip["id"]


def without_needless_made(clips: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The clips, less those made of others whose content a recorded one shows, too."""
    recorded = {c["content"] for c in clips if not is_made(c)}
    return [c for c in clips if not (is_made(c) and c["content"] in recorded)]


def judged(selection: Data) -> Data:
    """Of a run's selection what holds for the clips that judge it, too: sources and licences."""
    return Data(sources=selection.sources, leave_out=selection.leave_out, licences=selection.licences)


def drawn_share(identifier: str, seed: int = 0) -> float:
    """A number in 0..1 that is spread evenly over clips and, for one seed, always the same for one."""
    if seed == 0:
        return zlib.crc32(identifier.encode()) / 2**32
    # A checksum of seed and name would be that of the name with some bits turned over: no drawing of its own.
    return int.from_bytes(hashlib.sha256(f"{seed} {identifier}".encode()).digest()[:4], "little") / 2**32


class Arrays:
    """What `prepare` wrote, mapped into memory: nothing is read before it is asked for, so that a corpus may be larger
    than memory. `view(clip, mirrored)` is a clip's features [T, D].

    `selection` says which clips count and what their confidence is taken for; without one, all clips as they are.
    """

    def __init__(self, folder: Path, split: str = "train", selection: Data | None = None) -> None:
        self.features = np.load(folder / "features.npy", mmap_mode="r")
        self.confidence = np.load(folder / "confidence.npy", mmap_mode="r")
        self.folder, self.selection = folder, selection or Data()
        self.change = change_of(self.selection.confidence)
        clips = json.loads((folder / "clips.json").read_text())
        chosen = [c for c in clips if c["split"] == split and allowed(c, self.selection)]
        self.clips = [with_free_captions(c, self.selection) for c in without_needless_made(chosen)]
        if split == "train":
            self.clips = [
                c for c in self.clips if drawn_share(recording_of(c), self.selection.share_seed) < self.selection.share
            ]
        if self.selection.discard_noisy < 1.0:
            self.clips = [c for c in self.clips if self._noisy_share(c) <= self.selection.discard_noisy]
        if not self.clips and split == "train":
            raise ValueError(f"{folder}: no clip is left to train on; see [data] of the configuration")

    @cached_property
    def truth(self) -> np.ndarray:
        """Which joints a corruption has really touched, uint8 [F, 22]; only a corpus made by `corrupt` knows."""
        path = self.folder / "corrupted.npy"
        if not path.exists():
            raise FileNotFoundError(f"{path}: only arrays made by `ropar-models corrupt` know the true errors")
        return np.load(path, mmap_mode="r")

    @cached_property
    def captions(self) -> list[str]:
        """Every caption and rewording, by number."""
        return json.loads((self.folder / "captions.json").read_text())

    @cached_property
    def states(self) -> np.ndarray:
        """Token states of all captions, one after another [S, 384]."""
        return np.load(self.folder / "states.npy", mmap_mode="r")

    @cached_property
    def offsets(self) -> np.ndarray:
        """First row and end of each caption's states [captions, 2]."""
        offsets = np.load(self.folder / "offsets.npy")
        # Arrays of version 0.1 hold the beginnings alone, one after another.
        return np.stack([offsets[:-1], offsets[1:]], -1) if offsets.ndim == 1 else offsets

    def _rows(self, clip: dict[str, Any], mirrored: bool) -> slice:
        start = clip["mirrored_start" if mirrored else "start"]
        return slice(start, start + clip["frames"])

    def view(self, clip: dict[str, Any], mirrored: bool) -> np.ndarray:
        return self.features[self._rows(clip, mirrored)]

    def seen(self, clip: dict[str, Any], mirrored: bool) -> np.ndarray:
        """Joint confidence [T, 22] in 0..1, as the selection takes it."""
        rows = self._rows(clip, mirrored)
        if self.selection.confidence == "oracle":
            return 1.0 - self.truth[rows].astype(np.float32)
        return self.change(self.confidence[rows].astype(np.float32) / 255, mirrored)

    def credible(self, clip: dict[str, Any], mirrored: bool, scheme: str, threshold: float) -> np.ndarray:
        """Parts whose features are credible per frame, bool [T, P].

        Velocities lead to the frame after (in the last frame from the one before), so both of the two must be seen.
        """
        seen = self._clear(clip, mirrored, scheme, threshold)
        both = seen[:-1] & seen[1:]
        return np.concatenate([both, both[-1:]]) if len(both) else seen

    def _clear(self, clip: dict[str, Any], mirrored: bool, scheme: str, threshold: float) -> np.ndarray:
        """Parts that were clearly seen per frame, bool [T, P]."""
        seen = self.seen(clip, mirrored)
        if seen.min() >= 1.0:
            return np.ones((len(seen), part_count(scheme)), bool)
        return ropar_native.credible_parts(np.ascontiguousarray(seen), scheme, threshold)

    def _noisy_share(self, clip: dict[str, Any]) -> float:
        """The largest share of frames in which one of the five parts was not clearly seen."""
        credible = self._clear(clip, False, "five", self.selection.credible_threshold)
        return float(1 - credible.mean(0).min())

    def text(self, captions: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Padded token states [B, L, 384] and mask [B, L] of caption numbers; -1 is "no text"."""
        blocks = [self.states[slice(*self.offsets[c])] if c >= 0 else None for c in captions]
        longest = max([len(b) for b in blocks if b is not None] + [1])
        states = torch.zeros(len(captions), longest, self.states.shape[1])
        mask = torch.zeros(len(captions), longest)
        for row, block in enumerate(blocks):
            if block is not None:
                states[row, : len(block)] = torch.from_numpy(block.astype(np.float32))
                mask[row, : len(block)] = 1
        return states, mask


def part_count(scheme: str) -> int:
    return len(ropar_native.part_scheme(scheme)["parts"])


def cells_of(credible: np.ndarray, frames: int) -> np.ndarray:
    """Credible parts per frame [T, P] -> credible cells [T // frames, P]: every frame of a token must be credible."""
    n = len(credible) // frames
    whole: np.ndarray = np.all(credible[: n * frames].reshape(n, frames, -1), axis=1)
    return whole.astype(np.float32)


# How often a caption is taken as written, reworded, or composed from the labels.
CAPTION_SHARES = (0.3, 0.15, 0.55)


def draw_caption(generator: np.random.Generator, clip: dict[str, Any], mirrored: bool) -> int:
    """A caption's number for one training example."""
    kinds = clip["mirrored_captions" if mirrored else "captions"]
    shares = np.array([share if kind else 0.0 for share, kind in zip(CAPTION_SHARES, kinds, strict=True)])
    return int(generator.choice(kinds[generator.choice(len(kinds), p=shares / shares.sum())]))


def balanced_weights(
    clips: list[dict[str, Any]], power: float, boost: dict[str, float], boost_made: dict[str, float] | None = None
) -> np.ndarray:
    """Sampling probability per clip: a content with n clips gets n ** power, so that rare contents are learned too.

    Contents in `boost` are drawn so many times as often; where `boost_made` names one, that holds for clips made of
    others.
    """
    made = boost | (boost_made or {})

    def group(c: dict[str, Any]) -> tuple[Any, ...]:
        return c["source"], c["dataset"], c["content"]

    count = Counter(group(c) for c in clips)
    weights = np.array(
        [count[group(c)] ** (power - 1) * (made if is_made(c) else boost).get(c["content"], 1.0) for c in clips]
    )
    return weights / weights.sum()

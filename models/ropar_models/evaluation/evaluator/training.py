"""Trains the evaluator on the training split: captions and motions, each with its mirror image in the same batch."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import ropar_native
import torch
from torch import Tensor, nn

from ...configuration import Configuration
from ...corpus.captions import SIDE_WORD, side_of_word
from ...layout import CHANNELS
from ...networks.evaluator import Evaluator, contrast
from ...training.crops import draw_crop
from ...training.dataset import Arrays, balanced_weights, draw_caption
from ...training.fit import Objective, Settings, fit
from ...training.hardware import Hardware
from ...training.train_mar import blur_text
from ...training.train_pvae import statistics
from ..metrics import retrieval_precision
from .embedding import Judge, groups, pad_motions

# The evaluator always judges by these five parts, whatever the parts of the model that it judges.
SCHEME = "five"
_SIDE = re.compile(rf"-?{SIDE_WORD.pattern}\b-?")


class Batch(NamedTuple):
    """Rows come in pairs: a clip and its mirror image."""

    features: Tensor  # [B, T, D]
    frames: Tensor  # [B]
    visible: Tensor  # [B, P]
    text: Tensor  # [B, L, W]
    text_mask: Tensor  # [B, L]
    meaning: Tensor  # [B] equal where two rows say the same


def side_of(texts: list[str]) -> str:
    """Which side captions name: left, right, or neither more than the other."""
    words = Counter(side_of_word(w) for t in texts for w in SIDE_WORD.findall(t))
    left, right = words["left"], words["right"]
    return "left" if left > right else "right" if right > left else "none"


def meanings(arrays: Arrays) -> np.ndarray:
    """A number per clip and side [clips, 2]: equal for clips of the same content, style and side.

    So "waves the left hand" and a mirrored "waves the right hand" are one meaning, and no negatives of each other.
    """
    numbers: dict[tuple[Any, ...], int] = {}
    out = np.zeros((len(arrays.clips), 2), np.int64)
    for i, clip in enumerate(arrays.clips):
        for mirrored in (0, 1):
            written = clip["mirrored_captions" if mirrored else "captions"][0]
            side = side_of([arrays.captions[c] for c in written])
            key = (clip["source"], clip["dataset"], _SIDE.sub("", clip["content"]), clip["style"], side)
            out[i, mirrored] = numbers.setdefault(key, len(numbers))
    return out


class Pairs:
    """Draws batches of clips with their mirror images."""

    def __init__(self, arrays: Arrays, configuration: Configuration) -> None:
        self.arrays, self.configuration = arrays, configuration
        self.weights = balanced_weights(arrays.clips, configuration.data.power, {})
        self.meanings = meanings(arrays)
        self.parts = len(ropar_native.part_scheme(SCHEME)["parts"])

    def _visible(self, generator: np.random.Generator) -> np.ndarray:
        """Mostly every part; else the arms, the legs, or any that chance leaves."""
        visible = np.ones(self.parts, np.float32)
        if generator.random() < self.configuration.evaluator_training.hidden_parts:
            named = list(groups().values())
            chosen = int(generator.integers(2 * len(named)))
            visible[:] = 0
            if chosen < len(named):
                visible[named[chosen]] = 1
            else:
                visible[generator.permutation(self.parts)[: generator.integers(1, self.parts)]] = 1
        return visible

    def batch(self, generator: np.random.Generator) -> Batch:
        training, arrays = self.configuration.evaluator_training, self.arrays
        patch = self.configuration.evaluator.frames_per_token
        chosen = generator.choice(len(arrays.clips), training.batch // 2, p=self.weights)
        motions, captions, meaning, visible = [], [], [], []
        for i in chosen:
            clip = arrays.clips[i]
            crop = draw_crop(generator, int(i), clip, training.longest, patch, 0.25)
            rows = slice(crop.start, crop.start + crop.tokens * patch)
            shown = self._visible(generator)
            for mirrored in (False, True):
                motions.append(arrays.view(clip, mirrored)[rows])
                captions.append(draw_caption(generator, clip, mirrored))
                meaning.append(self.meanings[i, int(mirrored)])
                visible.append(shown)
        features, frames = pad_motions(motions, patch)
        text, mask = arrays.text(captions)
        random = torch.Generator().manual_seed(int(generator.integers(2**62)))
        text, mask = blur_text(text, mask, training.word_dropout, training.text_noise, random)
        return Batch(
            features, frames, torch.from_numpy(np.stack(visible)), text, mask, torch.from_numpy(np.array(meaning))
        )


class EvaluatorObjective(Objective):
    """The evaluator with its contrastive loss."""

    network: Evaluator

    def __init__(self, network: Evaluator, temperature: float) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        motion = self.network.motion(batch.features, batch.frames, batch.visible)
        text = self.network.text(batch.text, batch.text_mask)
        same = batch.meaning[:, None] == batch.meaning[None]
        return {"loss": contrast(motion, text, same, self.temperature)}


def build(configuration: Configuration) -> Evaluator:
    owned = [list(map(int, c)) for c in ropar_native.part_scheme(SCHEME)["owned"]]
    return Evaluator(configuration.evaluator, owned, CHANNELS)


def train(
    configuration: Configuration,
    data: Path,
    out: Path,
    minutes: float,
    steps: int | None = None,
    hardware: Hardware | None = None,
) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/evaluator.pt`."""
    arrays, validation = Arrays(data, "train", configuration.data), Arrays(data, "val")
    torch.manual_seed(configuration.seed)
    network = build(configuration)
    network.mean, network.std = statistics(arrays, configuration)

    def check(average: nn.Module) -> dict[str, float]:
        assert isinstance(average, Evaluator)
        return retrieval(Judge(average, hardware), validation)

    training = configuration.evaluator_training
    settings = Settings(
        "evaluator", configuration.seed, training.learning_rate, weight_decay=5e-2, warm_up=200, cool_down=0.5
    )
    objective = EvaluatorObjective(network, training.temperature)
    return fit(objective, Pairs(arrays, configuration), settings, out, minutes, steps, hardware, check)


def retrieval(judge: Judge, arrays: Arrays, seed: int = 0) -> dict[str, float]:
    """R-precision of recorded motion, and how often a caption is told from that of the mirror image."""
    if not arrays.clips:
        return {}
    generator = np.random.default_rng(seed)
    motion = judge.motions([arrays.view(c, False) for c in arrays.clips])
    captions = [int(generator.choice(c["captions"][0])) for c in arrays.clips]
    text = judge.texts(arrays, captions)
    r1, r2, r3 = retrieval_precision(text, motion, generator)
    return {"r1": r1, "r2": r2, "r3": r3, **mirrored_retrieval(judge, arrays)}


def mirrored_retrieval(judge: Judge, arrays: Arrays) -> dict[str, float]:
    """Over clips whose captions name a side: how often a motion is nearer to its own caption than to the mirrored one,
    and a caption nearer to its own motion than to the mirrored one. 0.5 is chance."""
    sided = [c for c in arrays.clips if c["captions"][0][0] != c["mirrored_captions"][0][0]]
    if not sided:
        return {}
    motion, motion_mirrored = (judge.motions([arrays.view(c, m) for c in sided]) for m in (False, True))
    text, text_mirrored = (judge.texts(arrays, [c[k][0][0] for c in sided]) for k in ("captions", "mirrored_captions"))
    own = np.linalg.norm(motion - text, axis=-1)
    return {
        "mirrored_pairs": len(sided),
        "caption_chosen": float((own < np.linalg.norm(motion - text_mirrored, axis=-1)).mean()),
        "motion_chosen": float((own < np.linalg.norm(motion_mirrored - text, axis=-1)).mean()),
    }

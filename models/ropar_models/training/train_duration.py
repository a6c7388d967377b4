"""Trains the duration predictor on captions and the true lengths of their clips. About a minute on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..configuration import Configuration
from ..networks.duration import Duration
from .dataset import Arrays, balanced_weights, draw_caption
from .fit import Objective, Settings, fit
from .hardware import Hardware
from .schedule import require_checkpoint


class Batch(NamedTuple):
    """Token states [B, L, 384], their mask, and seconds [B]."""

    text: Tensor
    mask: Tensor
    seconds: Tensor


class Lengths:
    """Draws captions with the lengths of their clips."""

    def __init__(self, arrays: Arrays, configuration: Configuration, size: int = 128) -> None:
        self.arrays, self.size = arrays, size
        data = configuration.data
        self.weights = balanced_weights(arrays.clips, data.power, data.boost, data.boost_made)

    def batch(self, generator: np.random.Generator) -> Batch:
        chosen = generator.choice(len(self.arrays.clips), self.size, p=self.weights)
        clips = [self.arrays.clips[i] for i in chosen]
        captions = [draw_caption(generator, c, bool(generator.random() < 0.5)) for c in clips]
        return Batch(*self.arrays.text(captions), torch.tensor([c["seconds"] for c in clips], dtype=torch.float32))


class DurationObjective(Objective):
    """The duration predictor with its loss."""

    network: Duration

    def __init__(self, network: Duration) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": self.network.loss(batch.text, batch.mask, batch.seconds)}


def train(
    configuration: Configuration,
    data: Path,
    out: Path,
    minutes: float,
    steps: int | None = None,
    hardware: Hardware | None = None,
) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/duration.pt`."""
    arrays, validation = Arrays(data, "train", configuration.data), Arrays(data, "val")
    torch.manual_seed(configuration.seed)

    @torch.no_grad()
    def check(network: nn.Module) -> dict[str, float]:
        device = next(network.parameters()).device
        ratios = []
        for clip in validation.clips:
            text, mask = validation.text([clip["captions"][0][0]])
            predicted = float(network(text.to(device), mask.to(device))[0, 0])
            ratios.append(abs(predicted - np.log(clip["seconds"])))
        return {"median_ratio": float(np.exp(np.median(ratios)))} if ratios else {}

    settings = Settings("duration", configuration.seed, 1e-3, betas=(0.9, 0.999), decay=0.998, log_every=200)
    objective = DurationObjective(Duration(configuration.mar.text_width))
    return fit(objective, Lengths(arrays, configuration), settings, out, minutes, steps, hardware, check)


def load(configuration: Configuration, path: Path) -> Duration:
    state = require_checkpoint(path, "train-duration")
    network = Duration(configuration.mar.text_width)
    network.load_state_dict(state.get("average", state["network"]))
    return network.eval()

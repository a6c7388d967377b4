"""Trains the duration predictor on captions and the true lengths of their clips. About a minute on a CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..configuration import Configuration
from ..networks.duration import Duration
from .dataset import Arrays, balanced_weights, draw_caption
from .schedule import Average, Clock, Log, learning_rate, load_checkpoint, save_checkpoint, seed_everything


def train(configuration: Configuration, data: Path, out: Path, minutes: float) -> Path:
    """Train until `minutes` are spent; the checkpoint is `out/duration.pt`."""
    seed_everything(configuration.seed)
    arrays, validation = Arrays(data, "train", configuration.data.exclude), Arrays(data, "val")
    weights = balanced_weights(arrays.clips, configuration.data.power, configuration.data.boost)
    network = Duration(configuration.mar.text_width)
    average, clock, log = Average(network, 0.998), Clock(minutes), Log(out / "duration.jsonl")
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
    generator = np.random.default_rng(configuration.seed)
    step = 0
    while not clock.over:
        chosen = generator.choice(len(arrays.clips), 128, p=weights)
        clips = [arrays.clips[i] for i in chosen]
        captions = [draw_caption(generator, c, bool(generator.random() < 0.5)) for c in clips]
        text, mask = arrays.text(captions)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(1e-3, step, clock.fraction)
        loss = network.loss(text, mask, torch.tensor([c["seconds"] for c in clips], dtype=torch.float32))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update(network, step)
        step += 1
        if step % 200 == 0:
            log(step=step, loss=float(loss.detach()))
    ratios = []
    with torch.no_grad():
        for clip in validation.clips:
            text, mask = arrays.text([clip["captions"][0][0]])
            ratios.append(abs(float(average.module(text, mask)[0, 0]) - np.log(clip["seconds"])))
    log(step=step, median_ratio=float(np.exp(np.median(ratios))))
    path = out / "duration.pt"
    save_checkpoint(path, {"network": average.module.state_dict()})
    return path


def load(configuration: Configuration, path: Path) -> Duration:
    state = load_checkpoint(path)
    if state is None:
        raise FileNotFoundError(f"{path}: no duration checkpoint; run `ropar-models train-duration` first")
    network = Duration(configuration.mar.text_width)
    network.load_state_dict(state["network"])
    return network.eval()

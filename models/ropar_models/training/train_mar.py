"""Trains the masked autoregressive transformer and its diffusion head on encoded clips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..configuration import Configuration
from ..networks.diffusion_head import DiffusionHead
from ..networks.mar import Mar
from ..networks.pvae import Pvae
from . import train_pvae
from .dataset import Arrays, Crop, balanced_weights, draw_caption, draw_crop
from .schedule import Average, Clock, Log, learning_rate, load_checkpoint, save_checkpoint, seed_everything


class Networks(torch.nn.Module):
    """The transformer and its head, trained and averaged together."""

    def __init__(self, configuration: Configuration, parts: int) -> None:
        super().__init__()
        latent = configuration.pvae.latent
        self.mar = Mar(configuration.mar, parts, latent)
        self.head = DiffusionHead(configuration.head, latent, configuration.mar.width)


class Latents:
    """Every clip encoded once per frame phase and side, so that training never runs the encoder.

    A crop may start at any frame whose phase (start modulo frames per token) was encoded.
    """

    def __init__(
        self, network: Pvae, arrays: Arrays, configuration: Configuration, phases: tuple[int, ...] = (0, 2)
    ) -> None:
        self.phases, self.frames = phases, network.config.frames_per_token
        blocks: list[Tensor] = []
        cells: list[Tensor] = []
        self.table: dict[tuple[int, bool, int], tuple[int, int]] = {}
        start = 0
        for i, clip in enumerate(arrays.clips):
            for mirrored in (False, True):
                credible = train_pvae.cell_credibility(
                    arrays, clip, mirrored, configuration.part_scheme, configuration.data.credible_threshold, 1
                )
                for phase in phases:
                    n = (clip["frames"] - phase) // self.frames
                    cut = slice(phase, phase + n * self.frames)
                    seen = torch.from_numpy(credible[cut].reshape(n, self.frames, -1).all(1).astype(np.float32))
                    features = torch.from_numpy(np.ascontiguousarray(arrays.view(clip, mirrored)[cut]))[None]
                    with torch.no_grad():
                        blocks.append(network.encode(features, seen[None])[0])
                    cells.append(seen)
                    self.table[i, mirrored, phase] = start, n
                    start += n
        self.latents, self.credible = torch.cat(blocks), torch.cat(cells)

    def cut(self, crop: Crop) -> tuple[Tensor, Tensor]:
        """Latents [N, P, latent] and credible cells [N, P] of a crop (its start rounded to an encoded phase)."""
        phase = min(self.phases, key=lambda p: abs(p - crop.start % self.frames))
        start, available = self.table[crop.clip, crop.mirrored, phase]
        first = min(crop.start // self.frames, max(0, available - crop.tokens))
        tokens = min(crop.tokens, available)
        span = slice(start + first, start + first + tokens)
        return self.latents[span], self.credible[span]


@dataclass
class Batch:
    """Padded crops with the states of their cells."""

    latent: Tensor  # [B, N, P, latent]
    known: Tensor  # [B, N, P]
    attend: Tensor  # [B, N, P]
    target: Tensor  # [B, N, P] bool: cells to learn
    position: Tensor  # [B, N, 2]
    text: Tensor
    text_mask: Tensor


def draw_mask(generator: np.random.Generator, tokens: int, parts: int) -> np.ndarray:
    """Which cells are hidden [N, P]: mostly a cosine share of random cells (Chang et al. 2022), often all of them (only
    then the text alone decides), else what the product asks for: whole parts (redo), a span of time (in-between),
    everything after a head (extend)."""
    kind = generator.random()
    hidden = np.zeros((tokens, parts), bool)
    if kind < 0.2:
        hidden[:] = True
        return hidden
    if kind < 0.74:
        share = np.cos(generator.random() * np.pi / 2)
        count = max(1, round(share * tokens * parts))
        hidden.reshape(-1)[generator.permutation(tokens * parts)[:count]] = True
        return hidden
    if kind < 0.87:
        columns = generator.permutation(parts)[: generator.integers(1, max(2, parts - 1))]
        first, last = sorted(generator.integers(0, tokens + 1, 2)) if generator.random() < 0.4 else (0, tokens)
        hidden[first:last, columns] = True
    elif kind < 0.93:
        first, last = sorted(generator.integers(0, tokens + 1, 2))
        hidden[first:last] = True
    else:
        hidden[generator.integers(1, max(2, min(10, tokens))) :] = True
    if hidden.any() and generator.random() < 0.7:
        # Part of the hidden cells is already committed, as in the middle of sampling.
        hidden &= generator.random(hidden.shape) < np.cos(generator.random() * np.pi / 2)
    if not hidden.any():
        hidden[generator.integers(0, tokens), generator.integers(0, parts)] = True
    return hidden


def draw_noisy(generator: np.random.Generator, tokens: int, parts: int) -> np.ndarray:
    """Cells [N, P] that pose as not credible: a part or two over a span of time."""
    noisy = np.zeros((tokens, parts), bool)
    for column in generator.permutation(parts)[: generator.integers(1, 3)]:
        first, last = sorted(generator.integers(0, tokens + 1, 2))
        noisy[first:last, column] = True
    return noisy


def blur_text(text: Tensor, mask: Tensor, word_dropout: float, noise: float) -> tuple[Tensor, Tensor]:
    """Hide some words and shake the rest, so that the meaning is learned and not the wording of the corpus.

    Half of the captions lose words, each word with probability `word_dropout`; the token states keep what a hidden word
    has told its neighbours. `noise` is the deviation added to the states, which have one of about 0.3.
    """
    losing = torch.rand(len(text), 1) < 0.5
    kept = mask * (1 - (losing & (torch.rand_like(mask) < word_dropout)).float())
    return text + noise * torch.randn_like(text), kept


def collate(
    crops: list[Crop], latents: Latents, arrays: Arrays, configuration: Configuration, generator: np.random.Generator
) -> Batch:
    training = configuration.mar_training
    pieces = [latents.cut(c) for c in crops]
    longest = max(len(p[0]) for p in pieces)
    parts, size = pieces[0][0].shape[1:]
    shape = (len(crops), longest, parts)
    latent, known, attend = torch.zeros(*shape, size), torch.zeros(shape), torch.zeros(shape)
    target, position = torch.zeros(shape, dtype=torch.bool), torch.zeros(len(crops), longest, 2)
    captions = []
    for row, (crop, (values, credible)) in enumerate(zip(crops, pieces, strict=True)):
        n = len(values)
        usable = credible.numpy() > 0
        if generator.random() < training.noisy:
            usable = usable & ~draw_noisy(generator, n, parts)
        hidden = draw_mask(generator, n, parts)
        latent[row, :n] = values
        known[row, :n] = torch.from_numpy((usable & ~hidden).astype(np.float32))
        attend[row, :n] = torch.from_numpy(usable.astype(np.float32))
        target[row, :n] = torch.from_numpy(usable & hidden)
        position[row, :n, 0] = torch.arange(n)
        position[row, :n, 1] = torch.arange(n - 1, -1, -1)
        clip = arrays.clips[crop.clip]
        without = generator.random() < training.text_dropout
        captions.append(-1 if without else draw_caption(generator, clip, crop.mirrored))
    text, text_mask = arrays.text(captions)
    text, text_mask = blur_text(text, text_mask, training.word_dropout, training.text_noise)
    return Batch(latent, known, attend, target, position, text, text_mask)


def batches(
    latents: Latents, arrays: Arrays, configuration: Configuration, generator: np.random.Generator
) -> Iterator[Batch]:
    """Endless batches of crops of like length, so that little is padding."""
    training, frames = configuration.mar_training, configuration.pvae.frames_per_token
    weights = balanced_weights(arrays.clips, configuration.data.power, configuration.data.boost)
    while True:
        chosen = generator.choice(len(arrays.clips), training.batch * 8, p=weights)
        crops = [
            draw_crop(generator, int(i), arrays.clips[i], training.longest, frames, configuration.data.crop)
            for i in chosen
        ]
        crops.sort(key=lambda c: c.tokens)
        for k in generator.permutation(8):
            group = crops[k * training.batch : (k + 1) * training.batch]
            yield collate(group, latents, arrays, configuration, generator)


def loss_of(networks: Networks, batch: Batch, draws: int) -> Tensor:
    """Mean flow-matching loss over the hidden credible cells."""
    with torch.autocast(batch.latent.device.type, torch.bfloat16):
        context = networks.mar(batch.latent, batch.known, batch.attend, batch.position, batch.text, batch.text_mask)
        return networks.head.loss(context[batch.target], batch.latent[batch.target], draws).mean()


def train(configuration: Configuration, data: Path, out: Path, minutes: float, steps: int | None = None) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/mar.pt`."""
    seed_everything(configuration.seed)
    arrays = Arrays(data, "train", configuration.data.exclude)
    pvae = train_pvae.load(configuration, out / "pvae.pt")
    networks = Networks(configuration, len(pvae.channels))
    print(f"{sum(p.numel() for p in networks.parameters()) / 1e6:.2f} M parameters", flush=True)
    latents = Latents(pvae, arrays, configuration)
    print(f"{len(latents.latents)} token columns encoded", flush=True)
    optimizer = torch.optim.AdamW(networks.parameters(), lr=1e-4, weight_decay=1e-2, betas=(0.9, 0.98), fused=True)
    average = Average(networks, 0.9985)
    path, step, before = out / "mar.pt", 0, 0.0
    state = load_checkpoint(path)
    if state is not None:
        networks.load_state_dict(state["networks"])
        average.module.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, before = state["step"], state["minutes"]
    clock, log = Clock(minutes, before), Log(out / "mar.jsonl")
    generator = np.random.default_rng(configuration.seed + step)
    recent: list[float] = []

    def save() -> None:
        save_checkpoint(
            path,
            {
                "networks": networks.state_dict(),
                "average": average.module.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "minutes": clock.elapsed,
            },
        )

    for batch in batches(latents, arrays, configuration, generator):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(configuration.mar_training.learning_rate, step, clock.fraction, 300, 0.5)
        loss = loss_of(networks, batch, configuration.mar_training.draws)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(networks.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update(networks, step)
        step += 1
        recent.append(float(loss.detach()))
        if step % 50 == 0:
            log(step=step, minutes=clock.elapsed, loss=float(np.mean(recent)), gradient=float(norm.detach()))
            recent.clear()
        if step % 400 == 0:
            save()
        if clock.over or (steps is not None and step >= steps):
            break
    save()
    return path


def load(configuration: Configuration, path: Path, parts: int) -> Networks:
    """The averaged weights of a checkpoint, ready to use."""
    state = load_checkpoint(path)
    if state is None:
        raise FileNotFoundError(f"{path}: no transformer checkpoint; run `ropar-models train-mar` first")
    networks = Networks(configuration, parts)
    networks.load_state_dict(state["average"])
    return networks.eval()

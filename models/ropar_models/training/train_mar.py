"""Trains the masked autoregressive transformer and its diffusion head on encoded clips."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..configuration import Configuration
from ..networks.diffusion_head import DiffusionHead
from ..networks.mar import Mar
from ..networks.pvae import Pvae
from . import train_pvae
from .codes import codes_of, require_codes
from .crops import Crop, draw_crop, liveliest
from .dataset import Arrays, balanced_weights, cells_of, draw_caption
from .fit import Objective, Settings, fit
from .hardware import Hardware
from .latents import Latents
from .limbs import Limbs
from .masks import draw_mask, draw_noisy
from .schedule import load_weights, require_checkpoint


class Networks(torch.nn.Module):
    """The transformer and its head, trained and averaged together."""

    def __init__(self, configuration: Configuration, parts: int) -> None:
        super().__init__()
        latent = configuration.pvae.latent
        self.mar = Mar(configuration.mar, parts, latent)
        self.head = DiffusionHead(configuration.head, latent, configuration.mar.width)


class Batch(NamedTuple):
    """Padded crops with the states of their cells."""

    source: Tensor  # latents [B, N, P, latent]; or features [B, T, D], to be encoded by the objective
    credible: Tensor  # [B, N, P]
    known: Tensor  # [B, N, P]
    attend: Tensor  # [B, N, P]
    target: Tensor  # [B, N, P] bool: cells to learn
    position: Tensor  # [B, N, 2]
    text: Tensor
    text_mask: Tensor
    body: Tensor  # [B] the example whose other parts are seen beside the own ones, mostly itself
    own: Tensor  # [B, P] bool


def blur_text(
    text: Tensor, mask: Tensor, word_dropout: float, noise: float, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Hide some words and shake the rest, so that the meaning is learned and not the wording of the corpus.

    Half of the captions lose words, each word with probability `word_dropout`; the token states keep what a hidden word
    has told its neighbours. `noise` is the deviation added to the states, which have one of about 0.3.
    """
    losing = torch.rand(len(text), 1, generator=generator) < 0.5
    kept = mask * (1 - (losing & (torch.rand(mask.shape, generator=generator) < word_dropout)).float())
    return text + noise * torch.randn(text.shape, generator=generator), kept


class Examples:
    """Draws batches of crops of like length, so that little is padding.

    With `latents` their codes come from memory; without, batches carry features from the memory-mapped arrays.
    """

    def __init__(self, arrays: Arrays, configuration: Configuration, latents: Latents | None) -> None:
        self.arrays, self.configuration, self.latents = arrays, configuration, latents
        self._changes: dict[int, np.ndarray] = {}
        data = configuration.data
        self.weights = balanced_weights(arrays.clips, data.power, data.boost, data.boost_made)
        self.limbs = Limbs(configuration)

    def batch(self, generator: np.random.Generator) -> Batch:
        training, frames = self.configuration.mar_training, self.configuration.pvae.frames_per_token
        chosen = generator.choice(len(self.arrays.clips), training.batch * 8, p=self.weights)
        data = self.configuration.data
        crops = [
            draw_crop(generator, int(i), self.arrays.clips[i], training.longest, frames, data.crop, data.shortest)
            for i in chosen
        ]
        crops = [self._with_the_action(generator, crop) for crop in crops]
        crops.sort(key=lambda c: c.tokens)
        k = int(generator.integers(8))
        return self.collate(crops[k * training.batch : (k + 1) * training.batch], generator)

    def _with_the_action(self, generator: np.random.Generator, crop: Crop) -> Crop:
        """The crop, or for contents that are over in a moment one that shows it."""
        clip = self.arrays.clips[crop.clip]
        if clip["content"] not in self.configuration.data.lively:
            return crop
        if crop.clip not in self._changes:
            features = np.asarray(self.arrays.view(clip, False))
            self._changes[crop.clip] = np.abs(np.diff(features, axis=0)).mean(axis=1)
        frames = crop.tokens * self.configuration.pvae.frames_per_token
        return liveliest(generator, crop, frames, self._changes[crop.clip])

    def _piece(self, crop: Crop) -> tuple[Tensor, Tensor]:
        """Latents [N, P, latent] or features [T, D], and credible cells [N, P]."""
        if self.latents is not None:
            return self.latents.cut(crop)
        data, frames = self.configuration.data, self.configuration.pvae.frames_per_token
        clip = self.arrays.clips[crop.clip]
        rows = slice(crop.start, crop.start + crop.tokens * frames)
        credible = self.arrays.credible(clip, crop.mirrored, self.configuration.part_scheme, data.credible_threshold)
        features = np.array(self.arrays.view(clip, crop.mirrored)[rows])
        return torch.from_numpy(features), torch.from_numpy(cells_of(credible[rows], frames))

    def collate(self, crops: list[Crop], generator: np.random.Generator) -> Batch:
        training = self.configuration.mar_training
        pieces = [self._piece(c) for c in crops]
        longest, parts = max(len(p[1]) for p in pieces), pieces[0][1].shape[1]
        shape = (len(crops), longest, parts)
        known, attend, credible = torch.zeros(shape), torch.zeros(shape), torch.zeros(shape)
        target, position = torch.zeros(shape, dtype=torch.bool), torch.zeros(len(crops), longest, 2)
        stretch = 1 if self.latents is not None else self.configuration.pvae.frames_per_token
        source = torch.zeros(len(crops), longest * stretch, *pieces[0][0].shape[1:])
        captions = []
        body, own = torch.arange(len(crops)), torch.ones(len(crops), parts, dtype=torch.bool)
        contents = [self.arrays.clips[crop.clip]["content"] for crop in crops]
        for row, (crop, (values, cells)) in enumerate(zip(crops, pieces, strict=True)):
            n = len(cells)
            limb = self.limbs.of(contents[row], crop.mirrored)
            other = self.limbs.draw_body(generator, contents, [len(p[1]) >= n for p in pieces]) if limb.any() else None
            if other is not None:
                body[row], own[row] = other, torch.from_numpy(limb)
                cells = torch.where(own[row], cells, pieces[other][1][:n])
            usable = cells.numpy() > 0
            if generator.random() < training.noisy:
                usable = usable & ~draw_noisy(generator, n, parts)
            hidden = draw_mask(generator, n, parts)
            if other is not None:
                hidden &= limb
                hidden[:, limb] |= not hidden.any()
            source[row, : len(values)] = values
            credible[row, :n] = cells
            known[row, :n] = torch.from_numpy((usable & ~hidden).astype(np.float32))
            attend[row, :n] = torch.from_numpy(usable.astype(np.float32))
            target[row, :n] = torch.from_numpy(usable & hidden)
            position[row, :n, 0] = torch.arange(n)
            position[row, :n, 1] = torch.arange(n - 1, -1, -1)
            clip = self.arrays.clips[crop.clip]
            # Without its text nothing says that a limb leaves the body that is seen beside it.
            without = other is None and generator.random() < training.text_dropout
            captions.append(-1 if without else draw_caption(generator, clip, crop.mirrored))
        text, text_mask = self.arrays.text(captions)
        random = torch.Generator().manual_seed(int(generator.integers(2**62)))
        text, text_mask = blur_text(text, text_mask, training.word_dropout, training.text_noise, random)
        return Batch(source, credible, known, attend, target, position, text, text_mask, body, own)


class MarObjective(Objective):
    """Mean flow-matching loss over the hidden credible cells; nothing else has a gradient."""

    network: Networks

    def __init__(self, network: Networks, pvae: Pvae, draws: int) -> None:
        super().__init__()
        self.network, self.draws = network, draws
        # In a list, so that the encoder is not among the weights to train, average and store.
        self._frozen = [pvae]

    def latents(self, batch: Batch) -> Tensor:
        """Latents [B, N, P, latent] of the batch."""
        latent = batch.source
        if latent.dim() == 3:
            with torch.no_grad():
                latent = self._frozen[0].encode(batch.source, batch.credible).float()
        return torch.where(batch.own[:, None, :, None], latent, latent[batch.body])

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        latent = self.latents(batch)
        context = self.network.mar(latent, batch.known, batch.attend, batch.position, batch.text, batch.text_mask)
        losses = self.network.head.loss(context[batch.target], latent[batch.target], self.draws)
        return {"loss": losses.sum() / max(len(losses), 1)}


def train(
    configuration: Configuration,
    data: Path,
    out: Path,
    minutes: float,
    steps: int | None = None,
    hardware: Hardware | None = None,
) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/mar.pt`."""
    hardware = hardware or Hardware()
    arrays = Arrays(data, "train", configuration.data)
    pvae = train_pvae.load_pvae(configuration, out / "pvae.pt").requires_grad_(False).to(hardware.device)
    codes = codes_of(pvae)
    torch.manual_seed(configuration.seed)
    networks = Networks(configuration, len(pvae.channels))
    streaming = configuration.data.latents == "stream"
    latents = None if streaming else Latents(pvae, arrays, configuration)
    if hardware.first:
        held = "encoded while training" if latents is None else f"{len(latents.latents)} token columns encoded"
        print(f"{sum(p.numel() for p in networks.parameters()) / 1e6:.2f} M parameters; {held}", flush=True)
    return fit(
        MarObjective(networks, pvae, configuration.mar_training.draws),
        Examples(arrays, configuration, latents),
        Settings(
            "mar",
            configuration.seed,
            configuration.mar_training.learning_rate,
            warm_up=300,
            cool_down=0.5,
            decay=0.9985,
        ),
        out,
        minutes,
        steps,
        hardware,
        codes=codes,
    )


def load(configuration: Configuration, path: Path, pvae: Pvae) -> Networks:
    """The averaged weights of a checkpoint, ready to use with the P-VAE whose latents they were trained on."""
    state = require_checkpoint(path, "train-mar")
    require_codes(state, codes_of(pvae), path)
    networks = Networks(configuration, len(pvae.channels))
    load_weights(networks, state["average"], path)
    return networks.eval()

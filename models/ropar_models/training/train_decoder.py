"""Trains the P-VAE's decoder further on the codes that the transformer learns, with the encoder left as it is.

While the P-VAE is trained, its decoder sees codes with the posterior's noise, and answers with the mean of what they
might have been: large rare motions come out small. The transformer learns the posterior's means, so half of what the
decoder gets here are means, and half are means with as much noise as the transformer's own samples are off, measured
per latent: what is not motion in a sample, it learns to pass over. Losses are taken on the motion that the core makes
of the features: joint positions, velocities in the world, which is where feet slide, and how far the root gets.

The latents stay what they were, so the trained transformer goes on to fit (docs/decisions/0044).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import ropar_native
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..configuration import Configuration
from ..generation import CheckpointMaker, Wish
from ..layout import FRAME_RATE
from ..networks.kinematics import Kinematics, about_y
from ..networks.pvae import Pvae
from .codes import codes_of
from .dataset import Arrays, draw_caption
from .fit import Objective, Settings, fit
from .hardware import Hardware
from .train_pvae import Batch, Crops, channel_weights, evaluate, load_pvae

# Of the differences in metres, in metres a second, and of the root's mean velocity over a crop, beside a mean of
# normalised channels.
POSITION_WEIGHT, VELOCITY_WEIGHT, DRIFT_WEIGHT = 4.0, 0.25, 2.0
MEASURED_SAMPLES = 64
# Ankles and feet that stand (slower than this, m/s) count so many times in the velocities: sliding is what is seen.
STANDING_SPEED, STANDING_WEIGHT = 0.15, 8.0


class DecoderObjective(Objective):
    """The decoder's losses; a token counts where all its parts are credible, a single part's patch wherever it is."""

    network: Pvae
    weights: Tensor

    noise: Tensor
    feet: Tensor

    def __init__(self, network: Pvae, noise: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("noise", noise)
        self.kinematics = Kinematics(FRAME_RATE)
        feet = [name.endswith(("ankle", "foot")) for name in ropar_native.skeleton()["names"]]
        self.register_buffer("feet", torch.tensor(feet))
        self.register_buffer("weights", channel_weights(network.dimensions))

    def codes(self, batch: Batch) -> Tensor:
        """Unit-scale latents [B, N, P, latent]; every second row, by chance, is shaken by up to `noise` [latent]."""
        with torch.no_grad():
            latent = self.network.encode(batch.features, batch.credible).float()
        level = torch.rand(len(latent), 1, 1, 1, device=latent.device)
        level = level * (torch.rand_like(level) < 0.5)
        return latent + level * self.noise * torch.randn_like(latent)

    def _moving(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Joints [B, T, 22, 3] over the origin and their velocities in the world, in heading frames."""
        joints, headings = self.kinematics(features)
        velocities = (joints[:, 1:] - joints[:, :-1]) * FRAME_RATE
        above_origin = joints - joints[:, :, :1] * torch.tensor([1.0, 0.0, 1.0], device=joints.device)
        return about_y(above_origin, -headings[..., None]), about_y(velocities, -headings[:, :-1, None])

    def _standing(self, velocities: Tensor) -> Tensor:
        """How much each joint's velocity [B, T - 1, 22, 3] counts [B, T - 1, 22]."""
        slow = velocities.norm(dim=-1) < STANDING_SPEED
        return 1 + (STANDING_WEIGHT - 1) * (slow & self.feet).float()

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        network, target = self.network, batch.features
        latent = self.codes(batch) * network.latent_std + network.latent_mean
        patches = [p.float() for p in network.decode_parts(latent)]
        cells = batch.credible.sum().clamp(min=1)
        patch_loss = torch.zeros((), device=target.device)
        for p, (wanted, patch) in enumerate(zip(network.split(target), patches, strict=True)):
            error = F.smooth_l1_loss(patch, wanted, reduction="none", beta=0.1)
            weight = self.weights[network.channels[p]].repeat(network.config.frames_per_token)
            patch_loss = patch_loss + ((error * weight).mean(-1) * batch.credible[:, :, p]).sum() / cells
        # float32 from here on: velocities are differences of nearly equal numbers.
        with torch.autocast(target.device.type, enabled=False):
            made = network.join(patches)
            seen = batch.credible.all(dim=-1).float().repeat_interleave(network.config.frames_per_token, dim=1)
            # Frames lean on their neighbours, so what was not seen must not stand beside what was.
            target = torch.where(seen[..., None] > 0, target, made.detach())
            with torch.no_grad():
                wanted, wanted_velocities = self._moving(target)
            found, velocities = self._moving(made)
            apart = (found - wanted).norm(dim=-1).mean(-1)
            position = (apart * seen).sum() / seen.sum().clamp(min=1)
            both = seen[:, 1:] * seen[:, :-1]
            slip = velocities - wanted_velocities
            weight = both[..., None] * self._standing(wanted_velocities)
            velocity = (slip.norm(dim=-1) * weight).sum() / weight.sum().clamp(min=1)
            drift = (slip[:, :, 0] * both[..., None]).sum(1) / both.sum(1).clamp(min=1)[:, None]
            drift = (drift.square().sum(-1) + 1e-8).sqrt().mean()
        return {
            "loss": patch_loss + POSITION_WEIGHT * position + VELOCITY_WEIGHT * velocity + DRIFT_WEIGHT * drift,
            "patches": patch_loss.detach(),
            "position": position.detach(),
            "velocity": velocity.detach(),
            "drift": drift.detach(),
        }


def train(
    configuration: Configuration,
    data: Path,
    out: Path,
    minutes: float,
    steps: int | None = None,
    hardware: Hardware | None = None,
) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/decoder.pt`, which
    `train_pvae.load` puts over the decoder of `out/pvae.pt`. The transformer of `out/mar.pt` tells the noise.
    """
    hardware = hardware or Hardware()
    arrays, validation = Arrays(data, "train", configuration.data), Arrays(data, "val")
    torch.manual_seed(configuration.seed)
    network = load_pvae(configuration, out / "pvae.pt").train()
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.split(".")[0] in Pvae.DECODER)

    def check(average: nn.Module) -> dict[str, float]:
        assert isinstance(average, Pvae)
        return evaluate(average, validation, 40)

    training = configuration.decoder_training
    noise = training.noise * sampling_error(configuration, arrays, out, hardware)
    return fit(
        DecoderObjective(network, noise),
        Crops(arrays, configuration),
        Settings(
            "decoder", configuration.seed, training.learning_rate, weight_decay=1e-4, log_every=100, save_every=500
        ),
        out,
        minutes,
        steps,
        hardware,
        check,
        codes=codes_of(network),
    )


def sampling_error(configuration: Configuration, arrays: Arrays, run: Path, hardware: Hardware) -> Tensor:
    """By how much the transformer's samples are off, per latent; see `CheckpointMaker.sampling_error`."""
    generator = np.random.default_rng(configuration.seed)
    frames, longest = configuration.pvae.frames_per_token, configuration.mar_training.longest
    chosen = [arrays.clips[int(i)] for i in generator.integers(0, len(arrays.clips), MEASURED_SAMPLES)]
    wishes = [Wish(draw_caption(generator, c, False), min(c["frames"] // frames, longest)) for c in chosen]
    maker = CheckpointMaker(configuration, run, hardware, load_pvae(configuration, run / "pvae.pt"))
    return torch.from_numpy(maker.sampling_error(arrays, wishes, configuration.seed)).float()

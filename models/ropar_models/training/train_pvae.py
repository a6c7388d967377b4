"""Trains the part-aware VAE on features, with parts that are not credible left out of input and loss."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import ropar_native
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..configuration import Configuration
from ..evaluation.joint_error import pelvis_error_mm, world_error_mm
from ..evaluation.positions import positions
from ..layout import BLOCK, CHANNELS, FRAME_RATE, PELVIS, ROOT
from ..networks.pvae import Pvae
from .codes import codes_of, require_codes
from .crops import draw_crop
from .dataset import Arrays, balanced_weights, cells_of
from .fit import Objective, Settings, fit
from .hardware import Hardware
from .schedule import load_checkpoint, load_weights, require_checkpoint

# Below these deviations a channel holds noise, not motion; dividing by less would make the network learn it.
_SMALLEST = {
    "yaw_velocity": 0.3,
    "planar_velocity": 0.2,
    "height": 0.05,
    "position": 0.04,
    "velocity": 0.15,
    "rotation": 0.06,
}


def statistics(arrays: Arrays, configuration: Configuration, limit: int = 2000) -> tuple[Tensor, Tensor]:
    """Mean per channel; deviation per group of like channels (a joint's position, velocity or rotation).

    Only the clips of the run count, and of them only frames in which a part that sees the channel is credible.
    """
    channels = ropar_native.part_scheme(configuration.part_scheme)["channels"]
    dimensions = arrays.features.shape[1]
    count, total, square = np.zeros(dimensions), np.zeros(dimensions), np.zeros(dimensions)
    for clip in arrays.clips[:: max(1, len(arrays.clips) // limit)]:
        for mirrored in (False, True):
            values = np.asarray(arrays.view(clip, mirrored), np.float64)
            credible = arrays.credible(clip, mirrored, configuration.part_scheme, configuration.data.credible_threshold)
            weight = np.zeros(values.shape, bool)
            for part, seen in enumerate(channels):
                weight[:, seen] |= credible[:, part, None]
            count += weight.sum(0)
            total += (values * weight).sum(0)
            square += (values**2 * weight).sum(0)
    mean = total / np.maximum(count, 1)
    deviation = np.sqrt(np.maximum(square / np.maximum(count, 1) - mean**2, 0))
    groups = [("yaw_velocity", [0]), ("planar_velocity", [1, 2]), ("height", [3]), ("rotation", list(range(4, 10)))]
    for start in range(ROOT + PELVIS, dimensions, BLOCK):
        groups += [
            ("position", list(range(start, start + 3))),
            ("velocity", list(range(start + 3, start + 6))),
            ("rotation", list(range(start + 6, start + 12))),
        ]
    std = np.empty_like(deviation)
    for kind, group in groups:
        std[group] = max(float(np.sqrt((deviation[group] ** 2).mean())), _SMALLEST[kind])
    return torch.tensor(mean, dtype=torch.float32), torch.tensor(std, dtype=torch.float32)


def channel_weights(dimensions: int) -> Tensor:
    """Loss weight per feature channel: the root steers everything, velocities follow from positions."""
    weights = torch.ones(dimensions)
    weights[:4] = 6.0
    for start in range(ROOT + PELVIS, dimensions, BLOCK):
        weights[start + 3 : start + 6] = 0.5
    return weights


class Batch(NamedTuple):
    """Features [B, T, D] and credible cells [B, N, P]."""

    features: Tensor
    credible: Tensor


class Crops:
    """Draws batches of crops of one length; random cells are struck out to teach completion."""

    def __init__(self, arrays: Arrays, configuration: Configuration) -> None:
        self.arrays, self.configuration = arrays, configuration
        data = configuration.data
        self.weights = balanced_weights(arrays.clips, data.power, data.boost, data.boost_made)

    def batch(self, generator: np.random.Generator) -> Batch:
        configuration, arrays = self.configuration, self.arrays
        training, frames = configuration.pvae_training, configuration.pvae.frames_per_token
        chosen = generator.choice(len(arrays.clips), training.batch * 4, p=self.weights)
        crops = [draw_crop(generator, int(i), arrays.clips[i], training.tokens, frames, 0.0) for i in chosen]
        crops.sort(key=lambda c: c.tokens)
        first = int(generator.integers(0, 4)) * training.batch
        crops = crops[first : first + training.batch]
        shortest = max(min(c.tokens for c in crops), 1)
        crops = [c for c in crops if c.tokens >= shortest]
        features, cells = [], []
        for c in crops:
            clip = arrays.clips[c.clip]
            # Drawn anew for the length of this batch, or the ends of clips would hardly be seen.
            start = int(generator.integers(0, clip["frames"] - shortest * frames + 1))
            cut = slice(start, start + shortest * frames)
            credible = arrays.credible(
                clip, c.mirrored, configuration.part_scheme, configuration.data.credible_threshold
            )
            features.append(arrays.view(clip, c.mirrored)[cut])
            cells.append(cells_of(credible[cut], frames))
        stacked = np.stack(cells)
        stacked *= generator.random(stacked.shape) > 0.05
        return Batch(torch.from_numpy(np.stack(features)), torch.from_numpy(stacked))


def loss_terms(
    network: Pvae, features: Tensor, credible: Tensor, weights: Tensor, divergence_weight: float | Tensor
) -> dict[str, Tensor]:
    """Smooth L1 on normalised channels of credible cells, plus the divergence from the unit Gaussian.

    A cell that is not credible is multiplied by zero in both, and its input is replaced: it has no gradient at all.
    """
    mean, log_variance = network.posterior(features, credible)
    mean, log_variance = mean.float(), log_variance.float().clamp(-12, 6)
    latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    patches = network.decode_parts(latent)
    cells = credible.sum().clamp(min=1)
    reconstruction = torch.zeros((), device=features.device)
    frames = network.config.frames_per_token
    for p, (target, patch) in enumerate(zip(network.split(features), patches, strict=True)):
        error = F.smooth_l1_loss(patch.float(), target, reduction="none", beta=0.1)
        weight = weights[network.channels[p]].repeat(frames)
        reconstruction = reconstruction + ((error * weight).mean(-1) * credible[:, :, p]).sum() / cells
    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(-1)
    divergence = (divergence * credible).sum() / cells
    return {
        "loss": reconstruction + divergence_weight * divergence,
        "reconstruction": reconstruction.detach(),
        "divergence": divergence.detach(),
    }


# Share of the budget after which the divergence has its last weight (docs/decisions/0005).
SETTLING = 0.8


class PvaeObjective(Objective):
    """The P-VAE with its loss."""

    weights: Tensor
    network: Pvae

    divergence_weight: Tensor

    def __init__(self, network: Pvae, divergence_weight: float, at_first: float | None = None) -> None:
        super().__init__()
        self.network, self.at_last = network, divergence_weight
        self.at_first = divergence_weight if at_first is None else at_first
        self.register_buffer("weights", channel_weights(network.dimensions))
        # In a tensor, because kernels that are compiled around a number are compiled again for another one.
        self.register_buffer("divergence_weight", torch.tensor(self.at_first))

    def at(self, share: float) -> None:
        self.divergence_weight.fill_(self.at_first if share < SETTLING else self.at_last)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        return loss_terms(self.network, batch.features, batch.credible, self.weights, self.divergence_weight)


@torch.no_grad()
def evaluate(network: Pvae, arrays: Arrays, limit: int = 120) -> dict[str, float]:
    """Mean joint error of rebuilt motion, against the pelvis and in the world."""
    local, world = [], []
    device, size = network.mean.device, network.config.frames_per_token
    for clip in arrays.clips[:: max(1, len(arrays.clips) // limit)]:
        frames = clip["frames"] // size * size
        features = np.ascontiguousarray(arrays.view(clip, False)[:frames])
        cells = torch.ones(1, frames // size, len(network.channels), device=device)
        batch = torch.from_numpy(features.copy())[None].to(device)
        back = network.decode(network.encode(batch, cells))[0].cpu().numpy()
        recorded, rebuilt = (positions(f, FRAME_RATE) for f in (features, back))
        local.append(pelvis_error_mm(recorded, rebuilt))
        world.append(world_error_mm(recorded, rebuilt))
    return {"pelvis_error_mm": float(np.mean(local)), "world_error_mm": float(np.mean(world))} if local else {}


def build(configuration: Configuration) -> Pvae:
    scheme = ropar_native.part_scheme(configuration.part_scheme)
    return Pvae(configuration.pvae, [list(map(int, c)) for c in scheme["channels"]], CHANNELS)


def train(
    configuration: Configuration,
    data: Path,
    out: Path,
    minutes: float,
    steps: int | None = None,
    hardware: Hardware | None = None,
) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/pvae.pt`."""
    arrays, validation = Arrays(data, "train", configuration.data), Arrays(data, "val")
    torch.manual_seed(configuration.seed)
    network = build(configuration)
    network.mean, network.std = statistics(arrays, configuration)

    def finish(average: nn.Module, trained: nn.Module) -> None:
        assert isinstance(average, Pvae) and isinstance(trained, Pvae)
        calibrate(average, arrays, configuration)
        trained.latent_mean, trained.latent_std = average.latent_mean, average.latent_std

    def check(average: nn.Module) -> dict[str, float]:
        assert isinstance(average, Pvae)
        return evaluate(average, validation, 40)

    return fit(
        PvaeObjective(
            network, configuration.pvae_training.divergence_weight, configuration.pvae_training.divergence_at_first
        ),
        Crops(arrays, configuration),
        Settings(
            "pvae",
            configuration.seed,
            configuration.pvae_training.learning_rate,
            weight_decay=1e-4,
            log_every=100,
            save_every=500,
        ),
        out,
        minutes,
        steps,
        hardware,
        check,
        finish,
    )


@torch.no_grad()
def calibrate(network: Pvae, arrays: Arrays, configuration: Configuration, limit: int = 400) -> None:
    """Set the latents' mean and deviation, over credible cells, so that the sampler works on unit-scale numbers."""
    frames, device = network.config.frames_per_token, network.mean.device
    rows = []
    for clip in arrays.clips[:: max(1, len(arrays.clips) // limit)]:
        n = clip["frames"] // frames
        features = torch.from_numpy(np.array(arrays.view(clip, False)[: n * frames]))[None].to(device)
        credible = arrays.credible(clip, False, configuration.part_scheme, configuration.data.credible_threshold)
        cells = torch.from_numpy(cells_of(credible, frames)).to(device)
        rows.append(network.posterior(features, cells[None])[0][0][cells > 0])
    latents = torch.cat(rows)
    network.latent_mean, network.latent_std = latents.mean(0), latents.std(0).clamp(min=0.05)


def load(configuration: Configuration, path: Path) -> Pvae:
    """The averaged weights of a checkpoint, ready to use, with the decoder of `train-decoder` where one lies beside."""
    network = load_pvae(configuration, path)
    beside = path.with_name("decoder.pt")
    further = load_checkpoint(beside)
    if further is not None:
        require_codes(further, codes_of(network), beside)
        decoder = {k: v for k, v in further["average"].items() if k.split(".")[0] in Pvae.DECODER}
        network.load_state_dict(decoder, strict=False)
    return network.eval()


def load_pvae(configuration: Configuration, path: Path) -> Pvae:
    """The averaged weights of the P-VAE alone, as `train-pvae` left them."""
    state = require_checkpoint(path, "train-pvae")
    network = build(configuration)
    load_weights(network, state["average"], path)
    return network.eval()

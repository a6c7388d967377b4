"""Trains the part-aware VAE on features, with parts that are not credible left out of input and loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import ropar_native
import torch
from torch import Tensor
from torch.nn import functional as F

from ..configuration import Configuration
from ..networks.pvae import Pvae
from .dataset import Arrays, balanced_weights, draw_crop
from .schedule import Average, Clock, Log, learning_rate, load_checkpoint, save_checkpoint, seed_everything

# Below these deviations a channel holds noise, not motion; dividing by less would make the network learn it.
_SMALLEST = {
    "yaw_velocity": 0.3,
    "planar_velocity": 0.2,
    "height": 0.05,
    "position": 0.04,
    "velocity": 0.15,
    "rotation": 0.06,
}


def statistics(features: np.ndarray) -> tuple[Tensor, Tensor]:
    """Mean per channel; deviation per group of like channels (a joint's position, velocity or rotation)."""
    sample = np.asarray(features[:: max(1, len(features) // 100_000)], np.float64)
    mean, deviation = sample.mean(0), sample.std(0)
    groups = [("yaw_velocity", [0]), ("planar_velocity", [1, 2]), ("height", [3]), ("rotation", list(range(4, 10)))]
    for start in range(10, features.shape[1], 12):
        groups += [
            ("position", list(range(start, start + 3))),
            ("velocity", list(range(start + 3, start + 6))),
            ("rotation", list(range(start + 6, start + 12))),
        ]
    std = np.empty_like(deviation)
    for kind, channels in groups:
        std[channels] = max(float(np.sqrt((deviation[channels] ** 2).mean())), _SMALLEST[kind])
    return torch.tensor(mean, dtype=torch.float32), torch.tensor(std, dtype=torch.float32)


def channel_weights(dimensions: int) -> Tensor:
    """Loss weight per feature channel: the root steers everything, velocities follow from positions."""
    weights = torch.ones(dimensions)
    weights[:4] = 6.0
    for start in range(10, dimensions, 12):
        weights[start + 3 : start + 6] = 0.5
    return weights


def cell_credibility(
    arrays: Arrays, clip: dict[str, Any], mirrored: bool, scheme: str, threshold: float, frames: int
) -> np.ndarray:
    """Credible cells [T // frames, P]: every frame of the token must be credible."""
    seen = arrays.seen(clip, mirrored)
    if seen.min() >= 1.0:
        parts = len(ropar_native.part_scheme(scheme)["parts"])
        return np.ones((len(seen) // frames, parts), np.float32)
    per_frame = ropar_native.credible_parts(np.ascontiguousarray(seen), scheme, threshold)
    n = len(per_frame) // frames
    return per_frame[: n * frames].reshape(n, frames, -1).all(1).astype(np.float32)


def draw_batch(
    arrays: Arrays, weights: np.ndarray, configuration: Configuration, generator: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Features [B, T, D] and credible cells [B, N, P]; random cells are struck out to teach completion."""
    training, frames = configuration.pvae_training, configuration.pvae.frames_per_token
    chosen = generator.choice(len(arrays.clips), training.batch * 4, p=weights)
    crops = [draw_crop(generator, int(i), arrays.clips[i], training.tokens, frames, 0.0) for i in chosen]
    crops.sort(key=lambda c: c.tokens)
    first = int(generator.integers(0, 4)) * training.batch
    crops = crops[first : first + training.batch]
    shortest = max(min(c.tokens for c in crops), 4)
    crops = [c for c in crops if c.tokens >= shortest]
    features, credible = [], []
    for c in crops:
        clip = arrays.clips[c.clip]
        cut = slice(c.start, c.start + shortest * frames)
        features.append(arrays.view(clip, c.mirrored)[cut])
        cells = cell_credibility(
            arrays, clip, c.mirrored, configuration.part_scheme, configuration.data.credible_threshold, 1
        )[cut]
        credible.append(cells.reshape(shortest, frames, -1).all(1))
    cells = np.stack(credible).astype(np.float32)
    cells *= generator.random(cells.shape) > 0.05
    return torch.from_numpy(np.stack(features)), torch.from_numpy(cells)


def loss_terms(
    network: Pvae, features: Tensor, credible: Tensor, weights: Tensor, divergence_weight: float
) -> dict[str, Tensor]:
    """Smooth L1 on normalised channels of credible cells, plus the divergence from the unit Gaussian."""
    with torch.autocast(features.device.type, torch.bfloat16):
        mean, log_variance = network.posterior(features, credible)
        mean, log_variance = mean.float(), log_variance.float().clamp(-12, 6)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        patches = network.decode_parts(latent)
    cells = credible.sum().clamp(min=1)
    reconstruction = torch.zeros(())
    frames = network.config.frames_per_token
    for p, (target, patch) in enumerate(zip(network.split(features), patches, strict=True)):
        error = F.smooth_l1_loss(patch.float(), target, reduction="none", beta=0.1)
        weight = weights[network.channels[p]].repeat(frames)
        reconstruction = reconstruction + ((error * weight).mean(-1) * credible[:, :, p]).sum() / cells
    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(-1)
    divergence = (divergence * credible).sum() / cells
    return {
        "loss": reconstruction + divergence_weight * divergence,
        "reconstruction": reconstruction,
        "divergence": divergence,
    }


@torch.no_grad()
def evaluate(network: Pvae, arrays: Arrays, limit: int = 120) -> dict[str, float]:
    """Mean joint error (mm) of reconstructed motion after forward kinematics, root drift excluded and included."""
    local, world = [], []
    for clip in arrays.clips[:: max(1, len(arrays.clips) // limit)]:
        frames = clip["frames"] // network.config.frames_per_token * network.config.frames_per_token
        features = np.ascontiguousarray(arrays.view(clip, False)[:frames])
        batch = torch.from_numpy(features)[None]
        cells = torch.ones(1, frames // network.config.frames_per_token, len(network.channels))
        back = network.decode(network.encode(batch, cells))[0].numpy()
        positions = []
        for f in (features, np.ascontiguousarray(back)):
            root, rotations = ropar_native.motion(f, 20.0, None)
            positions.append((ropar_native.forward_kinematics(root, rotations), root[:, None]))
        (a, root_a), (b, root_b) = positions
        flat = np.array([1, 0, 1], np.float32)
        local.append(np.linalg.norm((a - root_a * flat) - (b - root_b * flat), axis=-1).mean() * 1000)
        world.append(np.linalg.norm(a - b, axis=-1).mean() * 1000)
    return {"joint_error_mm": float(np.mean(local)), "world_error_mm": float(np.mean(world))}


def build(configuration: Configuration) -> Pvae:
    scheme = ropar_native.part_scheme(configuration.part_scheme)
    return Pvae(configuration.pvae, [list(map(int, c)) for c in scheme["channels"]], ropar_native_dimensions())


def ropar_native_dimensions() -> int:
    """Channels of the feature layout: root 4, pelvis rotation 6, twelve per further joint."""
    return 10 + 12 * (len(ropar_native.skeleton()["names"]) - 1)


def train(configuration: Configuration, data: Path, out: Path, minutes: float, steps: int | None = None) -> Path:
    """Train until `minutes` or `steps` are spent (resumed runs included); the checkpoint is `out/pvae.pt`."""
    seed_everything(configuration.seed)
    arrays, validation = Arrays(data, "train", configuration.data.exclude), Arrays(data, "val")
    weights = balanced_weights(arrays.clips, configuration.data.power, configuration.data.boost)
    network = build(configuration)
    network.mean, network.std = statistics(arrays.features)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4, betas=(0.9, 0.98), fused=True)
    average = Average(network)
    path, step, before = out / "pvae.pt", 0, 0.0
    state = load_checkpoint(path)
    if state is not None:
        network.load_state_dict(state["network"])
        average.module.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, before = state["step"], state["minutes"]
    clock, log = Clock(minutes, before), Log(out / "pvae.jsonl")
    generator = np.random.default_rng(configuration.seed + step)
    per_channel = channel_weights(network.dimensions)

    def save() -> None:
        save_checkpoint(
            path,
            {
                "network": network.state_dict(),
                "average": average.module.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "minutes": clock.elapsed,
            },
        )

    while not clock.over and (steps is None or step < steps):
        features, credible = draw_batch(arrays, weights, configuration, generator)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(configuration.pvae_training.learning_rate, step, clock.fraction)
        terms = loss_terms(network, features, credible, per_channel, configuration.pvae_training.divergence_weight)
        terms["loss"].backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update(network, step)
        step += 1
        if step % 100 == 0:
            log(step=step, minutes=clock.elapsed, **{k: float(v.detach()) for k, v in terms.items()})
        if step % 500 == 0:
            log(step=step, **evaluate(average.module, validation, 40))
            save()
    final = average.module
    calibrate(final, arrays)
    log(step=step, final=True, **evaluate(final, validation))
    network.latent_mean, network.latent_std = final.latent_mean, final.latent_std
    save()
    return path


@torch.no_grad()
def calibrate(network: Pvae, arrays: Arrays, limit: int = 400) -> None:
    """Set the latents' mean and deviation so that the sampler works on unit-scale numbers."""
    frames = network.config.frames_per_token
    rows = []
    for clip in arrays.clips[:: max(1, len(arrays.clips) // limit)]:
        n = clip["frames"] // frames
        features = torch.from_numpy(np.array(arrays.view(clip, False)[: n * frames]))[None]
        rows.append(
            network.posterior(features, torch.ones(1, n, len(network.channels)))[0].reshape(-1, network.config.latent)
        )
    latents = torch.cat(rows)
    network.latent_mean, network.latent_std = latents.mean(0), latents.std(0).clamp(min=0.05)


def load(configuration: Configuration, path: Path) -> Pvae:
    """The averaged weights of a checkpoint, ready to use."""
    state = load_checkpoint(path)
    if state is None:
        raise FileNotFoundError(f"{path}: no P-VAE checkpoint; run `ropar-models train-pvae` first")
    network = build(configuration)
    network.load_state_dict(state["average"])
    return network.eval()

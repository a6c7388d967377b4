"""The part-aware VAE: motion features <-> a grid of latents, one token per body part and four frames.

Parts never mix here: a token depends on its own part's channels alone (which include the root and the
spine), so an occluded arm cannot spoil the code of a leg, and a part can be encoded, dropped or replaced
by itself (paper, section on the part-aware VAE).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .blocks import Convolution


@dataclass(frozen=True)
class PvaeConfig:
    """Sizes of the part-aware VAE."""

    latent: int = 32
    width: int = 256
    blocks: int = 3
    frames_per_token: int = 4


class ConvolutionBlock(nn.Module):
    """Residual pair of a dilated convolution of three taps over token time and a point-wise layer. x: [B, N, width]."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.spread = Convolution(width, width, 3, dilation)
        self.mix = nn.Linear(width, width)
        self.activation = nn.GELU(approximate="tanh")

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(self.activation(self.spread(self.activation(x))))


class Pvae(nn.Module):
    """Encoder and decoder over `features` [B, T, D] with T a multiple of `frames_per_token`.

    `channels[p]` lists the feature channels that part p sees. A channel that several parts see (root, spine)
    is decoded by each and averaged. `mean` and `std` [D] normalise, `share` [D] is 1 over the parts that see a
    channel; `latent_mean` and `latent_std` [latent] bring the latents to unit scale and are set after training.
    """

    # Members that turn latents into features; the others make latents.
    DECODER = ("from_latent", "decoder_part", "decoder", "unembed")

    mean: Tensor
    std: Tensor
    latent_mean: Tensor
    latent_std: Tensor
    share: Tensor
    sources: Tensor

    def __init__(self, config: PvaeConfig, channels: list[list[int]], dimensions: int) -> None:
        super().__init__()
        self.config, self.channels, self.dimensions = config, channels, dimensions
        parts, width, frames = len(channels), config.width, config.frames_per_token
        self.embed = nn.ModuleList(nn.Linear(frames * len(c), width) for c in channels)
        self.missing = nn.Parameter(torch.zeros(width))
        self.encoder_part = nn.Parameter(torch.randn(parts, width) * 0.02)
        self.encoder = nn.ModuleList(ConvolutionBlock(width, 2**i) for i in range(config.blocks))
        self.to_posterior = nn.Linear(width, 2 * config.latent)
        self.from_latent = nn.Linear(config.latent, width)
        self.decoder_part = nn.Parameter(torch.randn(parts, width) * 0.02)
        self.decoder = nn.ModuleList(ConvolutionBlock(width, 2**i) for i in reversed(range(config.blocks)))
        self.unembed = nn.ModuleList(nn.Linear(width, frames * len(c)) for c in channels)
        self.register_buffer("mean", torch.zeros(dimensions))
        self.register_buffer("std", torch.ones(dimensions))
        self.register_buffer("latent_mean", torch.zeros(config.latent))
        self.register_buffer("latent_std", torch.ones(config.latent))
        seen = torch.zeros(dimensions)
        for c in channels:
            seen[c] += 1
        for p, c in enumerate(channels):
            self.register_buffer(f"channels_{p}", torch.tensor(c), persistent=False)
        self.register_buffer("share", 1.0 / seen, persistent=False)
        self.register_buffer("sources", _sources(channels, dimensions), persistent=False)

    def split(self, features: Tensor) -> list[Tensor]:
        """Features [B, T, D] -> per part the normalised patches [B, N, frames * channels]."""
        b, frames = features.shape[0], self.config.frames_per_token
        normal = (features - self.mean) / self.std
        return [
            normal.index_select(2, getattr(self, f"channels_{p}")).reshape(b, -1, frames * len(c))
            for p, c in enumerate(self.channels)
        ]

    def _through(self, blocks: nn.ModuleList, x: Tensor) -> Tensor:
        b, parts, width = x.shape[0], x.shape[2], x.shape[3]
        x = x.transpose(1, 2).reshape(b * parts, -1, width)
        for block in blocks:
            x = block(x)
        return x.reshape(b, parts, -1, width).transpose(1, 2)

    def posterior(self, features: Tensor, credible: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, N, P, latent]. `credible` [B, N, P]: 0 keeps a part's cell out."""
        patches = self.split(features)
        x = torch.stack([e(x) for e, x in zip(self.embed, patches, strict=True)], dim=2)
        x = x * credible[..., None] + self.missing * (1 - credible[..., None]) + self.encoder_part
        x = self._through(self.encoder, x)
        return self.to_posterior(x).chunk(2, dim=-1)

    def decode_parts(self, latent: Tensor) -> list[Tensor]:
        """Raw latents [B, N, P, latent] -> per part the normalised patches [B, N, frames * channels]."""
        x = self._through(self.decoder, self.from_latent(latent) + self.decoder_part)
        return [u(x[:, :, p]) for p, u in enumerate(self.unembed)]

    def encode(self, features: Tensor, credible: Tensor) -> Tensor:
        """Features [B, T, D] -> unit-scale latents [B, N, P, latent]."""
        return (self.posterior(features, credible)[0] - self.latent_mean) / self.latent_std

    def decode(self, latent: Tensor) -> Tensor:
        """Unit-scale latents [B, N, P, latent] -> features [B, N * frames_per_token, D]."""
        return self.join(self.decode_parts(latent * self.latent_std + self.latent_mean))

    def join(self, patches: list[Tensor]) -> Tensor:
        """Normalised patches per part -> features [B, N * frames_per_token, D]; shared channels are averaged."""
        b = patches[0].shape[0]
        columns = [patch.reshape(b, -1, len(c)) for patch, c in zip(patches, self.channels, strict=True)]
        columns.append(torch.zeros_like(columns[0][..., :1]))
        found = torch.cat(columns, dim=-1).index_select(2, self.sources)
        out = found.reshape(b, -1, len(self.sources) // self.dimensions, self.dimensions).sum(2)
        return out * (self.share * self.std) + self.mean


def _sources(channels: list[list[int]], dimensions: int) -> Tensor:
    """Where each channel stands in all parts' channels one after another: as many rows [dimensions], flat, as the most
    parts that see one channel. Rows that a channel does not need name the column behind the last, which is 0.

    A table of indices, because matrices of 0 and 1 that do the same were an eighth of the exported decoder.
    """
    total = sum(len(c) for c in channels)
    found: list[list[int]] = [[] for _ in range(dimensions)]
    for place, channel in enumerate(channel for c in channels for channel in c):
        found[channel].append(place)
    most = max(len(places) for places in found)
    rows = [[places[row] if row < len(places) else total for places in found] for row in range(most)]
    return torch.tensor(rows).reshape(-1)

"""The masked autoregressive transformer over the token grid (time x part), conditioned on text token states."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .blocks import CrossAttentionBlock, SelfAttentionBlock, key_bias, sinusoidal
from .neighbourhood import Neighbourhood
from .sentence import Sentence


@dataclass(frozen=True)
class MarConfig:
    """Sizes of the transformer."""

    width: int = 256
    layers: int = 5
    heads: int = 4
    text_layers: int = 1
    text_width: int = 384
    neighbours: int = 5  # tokens whose cells, of all parts, a cell sees at a glance; 0 for attention alone
    sentence: bool = False  # whether each cell is told what all words say together, not its words alone


class Mar(nn.Module):
    """Grid of latents with states -> a context per cell for the diffusion head.

    Inputs of `forward`:
      latent      [B, N, P, latent]  values of known cells; anything elsewhere
      known       [B, N, P]          1 where the cell's latent is given, 0 where it is to be predicted
      attend      [B, N, P]          0 for noisy and padding cells: nothing attends to them
      position    [B, N, 2]          token index from the start and to the end of the clip
      text        [B, L, text_width] token states of the text encoder
      text_mask   [B, L]             1 for real tokens; all 0 means "no text" (the guidance baseline)
    Output: context [B, N, P, W].
    """

    def __init__(self, config: MarConfig, parts: int, latent: int) -> None:
        super().__init__()
        width = config.width
        self.width, self.parts = width, parts
        self.from_latent = nn.Linear(latent, width)
        span = config.neighbours
        self.neighbourhood = Neighbourhood(parts, latent, width, span) if span else None
        self.sentence = Sentence(config.text_width, width) if config.sentence else None
        self.masked = nn.Parameter(torch.randn(width) * 0.02)
        self.part = nn.Parameter(torch.randn(parts, width) * 0.02)
        self.position = nn.Linear(2 * 64, width)
        self.from_text = nn.Sequential(nn.Linear(config.text_width, width), nn.LayerNorm(width))
        self.no_text = nn.Parameter(torch.randn(width) * 0.02)
        self.text_blocks = nn.ModuleList(SelfAttentionBlock(width, config.heads) for _ in range(config.text_layers))
        self.text_norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(CrossAttentionBlock(width, config.heads) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)

    def forward(
        self, latent: Tensor, known: Tensor, attend: Tensor, position: Tensor, text: Tensor, text_mask: Tensor
    ) -> Tensor:
        b = latent.shape[0]
        place = self.position(torch.cat([sinusoidal(position[..., i], 64) for i in (0, 1)], dim=-1))
        given = known[..., None]
        x = self.from_latent(latent * given) * given + self.masked * (1 - given)
        x = x + self.part + place[:, :, None, :]
        if self.neighbourhood is not None:
            x = x + self.neighbourhood(latent * given, given)
        if self.sentence is not None:
            x = x + self.sentence(text, text_mask)[:, None, None]
        x = x.reshape(b, -1, self.width)

        words = self.from_text(text) * text_mask[..., None]
        # The learned "no text" token is always there: alone it means an empty prompt, beside words a resting place.
        words = torch.cat([words[:, :1] * 0 + self.no_text, words], dim=1)
        text_bias = key_bias(torch.cat([text_mask[:, :1] * 0 + 1, text_mask], dim=1))
        for text_block in self.text_blocks:
            words = text_block(words, text_bias)
        words = self.text_norm(words)

        bias = key_bias(attend.reshape(b, -1))
        for block in self.blocks:
            x = block(x, bias, words, text_bias)
        return self.norm(x).reshape(b, -1, self.parts, self.width)

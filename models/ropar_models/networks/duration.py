"""Predicts how long a described motion lasts, so that the user may leave the length out."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Duration(nn.Module):
    """Text token states -> mean and log deviation of the logarithm of the seconds, [B, 2].

    Durations are close to log-normal within one kind of action, hence the Gaussian in log time.
    """

    def __init__(self, text_width: int = 384, width: int = 128) -> None:
        super().__init__()
        self.value = nn.Linear(text_width, width)
        self.score = nn.Linear(text_width, 4)
        self.out = nn.Sequential(
            nn.GELU(approximate="tanh"), nn.Linear(4 * width, width), nn.GELU(approximate="tanh"), nn.Linear(width, 2)
        )

    def forward(self, text: Tensor, text_mask: Tensor) -> Tensor:
        weights = torch.softmax(self.score(text) + ((text_mask - 1.0) * 1e4)[..., None], dim=1)
        pooled = weights.transpose(1, 2) @ self.value(text)
        return self.out(pooled.reshape(text.shape[0], -1))

    def loss(self, text: Tensor, text_mask: Tensor, seconds: Tensor) -> Tensor:
        """Gaussian negative log-likelihood of log seconds [B]."""
        mean, log_deviation = self(text, text_mask).unbind(-1)
        log_deviation = log_deviation.clamp(-3.0, 1.0)
        return (0.5 * ((seconds.log() - mean) / log_deviation.exp()) ** 2 + log_deviation).mean()

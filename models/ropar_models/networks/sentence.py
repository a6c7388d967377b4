"""What all words say together, beside what each of them says."""

from __future__ import annotations

from torch import Tensor, nn


class Sentence(nn.Linear):
    """Token states [B, L, C] and mask [B, L] -> [B, W], of a sentence's mean state at unit scale; no words give 0.

    The mean over tokens is what the text encoder was trained to compare sentences by (Reimers and Gurevych 2019,
    "Sentence-BERT", section 3), so that words which no caption has stand where words of like meaning stand. It begins
    as 0: a transformer that was trained without goes on as it was.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, bias=False)
        nn.init.zeros_(self.weight)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1.0)
        return super().forward(mean / (mean.square().mean(-1, keepdim=True) + 1e-6).sqrt())

"""Which latents a checkpoint was trained on: transformer and decoder fit the P-VAE whose encoder they learned from.

Checkpoints from before that say nothing about it are taken as they are.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ..networks.pvae import Pvae


def codes_of(network: Pvae) -> str:
    """A hash of all that makes latents of features: the encoder, and the scales before and behind it."""
    digest = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        if name.split(".")[0] not in Pvae.DECODER:
            digest.update(name.encode() + weight.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def require_codes(state: dict[str, Any], codes: str | None, path: Path) -> None:
    """An error where a checkpoint was trained on other latents than these."""
    if state.get("codes", codes) != codes:
        raise ValueError(
            f"{path}: was trained on the latents of another pvae.pt than the one beside it; move {path.name} away and "
            "train it again, or bring the old pvae.pt back"
        )

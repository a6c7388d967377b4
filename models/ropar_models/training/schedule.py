"""Time-boxed training: a learning rate over elapsed minutes, an averaged copy, and checkpoints to resume from."""

from __future__ import annotations

import copy
import json
import math
import os
import random
import time
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


class Clock:
    """Elapsed training time over all runs of one checkpoint, in minutes."""

    def __init__(self, minutes: float, before: float = 0.0) -> None:
        self.minutes, self._before, self._start = minutes, before, time.monotonic()

    @property
    def elapsed(self) -> float:
        return self._before + (time.monotonic() - self._start) / 60

    @property
    def fraction(self) -> float:
        return min(self.elapsed / self.minutes, 1.0) if self.minutes > 0 else 1.0


def learning_rate(peak: float, step: int, fraction: float, warm_up: int = 100, cool_down: float = 0.4) -> float:
    """Linear warm-up by steps, flat, then a linear fall over the last `cool_down` of the time (Hagele et al. 2024)."""
    rise = min((step + 1) / warm_up, 1.0)
    fall = min((1.0 - fraction) / cool_down, 1.0)
    return peak * rise * max(fall, 0.02)


class Average(Generic[Module]):
    """Exponential moving average of a module's weights, with a short memory at the start."""

    def __init__(self, module: Module, decay: float = 0.999) -> None:
        self.module: Module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, module: Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        # Frozen weights are equal already; averaging would shake their last digits.
        trained = [
            (a, b) for a, b in zip(self.module.parameters(), module.parameters(), strict=True) if b.requires_grad
        ]
        mine: list[Tensor] = [a for a, _ in trained]
        theirs: list[Tensor] = [b for _, b in trained]
        torch._foreach_mul_(mine, decay)
        torch._foreach_add_(mine, theirs, alpha=1 - decay)
        for a, b in zip(self.module.buffers(), module.buffers(), strict=True):
            a.copy_(b)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write beside, then rename: a killed run leaves the old checkpoint or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    os.replace(beside, path)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    return torch.load(path, map_location="cpu", weights_only=False) if path.exists() else None


def require_checkpoint(path: Path, command: str) -> dict[str, Any]:
    """A checkpoint; an error that says which command makes it where it is not there."""
    state = load_checkpoint(path)
    if state is None:
        raise FileNotFoundError(f"{path}: no such checkpoint; run `ropar-models {command}` first")
    return state


def load_weights(module: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    """Fill the module with a checkpoint's weights; an error that names some where they are those of other networks."""
    mine = module.state_dict()
    other = sorted(mine.keys() ^ weights.keys()) + [
        name for name in mine if name in weights and mine[name].shape != weights[name].shape
    ]
    if other:
        some = ", ".join(other[:3]) + (" and more" if other[3:] else "")
        raise ValueError(
            f"{path}: was trained with another configuration ({some}); use it (--config), or another --run"
        )
    module.load_state_dict(weights)


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def _rounded(value: float) -> float | None:
    """Five digits; null for what JSON has no word for."""
    return round(value, 5) if math.isfinite(value) else None


class Log:
    """One JSON object a line, to the file and to the terminal."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", buffering=1)

    def __call__(self, **values: Any) -> None:
        line = json.dumps({k: _rounded(v) if isinstance(v, float) else v for k, v in values.items()}, allow_nan=False)
        self._file.write(line + "\n")
        print(line, flush=True)

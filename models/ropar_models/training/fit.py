"""The training loop that all networks share: time-boxed or step-boxed, resumable, on one process or many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .codes import require_codes
from .hardware import Hardware
from .loader import Source, generator_of, stream
from .schedule import (
    Average,
    Clock,
    Log,
    learning_rate,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    seed_everything,
)


@dataclass(frozen=True)
class Settings:
    """How one network is trained."""

    name: str
    seed: int
    learning_rate: float
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.98)
    warm_up: int = 100
    cool_down: float = 0.4
    decay: float = 0.999
    log_every: int = 50
    save_every: int = 400


class Objective(nn.Module):
    """A network with its loss: `forward(batch)` gives named scalars, of which `loss` is minimised."""

    network: nn.Module

    def forward(self, batch: Any) -> dict[str, Tensor]:
        raise NotImplementedError

    def at(self, share: float) -> None:
        """Told before every step which share of the budget is spent; a loss may change with it."""


def fit(
    objective: Objective,
    source: Source[Any],
    settings: Settings,
    out: Path,
    minutes: float,
    steps: int | None = None,
    hardware: Hardware | None = None,
    check: Callable[[nn.Module], dict[str, float]] | None = None,
    finish: Callable[[nn.Module, nn.Module], None] | None = None,
    codes: str | None = None,
) -> Path:
    """Train until `minutes` or `steps` are spent, resumed runs included; the checkpoint is `out/NAME.pt`.

    The learning rate follows whichever share of minutes or steps is further. `check` measures the averaged network
    now and then; `finish(averaged, trained)` may change both before the last checkpoint. `codes` names the latents that
    the network learns from or for (`codes.py`); a checkpoint of others is not gone on with.
    """
    hardware = hardware or Hardware()
    seed_everything(settings.seed)
    objective.to(hardware.device)
    network = objective.network
    path, step, before = out / f"{settings.name}.pt", 0, 0.0
    optimizer = torch.optim.AdamW(
        network.parameters(),
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        betas=settings.betas,
        fused=True,
    )
    average = Average(network, settings.decay)
    state = load_checkpoint(path)
    if state is not None:
        require_codes(state, codes, path)
        load_weights(network, state["network"], path)
        load_weights(average.module, state["average"], path)
        if "optimizer" in state:  # weights from a package come without
            optimizer.load_state_dict(state["optimizer"])
        step, before = state["step"], state["minutes"]
        if state.get("finished") and (before >= minutes or (steps is not None and step >= steps)):
            return path
    clock = Clock(minutes, before)
    log = Log(out / f"{settings.name}.jsonl") if hardware.first else None
    replica = hardware.replicate(objective)
    recent: dict[str, list[Tensor]] = {}

    def save(finished: bool = False) -> None:
        if hardware.first:
            save_checkpoint(
                path,
                {
                    "network": network.state_dict(),
                    "average": average.module.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "step": step,
                    "minutes": clock.elapsed,
                    "finished": finished,
                    **({} if codes is None else {"codes": codes}),
                },
            )

    def progress() -> float:
        """Share of the budget that is spent, as process 0 sees it."""
        by_steps = step / steps if steps else 0.0
        return hardware.agree([max(clock.fraction, by_steps)])[0]

    batches = stream(source, settings.seed, step, hardware)
    share = progress()
    while share < 1.0:
        batch = next(batches)
        torch.manual_seed(int(generator_of(settings.seed, hardware.rank, step).integers(2**62)))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(settings.learning_rate, step, share, settings.warm_up, settings.cool_down)
        objective.at(share)
        with hardware.autocast():
            terms = replica(batch)
        terms["loss"].backward()
        gradient = torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update(network, step)
        step += 1
        for key, value in {**terms, "gradient": gradient}.items():
            recent.setdefault(key, []).append(value.detach())
        if step % settings.log_every == 0 and log:
            means = {k: float(torch.stack(v).float().mean()) for k, v in recent.items()}
            recent.clear()
            log(step=step, minutes=clock.elapsed, **means)
            if not np.isfinite(means["loss"]):
                raise FloatingPointError(f"{path}: the loss is {means['loss']} at step {step}; lower the learning rate")
        elif step % settings.log_every == 0:
            recent.clear()
        if step % settings.save_every == 0:
            if check is not None and log:
                log(step=step, **check(average.module))
            save()
        # The clock is asked often on a slow machine and seldom where a step takes milliseconds.
        if hardware.device.type == "cpu" or step % 10 == 0 or (steps is not None and step >= steps):
            share = progress()
    if finish is not None:
        finish(average.module, network)
    if check is not None and log:
        log(step=step, final=True, **check(average.module))
    save(finished=True)
    hardware.wait()
    return path

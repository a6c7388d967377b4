"""Where training runs: one CPU, one GPU, or many processes started by `torchrun`, with one kind of arithmetic for all.

    torchrun --nproc-per-node 8 -m -- ropar_models train-mar ...

Without `--`, torchrun takes `--run` for an option of its own.

Every process draws its own batches; gradients are averaged over the processes (DistributedDataParallel), so the batch
of a configuration is the batch of one process. Process 0 alone keeps the clock, logs and writes checkpoints.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import torch
import torch.distributed as distributed
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

PRECISIONS = ("bf16", "fp32")


class HardwareError(Exception):
    """What was asked for is not there; the message says what to ask for instead."""


@dataclass(frozen=True)
class Hardware:
    """The device of this process, its arithmetic, and its place among the processes."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: str = "bf16"
    rank: int = 0
    world: int = 1
    workers: int = 0
    compile: bool = False

    @property
    def first(self) -> bool:
        """Whether this process logs and writes."""
        return self.rank == 0

    def autocast(self) -> AbstractContextManager[Any]:
        """Matrix products in bfloat16 where the precision says so; weights and optimiser stay in float32."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    def replicate(self, module: nn.Module) -> nn.Module:
        """The module with gradients averaged over all processes (itself where there is one), compiled if so wished."""
        if self.world > 1:
            devices = [self.device.index] if self.device.type == "cuda" else None
            module = DistributedDataParallel(module, device_ids=devices)
        # Lengths change from batch to batch; one set of kernels serves them all.
        return cast(nn.Module, torch.compile(module, dynamic=True)) if self.compile else module

    def agree(self, values: Sequence[float]) -> list[float]:
        """The values of process 0, for all."""
        if self.world == 1:
            return list(values)
        shared = torch.tensor(list(values), dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, 0)
        return shared.tolist()

    def wait(self) -> None:
        """Until every process has come here."""
        if self.world > 1:
            distributed.barrier()

    def move(self, batch: Any) -> Any:
        """Tensors, alone or in a tuple, on the device."""
        if isinstance(batch, Tensor):
            return batch.to(self.device, non_blocking=True)
        if isinstance(batch, tuple):
            fields = [self.move(v) for v in batch]
            return type(batch)(*fields) if hasattr(batch, "_fields") else type(batch)(fields)
        return batch


class Place(NamedTuple):
    """This process among those that `torchrun` started."""

    rank: int
    local: int
    world: int


def place() -> Place:
    """From the variables that `torchrun` sets; alone without them."""
    read = (
        os.environ.get(name, default) for name, default in (("RANK", "0"), ("LOCAL_RANK", "0"), ("WORLD_SIZE", "1"))
    )
    return Place(*(int(v) for v in read))


def open_hardware(
    device: str = "auto", precision: str = "bf16", workers: int | None = None, compile: bool = False
) -> Hardware:
    """`device` is auto, cpu or cuda. Joins the other processes where `torchrun` started several.

    `workers` prepare batches beside the training process; by default none on a CPU, and six for a GPU. `compile` has
    PyTorch fuse the networks' kernels, which takes a minute at the start and, on a CPU, a C++ compiler.
    """
    if precision not in PRECISIONS:
        raise HardwareError(f"precision {precision!r} is not known; choose {' or '.join(PRECISIONS)}")
    rank, local, world = place()
    if device == "cuda" and not torch.cuda.is_available():
        raise HardwareError("cuda was asked for, but PyTorch sees no GPU; choose --device cpu or auto")
    cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    chosen = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(chosen)
        torch.set_float32_matmul_precision("high")
    if world > 1 and not distributed.is_initialized():
        distributed.init_process_group("nccl" if cuda else "gloo")
    if workers is None:
        workers = min(6, max((os.cpu_count() or 1) // max(world, 1) - 1, 0)) if cuda else 0
    return Hardware(chosen, precision, rank, world, workers, compile)


def close_hardware() -> None:
    """Leaves the group of processes."""
    if distributed.is_initialized():
        distributed.destroy_process_group()

"""Batches by their step number: what step n sees depends on the seed, the process and n alone.

So a run that was cut and resumed sees exactly what an uncut run would have seen, and any number of worker processes
may prepare batches ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Protocol, TypeVar, cast

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from .hardware import Hardware

Batch = TypeVar("Batch", covariant=True)


class Source(Protocol[Batch]):
    """Makes the batch of a step from that step's random numbers."""

    def batch(self, generator: np.random.Generator) -> Batch: ...


def generator_of(seed: int, rank: int, step: int) -> np.random.Generator:
    """The random numbers of one step of one process."""
    return np.random.default_rng([seed, rank, step])


class _Indexed(Dataset):  # type: ignore[type-arg]
    def __init__(self, source: Source[object], seed: int, rank: int) -> None:
        self.source, self.seed, self.rank = source, seed, rank

    def __getitem__(self, step: int) -> object:
        return self.source.batch(generator_of(self.seed, self.rank, step))


class _From(Sampler):  # type: ignore[type-arg]
    def __init__(self, first: int) -> None:
        self.first = first

    def __iter__(self) -> Iterator[int]:
        return count(self.first)


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)


def stream(source: Source[Batch], seed: int, first: int, hardware: Hardware) -> Iterator[Batch]:
    """Endless batches from step `first` on, on the device."""
    indexed = _Indexed(source, seed, hardware.rank)
    if hardware.workers == 0:
        for step in count(first):
            yield cast(Batch, hardware.move(indexed[step]))
    loader = DataLoader(
        indexed,
        batch_size=None,
        sampler=_From(first),
        num_workers=hardware.workers,
        pin_memory=hardware.device.type == "cuda",
        prefetch_factor=4,
        worker_init_fn=_one_thread,
    )
    for batch in loader:
        yield cast(Batch, hardware.move(batch))

"""What the calls that make motion have in common: their settings and their progress."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from . import _abi
from ._numbers import counted, guidance_or_default, seeded

#: Called with the share that is done, 0 to 1; ``True`` cancels.
Progress = Callable[[float], "bool | None"]


def generate_options(
    *,
    seconds: float = 0.0,
    seed: int,
    guidance: float | None,
    iterations: int | None,
    steps: int | None,
    plant_feet: bool = True,
) -> Any:
    """The struct for a call that generates; ``None`` is the package's default, and so is 0 seconds."""
    return _abi.GenerateOptions(
        seconds=seconds,
        seed=seeded(seed),
        guidance=guidance_or_default(guidance),
        iterations=counted(iterations, "iterations"),
        steps=counted(steps, "steps"),
        keep_feet=not plant_feet,
    )


@contextlib.contextmanager
def reporting(options: Any, report: Callable[[float], bool]) -> Iterator[None]:
    """Puts ``report`` into options for the length of a call."""

    def called(share: float, _user: Any) -> int:
        return int(report(share))

    keep = options.progress = _abi.PROGRESS(called)
    yield
    del keep

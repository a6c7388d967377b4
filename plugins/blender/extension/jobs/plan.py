# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job consists of: plan, read, work, apply.

- ``plan(context)`` of the operator reads what is needed from Blender and changes nothing. Main thread.
- ``Plan.read()`` reads what takes longer, such as poses that Blender has to work out first. Main thread; it yields
  whenever it has taken so long that the viewport should be drawn.
- ``Plan.work(report)`` makes the motion. On a thread; touches no Blender data.
- ``Plan.apply(context, result)`` writes it into the file. Main thread. It yields whenever it has taken so long that the
  viewport should be drawn (see `Pace`); anything may have happened when it goes on. Where it fails or is
  closed it takes back what it did.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from .job import Report


@dataclass
class Applied:
    """What came of a job, for the info log."""

    message: str
    warnings: tuple[str, ...] = ()


class Plan:
    """A job that is ready to run. See the module."""

    title = ""

    def read(self) -> Generator[None, None, None]:
        yield from ()

    def work(self, report: Report) -> Any:
        raise NotImplementedError

    def apply(self, context, result: Any) -> Generator[None, None, Applied]:
        raise NotImplementedError

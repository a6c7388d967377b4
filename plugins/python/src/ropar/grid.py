"""Token grids: which cells of a motion are given, and which are to be made."""

from __future__ import annotations

import ctypes
import enum
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import _abi, _arrays
from ._library import Handle, call, encoded, make
from ._numbers import number_of, positive
from ._options import Progress, generate_options, reporting
from .errors import InputError
from .job import Job, Report, wait_here
from .motion import Motion

if TYPE_CHECKING:
    from ._arrays import ArrayLike, Bytes, Floats
    from .engine import Engine

__all__ = ["CellState", "TokenGrid"]


class CellState(enum.IntEnum):
    """What may be done with a cell."""

    MASKED = _abi.CELL_MASKED
    """To be made."""
    KNOWN = _abi.CELL_KNOWN
    """Given: the others look at it, and it stays as it is."""
    NOISY = _abi.CELL_NOISY
    """Not credible: neither looked at nor made."""
    PADDING = _abi.CELL_PADDING
    """Outside of the clip."""


class TokenGrid:
    """A motion as a grid of time x body part, the form in which the networks see it.

    A cell covers :attr:`frames_per_token` frames of one part and has a latent and a :class:`CellState`. Repair,
    in-betweening, extending and looping are patterns of states::

        grid = engine.encode(clip)  # all known; noisy where the clip's confidences are low
        grid.mark(ropar.CellState.MASKED, start=1.0, end=2.0)
        between = grid.fill("a person turns around", seed=3)

    The latents of known cells never change. Encoding and decoding lose a little, so the motion of known cells is close
    to the clip and not equal to it; :meth:`Engine.redo` keeps it bit for bit.

    A grid belongs to its engine. It may be used from any thread, by one at a time.
    """

    def __init__(self, engine: Engine, handle: Handle) -> None:
        """Not called directly: grids come from :meth:`Engine.encode` and :meth:`Engine.new_grid`."""
        self._engine = engine
        self._handle = handle
        found = self._describe()
        self.parts: tuple[str, ...] = tuple(engine.parts)
        """The columns."""
        self.tokens = int(found.tokens)
        """Number of rows."""
        self.frames = int(found.frames)
        """Frames of the decoded motion."""
        self.frame_rate = float(found.frame_rate)
        """Frames per second of the decoded motion."""
        self.frames_per_token = int(found.frames_per_token)
        """Frames that a cell covers."""
        self.latent_size = int(found.latent_size)
        """Numbers per cell."""

    @property
    def seconds(self) -> float:
        """Length of the decoded motion."""
        return self.frames / self.frame_rate

    @property
    def masked_cells(self) -> int:
        """How many cells are to be made."""
        return int(self._describe().masked)

    @property
    def states(self) -> Bytes:
        """State of every cell, numbers of :class:`CellState`: (tokens, parts). A copy."""
        shape = self.tokens, len(self.parts)
        memory = (ctypes.c_uint8 * math.prod(shape))()
        call("ropar_grid_copy", self._handle.value, None, 0, memory, len(memory))
        return _arrays.octets(memory, shape)

    @property
    def latents(self) -> Floats:
        """Latent of every cell: (tokens, parts, latent_size). A copy."""
        shape = self.tokens, len(self.parts), self.latent_size
        memory = (ctypes.c_float * math.prod(shape))()
        call("ropar_grid_copy", self._handle.value, memory, len(memory), None, 0)
        return _arrays.floats(memory, shape)

    def mark(
        self,
        state: CellState,
        parts: str | Iterable[str] | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> None:
        """Gives cells a state.

        Args:
            state: what shall be done with them.
            parts: one or more of :attr:`parts`; ``None``: all.
            start: second from which on; ``None``: the start of the clip.
            end: second up to which; ``None``: the end of the clip. Every cell that the span touches is marked.

        Raises:
            InputError: an unknown part or state, or a span outside of the clip.
        """
        first, last = self._span(start, end)
        columns = [self._column(part) for part in self._named(parts)]
        number = _state(state)
        for column in columns:
            call("ropar_grid_set_states", self._handle.value, column, first, last - first, number)

    def set_cells(self, *, latents: ArrayLike | None = None, states: ArrayLike | None = None) -> None:
        """Replaces all latents (tokens, parts, latent_size), all states (tokens, parts), or both.

        Raises:
            InputError: a shape that does not fit, a latent that is not finite, a number that is no state. Nothing is
                changed then.
        """
        shape = self.tokens, len(self.parts)
        numbers = values = None
        if states is not None:
            memory, _ = _arrays.into(states, "d", shape, "states")
            numbers = (ctypes.c_uint8 * len(memory))(*(_state(number) for number in memory))
        if latents is not None:
            values, _ = _arrays.into(latents, "f", (*shape, self.latent_size), "latents")
        call("ropar_grid_set_cells", self._handle.value, 0, math.prod(shape), values, numbers)

    def fill(
        self,
        prompt: str,
        *,
        seed: int = 0,
        guidance: float | None = None,
        iterations: int | None = None,
        steps: int | None = None,
        progress: Progress | None = None,
    ) -> Motion:
        """Makes the masked cells, which are known afterwards, and answers the motion of the whole grid.

        Known cells stay bit for bit, noisy ones are left alone. Where it fails or is cancelled, the grid stays as it
        was. Arguments and errors as of :meth:`Engine.generate`.
        """
        job = self.start_fill(prompt, seed=seed, guidance=guidance, iterations=iterations, steps=steps)
        return wait_here(job, progress)

    def start_fill(
        self,
        prompt: str,
        *,
        seed: int = 0,
        guidance: float | None = None,
        iterations: int | None = None,
        steps: int | None = None,
        progress: Progress | None = None,
    ) -> Job[Motion]:
        """As :meth:`fill`, in the background; ``progress`` is called on the job's thread.

        The cells that it works on are those of the moment at which it begins; leave the grid alone until it is done.
        """
        words = encoded(prompt, "prompt")
        options = generate_options(seed=seed, guidance=guidance, iterations=iterations, steps=steps)

        def work(engine: Handle, report: Report) -> Motion:
            with reporting(options, report):
                call("ropar_grid_fill", engine.value, self._handle.value, words, ctypes.byref(options))
            return self._decoded(engine)

        return self._engine._start(work, progress)

    def decode(self) -> Motion:
        """The motion of the grid, at :attr:`frame_rate`; what is masked or noisy is whatever its latent says.

        Takes milliseconds.

        Raises:
            InputError: the engine is closed.
        """
        return self._decoded(self._engine._open())

    def __repr__(self) -> str:
        return f"<ropar.TokenGrid {self.tokens} tokens x {len(self.parts)} parts, {self.masked_cells} masked>"

    def _decoded(self, engine: Handle) -> Motion:
        return Motion(make("ropar_motion_free", "ropar_grid_decode", engine.value, self._handle.value))

    def _describe(self) -> _abi.GridDescription:
        found = _abi.GridDescription()
        call("ropar_grid_describe", self._handle.value, ctypes.byref(found))
        return found

    def _named(self, parts: str | Iterable[str] | None) -> Iterable[str]:
        if parts is None:
            return self.parts
        return [parts] if isinstance(parts, str) else parts

    def _column(self, part: str) -> int:
        if part not in self.parts:
            raise InputError(f"there is no part {part!r}", f"name some of {', '.join(self.parts)}")
        return self.parts.index(part)

    def _span(self, start: float | None, end: float | None) -> tuple[int, int]:
        """The rows that a span of seconds touches: the first, and the one after the last."""
        first = 0.0 if start is None else number_of(start, "start")
        last = self.seconds if end is None else positive(end, "end")
        if not 0.0 <= first < last <= self.seconds + 1e-6:
            raise InputError(
                f"{first:g} to {last:g} s is no span of the clip", f"choose 0 <= start < end <= {self.seconds:g}"
            )
        rows_per_second = self.frame_rate / self.frames_per_token
        # A border that lies on one of a cell's, but for rounding, does not touch the next cell.
        return (
            min(math.floor(first * rows_per_second + 1e-6), self.tokens - 1),
            min(math.ceil(last * rows_per_second - 1e-6), self.tokens),
        )


def encode(engine: Engine, motion: Motion, threshold: float | None) -> TokenGrid:
    """What :meth:`Engine.encode` does."""
    least = positive(threshold, "threshold")
    handle = make("ropar_grid_free", "ropar_grid_encode", engine._open().value, motion._handle.value, least)
    return TokenGrid(engine, handle)


def new(engine: Engine, seconds: float) -> TokenGrid:
    """What :meth:`Engine.new_grid` does."""
    length = number_of(seconds, "seconds")
    if not 0.0 < length <= 1e6:
        raise InputError(f"a length of {length:g} s is out of range", f"choose {engine._range()}")
    frames = max(round(length * engine.frame_rate), 1)
    return TokenGrid(engine, make("ropar_grid_free", "ropar_grid_new", engine._open().value, frames))


def _state(value: Any) -> int:
    try:
        return int(CellState(value))
    except ValueError:
        raise InputError(f"{value!r} is no state of a cell", "give a ropar.CellState") from None

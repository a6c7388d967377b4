"""Arrays written row block by row block, so that a corpus never has to fit in memory."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

# The header of a .npy file is written first and again at the end, with the rows counted, in the same space.
_HEADER = 128


class ArrayWriter:
    """Appends rows to a `.npy` file of one type and width. The file appears under its name when the writer is left
    without an error; a killed run leaves what was there before."""

    def __init__(self, path: Path, columns: int, kind: Any) -> None:
        self.path, self.columns, self.kind, self.rows = path, columns, np.dtype(kind), 0
        self._beside = path.with_name(path.name + ".part")
        self._file = self._beside.open("wb")
        self._file.write(self._header())

    def _header(self) -> bytes:
        text = f"{{'descr': {self.kind.str!r}, 'fortran_order': False, 'shape': ({self.rows}, {self.columns}), }}"
        magic = b"\x93NUMPY\x01\x00"
        room = _HEADER - len(magic) - 2
        return magic + room.to_bytes(2, "little") + text.ljust(room - 1).encode() + b"\n"

    def append(self, block: np.ndarray) -> int:
        """Add rows [n, columns]; returns the number of the first."""
        if block.ndim != 2 or block.shape[1] != self.columns:
            raise ValueError(f"{self.path}: rows of shape {block.shape}; expected [n, {self.columns}]")
        first = self.rows
        self._file.write(np.ascontiguousarray(block, self.kind).tobytes())
        self.rows += len(block)
        return first

    def __enter__(self) -> ArrayWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._file.seek(0)
            self._file.write(self._header())
        self._file.close()
        if kind is None:
            os.replace(self._beside, self.path)
        else:
            self._beside.unlink(missing_ok=True)

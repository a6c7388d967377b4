"""Files of a corpus, read so that every error names the file and what to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class CorpusError(Exception):
    """A corpus that cannot be read; the message names the file and what to change."""


def read_lines(path: Path) -> list[str]:
    """Lines of a text in UTF-8 (with or without a mark at its beginning)."""
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: is no text in UTF-8 ({error}); save it as UTF-8") from None


def read_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file."""
    try:
        found = np.load(path)
    except (ValueError, EOFError) as error:
        raise CorpusError(f"{path}: is no array of numpy ({error})") from None
    if not isinstance(found, np.ndarray):
        raise CorpusError(f"{path}: holds several arrays; one is expected")
    return found


def read_confidence(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """Confidence [T, 22] in 0..1 of a clip; None where the file is not there."""
    if not path.exists():
        return None
    found = read_array(path)
    if found.shape != shape:
        raise CorpusError(f"{path}: has shape {found.shape}, but the clip has {shape} frames x joints")
    if not (np.issubdtype(found.dtype, np.number) or found.dtype == bool):
        raise CorpusError(f"{path}: holds {found.dtype}; confidence is a number from 0 to 1")
    # As written, so that not a number is out of range too.
    outside = ~((found >= 0) & (found <= 1))
    if outside.any():
        frame, joint = np.argwhere(outside)[0]
        raise CorpusError(f"{path}: is {found[frame, joint]} in frame {frame}, joint {joint}; expected 0 to 1")
    return found.astype(np.float32)

"""Scene files of any origin."""

from __future__ import annotations

import ctypes
import os
from typing import Any

from . import _abi
from ._library import encoded, encoded_or_none, take_json
from ._numbers import number_of, positive

__all__ = ["convert_file", "inspect_file"]


def inspect_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a scene file holds, as ``ropar inspect --json`` prints it: format, rig, rest pose, meshes, takes, problems.

    Raises:
        InputError: no such file, or one that cannot be read.
    """
    found: dict[str, Any] = take_json("ropar_file_inspect", encoded(path, "path"))
    return found


def convert_file(
    input_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    *,
    take: str | None = None,
    fps: float | None = None,
    start: float | None = None,
    end: float | None = None,
    metres_per_unit: float | None = None,
) -> list[str]:
    """Writes the joints and animation of a scene file as another format, by extension.

    Args:
        input_path: the file to read.
        output_path: the file to write.
        take: the only take to write; ``None``: all, or the first where the format holds one.
        fps: rate of the file; ``None``: the input's.
        start: first second to write.
        end: last second to write.
        metres_per_unit: metres in one unit of a BVH file, which does not say; ``None``: guessed by the skeleton's size.

    Returns:
        What the user should know, in sentences.

    Raises:
        InputError: a file that cannot be read, or options that do not fit it.
        OutputError: the output cannot be written.
    """
    options = _abi.ConvertOptions(
        take=encoded_or_none(take, "take"),
        fps=positive(fps, "fps"),
        start=0.0 if start is None else number_of(start, "start"),
        end=positive(end, "end"),
        metres_per_unit=positive(metres_per_unit, "metres_per_unit"),
    )
    paths = encoded(input_path, "input_path"), encoded(output_path, "output_path")
    warnings: list[str] = take_json("ropar_file_convert", *paths, ctypes.byref(options))
    return warnings

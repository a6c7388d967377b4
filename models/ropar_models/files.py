"""Files written in one step, and JSON that every reader takes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_beside(path: Path, text: str) -> None:
    """Write a file in one step: a killed run leaves the old file or the new one."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, "utf-8")
    os.replace(beside, path)


def write_json(path: Path, value: Any, indent: int | None = 1) -> None:
    """Write JSON in one step. NaN and infinity are no JSON, and the program that reads manifests refuses them."""
    try:
        text = json.dumps(value, indent=indent, allow_nan=False)
    except ValueError as error:
        raise ValueError(f"{path}: {error}; what has no value is written as null") from None
    write_beside(path, text + "\n")

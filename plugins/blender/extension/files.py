# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the user's extension folder: whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Puts `text` in place of what the file holds.

    Raises:
        OSError: it cannot be written; the file is as it was, and nothing lies beside it.
    """
    beside = file.with_suffix(".new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise

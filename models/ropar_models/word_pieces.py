"""Which word pieces of the text encoder's vocabulary are shipped: prompts are English.

A BERT vocabulary of 30,522 pieces holds a thousand placeholders that no text gives and 1,900 pieces of other scripts.
Their rows are a tenth of the word table. The tokenizer keeps them, so that ids are those of the original; in the
graph they share the row of the unknown word.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNKNOWN = "[UNK]"
# What word processors make of quotes, dashes and dots, and what stands in measures.
KEPT_SIGNS = frozenset("‘’“”–—…°×½¼")  # noqa: RUF001 - these are meant


def shipped(piece: str) -> bool:
    """Whether a piece can come from an English prompt."""
    return not piece.startswith("[unused") and all(c.isascii() or c in KEPT_SIGNS for c in piece)


def rows_of_ids(tokenizer: Path) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """The row of every id in the shortened word table [ids], and the ids whose rows it has, in order [rows]."""
    vocabulary: dict[str, int] = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    kept = np.array(sorted(i for piece, i in vocabulary.items() if shipped(piece)), np.int64)
    rows = np.full(max(vocabulary.values()) + 1, np.searchsorted(kept, vocabulary[UNKNOWN]), np.int16)
    rows[kept] = np.arange(len(kept), dtype=np.int16)
    return rows, kept

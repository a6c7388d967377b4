"""The encoder's tokenizer as packages hold it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def write_tokenizer(source: Path, target: Path) -> None:
    """Copies the tokenizer without its fixed padding to, and silent truncation at, 128 tokens.

    The runtime pads to the longest prompt of a batch and answers an over-long prompt with an error.
    """
    document = json.loads(source.read_text(encoding="utf-8"))
    document["padding"] = None
    document["truncation"] = None
    target.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def tokenise(tokenizer: Path, sentences: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Ids and mask [B, L] of a batch, padded to its longest sentence."""
    from tokenizers import Tokenizer

    encoder = Tokenizer.from_file(str(tokenizer))
    encoder.enable_padding(pad_id=0, pad_token="[PAD]")
    encodings = encoder.encode_batch(list(sentences))
    ids = np.array([encoding.ids for encoding in encodings], np.int64)
    return ids, np.array([encoding.attention_mask for encoding in encodings], np.int64)

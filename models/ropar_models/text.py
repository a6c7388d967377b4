"""Prompts -> token states, through the shipped ONNX text encoder (so that its rounding is trained around)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

STATE_WIDTH = 384


def require_encoder(folder: Path) -> None:
    """An error that names what is missing, before hours are spent on what needs it in the end."""
    for name in ("text_encoder.onnx", "tokenizer.json"):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{folder / name}: is missing; name the folder of a model package with --text-encoder"
            )


class TextEncoder:
    """`folder` holds text_encoder.onnx and tokenizer.json. Calling gives states [B, L, 384] and a mask [B, L]."""

    def __init__(self, folder: Path, max_tokens: int = 64) -> None:
        require_encoder(folder)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_tokens)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self.session = onnxruntime.InferenceSession(
            str(folder / "text_encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, prompts: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        encoded = [self.tokenizer.encode(p).ids for p in prompts]
        longest = max(len(e) for e in encoded)
        ids = np.zeros((len(encoded), longest), np.int64)
        mask = np.zeros((len(encoded), longest), np.int64)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        (states,) = self.session.run(["token_states"], {"input_ids": ids, "attention_mask": mask})
        return states, mask.astype(np.float32)

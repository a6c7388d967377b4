"""Writes the goldens of the text tests from implementations that share no code with the Rust side.

    python core/tests/data/make_text_goldens.py

Token ids come from the Python `tokenizers` package reading the original tokenizer; token states come from
the plain torch reference with the weights rounded as the exported graph stores them.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "models"))

from ropar_models.export.text_encoder.graph import quantise_symmetric  # noqa: E402
from ropar_models.export.text_encoder.reference import reference_token_states  # noqa: E402
from ropar_models.export.text_encoder.sizes import pretrained_folder  # noqa: E402

PROMPTS = (
    "a person waves with the left hand",
    'She says "hello" with her LEFT hand, then bows -- slowly!',
    "kick",
    "a man does a grand jeté",
    "he walks 3 m, turns 90° and sits down",
    "an unbelievably antidisestablishmentarian shuffle-hop",
    "T-pose",
)
# Prompts whose states are kept as well, and how many values of each token.
STATE_PROMPTS = 3
STATE_VALUES = 16


def main() -> None:
    source = pretrained_folder()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    weights = load_file(source / "model.safetensors")
    for name, value in weights.items():
        if name == "embeddings.word_embeddings.weight" or (value.ndim == 2 and name.startswith("encoder")):
            rounded, scale = quantise_symmetric(value, axis=1)
        else:
            continue
        weights[name] = rounded.astype(np.float32) * scale
    goldens = []
    for index, prompt in enumerate(PROMPTS):
        ids = tokenizer.encode(prompt).ids
        golden: dict[str, object] = {"prompt": prompt, "ids": ids}
        if index < STATE_PROMPTS:
            batch = np.array([ids], np.int64)
            states = reference_token_states(weights, batch, np.ones_like(batch))[0]
            golden["states"] = [[round(float(v), 7) for v in token[:STATE_VALUES]] for token in states]
            golden["largest"] = round(float(np.abs(states).max()), 7)
        goldens.append(golden)
    (HERE / "text_goldens.json").write_text(json.dumps(goldens, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

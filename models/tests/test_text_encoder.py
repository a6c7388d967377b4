"""The text encoder's graph against plain PyTorch, with weights made here."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from ropar_models.export.text_encoder.graph import STORAGES, build_graph
from ropar_models.export.text_encoder.reference import reference_token_states
from ropar_models.export.text_encoder.sizes import LAYERS, WIDTH, Weights
from ropar_models.export.text_encoder.tokenizer import tokenise

SHIPPED = Path(__file__).parents[1] / "pretrained/ropar-base"
VOCABULARY = 50


def made_weights() -> Weights:
    generator = np.random.default_rng(0)

    def normal(*shape: int, size: float = 0.05) -> np.ndarray:
        return (size * generator.normal(size=shape)).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": normal(VOCABULARY, WIDTH),
        "embeddings.position_embeddings.weight": normal(128, WIDTH),
        "embeddings.token_type_embeddings.weight": normal(2, WIDTH),
    }
    norms = ["embeddings"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        norms += [f"{name}.attention.output", f"{name}.output"]
        linears = {f"{name}.attention.self.{role}": (WIDTH, WIDTH) for role in ("query", "key", "value")}
        linears |= {f"{name}.attention.output.dense": (WIDTH, WIDTH)}
        linears |= {f"{name}.intermediate.dense": (4 * WIDTH, WIDTH), f"{name}.output.dense": (WIDTH, 4 * WIDTH)}
        for linear, shape in linears.items():
            weights[f"{linear}.weight"], weights[f"{linear}.bias"] = normal(*shape), normal(shape[0])
    for norm in norms:
        weights[f"{norm}.LayerNorm.weight"] = 1 + normal(WIDTH)
        weights[f"{norm}.LayerNorm.bias"] = normal(WIDTH)
    return weights


@pytest.mark.parametrize("storage", STORAGES)
def test_the_graph_is_the_reference(storage: str) -> None:
    weights = made_weights()
    every = np.arange(VOCABULARY)
    model = build_graph(weights, storage, (every.astype(np.int16), every)).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(1).integers(0, VOCABULARY, (2, 9))
    mask = np.ones_like(ids)
    mask[1, 6:] = 0
    (found,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
    wanted = reference_token_states(weights, ids, mask)
    kept = mask.astype(bool)
    tolerance = {"float32": 1e-4, "float16": 5e-3, "int8": 0.1}[storage]
    assert np.abs(found - wanted)[kept].max() < tolerance * np.abs(wanted).max()


def test_sentences_are_padded_to_the_longest() -> None:
    ids, mask = tokenise(SHIPPED / "tokenizer.json", ("a person walks", "kick"))
    assert ids.shape == mask.shape == (2, 5) and mask.sum(1).tolist() == [5, 3]
    assert ids[:, 0].tolist() == [101, 101] and ids[1, 2:].tolist() == [102, 0, 0]  # [CLS], [SEP] and padding of BERT

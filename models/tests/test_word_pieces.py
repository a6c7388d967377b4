"""The rows of the word table that are shipped, on the shipped tokenizer and graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from ropar_models.word_pieces import rows_of_ids
from tokenizers import Tokenizer

PACKAGE = Path(__file__).resolve().parents[1] / "pretrained" / "ropar-base"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(PACKAGE / "tokenizer.json"))


def test_english_keeps_its_rows_and_the_rest_is_unknown(tokenizer: Tokenizer) -> None:
    rows, kept = rows_of_ids(PACKAGE / "tokenizer.json")
    unknown = tokenizer.token_to_id("[UNK]")
    english = tokenizer.encode("She’s waving – “hello!” – at 90°, then kicks & cartwheels… a grand jeté").ids  # noqa: RUF001
    assert unknown not in english
    assert kept[rows[english]].tolist() == english
    for piece in ("[unused7]", "か", "##ж", "ᄀ"):
        assert kept[rows[tokenizer.token_to_id(piece)]] == unknown, piece
    assert len(rows) == tokenizer.get_vocab_size() and len(kept) == len(set(kept.tolist()))


def test_the_shipped_graph_has_these_rows() -> None:
    rows, kept = rows_of_ids(PACKAGE / "tokenizer.json")
    graph = onnx.load(PACKAGE / "text_encoder.onnx").graph
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer if t.name.startswith("words.")}
    assert np.array_equal(stored["words.row_of_id"], rows)
    assert stored["words.int8"].shape == (len(kept), 384)

"""The encoder as an ONNX graph with opset 17 operators.

The graph is written node by node instead of being traced, for three reasons: it needs only opset 17 operators
that both inference backends have, the weights can be stored in 8 bits and widened inside the graph, and its
bytes are reproducible.

Weight storage:

* `int8` (shipped): symmetric, one scale per output channel of a matrix and per row of the word table. The
  arithmetic stays in float32, so every backend computes the same function; only the weights are rounded.
* `float16`: half the size of the original, practically exact.
* `float32`: the original weights, the reference for the two others.

Rows of the word table that no English prompt asks for are left out (`word_pieces.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .sizes import EPSILON, HEAD_WIDTH, HEADS, LAYERS, MAX_TOKENS, WIDTH, Weights

OPSET = 17
# Added to the attention scores of padding: exp(-1e4) is exactly 0 in float32.
MASKED_SCORE = -1.0e4
STORAGES = ("int8", "float16", "float32")


def quantise_symmetric(matrix: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Rounds `matrix` to int8, with one float32 scale for all values along `axis`."""
    scale = np.abs(matrix).max(axis=axis, keepdims=True).astype(np.float32) / np.float32(127.0)
    scale = np.where(scale == 0.0, np.float32(1.0), scale)
    return np.clip(np.rint(matrix / scale), -127, 127).astype(np.int8), scale


@dataclass
class GraphBuilder:
    """Collects nodes and initialisers; every method that adds a node answers the name of its output."""

    storage: str
    nodes: list[onnx.NodeProto]
    initialisers: list[onnx.TensorProto]

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def weight(self, name: str, value: np.ndarray) -> str:
        """A matrix [in, out] in the chosen storage, as a float32 value of the graph."""
        if self.storage == "int8":
            rounded, scale = quantise_symmetric(value, axis=0)
            # Cast and Mul rather than DequantizeLinear: both backends fold the pair when they load.
            widened = self.node("Cast", [self.constant(f"{name}.int8", rounded)], f"{name}.cast", to=TensorProto.FLOAT)
            return self.node("Mul", [widened, self.constant(f"{name}.scale", scale)], name)
        if self.storage == "float16":
            stored = self.constant(f"{name}.float16", value.astype(np.float16))
            return self.node("Cast", [stored], name, to=TensorProto.FLOAT)
        return self.constant(name, value)

    def rows(self, table: str, value: np.ndarray, indices: str) -> str:
        """Rows of a table [rows, width], widened after they are gathered: the table stays small in memory."""
        if self.storage == "float32":
            return self.node("Gather", [self.constant(table, value), indices], f"{table}.rows")
        if self.storage == "float16":
            stored = self.constant(f"{table}.float16", value.astype(np.float16))
            gathered = self.node("Gather", [stored, indices], f"{table}.gathered")
            return self.node("Cast", [gathered], f"{table}.rows", to=TensorProto.FLOAT)
        rounded, scale = quantise_symmetric(value, axis=1)
        gathered = self.node("Gather", [self.constant(f"{table}.int8", rounded), indices], f"{table}.gathered")
        widened = self.node("Cast", [gathered], f"{table}.cast", to=TensorProto.FLOAT)
        scales = self.node("Gather", [self.constant(f"{table}.scale", scale), indices], f"{table}.scales")
        return self.node("Mul", [widened, scales], f"{table}.rows")

    def linear(self, x: str, name: str, weights: Weights) -> str:
        matrix = self.weight(f"{name}.weight", weights[f"{name}.weight"].T)
        product = self.node("MatMul", [x, matrix], f"{name}.product")
        return self.node("Add", [product, self.constant(f"{name}.bias", weights[f"{name}.bias"])], f"{name}.out")

    def normalise(self, x: str, name: str, weights: Weights) -> str:
        scale = self.constant(f"{name}.LayerNorm.weight", weights[f"{name}.LayerNorm.weight"])
        bias = self.constant(f"{name}.LayerNorm.bias", weights[f"{name}.LayerNorm.bias"])
        return self.node("LayerNormalization", [x, scale, bias], f"{name}.normalised", axis=-1, epsilon=EPSILON)

    def gelu(self, x: str, name: str) -> str:
        """x * (1 + erf(x / sqrt 2)) / 2, the exact form that BERT was trained with."""
        scaled = self.node("Mul", [x, "gelu.inverse_sqrt_2"], f"{name}.scaled")
        error = self.node("Erf", [scaled], f"{name}.erf")
        gate = self.node("Add", [error, "gelu.one"], f"{name}.gate")
        gated = self.node("Mul", [x, gate], f"{name}.gated")
        return self.node("Mul", [gated, "gelu.half"], f"{name}.gelu")


def build_graph(weights: Weights, storage: str, pieces: tuple[np.ndarray, np.ndarray]) -> onnx.ModelProto:
    """The whole encoder as an ONNX model with its weights in `storage` (one of `STORAGES`).

    `pieces`: the row of every id in the word table, and the ids of its rows; see `rows_of_ids`."""
    graph = GraphBuilder(storage, [], [])
    graph.constant("gelu.inverse_sqrt_2", np.array(1.0 / np.sqrt(2.0), np.float32))
    graph.constant("gelu.one", np.array(1.0, np.float32))
    graph.constant("gelu.half", np.array(0.5, np.float32))
    graph.constant("split_shape", np.array([0, 0, HEADS, HEAD_WIDTH], np.int64))
    graph.constant("merge_shape", np.array([0, 0, WIDTH], np.int64))

    # Padding scores [B, 1, 1, L]: 0 for tokens, MASKED_SCORE for padding.
    mask = graph.node("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    padding = graph.node("Sub", [graph.constant("mask.one", np.array(1.0, np.float32)), mask], "mask.padding")
    scores = graph.node("Mul", [padding, graph.constant("mask.score", np.array(MASKED_SCORE, np.float32))], "mask.mul")
    axes = graph.constant("mask.axes", np.array([1, 2], np.int64))
    padding_scores = graph.node("Unsqueeze", [scores, axes], "mask.scores")

    # Every prompt is a single segment, so the segment embedding is a constant that joins the positions.
    positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
    table = graph.constant("positions.table", positions)
    shape = graph.node("Shape", ["input_ids"], "positions.shape")
    start, end = (graph.constant(f"positions.{n}", np.array([i], np.int64)) for n, i in (("one", 1), ("two", 2)))
    length = graph.node("Slice", [shape, start, end], "positions.length")
    zero = graph.constant("positions.zero", np.array([0], np.int64))
    position_rows = graph.node("Slice", [table, zero, length, zero], "positions.rows")

    rows, kept = pieces
    row = graph.node("Gather", [graph.constant("words.row_of_id", rows), "input_ids"], "words.row.short")
    row = graph.node("Cast", [row], "words.row", to=TensorProto.INT64)
    words = graph.rows("words", weights["embeddings.word_embeddings.weight"][kept], row)
    x = graph.normalise(graph.node("Add", [words, position_rows], "embeddings.sum"), "embeddings", weights)

    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        heads = {}
        for role, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            projected = graph.linear(x, f"{name}.attention.self.{role}", weights)
            split = graph.node("Reshape", [projected, "split_shape"], f"{name}.{role}.split")
            heads[role] = graph.node("Transpose", [split], f"{name}.{role}.heads", perm=order)
        score = graph.node("MatMul", [heads["query"], heads["key"]], f"{name}.score")
        factor = graph.constant(f"{name}.factor", np.array(HEAD_WIDTH**-0.5, np.float32))
        score = graph.node("Mul", [score, factor], f"{name}.score.scaled")
        score = graph.node("Add", [score, padding_scores], f"{name}.score.masked")
        share = graph.node("Softmax", [score], f"{name}.share", axis=-1)
        attended = graph.node("MatMul", [share, heads["value"]], f"{name}.attended")
        attended = graph.node("Transpose", [attended], f"{name}.attended.rows", perm=[0, 2, 1, 3])
        attended = graph.node("Reshape", [attended, "merge_shape"], f"{name}.attended.merged")
        attended = graph.linear(attended, f"{name}.attention.output.dense", weights)
        x = graph.node("Add", [x, attended], f"{name}.attention.residual")
        x = graph.normalise(x, f"{name}.attention.output", weights)
        inner = graph.gelu(graph.linear(x, f"{name}.intermediate.dense", weights), name)
        outer = graph.linear(inner, f"{name}.output.dense", weights)
        x = graph.node("Add", [x, outer], f"{name}.output.residual")
        x = graph.normalise(x, f"{name}.output", weights)

    graph.nodes[-1].output[0] = "token_states"
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"]),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"]),
            ],
            [helper.make_tensor_value_info("token_states", TensorProto.FLOAT, ["batch", "tokens", WIDTH])],
            graph.initialisers,
        ),
        producer_name="ropar",
        ir_version=8,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    onnx.checker.check_model(model)
    return model

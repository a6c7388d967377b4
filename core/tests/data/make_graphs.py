"""Writes the small graphs of the runtime tests.

python core/tests/data/make_graphs.py
"""

from pathlib import Path

from onnx import TensorProto, helper, save

HERE = Path(__file__).parent


def main() -> None:
    """`scaled_sum.onnx`: total[B, 1] = sum over the 3 columns of values[B, 3], times times[B, 1]."""
    nodes = [
        helper.make_node("Cast", ["times"], ["times_float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["values", "axes"], ["sum"], keepdims=1),
        helper.make_node("Mul", ["sum", "times_float"], ["total"]),
    ]
    graph = helper.make_graph(
        nodes,
        "scaled_sum",
        [
            helper.make_tensor_value_info("values", TensorProto.FLOAT, ["batch", 3]),
            helper.make_tensor_value_info("times", TensorProto.INT64, ["batch", 1]),
        ],
        [helper.make_tensor_value_info("total", TensorProto.FLOAT, ["batch", 1])],
        [helper.make_tensor("axes", TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    save(model, HERE / "scaled_sum.onnx")


if __name__ == "__main__":
    main()

"""ONNX export of every network. Weights are stored as fp16 and cast to fp32 once when the graph is loaded."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ..networks.diffusion_head import DiffusionHead
from ..networks.duration import Duration
from ..networks.mar import Mar
from ..networks.pvae import Pvae

OPSET = 17


class _Encoder(nn.Module):
    def __init__(self, network: Pvae) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor, credible: Tensor) -> Tensor:
        return self.network.encode(features, credible)


class _Decoder(_Encoder):
    def forward(self, latent: Tensor) -> Tensor:  # type: ignore[override]
        return self.network.decode(latent)


class _TokenModulation(nn.Module):
    def __init__(self, head: DiffusionHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, context: Tensor) -> Tensor:
        return self.head.modulate_token(context)


class _Step(_TokenModulation):
    def forward(self, x: Tensor, modulation: Tensor, time: Tensor) -> Tensor:  # type: ignore[override]
        return self.head.step(x, modulation, time)


@dataclass(frozen=True)
class Graph:
    """One graph to export: the module, example inputs by name, output name, dynamic axes by input."""

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    output: str
    dynamic: dict[str, dict[int, str]]


def graphs(pvae: Pvae, mar: Mar, head: DiffusionHead, duration: Duration) -> list[Graph]:
    """Every graph of a package but the text encoder, with example inputs."""
    parts, latent, frames = len(pvae.channels), pvae.config.latent, pvae.config.frames_per_token
    generator = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    def cells(*shape: int) -> Tensor:
        return (torch.rand(*shape, generator=generator) > 0.4).float()

    n, tokens, words = 12, 18, 11
    index = torch.arange(n, dtype=torch.float32)
    position = torch.stack([index, n - 1 - index], -1)[None].repeat(2, 1, 1)
    attend = torch.ones(2, n, parts)
    attend[:, 3:5, 1] = 0
    text_mask = torch.ones(2, words)
    text_mask[1] = 0
    features = pvae.mean + pvae.std * normal(2, n * frames, pvae.dimensions)
    grid = {0: "batch", 1: "tokens"}
    text = {0: "batch", 1: "words"}
    return [
        Graph(
            "pvae_encoder",
            _Encoder(pvae),
            {"features": features, "credible": cells(2, n, parts)},
            "latent",
            # The embedded backend reads the size as a formula; without it, it cannot divide the frames among tokens.
            {"features": {0: "batch", 1: f"{frames}*tokens"}, "credible": grid},
        ),
        Graph("pvae_decoder", _Decoder(pvae), {"latent": normal(2, n, parts, latent)}, "features", {"latent": grid}),
        Graph(
            "mar",
            mar,
            {
                "latent": normal(2, n, parts, latent),
                "known": cells(2, n, parts),
                "attend": attend,
                "position": position,
                "text_states": normal(2, words, 384),
                "text_mask": text_mask,
            },
            "context",
            {"latent": grid, "known": grid, "attend": grid, "position": grid, "text_states": text, "text_mask": text},
        ),
        Graph(
            "diffusion_modulation",
            _TokenModulation(head),
            {"context": normal(tokens, mar.width)},
            "modulation",
            {"context": {0: "cells"}},
        ),
        Graph(
            "diffusion_step",
            _Step(head),
            {
                "x": normal(tokens, latent),
                "modulation": normal(tokens, head.modulation_size),
                "time": torch.tensor([0.3]),
            },
            "velocity",
            {"x": {0: "cells"}, "modulation": {0: "cells"}},
        ),
        Graph(
            "duration",
            duration,
            {"text_states": normal(2, words, 384), "text_mask": torch.ones(2, words)},
            "log_seconds",
            {"text_states": text, "text_mask": text},
        ),
    ]


def export(graph: Graph, path: Path, half: bool = True) -> None:
    """Write one graph; example inputs fix ranks, the named axes stay dynamic. `half` stores weights as fp16."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.module.eval(),
            tuple(graph.inputs.values()),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=[graph.output],
            dynamic_axes=graph.dynamic,
        )
    model = onnx.load(str(path))
    if half:
        store_half(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def store_half(model: onnx.ModelProto, smallest: int = 1024) -> None:
    """Store large float initialisers as fp16 followed by a Cast; backends fold the Cast when they load."""
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < smallest:
            kept.append(tensor)
            continue
        stored = f"{tensor.name}_half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [tensor.name], to=TensorProto.FLOAT))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)


def round_weights(module: nn.Module, smallest: int = 1024) -> None:
    """Round weights as `store_half` does, so that PyTorch and the exported graph hold equal numbers."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.numel() >= smallest:
                parameter.copy_(parameter.half().float())

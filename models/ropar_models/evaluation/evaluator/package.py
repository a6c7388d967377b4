"""The evaluator as a folder: weights, sizes, and what it was trained on. Figures name its version.

evaluator.json           version, sizes, training clips, retrieval on the test split, SHA-256 of the weights
evaluator.safetensors    the weights
motion.onnx, text.onnx   the same two encoders for other tools
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ropar_native
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ...configuration import Configuration
from ...export.graphs import Graph, export
from ...files import write_json
from ...layout import FRAME_RATE
from ...networks.evaluator import Evaluator, EvaluatorConfig
from ...training.dataset import Arrays, judged
from ...training.hardware import Hardware
from ...training.schedule import require_checkpoint
from .embedding import Judge
from .training import SCHEME, build, retrieval

FORMAT_VERSION = 1


class EvaluatorError(Exception):
    """An evaluator that cannot be used; the message names the file."""


class _Motion(nn.Module):
    def __init__(self, network: Evaluator) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor, frames: Tensor, visible: Tensor) -> Tensor:
        return self.network.motion(features, frames, visible)


class _Text(_Motion):
    def forward(self, states: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
        return self.network.text(states, mask)


def graphs(network: Evaluator) -> list[Graph]:
    """The two encoders, with example inputs."""
    generator = torch.Generator().manual_seed(1)
    patch = network.config.frames_per_token
    features = network.mean + network.std * torch.randn(2, 12 * patch, len(network.mean), generator=generator)
    states, mask = torch.randn(2, 9, network.config.text_width, generator=generator), torch.ones(2, 9)
    mask[1, 6:] = 0
    visible = torch.ones(2, len(network.owned))
    visible[1, 0] = 0
    batch = {0: "batch"}
    return [
        Graph(
            "motion",
            _Motion(network),
            {"features": features, "frames": torch.tensor([12.0 * patch, 7.0 * patch]), "visible": visible},
            "embedding",
            {"features": {0: "batch", 1: "frames_padded"}, "frames": batch, "visible": batch},
        ),
        Graph(
            "text",
            _Text(network),
            {"states": states, "mask": mask},
            "embedding",
            {"states": {0: "batch", 1: "words"}, "mask": {0: "batch", 1: "words"}},
        ),
    ]


def write(
    configuration: Configuration, data: Path, run: Path, out: Path, hardware: Hardware | None = None
) -> dict[str, Any]:
    """Turn the checkpoint of `run` into an evaluator folder, with its retrieval on the test split."""
    state = require_checkpoint(run / "evaluator.pt", "train-evaluator")
    network = build(configuration)
    network.load_state_dict(state["average"])
    network.eval()
    out.mkdir(parents=True, exist_ok=True)
    for graph in graphs(network):
        export(graph, out / f"{graph.name}.onnx", half=False)
    beside = out / "evaluator.safetensors.part"
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, str(beside))
    beside.replace(out / "evaluator.safetensors")
    digest = hashlib.sha256((out / "evaluator.safetensors").read_bytes()).hexdigest()
    training = Arrays(data, "train", configuration.data)
    figures = retrieval(Judge(network, hardware), Arrays(data, "test", judged(configuration.data)))
    about = {
        "format_version": FORMAT_VERSION,
        "version": digest[:12],
        "sha256": digest,
        "sizes": asdict(configuration.evaluator),
        "frame_rate": FRAME_RATE,
        "training": {
            "clips": len(training.clips),
            "sources": sorted({c["source"] for c in training.clips}),
            "steps": state["step"],
            "minutes": round(state["minutes"], 1),
        },
        "test_split": figures,
    }
    write_json(out / "evaluator.json", about)
    return about


def load(folder: Path, hardware: Hardware | None = None) -> Judge:
    """The evaluator of a folder; a hash that does not fit is an error."""
    about_path, weights = folder / "evaluator.json", folder / "evaluator.safetensors"
    for path in (about_path, weights):
        if not path.exists():
            raise EvaluatorError(f"{path}: is missing; make an evaluator with `ropar-models train-evaluator`")
    about = json.loads(about_path.read_text())
    if about["format_version"] != FORMAT_VERSION:
        raise EvaluatorError(f"{about_path}: has format {about['format_version']}; this program reads {FORMAT_VERSION}")
    if hashlib.sha256(weights.read_bytes()).hexdigest() != about["sha256"]:
        raise EvaluatorError(f"{weights}: is not the file that {about_path.name} names; train or copy the folder again")
    tensors = load_file(str(weights))
    owned = [list(map(int, c)) for c in ropar_native.part_scheme(SCHEME)["owned"]]
    network = Evaluator(EvaluatorConfig(**about["sizes"]), owned, len(tensors["mean"]))
    network.load_state_dict(tensors)
    return Judge(network, hardware, about["version"])

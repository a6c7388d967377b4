"""Exported graphs against PyTorch, through ONNX Runtime, on networks with random weights and every part scheme."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import ropar_native
import torch
from ropar_models.export.graphs import export, graphs, round_weights
from ropar_models.networks.diffusion_head import DiffusionHead, HeadConfig
from ropar_models.networks.duration import Duration
from ropar_models.networks.mar import Mar, MarConfig
from ropar_models.networks.pvae import Pvae, PvaeConfig


@pytest.mark.parametrize("scheme", ["three", "five", "nine"])
def test_graphs_agree(scheme: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    channels = [list(map(int, c)) for c in ropar_native.part_scheme(scheme)["channels"]]
    pvae = Pvae(PvaeConfig(width=48, blocks=2), channels, 262)
    pvae.mean, pvae.std = torch.randn(262), torch.rand(262) + 0.5
    mar = Mar(MarConfig(width=48, layers=2), len(channels), 32)
    head = DiffusionHead(HeadConfig(width=64, blocks=2), 32, 48)
    torch.nn.init.normal_(head.output.weight, std=0.1)
    for module in (pvae, mar, head):
        round_weights(module)
    duration = Duration()
    round_weights(duration)
    for graph in graphs(pvae, mar, head, duration):
        path = tmp_path / f"{graph.name}.onnx"
        export(graph, path)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        found = session.run([graph.output], {k: v.numpy() for k, v in graph.inputs.items()})[0]
        with torch.no_grad():
            expected = graph.module(*graph.inputs.values()).numpy()
        assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max(), graph.name


def test_axes_are_dynamic(tmp_path: Path) -> None:
    torch.manual_seed(2)
    channels = [list(map(int, c)) for c in ropar_native.part_scheme("five")["channels"]]
    pvae = Pvae(PvaeConfig(width=32, blocks=3), channels, 262)
    round_weights(pvae)
    decoder = next(
        g
        for g in graphs(
            pvae, Mar(MarConfig(width=32, layers=1), 5, 32), DiffusionHead(HeadConfig(64, 1), 32, 32), Duration()
        )
        if g.name == "pvae_decoder"
    )
    export(decoder, tmp_path / "decoder.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "decoder.onnx"), providers=["CPUExecutionProvider"])
    for batch, tokens in ((1, 1), (1, 2), (3, 57)):
        latent = torch.randn(batch, tokens, 5, 32)
        found = session.run(None, {"latent": latent.numpy()})[0]
        with torch.no_grad():
            torch.testing.assert_close(torch.from_numpy(found), pvae.decode(latent), rtol=1e-4, atol=1e-4)

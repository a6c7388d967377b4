"""Checkpoints from a model package, so that training can go on from weights that somebody shipped.

The exporter names some weights anew and stores them transposed. Which is which is found by exporting networks of the
same sizes with random weights, whose values tell them apart. Weights come back as they were stored, which is in fp16.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from ..configuration import Configuration
from ..files import write_json
from ..networks.duration import Duration
from ..training import train_mar, train_pvae
from ..training.codes import codes_of
from ..training.schedule import save_checkpoint
from .graphs import Graph, export, graphs
from .package import ORIGIN


def recover(configuration: Configuration, package: Path, run: Path) -> list[Path]:
    """Write `pvae.pt`, `mar.pt` and `duration.pt` into `run`; training started there begins with these weights.

    Raises `ValueError` where the package was made with other sizes than the configuration's, and `FileExistsError`
    where `run` has a checkpoint already. Of a package from before transformers were told the whole sentence, that part
    begins as in a new network: as nothing.
    """
    pvae = train_pvae.build(configuration)
    fresh = train_mar.Networks(configuration, len(pvae.channels))
    told = configuration.mar.sentence and _tells_the_sentence(package / "mar.onnx")
    stored = replace(configuration, mar=replace(configuration.mar, sentence=told))
    networks = train_mar.Networks(stored, len(pvae.channels))
    duration = Duration(configuration.mar.text_width)
    modules: dict[str, nn.Module] = {"pvae": pvae, "mar": networks, "duration": duration}
    paths = [run / f"{name}.pt" for name in modules]
    for path in paths:
        if path.exists():
            raise FileExistsError(f"{path} is there; choose another --run, so that no training is lost")
    for module in modules.values():
        for parameter in module.parameters():
            nn.init.normal_(parameter)
    with tempfile.TemporaryDirectory() as folder:
        for graph in graphs(pvae, networks.mar, networks.head, duration):
            _read(graph, package / f"{graph.name}.onnx", Path(folder) / "probe.onnx")
    if not told:
        fresh.load_state_dict(networks.state_dict(), strict=False)
        modules["mar"] = networks = fresh
    for path, module in zip(paths, modules.values(), strict=True):
        weights = module.state_dict()
        state = {"network": weights, "average": weights, "step": 0, "minutes": 0.0}
        save_checkpoint(path, {**state, "codes": codes_of(pvae)} if module is networks else state)
    manifest = json.loads((package / "manifest.json").read_text())
    origin = {k: manifest[k] for k in ("name", "version")} | {"training": manifest["measured"]["training"]}
    write_json(run / ORIGIN, origin)
    return paths


def _tells_the_sentence(mar: Path) -> bool:
    # The exporter names the operations of a module after its place.
    return any(node.name.startswith("/sentence/") for node in onnx.load(str(mar)).graph.node)


def _read(graph: Graph, stored: Path, probe: Path) -> None:
    """Fill the graph's module from the file."""
    export(graph, probe)
    made, wanted = (onnx.load(str(p)).graph.initializer for p in (probe, stored))
    if len(made) != len(wanted):
        raise ValueError(f"{stored}: {len(wanted)} weights where the configuration has {len(made)}")
    own = {**dict(graph.module.named_parameters()), **dict(graph.module.named_buffers())}
    for mine, theirs in zip(made, wanted, strict=True):
        old, new = numpy_helper.to_array(mine), numpy_helper.to_array(theirs).astype(np.float32)
        if old.shape != new.shape:
            raise ValueError(f"{stored}: {theirs.name} is {new.shape}, but {old.shape} in the configuration")
        place, transposed = _place(mine.name.removesuffix("_half"), old, own)
        if place is None:
            continue  # a constant of the graph, no weight
        with torch.no_grad():
            place.copy_(torch.from_numpy(new.T.copy() if transposed else new))


def _place(name: str, values: np.ndarray, own: dict[str, torch.Tensor]) -> tuple[torch.Tensor | None, bool]:
    """The tensor of the module that was exported under `name`, and whether it was transposed."""
    if name in own:
        return own[name], False
    for tensor in own.values():
        theirs = tensor.detach().numpy().astype(values.dtype)
        for transposed in (True, False):
            candidate = theirs.T if transposed else theirs
            if candidate.shape == values.shape and np.array_equal(candidate, values):
                return tensor, transposed
    return None, False

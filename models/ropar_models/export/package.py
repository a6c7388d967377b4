"""Writes a model package: graphs, tokenizer, manifest with hashes, and parity vectors for other runtimes' tests."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file

from ..configuration import Configuration
from ..files import write_json
from ..layout import CHANNELS, FRAME_RATE
from ..sampler import Grid, sample
from ..text import TextEncoder, require_encoder
from ..training import train_duration, train_mar, train_pvae
from ..training.dataset import Arrays, is_made, permissive_licences
from ..training.schedule import load_checkpoint
from .graphs import export, graphs, round_weights

FORMAT_VERSION = 1
# In a run's folder: the package whose weights it began with.
ORIGIN = "origin.json"
PARITY_PROMPT = "a person walks forward and waves the left hand."
NON_COMMERCIAL = (
    "Trained in part on data under CC BY-NC 4.0 (Bandai Namco Research Inc.; Sony Interactive Entertainment): these "
    "weights, and motion made with them, are for non-commercial use."
)

PERMISSIVE = "Free to use, also commercially, under the notices below."
OWN_DATA = (
    "Trained on data whose terms are the trainer's to know: see the list of the training data before you share it."
)


def write_package(configuration: Configuration, data: Path, run: Path, package: Path, version: str) -> None:
    """Export the checkpoints of `run` into `package`, beside the text encoder that is already there."""
    pvae = train_pvae.load(configuration, run / "pvae.pt")
    networks = train_mar.load(configuration, run / "mar.pt", pvae)
    duration = train_duration.load(configuration, run / "duration.pt")
    for module in (pvae, networks, duration):
        round_weights(module)
    parity: dict[str, np.ndarray] = {}
    package.mkdir(parents=True, exist_ok=True)
    for graph in graphs(pvae, networks.mar, networks.head, duration):
        export(graph, package / f"{graph.name}.onnx")
        with torch.no_grad():
            output = graph.module(*graph.inputs.values())
        for name, tensor in (*graph.inputs.items(), (graph.output, output)):
            parity[f"{graph.name}.{name}"] = tensor.numpy()
    parity |= _sampling_parity(configuration, networks, len(pvae.channels), package)
    vectors = package.parent / "parity" / f"{package.name}.safetensors"
    vectors.parent.mkdir(exist_ok=True)
    save_file({k: np.ascontiguousarray(v) for k, v in parity.items()}, str(vectors))
    write_manifest(configuration, data, package, version, training_of(run))
    total = sum(f.stat().st_size for f in package.iterdir())
    print(f"{package}: {total / 1e6:.1f} MB")


def _sampling_parity(
    configuration: Configuration, networks: train_mar.Networks, parts: int, package: Path
) -> dict[str, np.ndarray]:
    """A whole sampling run with its noise, and one with a known part and a noisy span."""
    generator = torch.Generator().manual_seed(5)
    text, _ = TextEncoder(package)([PARITY_PROMPT])
    tokens, size, settings = 14, configuration.pvae.latent, configuration.sampling
    noise = torch.randn(1, tokens, parts, size, generator=generator)
    order = torch.rand(1, tokens, parts, generator=generator)
    free = Grid.masked(1, tokens, parts, size)
    partial = Grid.masked(1, tokens, parts, size)
    partial.latent = torch.randn(1, tokens, parts, size, generator=generator)
    partial.known[:, :, 0] = True
    partial.attend[:, 4:8, 2] = False
    out = {
        "sampling.text": text[0],
        "sampling.noise": noise[0].numpy(),
        "sampling.order": order[0].numpy(),
        "sampling.partial_latent": partial.latent[0].numpy(),
    }
    for name, grid in (("all", free), ("partial", partial)):
        latents = sample(
            networks.mar,
            networks.head,
            grid,
            torch.from_numpy(text[0]),
            noise=noise,
            order=order,
            iterations=settings.iterations,
            steps=settings.steps,
            guidance=settings.guidance,
            guidance_decay=settings.guidance_decay,
            temperature=settings.temperature,
        )
        out[f"sampling.{name}"] = latents[0].numpy()
    return out


def write_manifest(
    configuration: Configuration, data: Path, package: Path, version: str, training: dict[str, Any]
) -> None:
    """The manifest as docs/model-package.md describes it."""
    # A clip and what is made of it are one recording.
    clips = [c for c in Arrays(data, "train", configuration.data).clips if not is_made(c)]
    hours: dict[tuple[str, str], float] = defaultdict(float)
    counts: Counter[tuple[str, str]] = Counter()
    for clip in clips:
        key = clip["source"], clip["licence"]
        hours[key] += clip["seconds"] / 3600
        counts[key] += 1
    commercial = all(licence in permissive_licences() for _, licence in counts)
    non_commercial = any("NC" in licence for _, licence in counts)
    names = [p.stem for p in sorted(package.glob("*.onnx"))]
    paths = {**{n: f"{n}.onnx" for n in names}, "tokenizer": "tokenizer.json"}
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": package.name,
        "version": version,
        "skeleton": "canonical-22",
        "part_scheme": configuration.part_scheme,
        "features": {"layout": "heading-262", "channels": CHANNELS},
        "frame_rate": FRAME_RATE,
        "frames_per_token": configuration.pvae.frames_per_token,
        "latent_size": configuration.pvae.latent,
        "sampler": {
            "iterations": configuration.sampling.iterations,
            "steps": configuration.sampling.steps,
            "guidance": configuration.sampling.guidance,
            "guidance_decay": configuration.sampling.guidance_decay,
            "temperature": configuration.sampling.temperature,
        },
        "limits": {
            "max_tokens_per_window": configuration.mar_training.longest,
            "max_seconds": 60.0,
            "max_prompt_characters": 1000,
            "max_text_tokens": 64,
        },
        "text_encoder": "all-MiniLM-L6-v2",
        "licence": {
            "id": "Apache-2.0" if commercial else "CC-BY-NC-4.0" if non_commercial else "see the training data",
            "notice": PERMISSIVE if commercial else NON_COMMERCIAL if non_commercial else OWN_DATA,
            "commercial": commercial,
        },
        "attribution": attribution(clips, configuration.data.licences),
        "training_data": [
            {
                "source": source,
                "clips": counts[source, licence],
                "hours": round(hours[source, licence], 3),
                "licence": licence,
            }
            for source, licence in sorted(counts)
        ],
        "measured": {"training": training},  # `card` adds the rest
        "files": {
            name: {
                "path": path,
                "sha256": hashlib.sha256((package / path).read_bytes()).hexdigest(),
                "bytes": (package / path).stat().st_size,
            }
            for name, path in sorted(paths.items())
        },
    }
    write_json(package / "manifest.json", manifest)


def attribution(clips: list[dict[str, Any]], licences: str) -> list[dict[str, str]]:
    """Whom a package must name: works whose clips it holds, or captions that `licences` lets in, and those of all."""
    table = json.loads((Path(__file__).parents[1] / "tables/attribution.json").read_text())

    def used(by: dict[str, Any]) -> bool:
        if not by:
            return True
        if by.get("licences", licences) != licences:
            return False
        return any(c["source"] in by["sources"] and c["licence"] == by.get("licence", c["licence"]) for c in clips)

    return [{k: v for k, v in entry.items() if k != "used_by"} for entry in table if used(entry["used_by"])]


def training_of(run: Path) -> dict[str, Any]:
    """How long each checkpoint was trained, what it was recovered from included."""
    origin = run / ORIGIN
    out: dict[str, Any] = json.loads(origin.read_text())["training"] if origin.exists() else {}
    for name, title in (("pvae", "P-VAE"), ("mar", "transformer and diffusion head"), ("decoder", "decoder")):
        state = load_checkpoint(run / f"{name}.pt")
        if state is not None and state["step"]:
            before = out.get(title, {"steps": 0, "minutes": 0.0})
            minutes = round(before["minutes"] + state["minutes"], 1)
            out[title] = {"steps": before["steps"] + state["step"], "minutes": minutes}
    return out


def copy_text_encoder(source: Path, package: Path) -> None:
    """Start a package from a text encoder, by default the shipped one."""
    require_encoder(source)
    package.mkdir(parents=True, exist_ok=True)
    for name in ("text_encoder.onnx", "tokenizer.json"):
        if not (package / name).exists():
            shutil.copyfile(source / name, package / name)

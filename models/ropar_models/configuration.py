"""Training configurations are data: `configs/NAME.toml`, or a path to a file of the same shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import tomllib

from .networks.diffusion_head import HeadConfig
from .networks.mar import MarConfig
from .networks.pvae import PvaeConfig


@dataclass(frozen=True)
class Data:
    """How clips are drawn."""

    power: float = 0.5
    crop: float = 0.25
    credible_threshold: float = 0.5
    boost: dict[str, float] = field(default_factory=dict)
    exclude: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PvaeTraining:
    batch: int = 32
    tokens: int = 16
    learning_rate: float = 1e-3
    divergence_weight: float = 5e-4


@dataclass(frozen=True)
class MarTraining:
    batch: int = 24
    longest: int = 40
    learning_rate: float = 6e-4
    draws: int = 2
    text_dropout: float = 0.1
    noisy: float = 0.3
    word_dropout: float = 0.25
    text_noise: float = 0.05


@dataclass(frozen=True)
class Sampling:
    """Defaults that the package's manifest carries."""

    iterations: int = 8
    steps: int = 10
    guidance: float = 3.0


@dataclass(frozen=True)
class Configuration:
    """One trained model."""

    name: str
    part_scheme: str
    seed: int
    data: Data
    pvae: PvaeConfig
    mar: MarConfig
    head: HeadConfig
    pvae_training: PvaeTraining
    mar_training: MarTraining
    sampling: Sampling


def load(name: str) -> Configuration:
    """Read `configs/NAME.toml` of the package, or the file at this path."""
    path = Path(name)
    text = (
        path.read_text()
        if path.suffix == ".toml"
        else (resources.files("ropar_models").joinpath(f"configs/{name}.toml").read_text())
    )
    raw = tomllib.loads(text)
    return Configuration(
        name=raw["name"],
        part_scheme=raw["part_scheme"],
        seed=raw["seed"],
        data=Data(**raw["data"]),
        pvae=PvaeConfig(**raw["pvae"]),
        mar=MarConfig(**raw["mar"]),
        head=HeadConfig(**raw["head"]),
        pvae_training=PvaeTraining(**raw["pvae_training"]),
        mar_training=MarTraining(**raw["mar_training"]),
        sampling=Sampling(**raw["sampling"]),
    )

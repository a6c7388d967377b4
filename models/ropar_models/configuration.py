"""Training configurations are data: `configs/NAME.toml`, or a path to a file of the same shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomllib

from .networks.diffusion_head import HeadConfig
from .networks.evaluator import EvaluatorConfig
from .networks.mar import MarConfig
from .networks.pvae import PvaeConfig


@dataclass(frozen=True)
class Data:
    """How clips are drawn."""

    power: float = 0.5
    crop: float = 0.25
    credible_threshold: float = 0.5
    boost: dict[str, float] = field(default_factory=dict)
    boost_made: dict[str, float] = field(default_factory=dict)
    shortest: dict[str, int] = field(default_factory=dict)  # content -> tokens of a piece that still shows it
    limbs: dict[str, list[str]] = field(default_factory=dict)  # content -> the parts that its captions speak of
    lively: list[str] = field(default_factory=list)  # contents of which a piece shows the liveliest moments
    exclude: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # none: all
    leave_out: list[str] = field(default_factory=list)
    licences: str = "all"  # or permissive
    confidence: str = "corpus"  # see training/confidence.py
    discard_noisy: float = 1.0  # clips whose worst part is not credible for a larger share of frames are left out
    share: float = 1.0  # of the training clips: what would less data do?
    share_seed: int = 0  # which ones; the same number draws the same ones in every run
    latents: str = "memory"  # or stream: clips are encoded while training, so that any corpus fits


@dataclass(frozen=True)
class PvaeTraining:
    batch: int = 32
    tokens: int = 16
    learning_rate: float = 1e-3
    divergence_at_first: float = 5e-4  # weight for most of the time
    divergence_weight: float = 5e-4  # and in the end


@dataclass(frozen=True)
class DecoderTraining:
    """How the decoder is trained on when the P-VAE is done."""

    learning_rate: float = 5e-4
    noise: float = 1.0  # largest noise on the latents, in measured errors of the transformer's samples


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
    other_body: float = 0.0  # share of the clips of `data.limbs` whose limb is learned over the body of another clip


@dataclass(frozen=True)
class EvaluatorTraining:
    """How the text-motion evaluator is trained."""

    batch: int = 128
    learning_rate: float = 5e-4
    longest: int = 50
    temperature: float = 0.07
    hidden_parts: float = 0.4
    word_dropout: float = 0.15
    text_noise: float = 0.05


@dataclass(frozen=True)
class Sampling:
    """Defaults that the package's manifest carries."""

    iterations: int = 8
    steps: int = 10
    guidance: float = 3.0
    guidance_decay: float = 0.0  # share of the guidance's excess over 1 that is gone in the last iteration
    temperature: float = 1.0  # deviation of the noise that a latent begins as


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
    decoder_training: DecoderTraining
    mar_training: MarTraining
    sampling: Sampling
    evaluator: EvaluatorConfig
    evaluator_training: EvaluatorTraining


class ConfigurationError(ValueError):
    """A configuration that cannot be used; the message names the file and the key."""


def read(name: str) -> dict[str, Any]:
    """The raw tables of `configs/NAME.toml` of the package, or of the file at this path."""
    path = Path(name) if name.endswith(".toml") else Path(__file__).with_name("configs") / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in (Path(__file__).with_name("configs")).glob("*.toml")))
        raise ConfigurationError(f"{path}: there is no such configuration; built in are {known}")
    return tomllib.loads(path.read_text())


def change(raw: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The tables with values at dotted keys replaced: {"data.confidence": "ignore"}."""
    out = {k: dict(v) if isinstance(v, dict) else v for k, v in raw.items()}
    for key, value in changes.items():
        table, _, name = key.rpartition(".")
        (out.setdefault(table, {}) if table else out)[name] = value
    return out


def build(raw: dict[str, Any], place: str = "configuration") -> Configuration:
    """A configuration from its tables; a key that does not exist is an error."""

    def table(kind: type[Any], name: str) -> Any:
        try:
            return kind(**raw.get(name, {}))
        except TypeError as error:
            raise ConfigurationError(f"{place}: [{name}]: {error}") from None

    return Configuration(
        name=raw["name"],
        part_scheme=part_scheme(raw["part_scheme"]),
        seed=raw["seed"],
        data=table(Data, "data"),
        pvae=table(PvaeConfig, "pvae"),
        mar=table(MarConfig, "mar"),
        head=table(HeadConfig, "head"),
        pvae_training=table(PvaeTraining, "pvae_training"),
        decoder_training=table(DecoderTraining, "decoder_training"),
        mar_training=table(MarTraining, "mar_training"),
        sampling=table(Sampling, "sampling"),
        evaluator=table(EvaluatorConfig, "evaluator"),
        evaluator_training=table(EvaluatorTraining, "evaluator_training"),
    )


def part_scheme(name: str) -> str:
    """A scheme of the core by its name; one of `tables/part_schemes/` (for experiments only) as its JSON text."""
    path = Path(__file__).with_name("tables") / "part_schemes" / f"{name}.json"
    return path.read_text() if path.exists() else name


def load(name: str, changes: dict[str, Any] | None = None) -> Configuration:
    """Read `configs/NAME.toml` of the package, or the file at this path, with values replaced."""
    return build(change(read(name), changes or {}), name)

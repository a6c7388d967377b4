"""`ropar-models release --minutes 25`: everything between arrays and a package that can ship, in one command.

P-VAE, transformer and head, decoder, duration and evaluator are trained by shares of the minutes; then export,
evaluation, probes, card and contact sheets. It may be cut at any minute: checkpoints and files are replaced in one
step, and the same command goes on where it was, with what is left of each share.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..configuration import Configuration
from ..evaluation.evaluate import evaluate
from ..evaluation.evaluator import package as evaluators
from ..evaluation.evaluator import training as evaluator_training
from ..evaluation.package import Model
from ..evaluation.probe import run as run_probe
from ..evaluation.sheets import write_sheets
from ..evaluation.table import result_text
from ..export.card import write_card
from ..export.package import copy_text_encoder, write_package
from ..files import write_beside, write_json
from ..generation import CheckpointMaker
from ..text import require_encoder
from ..training import train_decoder, train_duration, train_mar, train_pvae
from ..training.dataset import Arrays, judged
from ..training.hardware import Hardware

# Shares of the minutes. What evaluation leaves unused is not given back to training: a release should end on time.
SHARES = {
    "pvae": 0.17,
    "mar": 0.47,
    "decoder": 0.06,
    "duration": 0.02,
    "evaluator": 0.13,
    "evaluate": 0.1,
    "probe": 0.05,
}
PROBE_SEEDS = 40


class Progress:
    """Which phases are done, in `RUN/release.json`."""

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        self.path = path
        self.state: dict[str, Any] = {"settings": settings, "done": {}}
        if path.exists():
            self.state = json.loads(path.read_text())
            if self.state["settings"] != settings:
                raise ValueError(f"{path}: this run was begun with {self.state['settings']}; choose another --run")

    def phase(self, name: str, work: Callable[[], Any]) -> None:
        """Do a phase, unless it is done."""
        if name in self.state["done"]:
            print(f"{name}: done before", flush=True)
            return
        print(f"{name} ...", flush=True)
        began = time.monotonic()
        work()
        self.state["done"][name] = round((time.monotonic() - began) / 60, 2)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.path, self.state)


def release(
    configuration: Configuration,
    data: Path,
    run: Path,
    package: Path,
    text_encoder: Path,
    minutes: float,
    version: str,
    repeats: int = 20,
    probe_seeds: int = PROBE_SEEDS,
    steps: int | None = None,
    limit: int | None = None,
    hardware: Hardware | None = None,
) -> Path:
    """Returns the package's folder. `steps` bounds every training (for trying things out), `limit` the test clips."""
    require_encoder(text_encoder)
    hardware = hardware or Hardware()
    settings = {"config": configuration.name, "licences": configuration.data.licences, "minutes": minutes}
    progress = Progress(run / "release.json", settings) if hardware.first else None

    def both(name: str, work: Callable[[], Any]) -> None:
        """A training: every process takes part, and knows itself what is left to do."""
        if progress is not None:
            progress.phase(name, work)
        else:
            work()
        hardware.wait()

    share = {name: minutes * part for name, part in SHARES.items()}
    both("pvae", lambda: train_pvae.train(configuration, data, run, share["pvae"], steps, hardware))
    both("mar", lambda: train_mar.train(configuration, data, run, share["mar"], steps, hardware))
    both("decoder", lambda: train_decoder.train(configuration, data, run, share["decoder"], steps, hardware))
    both("duration", lambda: train_duration.train(configuration, data, run, share["duration"], steps, hardware))
    both("evaluator", lambda: evaluator_training.train(configuration, data, run, share["evaluator"], steps, hardware))
    if progress is None:
        return package
    evaluator, metrics, probe = run / "evaluator", run / "metrics.json", run / "probe.json"

    def export() -> None:
        evaluators.write(configuration, data, run, evaluator, hardware)
        copy_text_encoder(text_encoder, package)
        write_package(configuration, data, run, package, version)

    def measure() -> None:
        # The checkpoints hold the averaged weights before their rounding to fp16; the probes run the exported graphs.
        result = evaluate(
            evaluators.load(evaluator, hardware),
            Arrays(data, "test", judged(configuration.data)),
            CheckpointMaker(configuration, run, hardware),
            repeats,
            minutes=share["evaluate"],
            limit=limit,
        )
        write_json(metrics, result)
        write_beside(run / "metrics.md", result_text(result))

    progress.phase("export", export)
    progress.phase("evaluate", measure)
    progress.phase(
        "probe",
        lambda: run_probe(
            Model(package),
            probe,
            probe_seeds,
            data if limit is None else None,
            minutes=share["probe"],
            selection=judged(configuration.data),
        ),
    )
    progress.phase("card", lambda: write_card(package, probe, metrics, command_of(configuration, minutes)))
    progress.phase("sheets", lambda: write_sheets(Model(package), package / "sheets"))
    print(f"{package}: card {package / 'README.md'}, figures {metrics}", flush=True)
    return package


def command_of(configuration: Configuration, minutes: float) -> str:
    """The command that made the package, for its card."""
    sources = " --sources permissive" if configuration.data.licences == "permissive" else ""
    return (
        f"ropar-models release --config {configuration.name} --minutes {minutes:g}{sources} --data ARRAYS --run RUN "
        "--package PACKAGE --version VERSION"
    )

"""`ropar-models ablate`: is learning from credible parts better than discarding or keeping what is noisy?

Arms, their corpora and changes to the configuration are data (tables/ablation.json). Every arm gets the same budget and
the same seeds, and is judged on the clean test split by one evaluator. What is done is kept: a run that was cut goes on
where it was, and an arm that has its result is not trained again.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ..configuration import Data, load
from ..corpus.corrupt import SHARES, corrupt_arrays
from ..corpus.fingerprint import fingerprint
from ..evaluation.evaluate import evaluate
from ..evaluation.evaluator import package as evaluators
from ..files import write_beside, write_json
from ..generation import CheckpointMaker
from ..training import train_mar, train_pvae
from ..training.dataset import Arrays
from ..training.hardware import Hardware
from .verdict import markdown, summarise

# The share of an arm's minutes that the P-VAE gets; the transformer gets the rest.
PVAE_SHARE = 0.25


@dataclass(frozen=True)
class Settings:
    """What all arms of an ablation have in common, and what a folder of results stands for."""

    config: str
    minutes: float  # of training, for one arm and seed
    steps: int | None = None  # for P-VAE and transformer each, in place of minutes: the same on every machine
    severity: str = "medium"
    share: float = 1.0  # of the training clips
    repeats: int = 20
    limit: int | None = None  # of the test clips
    one_world: bool = False  # noise and share are drawn once, not anew for every seed

    def world(self, seed: int) -> int:
        """The seed of noise and share. All arms of one seed meet the same."""
        return 0 if self.one_world else seed


def table() -> dict[str, Any]:
    return json.loads(resources.files("ropar_models").joinpath("tables/ablation.json").read_text())


def chosen_arms(names: list[str]) -> list[str]:
    """Arms by their own names or by the names of groups, each once; an unknown name is an error."""
    spec = table()
    out: list[str] = []
    for name in names:
        if name not in spec["groups"] and name not in spec["arms"]:
            known = ", ".join([*spec["groups"], *spec["arms"]])
            raise ValueError(f"there is no arm or group {name!r}; there are {known}")
        out += spec["groups"].get(name, [name])
    return list(dict.fromkeys(out))


def ablate(
    data: Path,
    out: Path,
    evaluator: Path,
    settings: Settings,
    arms: list[str],
    seeds: list[int],
    hardware: Hardware | None = None,
) -> dict[str, Any]:
    """Run what is missing, then write `ablation.json` and `ablation.md` from all results that are there."""
    hardware = hardware or Hardware()
    out.mkdir(parents=True, exist_ok=True)
    judge = evaluators.load(evaluator, hardware)
    _same_settings(out / "settings.json", settings, fingerprint(data), judge.version)
    for seed in seeds:
        noisy = out / f"noisy-{settings.severity}-{settings.world(seed)}"
        corrupt_arrays(data, noisy, settings.severity, settings.world(seed))
        for name in arms:
            folder = out / name / f"seed-{seed}"
            if (folder / "result.json").exists():
                continue
            began = time.monotonic()
            print(f"{name}, seed {seed}", flush=True)
            # An arm may be another one's weights, judged on other clips.
            weights = out / table()["arms"][name].get("weights_of", name) / f"seed-{seed}"
            result = _run(name, data, noisy, weights, settings, seed, judge, hardware)
            folder.mkdir(parents=True, exist_ok=True)
            result["wall_minutes"] = (time.monotonic() - began) / 60
            write_json(folder / "result.json", result)
            _write_summary(out, settings)
    return _write_summary(out, settings)


def _same_settings(path: Path, settings: Settings, data: str, evaluator: str) -> None:
    """Results of one folder are compared, so all of them have these settings, data, evaluator and configuration."""
    configuration = asdict(load(settings.config))
    mine = {**asdict(settings), "data": data, "evaluator": evaluator, "configuration": configuration}
    theirs = json.loads(path.read_text()) if path.exists() else mine
    other = [name for name in mine if theirs.get(name, ...) != mine[name]]
    if other:
        raise ValueError(
            f"{path}: this folder holds results of other settings ({', '.join(other)}); choose another --out, or the "
            "same settings"
        )
    write_json(path, mine)


def _run(
    name: str,
    clean: Path,
    noisy: Path,
    folder: Path,
    settings: Settings,
    seed: int,
    judge: Any,
    hardware: Hardware,
) -> dict[str, Any]:
    arm = table()["arms"][name]
    data = noisy if arm["corpus"] == "noisy" else clean
    configuration = load(
        settings.config,
        {**arm["changes"], "seed": seed, "data.share": settings.share, "data.share_seed": settings.world(seed)},
    )
    training = Arrays(data, "train", configuration.data)
    train_pvae.train(configuration, data, folder, settings.minutes * PVAE_SHARE, settings.steps, hardware)
    train_mar.train(configuration, data, folder, settings.minutes * (1 - PVAE_SHARE), settings.steps, hardware)
    maker = CheckpointMaker(configuration, folder, hardware)
    # Of the test split alone, whatever the arm never saw beside it: the evaluator was trained on the rest.
    test = Arrays(clean, "test", Data(sources=[arm["held_out"]] if "held_out" in arm else []))
    result = evaluate(judge, test, maker, settings.repeats, seed, limit=settings.limit)
    seconds = sum(c["seconds"] for c in training.clips)
    return {
        "arm": name,
        "seed": seed,
        "training_clips": len(training.clips),
        "training_hours": seconds / 3600,
        **result,
    }


def _write_summary(out: Path, settings: Settings) -> dict[str, Any]:
    worlds = [json.loads(p.read_text()) for p in sorted(out.glob("noisy-*/corruption.json"))]
    corruption = {share: sum(w[share] for w in worlds) / len(worlds) for share in SHARES}
    results = [json.loads(p.read_text()) for p in sorted(out.glob("*/seed-*/result.json"))]
    summary = {"settings": asdict(settings), "corruption": corruption, **summarise(results, table())}
    write_json(out / "ablation.json", summary)
    write_beside(out / "ablation.md", markdown(summary, table()))
    return summary

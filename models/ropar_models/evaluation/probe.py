"""The probe suite: does the model do what it is told? Every figure of the model card comes from here."""

from __future__ import annotations

import json
import time
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..configuration import Data
from ..files import write_json
from ..layout import FRAME_RATE
from ..training.dataset import Arrays
from .joint_error import pelvis_error_mm
from .measures import J, energy, exploded, foot_skate, jerk, speed, trunk_mean_pitch
from .package import Model
from .positions import positions
from .signs import SIGNS, separation


def table() -> dict[str, Any]:
    return json.loads(resources.files("ropar_models").joinpath("tables/probes.json").read_text())


# The probe whose motions are compared one to one with walking of the same length, not judged one by one.
RACE, RACE_SECONDS = "run_beats_walk", 4.0


def _rate(probe: dict[str, Any], made: list[np.ndarray], walking: list[float]) -> float:
    """The share of motions that show the probe's sign."""
    if probe["sign"] == RACE:
        return float(np.mean([speed(p, FRAME_RATE) > w for p, w in zip(made, walking, strict=True)]))
    return float(np.mean([bool(SIGNS[probe["sign"]](p)) for p in made]))


def _at_lengths(model: Model, probe: dict[str, Any], seeds: int) -> dict[str, float]:
    """Rates of the probe's caption where the user sets the length (seconds -> rate), which no clip may have had."""
    return {
        f"{seconds:g}": _rate(probe, model.positions(probe["caption"], seeds, 3000, seconds), [])
        for seconds in table()["lengths"]
    }


def _style_measures(p: np.ndarray) -> dict[str, float]:
    wrists = p[:, [J["left_wrist"], J["right_wrist"]]] - p[:, [J["spine3"]]]
    ankles = p[:, J["left_ankle"]] - p[:, J["right_ankle"]]
    return {
        "speed": speed(p, FRAME_RATE),
        "trunk_mean_pitch": trunk_mean_pitch(p),
        "energy": energy(p, FRAME_RATE),
        "wrist_energy": float(np.linalg.norm(np.diff(wrists, axis=0), axis=-1).mean() * FRAME_RATE),
        "stride": float(np.percentile(np.linalg.norm(ankles[:, [0, 2]], axis=-1), 95)),
    }


def run(
    model: Model,
    out: Path,
    seeds: int = 40,
    data: Path | None = None,
    only: list[str] | None = None,
    minutes: float | None = None,
    selection: Data | None = None,
) -> dict[str, Any]:
    """Run all probes and write `out` (JSON). Prints a line a probe.

    With `minutes`, the number of seeds is lowered, but not below 4, so that it takes about that long; the result says
    how many there were.
    """
    if minutes is not None:
        seeds = affordable_seeds(model, seeds, minutes)
    probes = table()
    gates = probes["gates"]
    result: dict[str, Any] = {"seeds": seeds, "sampler": model.manifest["sampler"], "probes": {}, "styles": {}}
    everything: list[np.ndarray] = []
    if data is not None:
        result["seen_wordings"] = seen_wordings(probes, data)
        if result["seen_wordings"]:
            print(f"the corpus knows these other wordings: {'; '.join(result['seen_wordings'])}", flush=True)
    walking = [speed(p, FRAME_RATE) for p in model.positions("a person walks forward.", seeds, 1000, RACE_SECONDS)]
    for probe in probes["probes"]:
        if only and probe["name"] not in only:
            continue
        rates = {}
        for kind, prompts in (("caption", [probe["caption"]]), ("free", probe["free"])):
            for k, prompt in enumerate(prompts):
                made = model.positions(prompt, seeds, 1000, RACE_SECONDS if probe["sign"] == RACE else None)
                everything += made
                rates[f"{kind}{k if kind == 'free' else ''}"] = {
                    "prompt": prompt,
                    "rate": _rate(probe, made, walking),
                    "exploded": sum(exploded(p) for p in made),
                }
        worst_free = min(v["rate"] for k, v in rates.items() if k.startswith("free"))
        passed = rates["caption"]["rate"] >= gates[probe["gate"]]
        lengths = {} if probe["sign"] == RACE else _at_lengths(model, probe, max(seeds // 2, 1))
        result["probes"][probe["name"]] = {
            "gate": gates[probe["gate"]],
            "passed": passed,
            "rates": rates,
            "lengths": lengths,
        }
        print(
            f"{probe['name']:18s} caption {rates['caption']['rate']:.3f} (gate {gates[probe['gate']]})  "
            + "  ".join(f"{v['rate']:.3f} {v['prompt']!r}" for k, v in rates.items() if k != "caption")
            + "".join(f"  {v['exploded']} EXPLODED {v['prompt']!r}" for v in rates.values() if v["exploded"])
            + "".join(f"  {seconds} s {rate:.2f}" for seconds, rate in lengths.items())
            + ("" if passed else "  MISSED")
            + ("" if worst_free >= rates["caption"]["rate"] - 0.05 else "  free wording behind"),
            flush=True,
        )
    if not only:
        result["styles"] = styles(model, probes["styles"], seeds, everything)
    result["quality"] = {"generated": quality(everything)}
    if data is not None:
        result["quality"].update(corpus_quality(model, data, selection))
    print(json.dumps(result["quality"], indent=1))
    write_json(out, result)
    return result


def affordable_seeds(model: Model, seeds: int, minutes: float) -> int:
    """How many seeds a prompt fit into `minutes`, from the time of four short motions."""
    model.positions("a person walks forward.", 1, 1, 2.0)
    began = time.monotonic()
    model.positions("a person walks forward.", 4, 1, 4.0)
    one = (time.monotonic() - began) / 4
    probes = table()
    prompts = 7 + sum(1 + len(p["free"]) + len(probes["lengths"]) / 2 for p in probes["probes"])
    return int(np.clip(60 * minutes / (prompts * one), 4, seeds))


def styles(model: Model, spec: dict[str, Any], seeds: int, everything: list[np.ndarray]) -> dict[str, Any]:
    """Per style the measure that tells it best from normal walking, with the probability of telling a pair apart."""
    measured: dict[str, list[dict[str, float]]] = {}
    for name, prompt in spec.items():
        if name != "measures":
            made = model.positions(prompt, seeds, 2000, 5.0)
            everything += made
            measured[name] = [_style_measures(p) for p in made]
    result = {}
    for name, rows in measured.items():
        if name == "normal":
            continue
        scores = {m: separation([r[m] for r in rows], [r[m] for r in measured["normal"]]) for m in spec["measures"]}
        best = max(scores, key=lambda m: abs(scores[m] - 0.5))
        result[name] = {"prompt": spec[name], "best": best, "separation": scores}
        print(
            f"style {name:8s} {best} {scores[best]:.2f}  " + " ".join(f"{m}={v:.2f}" for m, v in scores.items()),
            flush=True,
        )
    return result


def quality(motions: list[np.ndarray]) -> dict[str, float]:
    """Foot skate, jerk and explosions over a set of motions at 20 fps."""
    return {
        "clips": len(motions),
        "fps": FRAME_RATE,
        "foot_skate": float(np.mean([foot_skate(p, FRAME_RATE) for p in motions])),
        "jerk": float(np.mean([jerk(p, FRAME_RATE) for p in motions])),
        "exploded": int(sum(exploded(p) for p in motions)),
    }


def corpus_quality(model: Model, data: Path, selection: Data | None = None) -> dict[str, Any]:
    """The same figures on the test split (of it what is selected), as it is and after encoding and decoding."""
    arrays = Arrays(data, "test", selection)
    if not arrays.clips:
        return {}
    truth: list[np.ndarray] = []
    rebuilt: list[np.ndarray] = []
    for clip in arrays.clips:
        frames = clip["frames"] // model.frames_per_token * model.frames_per_token
        features = np.ascontiguousarray(arrays.view(clip, False)[:frames])
        cells = torch.ones(1, frames // model.frames_per_token, model.parts)
        back = model.decode(model.encode(torch.from_numpy(features)[None], cells))[0].numpy()
        for source, target in ((features, truth), (back, rebuilt)):
            target.append(positions(source, FRAME_RATE))
    errors = [pelvis_error_mm(a, b) for a, b in zip(truth, rebuilt, strict=True)]
    return {
        "test_split": quality(truth),
        "test_split_rebuilt": quality(rebuilt),
        "rebuilt_joint_error_mm": float(np.mean(errors)),
    }


def seen_wordings(probes: dict[str, Any], data: Path) -> list[str]:
    """Free wordings that stand in the corpus or its rewordings, and so say nothing about unseen words."""
    captions = set(Arrays(data).captions)
    prompts = [prompt for probe in probes["probes"] for prompt in probe["free"]]
    return [p for p in prompts if any(p in c for c in captions)]

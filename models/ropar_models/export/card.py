"""The model card: measured figures go into a package's manifest and, with data and licences, into its README.md."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from ..evaluation.table import result_text
from ..files import write_beside, write_json


def write_card(package: Path, probe: Path, metrics: Path | None = None, command: str | None = None) -> Path:
    """Write `README.md` of the package and `measured` of its manifest from what `probe` and `evaluate` measured."""
    manifest = json.loads((package / "manifest.json").read_text())
    result = json.loads(probe.read_text())
    evaluation = json.loads(metrics.read_text()) if metrics is not None else None
    manifest["measured"] = {**manifest["measured"], **summary(result)}
    if evaluation is not None:
        manifest["measured"]["evaluation"] = evaluation
    if command is not None:
        manifest["measured"]["command"] = command
    write_json(package / "manifest.json", manifest)
    path = package / "README.md"
    write_beside(path, card(manifest, result, evaluation))
    return path


def summary(result: dict[str, Any]) -> dict[str, Any]:
    """The figures that travel in the manifest."""
    return {
        "seeds_per_prompt": result["seeds"],
        "obeys": {
            name: {kind: round(rate["rate"], 3) for kind, rate in probe["rates"].items()}
            for name, probe in result["probes"].items()
        },
        "obeys_at_seconds": {
            name: {seconds: round(rate, 3) for seconds, rate in probe["lengths"].items()}
            for name, probe in result["probes"].items()
            if probe.get("lengths")
        },
        "styles": {name: round(style["separation"][style["best"]], 3) for name, style in result["styles"].items()},
        "quality": {
            kind: {k: round(v, 4) for k, v in figures.items()} if isinstance(figures, dict) else round(figures, 2)
            for kind, figures in result["quality"].items()
        },
    }


def _rate(rate: dict[str, Any]) -> str:
    return f"{100 * rate['rate']:.1f} %"


def _obedience(result: dict[str, Any]) -> list[str]:
    rows = ["| probe | needed | the corpus' wording | other wordings | |", "| --- | --- | --- | --- | --- |"]
    for name, probe in result["probes"].items():
        caption = probe["rates"]["caption"]
        free = [rate for kind, rate in probe["rates"].items() if kind != "caption"]
        verdict = [] if probe["passed"] else ["missed"]
        if min(rate["rate"] for rate in free) < caption["rate"] - 0.05:
            verdict.append("other wording behind")
        others = "; ".join(f"{_rate(rate)} “{rate['prompt']}”" for rate in free)
        first = f"{_rate(caption)} “{caption['prompt']}”"
        rows.append(f"| {name} | {100 * probe['gate']:.0f} % | {first} | {others} | {', '.join(verdict)} |")
    return rows


def _lengths(result: dict[str, Any]) -> list[str]:
    """Rates where the length is set, of the probes that fail at one of them."""
    measured = {name: probe["lengths"] for name, probe in result["probes"].items() if probe.get("lengths")}
    if not measured:
        return []
    *first, last = next(iter(measured.values()))
    short = {name: rates for name, rates in measured.items() if min(rates.values()) < 1}
    about = f"With the length set to {', '.join(first)} and {last} s, {max(result['seeds'] // 2, 1)} motions each, "
    rows = [about + "the corpus' wording is obeyed always" + (", but for:" if short else "."), ""]
    if short:
        rows += ["| probe | " + " | ".join(f"{s} s" for s in (*first, last)) + " |"]
        rows += ["| --- " * (len(first) + 2) + "|"]
        for name, rates in short.items():
            rows.append(f"| {name} | " + " | ".join(f"{100 * r:.0f} %" for r in rates.values()) + " |")
        rows.append("")
    return rows


def _styles(result: dict[str, Any]) -> list[str]:
    rows = [
        "| style | prompt | measure that differs most from normal walking | pairs told apart |",
        "| --- | --- | --- | --- |",
    ]
    for name, style in result["styles"].items():
        score = style["separation"][style["best"]]
        direction = "more" if score >= 0.5 else "less"
        measure = style["best"].replace("_", " ")
        rows.append(f"| {name} | “{style['prompt']}” | {direction} {measure} | {100 * max(score, 1 - score):.0f} % |")
    return rows


def _quality(result: dict[str, Any]) -> list[str]:
    names = {
        "test_split": "recorded, test split",
        "test_split_rebuilt": "the same through the P-VAE",
        "generated": "generated",
    }
    rows = ["| motions | clips | foot skate | jerk, m/s³ | exploded |", "| --- | --- | --- | --- | --- |"]
    for kind, title in names.items():
        if kind in result["quality"]:
            q = result["quality"][kind]
            rows.append(f"| {title} | {q['clips']} | {q['foot_skate']:.3f} | {q['jerk']:.0f} | {q['exploded']} |")
    return rows


def _unseen(result: dict[str, Any]) -> str:
    known = result.get("seen_wordings")  # without the training data nobody looked
    if known is None:
        return "Whether captions of the training data hold the other wordings was not checked."
    if known:
        return f"The training data holds some of the other wordings: {'; '.join(known)}."
    return "No caption of the training data holds the other wordings."


def _evaluation(evaluation: dict[str, Any]) -> list[str]:
    about = (
        "Recorded motion, the same through the P-VAE, and motion generated from its captions with its lengths, judged "
        "by an evaluator trained on the training split alone. Figures of other evaluators, in papers too, do not "
        "compare. FID is paired: what is rebuilt or generated has the captions and lengths of the very clips that it "
        "is compared with, so it may be smaller than that of two halves of the recorded clips (each with its mirror "
        "images), which share none. FID, unpaired, is of one half of the clips against the recorded motion of the "
        "other half, for recorded motion too: these compare from row to row. Recorded, planted: with its standing feet "
        "held still on the floor, as those of generated motion are; then more frames in which a foot comes or goes "
        "count as low."
    )
    # Figures from before `--sources` are of all clips.
    sources = " --sources permissive" if evaluation.get("licences") == "permissive" else ""
    again = (
        f"ropar-models evaluate --package PACKAGE --data ARRAYS --evaluator EVALUATOR{sources} "
        f"--repeats {evaluation['repeats']} --out metrics.json"
    )
    return [about, "", result_text(evaluation).rstrip(), "", "Again with", "", "```sh", again, "```"]


def card(manifest: dict[str, Any], result: dict[str, Any], evaluation: dict[str, Any] | None = None) -> str:
    """The card's text. What no figure can say stands in tables/card.json, some of it for one model alone."""
    words = json.loads(resources.files("ropar_models").joinpath("tables/card.json").read_text())
    own = words["models"].get(f"{manifest['name']} {manifest['version']}", {})
    licence, training = manifest["licence"], manifest["measured"].get("training", {})
    quality = result["quality"]
    missed = [name for name, probe in result["probes"].items() if not probe["passed"]]
    stages = [f"{name}: {t['steps']} steps, {t['minutes']:.0f} minutes" for name, t in training.items()]
    lines = [
        f"# {manifest['name']} {manifest['version']}",
        "",
        words["what"],
        "",
        f"**Licence: {licence['id']}.** {licence['notice']}",
        "",
        "## Does it obey?",
        "",
        f"{result['seeds']} motions per prompt, each judged by a measured sign (`ropar_models/evaluation/signs.py`).",
        f"{_unseen(result)} Measured with `ropar-models probe` on this package.",
        "",
        *_obedience(result),
        "",
        f"Below its gate: {', '.join(missed) if missed else 'none'}.",
        "",
        *_lengths(result),
        "Styles: how often one motion of the style and one of normal walking are told apart by a single measure",
        "(50 % is chance).",
        "",
        *_styles(result),
        "",
        "## Is it clean?",
        "",
        " ".join(t for t in (words["quality"], own.get("quality")) if t),
        "",
        *_quality(result),
        "",
    ]
    if "rebuilt_joint_error_mm" in quality:
        error = quality["rebuilt_joint_error_mm"]
        lines += [f"Mean joint error of the P-VAE on the test split, against the pelvis: {error:.1f} mm.", ""]
    if evaluation is not None:
        lines += ["## By the usual measures", "", *_evaluation(evaluation), ""]
    failures = [*own.get("failures", []), *words["failures"]]
    lines += ["## Known failures", "", *(f"- {failure}" for failure in failures), "", "## Training", ""]
    if stages:
        lines += [" ".join(t for t in (f"{'; '.join(stages)}.", own.get("training")) if t), ""]
    if "command" in manifest["measured"]:
        lines += ["Made with", "", "```sh", manifest["measured"]["command"], "```", ""]
    lines += ["| source | clips | hours | licence |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {d['source']} | {d['clips']} | {d['hours']:.2f} | {d['licence']} |" for d in manifest["training_data"]
    ]
    lines += ["", "## Credits", ""]
    lines += [
        f"- {a['work']}. {a['author']}. {a['licence']}. Changes: {a['changes']}." for a in manifest["attribution"]
    ]
    return "\n".join(lines) + "\n"

"""What the arms say together: means over seeds with intervals, and whether the paper's gain appears."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from ..evaluation.intervals import half_width

FIGURES = (
    "fid",
    "r1",
    "r2",
    "r3",
    "matching_distance",
    "diversity",
    "side_right",
    "r1_arms",
    "r1_legs",
    "foot_skate",
    "jerk",
)

# Further paired figures beside the verdict: name -> row, figure, and whether as a ratio or as a difference.
ALSO = {
    "foot skate, ratio": ("generated", "foot_skate", True),
    "jerk, ratio": ("generated", "jerk", True),
    "R@1 of arms, gain": ("generated", "r1_arms", False),
    "R@1 of legs, gain": ("generated", "r1_legs", False),
    "FID of the P-VAE, ratio": ("rebuilt", "fid", True),
}


def over_seeds(values: list[float]) -> dict[str, Any]:
    """Mean and half width of the 95 % interval of the mean over seeds (Student's t); no interval for one seed."""
    return {"mean": float(np.mean(values)), "interval": half_width(values), "seeds": len(values)}


def _value(figure: Any) -> float | None:
    return figure["mean"] if isinstance(figure, dict) else figure


def summarise(results: list[dict[str, Any]], spec: dict[str, Any]) -> dict[str, Any]:
    """Figures per arm over seeds, the recorded and rebuilt rows, and the verdict."""
    by_arm: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in results:
        by_arm[result["arm"]].append(result)
    arms: dict[str, Any] = {}
    for name in spec["arms"]:
        if name not in by_arm:
            continue
        rows = {}
        for row in ("recorded", "rebuilt", "generated"):
            figures = {}
            for figure in FIGURES:
                values = [_value(r["rows"][row].get(figure)) for r in by_arm[name]]
                found = [v for v in values if v is not None]
                if found:
                    figures[figure] = over_seeds(found)
            rows[row] = figures
        arms[name] = {
            "what": spec["arms"][name]["what"],
            "seeds": sorted(r["seed"] for r in by_arm[name]),
            "training_clips": round(float(np.mean([r["training_clips"] for r in by_arm[name]]))),
            "training_hours": float(np.mean([r["training_hours"] for r in by_arm[name]])),
            "rows": rows,
        }
    compared = [
        {"arm": arm, "beside": other, **pair}
        for arm, other in spec["compared"]
        if (pair := beside(by_arm, arm, other)) is not None
    ]
    return {"arms": arms, "verdict": verdict(by_arm, spec["paper"]), "compared": compared}


def verdict(by_arm: dict[str, list[dict[str, Any]]], paper: dict[str, Any]) -> dict[str, Any]:
    """Credibility against discarding and keeping, seed by seed: differences of runs with one seed are paired."""
    out: dict[str, Any] = {}
    for other in ("discard", "keep_all"):
        found = beside(by_arm, "credibility", other)
        if found is None:
            continue
        ratio, gain = found["fid_ratio"], found["r1_gain"]
        sure_fid = ratio["interval"] is not None and ratio["mean"] + ratio["interval"] < 1
        sure_r1 = gain["interval"] is not None and gain["mean"] - gain["interval"] > 0
        out[other] = {
            **found,
            "direction": bool(ratio["mean"] < 1 and gain["mean"] > 0),
            "beyond_intervals": bool(sure_fid and sure_r1),
            "size": bool(ratio["mean"] <= paper["fid_ratio"] and gain["mean"] >= paper["r1_gain"]),
        }
    return out


def beside(by_arm: dict[str, list[dict[str, Any]]], arm: str, other: str) -> dict[str, Any] | None:
    """`arm` against `other` over the seeds that both have: ratios and differences, each of two runs of one seed."""
    mine, theirs = ({r["seed"]: r["rows"] for r in by_arm.get(a, [])} for a in (arm, other))
    seeds = sorted(set(mine) & set(theirs))
    if not seeds:
        return None
    pairs = [(mine[s], theirs[s]) for s in seeds]
    return {
        "fid_ratio": over_seeds([a["generated"]["fid"]["mean"] / b["generated"]["fid"]["mean"] for a, b in pairs]),
        "r1_gain": over_seeds([a["generated"]["r1"]["mean"] - b["generated"]["r1"]["mean"] for a, b in pairs]),
        "also": _paired(pairs),
    }


def _paired(runs: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """What else differs from run to run (`ALSO`), where both have the figure."""
    out = {}
    for name, (row, figure, ratio) in ALSO.items():
        pairs = [(_value(mine[row].get(figure)), _value(theirs[row].get(figure))) for mine, theirs in runs]
        known = [(a, b) for a, b in pairs if a is not None and b is not None and (b > 0 or not ratio)]
        if len(known) == len(runs):
            out[name] = over_seeds([a / b if ratio else a - b for a, b in known])
    return out


def _spread(e: dict[str, Any]) -> str:
    return f"{e['mean']:.3f}" + (f" ± {e['interval']:.3f}" if e["interval"] is not None else " (one seed)")


def _compared(rows: list[dict[str, Any]]) -> list[str]:
    """The table of further pairs of arms."""
    names = [name for name in ALSO if any(name in row["also"] for row in rows)]
    lines = ["| arm | beside | seeds | FID, ratio | R@1, gain | " + " | ".join(names) + " |"]
    lines.append("| --- | --- | --- | --- | --- |" + " --- |" * len(names))
    for row in rows:
        cells = [row["arm"], row["beside"], str(row["fid_ratio"]["seeds"])]
        cells += [_spread(row["fid_ratio"]), _spread(row["r1_gain"])]
        cells += [_spread(row["also"][name]) if name in row["also"] else "" for name in names]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _words(found: dict[str, Any]) -> str:
    also = "".join(f" {name[0].upper()}{name[1:]} {_spread(e)}." for name, e in found["also"].items())
    direction = "the paper's direction appears" if found["direction"] else "the paper's direction does NOT appear"
    sure = "beyond the 95 % intervals" if found["beyond_intervals"] else "not beyond the 95 % intervals"
    size = "at least the paper's size" if found["size"] else "not the paper's size"
    gains = f"FID ratio {_spread(found['fid_ratio'])}, R@1 gain {_spread(found['r1_gain'])}"
    return f"{gains}: {direction}, {sure}, {size}.{also}"


def markdown(summary: dict[str, Any], spec: dict[str, Any]) -> str:
    """The table of the arms, and the verdict in words."""
    settings, corruption, arms = summary["settings"], summary["corruption"], summary["arms"]
    budget = f"{settings['steps']} steps each" if settings["steps"] else f"{settings['minutes']:g} minutes"
    covers = (
        "of training in one noisy world with one choice of clips: of others it says nothing"
        if settings["one_world"]
        else "of training, of the noise and of the choice of clips"
    )
    corpus = f" {100 * settings['share']:g} % of the training clips," if settings["share"] < 1 else ""
    lines = [
        "# Learning from credible parts",
        "",
        f"Configuration {settings['config']}, {budget} an arm and seed,{corpus} severity {settings['severity']}: "
        f"{100 * corruption['joints_wrong']:.1f} % of the joints are wrong, {100 * corruption['joints_doubted']:.1f} % "
        f"are doubted, {100 * corruption['wrong_but_trusted']:.1f} % of the wrong ones are trusted. Judged on the "
        f"clean test split; ± is the 95 % interval over seeds (Student's t), {covers}.",
        "",
    ]
    if arms:
        from ..evaluation.table import TITLES, cell

        first = next(iter(arms.values()))
        used = [f for f in FIGURES if f in first["rows"]["generated"]]
        lines += ["| arm | clips | seeds | " + " | ".join(TITLES[f] for f in used) + " |"]
        lines += ["| --- | --- | --- |" + " --- |" * len(used)]
        recorded = max(arms.values(), key=lambda arm: len(arm["seeds"]))["rows"]["recorded"]
        lines.append("| recorded motion | | | " + " | ".join(cell(recorded.get(f)) for f in used) + " |")
        for name, arm in arms.items():
            letter = spec["arms"][name].get("letter")
            title = f"({letter}) {arm['what']}" if letter else arm["what"]
            figures = " | ".join(cell(arm["rows"]["generated"].get(f)) for f in used)
            if "held_out" in spec["arms"][name]:
                source = f"recorded motion of {spec['arms'][name]['held_out']} alone"
                own = " | ".join(cell(arm["rows"]["recorded"].get(f)) for f in used)
                if not any(source in line for line in lines):
                    lines.append(f"| {source} | | | {own} |")
            lines.append(f"| {title} | {arm['training_clips']} | {len(arm['seeds'])} | {figures} |")
        lines += ["", "The P-VAE alone (recorded motion, encoded and decoded):", ""]
        lines += ["| arm | " + " | ".join(TITLES[f] for f in used if f in first["rows"]["rebuilt"]) + " |"]
        shown = [f for f in used if f in first["rows"]["rebuilt"]]
        lines += ["| --- |" + " --- |" * len(shown)]
        for arm in arms.values():
            lines.append(f"| {arm['what']} | " + " | ".join(cell(arm["rows"]["rebuilt"].get(f)) for f in shown) + " |")
    lines += ["", "## Does the paper's gain appear?", "", f"Paper: {spec['paper']['source']}.", ""]
    for other, found in summary["verdict"].items():
        lines.append(f"- Credibility against {other.replace('_', ' ')}: {_words(found)}")
    if not summary["verdict"]:
        lines.append("- Not yet known: the arms `credibility` and `discard` or `keep_all` have no result of one seed.")
    if summary["compared"]:
        lines += ["", "## Other arms, seed by seed", "", *_compared(summary["compared"])]
    return "\n".join(lines) + "\n"

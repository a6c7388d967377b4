"""Figures as markdown."""

from __future__ import annotations

from typing import Any

TITLES = {
    "fid": "FID ↓",
    "fid_unpaired": "FID, unpaired ↓",
    "r1": "R@1 ↑",
    "r2": "R@2 ↑",
    "r3": "R@3 ↑",
    "matching_distance": "matching ↓",
    "diversity": "diversity →",
    "multimodality": "multimodality ↑",
    "side_right": "side right ↑",
    "r1_arms": "R@1 arms ↑",
    "r1_legs": "R@1 legs ↑",
    "foot_skate": "foot skate ↓",
    "contact_slide_m_per_s": "contact slide, m/s ↓",
    "jerk": "jerk, m/s³ →",
    "penetration_mm": "under the floor, mm ↓",
    "limb_phase": "limb phase →",
    "limb_phase_distance": "its distance ↓",
    "limb_timing": "limb timing →",
    "limb_timing_distance": "its distance ↓",
    "trunk_twist_degrees": "trunk twist, degrees →",
    "trunk_twist_degrees_distance": "its distance ↓",
}
JUDGED = (
    "fid",
    "fid_unpaired",
    "r1",
    "r2",
    "r3",
    "matching_distance",
    "diversity",
    "multimodality",
    "side_right",
    "r1_arms",
    "r1_legs",
)
PLAIN = tuple(name for name in TITLES if name not in JUDGED)


def cell(value: Any) -> str:
    """`0.512 ± 0.004`, or a plain number, or nothing."""
    if value is None:
        return ""
    if isinstance(value, dict):
        interval = value.get("interval")
        spread = "" if interval is None else f" ± {interval:.3f}"
        return f"{value['mean']:.3f}{spread}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def rows_table(rows: dict[str, dict[str, Any]], columns: tuple[str, ...], first: str = "motion") -> list[str]:
    """One markdown table; arrows say what is better (→: near the recorded row). A row without figures is left out."""
    used = [c for c in columns if any(c in row for row in rows.values())]
    rows = {name: row for name, row in rows.items() if any(c in row for c in used)}
    out = [f"| {first} | " + " | ".join(TITLES[c] for c in used) + " |", "| --- |" + " --- |" * len(used)]
    out += [f"| {name} | " + " | ".join(cell(row.get(c)) for c in used) + " |" for name, row in rows.items()]
    return out


def result_text(result: dict[str, Any]) -> str:
    """A whole evaluation as markdown."""
    multimodality = result["rows"]["generated"].get("multimodality", {})
    prompts = f", of multimodality over {multimodality['prompts']} prompts" if "prompts" in multimodality else ""
    lines = [
        f"Model {result['model']}, evaluator {result['evaluator']}: {result['clips']} clips, "
        f"{result['repeats']} repeats, {result['fps']:g} frames a second, ± is the 95 % interval over repeats{prompts} "
        "(Student's t).",
        "",
        *rows_table(result["rows"], JUDGED),
        "",
        *rows_table(result["rows"], PLAIN),
        "",
        "| goal | found | met |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {g['goal']} | {g['found']} | {'yes' if g['met'] else 'no'} |" for g in result["reached"].values()]
    return "\n".join(lines) + "\n"

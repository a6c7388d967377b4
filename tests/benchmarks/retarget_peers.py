"""The same clips on the same rigs by RoPAR, three.js and Blender, measured by one program, as a table.

    cargo build --release && python tests/benchmarks/retarget_peers.py [--rigs NAME,...] [--out TABLE.md]

Needs Node with tests/readers installed (`npm ci` there) and a Python with `bpy`; a peer that is not there is left out
and said so. Clips are made by `ropar generate`, rigs are those that core's tests draw.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
READERS = ROOT / "tests" / "readers"
sys.path.insert(0, str(READERS))
import check  # noqa: E402

PROMPTS = (
    "a person walks forward",
    "a person waves with the left hand",
    "a person kicks with the right leg",
    "a person raises both hands",
)
RIGS = ("mixamo", "ue4_mannequin", "vrm0", "rigify_deform", "daz_genesis8", "cmu", "biped", "smplx")
# Figure of the report, heading, digits, and whether less is better.
FIGURES = (
    ("limb_direction_median", "limb direction, median (°)", 2),
    ("limb_direction_largest", "largest (°)", 0),
    ("end_effector_error", "hands and feet (share of limb)", 3),
    ("foot_slide", "foot slide (cm/s)", 1),
    ("penetration", "into the floor (mm)", 0),
    ("bone_length_drift", "bone length drift (mm)", 1),
    ("jerk_ratio", "jerk ratio", 2),
)
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def measure(*words: str | Path) -> dict[str, Any]:
    """The report of `measure_retarget`."""
    done = subprocess.run(
        [TARGET / "examples" / "measure_retarget", *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"measure_retarget {words}: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def peer(command: list[str], clip: Path, rig: Path, pair: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What another program makes of the clip, measured."""
    job, out = folder / "job.json", folder / "motion.json"
    out.unlink(missing_ok=True)
    job.write_text(json.dumps(pair), encoding="utf-8")
    done = subprocess.run(
        [*command, str(clip), str(rig), str(job), str(out)], capture_output=True, text=True, check=False
    )
    if not out.exists():
        raise RuntimeError(f"{command}: {(done.stdout + done.stderr).strip()[-1500:]}")
    return dict(measure(clip, rig, out, "--no-contacts")["report"])


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rigs", default=",".join(RIGS))
    parser.add_argument("--clips", type=int, default=len(PROMPTS), help="how many of the prompts")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--package", default=str(ROOT / "models" / "pretrained" / "ropar-base"))
    parser.add_argument("--no-build", action="store_true", help="take the examples of the last build")
    arguments = parser.parse_args()
    if not arguments.no_build:
        build = ["cargo", "build", "--quiet", "--release", "-p", "ropar-exporters"]
        build += ["--example", "measure_retarget", "--example", "drawn_rigs"]
        subprocess.run(build, cwd=ROOT, check=True)
    three = ["node", str(READERS / "three_retarget.mjs")] if (READERS / "node_modules").is_dir() else None
    try:
        blender = [check.find_blender_python("blender"), str(READERS / "blender_retarget.py")]
    except check.Skipped as reason:
        print(f"Blender is left out: {reason}", file=sys.stderr)
        blender = None
    if three is None:
        print(f"three.js is left out: run `npm ci` in {READERS}", file=sys.stderr)

    seen: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rigs").mkdir()
        rigs = arguments.rigs.split(",")
        subprocess.run([TARGET / "examples" / "drawn_rigs", folder / "rigs", *rigs], check=True)
        for number, prompt in enumerate(PROMPTS[: arguments.clips]):
            clip = folder / f"{number}.glb"
            options = ["--seconds", "3", "--seed", "1", "--quiet", "--package", arguments.package]
            subprocess.run([TARGET / "ropar", "generate", prompt, *options, "-o", clip], check=True)
            for rig_name in rigs:
                rig = folder / "rigs" / f"{rig_name}.glb"
                own = measure(clip, rig)
                pair = own["pair"]
                runs: dict[str, Any] = {
                    "RoPAR": lambda own=own: own["report"],
                    "RoPAR without IK": lambda c=clip, r=rig: measure(c, r, "--no-contacts")["report"],
                }
                if three:
                    for label, offsets in (("three.js", False), ("three.js with offsets", True)):
                        told = pair | {"offsets": offsets}
                        runs[label] = lambda c=clip, r=rig, t=told: peer(three, c, r, t, folder)
                if blender:
                    runs["copy rotation in Blender"] = lambda c=clip, r=rig, p=pair: peer(blender, c, r, p, folder)
                for label, run in runs.items():
                    try:
                        seen.setdefault(label, []).append(run() | {"rig": rig_name, "clip": prompt})
                    except RuntimeError as error:
                        print(f"{label}, {rig_name}, {prompt}: {error}", file=sys.stderr)

    lines = [
        "| | " + " | ".join(heading for _, heading, _ in FIGURES) + " | clips |",
        "| --- |" + " ---: |" * (len(FIGURES) + 1),
    ]
    for label, reports in seen.items():
        cells = []
        for figure, _, digits in FIGURES:
            values = [report[figure] for report in reports if report[figure] is not None]
            cells.append(f"{statistics.fmean(values):.{digits}f}" if values else "")
        lines.append(f"| {label} | " + " | ".join(cells) + f" | {len(reports)} |")
    lines += ["", "Limb direction by rig, median over the clips of the medians (°):", ""]
    lines += ["| | " + " | ".join(rigs) + " |", "| --- |" + " ---: |" * len(rigs)]
    for label, reports in seen.items():
        cells = []
        for rig_name in rigs:
            values = [report["limb_direction_median"] for report in reports if report["rig"] == rig_name]
            cells.append(f"{statistics.median(values):.2f}" if values else "failed")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    table = "\n".join(lines) + "\n"
    print(table)
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

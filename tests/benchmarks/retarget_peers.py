"""The same clips on the same rigs by RoPAR, three.js and Blender, measured by one program, as a table.

    python tests/benchmarks/retarget_peers.py [--rigs NAME,...] [--clips N] [--docs]

`--docs` puts the tables into docs/retargeting.md. Needs Node with tests/readers installed (`npm ci` there) and a Python
with `bpy`; a peer that is not there is left out and said so. Half of the clips are made by `ropar generate`, half are
those that core's tests draw (`drawn_clips`), whose standing feet stand exactly; so are the rigs.
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
DOCS = ROOT / "docs" / "retargeting.md"
sys.path.insert(0, str(READERS))
import check  # noqa: E402

PROMPTS = (
    "a person walks forward",
    "a person waves with the left hand",
    "a person kicks with the right leg",
    "a person raises both hands",
    "a person squats down and stands up",
    "a person runs forward",
    "a person turns around to the left",
    "a person throws a ball with the right hand",
    "a person bows",
    "a person steps to the side",
)
RIGS = (
    "mixamo",
    "ue4_mannequin",
    "metahuman",
    "rigify_deform",
    "vrm0",
    "daz_genesis8",
    "cmu",
    "human_ik",
    "character_creator",
    "biped",
    "smplx",
    "kaykit",
)
FPS = 30
SECONDS = 2.0
# Figure of the report, heading, digits, and what of all clips is shown.
FIGURES = (
    ("limb_direction_median", "limbs, median (°)", 2, "mean"),
    ("limb_direction_largest", "limbs, largest (°)", 0, "mean"),
    ("hand_error", "hands (share of arm)", 3, "mean"),
    ("foot_error", "feet (share of leg)", 3, "mean"),
    ("foot_slide", "foot slide (cm/s)", 1, "mean"),
    ("penetration", "into the floor (mm)", 0, "mean"),
    ("contact_f1", "contacts (F1)", 2, "mean"),
    ("bone_length_drift", "bone length drift (mm)", 1, "max"),
    ("jerk_ratio", "jerk ratio", 2, "mean"),
    ("angular_velocity_ratio", "fastest turn, ratio", 1, "max"),
)
PEERS = (
    ("three.js", "three", "none"),
    ("three.js, offsets of the rests", "three", "rests"),
    ("three.js, posed by a perfect hand", "three", "posed"),
    ("copy rotation in Blender", "blender", "rests"),
    ("copy rotation, posed by a perfect hand", "blender", "posed"),
)
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
EXAMPLES = ("measure_retarget", "drawn_rigs", "drawn_clips")


def measure(*words: str | Path) -> dict[str, Any]:
    """What `measure_retarget` prints."""
    done = subprocess.run(
        [TARGET / "examples" / "measure_retarget", *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"measure_retarget {words}: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def make_clips(folder: Path, count: int, package: str) -> list[Path]:
    """Drawn and generated clips, taking turns."""
    drawn, generated = folder / "drawn", folder / "generated"
    drawn.mkdir()
    generated.mkdir()
    subprocess.run([TARGET / "examples" / "drawn_clips", drawn, str(FPS), str(SECONDS)], check=True)
    for number, prompt in enumerate(PROMPTS[: (count + 1) // 2]):
        # Feet as they were made, which slide: what a source may do.
        options = ["--seconds", str(SECONDS), "--fps", str(FPS), "--seed", "1", "--quiet", "--no-plant-feet"]
        options += ["--package", package]
        command = [TARGET / "ropar", "generate", prompt, *options, "-o", generated / f"{number}.glb"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    pairs = zip(sorted(generated.iterdir()), sorted(drawn.iterdir()), strict=False)
    return [clip for pair in pairs for clip in pair][:count]


def peers() -> dict[str, list[str]]:
    """The commands of those that are installed."""
    found = {}
    if (READERS / "node_modules").is_dir():
        found["three"] = ["node", str(READERS / "three_retarget.mjs")]
    else:
        print(f"three.js is left out: run `npm ci` in {READERS}", file=sys.stderr)
    try:
        found["blender"] = [check.find_blender_python("blender"), str(READERS / "blender_retarget.py")]
    except check.Skipped as reason:
        print(f"Blender is left out: {reason}", file=sys.stderr)
    return found


def run_peers(jobs: dict[str, list[dict[str, Any]]], folder: Path) -> None:
    """Lets every peer do its jobs, in one process each."""
    commands = peers()
    for peer, own in jobs.items():
        if peer in commands:
            path = folder / f"{peer}.json"
            path.write_text(json.dumps(own), encoding="utf-8")
            done = subprocess.run([*commands[peer], str(path)], capture_output=True, text=True, check=False)
            if not Path(own[-1]["out"]).exists():
                # What it did before it stopped counts; the last column says how much that is.
                print(f"{peer} stopped: {(done.stdout + done.stderr).strip()[-1500:]}", file=sys.stderr)


def gather(rigs: list[str], clips: list[Path], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every program's reports."""
    seen: dict[str, list[dict[str, Any]]] = {}
    jobs: dict[str, list[dict[str, Any]]] = {}
    for clip in clips:
        for name in rigs:
            rig = folder / "rigs" / f"{name}.glb"
            own = measure(clip, rig)
            seen.setdefault("RoPAR", []).append(own["report"] | {"rig": name})
            without = measure(clip, rig, "--no-contacts")["report"]
            seen.setdefault("RoPAR without IK", []).append(without | {"rig": name})
            for label, peer, offsets in PEERS:
                out = folder / f"{label}.{clip.parent.name}.{clip.stem}.{name}.json"
                job = own["pair"] | {"source": str(clip), "target": str(rig), "out": str(out), "offsets": offsets}
                jobs.setdefault(peer, []).append(job | {"label": label, "rig": name})
    run_peers(jobs, folder)
    for own_jobs in jobs.values():
        for job in own_jobs:
            out = Path(job["out"])
            if not out.exists():
                continue
            try:
                report = measure(job["source"], job["target"], out, "--no-contacts")["report"]
                seen.setdefault(job["label"], []).append(report | {"rig": job["rig"]})
            except RuntimeError as error:
                print(f"{job['label']}, {job['rig']}: {error}, {out.read_text()[:300]}", file=sys.stderr)
    return seen


def table(seen: dict[str, list[dict[str, Any]]], rigs: list[str], clips: int) -> str:
    """Both tables in Markdown."""
    lines = [
        f"{clips} clips on {len(rigs)} rigs.",
        "",
        "| | " + " | ".join(heading for _, heading, _, _ in FIGURES) + " | results |",
        "| --- |" + " ---: |" * (len(FIGURES) + 1),
    ]
    for label, reports in seen.items():
        cells = []
        for figure, _, digits, kind in FIGURES:
            values = [report[figure] for report in reports if report[figure] is not None]
            shown = (max(values) if kind == "max" else statistics.fmean(values)) if values else None
            cells.append("" if shown is None else f"{shown:.{digits}f}")
        lines.append(f"| {label} | " + " | ".join(cells) + f" | {len(reports)} |")
    lines += ["", "Limb direction by rig, median over the clips of the medians (°):", ""]
    lines += ["| | " + " | ".join(rigs) + " |", "| --- |" + " ---: |" * len(rigs)]
    for label, reports in seen.items():
        cells = []
        for name in rigs:
            values = [report["limb_direction_median"] for report in reports if report["rig"] == name]
            cells.append(f"{statistics.median(values):.2f}" if values else "failed")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rigs", default=",".join(RIGS))
    parser.add_argument("--clips", type=int, default=2 * len(PROMPTS))
    parser.add_argument("--docs", action="store_true", help="put the tables into docs/retargeting.md")
    parser.add_argument("--package", default=str(ROOT / "models" / "pretrained" / "ropar-base"))
    parser.add_argument("--no-build", action="store_true", help="take the programs of the last build")
    arguments = parser.parse_args()
    if not arguments.no_build:
        build = ["cargo", "build", "--quiet", "--release", "--workspace", "--bin", "ropar"]
        build += [word for example in EXAMPLES for word in ("--example", example)]
        subprocess.run(build, cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "rigs").mkdir()
        rigs = arguments.rigs.split(",")
        subprocess.run([TARGET / "examples" / "drawn_rigs", folder / "rigs", *rigs], check=True)
        clips = make_clips(folder, arguments.clips, arguments.package)
        text = table(gather(rigs, clips, folder), rigs, len(clips))
    print(text)
    if arguments.docs:
        before, _, rest = DOCS.read_text(encoding="utf-8").partition("<!-- tables -->\n")
        _, _, after = rest.partition("<!-- /tables -->\n")
        DOCS.write_text(f"{before}<!-- tables -->\n{text}<!-- /tables -->\n{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

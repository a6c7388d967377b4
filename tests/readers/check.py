"""Has other programs read files that RoPAR wrote, and compares what they see.

    python tests/readers/check.py FILE.glb FILE.bvh FILE.fbx ... [--require validator,three,assimp,blender,blender_5]

Readers: the Khronos glTF validator (no errors, no warnings) and three.js, both through Node (`npm ci` in this folder
once); assimp's command line; the importers of Blender 4.2 and 5.0 through Pythons with `bpy`. Joint positions and bone
lengths are compared with FILE.expected.json, which RoPAR's own kinematics wrote; without it the readers are compared
with each other.
Every reader is reported as ok, FAILED or skipped; the exit status is 1 when one failed or a required one was skipped.
"""

import argparse
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import assimp_reader

HERE = Path(__file__).resolve().parent
READERS = ("validator", "three", "assimp", "blender", "blender_5")
# Where `tests/run` installs the modules of Blender, and which they are.
BLENDERS = {"blender": ("bpy-venv", "4.2"), "blender_5": ("bpy-5.0-venv", "5.0")}
# Joints seen by another program may lie this far, in metres, from where RoPAR has them.
TOLERANCE = 1e-3
# Relative difference of bone lengths.
LENGTH_TOLERANCE = 1e-3
# Relative difference of frame rates that key times of single precision explain.
RATE_TOLERANCE = 1e-5
# Length of a unit in metres, for readers that leave it to their caller.
UNITS = {".bvh": 0.01, ".fbx": 0.01}


class Skipped(Exception):
    """A reader that is not installed."""


class Failed(Exception):
    """A reader that disagrees."""


class Seen(NamedTuple):
    """A clip as a program sees it: positions are [frame][joint][x, y, z] in metres."""

    fps: float | None
    joints: list[str]
    positions: list[list[list[float]]]


def run_node(script: str, path: Path) -> dict[str, Any]:
    """Runs a script of this folder and returns the JSON that it prints."""
    if shutil.which("node") is None:
        raise Skipped("node is not installed")
    if not (HERE / "node_modules").is_dir():
        raise Skipped(f"run `npm ci` in {HERE} first")
    done = subprocess.run(["node", HERE / script, path], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise Failed(f"{script}: {done.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def validator(path: Path) -> str:
    """The Khronos validator's verdict."""
    report = run_node("validator.mjs", path)
    counts = f"{report['errors']} errors, {report['warnings']} warnings, {report['infos']} infos"
    if not report["ok"]:
        raise Failed("\n  ".join([counts, *report["messages"]]))
    return f"{counts}, {report['triangles']} triangles"


def three(path: Path) -> Seen:
    """three.js' view of the file."""
    found = run_node("three_reader.mjs", path)
    return Seen(found["fps"], found["joints"], found["positions"])


def assimp(path: Path) -> Seen:
    """assimp's view of the file."""
    if shutil.which("assimp") is None:
        raise Skipped("assimp is not installed (Debian and Ubuntu: apt install assimp-utils)")
    try:
        return Seen(*assimp_reader.read(path, UNITS.get(path.suffix.lower(), 1.0)))
    except RuntimeError as reason:
        raise Failed(f"assimp: {reason}") from reason


def find_blender_python(reader: str) -> str:
    """A Python that has the `bpy` of this reader's version."""
    folder, version = BLENDERS[reader]
    usual = Path.home() / ".cache" / "ropar" / folder / "bin" / "python"
    for candidate in [sys.executable, str(usual)]:
        if not Path(candidate).exists():
            continue
        probe = f"import importlib.metadata as m, sys; sys.exit(not m.version('bpy').startswith('{version}.'))"
        if subprocess.run([candidate, "-c", probe], capture_output=True, check=False).returncode == 0:
            return candidate
    raise Skipped(f"no Python with bpy {version} (pip install 'bpy=={version}.*' 'numpy<2' in its own environment)")


def blender(path: Path, fps: float, reader: str = "blender") -> Seen:
    """Blender's view of the file."""
    python = find_blender_python(reader)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "seen.json"
        command = [python, str(HERE / "blender_reader.py"), str(path), str(fps), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if not out.exists():
            raise Failed((done.stdout + done.stderr).strip()[-2000:])
        found = json.loads(out.read_text(encoding="utf-8"))
    return Seen(found["fps"], found["joints"], found["positions"])


def seen_by(reader: str, path: Path, fps: float) -> Seen:
    """The view of any reader that sees positions."""
    if reader == "three":
        return three(path)
    return assimp(path) if reader == "assimp" else blender(path, fps, reader)


def expectation(path: Path) -> Seen | None:
    """What RoPAR's own kinematics say of a clip, where that was written beside it."""
    beside = path.with_name(path.name + ".expected.json")
    if not beside.exists():
        return None
    content = json.loads(beside.read_text(encoding="utf-8"))
    return Seen(content["fps"], content["joints"], content["positions"])


def as_three_has_it(name: str) -> str:
    """A joint's name as three.js' FBX loader gives it."""
    return re.sub(r"[\[\].:/]", "", re.sub(r"\s", "_", name))


def compare(seen: Seen, expected: Seen) -> str:
    """Largest distance between equally named joints; raises where it, the length or the rate is off."""
    if len(seen.positions) != len(expected.positions):
        raise Failed(f"{len(seen.positions)} frames, expected {len(expected.positions)}")
    if seen.fps and expected.fps and abs(seen.fps / expected.fps - 1) > RATE_TOLERANCE:
        raise Failed(f"{seen.fps} frames per second, expected {expected.fps}")
    place = {as_three_has_it(joint): column for column, joint in enumerate(seen.joints)}
    place |= {joint: column for column, joint in enumerate(seen.joints)}
    known = [place.get(joint, place.get(as_three_has_it(joint))) for joint in expected.joints]
    missing = [joint for joint, column in zip(expected.joints, known, strict=True) if column is None]
    if missing:
        raise Failed(f"joints {sorted(missing)} are missing")
    columns = [column for column in known if column is not None]
    worst, where = 0.0, ""
    for frame, (found, wanted) in enumerate(zip(seen.positions, expected.positions, strict=True)):
        for joint, column in enumerate(columns):
            distance = math.dist(found[column], wanted[joint])
            # Written so that NaN, which compares false with everything, counts as worst.
            if not distance <= worst:
                worst, where = distance, f"{expected.joints[joint]} in frame {frame}"
    text = f"{len(seen.positions)} frames, {len(columns)} joints, largest distance {worst * 1000:.4f} mm"
    if not worst <= TOLERANCE:
        raise Failed(f"{text} ({where})")
    length, where = bone_lengths(seen, expected, columns)
    text += f", bone lengths within {length:.1e}"
    if not length <= LENGTH_TOLERANCE:
        raise Failed(f"{text} ({where})")
    return text


def bone_lengths(seen: Seen, expected: Seen, columns: list[int]) -> tuple[float, str]:
    """Largest relative difference of the distance of joints that are always as far apart: bones, by any hierarchy."""
    worst, where = 0.0, ""
    for a in range(len(columns)):
        for b in range(a):
            wanted = [math.dist(frame[a], frame[b]) for frame in expected.positions]
            if max(wanted) - min(wanted) > 1e-6 or wanted[0] < 0.01:
                continue
            for frame, length in zip(seen.positions, wanted, strict=True):
                difference = abs(math.dist(frame[columns[a]], frame[columns[b]]) / length - 1)
                if not difference <= worst:
                    worst, where = difference, f"{expected.joints[b]} to {expected.joints[a]}"
    return worst, where


def check(path: Path) -> dict[str, str]:
    """Runs every reader on one file; returns and prints a verdict for each."""
    expected = expectation(path)
    if expected is None:
        print(f"{path}: no {path.name}.expected.json; the readers are compared with each other only")

    verdicts: dict[str, str] = {}
    for reader in READERS:
        if reader == "validator" and path.suffix.lower() != ".glb":
            continue
        try:
            if reader == "validator":
                text = validator(path)
            else:
                fps = (expected.fps if expected else None) or 30.0
                seen = seen_by(reader, path, fps)
                if expected is None:
                    expected, text = seen, f"{len(seen.positions)} frames, nothing to compare with"
                else:
                    text = compare(seen, expected)
            verdicts[reader] = "ok"
        except Skipped as reason:
            verdicts[reader], text = "skipped", str(reason)
        except Failed as reason:
            verdicts[reader], text = "FAILED", str(reason)
        print(f"{path}: {reader}: {verdicts[reader]}: {text}", flush=True)
    return verdicts


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--require", default="", help="readers that must not be skipped, separated by commas")
    arguments = parser.parse_args()
    required = {name for name in arguments.require.split(",") if name}
    if unknown := required - set(READERS):
        parser.error(f"unknown readers {sorted(unknown)}; there are {', '.join(READERS)}")

    bad = 0
    ran: set[str] = set()
    for path in arguments.files:
        if not path.is_file():
            print(f"{path}: FAILED: no such file")
            bad += 1
            continue
        verdicts = check(path)
        ran |= {reader for reader, verdict in verdicts.items() if verdict != "skipped"}
        bad += sum(verdict == "FAILED" for verdict in verdicts.values())
        bad += sum(verdict == "skipped" and reader in required for reader, verdict in verdicts.items())
    print(f"ran: {', '.join(sorted(ran)) or 'nothing'}; skipped: {', '.join(sorted(set(READERS) - ran)) or 'nothing'}")
    return 1 if bad or not ran else 0


if __name__ == "__main__":
    sys.exit(main())

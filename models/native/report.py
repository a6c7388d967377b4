"""Reports how well the solver and the features fit a corpus.

    python models/native/report.py CORPUS [--jump 60]

Per source: residual of the solved joints in mm (mostly the difference of body proportions) and of limb
directions in degrees. Over all clips: the largest error of the round trip motion -> features -> motion, and
the joints that turn more than `--jump` degrees within 1/30 s. Jumps that the source's own limbs make are
counted apart from those that the solver adds.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import ropar_native
from numpy.typing import NDArray
from ropar_models.corpus.reader import open_corpus
from ropar_models.corpus.solving import calibrate

Array = NDArray[np.float32]

# Limbs as (joint, child): both ends exist in every source.
LIMBS = [(1, 4), (2, 5), (4, 7), (5, 8), (16, 18), (17, 19), (18, 20), (19, 21)]
# The joints whose directions decide the rotation of a joint.
NEAR = {
    0: [(1, 2), (0, 3)],
    3: [(0, 3), (3, 6)],
    9: [(16, 17), (9, 12)],
    **{j: [(j, j + 3), (j + 3, j + 6), (1, 2)] for j in (1, 2)},
    **{j: [(j - 3, j), (j, j + 3)] for j in (4, 5)},
    **{j: [(j - 3, j), (j, j + 3)] for j in (7, 8)},
    **{j: [(j, j + 2), (j + 2, j + 4), (16, 17), (9, 12)] for j in (16, 17)},
    **{j: [(j - 2, j), (j, j + 2)] for j in (18, 19)},
}


def angle_between(a: Array, b: Array) -> Array:
    """Angle in degrees between vectors [..., 3]."""
    across = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.degrees(np.arctan2(across, (a * b).sum(-1)))


def turn_between(a: Array, b: Array) -> Array:
    """Angle in degrees between quaternions [..., 4]; exact for small angles."""
    nearest = np.where((a * b).sum(-1, keepdims=True) < 0, -b, b)
    half = np.linalg.norm(a - nearest, axis=-1) / 2
    return np.degrees(4 * np.arcsin(np.clip(half, 0, 1)))


def source_turn(positions: Array, joint: int) -> Array:
    """Largest turn per frame step, in degrees, of the source lines that decide the rotation of `joint`."""
    turns = [np.zeros(len(positions) - 1, np.float32)]
    for a, b in NEAR.get(joint, []):
        line = positions[:, b] - positions[:, a]
        turns.append(angle_between(line[:-1], line[1:]))
    return np.max(turns, axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--jump", type=float, default=60.0, help="degrees within 1/30 s")
    arguments = parser.parse_args()

    names = ropar_native.skeleton()["names"]
    reader = open_corpus(arguments.corpus)
    calibrations, head_yaws = calibrate(reader, None)
    residuals, directions = defaultdict(list), defaultdict(list)
    worst = np.zeros(3)
    in_source: Counter[str] = Counter()
    added: list[str] = []
    for clip in reader:
        yaw = head_yaws.get(clip.identifier)
        positions = np.ascontiguousarray(clip.positions, np.float32)
        solved = ropar_native.solve(positions, clip.mapped, clip.fps, yaw, calibrations[clip.skeleton])
        root, rotations = solved["root"], solved["rotations"]
        placed = ropar_native.forward_kinematics(root, rotations)
        residuals[clip.source].append(solved["residual_mm"][:, clip.mapped])
        for joint, child in LIMBS:
            lines = [p[:, child] - p[:, joint] for p in (positions, placed)]
            directions[clip.source].append(angle_between(*lines))

        features, origin = ropar_native.features(root, rotations, clip.fps)
        root_back, rotations_back = ropar_native.motion(features, clip.fps, origin)
        placed_back = ropar_native.forward_kinematics(root_back, rotations_back)
        worst = np.maximum(
            worst,
            [
                np.linalg.norm(placed - placed_back, axis=-1).max() * 1000,
                turn_between(rotations, rotations_back).max(),
                np.linalg.norm(root[-1] - root_back[-1]) * 1000,
            ],
        )

        if len(rotations) > 1:
            turns = turn_between(rotations[1:], rotations[:-1]) * clip.fps / 30
            for frame, joint in zip(*np.where(turns > arguments.jump), strict=True):
                if source_turn(positions[frame : frame + 2], joint)[0] * clip.fps / 30 > arguments.jump / 2:
                    in_source[clip.identifier] += 1
                else:
                    turn = turns[frame, joint]
                    added.append(f"{clip.identifier} {names[joint]} frame {frame}: {turn:.0f} degrees")

    print(f"{'source':20s} {'mm mean':>8s} {'mm 95%':>8s} {'deg mean':>9s} {'deg 95%':>8s}")
    for source, blocks in residuals.items():
        mm, deg = np.concatenate([b.ravel() for b in blocks]), np.concatenate(directions[source])
        values = f"{mm.mean():8.1f} {np.percentile(mm, 95):8.1f} {deg.mean():9.2f} {np.percentile(deg, 95):8.2f}"
        print(f"{source:20s} {values}")
    placed_mm, degrees, root_mm = worst
    print(f"round trip: positions {placed_mm:.4f} mm, rotations {degrees:.5f} deg, last root {root_mm:.4f} mm")
    print(f"jumps of the sources themselves: {sum(in_source.values())} in {len(in_source)} clips")
    print("  " + ", ".join(f"{name} ({count})" for name, count in in_source.most_common(30)))
    print(f"jumps added by the solver: {len(added)}")
    for line in added:
        print("  " + line)


if __name__ == "__main__":
    main()

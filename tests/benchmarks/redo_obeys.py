"""How well redone parts follow their prompt; the figures of decision 30 come from here.

    cargo build --release -p ropar-ffi
    PYTHONPATH=plugins/python/src python tests/benchmarks/redo_obeys.py [--seeds N]

Needs numpy. An arm is made to wave over a walk and a stand, a leg to rise over a stand, in the whole clip
and inside of it.
"""

import argparse

import numpy as np
import ropar

START, END = 1.0, 4.0
# A wrist that waves is seldom as fast; one that is jumps from token to token.
HASTY = 5.5
WAVE, LIFT = "a person waves with the left hand", "a person raises the left leg"


def of(motion: ropar.Motion, joint: str) -> np.ndarray:
    """Positions of a joint, (frames, 3)."""
    return np.asarray(motion.positions())[:, motion.joint_names.index(joint)]


def border_jump(clip: ropar.Motion, made: ropar.Motion) -> float:
    """Largest change of velocity at a border, over 1.5 times the 99th percentile of the result's speeds."""
    before, after = (np.asarray(motion.positions()) for motion in (clip, made))
    changed = np.abs(after - before).max((0, 2)) > 1e-6
    velocity = np.diff(after, axis=0) * made.fps
    change = np.linalg.norm(np.diff(velocity[:, changed], axis=0), axis=-1)
    borders = [round(seconds * made.fps) for seconds in (START, END)]
    worst = max(change[frame - 2 : frame + 1].max() for frame in borders)
    return float(worst / (1.5 * np.percentile(np.linalg.norm(velocity, axis=-1), 99)))


def fastest(motion: ropar.Motion, joint: str) -> float:
    """Largest speed of a joint, m/s."""
    return float(np.linalg.norm(np.diff(of(motion, joint), axis=0), axis=-1).max() * motion.fps)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seeds", type=int, default=10)
    seeds = range(1, words.parse_args().seeds + 1)
    with ropar.Engine(backend="embedded") as engine:
        walk = engine.generate("a person walks forward", seconds=5, seed=1)
        stand = engine.generate("a person stands still", seconds=5, seed=1)
        for start, end in ((0.0, 5.0), (START, END)):
            inside = slice(round(start * walk.fps), round(end * walk.fps))
            for in_step in (True, False):
                above, lifts, jumps, speeds = [], [], [], []
                for seed in seeds:
                    made = engine.redo(walk, ["left_arm"], WAVE, start=start, end=end, seed=seed, in_step=in_step)
                    above.append(np.mean((of(made, "left_wrist") - of(made, "left_shoulder"))[inside, 1] > 0))
                    jumps.append(border_jump(walk, made))
                    speeds.append(fastest(made, "left_wrist"))
                    made = engine.redo(stand, ["left_arm"], WAVE, start=start, end=end, seed=seed, in_step=in_step)
                    speeds.append(fastest(made, "left_wrist"))
                    made = engine.redo(stand, ["left_leg"], LIFT, start=start, end=end, seed=seed, in_step=in_step)
                    lifts.append(of(made, "left_ankle")[:, 1].max())
                    jumps.append(border_jump(stand, made))
                print(f"{start:.0f} s to {end:.0f} s, {'in step' if in_step else 'prompt alone'}:")
                print(f"  wrist above the shoulder: {100 * min(above):.0f} to {100 * max(above):.0f} % of the frames")
                print(f"  ankle up to {min(lifts):.2f} to {max(lifts):.2f} m")
                hasty = sum(speed > HASTY for speed in speeds)
                print(f"  wrist over {HASTY} m/s: {hasty} of {len(speeds)}, at most {max(speeds):.1f} m/s")
                if start > 0:
                    print(f"  worst border: {max(jumps):.2f} of what is allowed")


main()

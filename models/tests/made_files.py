"""One motion written in every layout that `prepare` reads, each by its published definition."""

import json
from pathlib import Path

import numpy as np
import ropar_native

FPS = 30.0
NAMES: list[str] = ropar_native.skeleton()["names"]
PARENTS: list[int] = [int(p) for p in ropar_native.skeleton()["parents"]]
MIXAMO = [
    *("Hips", "LeftUpLeg", "RightUpLeg", "Spine", "LeftLeg", "RightLeg", "Spine1", "LeftFoot", "RightFoot", "Spine2"),
    *("LeftToeBase", "RightToeBase", "Neck", "LeftShoulder", "RightShoulder", "Head", "LeftArm", "RightArm"),
    *("LeftForeArm", "RightForeArm", "LeftHand", "RightHand"),
]


def motion(frames: int = 90, fps: float = FPS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A person who walks along +Z and swings every limb about X: root [T, 3], local rotations [T, 22, 4] and the angles
    about X [T, 22]."""
    t = np.arange(frames) / fps
    angles = np.zeros((frames, 22))
    for name, size in {"hip": 0.4, "knee": 0.3, "shoulder": 0.5, "elbow": 0.3}.items():
        for side, phase in (("left", 0.0), ("right", np.pi)):
            lift = 1 if name in ("knee", "elbow") else 0
            angles[:, NAMES.index(f"{side}_{name}")] = size * (lift + np.sin(2 * np.pi * t + phase))
    rotations = np.zeros((frames, 22, 4), np.float32)
    rotations[..., 0], rotations[..., 3] = np.sin(angles / 2), np.cos(angles / 2)
    root = np.stack([0 * t, 0.95 + 0 * t, 0.8 * t], -1).astype(np.float32)
    return root, rotations, angles


def write_bvh(path: Path, root: np.ndarray, angles: np.ndarray, offsets: np.ndarray, names: list[str] = MIXAMO) -> None:
    """A BVH file in centimetres of rotations about X."""
    lines = ["HIERARCHY"]

    def joint(j: int, depth: int) -> None:
        pad = "  " * depth
        channels = "Zrotation Yrotation Xrotation"
        lines.append(f"{pad}{'ROOT' if j == 0 else 'JOINT'} {names[j]}")
        lines.append(f"{pad}{{")
        lines.append(f"{pad}  OFFSET " + " ".join(f"{100 * v:.6f}" for v in (offsets[j] if j else np.zeros(3))))
        channels = f"6 Xposition Yposition Zposition {channels}" if j == 0 else f"3 {channels}"
        lines.append(f"{pad}  CHANNELS {channels}")
        children = [k for k, parent in enumerate(PARENTS) if parent == j]
        order.append(j)
        for child in children:
            joint(child, depth + 1)
        if not children:
            lines.extend([f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET 0 1 0", f"{pad}  }}"])
        lines.append(f"{pad}}}")

    order: list[int] = []
    joint(0, 0)
    lines += ["MOTION", f"Frames: {len(root)}", f"Frame Time: {1 / FPS:.8f}"]
    for place, turned in zip(root, np.degrees(angles), strict=True):
        row = [*(100 * place), *(v for j in order for v in (0.0, 0.0, turned[j]))]
        lines.append(" ".join(f"{v:.6f}" for v in row))
    path.write_text("\n".join(lines) + "\n")


def write_bvh_corpus(folder: Path) -> None:
    """Two clips whose names fall into the training split, one in a subfolder and with a capital suffix."""
    root, _, angles = motion()
    offsets = np.asarray(ropar_native.skeleton()["offsets"])
    (folder / "more").mkdir(parents=True)
    for path, text in ((folder / "walk.bvh", "walk.txt"), (folder / "more/STROLL.BVH", "STROLL.txt")):
        write_bvh(path, root, angles, offsets)
        path.with_name(text).write_text("a person walks, the left arm first\n", "utf-8-sig")


def humanml3d_rows(positions: np.ndarray, yaw: np.ndarray) -> np.ndarray:
    """The published definition, written the other way round: world positions [T, 22, 3] and heading -> [T, 263].

    Their root quaternion q turns the world to face +Z, has the half angle in its first channel's sum, and
    `qrot(q, v)` is v turned about Y by twice that half angle.
    """
    rows = np.zeros((len(positions), 263))
    half = -yaw / 2  # the turn that brings the heading to +Z

    def to_local(v: np.ndarray, angle: np.ndarray) -> np.ndarray:
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([c * v[..., 0] + s * v[..., 2], v[..., 1], -s * v[..., 0] + c * v[..., 2]], -1)

    rows[:-1, 0] = np.diff(half)
    step = np.diff(positions[:, 0], axis=0)
    rows[:-1, [1, 2]] = to_local(step, 2 * half[1:])[:, [0, 2]]
    rows[:, 3] = positions[:, 0, 1]
    relative = positions[:, 1:] - positions[:, :1] * np.array([1, 0, 1])
    rows[:, 4:67] = to_local(relative, 2 * half[:, None]).reshape(len(rows), -1)
    return rows


def write_humanml3d_corpus(folder: Path) -> None:
    root, rotations, _ = motion(60, 20.0)
    positions = ropar_native.forward_kinematics(root, rotations)
    for name in ("new_joint_vecs", "texts"):
        (folder / name).mkdir(parents=True)
    for name in ("000001", "000002"):
        np.save(folder / f"new_joint_vecs/{name}.npy", humanml3d_rows(positions, np.zeros(len(positions))))
        (folder / f"texts/{name}.txt").write_text("a person walks, the left arm first#a/DET#0.0#0.0\n")
    (folder / "train.txt").write_text("000001\n000002\n")
    for split in ("val", "test"):
        (folder / f"{split}.txt").write_text("")


def write_quantised_corpus(folder: Path) -> None:
    root, rotations, _ = motion()
    folder.mkdir(parents=True)
    quantised = np.round(32767 * rotations[..., [3, 0, 1, 2]]).astype(np.int16)
    packed = np.concatenate([np.diff(quantised, axis=0, prepend=np.zeros_like(quantised[:1]))] * 2)
    np.savez(folder / "all.npz", root=np.concatenate([root, root]), quat=packed)
    offsets = np.asarray(ropar_native.skeleton()["offsets"]).tolist()
    joints = [
        {"name": name, "parent": parent, "offset": offset}
        for name, parent, offset in zip(NAMES, PARENTS, offsets, strict=True)
    ]
    (folder / "skeletons.json").write_text(json.dumps({"made": {"joints": joints, "map": {n: n for n in NAMES}}}))
    common = {"source": "made", "skeleton": "made", "npz": "all.npz", "frames": len(root), "fps": FPS, "split": "train"}
    common |= {"labels": {"content": "walk"}, "license": "MIT", "captions": ["a person walks, the left arm first"]}
    clips = [{**common, "id": str(i), "start": i * len(root)} for i in range(2)]
    (folder / "clips.jsonl").write_text("\n".join(json.dumps(c) for c in clips) + "\n")

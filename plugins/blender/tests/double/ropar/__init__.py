# SPDX-License-Identifier: GPL-3.0-or-later
"""A test double of the Python package `ropar`: the same calls, no library and no model.

It stands in where a test is about Blender and not about motion: motions are sine waves, mapping knows a few names, and
retargeting turns bones by what turned the joints. The tests that are about motion use the real package.
"""

from __future__ import annotations

import json
import re
import time

import numpy as np

__version__ = "0.0.double"

OFFSETS = {
    "pelvis": (None, (0, 0, 0)),
    "left_hip": ("pelvis", (0.085, -0.08, 0)),
    "right_hip": ("pelvis", (-0.085, -0.08, 0)),
    "spine1": ("pelvis", (0, 0.11, -0.015)),
    "left_knee": ("left_hip", (0, -0.4, 0)),
    "right_knee": ("right_hip", (0, -0.4, 0)),
    "spine2": ("spine1", (0, 0.13, 0)),
    "left_ankle": ("left_knee", (0, -0.4, 0)),
    "right_ankle": ("right_knee", (0, -0.4, 0)),
    "spine3": ("spine2", (0, 0.055, 0.01)),
    "left_foot": ("left_ankle", (0, -0.055, 0.13)),
    "right_foot": ("right_ankle", (0, -0.055, 0.13)),
    "neck": ("spine3", (0, 0.21, -0.02)),
    "left_collar": ("spine3", (0.075, 0.115, -0.015)),
    "right_collar": ("spine3", (-0.075, 0.115, -0.015)),
    "head": ("neck", (0, 0.09, 0.03)),
    "left_shoulder": ("left_collar", (0.1, 0.025, -0.01)),
    "right_shoulder": ("right_collar", (-0.1, 0.025, -0.01)),
    "left_elbow": ("left_shoulder", (0.27, 0, 0)),
    "right_elbow": ("right_shoulder", (-0.27, 0, 0)),
    "left_wrist": ("left_elbow", (0.25, 0, 0)),
    "right_wrist": ("right_elbow", (-0.25, 0, 0)),
}
JOINTS = list(OFFSETS)
PARTS = {
    "torso": ["pelvis", "spine1", "spine2", "spine3", "neck", "head"],
    **{
        f"{side}_{limb}": [f"{side}_{joint}" for joint in joints]
        for side in ("left", "right")
        for limb, joints in (
            ("arm", ("collar", "shoulder", "elbow", "wrist")),
            ("leg", ("hip", "knee", "ankle", "foot")),
        )
    },
}
ALIASES = {
    "pelvis": ("hips", "pelvis"),
    "spine1": ("spine", "spine1"),
    "spine2": ("chest", "spine2"),
    "spine3": ("upperchest", "spine3"),
    "neck": ("neck",),
    "head": ("head",),
    **{
        f"{side}_{joint}": tuple(f"{side}{name}" for name in names)
        for side in ("left", "right")
        for joint, names in {
            "collar": ("collar", "shoulder"),
            "shoulder": ("arm", "upperarm", "shoulder"),
            "elbow": ("forearm", "lowerarm", "elbow"),
            "wrist": ("hand", "wrist"),
            "hip": ("upleg", "upperleg", "hip"),
            "knee": ("leg", "lowerleg", "knee"),
            "ankle": ("ankle", "foot"),
            "foot": ("toebase", "toes", "foot"),
        }.items()
    },
}


def plain_name(name):
    """Lower case, no prefix, the side first: `J_Bip_L_UpperArm` -> `leftupperarm`."""
    words = [word for word in re.split(r"[._ :]", re.sub(r"^(mixamorig:|J_Bip_(C_)?)", "", name)) if word]
    side = next(({"L": "left", "R": "right"}[word] for word in words if word in ("L", "R")), "")
    return side + "".join(word for word in words if word not in ("L", "R")).lower()


class Error(Exception):
    def __init__(self, message, hint="", code=0):
        super().__init__(message, hint, code)
        self.message, self.hint, self.code = message, hint, code


class InputError(Error):
    pass


class PackageError(Error):
    pass


class Cancelled(Error):
    pass


def multiply(a, b):
    ax, ay, az, aw = np.moveaxis(np.asarray(a, float), -1, 0)
    bx, by, bz, bw = np.moveaxis(np.asarray(b, float), -1, 0)
    return np.stack(
        (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ),
        -1,
    )


def inverse(q):
    return np.asarray(q) * [-1, -1, -1, 1]


def turn(q, v):
    t = 2 * np.cross(q[..., :3], v)
    return v + q[..., 3:] * t + np.cross(q[..., :3], t)


def about(axis, angle):
    angle = np.asarray(angle)
    return np.concatenate((np.sin(angle / 2)[..., None] * np.array(axis, float), np.cos(angle / 2)[..., None]), -1)


def between(a, b):
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    q = np.append(np.cross(a, b), 1 + a @ b)
    return q / np.linalg.norm(q)


def matrix_rotation(m):
    import mathutils

    q = mathutils.Matrix(m[:3, :3].tolist()).to_quaternion()
    return np.array([q.x, q.y, q.z, q.w])


def forward(parents, rotations, places):
    turned, placed = np.empty_like(rotations), np.empty_like(places)
    for i, parent in enumerate(parents):
        if parent < 0:
            turned[:, i], placed[:, i] = rotations[:, i], places[:, i]
        else:
            turned[:, i] = multiply(turned[:, parent], rotations[:, i])
            placed[:, i] = placed[:, parent] + turn(turned[:, parent], places[:, i])
    return turned, placed


class Motion:
    joint_names = tuple(JOINTS)
    parents = tuple(-1 if parent is None else JOINTS.index(parent) for parent, _ in OFFSETS.values())

    def __init__(self, fps, root, rotations, metadata=None):
        self.fps = float(fps)
        self.root, self.rotations = np.asarray(root, np.float32), np.asarray(rotations, np.float32)
        self.frames, self.metadata = len(self.root), metadata or {}
        self.seconds = self.frames / self.fps

    from_arrays = classmethod(lambda cls, fps, root, rotations: cls(fps, root, rotations))

    def positions(self):
        places = np.tile(np.array([o for _, o in OFFSETS.values()], float), (self.frames, 1, 1))
        places[:, 0] = self.root
        return forward(self.parents, self.rotations.astype(float), places)[1]

    def resample(self, fps):
        count = round((self.frames - 1) * fps / self.fps) + 1
        at = np.minimum(np.arange(count) * self.fps / fps, self.frames - 1)
        low = np.floor(at).astype(int)
        high, share = np.minimum(low + 1, self.frames - 1), at - low
        b = self.rotations[high] * np.sign(np.sum(self.rotations[low] * self.rotations[high], -1, keepdims=True) + 1e-9)
        mixed = self.rotations[low] * (1 - share)[:, None, None] + b * share[:, None, None]
        root = self.root[low] * (1 - share)[:, None] + self.root[high] * share[:, None]
        return Motion(fps, root, mixed / np.linalg.norm(mixed, axis=-1, keepdims=True))

    @classmethod
    def from_rig(cls, rig, fps, rotations, translations, *, mapping=None, contacts=True):
        mapping = mapping or rig.map()
        turned, placed = forward(rig.parents, np.asarray(rotations), np.asarray(translations))
        rest_turned, size, standing = mapping.alignment()
        world = np.empty((len(turned), 22, 4))
        local = np.empty_like(world)
        for j, joint in enumerate(JOINTS):
            above = cls.parents[j]
            node = mapping.joints.get(joint)
            world[:, j] = (
                world[:, above] if node is None else multiply(turned[:, node[0]], inverse(rest_turned[node[0]]))
            )
            local[:, j] = world[:, j] if above < 0 else multiply(inverse(world[:, above]), world[:, j])
        pelvis = mapping.joints["pelvis"][0]
        root = (placed[:, pelvis] - standing) / size + np.array([0, 0.955, 0])
        return cls(fps, root, local)


class Rig:
    def __init__(self, names, parents, rest):
        self.names, self.parents, self.rest = tuple(names), tuple(parents), np.asarray(rest, float)
        self.turned = np.array([matrix_rotation(m) for m in self.rest])
        self.places = self.rest[:, :3, 3]

    from_arrays = classmethod(lambda cls, names, parents, rest: cls(names, parents, rest))

    def map(self):
        plain = [plain_name(name) for name in self.names]
        joints = {}
        for joint, names in ALIASES.items():
            for name in (*names, joint.replace("_", "")):
                if name in plain:
                    joints[joint] = (plain.index(name), 0.9)
                    break
        if "pelvis" not in joints or "left_knee" not in joints:
            raise InputError("no human body is found in this rig", "map its bones by hand")
        return Mapping("double", joints, self)


class Mapping:
    def __init__(self, family, joints, rig):
        self.family, self.joints, self.rig = family, joints, rig
        self.spine, self.neck, self.fingers, self.twists, self.root, self.warnings = [], [], {}, [], None, []

    def to_json(self):
        name = {j: self.rig.names[n] for j, (n, _) in self.joints.items()}
        midline = ("spine1", "spine2", "spine3", "neck")
        return json.dumps(
            {
                "family": self.family,
                "joints": {j: n for j, n in name.items() if j not in midline},
                "spine": [name[j] for j in midline[:3] if j in name],
                "neck": [name["neck"]] if "neck" in name else [],
            }
        )

    @classmethod
    def from_json(cls, text, rig):
        document = json.loads(text)
        named = dict(document["joints"])
        named |= dict(zip(("spine1", "spine2", "spine3"), document["spine"], strict=False))
        named |= dict(zip(("neck",), document["neck"], strict=False))
        for name in named.values():
            if name is not None and name not in rig.names:
                raise InputError(f"the mapping names the bone {name}, which the rig does not have", "map it anew")
        return cls("file", {j: (rig.names.index(n), 1.0) for j, n in named.items() if n is not None}, rig)

    def alignment(self):
        """The bones' world rotations in the canonical rest pose, size, and where the pelvis then is."""
        rig = self.rig
        turned, placed = forward(rig.parents, rig.turned[None], rig.places[None])
        turned, placed = turned[0], placed[0]
        aligned = turned.copy()
        for joint, (node, _) in self.joints.items():
            child = next((c for c, (p, _) in OFFSETS.items() if p == joint and c in self.joints), None)
            if child is not None and joint.split("_")[-1] in ("shoulder", "elbow", "hip", "knee"):
                now = placed[self.joints[child][0]] - placed[node]
                aligned[node] = multiply(between(now, np.array(OFFSETS[child][1], float)), turned[node])
        pelvis = placed[self.joints["pelvis"][0]]
        return aligned, pelvis[1] / 0.955, pelvis


class Retargeted:
    def __init__(self, fps, rotations, translations):
        self.fps, self.frames = fps, len(rotations)
        self.rotations, self.translations = rotations, translations
        self.report = {"foot_slide": 0.5, "verdict": {"grade": "good", "reason": ""}}


def retarget(source, rig, mapping=None, *, contacts=True, in_place=False):
    mapping = mapping or rig.map()
    aligned, size, standing = mapping.alignment()
    source_turned, _ = forward(Motion.parents, source.rotations.astype(float), np.zeros((source.frames, 22, 3)))
    joint_of = {node: JOINTS.index(joint) for joint, (node, _) in mapping.joints.items()}
    rotations = np.tile(rig.turned, (source.frames, 1, 1))
    places = np.tile(rig.places, (source.frames, 1, 1))
    turned, placed = np.empty_like(rotations), np.empty_like(places)
    for i, parent in enumerate(rig.parents):
        above = turned[:, parent] if parent >= 0 else np.tile([0.0, 0, 0, 1], (source.frames, 1))
        if i in joint_of:
            rotations[:, i] = multiply(inverse(above), multiply(source_turned[:, joint_of[i]], aligned[i]))
        turned[:, i] = multiply(above, rotations[:, i])
        base = placed[:, parent] if parent >= 0 else 0.0
        if i in joint_of and JOINTS[joint_of[i]] == "pelvis":
            root = source.root.astype(float) * ([0, 1, 0] if in_place else [1, 1, 1])
            target = (root - [0, 0.955, 0]) * size + standing
            places[:, i] = turn(inverse(above), target - base)
        placed[:, i] = base + turn(above, places[:, i])
    return Retargeted(source.fps, rotations, places)


class Licence:
    id, notice, commercial = "none", "A double.", True

    def __str__(self):
        return self.id


class Limits:
    max_seconds, max_prompt_characters = 20.0, 500


class Engine:
    frame_rate, backend, provider, licence, limits = 20.0, "double", "cpu", Licence(), Limits()
    parts = list(PARTS)
    #: Seconds that a motion takes to make.
    delay = 0.0

    def __init__(self, package=None, backend="auto", provider="auto", threads=None, runtime_library=None):
        if package is not None:
            raise PackageError(f"{package} holds no manifest.json", "choose the folder of a model package")

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def part_joints(self, part):
        return [JOINTS.index(joint) for joint in PARTS[part]]

    def _wait(self, progress):
        for step in range(20):
            time.sleep(self.delay / 20)
            if progress is not None and progress((step + 1) / 20):
                raise Cancelled("cancelled")

    def generate(self, prompt, *, seconds=None, seed=0, guidance=None, iterations=None, steps=None, progress=None):
        self._wait(progress)
        frames = round((seconds or 3.0) * self.frame_rate)
        t = np.arange(frames) / self.frame_rate
        rotations = np.tile(np.array([0.0, 0, 0, 1]), (frames, 22, 1))
        swing = 0.6 * np.sin(2 * np.pi * t + seed)

        def set_joint(name, axis, angle):
            rotations[:, JOINTS.index(name)] = about(axis, angle)

        set_joint("pelvis", (0, 1, 0), 0.3 * t)
        set_joint("spine2", (0, 1, 0), 0.2 * swing)
        set_joint("head", (1, 0, 0), 0.2 * np.sin(5 * t))
        for side, sign in (("left", 1), ("right", -1)):
            set_joint(f"{side}_hip", (1, 0, 0), -sign * swing)
            set_joint(f"{side}_knee", (1, 0, 0), np.abs(swing))
            set_joint(f"{side}_shoulder", (0, 0, 1), -sign * (1.1 - 0.5 * np.abs(swing)))
            set_joint(f"{side}_elbow", (0, 1, 0), -sign * (0.5 + swing / 2))
        root = np.stack((0.05 * np.sin(t), 0.93 + 0.02 * np.cos(4 * np.pi * t), 1.2 * t), -1)
        return Motion(self.frame_rate, root, rotations, {"prompt": prompt, "seed": seed})

    def redo(self, motion, parts, prompt, *, start=None, end=None, in_step=False, seed=0, guidance=None, progress=None):
        self._wait(progress)
        rotations = motion.rotations.copy()
        first = round((start or 0.0) * motion.fps)
        last = motion.frames if end is None else round(end * motion.fps)
        share = np.sin(np.linspace(0, np.pi, last - first + 2))[1:-1]
        for part in parts:
            for joint in self.part_joints(part):
                change = about((0.6, 0, 0.8), 0.7 * share)
                rotations[first:last, joint] = multiply(motion.rotations[first:last, joint], change)
        return Motion(motion.fps, motion.root, rotations)

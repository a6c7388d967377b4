"""Bodies in the stand-in for Maya: human proportions, with whatever orders, orients and scales a test asks for."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import ropar
from joint_formula import Array, joint_matrix

#: HumanIK's names in the order of RoPAR's joints.
NAMES = (
    "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase RightToeBase Neck"
    " LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm LeftHand RightHand"
).split()


def places() -> Array:
    """World places of the joints in a T pose, centimetres; (22, 3)."""
    upright = np.zeros((1, 22, 4))
    upright[..., 3] = 1.0
    motion = ropar.Motion.from_arrays(20.0, [[0.0, 0.955, 0.0]], upright)
    return np.asarray(motion.positions())[0].astype(float) * 100.0


def parents() -> tuple[int, ...]:
    upright = np.zeros((1, 22, 4))
    upright[..., 3] = 1.0
    return ropar.Motion.from_arrays(20.0, [[0.0, 0.955, 0.0]], upright).parents


Build = Callable[[int], dict[str, Any]]


def plain(_: int) -> dict[str, Any]:
    return {}


def oriented(seed: int, *, scales: str = "none", compensate: bool = True) -> Build:
    """Joints with any rotate order, joint orient and rotate axis.

    Args:
        seed: of the choice.
        scales: ``none``, ``even`` (another one per joint) or ``uneven`` (another one per joint and axis).
        compensate: whether segment scale compensation is on.
    """
    rng = random.Random(seed)

    def build(_: int) -> dict[str, Any]:
        scale = (1.0, 1.0, 1.0)
        if scales == "even":
            scale = (rng.uniform(0.6, 1.6),) * 3
        elif scales == "uneven":
            scale = tuple(rng.uniform(0.7, 1.4) for _ in range(3))
        return {
            "rotateOrder": rng.randrange(6),
            "jointOrient": tuple(rng.uniform(-3.1, 3.1) for _ in range(3)),
            "rotateAxis": tuple(rng.uniform(-3.1, 3.1) for _ in range(3)),
            "scale": scale,
            "segmentScaleCompensate": compensate,
        }

    return build


def body(scene: Any, build: Build = plain, *, group: Any = None, namespace: str = "", size: float = 1.0) -> list[str]:
    """Adds a body in a T pose with all rotations at 0, under a group; the paths of its joints.

    Args:
        scene: where.
        build: the attributes of each joint, but for the translation, which follows.
        group: world matrix of the group for row vectors; None: no group.
        namespace: such as ``hero:``.
        size: height, where 1 is an adult.
    """
    top = ""
    over = np.eye(4)
    if group is not None:
        top, over = f"|{namespace}rig", np.asarray(group, dtype=float)
        scene.transform(top, over)
    where, above = places() * size, parents()
    worlds: list[Array] = []
    paths: list[str] = []
    for index, parent in enumerate(above):
        path = (paths[parent] if parent >= 0 else top) + f"|{namespace}{NAMES[index]}"
        frame = worlds[parent] if parent >= 0 else over
        # In the group's own frame, so that the whole body goes with it.
        wanted = np.append(where[index], 1.0) @ over
        values = build(index)
        values["translate"] = tuple(float(v) for v in (wanted @ np.linalg.inv(frame))[:3])
        node = scene.joint(path, **values)
        a = node.attributes
        own = joint_matrix(
            a["translate"],
            a["rotate"],
            a["scale"],
            a["rotateOrder"],
            a["jointOrient"],
            a["rotateAxis"],
            a["inverseScale"],
            a["segmentScaleCompensate"],
        )
        worlds.append(own @ frame)
        paths.append(path)
    return paths

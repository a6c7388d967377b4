# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of an action on a generated Rigify rig: the body does what was asked for, and all else is as it was.

What is asked for is taken from Blender's own evaluation of the skeleton (ORG bones), before and after.
"""

import bpy
import numpy as np
import pytest
import rigs
from mathutils import Euler, Matrix
from test_actions import curves, generate, values

pytestmark = pytest.mark.real

LAST = 80
ARM = ("shoulder.R", "upper_arm_fk.R", "forearm_fk.R", "hand_fk.R")
BODY = list(rigs.RIGIFY_BODY)


@pytest.fixture(scope="module")
def character_file(tmp_path_factory):
    """A generated rig in a file: making it takes most of the time."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if rigs.rigify() is None:
        pytest.skip("Rigify is not part of this Blender")
    bpy.context.scene.frame_end = LAST
    file = str(tmp_path_factory.mktemp("rigify") / "rig.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    return file


@pytest.fixture
def rig(scene, character_file):
    bpy.ops.wm.open_mainfile(filepath=character_file)
    armature = next(item for item in bpy.data.objects if item.type == "ARMATURE" and "torso" in item.pose.bones)
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    return armature


def animate_by_hand(armature) -> None:
    """As an animator does: IK hands and feet, few keys, a chest that is bent, a neck that follows half."""
    bones = armature.pose.bones
    for frame, way in ((1, 0.0), (30, 0.5), (55, 0.2), (LAST, 1.0)):
        bones["torso"].location = (0.1 * way, -0.3 * way, -0.06)
        bones["torso"].rotation_quaternion = Euler((0.1 * way, 0.1, 0.3 * way)).to_quaternion()
        bones["torso"].keyframe_insert("location", frame=frame)
        bones["torso"].keyframe_insert("rotation_quaternion", frame=frame)
        bones["chest"].rotation_quaternion = Euler((0.2, 0.1 * way, 0.2 * way)).to_quaternion()
        bones["chest"].keyframe_insert("rotation_quaternion", frame=frame)
        for side, sign in (("L", 1), ("R", -1)):
            # Within reach: IK stretches far beyond, which FK cannot.
            hand = bones[f"hand_ik.{side}"]
            place = Matrix.Translation((0.35 * sign, -0.25 - 0.3 * way, 1.1 + 0.2 * way))
            hand.matrix = place @ hand.bone.matrix_local.to_3x3().to_4x4()
            bones[f"hand_ik.{side}"].keyframe_insert("location", frame=frame)
            bones[f"foot_ik.{side}"].location = (0.0, -0.3 * way, 0.0)
            bones[f"foot_ik.{side}"].keyframe_insert("location", frame=frame)
    armature.animation_data.action.use_fake_user = True


def skeleton(armature, frames=range(1, LAST + 1), names=BODY) -> np.ndarray:
    """Matrices (frames, bones, 4, 4) of the skeleton as Blender shows it."""
    scene = bpy.context.scene
    now = scene.frame_current
    result = np.empty((len(frames), len(names), 4, 4))
    for row, frame in enumerate(frames):
        scene.frame_set(frame)
        result[row] = [[list(line) for line in armature.pose.bones[name].matrix] for name in names]
    scene.frame_set(now)
    return result


def angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between the rotations of two sets of matrices, which may be scaled (IK stretches)."""
    a, b = (m[..., :3, :3] / np.linalg.norm(m[..., :3, :3], axis=-2, keepdims=True) for m in (a, b))
    trace = np.einsum("...ij,...ij->...", a, b)
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def unchanged_keys(before, after, allowed) -> None:
    """Curves of other bones are the same; of these, no key outside of the range changed its value."""
    for key, points in before.items():
        bone = key[0].split('"')[1]
        if bone not in allowed:
            assert np.array_equal(points, after[key]), key


def handles(armature) -> dict:
    return {
        key: [(tuple(p.handle_left), tuple(p.handle_right), p.interpolation) for p in curve.keyframe_points]
        for key, curve in curves(armature).items()
    }


def of_arm() -> list[int]:
    return [BODY.index(f"ORG-{bone}.R") for bone in ("shoulder", "upper_arm", "forearm", "hand")]


@pytest.mark.parametrize("made", ["by_hand", "generated"])
def test_redo_an_arm(rig, made):
    scene = bpy.context.scene
    if made == "by_hand":
        animate_by_hand(rig)
    else:
        generate(prompt="a person stands still", seconds=LAST / 24)
    scene.frame_set(7)
    before, body, fine = values(rig), skeleton(rig), handles(rig)
    options = {"parts": {"right_arm"}, "prompt": "a person waves with the right hand", "start": 25, "end": 60}
    assert bpy.ops.ropar.redo(**options, seed=4) == {"FINISHED"}
    assert scene.frame_current == 7 and len(bpy.data.scenes) == 1
    after, now = values(rig), skeleton(rig)
    unchanged_keys(before, after, (*ARM, "upper_arm_parent.R"))
    for key, points in before.items():
        outside = (points[:, 0] < 25) | (points[:, 0] > 60)
        kept = {tuple(point) for point in after[key].tolist()}
        assert {tuple(point) for point in points[outside].tolist()} <= kept
        if key[0].split('"')[1] not in (*ARM, "upper_arm_parent.R"):
            assert fine[key] == handles(rig)[key]
    # Nothing but the arm moves otherwise, and that only in the range.
    others = [index for index in range(len(BODY)) if index not in of_arm()]
    assert np.abs(now - body)[:, others].max() < 1e-5
    outside = [*range(24), *range(60, LAST)]
    assert np.abs(now - body)[outside].max() < 1e-4
    hand = np.linalg.norm((now - body)[:, of_arm()[-1], :3, 3], axis=-1)
    assert hand[30:55].max() > 0.1
    # At the borders the arm goes on where it is: no jump.
    steps = np.linalg.norm(np.diff(now[:, of_arm()[-1], :3, 3], axis=0), axis=-1)
    assert steps.max() < 0.3, steps.argmax()
    borders = np.concatenate([steps[22:27], steps[57:62]])
    assert borders.max() < 0.15, borders


def test_redo_in_rest_position(rig):
    """What is made depends on the pose, and not on whether Blender shows it."""
    options = {"parts": {"right_arm"}, "prompt": "a person waves with the right hand", "start": 25, "end": 60}
    animate_by_hand(rig)
    keyed = rig.animation_data.action.copy()
    bpy.ops.ropar.redo(**options, seed=4)
    wanted = values(rig)
    rig.animation_data.action = keyed
    rig.data.pose_position = "REST"
    bpy.ops.ropar.redo(**options, seed=4)
    found = values(rig)
    assert rig.data.pose_position == "REST" and found.keys() == wanted.keys()
    assert max(np.abs(found[key] - wanted[key]).max() for key in wanted) < 1e-4


def test_redo_twice(rig):
    """The second range lies over the end of the first: what is outside of the second stays."""
    animate_by_hand(rig)
    first = {"parts": {"right_arm"}, "prompt": "a person waves with the right hand", "seed": 4}
    assert bpy.ops.ropar.redo(**first, start=20, end=50) == {"FINISHED"}
    body = skeleton(rig)
    assert bpy.ops.ropar.redo(**first | {"seed": 7}, start=40, end=70) == {"FINISHED"}
    now = skeleton(rig)
    outside = [*range(39), *range(70, LAST)]
    off = np.abs(now - body)[outside].max(axis=(2, 3))
    assert off.max() < 1e-4, [(outside[i] + 1, BODY[j], off[i, j]) for i, j in np.argwhere(off > 1e-4)]
    assert np.abs(now - body)[39:70][:, of_arm()].max() > 0.05
    others = [index for index in range(len(BODY)) if index not in of_arm()]
    assert np.abs(now - body)[:, others].max() < 1e-5


def test_redo_what_stays_the_same(rig, monkeypatch):
    """The model changes nothing: the arm, moved by IK, is where it was, now by FK."""
    import ropar

    monkeypatch.setattr(ropar.Engine, "redo", lambda self, motion, *_, **__: turned_a_little(motion))
    animate_by_hand(rig)
    before = skeleton(rig)
    assert bpy.ops.ropar.redo(parts={"right_arm", "torso"}, prompt="same", start=20, end=70) == {"FINISHED"}
    now = skeleton(rig)
    assert values(rig)[('pose.bones["upper_arm_parent.R"]["IK_FK"]', 0)].tolist() == [[19, 0], [20, 1], [71, 0]]
    worst = dict(zip(BODY, angles(now, before).max(axis=0).round(2), strict=True))
    assert max(worst.values()) < 1.0, worst
    moved = dict(zip(BODY, np.abs(now - before)[..., :3, 3].max(axis=(0, 2)).round(4), strict=True))
    # Rigify's IK stretches limbs by a few millimetres, FK does not; the torso is not subject to that.
    assert max(moved.values()) < 1e-2 and max(moved[name] for name in BODY if "spine" in name) < 1e-3, moved


def turned_a_little(motion):
    """Redo refuses to write nothing: the wrist turns by a tenth of a degree."""
    import ropar

    rotations = np.array(motion.rotations)
    small = np.radians(0.1) / 2
    x, y, z, w = np.moveaxis(rotations[:, 21], -1, 0)
    rotations[:, 21] = np.stack((x + small * w, y + small * z, z - small * y, w - small * x), -1)
    return ropar.Motion.from_arrays(motion.fps, motion.root, rotations)


@pytest.mark.parametrize("placement", ["INSERT", "REPLACE"])
def test_a_motion_in_between(rig, placement):
    """Outside of the range the rig does what it did, IK and all; inside the body does what a free skeleton would do."""
    scene = bpy.context.scene
    animate_by_hand(rig)
    before, body = values(rig), skeleton(rig)
    scene.frame_set(20)
    options = {"prompt": "a person walks forward", "contacts": False, "placement": placement}
    options |= {"seconds": 1.5} if placement == "INSERT" else {"range_start": 20, "range_end": 55}
    generate(**options)
    assert len(bpy.data.actions) == 1
    now, after = skeleton(rig), values(rig)
    inside = range(19, 55)
    outside = [index for index in range(LAST) if index not in inside]
    untouched = {"chest", "hand_ik.L", "hand_ik.R", "foot_ik.L", "foot_ik.R"}
    unchanged_keys(before, after, {key[0].split('"')[1] for key in before} - untouched)
    legs = [index for index, name in enumerate(BODY) if name.split("-")[1].split(".")[0] in ("thigh", "shin", "foot")]
    keyed = [0, 29, 54, LAST - 1]  # between these and the range, curves of the torso bend
    assert np.abs(now - body)[[row for row in keyed if row in outside]].max() < 1e-4
    assert np.abs(now - body)[19:55][:, legs].max() > 0.05
    # It goes on where the character stands and looks.
    assert np.abs((now - body)[19, 0, :2, 3]).max() < 2e-3
    steps = np.linalg.norm(np.diff(now[19:55, 0, :3, 3], axis=0), axis=-1)
    assert steps.max() < 0.2 and steps.sum() > 0.3


def test_the_body_is_where_the_motion_says(rig):
    """The same motion as a new action, on a rig at rest, and into a range of an animated one: the same turns."""
    scene = bpy.context.scene
    options = {"prompt": "a person walks forward", "contacts": False, "seed": 3}
    animate_by_hand(rig)
    generate(**options, placement="REPLACE", range_start=20, range_end=60)
    found = skeleton(rig, range(20, 61))
    generate(**options, placement="NEW", seconds=41 / 24)
    wanted = skeleton(rig, range(scene.frame_start, scene.frame_start + 41))
    # The new action starts at the origin and looks ahead; the other one where the character was.
    heading = found[0, 0, :3, :3] @ np.linalg.inv(wanted[0, 0, :3, :3])
    assert abs(heading[2, 2] - 1) < 1e-4
    checked = [i for i, name in enumerate(BODY) if name not in ("ORG-spine.001", "ORG-spine.002", "ORG-spine.005")]
    turned = wanted.copy()
    turned[..., :3, :3] = heading @ wanted[..., :3, :3]
    assert angles(found, turned)[:, checked].max() < 1.0
    assert np.abs(np.ptp(found[:, 0, 2, 3]) - np.ptp(wanted[:, 0, 2, 3])) < 2e-3

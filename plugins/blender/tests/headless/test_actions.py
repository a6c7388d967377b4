# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the keys go, and what stays as it was."""

import bpy
import numpy as np
import oracle
import pytest
import rigs


def generate(**options):
    options = {"prompt": "a person walks forward", "seconds": 2.0, "seed": 5} | options
    assert bpy.ops.ropar.generate(**options) == {"FINISHED"}
    return bpy.context.active_object


def curves(armature, action=None):
    from bl_ext.user_default.ropar.host import actions

    found = actions.curves(action or armature.animation_data.action, armature, create=False)
    return {(c.data_path, c.array_index): c for c in found}


def values(armature, action=None):
    """(frame, value) of every key, as Blender's own iteration gives them."""
    return {k: np.array([tuple(p.co) for p in c.keyframe_points]) for k, c in curves(armature, action).items()}


def test_the_action_plays(scene):
    armature = generate(target="MANNEQUIN")
    animation = armature.animation_data
    if bpy.app.version >= (4, 4, 0):
        assert animation.action_slot is not None
        assert animation.action_slot in animation.action.slots[:]
    before = oracle.evaluated(armature, ["left_wrist"], [1, 12, 24])[:, 0]
    assert np.ptp(before, axis=0).max() > 0.05
    assert animation.action.use_fake_user


def test_keys_on_every_frame(scene):
    armature = generate(target="MANNEQUIN")
    for (path, _), points in values(armature).items():
        assert path.startswith("pose.bones[")
        assert len(points) in (1, 48) and points[0, 0] == scene.frame_start
        assert np.array_equal(points[:, 0], scene.frame_start + np.arange(len(points)))


def test_variations(scene):
    armature = generate(target="MANNEQUIN", variations=4)
    assert len(bpy.data.actions) == 4
    first = armature.animation_data.action
    seen = [first]
    for _ in range(3):
        bpy.ops.ropar.step_variation(step=1)
        seen.append(armature.animation_data.action)
    assert len(set(seen)) == 4
    bpy.ops.ropar.step_variation(step=1)
    assert armature.animation_data.action == first
    bpy.ops.ropar.step_variation(step=-1)
    assert armature.animation_data.action == seen[3]
    bpy.ops.ropar.delete_variation()
    assert len(bpy.data.actions) == 3 and armature.animation_data.action is not None
    one, other = (values(armature, action) for action in seen[:2])
    assert any(not np.array_equal(one[k], other[k]) for k in one)


def test_insert_goes_on_where_the_character_stands(scene):
    armature = generate(target="MANNEQUIN", seconds=3.0)
    before = values(armature)
    scene.frame_set(40)
    there = oracle.evaluated(armature, ["pelvis", "left_hip"], [40])[0]
    generate(placement="INSERT", seconds=2.0, seed=9)
    after = values(armature)
    assert len(bpy.data.actions) == 1
    for key, points in before.items():
        early = points[points[:, 0] < 40]
        assert np.array_equal(early, after[key][after[key][:, 0] < 40]), key
    now = oracle.evaluated(armature, ["pelvis", "left_hip"], [40])[0]
    assert np.abs(now[0, :2] - there[0, :2]).max() < 2e-3
    # The line between the hips shows the heading; both poses may lean a little differently.
    old, new = there[1] - there[0], now[1] - now[0]
    assert old[:2] @ new[:2] / np.linalg.norm(old[:2]) / np.linalg.norm(new[:2]) > 0.97


def test_replace_fills_exactly_the_range(scene):
    armature = generate(target="MANNEQUIN", seconds=4.0)
    before = values(armature)
    generate(placement="REPLACE", range_start=30, range_end=60, seed=2)
    after = values(armature)
    changed = 0
    for key, points in before.items():
        if len(points) == 1:
            continue
        kept = (points[:, 0] < 30) | (points[:, 0] > 60)
        assert np.array_equal(points[:, 0], after[key][:, 0])
        assert np.array_equal(points[kept], after[key][kept]), key
        changed += not np.array_equal(points, after[key])
    assert changed > 20


def test_hand_made_keys_outside_of_the_range_keep_their_handles(scene):
    armature, _ = rigs.mixamo()
    bone = armature.pose.bones["mixamorig:LeftArm"]
    for frame, angle in ((1, 0.0), (10, 0.7), (33, -0.2), (80, 0.4)):
        bone.rotation_quaternion = (1, angle, 0, 0)
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    curve = curves(armature)[('pose.bones["mixamorig:LeftArm"].rotation_quaternion', 1)]
    point = curve.keyframe_points[0]
    point.handle_left_type = point.handle_right_type = "FREE"
    point.handle_right = (4.0, 0.9)
    point.interpolation = "BEZIER"
    generate(placement="REPLACE", range_start=20, range_end=50)
    curve = curves(armature)[('pose.bones["mixamorig:LeftArm"].rotation_quaternion', 1)]
    first, last = curve.keyframe_points[0], curve.keyframe_points[-1]
    assert tuple(first.handle_right) == pytest.approx((4.0, 0.9)) and first.handle_right_type == "FREE"
    assert [round(p.co[0]) for p in curve.keyframe_points] == [1, 10, *range(20, 51), 80]
    assert last.co[1] == pytest.approx(0.4)


def test_scene_range_grows_only_when_asked(scene):
    scene.frame_end = 20
    generate(target="MANNEQUIN", extend_scene=False)
    assert scene.frame_end == 20
    generate(extend_scene=True)
    assert scene.frame_end == 48


def test_actions_survive_saving(scene, tmp_path):
    armature = generate(target="MANNEQUIN", variations=2)
    names, name = {action.name for action in bpy.data.actions}, armature.name
    file = str(tmp_path / "a.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    assert {action.name for action in bpy.data.actions} == names
    armature = bpy.data.objects[name]
    bpy.context.view_layer.objects.active = armature
    assert armature.animation_data.action["ropar"]["prompt"] == "a person walks forward"
    bpy.ops.ropar.step_variation(step=1)
    assert armature.animation_data.action.name in names


def test_bones_without_keys_stay_outside_of_the_range(scene):
    """New curves hold on both sides what was there without them."""
    armature, _ = rigs.mixamo()
    bone = armature.pose.bones["mixamorig:LeftArm"]
    for frame, angle in ((1, 0.1), (10, 0.7), (80, 0.4)):
        bone.rotation_quaternion = (1, angle, 0, 0)
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    posed = ["mixamorig:RightForeArm", "mixamorig:LeftFoot", "mixamorig:Head"]
    armature.pose.bones["mixamorig:RightArm"].rotation_quaternion = (0.8, 0.1, 0.5, 0.2)
    armature.pose.bones["mixamorig:Hips"].location = (3, 5, 7)
    outside = [1, 5, 19, 51, 70, 90]
    before = oracle.evaluated(armature, posed, outside)
    generate(placement="REPLACE", range_start=20, range_end=50)
    assert np.abs(oracle.evaluated(armature, posed, outside) - before).max() < 1e-5
    assert np.abs(oracle.evaluated(armature, posed, [35]) - before[:1]).max() > 0.05


@pytest.mark.parametrize("placement", ["INSERT", "REPLACE"])
@pytest.mark.parametrize("left", ["keys", "a pose", "nothing"])
def test_bones_in_between_are_at_rest_in_the_range(scene, left, placement):
    """A collar that stands for no joint would carry the arm along with what was keyed on it before."""
    armature, _ = rigs.mixamo()
    bpy.ops.ropar.map_rig()
    next(row for row in armature.ropar_rig.joints if row.joint == "left_collar").bone = ""
    for frame in (1, 90):
        armature.pose.bones["mixamorig:RightHand"].keyframe_insert("rotation_quaternion", frame=frame)
    collar = armature.pose.bones["mixamorig:LeftShoulder"]
    if left != "nothing":
        collar.rotation_quaternion = (0.8, 0.1, 0.5, 0.2)
        collar.location = (1, 2, 3)
    if left == "keys":
        for frame in (1, 30, 90):
            collar.keyframe_insert("rotation_quaternion", frame=frame)
            collar.keyframe_insert("location", frame=frame)
    # Between the range and keys that are far away, curves bend.
    outside = [1, 90] if left == "keys" else [1, 10, 19, 68, 90]
    before = oracle.evaluated(armature, ["mixamorig:LeftArm"], outside)
    scene.frame_set(20)
    generate(placement=placement, range_start=20, range_end=67, seconds=2.0)
    assert np.abs(oracle.evaluated(armature, ["mixamorig:LeftArm"], outside) - before).max() < 1e-4
    for frame in range(20, 68):
        scene.frame_set(frame)
        off = np.array(collar.matrix_basis) - np.eye(4)
        assert np.abs(off).max() < 1e-4, frame
    assert any("LeftShoulder" in path for path, _ in curves(armature)) == (left != "nothing")


def test_a_curve_that_ends_within_the_range(scene):
    """Its last value goes on behind the range, as it did, and its first one before."""
    armature, _ = rigs.mixamo()
    for name, frames in (("LeftArm", (1, 80)), ("RightArm", (25, 30))):
        bone = armature.pose.bones[f"mixamorig:{name}"]
        for frame in frames:
            bone.rotation_quaternion = (1, 0.01 * frame, 0.2, 0)
            bone.keyframe_insert("rotation_quaternion", frame=frame)
    outside = [1, 10, 19, 51, 60, 80]
    before = oracle.evaluated(armature, ["mixamorig:RightHand"], outside)
    generate(placement="REPLACE", range_start=20, range_end=50)
    assert np.abs(oracle.evaluated(armature, ["mixamorig:RightHand"], outside) - before).max() < 1e-4
    assert np.abs(oracle.evaluated(armature, ["mixamorig:RightHand"], [35]) - before[:1]).max() > 0.05


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_rotations_go_on_from_the_keys_before(scene, mode):
    """The same pose has many numbers: those near the keys before are taken, so that nothing spins in between."""
    armature = generate(target="MANNEQUIN", seconds=3.0)
    bone = armature.pose.bones["left_elbow"]
    path = f'pose.bones["left_elbow"].rotation_{"quaternion" if mode == "QUATERNION" else "euler"}'
    found = [
        curve for (own, _), curve in curves(armature).items() if own == 'pose.bones["left_elbow"].rotation_quaternion'
    ]
    points = [np.array([point.co[1] for point in curve.keyframe_points]) for curve in found]
    bone.rotation_mode = mode
    if mode == "XYZ":
        for frame in range(1, 49):
            bone.rotation_euler = (0.2, 2 * np.pi + 0.1 + 0.001 * frame, 0.3)  # once around
            bone.keyframe_insert("rotation_euler", frame=frame)
    else:
        for curve, values_of in zip(found, points, strict=True):
            for point, value in zip(curve.keyframe_points, values_of, strict=True):
                point.co[1] = -value  # the same rotation
            curve.update()
    assert bpy.ops.ropar.redo(parts={"left_arm"}, prompt="waves", start=20, end=40) == {"FINISHED"}
    steps = [np.abs(np.diff(v[18:22, 1])).max() for (own, _), v in values(armature).items() if own == path]
    assert len(steps) in (3, 4) and max(steps) < 0.5

//! Skeleton and motion against closed forms.

mod motions;

use std::f32::consts::FRAC_PI_2;

use glam::{Quat, Vec3};
use motions::{degrees_between, standing, wild};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{
    JOINT_COUNT, JOINT_NAMES, MIRRORED, PARENTS, STANDING_ANKLE_HEIGHT, forward_kinematics, joint, joint_index,
    local_rotations, rest_offsets,
};

#[test]
fn the_rest_pose_is_a_symmetric_t_pose_of_an_adult_on_the_floor() {
    let pose = standing(30.0, 1).positions()[0];
    for (index, other) in MIRRORED.iter().enumerate() {
        let reflected = Vec3::new(-pose[*other].x, pose[*other].y, pose[*other].z);
        assert!(pose[index].distance(reflected) < 1e-6, "{} is not symmetric", JOINT_NAMES[index]);
    }
    assert!((pose[joint::LEFT_ANKLE].y - STANDING_ANKLE_HEIGHT).abs() < 1e-6);
    assert!((pose[joint::LEFT_FOOT].y - 0.02).abs() < 1e-6);
    // The head joint is at the base of the skull, about 15 cm below the crown of a body of 1.70 m.
    assert!((pose[joint::HEAD].y - 1.55).abs() < 1e-6);
    let arm = pose[joint::LEFT_WRIST] - pose[joint::LEFT_SHOULDER];
    assert!(arm.distance(Vec3::X * 0.52) < 1e-6);
    assert!(pose[joint::LEFT_FOOT].z > pose[joint::LEFT_ANKLE].z);
}

#[test]
fn parents_come_first_and_names_are_found() {
    for (index, parent) in PARENTS.iter().enumerate() {
        assert!(parent.is_none_or(|parent| parent < index));
        assert_eq!(joint_index(JOINT_NAMES[index]), Some(index));
    }
    assert_eq!(joint_index("tail"), None);
}

#[test]
fn forward_kinematics_matches_closed_forms() {
    let root = Vec3::new(1.0, 0.955, -2.0);
    let offsets = rest_offsets();
    let mut rotations = [Quat::IDENTITY; JOINT_COUNT];
    rotations[joint::PELVIS] = Quat::from_rotation_y(FRAC_PI_2);
    rotations[joint::LEFT_SHOULDER] = Quat::from_rotation_z(-FRAC_PI_2);
    rotations[joint::LEFT_ELBOW] = Quat::from_rotation_y(-FRAC_PI_2);
    rotations[joint::RIGHT_KNEE] = Quat::from_rotation_x(FRAC_PI_2);
    let (positions, global) = forward_kinematics(root, &rotations);

    // Facing +X, the left is -Z. The upper arm hangs down and the forearm points ahead.
    let elbow = positions[joint::LEFT_SHOULDER] - Vec3::Y * 0.27;
    assert!(positions[joint::LEFT_ELBOW].distance(elbow) < 1e-6);
    assert!(positions[joint::LEFT_WRIST].distance(elbow + Vec3::X * 0.25) < 1e-6);
    let hip = root + Vec3::new(0.0, -0.08, 0.085);
    assert!(positions[joint::RIGHT_HIP].distance(hip) < 1e-6);
    // The shank folds backward, which is -X here.
    let knee = hip - Vec3::Y * 0.4;
    assert!(positions[joint::RIGHT_ANKLE].distance(knee - Vec3::X * 0.4) < 1e-6);
    assert!(degrees_between(global[joint::RIGHT_FOOT], rotations[joint::PELVIS] * rotations[joint::RIGHT_KNEE]) < 1e-3);
    assert_eq!(offsets[joint::PELVIS], Vec3::ZERO);
}

#[test]
fn local_rotations_invert_global_ones() {
    let motion = wild(30.0, 1.0);
    for (root, rotations) in motion.root.iter().zip(&motion.rotations) {
        let (_, global) = forward_kinematics(*root, rotations);
        for (found, expected) in local_rotations(&global).iter().zip(rotations) {
            assert!(degrees_between(*found, *expected) < 0.01);
        }
    }
}

#[test]
fn resampling_follows_constant_velocities_exactly() {
    let pose = |t: f32| {
        let mut pose = [Quat::IDENTITY; JOINT_COUNT];
        pose[joint::PELVIS] = Quat::from_rotation_y(1.1 * t);
        pose[joint::LEFT_ELBOW] = Quat::from_axis_angle(Vec3::new(0.6, 0.0, 0.8), 0.7 * t);
        pose
    };
    let frames = 61;
    let motion = Motion {
        fps: 30.0,
        root: (0..frames).map(|f| Vec3::new(0.0, 1.0, 1.5 * f as f32 / 30.0)).collect(),
        // Every second quaternion with the opposite sign: the same rotations.
        rotations: (0..frames).map(|f| pose(f as f32 / 30.0).map(|q| if f % 2 == 1 { -q } else { q })).collect(),
    };
    let resampled = motion.resample(20.0);
    assert_eq!(resampled.frames(), 41);
    assert!((resampled.duration() - motion.duration()).abs() < 1e-6);
    for frame in 0..41 {
        let t = frame as f32 / 20.0;
        assert!((resampled.root[frame].z - 1.5 * t).abs() < 1e-5);
        for index in [joint::PELVIS, joint::LEFT_ELBOW] {
            assert!(degrees_between(resampled.rotations[frame][index], pose(t)[index]) < 0.01);
        }
    }
    assert_eq!(motion.resample(30.0), motion);
    // 61 frames at 30 Hz last 2 s, which 24 Hz divides; 62 frames end half a frame off at most.
    assert_eq!(motion.resample(24.0).frames(), 49);
    assert!((wild(30.0, 61.0 / 30.0).resample(20.0).duration() - 61.0 / 30.0).abs() <= 0.5 / 20.0 + 1e-4);
}

#[test]
fn resampling_survives_the_empty_and_the_impossible() {
    let empty = Motion { fps: 30.0, root: Vec::new(), rotations: Vec::new() };
    assert_eq!(empty.resample(20.0), empty);
    assert_eq!(empty.duration(), 0.0);
    let one = standing(30.0, 1);
    assert_eq!(one.resample(20.0).frames(), 1);
    assert_eq!(one.resample(f32::NAN), one);
    assert_eq!(one.resample(0.0), one);
}

#[test]
fn a_mirrored_body_is_where_the_reflection_is() {
    let motion = wild(30.0, 2.0);
    let mirrored = motion.mirror();
    assert_eq!(mirrored.mirror(), motion);
    for (frame, other) in motion.positions().iter().zip(mirrored.positions()) {
        for index in 0..JOINT_COUNT {
            let p = frame[MIRRORED[index]];
            assert!(other[index].distance(Vec3::new(-p.x, p.y, p.z)) < 1e-5, "{}", JOINT_NAMES[index]);
        }
    }
}

#[test]
fn slices_are_cut_to_the_clip() {
    let motion = wild(30.0, 1.0);
    assert_eq!(motion.slice(3..7).root, motion.root[3..7]);
    assert_eq!(motion.slice(25..1000).frames(), motion.frames() - 25);
    assert_eq!(motion.slice(1000..2000).frames(), 0);
}

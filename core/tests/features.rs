//! Features against closed forms, and their inverse.

mod largest;
mod motions;

use std::f32::consts::{FRAC_PI_2, PI};

use glam::{Quat, Vec3};
use largest::largest;
use motions::{degrees_between, standing, wild};
use ropar_core::features::{
    FEATURE_COUNT, FeatureError, Features, PELVIS_CHANNELS, from_motion, joint_channels, to_motion,
};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, MIRRORED, forward_kinematics, joint, rest_offsets};

/// Largest errors of a round trip: millimetres of joint position, degrees of local rotation, millimetres of the last
/// root position.
fn round_trip(motion: &Motion) -> (f32, f32, f32) {
    let back = to_motion(&from_motion(motion)).expect("valid features");
    assert_eq!(back.frames(), motion.frames());
    let (before, after) = (motion.positions(), back.positions());
    let positions = before.iter().flatten().zip(after.iter().flatten());
    let position = largest(positions.map(|(expected, found)| expected.distance(*found) * 1000.0));
    let rotations = motion.rotations.iter().flatten().zip(back.rotations.iter().flatten());
    let rotation = largest(rotations.map(|(expected, found)| degrees_between(*expected, *found)));
    let last = motion.frames() - 1;
    (position, rotation, motion.root[last].distance(back.root[last]) * 1000.0)
}

#[test]
#[should_panic(expected = "no number")]
fn a_value_that_is_no_number_is_larger_than_any_bound() {
    largest([0.5, f32::NAN, 0.1]);
}

#[test]
fn the_layout_covers_every_channel_once() {
    assert_eq!(FEATURE_COUNT, 262);
    let mut channels: Vec<usize> = (0..4).collect();
    channels.extend((0..JOINT_COUNT).flat_map(joint_channels));
    assert_eq!(channels, (0..FEATURE_COUNT).collect::<Vec<_>>());
}

#[test]
fn walking_in_a_circle_has_constant_velocities() {
    // Radius 2 m, 0.5 rad/s, facing along the path: 1 m/s ahead and 0.5 rad/s of yaw.
    let fps = 20.0;
    let mut motion = standing(fps, 41);
    for frame in 0..41 {
        let angle = 0.5 * frame as f32 / fps;
        motion.root[frame] = Vec3::new(-2.0 * angle.cos() + 2.0, 0.955, 2.0 * angle.sin());
        motion.rotations[frame][joint::PELVIS] = Quat::from_rotation_y(angle);
    }
    let features = from_motion(&motion);
    let chord = 2.0 * 2.0 * (0.25_f32 / fps).sin() * fps;
    for row in features.data.chunks_exact(FEATURE_COUNT) {
        assert!((row[0] - 0.5).abs() < 1e-4, "yaw velocity {}", row[0]);
        // The chord leads half a step's angle away from the tangent.
        assert!((row[2] - chord * (0.25 / fps).cos()).abs() < 1e-3, "ahead {}", row[2]);
        assert!((row[1] - chord * (0.25 / fps).sin()).abs() < 1e-3, "aside {}", row[1]);
        assert!((row[3] - 0.955).abs() < 1e-6);
        let identity = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        for (value, expected) in row[PELVIS_CHANNELS].iter().zip(identity) {
            assert!((value - expected).abs() < 1e-6);
        }
        let wrist = &row[joint_channels(joint::LEFT_WRIST)];
        assert!((wrist[0] - 0.695).abs() < 1e-5, "the left wrist is to the left of the heading");
        // Turning left, the left wrist is the inner one: 2.0 - 0.695 m from the centre.
        assert!((wrist[5] - 0.5 * (2.0 - 0.695)).abs() < 5e-3, "wrist speed {}", wrist[5]);
    }
    assert_eq!(features.origin.heading, 0.0);
}

#[test]
fn the_heading_frame_turns_with_the_body() {
    let mut motion = standing(20.0, 2);
    for pose in &mut motion.rotations {
        pose[joint::PELVIS] = Quat::from_rotation_y(FRAC_PI_2);
    }
    motion.root[1].x += 0.05; // one step at 1 m/s along +X, which is ahead
    let features = from_motion(&motion);
    assert!((features.origin.heading - FRAC_PI_2).abs() < 1e-6);
    assert!((features.data[2] - 1.0).abs() < 1e-5 && features.data[1].abs() < 1e-5);
}

#[test]
fn ten_seconds_come_back_exactly() {
    let (position, rotation, drift) = round_trip(&wild(20.0, 10.0));
    assert!(position < 0.05, "{position} mm");
    assert!(rotation < 0.01, "{rotation} degrees");
    assert!(drift < 0.05, "{drift} mm");
}

#[test]
fn somersaults_and_single_frames_come_back() {
    let mut motion = wild(20.0, 3.0);
    for (frame, pose) in motion.rotations.iter_mut().enumerate() {
        // Through upside down exactly, where the heading has no meaning.
        pose[joint::PELVIS] = Quat::from_rotation_x(frame as f32 * PI / 15.0);
    }
    let (position, rotation, drift) = round_trip(&motion);
    assert!(position < 0.05 && rotation < 0.01 && drift < 0.05, "{position} {rotation} {drift}");
    let (position, rotation, _) = round_trip(&wild(20.0, 0.0));
    assert!(position < 0.01 && rotation < 0.01);
}

#[test]
fn a_trembling_handstand_does_not_spin() {
    // Within two degrees of upside down the twist about the vertical is noise; the heading must not follow it.
    let mut motion = standing(20.0, 40);
    for (frame, pose) in motion.rotations.iter_mut().enumerate() {
        let tremble = |speed: f32| 0.02 * (speed * frame as f32).sin();
        pose[joint::PELVIS] = Quat::from_rotation_x(PI + tremble(1.1)) * Quat::from_rotation_z(tremble(1.7));
    }
    let features = from_motion(&motion);
    assert!(features.data.chunks_exact(FEATURE_COUNT).all(|row| row[0] == 0.0));
}

#[test]
fn the_mirror_image_has_mirrored_features() {
    let motion = wild(20.0, 2.0);
    let (plain, mirrored) = (from_motion(&motion), from_motion(&motion.mirror()));
    // Vectors lose the sign of x; matrix columns S R S with S = diag(-1, 1, 1) lose it off the diagonal.
    let vector = [-1.0, 1.0, 1.0];
    let columns = [1.0, -1.0, -1.0, -1.0, 1.0, 1.0];
    for (row, other) in plain.data.chunks_exact(FEATURE_COUNT).zip(mirrored.data.chunks_exact(FEATURE_COUNT)) {
        let mut expected = vec![0.0; FEATURE_COUNT];
        for (channel, sign) in [-1.0, -1.0, 1.0, 1.0].into_iter().enumerate() {
            expected[channel] = sign * row[channel];
        }
        for (index, sign) in columns.into_iter().enumerate() {
            expected[PELVIS_CHANNELS.start + index] = sign * row[PELVIS_CHANNELS.start + index];
        }
        for (joint, mirrored) in MIRRORED.into_iter().enumerate().skip(1) {
            let (from, to) = (joint_channels(mirrored).start, joint_channels(joint).start);
            let signs = vector.into_iter().chain(vector).chain(columns);
            for (index, sign) in signs.enumerate() {
                expected[to + index] = sign * row[from + index];
            }
        }
        for channel in 0..FEATURE_COUNT {
            assert!((expected[channel] - other[channel]).abs() < 1e-4, "channel {channel}");
        }
    }
}

/// Where the root of a body is after a second whose features say that the root moves by 0.5 m/s and no joint moves.
fn pushed(height: f32) -> f32 {
    let mut features = from_motion(&standing(20.0, 21));
    for row in features.data.chunks_exact_mut(FEATURE_COUNT) {
        row[1] = 0.5;
        row[3] += height;
        for joint in 1..JOINT_COUNT {
            row[joint_channels(joint).start + 1] += height;
        }
    }
    to_motion(&features).expect("valid features").root[20].x
}

#[test]
fn the_root_stays_where_both_feet_stand() {
    // Two ankles and two balls that surely stand count 10 each beside the root's own 1.
    let moved = pushed(0.0);
    assert!((moved - 0.5 / 41.0).abs() < 1e-4, "{moved}");
}

#[test]
fn feet_in_the_air_say_nothing_about_the_root() {
    let moved = pushed(0.5);
    assert!((moved - 0.5).abs() < 1e-4, "{moved}");
}

#[test]
fn the_root_is_as_high_as_both_feet_say() {
    // The root says that it is 10 cm deeper than the feet's own heights allow; four joints count 10 each beside it.
    let mut features = from_motion(&standing(20.0, 21));
    let rest = standing(20.0, 1).root[0].y;
    for row in features.data.chunks_exact_mut(FEATURE_COUNT) {
        row[3] -= 0.1;
    }
    for root in to_motion(&features).expect("valid features").root {
        assert!((root.y - (rest - 0.1 / 41.0)).abs() < 1e-4, "{}", root.y);
    }
}

#[test]
fn feet_in_the_air_say_nothing_about_the_roots_height() {
    let mut features = from_motion(&standing(20.0, 21));
    let rest = standing(20.0, 1).root[0].y;
    for row in features.data.chunks_exact_mut(FEATURE_COUNT) {
        for joint in 1..JOINT_COUNT {
            row[joint_channels(joint).start + 1] += 0.5;
        }
    }
    for root in to_motion(&features).expect("valid features").root {
        assert!((root.y - rest).abs() < 1e-4, "{}", root.y);
    }
}

#[test]
fn positions_that_tremble_follow_steady_velocities() {
    // The left wrist goes up and down by a centimetre from frame to frame, while its velocity says that it rests. Of such a
    // tremor the smoother leaves 1 / (1 + 2 (2 - 2 cos 180°)), and the limb takes the mean with its rotation: half of it.
    let mut features = from_motion(&standing(20.0, 41));
    let height = joint_channels(joint::LEFT_WRIST).start + 1;
    for (frame, row) in features.data.chunks_exact_mut(FEATURE_COUNT).enumerate() {
        row[height] += if frame % 2 == 0 { 0.01 } else { -0.01 };
    }
    let positions = to_motion(&features).expect("valid features").positions();
    let rest = standing(20.0, 1).positions()[0][joint::LEFT_WRIST].y;
    for (frame, joints) in positions.iter().enumerate().take(31).skip(10) {
        let expected = if frame % 2 == 0 { 0.01 } else { -0.01 } / 9.0 / 2.0;
        let found = joints[joint::LEFT_WRIST].y - rest;
        assert!((found - expected).abs() < 2e-5, "frame {frame}: {found}, expected {expected}");
    }
}

/// Degrees between the limb from `start` to `end` and where positions have it (along `rest`), if rotations have all from
/// `start` on turned by 40 degrees.
fn between_positions_and_rotations([start, end]: [usize; 2], beyond: &[usize], turn: Quat, rest: Vec3) -> f32 {
    let straight = from_motion(&standing(20.0, 1));
    let mut bent_motion = standing(20.0, 1);
    bent_motion.rotations[0][start] = turn;
    let bent = from_motion(&bent_motion);
    let mut mixed = straight.clone();
    for joint in [start, end].iter().chain(beyond) {
        let rotation = joint_channels(*joint).end - 6..joint_channels(*joint).end;
        mixed.data[rotation.clone()].copy_from_slice(&bent.data[rotation]);
    }
    let motion = to_motion(&mixed).expect("valid features");
    let (positions, _) = forward_kinematics(motion.root[0], &motion.rotations[0]);
    let limb = positions[end] - positions[start];
    assert!((limb.length() - rest_offsets()[end].length()).abs() < 1e-6);
    limb.angle_between(rest).to_degrees()
}

#[test]
fn arms_take_the_mean_of_positions_and_rotations() {
    let forearm = [joint::LEFT_ELBOW, joint::LEFT_WRIST];
    let turn = Quat::from_rotation_y(40_f32.to_radians());
    let angle = between_positions_and_rotations(forearm, &[], turn, Vec3::X);
    assert!((angle - 20.0).abs() < 0.01, "{angle}");
}

#[test]
fn legs_lean_on_positions() {
    let shank = [joint::LEFT_KNEE, joint::LEFT_ANKLE];
    let turn = 40_f32.to_radians();
    let angle = between_positions_and_rotations(shank, &[joint::LEFT_FOOT], Quat::from_rotation_x(turn), Vec3::NEG_Y);
    // A fifth of the turned direction and four fifths of the straight one.
    let expected = (0.2 * turn.sin()).atan2(0.8 + 0.2 * turn.cos()).to_degrees();
    assert!((angle - expected).abs() < 0.01, "{angle}, expected {expected}");
}

#[test]
fn features_that_cannot_be_read_say_why() {
    let good = from_motion(&standing(20.0, 2));
    let short = Features { data: good.data[1..].to_vec(), ..good.clone() };
    assert!(matches!(to_motion(&short), Err(FeatureError::Length { frames: 2, .. })));
    let mut broken = good.clone();
    broken.data[FEATURE_COUNT + 7] = f32::NAN;
    assert_eq!(to_motion(&broken), Err(FeatureError::NotFinite { frame: 1, channel: 7 }));
    assert_eq!(to_motion(&Features { fps: 0.0, ..good.clone() }), Err(FeatureError::Rate(0.0)));
    // All zero is degenerate, not broken: it must give rotations of unit length.
    let zero = Features { data: vec![0.0; good.data.len()], ..good };
    let motion = to_motion(&zero).expect("degenerate features are readable");
    assert!(motion.rotations.iter().flatten().all(|rotation| rotation.is_normalized()));
}

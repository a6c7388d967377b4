//! The solver against motions whose rotations are known.

mod largest;
mod motions;

use glam::{Quat, Vec3};
use largest::largest;
use motions::{degrees_between, hinged, standing};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, MIRRORED, forward_kinematics, joint};
use ropar_core::solve::{Calibration, SolveError, SolveOptions, Solved, head_yaw, solve};

const ALL: [bool; JOINT_COUNT] = [true; JOINT_COUNT];
const LIMBS: [usize; 8] = [
    joint::LEFT_HIP,
    joint::RIGHT_HIP,
    joint::LEFT_KNEE,
    joint::RIGHT_KNEE,
    joint::LEFT_SHOULDER,
    joint::RIGHT_SHOULDER,
    joint::LEFT_ELBOW,
    joint::RIGHT_ELBOW,
];

/// The canonical body needs no calibration, which isolates the solver from the measuring of bodies.
fn canonical() -> SolveOptions<'static> {
    SolveOptions { calibration: Some(Calibration::canonical()), head_yaw: None }
}

fn largest_residual(solved: &Solved) -> f32 {
    largest(solved.residual_mm.iter().flatten().copied())
}

/// Largest turn of `joint` from one frame to the next, degrees.
fn largest_step(motion: &Motion, joint: usize) -> f32 {
    largest(motion.rotations.windows(2).map(|pair| degrees_between(pair[0][joint], pair[1][joint])))
}

fn assert_limbs(motion: &Motion, solved: &Motion, tolerance: f32) {
    for frame in 0..motion.frames() {
        let (_, expected) = forward_kinematics(motion.root[frame], &motion.rotations[frame]);
        let (_, found) = forward_kinematics(solved.root[frame], &solved.rotations[frame]);
        for joint in LIMBS {
            let error = degrees_between(expected[joint], found[joint]);
            assert!(error < tolerance, "{} is {error} degrees off in frame {frame}", JOINT_NAMES[joint]);
        }
    }
}

#[test]
fn bent_limbs_give_back_their_rotations() {
    // Elbows and knees between 35 and 105 degrees, twists of 25 degrees that show in the hinge planes only.
    let motion = hinged(30.0, 6.0, 0.45, (0.6, 1.83));
    let solved = solve(&motion.positions(), &ALL, 30.0, canonical()).expect("solvable");
    // The temporal filter lags a turning thigh by a degree or two.
    assert!(largest_residual(&solved) < 5.0, "{} mm", largest_residual(&solved));
    assert_limbs(&motion, &solved.motion, 3.0);
    assert!((solved.scale - 1.0).abs() < 1e-4);
}

#[test]
fn a_larger_body_gives_the_same_rotations_and_longer_steps() {
    let motion = hinged(30.0, 2.0, 0.3, (0.6, 1.6));
    let small = solve(&motion.positions(), &ALL, 30.0, canonical()).expect("solvable");
    let larger: Vec<_> = motion.positions().iter().map(|frame| frame.map(|position| position * 1.3)).collect();
    let large = solve(&larger, &ALL, 30.0, canonical()).expect("solvable");
    assert!((large.scale * 1.3 - 1.0).abs() < 1e-4);
    for frame in 0..motion.frames() {
        assert!(small.motion.root[frame].distance(large.motion.root[frame]) < 1e-3);
        let pairs = small.motion.rotations[frame].iter().zip(&large.motion.rotations[frame]);
        for ((small, large), name) in pairs.zip(JOINT_NAMES) {
            let error = degrees_between(*small, *large);
            assert!(error < 0.2, "{name} {error}");
        }
    }
}

#[test]
fn a_mirrored_body_is_solved_to_the_mirror_image() {
    let motion = hinged(30.0, 2.0, 0.3, (0.2, 1.6));
    let plain = solve(&motion.positions(), &ALL, 30.0, SolveOptions::default()).expect("solvable").motion.mirror();
    let reflected: Vec<[Vec3; JOINT_COUNT]> = motion
        .positions()
        .iter()
        .map(|frame| {
            std::array::from_fn(|joint| {
                let p = frame[MIRRORED[joint]];
                Vec3::new(-p.x, p.y, p.z)
            })
        })
        .collect();
    let mirrored = solve(&reflected, &ALL, 30.0, SolveOptions::default()).expect("solvable").motion;
    for (a, b) in plain.rotations.iter().flatten().zip(mirrored.rotations.iter().flatten()) {
        assert!(degrees_between(*a, *b) < 0.2);
    }
}

/// Noise of up to a millimetre, the same in every run.
fn noise(frame: usize, joint: usize) -> Vec3 {
    let hash = |salt: usize| {
        let value = (frame * 7919 + joint * 104_729 + salt * 1_299_709).wrapping_mul(2_654_435_761) >> 7;
        (value % 2001) as f32 / 1000.0 - 1.0
    };
    Vec3::new(hash(1), hash(2), hash(3)) * 0.001
}

#[test]
fn limbs_that_pass_through_straight_do_not_flip() {
    // Bends swing from -5 degrees (overstretched) to 60 degrees; at straight the hinge plane is nothing but noise.
    let motion = hinged(30.0, 8.0, 0.2, (-0.09, 1.05));
    let mut positions = motion.positions();
    for (frame, row) in positions.iter_mut().enumerate() {
        for (joint, position) in row.iter_mut().enumerate() {
            *position += noise(frame, joint);
        }
    }
    let solved = solve(&positions, &ALL, 30.0, canonical()).expect("solvable");
    for joint in LIMBS {
        let (true_step, step) = (largest_step(&motion, joint), largest_step(&solved.motion, joint));
        assert!(step < true_step + 6.0, "{} turns {step} degrees in a frame, truly {true_step}", JOINT_NAMES[joint]);
    }
    assert!(largest_residual(&solved) < 30.0, "{} mm", largest_residual(&solved));
}

#[test]
fn overstretched_knees_are_not_taken_for_legs_turned_backward() {
    // A whole clip of standing with knees at -13 degrees, as marker data of straight legs can read.
    let mut motion = standing(30.0, 90);
    for pose in &mut motion.rotations {
        for joint in [joint::LEFT_KNEE, joint::RIGHT_KNEE] {
            pose[joint] = Quat::from_rotation_x(-13_f32.to_radians());
        }
    }
    let solved = solve(&motion.positions(), &ALL, 30.0, canonical()).expect("solvable").motion;
    for pose in &solved.rotations {
        for joint in [joint::LEFT_HIP, joint::RIGHT_HIP] {
            assert!(degrees_between(pose[joint], Quat::IDENTITY) < 15.0);
        }
    }
}

#[test]
fn a_leg_thrown_over_the_head_does_not_spin() {
    // The thigh swings through straight up, where the swing from the rest pose is undefined; the knee stays bent.
    let mut motion = standing(60.0, 121);
    for (frame, pose) in motion.rotations.iter_mut().enumerate() {
        let lift = -200_f32.to_radians() * (frame as f32 / 120.0);
        pose[joint::LEFT_HIP] = Quat::from_rotation_z(0.02) * Quat::from_rotation_x(lift);
        pose[joint::LEFT_KNEE] = Quat::from_rotation_x(0.8);
    }
    let solved = solve(&motion.positions(), &ALL, 60.0, canonical()).expect("solvable").motion;
    assert!(largest_step(&solved, joint::LEFT_HIP) < 3.0, "{}", largest_step(&solved, joint::LEFT_HIP));
    assert_limbs(&motion, &solved, 3.0);
}

#[test]
fn planted_feet_stay_planted_on_a_body_with_other_proportions() {
    // Squats with thighs of 30 cm and shanks of 50 cm, feet fixed at height 12 cm. Knees lie on the two circles.
    let ankle = Vec3::new(0.1, 0.12, 0.0);
    let rest = standing(30.0, 1).positions()[0];
    let mut positions = Vec::new();
    for frame in 0..60 {
        let depth = 0.14 * (1.0 - (frame as f32 / 59.0 * std::f32::consts::TAU).cos());
        let mut row = rest.map(|position| position + Vec3::Y * (0.12 - 0.075 - depth));
        for (sign, hip, knee, end, foot) in [
            (1.0, joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT),
            (-1.0, joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT),
        ] {
            let side = Vec3::new(sign, 1.0, 1.0);
            row[end] = ankle * side;
            row[foot] = row[end] + Vec3::new(0.0, -0.08, 0.11);
            row[hip] = Vec3::new(0.1 * sign, 0.12 + 0.8 - depth, 0.0);
            let distance: f32 = 0.8 - depth;
            let up = (0.5_f32.powi(2) - 0.3_f32.powi(2) + distance * distance) / (2.0 * distance);
            let ahead = (0.5_f32.powi(2) - up * up).max(0.0).sqrt();
            row[knee] = row[end] + Vec3::new(0.0, up, ahead);
        }
        row[joint::PELVIS] = Vec3::new(0.0, 1.0 - depth, 0.0);
        positions.push(row);
    }
    let solved = solve(&positions, &ALL, 30.0, SolveOptions::default()).expect("solvable");
    let feet: Vec<Vec3> = solved.motion.positions().iter().map(|frame| frame[joint::LEFT_ANKLE]).collect();
    for foot in &feet {
        assert!((foot.x - feet[0].x).abs() < 0.005 && (foot.z - feet[0].z).abs() < 0.005, "the foot slides: {foot}");
        assert!((foot.y - 0.075).abs() < 0.01, "the ankle is at {} m", foot.y);
    }
    // The source's flat foot points 36 degrees down; on the canonical body a flat foot has no rotation.
    let (_, global) = forward_kinematics(solved.motion.root[30], &solved.motion.rotations[30]);
    assert!(degrees_between(global[joint::LEFT_ANKLE], Quat::IDENTITY) < 3.0);
}

#[test]
fn the_standing_source_becomes_the_rest_pose() {
    // A skeleton whose lower spine leans forward and whose head joint is far in front.
    let mut row = standing(30.0, 1).positions()[0];
    row[joint::SPINE1] += Vec3::Z * 0.08;
    row[joint::HEAD] += Vec3::Z * 0.06;
    let positions = vec![row; 60];
    let solved = solve(&positions, &ALL, 30.0, SolveOptions::default()).expect("solvable").motion;
    let trunk = [joint::PELVIS, joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::NECK, joint::LEFT_COLLAR];
    for joint in trunk {
        let turn = degrees_between(solved.rotations[0][joint], Quat::IDENTITY);
        assert!(turn < 0.5, "{} is turned by {turn} degrees", JOINT_NAMES[joint]);
    }
    let uncalibrated = solve(&positions, &ALL, 30.0, canonical()).expect("solvable").motion;
    assert!(degrees_between(uncalibrated.rotations[0][joint::PELVIS], Quat::IDENTITY) > 20.0);
}

#[test]
fn a_raised_shoulder_moves_its_collar() {
    let mut motion = standing(30.0, 60);
    for pose in &mut motion.rotations {
        pose[joint::LEFT_COLLAR] = Quat::from_rotation_z(0.3);
    }
    let solved = solve(&motion.positions(), &ALL, 30.0, canonical()).expect("solvable").motion;
    let shoulder = |motion: &Motion, side: usize| motion.positions()[0][side].y;
    let raised = shoulder(&solved, joint::LEFT_SHOULDER) - shoulder(&solved, joint::RIGHT_SHOULDER);
    let expected = shoulder(&motion, joint::LEFT_SHOULDER) - shoulder(&motion, joint::RIGHT_SHOULDER);
    assert!((raised - expected).abs() < 0.01, "{raised} m instead of {expected} m");
}

#[test]
fn head_turns_come_from_rotations_in_any_rest_frame() {
    let frames = 60;
    let positions = standing(30.0, frames).positions();
    let turn = |frame: usize| 0.5 * (frame as f32 * 0.2).sin();
    let body = |frame: usize| Quat::from_rotation_y(frame as f32 * 0.05);
    let (chest_frame, head_frame) = (Quat::from_rotation_z(1.1), Quat::from_rotation_x(-2.0));
    // The chest of the source turns with the body, so its positions must too.
    let positions: Vec<_> =
        positions.iter().enumerate().map(|(frame, row)| row.map(|position| body(frame) * position)).collect();
    let chest: Vec<Quat> = (0..frames).map(|frame| body(frame) * chest_frame).collect();
    let head: Vec<Quat> =
        (0..frames).map(|frame| body(frame) * Quat::from_rotation_y(turn(frame)) * head_frame).collect();
    let yaw = head_yaw(&positions, &chest, &head).expect("equal lengths");
    let mut turns: Vec<f32> = (0..frames).map(turn).collect();
    turns.sort_by(f32::total_cmp);
    let middle = turns[frames / 2];
    for (frame, yaw) in yaw.iter().enumerate() {
        assert!((yaw - (turn(frame) - middle)).abs() < 0.02, "{yaw} in frame {frame}");
    }
    let options = SolveOptions { head_yaw: Some(&yaw), ..canonical() };
    let solved = solve(&positions, &ALL, 30.0, options).expect("solvable").motion;
    for (rotations, yaw) in solved.rotations.iter().zip(&yaw) {
        let (_, global) = forward_kinematics(Vec3::ZERO, rotations);
        let ahead = (global[joint::SPINE3].inverse() * global[joint::HEAD]) * Vec3::Z;
        assert!((ahead.x.atan2(ahead.z) - yaw).abs() < 0.03);
    }
    assert!(matches!(head_yaw(&positions, &chest[1..], &head), Err(SolveError::HeadYaw { .. })));
}

#[test]
fn unusable_input_is_refused_with_the_reason() {
    let positions = standing(30.0, 3).positions();
    let options = SolveOptions::default;
    assert_eq!(solve(&[], &ALL, 30.0, options()).unwrap_err(), SolveError::Empty);
    assert_eq!(solve(&positions, &ALL, -1.0, options()).unwrap_err(), SolveError::Rate(-1.0));
    let mut mapped = ALL;
    mapped[joint::LEFT_KNEE] = false;
    assert_eq!(
        solve(&positions, &mapped, 30.0, options()).unwrap_err(),
        SolveError::MissingJoint { joint: "left_knee" }
    );
    let mut broken = positions.clone();
    broken[2][joint::HEAD].y = f32::INFINITY;
    assert_eq!(solve(&broken, &ALL, 30.0, options()).unwrap_err(), SolveError::NotFinite { frame: 2, joint: "head" });
    let centimetres: Vec<_> = positions.iter().map(|row| row.map(|position| position * 100.0)).collect();
    assert!(matches!(solve(&centimetres, &ALL, 30.0, options()).unwrap_err(), SolveError::LegLength(_)));
    let yaw = [0.0; 2];
    let wrong = SolveOptions { head_yaw: Some(&yaw), ..canonical() };
    assert_eq!(solve(&positions, &ALL, 30.0, wrong).unwrap_err(), SolveError::HeadYaw { found: 2, frames: 3 });
}

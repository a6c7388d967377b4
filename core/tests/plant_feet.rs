//! Feet of motions that slide, before and after.

mod largest;
mod motions;
mod strolls;

use glam::{Quat, Vec3};
use largest::largest;
use motions::{degrees_between, hinged};
use ropar_core::cleanup::contacts::ContactLimits;
use ropar_core::cleanup::plant_feet;
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, STANDING_ANKLE_HEIGHT, STANDING_PELVIS_HEIGHT, forward_kinematics, joint};
use strolls::Stroll;

const ANKLES: [usize; 2] = [joint::LEFT_ANKLE, joint::RIGHT_ANKLE];

/// A walk whose ground moves: feet slide by `speed` m/s to the side, and the body sinks and rises.
fn sliding(stroll: &Stroll, speed: f32) -> (Motion, Vec<[bool; 2]>) {
    let (mut motion, stands) = stroll.motion(20.0, 4.0);
    for (frame, root) in motion.root.iter_mut().enumerate() {
        let t = frame as f32 / 20.0;
        *root += Vec3::new(0.25 * speed * (4.0 * t).sin(), 0.008 * (5.0 * t).sin(), 0.0);
    }
    (motion, stands)
}

/// Mean speed of ankles in m/s where they stand.
fn slide(motion: &Motion, stands: &[[bool; 2]]) -> f32 {
    let at = motion.positions();
    let (mut sum, mut count) = (0.0, 0);
    for frame in 1..at.len() {
        for (side, ankle) in ANKLES.into_iter().enumerate() {
            if stands[frame - 1][side] && stands[frame][side] {
                sum += (at[frame][ankle] - at[frame - 1][ankle]).with_y(0.0).length() * motion.fps;
                count += 1;
            }
        }
    }
    sum / count as f32
}

/// The largest change of velocity from frame to frame of any joint, m/s.
fn largest_jump(motion: &Motion) -> f32 {
    let at = motion.positions();
    let jumps = at.windows(3).flat_map(|w| (0..22).map(|j| (w[2][j] - 2.0 * w[1][j] + w[0][j]).length() * motion.fps));
    largest(jumps)
}

#[test]
fn feet_that_slide_stand_and_nothing_pops() {
    for stroll in strolls::all() {
        let (motion, stands) = sliding(&stroll, 0.3);
        let planted = plant_feet(&motion, &ContactLimits::GENERATED);
        let (before, after) = (slide(&motion, &stands), slide(&planted, &stands));
        assert!(before > 0.1 && after < 0.35 * before, "{}: {before} to {after} m/s", stroll.name);
        let (before, after) = (largest_jump(&motion), largest_jump(&planted));
        assert!(after < 1.6 * before, "{}: velocities jump by {after} instead of {before} m/s", stroll.name);
        for (positions, name) in planted.positions().iter().zip(std::iter::repeat(stroll.name)) {
            for ankle in ANKLES {
                assert!(positions[ankle].y > STANDING_ANKLE_HEIGHT - 0.005, "{name}: {}", positions[ankle].y);
            }
        }
    }
}

#[test]
fn a_walk_that_stands_well_stays_as_it_was() {
    let (motion, _) = strolls::all()[0].motion(20.0, 4.0);
    let planted = plant_feet(&motion, &ContactLimits::GENERATED);
    for (a, b) in motion.positions().iter().zip(planted.positions()) {
        for index in 0..22 {
            assert!(a[index].distance(b[index]) < 0.03, "{index}: {}", a[index].distance(b[index]));
        }
    }
}

#[test]
fn a_swinging_foot_is_not_pulled_down_after_a_stance_that_was_laid_on_the_floor() {
    let slow = strolls::all().into_iter().find(|stroll| stroll.name == "slow walk").expect("there is a slow walk");
    let (mut motion, stands) = slow.motion(60.0, 4.0);
    motion.root.iter_mut().for_each(|root| root.y += 0.02);
    let planted = plant_feet(&motion, &ContactLimits::GENERATED);
    let (before, after) = (motion.positions(), planted.positions());
    let mut swinging = 0;
    for (side, ankle) in ANKLES.into_iter().enumerate() {
        for frame in 10..before.len() - 10 {
            let lowered = before[frame][ankle].y - after[frame][ankle].y;
            if stands[frame - 2..=frame + 2].iter().all(|stands| stands[side]) {
                assert!((lowered - 0.02).abs() < 0.005, "stands {lowered} m lower");
            } else if stands[frame - 10..=frame + 10].iter().all(|stands| !stands[side]) {
                assert!(lowered < 0.002, "swings {lowered} m lower");
                swinging += 1;
            }
        }
    }
    assert!(swinging > 20, "{swinging}");
}

#[test]
fn the_upper_body_keeps_its_rotations_and_bodies_in_the_air_everything() {
    let (motion, _) = sliding(&strolls::all()[2], 0.3);
    let planted = plant_feet(&motion, &ContactLimits::GENERATED);
    for (root, (a, b)) in motion.root.iter().zip(motion.rotations.iter().zip(&planted.rotations)) {
        let (global, after) = (forward_kinematics(*root, a).1, forward_kinematics(*root, b).1);
        for index in [joint::PELVIS, joint::SPINE3, joint::HEAD, joint::LEFT_WRIST, joint::RIGHT_WRIST] {
            assert!(degrees_between(global[index], after[index]) < 0.01);
        }
    }
    let mut flying = hinged(30.0, 2.0, 0.5, (0.1, 2.0));
    flying.root.iter_mut().for_each(|root| root.y += 1.0);
    let planted = plant_feet(&flying, &ContactLimits::GENERATED);
    for (a, b) in flying.positions().iter().zip(planted.positions()) {
        assert!((0..22).all(|index| a[index].distance(b[index]) < 1e-5));
    }
    let empty = Motion { fps: 20.0, root: Vec::new(), rotations: Vec::new() };
    assert_eq!(plant_feet(&empty, &ContactLimits::GENERATED), empty);
}

#[test]
fn quaternions_of_either_sign_are_the_same_motion() {
    for stroll in strolls::all() {
        let (motion, _) = sliding(&stroll, 0.3);
        let mut mixed = motion.clone();
        for pose in mixed.rotations.iter_mut().skip(1).step_by(3) {
            // One of the chain alone, so that the world rotation of the foot changes its sign, too.
            ANKLES.into_iter().for_each(|ankle| pose[ankle] = -pose[ankle]);
        }
        let planted = [motion, mixed].map(|motion| plant_feet(&motion, &ContactLimits::GENERATED).positions());
        let apart = planted[0].iter().zip(&planted[1]).flat_map(|(a, b)| (0..22).map(|j| a[j].distance(b[j])));
        let furthest = largest(apart);
        assert!(furthest < 1e-4, "{}: {furthest} m apart", stroll.name);
    }
}

#[test]
fn feet_that_are_dragged_far_slide_on_without_a_jerk() {
    // Both feet stand and the whole body glides by a metre: no leg can hold that, and none is stretched to try.
    let glide = |frame: usize| Vec3::new(0.25 * frame as f32 / 20.0, STANDING_PELVIS_HEIGHT, 0.0);
    let motion =
        Motion { fps: 20.0, root: (0..81).map(glide).collect(), rotations: vec![[Quat::IDENTITY; JOINT_COUNT]; 81] };
    let planted = plant_feet(&motion, &ContactLimits::GENERATED);
    for (a, b) in motion.positions().iter().zip(planted.positions()) {
        for ankle in ANKLES {
            assert!(a[ankle].distance(b[ankle]) < 0.13, "held {} m back", a[ankle].distance(b[ankle]));
        }
    }
    assert!(largest_jump(&planted) < 0.02, "velocities jump by {} m/s", largest_jump(&planted));
}

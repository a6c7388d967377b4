//! Where the floor is: under a clip whose feet sink for a moment, under figures with stubby legs, under toes. Heights are
//! those of nodes, by the rigs' own matrices.

mod motions;
mod rigs;
mod strolls;

use glam::{DVec3, Quat};
use motions::standing;
use rigs::TestRig;
use ropar_core::motion::Motion;
use ropar_core::retarget::report::Grade;
use ropar_core::retarget::{MappedRig, RetargetOptions, Retargeted, Retargeter};
use ropar_core::rig::{global_poses, global_positions};
use ropar_core::skeleton::joint;

fn retargeted(rig: &TestRig, motion: &Motion, contacts: bool) -> Retargeted {
    let mapped = MappedRig { rig: &rig.rig, mapping: &rig.truth, takes: &[] };
    let options = RetargetOptions { contacts, ..RetargetOptions::default() };
    Retargeter::from_canonical(mapped).expect("rigs").retarget_motion(motion, "clip", &options).expect("retargets")
}

/// Heights of a joint over the frames of a take, and at rest.
fn heights(rig: &TestRig, made: &Retargeted, joint: usize) -> (Vec<f64>, f64) {
    let node = rig.truth.node(joint).expect("mapped");
    let at = |frame: usize| global_positions(&rig.rig.nodes, Some((&made.take, frame)))[node].y;
    ((0..made.take.frames).map(at).collect(), global_positions(&rig.rig.nodes, None)[node].y)
}

/// Someone who stands; in some frames the left leg is straight down through the floor, because the body sinks.
fn sinking() -> Motion {
    let mut motion = standing(30.0, 120);
    for frame in 60..72 {
        let depth = 0.2 * (std::f32::consts::PI * (frame - 60) as f32 / 12.0).sin();
        motion.root[frame].y -= depth;
    }
    motion
}

#[test]
fn a_body_stands_on_the_floor_though_its_feet_sink_for_a_moment() {
    for name in ["mixamo", "ue4_mannequin", "vrm0", "biped", "smplx"] {
        let rig = rigs::load(name);
        for contacts in [false, true] {
            let made = retargeted(&rig, &sinking(), contacts);
            for ankle in [joint::LEFT_ANKLE, joint::RIGHT_ANKLE] {
                let (heights, rest) = heights(&rig, &made, ankle);
                for (frame, height) in heights.iter().enumerate().filter(|(frame, _)| !(50..82).contains(frame)) {
                    assert!((height - rest).abs() < 0.01, "{name}, frame {frame}: {} m over the floor", height - rest);
                }
                if contacts {
                    let lowest = heights.iter().copied().fold(f64::MAX, f64::min);
                    assert!(lowest > rest - 0.005, "{name}: a foot sinks {} m", rest - lowest);
                }
            }
            let sunk = made.report.source_penetration / 1000.0;
            assert!((0.1..0.3).contains(&sunk), "{name}: the source sinks {sunk} m");
        }
    }
}

#[test]
fn a_body_that_rests_nowhere_keeps_its_lowest_foot_on_the_floor() {
    // Up and down at a steady speed, over two metres.
    let mut motion = standing(30.0, 121);
    motion.root.iter_mut().enumerate().for_each(|(frame, root)| root.y += 2.0 * (frame as f32 / 60.0 - 1.0).abs());
    let rig = rigs::load("mixamo");
    let made = retargeted(&rig, &motion, true);
    let (heights, rest) = heights(&rig, &made, joint::LEFT_ANKLE);
    let lowest = heights.iter().copied().fold(f64::MAX, f64::min);
    assert!((lowest - rest).abs() < 0.06, "{} m over the floor", lowest - rest);
}

/// A figure whose ankle is 0.39 legs above its sole, with toes and without.
const STUBBY: &str = "height: 1.24
head: 2.6
---
root = root at ground
  hips = pelvis
    spine = spine at pelvis>neck 0.4
      chest = spine at pelvis>neck 0.8
        upperarm.{l|r} = shoulder
          lowerarm.{l|r} = elbow
            wrist.{l|r} = wrist
        head = head at neck
    upperleg.{l|r} = hip
      lowerleg.{l|r} = knee at hip>foot 0.4
        foot.{l|r} = ankle at hip>foot 0.72
";

#[test]
fn stubby_figures_stand_on_their_soles() {
    for toes in ["", "          toes.{l|r} = foot at foot\n"] {
        let rig = rigs::draw("stubby", &format!("{STUBBY}{toes}"));
        let made = retargeted(&rig, &standing(30.0, 60), true);
        for ankle in [joint::LEFT_ANKLE, joint::RIGHT_ANKLE] {
            let (heights, rest) = heights(&rig, &made, ankle);
            assert!(rest > 0.15, "the ankle is {rest} m high");
            assert!(heights.iter().all(|height| (height - rest).abs() < 0.02), "{} instead of {rest}", heights[0]);
        }
        assert_eq!(made.report.verdict.grade, Grade::Good, "{}", made.report.verdict.reason);
    }
}

#[test]
fn toes_bend_at_the_floor() {
    // Up on the balls of the feet, heels first: the feet pitch by 50 degrees and toes would point into the floor.
    let mut motion = standing(30.0, 90);
    for frame in 20..90 {
        let pitch = 0.9 * ((frame - 20) as f32 / 20.0).min(1.0);
        for ankle in [joint::LEFT_ANKLE, joint::RIGHT_ANKLE] {
            motion.rotations[frame][ankle] = Quat::from_rotation_x(pitch);
        }
        // The ball lies 0.13 m ahead of the ankle.
        motion.root[frame].y += 0.13 * pitch.sin() - 0.06 * (1.0 - pitch.cos());
    }
    for name in ["mixamo", "ue4_mannequin", "rigify_deform", "smplx"] {
        let rig = rigs::load(name);
        let made = retargeted(&rig, &motion, true);
        let node = rig.truth.node(joint::LEFT_FOOT).expect("toes");
        let rest = global_poses(&rig.rig.nodes, None)[node].to_scale_rotation_translation();
        let steepest = (0..made.take.frames)
            .map(|frame| {
                let now = global_poses(&rig.rig.nodes, Some((&made.take, frame)))[node].to_scale_rotation_translation();
                let along = now.1 * rest.1.inverse() * DVec3::Z;
                // Where a tip 5 cm ahead of the joint is, over where it rests.
                now.2.y - rest.2.y + 0.05 * along.y
            })
            .fold(f64::MAX, f64::min);
        assert!(steepest > -0.01, "{name}: toes reach {steepest} m into the floor");
        let without = retargeted(&rig, &motion, false);
        assert_eq!(without.report.limb_direction_largest.round(), 0.0, "{name}: only inverse kinematics bends toes");
    }
}

//! Elbows and knees of every drawn rig over clips that only fold them: they fold the way they do on a person, and nothing
//! flips. Measured from the matrices of nodes, by what a rig looks like at rest; nothing is taken from the solver.

mod largest;
mod motions;
mod rigs;
mod strolls;

use glam::{DMat3, DMat4, DQuat, DVec3};
use largest::largest;
use motions::hinged;
use rigs::TestRig;
use ropar_core::motion::Motion;
use ropar_core::retarget::{MappedRig, RetargetOptions, Retargeter};
use ropar_core::rig::{Take, global_poses};
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, forward_kinematics, joint};

/// Start, hinge and end of each limb, and whether it folds forward.
const LIMBS: [([usize; 3], bool); 4] = [
    ([joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST], true),
    ([joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW, joint::RIGHT_WRIST], true),
    ([joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE], false),
    ([joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE], false),
];
/// Below this bend the side to which a limb folds is rounding, radians.
const BENT: f64 = 0.25;
/// Turns slower than this count as this fast: 60 degrees per second.
const SLOW: f64 = std::f64::consts::FRAC_PI_3;

/// Ten ways to get about, and ten in which shoulders and hips turn and twist while elbows and knees only fold.
fn clips() -> Vec<(String, Motion)> {
    let mut clips: Vec<(String, Motion)> =
        strolls::all().iter().map(|stroll| (stroll.name.to_owned(), stroll.motion(30.0, 3.0).0)).collect();
    for number in 0..10 {
        let (twist, fold) = (0.12 * number as f32, (0.02 + 0.04 * number as f32, 1.0 + 0.13 * number as f32));
        clips.push((format!("hinged {number}"), hinged(30.0, 3.0, twist, fold)));
    }
    clips
}

fn rotation(pose: &DMat4) -> DQuat {
    let matrix = DMat3::from_mat4(*pose);
    DQuat::from_mat3(&DMat3::from_cols(matrix.x_axis.normalize(), matrix.y_axis.normalize(), matrix.z_axis.normalize()))
}

/// Where the rig looks: VRM 0.x faces -Z, the others +Z.
fn ahead(drawn: &TestRig) -> DVec3 {
    let rest = global_poses(&drawn.rig.nodes, None);
    let at = |joint: usize| rest[drawn.truth.node(joint).expect("mapped")].w_axis.truncate();
    if at(joint::LEFT_HIP).x < at(joint::RIGHT_HIP).x { DVec3::NEG_Z } else { DVec3::Z }
}

/// Checks the take and answers how many bent hinges it looked at.
fn assert_hinges(drawn: &TestRig, take: &Take, clip: &str) -> usize {
    let nodes = &drawn.rig.nodes;
    let node = |joint: usize| drawn.truth.node(joint).expect("mapped");
    let rest = global_poses(nodes, None);
    let ahead = ahead(drawn);
    let mut seen = 0;
    for frame in 0..take.frames {
        let poses = global_poses(nodes, Some((take, frame)));
        for (limb, forward) in LIMBS {
            let bend = |poses: &[DMat4]| {
                let [start, hinge, end] = limb.map(|joint| poses[node(joint)].w_axis.truncate());
                (hinge - start).angle_between(end - hinge)
            };
            // Some rigs rest with bent knees, from where less is straight.
            if bend(&poses) < bend(&rest) + BENT {
                continue;
            }
            let [start, hinge, end] = limb.map(|joint| poses[node(joint)].w_axis.truncate());
            // Seen from the upper bone, the lower one has turned about this axis since the rest.
            let [upper, lower] = [limb[0], limb[1]].map(|joint| {
                let node = node(joint);
                rotation(&poses[node]) * rotation(&rest[node]).inverse()
            });
            let turn = upper.inverse() * lower;
            let turn = if turn.w < 0.0 { -turn } else { turn };
            let along = (rest[node(limb[1])].w_axis - rest[node(limb[0])].w_axis).truncate().normalize();
            let axis = along.cross(if forward { ahead } else { -ahead }).normalize();
            let share = turn.xyz().normalize().dot(axis);
            let name = JOINT_NAMES[limb[1]];
            assert!(share > 0.8, "{}, {clip}, frame {frame}: {name} folds about another axis ({share})", drawn.name);
            // And the bones follow: the lower one lies on that side of the upper one.
            let side = upper * axis;
            let across = (hinge - start).cross(end - hinge).normalize();
            assert!(across.dot(side) > 0.7, "{}, {clip}, frame {frame}: {name} bends backwards", drawn.name);
            seen += 1;
        }
    }
    seen
}

/// Largest turns per second of the canonical joints.
fn fastest(rotations: &[Vec<Option<DQuat>>], fps: f64) -> Vec<f64> {
    (0..JOINT_COUNT)
        .map(|joint| {
            let steps = rotations.windows(2).filter_map(|pair| {
                let difference = pair[0][joint]?.inverse() * pair[1][joint]?;
                Some(2.0 * difference.xyz().length().atan2(difference.w.abs()) * fps)
            });
            largest(steps).max(SLOW)
        })
        .collect()
}

#[test]
fn hinges_fold_as_they_do_on_a_person_and_nothing_flips() {
    let clips = clips();
    let sources: Vec<Vec<f64>> = clips
        .iter()
        .map(|(_, motion)| {
            let frames = motion.root.iter().zip(&motion.rotations);
            let rotations: Vec<Vec<Option<DQuat>>> = frames
                .map(|(root, pose)| forward_kinematics(*root, pose).1.map(|turn| Some(turn.as_dquat())).to_vec())
                .collect();
            fastest(&rotations, f64::from(motion.fps))
        })
        .collect();
    let (mut results, mut seen) = (0, 0);
    // A zero pose that is none is posed by a take of its own; `retarget.rs` sees to those.
    for drawn in rigs::all().into_iter().filter(|drawn| drawn.name != "bandai_namco") {
        let mapped = MappedRig { rig: &drawn.rig, mapping: &drawn.truth, takes: &[] };
        let retargeter = Retargeter::from_canonical(mapped).expect("rigs");
        for ((name, motion), source) in clips.iter().zip(&sources) {
            for contacts in [false, true] {
                let options = RetargetOptions { contacts, ..RetargetOptions::default() };
                let take = retargeter.solve(&Take::from_motion(motion, name), &options).expect("retargets");
                seen += assert_hinges(&drawn, &take, name);
                let rotations: Vec<Vec<Option<DQuat>>> = (0..take.frames)
                    .map(|frame| {
                        let poses = global_poses(&drawn.rig.nodes, Some((&take, frame)));
                        let turn = |joint: usize| drawn.truth.node(joint).map(|node| rotation(&poses[node]));
                        (0..JOINT_COUNT).map(turn).collect()
                    })
                    .collect();
                // Joints of the midline are matched by length, so that one may be another's; limbs are one to one.
                let limbs = LIMBS.iter().flat_map(|(limb, _)| *limb).chain([joint::PELVIS]);
                let target = fastest(&rotations, take.fps);
                for joint in limbs {
                    let ratio = target[joint] / source[joint];
                    assert!(ratio < 2.0, "{}, {name}: {} turns {ratio} times as fast", drawn.name, JOINT_NAMES[joint]);
                }
                results += 1;
            }
        }
    }
    println!("{results} results, {seen} bent hinges");
    assert!(results >= 24 * 20 * 2 && seen > 100_000, "{results} results, {seen} bent hinges");
}

//! Clips on rigs of many families. What is asserted is measured here, from positions of nodes, not taken from the report.

mod motions;
mod rigs;
mod strolls;

use glam::{DQuat, DVec3};
use motions::{hinged, wild};
use rigs::TestRig;
use ropar_core::motion::Motion;
use ropar_core::retarget::mapping::{RigMapping, TwistJoint};
use ropar_core::retarget::report::Grade;
use ropar_core::retarget::{MappedRig, RetargetError, RetargetOptions, Retargeter};
use ropar_core::rig::{Rig, Take, canonical_mapping, canonical_rig, global_poses, global_positions};
use ropar_core::skeleton::{JOINT_NAMES, joint};

const WITHOUT_CONTACTS: RetargetOptions =
    RetargetOptions { contacts: false, hand_contacts: false, in_place: false, ground_root: false };
const LIMBS: [(usize, usize); 8] = [
    (joint::LEFT_SHOULDER, joint::LEFT_ELBOW),
    (joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW),
    (joint::LEFT_ELBOW, joint::LEFT_WRIST),
    (joint::RIGHT_ELBOW, joint::RIGHT_WRIST),
    (joint::LEFT_HIP, joint::LEFT_KNEE),
    (joint::RIGHT_HIP, joint::RIGHT_KNEE),
    (joint::LEFT_KNEE, joint::LEFT_ANKLE),
    (joint::RIGHT_KNEE, joint::RIGHT_ANKLE),
];
const LEGS: [[usize; 4]; 2] = [
    [joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT],
    [joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT],
];
/// Rigs whose zero pose is none.
const ZERO_POSES: [&str; 1] = ["bandai_namco"];

fn standing_rigs() -> Vec<TestRig> {
    rigs::all().into_iter().filter(|rig| !ZERO_POSES.contains(&rig.name.as_str())).collect()
}

fn mapped(rig: &TestRig) -> MappedRig<'_> {
    MappedRig { rig: &rig.rig, mapping: &rig.truth, takes: &[] }
}

/// Twenty clips: ten ways to walk, and ten in which every joint moves.
fn clips() -> Vec<(String, Motion)> {
    let mut clips: Vec<(String, Motion)> =
        strolls::all().iter().map(|stroll| (stroll.name.to_owned(), stroll.motion(30.0, 3.0).0)).collect();
    for (number, twist) in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2].into_iter().enumerate() {
        clips.push((format!("hinged {twist}"), hinged(30.0, 3.0, twist, (0.02 + 0.1 * number as f32, 2.2))));
    }
    clips.push(("wild".to_owned(), wild(30.0, 3.0)));
    clips.push(("wild, mirrored".to_owned(), wild(30.0, 3.0).mirror()));
    clips.push(("wild at 60".to_owned(), wild(60.0, 2.0)));
    clips
}

/// How the rig's files are turned against the canonical world: VRM 0.x faces -Z.
fn turned(rig: &TestRig) -> DQuat {
    let at = global_positions(&rig.rig.nodes, None);
    let node = |joint: usize| at[rig.truth.node(joint).expect("mapped")];
    let across = node(joint::LEFT_HIP) - node(joint::RIGHT_HIP);
    if across.x < 0.0 { DQuat::from_rotation_y(std::f64::consts::PI) } else { DQuat::IDENTITY }
}

fn degrees(a: DVec3, b: DVec3) -> f64 {
    a.cross(b).length().atan2(a.dot(b)).to_degrees()
}

/// Positions of a mapping's joint per frame.
fn paths(rig: &Rig, mapping: &RigMapping, take: &Take) -> Vec<impl Fn(usize) -> DVec3 + use<>> {
    (0..take.frames)
        .map(|frame| {
            let at = global_positions(&rig.nodes, Some((take, frame)));
            let nodes: [Option<usize>; 22] = std::array::from_fn(|joint| mapping.node(joint));
            move |joint: usize| at[nodes[joint].unwrap_or_else(|| panic!("no {}", JOINT_NAMES[joint]))]
        })
        .collect()
}

#[test]
fn limbs_point_where_the_source_s_do_on_every_rig() {
    for rig in standing_rigs() {
        let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rigs");
        let turn = turned(&rig);
        for (name, motion) in clips() {
            let take = retargeter.retarget_motion(&motion, &name, &WITHOUT_CONTACTS).expect("retargets").take;
            for (pose, at) in motion.positions().iter().zip(paths(&rig.rig, &rig.truth, &take)) {
                for (start, end) in LIMBS {
                    let source = (pose[end] - pose[start]).as_dvec3();
                    let angle = degrees(source, turn.inverse() * (at(end) - at(start)));
                    assert!(angle < 0.1, "{}, {name}: {} is off by {angle}", rig.name, JOINT_NAMES[start]);
                }
            }
        }
    }
}

#[test]
fn bones_keep_their_lengths_and_quaternions_their_signs() {
    let motion = hinged(30.0, 2.0, 0.8, (0.1, 2.2));
    for rig in standing_rigs() {
        let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rigs");
        for contacts in [false, true] {
            let options = RetargetOptions { contacts, ..RetargetOptions::default() };
            let made = retargeter.retarget_motion(&motion, "clip", &options).expect("retargets");
            assert_eq!(made.report.bone_length_drift, 0.0, "{}", rig.name);
            let moving: Vec<usize> =
                made.take.tracks.iter().filter(|track| track.translation.is_some()).map(|track| track.node).collect();
            assert_eq!(moving.len(), 1, "{}: only what carries the body is moved", rig.name);
            assert!(made.take.tracks.iter().all(|track| track.scale.is_none()));
            for track in &made.take.tracks {
                let rotations = track.rotation.as_ref().expect("rotations");
                assert!(rotations.iter().all(|rotation| (rotation.length() - 1.0).abs() < 1e-9));
                assert!(rotations.windows(2).all(|pair| pair[0].dot(pair[1]) >= 0.0), "{}", rig.name);
            }
        }
    }
}

/// Knees never lie behind the line from hip to ankle, seen in the direction in which the pelvis faces.
fn assert_knees_bend_forward(rig: &TestRig, turn: DQuat, motion: &Motion, take: &Take, name: &str) {
    for (frame, at) in paths(&rig.rig, &rig.truth, take).iter().enumerate() {
        let facing = motion.rotations[frame][joint::PELVIS].as_dquat() * DVec3::Z;
        for [hip, knee, ankle, _] in LEGS {
            let line = at(ankle) - at(hip);
            let knee = at(knee) - at(hip);
            let off = turn.inverse() * (knee - line * (knee.dot(line) / line.length_squared()));
            let ahead = off.dot(facing) / line.length();
            assert!(ahead > -0.01, "{}, {name}: a knee is {ahead} behind its leg in frame {frame}", rig.name);
        }
    }
}

#[test]
fn standing_feet_stand_and_nothing_sinks_or_snaps() {
    let strolls = strolls::all().map(|stroll| (stroll, stroll.motion(30.0, 4.0)));
    for rig in standing_rigs() {
        let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rigs");
        let turn = turned(&rig);
        for (stroll, (motion, stands)) in &strolls {
            let made = retargeter.retarget_motion(motion, stroll.name, &RetargetOptions::default()).expect("retargets");
            let at = paths(&rig.rig, &rig.truth, &made.take);
            let (mut slid, mut count) = (0.0, 0);
            let rest = global_positions(&rig.rig.nodes, None);
            for (side, [_, _, ankle, _]) in LEGS.into_iter().enumerate() {
                let height = rest[rig.truth.node(ankle).expect("mapped")].y;
                for frame in 1..at.len() {
                    let (before, now) = (at[frame - 1](ankle), at[frame](ankle));
                    if stands[frame - 1][side] && stands[frame][side] {
                        slid += (now - before).with_y(0.0).length() * 30.0 * 100.0;
                        count += 1;
                    }
                    // Feet of rigs that stand on the floor at rest are flat or lifted here, so no ankle is below its rest.
                    if height > 0.02 {
                        assert!(now.y > height - 0.005, "{}, {}: sinks to {}", rig.name, stroll.name, now.y - height);
                    }
                }
            }
            let slide = slid / f64::from(count);
            assert!(slide < 1.0, "{}, {}: feet slide at {slide} cm/s", rig.name, stroll.name);
            assert_knees_bend_forward(&rig, turn, motion, &made.take, stroll.name);
            let report = &made.report;
            assert!(report.penetration < 5.0, "{}, {}: {} mm", rig.name, stroll.name, report.penetration);
            assert!(report.foot_slide.is_some_and(|slide| slide < 1.0), "{}, {}", rig.name, stroll.name);
            let fastest = (report.angular_velocity_ratio, &report.angular_velocity_at);
            assert!(fastest.0 < 2.0, "{}, {}: {fastest:?}", rig.name, stroll.name);
            assert!(report.limb_direction_median < 3.0, "{}, {}", rig.name, stroll.name);
            assert_eq!(report.verdict.grade, Grade::Good, "{}, {}: {}", rig.name, stroll.name, report.verdict.reason);
        }
    }
}

#[test]
fn there_and_back_again_is_the_same_pose() {
    let (rig, mapping) = (canonical_rig(), canonical_mapping());
    let canonical = MappedRig { rig: &rig, mapping: &mapping, takes: &[] };
    for other in standing_rigs() {
        let there = Retargeter::new(canonical, mapped(&other)).expect("there");
        let back = Retargeter::new(mapped(&other), canonical).expect("back");
        for motion in [hinged(30.0, 2.0, 0.8, (0.1, 2.0)), strolls::all()[3].motion(30.0, 2.0).0] {
            let first = Take::from_motion(&motion, "clip");
            let middle = there.solve(&first, &WITHOUT_CONTACTS).expect("there");
            let last = back.solve(&middle, &WITHOUT_CONTACTS).expect("back");
            // The lowest spine joint of a triangle pelvis carries the legs and so belongs to the pelvis.
            let spine_is_kept = other.truth.spine.len() == 3 && other.name != "biped_triangle_pelvis";
            for frame in 0..first.frames {
                let (a, b) =
                    (global_poses(&rig.nodes, Some((&first, frame))), global_poses(&rig.nodes, Some((&last, frame))));
                for index in 0..22 {
                    let kept = match index {
                        joint::SPINE1 | joint::SPINE2 => spine_is_kept,
                        joint::NECK => other.truth.neck.len() == 1,
                        _ => other.truth.node(index).is_some(),
                    };
                    if kept || index == joint::SPINE3 && !other.truth.spine.is_empty() {
                        let rotation = |pose: &glam::DMat4| pose.to_scale_rotation_translation().1;
                        let angle = rotation(&a[index]).angle_between(rotation(&b[index])).to_degrees();
                        assert!(angle < 0.5, "{}: {} comes back {angle} off", other.name, JOINT_NAMES[index]);
                    }
                }
                // Heights count from the sole, which a rig's rest shows to a centimetre or two.
                let moved = a[0].w_axis.distance(b[0].w_axis);
                assert!(moved < 0.06, "{}: the pelvis comes back {moved} m away", other.name);
            }
        }
    }
}

/// A rig whose bones all lie along X in the zero pose, and a take of it that does what `take` does on the rig as drawn.
fn zero_pose(take: &Take, drawn: &TestRig, zero: &TestRig) -> Take {
    let nodes = &zero.rig.nodes;
    let child = |node: usize| {
        let mut children = (0..nodes.len()).filter(|child| nodes[*child].parent == Some(node));
        children.next().filter(|_| children.next().is_none())
    };
    // What turns the zero pose's bone into the drawn one's.
    let turns: Vec<DQuat> = (0..nodes.len())
        .map(|node| {
            let moves = take.tracks.iter().any(|track| track.node == node);
            child(node).filter(|_| moves).map_or(DQuat::IDENTITY, |child| {
                let (from, to) = (nodes[child].rest.translation, drawn.rig.nodes[child].rest.translation);
                DQuat::from_rotation_arc(from.normalize(), to.normalize())
            })
        })
        .collect();
    let mut changed = take.clone();
    for frame in 0..take.frames {
        let poses = global_poses(&drawn.rig.nodes, Some((take, frame)));
        let turn = |node: usize| poses[node].to_scale_rotation_translation().1 * turns[node];
        for track in &mut changed.tracks {
            let node = track.node;
            let local = nodes[node].parent.map_or(DQuat::IDENTITY, turn).inverse() * turn(node);
            if let Some(rotations) = &mut track.rotation {
                rotations[frame] = local;
            }
        }
    }
    changed
}

#[test]
fn a_frame_stands_in_for_a_zero_pose_that_says_nothing() {
    let zero = rigs::load("bandai_namco");
    let text = include_str!("rigs/data/bandai_namco.rig").replace("zero_pose: yes", "zero_pose: no");
    let drawn = rigs::draw("drawn", &text);
    let motion = strolls::all()[0].motion(30.0, 3.0).0;
    let on_drawn = Retargeter::from_canonical(mapped(&drawn)).expect("drawn");
    let take = on_drawn.solve(&Take::from_motion(&motion, "walk"), &WITHOUT_CONTACTS).expect("retargets");
    let take = zero_pose(&take, &drawn, &zero);

    let (rig, mapping) = (canonical_rig(), canonical_mapping());
    let canonical = MappedRig { rig: &rig, mapping: &mapping, takes: &[] };
    let back = Retargeter::new(mapped(&zero), canonical).expect("the clip will tell");
    let made = back.solve(&take, &WITHOUT_CONTACTS).expect("retargets");
    for (pose, at) in motion.positions().iter().zip(paths(&rig, &mapping, &made)) {
        for (start, end) in LIMBS {
            let angle = degrees((pose[end] - pose[start]).as_dvec3(), at(end) - at(start));
            assert!(angle < 0.1, "{}: {angle}", JOINT_NAMES[start]);
        }
    }
    // As a target it needs an animation of its own.
    let error = Retargeter::new(canonical, mapped(&zero)).err().expect("nothing to align it by");
    assert!(matches!(error, RetargetError::Alignment { side: "target", .. }), "{error}");
    let with_take = MappedRig { takes: std::slice::from_ref(&take), ..mapped(&zero) };
    let made = Retargeter::new(canonical, with_take)
        .expect("aligned")
        .solve(&Take::from_motion(&motion, "walk"), &WITHOUT_CONTACTS);
    let made = made.expect("retargets");
    for (pose, at) in motion.positions().iter().zip(paths(&zero.rig, &zero.truth, &made)) {
        for (start, end) in LIMBS {
            let angle = degrees((pose[end] - pose[start]).as_dvec3(), at(end) - at(start));
            assert!(angle < 0.1, "{}: {angle}", JOINT_NAMES[start]);
        }
    }
}

#[test]
fn fingers_go_along_where_both_have_them_and_rest_elsewhere() {
    let (from, to) = (rigs::load("mixamo"), rigs::load("vrm0"));
    let index = from.truth.fingers["leftIndexProximal"].node;
    let mut take = Take { name: "curl".to_owned(), fps: 30.0, frames: 2, tracks: Vec::new(), ..Take::default() };
    let rest = from.rig.nodes[index].rest.rotation;
    let poses = global_poses(&from.rig.nodes, None);
    // A curl of one radian in the world about the axis across the palm.
    let world = poses[index].to_scale_rotation_translation().1;
    let curl = rest * world.inverse() * DQuat::from_rotation_z(-1.0) * world;
    take.tracks.push(ropar_core::rig::Track { node: index, rotation: Some(vec![rest, curl]), ..Default::default() });
    let made =
        Retargeter::new(mapped(&from), mapped(&to)).expect("pair").solve(&take, &WITHOUT_CONTACTS).expect("made");
    let turn = turned(&to);
    let line = |frame: usize| {
        let at = global_positions(&to.rig.nodes, Some((&made, frame)));
        let node = |name: &str| at[to.truth.fingers[name].node];
        turn.inverse() * (node("leftIndexIntermediate") - node("leftIndexProximal"))
    };
    assert!((degrees(line(0), line(1)) - 1f64.to_degrees()).abs() < 3.0, "{}", degrees(line(0), line(1)));
    assert!(line(1).y < -0.5 * line(1).length(), "the finger curls to the palm: {}", line(1));
    let canonical = Retargeter::from_canonical(mapped(&to)).expect("canonical");
    let made = canonical.retarget_motion(&motions::standing(30.0, 3), "stand", &WITHOUT_CONTACTS).expect("made").take;
    let fingers: Vec<usize> = to.truth.fingers.values().map(|finger| finger.node).collect();
    assert!(made.tracks.iter().all(|track| !fingers.contains(&track.node)), "fingers nobody moves have no tracks");
}

#[test]
fn twist_joints_take_their_share() {
    let rig = rigs::load("ue4_mannequin");
    let mut motion = motions::standing(30.0, 2);
    // The palm turns by 80 degrees about the forearm.
    motion.rotations[1][joint::LEFT_WRIST] = glam::Quat::from_rotation_x(80f32.to_radians());
    let made = Retargeter::from_canonical(mapped(&rig)).expect("rig");
    let made = made.retarget_motion(&motion, "twist", &WITHOUT_CONTACTS).expect("made").take;
    let twists: Vec<_> = rig.truth.twists.iter().filter(|twist| twist.segment == joint::LEFT_ELBOW).collect();
    assert!(!twists.is_empty());
    for twist in twists {
        let turn = |frame: usize| {
            global_poses(&rig.rig.nodes, Some((&made, frame)))[twist.node].to_scale_rotation_translation().1
        };
        let angle = turn(0).angle_between(turn(1)).to_degrees();
        assert!((angle - 80.0 * f64::from(twist.place)).abs() < 0.5, "{angle} at {}", twist.place);
    }
}

#[test]
fn in_place_takes_the_path_out_and_the_ground_joint_takes_it_over() {
    let rig = rigs::load("ue4_mannequin");
    let root = rig.truth.root.expect("a joint on the floor");
    let pelvis = rig.truth.node(joint::PELVIS).expect("pelvis");
    let motion = strolls::all()[0].motion(30.0, 4.0).0;
    let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rig");
    let path = |options: RetargetOptions, node: usize| -> Vec<DVec3> {
        let take = retargeter.retarget_motion(&motion, "walk", &options).expect("made").take;
        (0..take.frames).map(|frame| global_positions(&rig.rig.nodes, Some((&take, frame)))[node]).collect()
    };
    let plain = RetargetOptions::default();
    let walked = path(plain, pelvis);
    assert!(walked[120].z - walked[0].z > 3.0, "4 s at 0.9 m/s and more, for longer legs");
    let still = path(RetargetOptions { in_place: true, ..plain }, pelvis);
    assert!(still.iter().all(|place| (place - still[0]).with_y(0.0).length() < 0.1));
    assert_eq!(path(plain, root)[100], path(plain, root)[0], "at rest without being asked");
    let grounded = RetargetOptions { ground_root: true, ..plain };
    let (ground, carried) = (path(grounded, root), path(grounded, pelvis));
    for frame in 0..walked.len() {
        assert!(carried[frame].distance(walked[frame]) < 1e-6, "the pelvis goes where it went");
        assert!(ground[frame].y.abs() < 1e-6 && (ground[frame] - walked[frame]).with_y(0.0).length() < 0.15);
    }
}

#[test]
fn what_cannot_be_done_is_refused_with_a_reason() {
    let rig = rigs::load("mixamo");
    let (canonical, canonical_nodes) = (canonical_mapping(), canonical_rig());
    let source = MappedRig { rig: &canonical_nodes, mapping: &canonical, takes: &[] };
    let refused = |rig: &Rig, mapping: &RigMapping| {
        Retargeter::new(source, MappedRig { rig, mapping, takes: &[] }).err().expect("refused")
    };
    let mut mapping = rig.truth.clone();
    mapping.joints[joint::LEFT_KNEE] = None;
    assert!(matches!(refused(&rig.rig, &mapping), RetargetError::MissingJoint { joint: "left_knee", .. }));
    let mut mapping = rig.truth.clone();
    mapping.joints.swap(joint::LEFT_KNEE, joint::RIGHT_KNEE);
    assert!(matches!(refused(&rig.rig, &mapping), RetargetError::Mapping { .. }));
    let mut mapping = rig.truth.clone();
    mapping.spine.push(10_000);
    assert!(matches!(refused(&rig.rig, &mapping), RetargetError::Mapping { .. }));
    let hand = rig.truth.node(joint::LEFT_WRIST).expect("a hand");
    let twist = TwistJoint { node: hand, segment: joint::PELVIS, place: 0.5 };
    let reversed = rig.truth.spine.iter().rev().copied().collect();
    for (mapping, said) in [
        (RigMapping { root: Some(hand), ..rig.truth.clone() }, "not above `mixamorig:Hips`"),
        (RigMapping { spine: reversed, ..rig.truth.clone() }, "bottom to top"),
        (RigMapping { twists: vec![twist], ..rig.truth.clone() }, "twists with `pelvis`"),
    ] {
        let error = refused(&rig.rig, &mapping);
        assert!(matches!(&error, RetargetError::Mapping { reason, .. } if reason.contains(said)), "{error}");
    }
    for (by, reason, next_step) in [
        ([1.0, 2.0, 1.0], "which is not the same in all directions", "apply the scale"),
        ([-1.0, -1.0, -1.0], "and negative values mirror or turn what hangs on it", "apply the scale"),
        ([0.0, 0.0, 0.0], "which leaves nothing of what hangs on it", "give it a size"),
    ] {
        let mut scaled = rig.rig.clone();
        scaled.nodes[rig.truth.node(joint::PELVIS).expect("pelvis")].rest.scale = DVec3::from(by);
        let error = refused(&scaled, &rig.truth);
        assert!(matches!(&error, RetargetError::Scale { scale, .. } if *scale == by), "{error}");
        assert!(error.to_string().ends_with(reason), "{error}");
        assert!(error.next_step().starts_with(next_step), "{}", error.next_step());
    }

    let retargeter = Retargeter::new(source, mapped(&rig)).expect("good");
    let mut take = Take::from_motion(&motions::standing(30.0, 4), "clip");
    take.tracks[3].rotation.as_mut().expect("rotations").pop();
    assert!(matches!(retargeter.solve(&take, &WITHOUT_CONTACTS), Err(RetargetError::Take { .. })));
    take.tracks[3].rotation = Some(vec![DQuat::from_xyzw(f64::NAN, 0.0, 0.0, 1.0); 4]);
    assert!(matches!(retargeter.solve(&take, &WITHOUT_CONTACTS), Err(RetargetError::Take { .. })));
    for fps in [f64::NAN, -30.0, 0.01, 1e12] {
        let take = Take { fps, ..Take::from_motion(&motions::standing(30.0, 4), "clip") };
        let error = retargeter.solve(&take, &WITHOUT_CONTACTS).expect_err("refused");
        assert!(matches!(error, RetargetError::Rate { .. }) && error.to_string().contains(&fps.to_string()), "{error}");
    }
    take.frames = 0;
    assert!(matches!(retargeter.solve(&take, &WITHOUT_CONTACTS), Err(RetargetError::Take { .. })));
}

#[test]
fn a_result_that_is_no_number_has_failed() {
    let rig = rigs::load("mixamo");
    let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rig");
    let mut take = Take::from_motion(&motions::standing(30.0, 10), "far away");
    // Each is a number; their squares and sums are not.
    for (frame, place) in take.tracks[0].translation.as_mut().expect("places").iter_mut().enumerate() {
        *place = DVec3::splat(if frame % 2 == 0 { 1e308 } else { -1e308 });
    }
    for options in [RetargetOptions::default(), WITHOUT_CONTACTS] {
        let verdict = retargeter.retarget(&take, &options).expect("an answer").report.verdict;
        assert_eq!(verdict.grade, Grade::Failed, "{}", verdict.reason);
        assert!(verdict.reason.contains("no number"), "{}", verdict.reason);
    }
}

#[test]
fn a_long_clip_of_a_second_at_rest_stays_at_rest() {
    // Rests are T poses here, so a source in T pose must leave every node where it is.
    for name in ["mixamo", "rokoko", "xsens"] {
        let rig = rigs::load(name);
        let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rig");
        let made = retargeter.retarget_motion(&motions::standing(30.0, 30), "stand", &RetargetOptions::default());
        let made = made.expect("made");
        let (rest, now) =
            (global_positions(&rig.rig.nodes, None), global_positions(&rig.rig.nodes, Some((&made.take, 15))));
        for (node, (a, b)) in rest.iter().zip(&now).enumerate() {
            assert!(a.distance(*b) < 0.03, "{name}: `{}` moves by {}", rig.rig.nodes[node].name, a.distance(*b));
        }
    }
}

#[test]
fn hands_that_rest_on_the_floor_stay_there_when_asked() {
    // On all fours in the air but for the hands, swaying by 3 cm: the hands slide along.
    let frames = 60;
    let mut motion = motions::standing(30.0, frames);
    for (frame, pose) in motion.rotations.iter_mut().enumerate() {
        let sway = (frame as f32 * 0.1).sin();
        pose[joint::PELVIS] = glam::Quat::from_rotation_x(1.5 + 0.02 * sway);
        for (side, shoulder, elbow) in
            [(1.0, joint::LEFT_SHOULDER, joint::LEFT_ELBOW), (-1.0, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW)]
        {
            pose[shoulder] = glam::Quat::from_rotation_y(-side * 1.3);
            pose[elbow] = glam::Quat::from_rotation_y(-side * 0.5);
        }
        motion.root[frame] = glam::Vec3::new(0.03 * sway, 0.55, 0.0);
    }
    let rig = rigs::load("mixamo");
    let retargeter = Retargeter::from_canonical(mapped(&rig)).expect("rig");
    let slide = |hand_contacts: bool| {
        let options = RetargetOptions { hand_contacts, ..RetargetOptions::default() };
        let take = retargeter.retarget_motion(&motion, "fours", &options).expect("made").take;
        let at = paths(&rig.rig, &rig.truth, &take);
        let step =
            |wrist: usize| (1..at.len()).map(|frame| at[frame](wrist).distance(at[frame - 1](wrist))).sum::<f64>();
        step(joint::LEFT_WRIST) + step(joint::RIGHT_WRIST)
    };
    let (free, held) = (slide(false), slide(true));
    assert!(free > 0.2, "the hands slide when they are not held: {free} m");
    assert!(held < 0.01, "{held} m");
}

//! Clean-up of motions: feet that stand still while they stand.
//!
//! Contacts are found by the height and speed of heel and ball with hysteresis ([`contacts`]). A standing foot is then
//! held ([`locks`]): flat feet lie still, others roll over the point that stands. The pelvis comes down where a leg
//! would not reach, and the legs follow by analytic inverse kinematics ([`two_bone`]) in the plane of their knees.
//! Every correction fades in and out with continuous value and slope, so that no joint jumps.

pub mod contacts;
pub(crate) mod locks;
pub(crate) mod plant;
pub(crate) mod signal;
pub(crate) mod sole;
pub(crate) mod two_bone;

use glam::{DQuat, DVec3};

use crate::features::make_continuous;
use crate::motion::Motion;
use crate::skeleton::{JOINT_COUNT, forward_kinematics, joint, local_rotations, rest_offsets};
use contacts::{Contact, ContactLimits, detect};
use plant::{Leg, Planting};
use sole::{LEG, Sole};
use two_bone::Limb;

const LEGS: [[usize; 4]; 2] = [
    [joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT],
    [joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT],
];

/// What stands of both feet in every frame, left first, with the floor at height 0.
pub fn foot_contacts(motion: &Motion, limits: &ContactLimits) -> [Vec<Contact>; 2] {
    let poses: Vec<_> =
        motion.root.iter().zip(&motion.rotations).map(|(root, pose)| forward_kinematics(*root, pose)).collect();
    LEGS.map(|[_, _, ankle, foot]| {
        let sole = Sole::of_canonical(rest_offsets()[foot].as_dvec3());
        let point = |offset: DVec3| -> Vec<DVec3> {
            let place = |(positions, global): &([glam::Vec3; JOINT_COUNT], [glam::Quat; JOINT_COUNT])| {
                positions[ankle].as_dvec3() + global[ankle].as_dquat() * offset
            };
            poses.iter().map(place).collect()
        };
        detect(&point(sole.heel), &point(sole.ball), LEG, f64::from(motion.fps), limits)
    })
}

/// The motion with feet that do not slide while they stand and do not sink into the floor at height 0.
///
/// Only legs and the pelvis's position change, and only where a foot touches the floor and for a quarter of a second
/// around that.
pub fn plant_feet(motion: &Motion, limits: &ContactLimits) -> Motion {
    let frames = motion.frames();
    let fps = f64::from(motion.fps);
    if frames < 2 || !(fps.is_finite() && fps > 0.0) {
        return motion.clone();
    }
    let mut rotations: Vec<DQuat> = Vec::with_capacity(frames * JOINT_COUNT);
    let mut hips: Vec<DVec3> = Vec::with_capacity(frames);
    let offsets = rest_offsets();
    let middle = ((offsets[joint::LEFT_HIP] + offsets[joint::RIGHT_HIP]) / 2.0).as_dvec3();
    let mut points: [[Vec<DVec3>; 2]; 2] = Default::default();
    let soles = LEGS.map(|[_, _, _, foot]| Sole::of_canonical(offsets[foot].as_dvec3()));
    for (root, pose) in motion.root.iter().zip(&motion.rotations) {
        let (positions, global) = forward_kinematics(*root, pose);
        hips.push(root.as_dvec3() + global[joint::PELVIS].as_dquat() * middle);
        for ((sole, [_, _, ankle, _]), points) in soles.iter().zip(LEGS).zip(&mut points) {
            let (place, turn) = (positions[ankle].as_dvec3(), global[ankle].as_dquat());
            points[0].push(place + turn * sole.heel);
            points[1].push(place + turn * sole.ball);
        }
        rotations.extend(global.map(|rotation| rotation.as_dquat().normalize()));
    }
    let found: [Vec<Contact>; 2] =
        std::array::from_fn(|side| detect(&points[side][0], &points[side][1], LEG, fps, limits));
    let legs = std::array::from_fn(|side| {
        let [hip, knee, ankle, foot] = LEGS[side];
        let lengths = [knee, ankle].map(|joint| f64::from(offsets[joint].length()));
        let limb = Limb { along: DVec3::NEG_Y, hinge: DVec3::X, lengths };
        Leg { offset: offsets[hip].as_dvec3() - middle, limb, sole: soles[side], toes: 0.0, hip, knee, ankle, foot }
    });
    let (stride, pelvis) = (JOINT_COUNT, joint::PELVIS);
    Planting { hips: &mut hips, rotations: &mut rotations, stride, pelvis, legs, contacts: &found, fps }.plant();

    let mut planted = motion.clone();
    for frame in 0..frames {
        let global = std::array::from_fn(|joint| rotations[frame * JOINT_COUNT + joint].as_quat());
        let local = local_rotations(&global);
        for joint in LEGS.as_flattened() {
            planted.rotations[frame][*joint] = local[*joint];
        }
        planted.root[frame] = (hips[frame] - rotations[frame * JOINT_COUNT] * middle).as_vec3();
    }
    make_continuous(&mut planted.rotations);
    planted
}

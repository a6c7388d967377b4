//! Arms and legs.

use glam::{Quat, Vec3};

use super::twist::{Bend, Hinge, limb_rotations};
use super::{Calibration, canonical_leg};
use crate::rotation::{align, minimal_swing};
use crate::skeleton::{JOINT_COUNT, joint, rest_offsets};
use crate::smoothstep::smoothstep;

/// Largest turn of a collar against its rest, radians.
const LARGEST_COLLAR_TURN: f32 = 0.8;
/// Largest turn of an ankle against the shank, radians; more is a defect of the source.
const LARGEST_ANKLE_TURN: f32 = 1.4;

/// A side of the body.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Side {
    /// Hip, knee, ankle, foot.
    pub(super) fn leg(self) -> [usize; 4] {
        match self {
            Side::Left => [joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT],
            Side::Right => [joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT],
        }
    }

    /// Collar, shoulder, elbow, wrist.
    pub(super) fn arm(self) -> [usize; 4] {
        match self {
            Side::Left => [joint::LEFT_COLLAR, joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST],
            Side::Right => [joint::RIGHT_COLLAR, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW, joint::RIGHT_WRIST],
        }
    }

    /// Sign of X on this side.
    pub(super) fn sign(self) -> f32 {
        if self == Side::Left { 1.0 } else { -1.0 }
    }
}

/// Collar by the displacement of the shoulder from its relaxed place, upper arm and forearm by their directions. The
/// hand follows the forearm.
pub(super) fn solve_arm(
    side: Side,
    source: &[[Vec3; JOINT_COUNT]],
    calibration: &Calibration,
    fps: f32,
    global: &mut [[Quat; JOINT_COUNT]],
) {
    let [collar, shoulder, elbow, wrist] = side.arm();
    let offsets = rest_offsets();
    let mut relaxed = calibration.shoulder * canonical_leg();
    relaxed.x *= side.sign();
    let hinge = Hinge { along: Vec3::X * side.sign(), folds_to: Vec3::Z };

    let mut bends = Vec::with_capacity(source.len());
    for (joints, global) in source.iter().zip(global.iter_mut()) {
        let chest = global[joint::SPINE3];
        let displacement = chest.inverse() * (joints[shoulder] - joints[joint::NECK]) - relaxed;
        let turn = minimal_swing(offsets[shoulder], offsets[shoulder] + displacement);
        global[collar] = chest * limit(turn, LARGEST_COLLAR_TURN);
        let into = global[collar].inverse();
        bends.push(Bend {
            limb: into * (joints[elbow] - joints[shoulder]),
            beyond: into * (joints[wrist] - joints[elbow]),
        });
    }
    let rotations = limb_rotations(&hinge, &bends, fps);
    for ((joints, global), rotation) in source.iter().zip(global.iter_mut()).zip(rotations) {
        global[shoulder] = global[collar] * rotation;
        let rest = global[shoulder] * offsets[wrist];
        global[elbow] = minimal_swing(rest, joints[wrist] - joints[elbow]) * global[shoulder];
        global[wrist] = global[elbow];
    }
}

/// Thigh and shank reach for the scaled ankle in the plane of the knee; the foot follows its own direction and the knee's
/// axis.
///
/// A nearly straight leg keeps the bend of the source instead of the exact distance to the ankle: there a millimetre of
/// distance is many degrees of knee, and the segments of the two bodies differ.
pub(super) fn solve_leg(
    side: Side,
    source: &[[Vec3; JOINT_COUNT]],
    mapped: &[bool; JOINT_COUNT],
    calibration: &Calibration,
    fps: f32,
    root: &[Vec3],
    global: &mut [[Quat; JOINT_COUNT]],
) {
    let [hip, knee, ankle, foot] = side.leg();
    let offsets = rest_offsets();
    let (thigh, shank) = (offsets[knee].length(), offsets[ankle].length());
    let hinge = Hinge { along: Vec3::NEG_Y, folds_to: Vec3::NEG_Z };

    let bends: Vec<Bend> = source
        .iter()
        .zip(global.iter())
        .map(|(joints, global)| {
            let into = global[joint::PELVIS].inverse();
            Bend { limb: into * (joints[knee] - joints[hip]), beyond: into * (joints[ankle] - joints[knee]) }
        })
        .collect();
    let rotations = limb_rotations(&hinge, &bends, fps);
    let flat_foot = Vec3::new(0.0, -calibration.foot_drop.sin(), calibration.foot_drop.cos());

    for (frame, rotation) in rotations.into_iter().enumerate() {
        let (joints, global) = (&source[frame], &mut global[frame]);
        let axis = global[joint::PELVIS] * rotation * Vec3::X;
        let hip_position = root[frame] + global[joint::PELVIS] * offsets[hip];

        let source_bend = knee_bend(joints[knee] - joints[hip], joints[ankle] - joints[knee], axis);
        let kept = (thigh * thigh + shank * shank + 2.0 * thigh * shank * source_bend.cos()).sqrt();
        let reach = joints[ankle] - hip_position;
        let exact = reach.length().min(thigh + shank);
        let weight = smoothstep(15_f32.to_radians(), 45_f32.to_radians(), source_bend);
        let distance = (kept + (exact - kept) * weight).clamp((thigh - shank).abs() + 0.01, thigh + shank);

        let cos_bend = (distance * distance - thigh * thigh - shank * shank) / (2.0 * thigh * shank);
        let bend = cos_bend.clamp(-1.0, 1.0).acos();
        // Between the thigh and the line from hip to ankle.
        let lean = (shank * bend.sin()).atan2(thigh + shank * bend.cos());

        // The rest leg points down and its knee turns about X, so a frame of (reach, axis) is the whole leg's.
        let whole = align((Vec3::NEG_Y, Vec3::X), (reach, axis)).unwrap_or(global[joint::PELVIS] * rotation);
        global[hip] = whole * Quat::from_rotation_x(-lean);
        global[knee] = global[hip] * Quat::from_rotation_x(bend);
        global[ankle] = global[knee];
        if mapped[foot] {
            let toward = joints[foot] - joints[ankle];
            let across = global[knee] * Vec3::X;
            // The source's flat foot may point lower than ours; what counts is how far it is from flat.
            let free = align((flat_foot, Vec3::X), (toward, across)).unwrap_or(global[knee]);
            global[ankle] = global[knee] * limit(global[knee].inverse() * free, LARGEST_ANKLE_TURN);
        }
        global[foot] = global[ankle];
    }
}

/// Bend of the knee between the directions of thigh and shank. An overstretched knee, whose plane lies on the other side of
/// `axis`, counts as straight and not as bent the other way; a clear bend is believed in any plane.
fn knee_bend(thigh: Vec3, shank: Vec3, axis: Vec3) -> f32 {
    let across = thigh.cross(shank);
    let bend = across.length().atan2(thigh.dot(shank));
    let signed = across.dot(axis).atan2(thigh.dot(shank)).max(0.0);
    signed + (bend - signed) * smoothstep(25_f32.to_radians(), 50_f32.to_radians(), bend)
}

/// `rotation` about the same axis by at most `largest` radians.
fn limit(rotation: Quat, largest: f32) -> Quat {
    let rotation = if rotation.w < 0.0 { -rotation } else { rotation };
    let (axis, angle) = rotation.to_axis_angle();
    if angle > largest { Quat::from_axis_angle(axis, largest) } else { rotation }
}

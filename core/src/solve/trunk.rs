//! Pelvis, spine, chest, neck and head.

use glam::{Quat, Vec3};

use super::{Calibration, LARGEST_HEAD_YAW};
use crate::rotation::{align, minimal_swing};
use crate::skeleton::{JOINT_COUNT, joint, rest_offsets};

/// The joints of the spine from its root to its end.
const SPINE: [usize; 5] = [joint::PELVIS, joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::NECK];

/// Global rotations with the trunk solved; limbs are left at the identity.
pub(super) fn solve(
    source: &[[Vec3; JOINT_COUNT]],
    calibration: &Calibration,
    head_yaw: Option<&[f32]>,
) -> Vec<[Quat; JOINT_COUNT]> {
    let (mut last_pelvis, mut last_chest) = (Quat::IDENTITY, Quat::IDENTITY);
    source
        .iter()
        .enumerate()
        .map(|(frame, joints)| {
            let spine = spine_points(joints);
            // A frame without direction (joints that coincide) keeps the rotation of the frame before.
            let pelvis = pelvis(joints, calibration).unwrap_or(last_pelvis);
            let chest = chest(joints, calibration).unwrap_or(last_chest);
            (last_pelvis, last_chest) = (pelvis, chest);

            let mut global = [Quat::IDENTITY; JOINT_COUNT];
            global[joint::PELVIS] = pelvis;
            global[joint::SPINE3] = chest;
            for (index, weight) in [(1, 1.0 / 3.0), (2, 2.0 / 3.0)] {
                let between = pelvis.slerp(chest, weight);
                let rest = between * upward(calibration.spine_lean[index]);
                global[SPINE[index]] = minimal_swing(rest, spine[index + 1] - spine[index]) * between;
            }
            let yaw = head_yaw.map_or(0.0, |yaw| yaw[frame].clamp(-LARGEST_HEAD_YAW, LARGEST_HEAD_YAW));
            // Neck and head share the turn, as cervical vertebrae do.
            let half = Quat::from_rotation_y(if yaw.is_finite() { yaw / 2.0 } else { 0.0 });
            let turned = chest * half;
            let toward = joints[joint::HEAD] - joints[joint::NECK];
            global[joint::NECK] = minimal_swing(turned * upward(calibration.neck_lean), toward) * turned;
            global[joint::HEAD] = global[joint::NECK] * half;
            global
        })
        .collect()
}

/// Global rotation of the pelvis: the line of the hips exactly, the start of the spine as near as it allows.
fn pelvis(joints: &[Vec3; JOINT_COUNT], calibration: &Calibration) -> Option<Quat> {
    let spine = spine_points(joints);
    let rest = (Vec3::X, upward(calibration.spine_lean[0]));
    align(rest, (joints[joint::LEFT_HIP] - joints[joint::RIGHT_HIP], spine[1] - spine[0]))
}

/// Global rotation of the chest, from the end of the spine and the line of the shoulders.
///
/// The two disagree sideways when one shoulder is raised or the neck is bent; the chest takes the middle and leaves the
/// rest to the collars.
pub(super) fn chest(joints: &[Vec3; JOINT_COUNT], calibration: &Calibration) -> Option<Quat> {
    let spine = spine_points(joints);
    let up = (upward(calibration.spine_lean[3]), spine[4] - spine[3]);
    let across = (Vec3::X, joints[joint::LEFT_SHOULDER] - joints[joint::RIGHT_SHOULDER]);
    let by_spine = align((up.0, across.0), (up.1, across.1))?;
    let by_shoulders = align((across.0, up.0), (across.1, up.1))?;
    Some(by_spine.slerp(by_shoulders, 0.5))
}

/// The upward direction that leans forward by `lean` radians.
fn upward(lean: f32) -> Vec3 {
    Vec3::new(0.0, lean.cos(), lean.sin())
}

/// The source's line from pelvis to neck, at the fractions of arc length where the canonical joints lie.
pub(super) fn spine_points(joints: &[Vec3; JOINT_COUNT]) -> [Vec3; 5] {
    let source = SPINE.map(|joint| joints[joint]);
    let canonical = SPINE.map(|joint| if joint == joint::PELVIS { 0.0 } else { rest_offsets()[joint].length() });
    let lengths: [f32; 5] =
        std::array::from_fn(|index| if index == 0 { 0.0 } else { source[index].distance(source[index - 1]) });
    let total: f32 = lengths.iter().sum();
    let canonical_total: f32 = canonical.iter().sum();
    let mut along = 0.0;
    std::array::from_fn(|index| {
        along += canonical[index];
        let mut remaining = along / canonical_total * total;
        for segment in 1..5 {
            if remaining <= lengths[segment] && lengths[segment] > 0.0 {
                return source[segment - 1].lerp(source[segment], remaining / lengths[segment]);
            }
            remaining -= lengths[segment];
        }
        source[4]
    })
}

//! Turn of the head, which joint positions do not show.

use glam::{Quat, Vec3};

use super::{SolveError, percentile};
use crate::skeleton::{JOINT_COUNT, joint};

/// Turn of the head against the chest per frame, radians, positive to the left, for [`super::SolveOptions::head_yaw`].
///
/// `chest` and `head` are the source's global rotations in any rest frames: only their relative change counts. The
/// median of all frames is taken for looking straight ahead, so clips of one skeleton are better passed together. The
/// axis is the line from chest to neck in `positions`.
pub fn head_yaw(positions: &[[Vec3; JOINT_COUNT]], chest: &[Quat], head: &[Quat]) -> Result<Vec<f32>, SolveError> {
    for found in [chest.len(), head.len()] {
        if found != positions.len() {
            return Err(SolveError::HeadYaw { found, frames: positions.len() });
        }
    }
    let relative: Vec<Quat> = chest.iter().zip(head).map(|(chest, head)| chest.inverse() * *head).collect();
    let Some(first) = relative.first().copied() else { return Ok(Vec::new()) };
    // Mean rotation: quaternions of one hemisphere, summed.
    let sum = relative
        .iter()
        .fold(first * 0.0, |sum, rotation| sum + if rotation.dot(first) < 0.0 { -*rotation } else { *rotation });
    let mean = if sum.length() > 1e-3 { sum.normalize() } else { first };
    let axis: Vec3 = positions
        .iter()
        .zip(chest)
        .map(|(joints, chest)| chest.inverse() * (joints[joint::NECK] - joints[joint::SPINE2]).normalize_or_zero())
        .sum();
    let axis = axis.try_normalize().unwrap_or(Vec3::Y);
    let mut yaw: Vec<f32> = relative
        .iter()
        .map(|rotation| {
            let change = *rotation * mean.inverse();
            let change = if change.w < 0.0 { -change } else { change };
            2.0 * change.xyz().dot(axis).atan2(change.w)
        })
        .collect();
    let ahead = percentile(&mut yaw.clone(), 0.5);
    for angle in &mut yaw {
        *angle -= ahead;
    }
    Ok(yaw)
}

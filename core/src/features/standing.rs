//! Feet that stand, as witnesses of how the root moves ([`super::root_velocity`]) and how high it is ([`super::root_height`]).

use std::iter::Sum;
use std::ops::{Div, Mul};

use crate::skeleton::joint;

/// Joints that rest on the floor, and their height in the rest pose, metres.
pub(super) const FEET: [(usize, f64); 4] =
    [(joint::LEFT_ANKLE, 0.075), (joint::RIGHT_ANKLE, 0.075), (joint::LEFT_FOOT, 0.02), (joint::RIGHT_FOOT, 0.02)];
/// How much a joint that surely stands counts; the root's own channels count 1.
const CERTAINTY: f64 = 10.0;
/// Height above rest, metres, at which a joint counts 1 / e of that.
const HEIGHT: f64 = 0.06;
/// Deviation of the Gaussian by which corrections are smoothed, seconds: what changes from frame to frame is noise.
const SMOOTHING: f64 = 0.05;

/// How much a joint counts that is `above` its rest height, metres.
pub(super) fn certainty(above: f64) -> f64 {
    CERTAINTY * (-(above.max(0.0) / HEIGHT).powi(2)).exp()
}

/// Corrections of successive frames convolved with a Gaussian; the first and last go on beyond the ends.
pub(super) fn smoothed<T>(corrections: &[T], fps: f64) -> Vec<T>
where
    T: Copy + Mul<f64, Output = T> + Div<f64, Output = T> + Sum,
{
    let frames = SMOOTHING * fps;
    let reach = (3.0 * frames).ceil() as i64;
    let kernel: Vec<f64> = (-reach..=reach).map(|step| (-0.5 * (step as f64 / frames).powi(2)).exp()).collect();
    let total: f64 = kernel.iter().sum();
    let last = corrections.len() as i64 - 1;
    (0..=last)
        .map(|frame| {
            let near = |step: i64| corrections[(frame + step).clamp(0, last) as usize];
            (-reach..=reach).zip(&kernel).map(|(step, share)| near(step) * *share).sum::<T>() / total
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use glam::{Quat, Vec3};

    use super::FEET;
    use crate::skeleton::{JOINT_COUNT, STANDING_PELVIS_HEIGHT, forward_kinematics};

    #[test]
    fn feet_rest_where_the_skeleton_has_them() {
        let root = Vec3::Y * STANDING_PELVIS_HEIGHT;
        let (positions, _) = forward_kinematics(root, &[Quat::IDENTITY; JOINT_COUNT]);
        for (joint, height) in FEET {
            assert!((f64::from(positions[joint].y) - height).abs() < 1e-6, "{joint}: {}", positions[joint].y);
        }
    }
}

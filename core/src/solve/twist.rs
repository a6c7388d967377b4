//! Twist of a limb about its own axis, from the hinge that follows it.
//!
//! The plane of a bent elbow or knee shows how upper arm or thigh are turned about themselves. The plane of a straight
//! one is noise, so every frame gets a weight that grows with the bend, and the twist of the clip is the smoothing
//! problem
//!
//! `min over z:  sum w[t] |z[t] - m[t]|^2 + smoothness sum |z[t+1] - z[t]|^2 + prior sum |z[t] - p[t]|^2`
//!
//! with the measured twist `m` and the absence of twist `p` written as unit complex numbers: bent frames are followed, straight ones borrow from their
//! neighbours in time and drift slowly to no twist. It is one tridiagonal system, solved in linear time.

use std::f32::consts::PI;

use glam::{Quat, Vec2, Vec3};

use crate::rotation::minimal_swing;
use crate::smoothstep::smoothstep;

/// Below the first bend a hinge plane is ignored, above the second it counts fully, radians.
const BEND: (f32, f32) = (10.0 * PI / 180.0, 30.0 * PI / 180.0);
/// Up to the first bend a limb that seems to fold the wrong way is taken for an overstretched one, above the second it
/// is believed, radians.
const BELIEVED: (f32, f32) = (25.0 * PI / 180.0, 50.0 * PI / 180.0);
/// Time over which a fully bent limb is smoothed, seconds.
const FOLLOW_SECONDS: f32 = 0.03;
/// Time over which a straight limb returns to no twist, seconds.
const RETURN_SECONDS: f32 = 1.0;

/// A limb that ends in a hinge, in its rest pose.
pub(super) struct Hinge {
    /// Direction of the limb, unit length.
    pub along: Vec3,
    /// Direction to which the hinge folds the next segment, unit length and perpendicular to `along`.
    pub folds_to: Vec3,
}

/// One frame of a limb in the frame of its parent joint.
pub(super) struct Bend {
    /// Direction of the limb.
    pub limb: Vec3,
    /// Direction of the segment beyond the hinge.
    pub beyond: Vec3,
}

/// Rotation of the limb in the frame of its parent, for every frame.
///
/// Twist is counted from a frame that is carried along the limb's path without turning about it, because the swing from
/// the rest pose has no smooth meaning where a limb points against its rest direction, as in a high kick.
pub(super) fn limb_rotations(hinge: &Hinge, frames: &[Bend], fps: f32) -> Vec<Quat> {
    let mut carried: Vec<Quat> = Vec::with_capacity(frames.len());
    for frame in frames {
        carried.push(match carried.last() {
            Some(last) => (minimal_swing(*last * hinge.along, frame.limb) * *last).normalize(),
            None => minimal_swing(hinge.along, frame.limb),
        });
    }
    let samples: Vec<Sample> =
        frames.iter().zip(&carried).map(|(frame, carried)| measure(hinge, frame, *carried)).collect();
    smooth(&samples, fps)
        .into_iter()
        .zip(carried)
        .map(|(twist, carried)| carried * Quat::from_axis_angle(hinge.along, twist.y.atan2(twist.x)))
        .collect()
}

/// What one frame says about the twist: unit complex numbers relative to the carried frame.
struct Sample {
    measured: Vec2,
    weight: f32,
    /// No twist: the minimal swing from the rest pose.
    untwisted: Vec2,
    /// 1, but 0 where the minimal swing is undefined.
    prior: f32,
}

fn measure(hinge: &Hinge, frame: &Bend, carried: Quat) -> Sample {
    let side = hinge.along.cross(hinge.folds_to);
    let in_plane = |direction: Vec3| Vec2::new(direction.dot(hinge.folds_to), direction.dot(side));
    let into = carried.inverse();

    let swing = minimal_swing(hinge.along, frame.limb);
    let untwisted = in_plane(into * (swing * hinge.folds_to)).try_normalize().unwrap_or(Vec2::X);
    let against = hinge.along.dot(frame.limb.normalize_or_zero());
    let prior = smoothstep(-0.9, -0.5, against);

    let beyond = into * frame.beyond;
    let across = in_plane(beyond);
    let bend = across.length().atan2(beyond.dot(hinge.along));
    let Some(measured) = across.try_normalize() else {
        return Sample { measured: untwisted, weight: 0.0, untwisted, prior };
    };
    let believed = smoothstep(BELIEVED.0, BELIEVED.1, bend);
    // A hardly bent limb that seems to be twisted backward is an overstretched one.
    let plausible = smoothstep(-0.2, 0.3, measured.dot(untwisted));
    let weight = smoothstep(BEND.0, BEND.1, bend) * plausible.max(believed);
    Sample { measured, weight, untwisted, prior }
}

fn smooth(samples: &[Sample], fps: f32) -> Vec<Vec2> {
    let smoothness = (FOLLOW_SECONDS * fps).powi(2);
    let prior_weight = smoothness / (RETURN_SECONDS * fps).powi(2);
    let last = samples.len().saturating_sub(1);
    // Thomas algorithm: forward elimination, then back substitution.
    let mut upper: Vec<f32> = Vec::with_capacity(samples.len());
    let mut values: Vec<Vec2> = Vec::with_capacity(samples.len());
    for (index, sample) in samples.iter().enumerate() {
        let neighbours = u8::from(index > 0) + u8::from(index < last);
        // The small constant keeps a clip of one undecided frame solvable.
        let prior = prior_weight * sample.prior.max(1e-3);
        let mut diagonal = sample.weight + prior + smoothness * f32::from(neighbours);
        let mut right = sample.measured * sample.weight + sample.untwisted * prior;
        if index > 0 {
            diagonal += smoothness * upper[index - 1];
            right += smoothness * values[index - 1];
        }
        upper.push(if index < last { -smoothness / diagonal } else { 0.0 });
        values.push(right / diagonal);
    }
    for index in (0..last).rev() {
        values[index] = values[index] - upper[index] * values[index + 1];
    }
    values
}

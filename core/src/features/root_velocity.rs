//! The velocity of the root, as feet that stand have it.
//!
//! Features say twice how fast the body moves: by the root's velocity, and by the velocity of every joint, from which
//! the joint's own motion about the root is taken. In recorded motion both are the same. In generated features they
//! differ by some 0.3 m/s, and where a foot stands the difference is seen: it slides. So the root takes the mean of the two,
//! weighted by how surely a foot stands ([decision 48](../../../docs/decisions/0048-the-root-moves-as-standing-feet-say.md)).

use glam::{DVec2, Vec3};

use super::joint_channels;
use super::standing::{FEET, certainty, smoothed};
use crate::skeleton::JOINT_COUNT;

/// Speed, metres per second, at which a joint counts 1 / e of one that stands still.
const SPEED: f64 = 0.5;

/// Planar root velocities (x, z), metres per second, each in the heading frame of its frame.
///
/// `rows` are the features of the frames, `headings` their headings in radians, `places` where the joints are in the
/// world's axes, with the root above the origin of the floor.
pub(super) fn settled(rows: &[&[f32]], headings: &[f64], places: &[[Vec3; JOINT_COUNT]], fps: f64) -> Vec<DVec2> {
    let own: Vec<DVec2> = rows.iter().map(|row| DVec2::new(f64::from(row[1]), f64::from(row[2]))).collect();
    let last = rows.len().saturating_sub(1);
    let corrections: Vec<DVec2> = (0..rows.len())
        .map(|frame| {
            // Velocities are forward differences; the last repeats the one before.
            let from = if frame == last { last.saturating_sub(1) } else { frame };
            let to = (from + 1).min(last);
            let (mut sum, mut weights) = (DVec2::ZERO, 1.0);
            for (joint, rest) in FEET {
                let velocity = &rows[frame][joint_channels(joint)][3..6];
                let velocity = DVec2::new(f64::from(velocity[0]), f64::from(velocity[2]));
                let moved = (places[to][joint] - places[from][joint]).as_dvec3() * fps;
                let about_root = turned(DVec2::new(moved.x, moved.z), -headings[from]);
                let height = f64::from(places[frame][joint].y.max(places[(frame + 1).min(last)][joint].y));
                let weight = certainty(height - rest) * (-velocity.length_squared() / (SPEED * SPEED)).exp();
                sum += weight * (velocity - about_root - own[frame]);
                weights += weight;
            }
            sum / weights
        })
        .collect();
    own.into_iter().zip(smoothed(&corrections, fps)).map(|(own, correction)| own + correction).collect()
}

/// A planar vector (x, z) turned about Y by `angle` radians.
pub(super) fn turned(vector: DVec2, angle: f64) -> DVec2 {
    let (sin, cos) = angle.sin_cos();
    DVec2::new(cos * vector.x + sin * vector.y, cos * vector.y - sin * vector.x)
}

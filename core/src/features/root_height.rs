//! The height of the root, as feet that stand have it.
//!
//! Features say twice how high a foot is: by its own channel, and by the root's height with the leg hanging from it. In
//! recorded motion both are the same. In generated features the second may sink through the floor, most of all in poses
//! that few clips hold. So the root takes the mean of the two, weighted by how low the foot's channel says that it is
//! ([decision 50](../../../docs/decisions/0050-the-root-is-as-high-as-standing-feet-say.md)).

use glam::Vec3;

use super::joint_channels;
use super::standing::{FEET, certainty, smoothed};
use crate::skeleton::JOINT_COUNT;

/// By how much the root has to rise in each frame, metres.
///
/// `rows` are the features of the frames, `places` where their joints are with the root at its own height.
pub(super) fn corrections(rows: &[&[f32]], places: &[[Vec3; JOINT_COUNT]], fps: f64) -> Vec<f64> {
    let corrections: Vec<f64> = rows
        .iter()
        .zip(places)
        .map(|(row, places)| {
            let (mut sum, mut weights) = (0.0, 1.0);
            for (joint, rest) in FEET {
                let height = f64::from(row[joint_channels(joint)][1]);
                let weight = certainty(height - rest);
                sum += weight * (height - f64::from(places[joint].y));
                weights += weight;
            }
            sum / weights
        })
        .collect();
    smoothed(&corrections, fps)
}

//! From confidence per joint to credible parts (RoPAR, arXiv 2512.12703, section 3.2).

use crate::parts::PartScheme;
use crate::skeleton::JOINT_COUNT;

/// Which parts can be trusted in which frame: `[frame][part]`.
///
/// A part is credible when the mean confidence of the joints it owns is above `threshold`. Shared joints count for their
/// owner only, so that a well seen spine does not vouch for a hidden arm. Confidence that is not a number counts as 0.
pub fn credible_parts(confidence: &[[f32; JOINT_COUNT]], scheme: &PartScheme, threshold: f32) -> Vec<Vec<bool>> {
    let owned: Vec<Vec<usize>> = (0..scheme.len()).map(|part| scheme.owned_joints(part)).collect();
    confidence
        .iter()
        .map(|frame| {
            owned
                .iter()
                .map(|joints| {
                    let sum: f32 =
                        joints.iter().map(|&joint| if frame[joint].is_nan() { 0.0 } else { frame[joint] }).sum();
                    sum / joints.len().max(1) as f32 > threshold
                })
                .collect()
        })
        .collect()
}

//! The length of a BVH file's unit, which the file does not say.

use super::clip::BvhClip;
use super::joint_map::{family, guess_unit};

/// The longest way along the bones of an adult, from a toe to the fingertips, metres.
const LONGEST_WAY: f64 = 2.2;

/// Metres per unit of the units that files are written in: metre, centimetre, millimetre.
const UNITS: [f64; 3] = [1.0, 0.01, 0.001];

/// Metres per unit of `clip`: that of its family where the joints have known names, else the unit under which the legs,
/// or the longest way along the bones, have a human length.
pub(super) fn guess(clip: &BvhClip) -> f64 {
    if let Some(found) = family(clip) {
        return found.family.metres_per_unit.unwrap_or_else(|| guess_unit(clip, &found.joints));
    }
    let way = longest_way(clip).max(1e-9);
    let misfit = |unit: f64| (way * unit / LONGEST_WAY).ln().abs();
    UNITS.into_iter().min_by(|a, b| misfit(*a).total_cmp(&misfit(*b))).unwrap_or(0.01)
}

/// Length of the longest path through the tree of bones, in the file's unit; it is the same in every pose.
fn longest_way(clip: &BvhClip) -> f64 {
    let mut below = vec![0.0_f64; clip.joints.len()];
    let mut longest = 0.0_f64;
    // Children come after their parents: backwards, each joint is complete when it is reached.
    for (index, joint) in clip.joints.iter().enumerate().rev() {
        if let Some(parent) = joint.parent {
            let reach = below[index] + joint.offset.length();
            longest = longest.max(below[parent] + reach);
            below[parent] = below[parent].max(reach);
        }
    }
    longest
}

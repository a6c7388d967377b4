//! The length of a BVH file's unit, which the file does not say.

use glam::DVec3;
use ropar_core::naming::NamingFamily;
use ropar_core::skeleton::{JOINT_COUNT, joint};

use super::clip::BvhClip;
use super::joint_map::family;

/// Length of hip-knee-ankle of an adult of average stature, metres.
const LEG_LENGTH: f64 = 0.80;

/// How many times longer or shorter legs of people may be: fewer than between any two units.
const HUMAN: f64 = 2.0;

/// The longest way along the bones of an adult, from a toe to the fingertips, metres.
const LONGEST_WAY: f64 = 2.2;

/// Metres per unit of the units that files are written in: metre, inch, centimetre, millimetre.
const UNITS: [f64; 4] = [1.0, 0.0254, 0.01, 0.001];

/// The same without the inch, which is too near to the centimetre for a guess by the longest way alone.
const METRIC: [f64; 3] = [1.0, 0.01, 0.001];

/// A unit that was assumed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub metres: f64,
    /// What tells it, in words.
    pub told_by: &'static str,
}

impl Unit {
    fn by_size(metres: f64) -> Unit {
        Unit { metres, told_by: "the skeleton's size" }
    }
}

/// The unit of `clip`: as [`of_family`] has it where the joints have known names, else the one under which the longest
/// way along the bones has a human length.
pub(super) fn guess(clip: &BvhClip) -> Unit {
    match family(clip) {
        Some(found) => of_family(clip, found.family, &found.joints),
        None => Unit::by_size(nearest(&METRIC, longest_way(clip), LONGEST_WAY)),
    }
}

/// The unit of a clip whose joints have the names of `family`: the family's own where legs then have a human length, else
/// the one under which they have. Other programs write such skeletons in units of their own.
pub(super) fn of_family(clip: &BvhClip, family: &NamingFamily, found: &[Option<usize>; JOINT_COUNT]) -> Unit {
    let leg = leg(clip, found);
    match family.metres_per_unit {
        Some(metres) if misfit(leg * metres, LEG_LENGTH) < HUMAN.ln() => Unit { metres, told_by: "the joints' names" },
        _ => Unit::by_size(nearest(&UNITS, leg, LEG_LENGTH)),
    }
}

/// The unit under which `length` is nearest to `human` metres.
fn nearest(units: &[f64], length: f64, human: f64) -> f64 {
    let misfit = |unit: f64| misfit(length * unit, human);
    units.iter().copied().min_by(|a, b| misfit(*a).total_cmp(&misfit(*b))).unwrap_or(1.0)
}

/// How far a length in metres is from a human's, as the logarithm of their ratio.
fn misfit(length: f64, human: f64) -> f64 {
    (length / human).max(1e-9).ln().abs()
}

/// Hip-knee-ankle in the file's unit.
fn leg(clip: &BvhClip, found: &[Option<usize>; JOINT_COUNT]) -> f64 {
    let pose = clip.global_positions(0);
    let at = |canonical: usize| found[canonical].map_or(DVec3::ZERO, |index| pose[index]);
    at(joint::LEFT_HIP).distance(at(joint::LEFT_KNEE)) + at(joint::LEFT_KNEE).distance(at(joint::LEFT_ANKLE))
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

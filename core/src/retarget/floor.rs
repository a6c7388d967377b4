//! The floor under a rig at rest.

use glam::DVec3;

use super::alignment::LEGS;
use super::body::ancestors;
use super::posed::Posed;
use crate::cleanup::sole::LEG;
use crate::rig::Rig;
use crate::skeleton::{JOINT_COUNT, joint};

/// Thickness of what lies below the lowest joint of a foot that hovers at rest.
const FLESH: f64 = 0.02 / LEG;

/// Height of the floor on which a rig stands at rest.
///
/// That is 0 where the feet are near it, as in most files; below the lowest joint of the feet where the rig hovers, as
/// skeletons do whose root is at the origin.
pub(super) fn floor_at_rest(
    rig: &Rig,
    joints: &[Option<usize>; JOINT_COUNT],
    posed: &Posed,
    height: &dyn Fn(DVec3) -> f64,
    leg: f64,
) -> Option<f64> {
    let ankles: Vec<usize> = LEGS.iter().filter_map(|[_, _, ankle, _]| joints[*ankle]).collect();
    let of_feet = (0..rig.nodes.len())
        .filter(|node| ankles.contains(node) || ancestors(rig, *node).any(|ancestor| ankles.contains(&ancestor)));
    // Handles and helpers of some rigs hang on the feet and lie anywhere.
    let knee = height(posed.position[joints[joint::LEFT_KNEE]?]);
    let lowest = of_feet
        .map(|node| height(posed.position[node]))
        .filter(|height| (knee - height) < 0.9 * leg)
        .min_by(f64::total_cmp)?;
    let near = (-0.03..0.12).contains(&(lowest / leg));
    Some(if near { 0.0 } else { lowest - FLESH * leg })
}

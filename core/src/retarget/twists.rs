//! Joints that carry a share of a limb's twist: they lie on the line of a segment and turn with it.

use super::mapping::{RigMapping, TwistJoint};
use super::topology::Bones;
use crate::skeleton::joint;

/// The segments of the limbs by the joints at their ends.
pub(super) const SEGMENTS: [(usize, usize); 8] = [
    (joint::LEFT_SHOULDER, joint::LEFT_ELBOW),
    (joint::LEFT_ELBOW, joint::LEFT_WRIST),
    (joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW),
    (joint::RIGHT_ELBOW, joint::RIGHT_WRIST),
    (joint::LEFT_HIP, joint::LEFT_KNEE),
    (joint::LEFT_KNEE, joint::LEFT_ANKLE),
    (joint::RIGHT_HIP, joint::RIGHT_KNEE),
    (joint::RIGHT_KNEE, joint::RIGHT_ANKLE),
];

/// How far from the line, and from the ends, in lengths of the segment.
const BESIDE: f64 = 0.06;
const ENDS: std::ops::Range<f64> = 0.03..0.97;

/// The twist joints of a mapped rig, in the order of its nodes.
pub fn twists(bones: &Bones, mapping: &RigMapping) -> Vec<TwistJoint> {
    let mapped: Vec<usize> = mapping.joints.iter().flatten().map(|joint| joint.node).collect();
    let mut found = Vec::new();
    for (start, end) in SEGMENTS {
        let (Some(from), Some(to)) = (mapping.node(start), mapping.node(end)) else { continue };
        let line = bones.positions[to] - bones.positions[from];
        let length = line.length();
        if length <= 0.0 {
            continue;
        }
        for node in bones.subtree(from) {
            // Only what turns with this segment and not with the next.
            let other = mapped.contains(&node) || bones.is_tip[node];
            if other || bones.is_below(node, to) {
                continue;
            }
            let along = bones.positions[node] - bones.positions[from];
            let place = along.dot(line) / (length * length);
            let beside = (along - line * place).length() / length;
            if ENDS.contains(&place) && beside < BESIDE {
                found.push(TwistJoint { node, segment: start, place: place as f32 });
            }
        }
    }
    found.sort_by_key(|twist| twist.node);
    found
}

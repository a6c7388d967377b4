//! Names against the shape: what both say is sure, what they do not agree on is told.

use super::by_name::NAMED;
use super::mapping::RigMapping;
use super::topology::{Bones, Shape};
use crate::skeleton::{JOINT_NAMES, MIRRORED, joint};

/// How sure a joint is whose name and place agree.
const AGREED: f32 = 0.99;
/// How sure a joint is that the names put on the other side than the shape.
const SWAPPED: f32 = 0.4;
/// How sure a limb joint is for which the shape would take another node.
const DISPUTED: f32 = 0.75;

/// The least score at which the shape has a say.
const LEAST_SCORE: f64 = 2.5;
/// The least certainty of the facing at which sides are compared.
const LEAST_CERTAINTY: f64 = 0.3;

/// The joints that have a side and are hard to take for something else.
const LIMBS: [usize; 6] =
    [joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST];

/// Sets confidences and warnings of a mapping by name from what the shape says. A file's own table is only warned of.
pub fn against_shape(bones: &Bones, mapping: &mut RigMapping, shape: Option<&Shape>) {
    let upright = is_upright(bones, mapping);
    let Some(shape) = shape.filter(|shape| upright && shape.score >= LEAST_SCORE) else {
        if !upright {
            mapping.warnings.push(
                "the rest pose is no standing person, so the joints are known by their names alone; check the result"
                    .to_owned(),
            );
        }
        return;
    };
    let said_by_file = mapping.joints.iter().flatten().all(|mapped| mapped.confidence >= 1.0);
    let mut swapped = Vec::new();
    let mut disputed = Vec::new();
    for (index, place) in mapping.joints.iter_mut().enumerate() {
        let Some(mapped) = place else { continue };
        let same = shape.mapping.node(index) == Some(mapped.node);
        let mirrored = MIRRORED[index] != index && shape.mapping.node(MIRRORED[index]) == Some(mapped.node);
        let confidence = if same {
            AGREED
        } else if mirrored && shape.facing.certainty >= LEAST_CERTAINTY {
            swapped.push(index);
            SWAPPED
        } else {
            if is_limb(index) && shape.mapping.node(index).is_some() {
                disputed.push(index);
            }
            if is_limb(index) { DISPUTED } else { NAMED }
        };
        if !said_by_file {
            mapped.confidence = confidence;
        }
    }
    // Fingers are as sure as the hand that they are on.
    for (name, finger) in mapping.fingers.iter_mut().filter(|_| !said_by_file) {
        let wrist = if name.starts_with("left") { joint::LEFT_WRIST } else { joint::RIGHT_WRIST };
        let hand = mapping.joints[wrist].map_or(NAMED, |wrist| wrist.confidence);
        let same = shape.mapping.fingers.get(name).is_some_and(|other| other.node == finger.node);
        finger.confidence = finger.confidence.min(if same { hand } else { hand * NAMED });
    }
    if swapped.iter().any(|index| is_limb(*index)) {
        mapping.warnings.push(format!(
            "left and right are exchanged between names and shape ({}); by its feet and knees the character looks the \
             other way, or its names are mirrored: the names are followed",
            words(&swapped)
        ));
    }
    if !disputed.is_empty() {
        mapping.warnings.push(format!("by the shape of the rig these joints could be others: {}", words(&disputed)));
    }
}

fn is_limb(index: usize) -> bool {
    LIMBS.contains(&index) || LIMBS.contains(&MIRRORED[index])
}

fn words(joints: &[usize]) -> String {
    joints.iter().map(|joint| JOINT_NAMES[*joint]).collect::<Vec<_>>().join(", ")
}

/// True where the trunk stands upright above the feet.
pub fn is_upright(bones: &Bones, mapping: &RigMapping) -> bool {
    let middle = |joints: [usize; 2]| {
        let [left, right] = joints.map(|joint| mapping.node(joint).map(|node| bones.positions[node]));
        match (left, right) {
            (Some(left), Some(right)) => Some(left.midpoint(right)),
            (one, other) => one.or(other),
        }
    };
    let shoulders = middle([joint::LEFT_SHOULDER, joint::RIGHT_SHOULDER]);
    let hips = middle([joint::LEFT_HIP, joint::RIGHT_HIP]);
    let ankles = middle([joint::LEFT_ANKLE, joint::RIGHT_ANKLE]);
    let (Some(shoulders), Some(hips), Some(ankles)) = (shoulders, hips, ankles) else { return false };
    (shoulders - hips).normalize_or_zero().y > 0.7 && (hips - ankles).normalize_or_zero().y > 0.7
}

/// True where the rig stands on all fours: the legs straight down, the trunk level, the hands as low as the feet.
pub fn is_on_all_fours(bones: &Bones, mapping: &RigMapping) -> bool {
    let at = |joint: usize| mapping.node(joint).map(|node| bones.positions[node]);
    let down = |from: usize, to: usize| Some((at(to)? - at(from)?).normalize_or_zero().y < -0.7);
    let low = |joint: usize| {
        let lowest = bones.subtree(mapping.node(joint)?).into_iter().map(|node| bones.positions[node].y);
        Some(lowest.fold(f64::INFINITY, f64::min) - bones.floor < 0.12 * bones.height)
    };
    let level = || Some((at(joint::LEFT_SHOULDER)? - at(joint::LEFT_HIP)?).normalize_or_zero().y < 0.7);
    let all = || {
        Some(
            level()?
                && down(joint::LEFT_HIP, joint::LEFT_ANKLE)?
                && down(joint::RIGHT_HIP, joint::RIGHT_ANKLE)?
                && [joint::LEFT_WRIST, joint::RIGHT_WRIST, joint::LEFT_ANKLE, joint::RIGHT_ANKLE]
                    .into_iter()
                    .all(|joint| low(joint) == Some(true)),
        )
    };
    all().unwrap_or(false)
}

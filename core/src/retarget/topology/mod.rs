//! Joints by the shape of the skeleton alone.
//!
//! Arms and legs are pairs of siblings whose subtrees have the same bone lengths ([`pairs`]). Of all pairs, those are
//! legs and arms that lie most like a standing person's ([`hypothesis`]); their joints are the ends of the two long
//! segments of a limb ([`limbs`]). Between them is the trunk ([`trunk`]), and what points forward tells left from right
//! ([`facing`]).

mod bones;
mod facing;
mod fingers;
mod hypothesis;
mod limbs;
mod pairs;
mod trunk;

use glam::DVec3;

pub use bones::Bones;
pub use facing::Facing;

use super::mapping::{MappedJoint, RigMapping};
use crate::skeleton::joint;
use hypothesis::Hypothesis;

/// What the shape says.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Joints, spine, neck, fingers; no twists and no root.
    pub mapping: RigMapping,
    /// Where the body looks.
    pub facing: Facing,
    /// How much it is like a person: 3 and more for people.
    pub score: f64,
    /// Other chains could be the arms as well.
    pub rivalled: bool,
    /// All limbs stand on the floor and the trunk lies level: an animal.
    pub on_all_fours: bool,
}

/// The best reading of the bones as a body; `None` where there are no two pairs of limbs.
pub fn shape(bones: &Bones) -> Option<Shape> {
    let all = hypothesis::hypotheses(bones);
    all.iter().find_map(|limbs| {
        let rivalled = all.iter().any(|other| limbs.is_rivalled_by(other, bones));
        read(bones, limbs.clone(), rivalled)
    })
}

/// Pairs of chains that could be limbs.
pub fn limb_pair_count(bones: &Bones) -> usize {
    pairs::limb_pairs(bones).len()
}

fn read(bones: &Bones, mut limbs: Hypothesis, rivalled: bool) -> Option<Shape> {
    let trunk = trunk::trunk(bones, &limbs)?;
    let upper: Vec<usize> = trunk.neck.iter().chain(&trunk.head).copied().collect();
    let facing = facing::facing(bones, &limbs, &upper);
    let left = DVec3::Y.cross(facing.forward);
    let side = |a: usize, b: usize| (bones.positions[a] - bones.positions[b]).dot(left);
    if side(limbs.legs[0].hip, limbs.legs[1].hip) < 0.0 {
        limbs.legs.swap(0, 1);
    }
    if side(limbs.arms[0].shoulder, limbs.arms[1].shoulder) < 0.0 {
        limbs.arms.swap(0, 1);
    }
    let on_all_fours = on_all_fours(bones, &limbs);

    let mut mapping = RigMapping { family: "topology".to_owned(), ..RigMapping::default() };
    let middle = confidence(limbs.score, 1.0);
    let sided = |quality: f64| confidence(limbs.score, quality) * (0.6 + 0.4 * facing.certainty as f32);
    let of_arm = |arm: &limbs::Arm| sided(arm.quality) * if rivalled { 0.5 } else { 1.0 };
    let mut set = |joint: usize, node: Option<usize>, confidence: f32| {
        mapping.joints[joint] = node.map(|node| MappedJoint { node, confidence });
    };
    set(joint::PELVIS, Some(trunk.pelvis), middle);
    set(joint::HEAD, trunk.head, middle);
    for (leg, joints) in limbs.legs.iter().zip([
        [joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT],
        [joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT],
    ]) {
        let nodes = [Some(leg.hip), Some(leg.knee), Some(leg.ankle), leg.foot];
        joints.into_iter().zip(nodes).for_each(|(joint, node)| set(joint, node, sided(leg.quality)));
    }
    for (arm, joints) in limbs.arms.iter().zip([
        [joint::LEFT_COLLAR, joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST],
        [joint::RIGHT_COLLAR, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW, joint::RIGHT_WRIST],
    ]) {
        let nodes = [arm.collar, Some(arm.shoulder), Some(arm.elbow), Some(arm.wrist)];
        joints.into_iter().zip(nodes).for_each(|(joint, node)| set(joint, node, of_arm(arm)));
    }
    for (arm, name) in limbs.arms.iter().zip(["left", "right"]) {
        let confidence = 0.9 * of_arm(arm);
        mapping.fingers.extend(
            fingers::fingers(bones, arm.wrist)
                .into_iter()
                .map(|(finger, node)| (format!("{name}{finger}"), MappedJoint { node, confidence })),
        );
    }
    mapping.spine = trunk.spine;
    mapping.neck = trunk.neck;
    mapping.settle_midline(&bones.positions, middle);
    Some(Shape { mapping, facing, score: limbs.score, rivalled, on_all_fours })
}

/// From the score of a hypothesis and the quality of a limb to 0 ... 0.95.
fn confidence(score: f64, quality: f64) -> f32 {
    ((score / 4.5).clamp(0.2, 1.0) * quality.clamp(0.3, 1.0) * 0.95) as f32
}

/// True where the arms stand on the floor like the legs and the trunk is not upright.
fn on_all_fours(bones: &Bones, limbs: &Hypothesis) -> bool {
    let trunk = (limbs.shoulders(bones) - limbs.hips(bones)).normalize_or_zero();
    let lowest = |node: usize| {
        bones.subtree(node).into_iter().map(|node| bones.positions[node].y).fold(f64::INFINITY, f64::min) - bones.floor
    };
    let on_floor = |node: usize| lowest(node) < 0.12 * bones.height;
    trunk.y < 0.7
        && limbs.arms.iter().all(|arm| on_floor(arm.wrist))
        && limbs.legs.iter().all(|leg| on_floor(leg.ankle))
}

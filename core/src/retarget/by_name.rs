//! Joints by their names.

use std::collections::BTreeMap;

use super::combine::Combination;
use super::mapping::{MappedJoint, RigMapping};
use super::topology::{Bones, Shape};
use crate::naming::{self, Match, Part};
use crate::rig::{NodeKind, Rig};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};

/// How sure a name alone is.
pub const NAMED: f32 = 0.9;

/// The joints of a leg, which a body must have.
const LEGS: [usize; 7] = [
    joint::PELVIS,
    joint::LEFT_HIP,
    joint::RIGHT_HIP,
    joint::LEFT_KNEE,
    joint::RIGHT_KNEE,
    joint::LEFT_ANKLE,
    joint::RIGHT_ANKLE,
];

/// The joints of the arms, of which a body has at least one side.
const ARMS: [[usize; 2]; 2] = [[joint::LEFT_SHOULDER, joint::LEFT_ELBOW], [joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW]];

/// The leg joints that are not there.
pub fn missing_legs(joints: &[Option<usize>; JOINT_COUNT]) -> Vec<&'static str> {
    LEGS.into_iter().filter(|joint| joints[*joint].is_none()).map(|joint| JOINT_NAMES[joint]).collect()
}

/// True where at least one arm is there.
pub fn has_arm(joints: &[Option<usize>; JOINT_COUNT]) -> bool {
    ARMS.iter().any(|arm| arm.iter().all(|joint| joints[*joint].is_some()))
}

/// The naming family of the nodes in `domain`, whose places are nodes.
pub fn match_names(rig: &Rig, bones: &Bones, domain: &dyn Fn(usize) -> bool) -> Option<Match> {
    naming::best_or_most(&names(rig, bones, domain))
}

/// The family of which most joints are in `domain`, and how many: for messages about half a body.
pub fn closest(rig: &Rig, bones: &Bones, domain: &dyn Fn(usize) -> bool) -> Option<(String, usize, Vec<&'static str>)> {
    let found = naming::closest(&names(rig, bones, domain))?;
    Some((found.family.name.clone(), found.count(), missing_legs(&found.rig_joints)))
}

/// Nodes that can be joints, or carry nothing else, with their names.
fn names<'a>(rig: &'a Rig, bones: &Bones, domain: &dyn Fn(usize) -> bool) -> Vec<(usize, &'a str)> {
    (0..rig.nodes.len())
        .filter(|node| domain(*node) && (bones.is_bone[*node] || rig.nodes[*node].kind != NodeKind::Group))
        .map(|node| (node, rig.nodes[node].name.as_str()))
        .collect()
}

/// The mapping of a match, and the joints whose names say nothing and that the other names and the shape tell.
pub fn mapping(
    rig: &Rig,
    bones: &Bones,
    domain: &dyn Fn(usize) -> bool,
    found: &Match,
    shape: Option<&Shape>,
) -> (RigMapping, Vec<usize>) {
    let named = |node: usize| MappedJoint { node, confidence: NAMED };
    let mut mapping = RigMapping {
        family: found.family.name.clone(),
        joints: found.rig_joints.map(|node| node.map(named)),
        spine: found.part(Part::Spine),
        neck: found.part(Part::Neck),
        fingers: found.fingers().into_iter().map(|(name, node)| (name, named(node))).collect(),
        ..RigMapping::default()
    };
    let roots = found.part(Part::Root);
    mapping.root = roots.into_iter().find(|root| mapping.node(joint::PELVIS).is_some_and(|hip| hip != *root));
    let names = names(rig, bones, domain);
    let mut combination = Combination::new(bones, shape, found, &names);
    let filled = combination.fill(&mut mapping, found);
    complete_midline(bones, &mut mapping, NAMED);
    combination.fill_midline(&mut mapping);
    mapping.settle_midline(&bones.positions, NAMED);
    combination.fill_fingers(&mut mapping);
    (mapping, filled)
}

/// The mapping that a file's humanoid table gives.
pub fn from_humanoid_table(bones: &Bones, table: &BTreeMap<String, usize>) -> RigMapping {
    let certain = |node: &usize| MappedJoint { node: *node, confidence: 1.0 };
    let mut mapping = RigMapping { family: "vrm".to_owned(), ..RigMapping::default() };
    for (joint, bone) in naming::bones().iter().enumerate() {
        mapping.joints[joint] = bone.as_ref().and_then(|bone| table.get(bone)).map(certain);
    }
    mapping.spine = ["spine", "chest", "upperChest"].iter().filter_map(|bone| table.get(*bone)).copied().collect();
    mapping.neck = table.get("neck").copied().into_iter().collect();
    for side in ["left", "right"] {
        // VRM 0.x counts the thumb's joints as those of the other fingers.
        let old = table.contains_key(&format!("{side}ThumbIntermediate"));
        for joint in naming::FINGER_JOINTS {
            let bone = match joint {
                "ThumbMetacarpal" if old => "ThumbProximal",
                "ThumbProximal" if old => "ThumbIntermediate",
                _ => joint,
            };
            if let Some(node) = table.get(&format!("{side}{bone}")) {
                mapping.fingers.insert(format!("{side}{joint}"), certain(node));
            }
        }
    }
    mapping.settle_midline(&bones.positions, 1.0);
    mapping
}

/// Fills spine and neck from the path between their ends where no table lists them, and settles the canonical joints.
pub fn complete_midline(bones: &Bones, mapping: &mut RigMapping, confidence: f32) {
    let pelvis = mapping.node(joint::PELVIS);
    let (neck, head) = (mapping.node(joint::NECK), mapping.node(joint::HEAD));
    let taken: Vec<usize> = mapping.joints.iter().flatten().map(|mapped| mapped.node).collect();
    let spine_joints = [joint::SPINE1, joint::SPINE2, joint::SPINE3];
    let named: Vec<usize> = spine_joints.into_iter().filter_map(|joint| mapping.node(joint)).collect();
    let free = |node: &usize| !taken.contains(node) || named.contains(node);
    if mapping.neck.is_empty() {
        mapping.neck.extend(neck);
        if let (Some(neck), Some(head)) = (neck, head) {
            let path = bones.path(neck, head);
            mapping.neck.extend(path.into_iter().skip(1).filter(free).filter(|node| *node != head));
        }
    }
    if mapping.spine.is_empty() {
        let end = mapping.neck.first().copied().or(head).or(named.last().copied());
        if let (Some(pelvis), Some(end)) = (pelvis, end) {
            mapping.spine =
                bones.path(pelvis, end).into_iter().skip(1).filter(free).filter(|node| *node != end).collect();
        }
        // Rigs whose spine does not hang on the pelvis.
        if mapping.spine.is_empty() {
            mapping.spine = named;
        }
    }
    // A table's name may be found outside of the trunk; what is a limb's is no spine.
    mapping.settle_midline(&bones.positions, confidence);
}

//! From a rig to its mapping: the file's table, else names, else shape, each checked against the others.

use std::collections::BTreeSet;

use super::by_name;
use super::check;
use super::fit::carries_pelvis;
use super::mapping::{MappedJoint, RigMapping};
use super::mapping_error::MappingError;
use super::posed::with_ancestors;
use super::reference::References;
use super::topology::{self, Bones, Shape};
use super::twists::twists;
use crate::naming::{plain, without_serial};
use crate::rig::{NodeKind, Rig, global_poses};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};

/// The least score of a shape that is taken for a person.
const PERSON: f64 = 2.6;

/// Canonical joints with names of one family from which on these are worth a word.
const HALF_A_BODY: usize = 6;

/// Limbs of two bodies that all lie closer than this, in heights, are two layers of one rig; people are farther apart.
const SAME_PLACE: f64 = 0.1;

impl RigMapping {
    /// The mapping of the only character of a rig.
    ///
    /// VRM's humanoid table decides where the file has one, else names of a known family, else the shape of the skeleton
    /// at rest. Confidences and [`warnings`](Self::warnings) tell how well these agree.
    ///
    /// # Errors
    /// Nothing human, an animal, a body without legs, or several characters, of which [`of_character`](Self::of_character)
    /// takes one.
    pub fn of(rig: &Rig) -> Result<Self, MappingError> {
        let mut found = find(rig)?;
        if found.len() > 1 {
            return Err(MappingError::SeveralCharacters { characters: listed(rig, &found) });
        }
        check_nodes(rig, found.iter().flat_map(Self::nodes))?;
        found.pop().ok_or(MappingError::NoSkeleton { nodes: rig.nodes.len() })
    }

    /// The mapping of one of several characters, counted from 1 in the order of their pelvis nodes.
    pub fn of_character(rig: &Rig, number: usize) -> Result<Self, MappingError> {
        let mut found = find(rig)?;
        if number == 0 || number > found.len() {
            return Err(MappingError::NoSuchCharacter { number, characters: listed(rig, &found) });
        }
        let chosen = found.swap_remove(number - 1);
        check_nodes(rig, chosen.nodes())?;
        Ok(chosen)
    }

    /// The mappings of all characters of a rig; at least one.
    ///
    /// # Errors
    /// As for [`of`](Self::of), but for several characters.
    pub fn of_all(rig: &Rig) -> Result<Vec<Self>, MappingError> {
        let found = find(rig)?;
        check_nodes(rig, found.iter().flat_map(Self::nodes))?;
        Ok(found)
    }
}

/// The mappings of all characters, whatever their transforms are.
fn find(rig: &Rig) -> Result<Vec<RigMapping>, MappingError> {
    let found = search(rig);
    if matches!(found, Err(MappingError::NoSkeleton { .. } | MappingError::NothingHuman { .. })) {
        // A body that is scaled to nothing has no shape.
        check_nodes(rig, (0..rig.nodes.len()).filter(|node| rig.nodes[*node].kind != NodeKind::Group))?;
    }
    found
}

fn search(rig: &Rig) -> Result<Vec<RigMapping>, MappingError> {
    let bones = Bones::new(rig, &|_| true);
    if bones.count() < 2 {
        return Err(MappingError::NoSkeleton { nodes: rig.nodes.len() });
    }
    let mut found = if rig.humanoid.is_empty() {
        characters(rig, &bones)?
    } else {
        let mut mapping = by_name::from_humanoid_table(&bones, &rig.humanoid);
        let joints = mapping.joints.map(|mapped| mapped.map(|mapped| mapped.node));
        let missing = by_name::missing_legs(&joints);
        if !missing.is_empty() {
            return Err(MappingError::NoLegs { family: mapping.family, missing: missing.join(", ") });
        }
        finish(rig, &bones, &mut mapping, topology::shape(&bones).as_ref());
        vec![mapping]
    };
    found.sort_by_key(|mapping| mapping.node(joint::PELVIS));
    Ok(found)
}

/// Reference of each pelvis and the family, for messages.
fn listed(rig: &Rig, found: &[RigMapping]) -> Vec<String> {
    let references = References::new(rig);
    let name = |mapping: &RigMapping| {
        let pelvis = mapping.node(joint::PELVIS).map_or("?", |node| references.of(node));
        format!("`{pelvis}` ({})", mapping.family)
    };
    found.iter().map(name).collect()
}

/// Refuses transforms that are no place, of `nodes` and of what is above them. What hangs beside a body moves nobody: a
/// prop that is scaled away, a hidden mesh.
fn check_nodes(rig: &Rig, nodes: impl IntoIterator<Item = usize>) -> Result<(), MappingError> {
    let poses = global_poses(&rig.nodes, None);
    let broken = |node: &usize| {
        let pose = poses[*node];
        let size = pose.x_axis.truncate().cross(pose.y_axis.truncate()).dot(pose.z_axis.truncate());
        !pose.is_finite() || size.abs() < 1e-30
    };
    // The first is the highest, which breaks what hangs on it.
    match with_ancestors(rig, nodes).into_iter().find(broken) {
        Some(node) => Err(MappingError::BrokenNode { node: References::new(rig).of(node).to_owned() }),
        None => Ok(()),
    }
}

/// All characters without a table: by name as long as names are found, then by shape among what is left.
fn characters(rig: &Rig, bones: &Bones) -> Result<Vec<RigMapping>, MappingError> {
    let mut found: Vec<RigMapping> = Vec::new();
    let mut used = BTreeSet::new();
    while let Some(by_name) = by_name::match_names(rig, bones, &|node| !used.contains(&node)) {
        let domain = by_name.rig_joints[joint::PELVIS].map(|pelvis| own_part(rig, bones, pelvis, &used));
        let in_domain = |node: usize| !used.contains(&node) && domain.as_ref().is_none_or(|own| own.contains(&node));
        let Some(by_name) = by_name::match_names(rig, bones, &in_domain) else { break };
        let own = Bones::new(rig, &in_domain);
        let shape = topology::shape(&own);
        let (mut mapping, filled) = by_name::mapping(rig, &own, &in_domain, &by_name, shape.as_ref());
        let joints = mapping.joints.map(|mapped| mapped.map(|mapped| mapped.node));
        if !by_name::missing_legs(&joints).is_empty() || !by_name::has_arm(&joints) {
            break;
        }
        used.extend(mapping.joints.iter().flatten().flat_map(|mapped| bones.subtree(mapped.node)));
        if is_layer(bones, &mut found, &mapping) {
            continue;
        }
        let guessed: Vec<_> = filled.iter().map(|joint| mapping.joints[*joint]).collect();
        finish(rig, &own, &mut mapping, shape.as_ref());
        tell_of_guesses(rig, &mut mapping, &filled, &guessed);
        if check::is_on_all_fours(&own, &mapping) {
            return Err(MappingError::Quadruped);
        }
        found.push(mapping);
    }
    by_shape(rig, bones, found, used)
}

/// Joints that no name tells are as sure as what told them, and worth a word.
fn tell_of_guesses(rig: &Rig, mapping: &mut RigMapping, filled: &[usize], guessed: &[Option<MappedJoint>]) {
    if filled.is_empty() {
        return;
    }
    let references = References::new(rig);
    let mut words = Vec::new();
    for (joint, guess) in filled.iter().zip(guessed) {
        if let (Some(mapped), Some(guess)) = (&mut mapping.joints[*joint], guess) {
            mapped.confidence = mapped.confidence.min(guess.confidence);
            words.push(format!("`{}` as {}", references.of(mapped.node), JOINT_NAMES[*joint]));
        }
    }
    if !words.is_empty() {
        let family = &mapping.family;
        let words = words.join(", ");
        mapping.warnings.push(format!("by their place in the skeleton, not by a name of `{family}`: {words}"));
    }
}

/// The nodes that can belong to the body of `pelvis`: where other nodes have the same name, what hangs with it and not
/// with them.
fn own_part(rig: &Rig, bones: &Bones, pelvis: usize, used: &BTreeSet<usize>) -> BTreeSet<usize> {
    let name = |node: usize| plain(without_serial(&rig.nodes[node].name));
    let namesakes: Vec<usize> = (0..rig.nodes.len())
        .filter(|node| *node != pelvis && !used.contains(node) && bones.is_bone[*node])
        .filter(|node| name(*node) == name(pelvis))
        // A node of the same name in the same body is no second body.
        .filter(|node| !bones.is_below(*node, pelvis) && !bones.is_below(pelvis, *node))
        .collect();
    if namesakes.is_empty() {
        return (0..rig.nodes.len()).collect();
    }
    let apart = |top: &usize| !namesakes.iter().any(|other| bones.is_below(*other, *top));
    let top = bones.up(pelvis).take_while(apart).last().unwrap_or(pelvis);
    bones.subtree(top).into_iter().collect()
}

/// True where one body lies on the other: deform joints below control joints, a control rig beside its skeleton.
fn same_place(bones: &Bones, one: &RigMapping, other: &RigMapping) -> bool {
    let pairs = || one.joints.iter().zip(&other.joints).filter_map(|(a, b)| Some((a.as_ref()?.node, b.as_ref()?.node)));
    pairs().all(|(a, b)| bones.distance(a, b) < SAME_PLACE * bones.height)
}

/// Tells of a body that lies in the same place as one that was found already, if there is one.
fn is_layer(bones: &Bones, found: &mut [RigMapping], mapping: &RigMapping) -> bool {
    let Some(earlier) = found.iter_mut().find(|earlier| same_place(bones, earlier, mapping)) else { return false };
    let warning = "a second skeleton lies in the same place (a control rig?) and is left as it is";
    if !earlier.warnings.iter().any(|other| other == warning) {
        earlier.warnings.push(warning.to_owned());
    }
    true
}

/// The characters `found` by name and those that shape alone tells among the bones that are not `used`.
fn by_shape(
    rig: &Rig,
    bones: &Bones,
    mut found: Vec<RigMapping>,
    mut used: BTreeSet<usize>,
) -> Result<Vec<RigMapping>, MappingError> {
    // Names of half a body are worth more than "nothing".
    let partial =
        by_name::closest(rig, bones, &|node| !used.contains(&node)).filter(|(_, count, _)| *count >= HALF_A_BODY);
    loop {
        let own = Bones::new(rig, &|node| !used.contains(&node));
        let Some(shape) = topology::shape(&own).filter(|shape| shape.score >= PERSON || shape.on_all_fours) else {
            break;
        };
        if shape.on_all_fours {
            if found.is_empty() {
                return Err(MappingError::Quadruped);
            }
            break;
        }
        let mut mapping = shape.mapping.clone();
        used.extend(mapping.joints.iter().flatten().flat_map(|mapped| own.subtree(mapped.node)));
        if is_layer(bones, &mut found, &mapping) {
            continue;
        }
        warn_of_guess(&own, &mut mapping, &shape, partial.as_ref().map(|(family, count, _)| (family.as_str(), *count)));
        finish(rig, &own, &mut mapping, None);
        found.push(mapping);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    if let Some((family, _, missing)) = partial.filter(|(_, _, missing)| !missing.is_empty()) {
        return Err(MappingError::NoLegs { family, missing: missing.join(", ") });
    }
    let pairs = topology::limb_pair_count(bones);
    let found = match pairs {
        0 => "no two limbs that mirror each other".to_owned(),
        1 => "one pair of limbs, where a body has legs and arms".to_owned(),
        _ => format!("{pairs} pairs of limbs, but none that stand like legs below arms"),
    };
    Err(MappingError::NothingHuman { joints: bones.count(), found })
}

fn warn_of_guess(bones: &Bones, mapping: &mut RigMapping, shape: &Shape, partial: Option<(&str, usize)>) {
    mapping.warnings.push(match partial {
        Some((family, count)) => format!(
            "only {count} of {JOINT_COUNT} joints have names of a known family (`{family}`); the joints were found by \
             the shape of the skeleton"
        ),
        None => "no joint has a name of a known family; the joints were found by the shape of the skeleton".to_owned(),
    });
    if !check::is_upright(bones, mapping) {
        mapping.joints.iter_mut().flatten().for_each(|mapped| mapped.confidence *= 0.5);
        mapping
            .warnings
            .push("the rest pose is no standing person, so the shape says little; check every joint".to_owned());
    }
    if shape.rivalled {
        mapping.warnings.push(
            "other chains than these could be the arms as well (braids, wings?); check shoulders, elbows and wrists"
                .to_owned(),
        );
    }
    if shape.facing.certainty < 0.1 {
        mapping.warnings.push(
            "nothing shows where the character looks; it is taken to look along +Z, and left and right follow from that"
                .to_owned(),
        );
    }
}

/// Root, twists, fingers that no table lists, and the check against the shape.
fn finish(rig: &Rig, bones: &Bones, mapping: &mut RigMapping, shape: Option<&Shape>) {
    if mapping.family != "topology" {
        if let Some(shape) = shape.filter(|shape| shape.score >= PERSON) {
            fill_ends(mapping, shape);
            for (name, finger) in &shape.mapping.fingers {
                let wrist = if name.starts_with("left") { joint::LEFT_WRIST } else { joint::RIGHT_WRIST };
                let same_hand = mapping.node(wrist).is_some() && mapping.node(wrist) == shape.mapping.node(wrist);
                let unnamed = !mapping.fingers.keys().any(|other| other.starts_with(&name[..4]));
                if same_hand && unnamed {
                    mapping.fingers.insert(name.clone(), *finger);
                }
            }
        }
        check::against_shape(bones, mapping, shape);
    }
    let root = mapping.root.filter(|root| carries_pelvis(rig, mapping, *root));
    mapping.root = root.or_else(|| ground_root(rig, bones, mapping));
    mapping.twists = twists(bones, mapping);
}

/// Ends of limbs that no name tells, where the shape knows the joint before.
fn fill_ends(mapping: &mut RigMapping, shape: &Shape) {
    for (end, before) in [
        (joint::LEFT_FOOT, joint::LEFT_ANKLE),
        (joint::RIGHT_FOOT, joint::RIGHT_ANKLE),
        (joint::LEFT_WRIST, joint::LEFT_ELBOW),
        (joint::RIGHT_WRIST, joint::RIGHT_ELBOW),
    ] {
        let agreed = mapping.node(before).is_some() && mapping.node(before) == shape.mapping.node(before);
        if mapping.joints[end].is_none() && agreed {
            mapping.joints[end] = shape.mapping.joints[end];
        }
    }
}

/// The nearest joint above the pelvis that stands on the floor.
fn ground_root(rig: &Rig, bones: &Bones, mapping: &RigMapping) -> Option<usize> {
    let all_groups = rig.nodes.iter().all(|node| node.kind == NodeKind::Group);
    let pelvis = mapping.node(joint::PELVIS)?;
    bones
        .up(pelvis)
        .skip(1)
        .filter(|node| all_groups || rig.nodes[*node].kind == NodeKind::Joint)
        .find(|node| (bones.positions[*node].y - bones.floor).abs() < 0.05 * bones.height)
}

//! Joints whose names say nothing, on a rig whose other names do.
//!
//! Each is looked for among the nodes that no name explains, where it has to be by what is known: opposite its counterpart
//! on the other side, on the way between its neighbours, or where the shape of the skeleton puts it.

use std::collections::BTreeSet;

use glam::DVec3;

use super::mapping::{MappedJoint, RigMapping};
use super::topology::{Bones, Shape};
use crate::naming::{FINGER_JOINTS, Match};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, MIRRORED, PARENTS, joint};

/// How sure a joint is that only one thing tells, and one that two tell alike.
const GUESSED: f32 = 0.6;
const TWICE: f32 = 0.8;
/// A counterpart lies this near to where the mirror image is, in heights.
const MIRROR: f64 = 0.03;
/// The shape is believed where this share of the joints that the names tell is the same.
const BELIEVED: f64 = 0.75;

/// Joints that follow from the lists of spine and neck.
const LISTED: [usize; 4] = [joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::NECK];

/// The joint below each in a chain, where there is one.
const BELOW: [(usize, usize); 12] = [
    (joint::LEFT_HIP, joint::LEFT_KNEE),
    (joint::LEFT_KNEE, joint::LEFT_ANKLE),
    (joint::LEFT_ANKLE, joint::LEFT_FOOT),
    (joint::LEFT_COLLAR, joint::LEFT_SHOULDER),
    (joint::LEFT_SHOULDER, joint::LEFT_ELBOW),
    (joint::LEFT_ELBOW, joint::LEFT_WRIST),
    (joint::RIGHT_HIP, joint::RIGHT_KNEE),
    (joint::RIGHT_KNEE, joint::RIGHT_ANKLE),
    (joint::RIGHT_ANKLE, joint::RIGHT_FOOT),
    (joint::RIGHT_COLLAR, joint::RIGHT_SHOULDER),
    (joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW),
    (joint::RIGHT_ELBOW, joint::RIGHT_WRIST),
];

/// What names tell, and what may be guessed from.
pub struct Combination<'a> {
    bones: &'a Bones,
    shape: Option<&'a Shape>,
    /// Nodes that a name explains, or that were found.
    taken: BTreeSet<usize>,
    /// Nodes whose names say nothing.
    unread: BTreeSet<usize>,
}

impl<'a> Combination<'a> {
    /// `names` are those that the rig could have, by node.
    pub fn new(bones: &'a Bones, shape: Option<&'a Shape>, found: &Match, names: &[(usize, &str)]) -> Self {
        let unread = names.iter().filter(|(node, name)| bones.is_bone[*node] && !found.knows(name));
        Combination {
            bones,
            shape,
            taken: found.rig_joints.iter().flatten().copied().collect(),
            unread: unread.map(|(node, _)| *node).collect(),
        }
    }

    /// Adds the canonical joints that can be found to those that names tell, and answers which. Only joints that the
    /// family has are looked for: what a family lacks, a rig of it lacks.
    pub fn fill(&mut self, mapping: &mut RigMapping, found: &Match) -> Vec<usize> {
        let shape = self.shape.and_then(|shape| believed(shape, mapping));
        let mut filled = Vec::new();
        // What is found tells where its neighbours are.
        loop {
            let before = filled.len();
            for index in 0..JOINT_COUNT {
                let is_listed = LISTED.contains(&index);
                if is_listed || mapping.joints[index].is_some() || !found.lists(JOINT_NAMES[index]) {
                    continue;
                }
                let image = self.mirror_image(mapping, index);
                let guesses = [
                    image,
                    self.between(mapping, index),
                    shape.as_ref().and_then(|shape| shape[index]).filter(|node| self.is_free(*node)),
                ];
                // What lies opposite hangs as its counterpart does, however that is.
                let fitting = |node: &usize| Some(*node) == image || self.fits(mapping, index, *node);
                let Some(node) = guesses.into_iter().flatten().find(fitting) else { continue };
                let agree = guesses.iter().flatten().filter(|other| **other == node).count();
                let confidence = if agree > 1 { TWICE } else { GUESSED };
                mapping.joints[index] = Some(MappedJoint { node, confidence });
                self.taken.insert(node);
                filled.push(index);
            }
            if filled.len() == before {
                return filled;
            }
        }
    }

    /// Adds finger joints to hands whose other ones are named.
    pub fn fill_fingers(&mut self, mapping: &mut RigMapping) {
        self.taken.extend(mapping.fingers.values().map(|finger| finger.node));
        for (side, wrist, other) in [("left", joint::LEFT_WRIST, "right"), ("right", joint::RIGHT_WRIST, "left")] {
            let Some(wrist) = mapping.node(wrist) else { continue };
            for (place, name) in FINGER_JOINTS.into_iter().enumerate() {
                let own = |name: &str| mapping.fingers.get(&format!("{side}{name}")).map(|finger| finger.node);
                if own(name).is_some() {
                    continue;
                }
                // Joints of a finger stand in threes, and one has a place between the others.
                let above = (place % 3 > 0).then(|| own(FINGER_JOINTS[place - 1])).flatten();
                let below = (place % 3 < 2).then(|| own(FINGER_JOINTS[place + 1])).flatten();
                let carrying = below.and_then(|below| self.bones.parents[below]);
                let carried = above.and_then(|above| match self.bones.children[above].as_slice() {
                    [only] if !self.bones.is_tip[*only] => Some(*only),
                    _ => None,
                });
                let counterpart = mapping.fingers.get(&format!("{other}{name}"));
                let image = counterpart.and_then(|counterpart| self.opposite(mapping, counterpart.node));
                // The last joint of a finger is told from the bone that shows its end by its counterpart alone.
                let carried = carried.filter(|_| place % 3 < 2);
                let node = [image, carrying, carried]
                    .into_iter()
                    .flatten()
                    .find(|node| self.is_free(*node) && *node != wrist && self.bones.is_below(*node, wrist));
                if let Some(node) = node {
                    mapping.fingers.insert(format!("{side}{name}"), MappedJoint { node, confidence: GUESSED });
                    self.taken.insert(node);
                }
            }
        }
    }

    /// Adds nodes whose names say nothing to spine and neck, between the pelvis and the head: what carries the arms is a
    /// spine joint, what is above a neck joint.
    pub fn fill_midline(&self, mapping: &mut RigMapping) {
        let (Some(pelvis), Some(head)) = (mapping.node(joint::PELVIS), mapping.node(joint::HEAD)) else { return };
        let Some(top) = self.bones.common_ancestor(pelvis, head) else { return };
        let path = self.bones.path(top, head);
        let shoulders = [joint::LEFT_COLLAR, joint::RIGHT_COLLAR, joint::LEFT_SHOULDER, joint::RIGHT_SHOULDER];
        let below_arms = |node: usize| {
            let arms = || shoulders.iter().filter_map(|joint| mapping.node(*joint));
            // Deform joints exported alone have their arms beside the trunk, where height has to tell.
            if arms().any(|arm| self.bones.is_below(arm, path[path.len() / 2])) {
                return arms().any(|arm| self.bones.is_below(arm, node));
            }
            let up = self.bones.positions[head] - self.bones.positions[pelvis];
            arms().any(|arm| (self.bones.positions[arm] - self.bones.positions[node]).dot(up) > 0.0)
        };
        let named = |chain: &[usize], node: usize| chain.contains(&node) && !self.unread.contains(&node);
        let inner = || {
            path.iter()
                .copied()
                .filter(|node| *node != pelvis && *node != head && (*node != top || named(&mapping.spine, top)))
        };
        let spine: Vec<usize> =
            inner().filter(|node| named(&mapping.spine, *node) || self.is_free(*node) && below_arms(*node)).collect();
        let neck: Vec<usize> =
            inner().filter(|node| named(&mapping.neck, *node) || self.is_free(*node) && !below_arms(*node)).collect();
        // Rigs whose spine or neck does not lie on that way have names for all of it.
        let holds =
            |chain: &[usize], found: &[usize]| chain.iter().all(|node| !named(chain, *node) || found.contains(node));
        if holds(&mapping.spine, &spine) && holds(&mapping.neck, &neck) {
            (mapping.spine, mapping.neck) = (spine, neck);
        }
    }

    fn is_free(&self, node: usize) -> bool {
        self.unread.contains(&node) && !self.taken.contains(&node)
    }

    /// Whether the node hangs below its nearest mapped ancestor in the body and above what hangs on it.
    fn fits(&self, mapping: &RigMapping, index: usize, node: usize) -> bool {
        let ends = BELOW.iter().filter(|(above, _)| *above == index).filter_map(|(_, below)| mapping.node(*below));
        let mut above = PARENTS[index];
        while let Some(up) = above.filter(|up| mapping.node(*up).is_none()) {
            above = PARENTS[up];
        }
        // Some rigs hang the spine, or the legs, beside the pelvis.
        let above = above.filter(|up| *up != joint::PELVIS).and_then(|up| mapping.node(up));
        above.is_none_or(|above| self.bones.is_below(node, above)) && { ends }.all(|end| self.bones.is_below(end, node))
    }

    fn mirror_image(&self, mapping: &RigMapping, index: usize) -> Option<usize> {
        if MIRRORED[index] == index {
            return None;
        }
        self.opposite(mapping, mapping.node(MIRRORED[index])?)
    }

    /// The free node that lies opposite another one.
    fn opposite(&self, mapping: &RigMapping, other: usize) -> Option<usize> {
        let (middle, across) = self.plane(mapping)?;
        let place = self.bones.positions[other];
        let image = place - across * (2.0 * (place - middle).dot(across));
        let miss = |node: usize| self.bones.positions[node].distance(image);
        let depth = |node: usize| self.bones.up(node).count();
        self.unread
            .iter()
            .copied()
            .filter(|node| self.is_free(*node) && miss(*node) < MIRROR * self.bones.height)
            .filter(|node| depth(*node) == depth(other))
            .min_by(|a, b| miss(*a).total_cmp(&miss(*b)))
    }

    /// The plane between left and right: a point and the direction to the left.
    fn plane(&self, mapping: &RigMapping) -> Option<(DVec3, DVec3)> {
        let pairs = (0..JOINT_COUNT).filter(|joint| MIRRORED[*joint] > *joint);
        let ends = pairs.filter_map(|joint| Some([mapping.node(joint)?, mapping.node(MIRRORED[joint])?]));
        let places: Vec<[DVec3; 2]> = ends.map(|pair| pair.map(|node| self.bones.positions[node])).collect();
        let across: DVec3 = places.iter().map(|[left, right]| left - right).sum();
        let middle =
            places.iter().map(|[left, right]| (left + right) / 2.0).sum::<DVec3>() / places.len().max(1) as f64;
        Some((middle, across.try_normalize()?))
    }

    /// The only free node on the way between the neighbours of a joint.
    fn between(&self, mapping: &RigMapping, index: usize) -> Option<usize> {
        let (_, below) = BELOW.iter().find(|(above, _)| *above == index)?;
        let above = match index {
            joint::LEFT_HIP | joint::RIGHT_HIP => joint::PELVIS,
            _ => PARENTS[index]?,
        };
        let path = self.bones.path(mapping.node(above)?, mapping.node(*below)?);
        let mut free = path.into_iter().filter(|node| self.is_free(*node));
        let only = free.next()?;
        free.next().is_none().then_some(only)
    }
}

/// The joints of the shape, its sides as the names have them, where it agrees with what the names tell.
fn believed(shape: &Shape, mapping: &RigMapping) -> Option<[Option<usize>; JOINT_COUNT]> {
    let count = |of: &dyn Fn(usize) -> usize| -> (usize, usize) {
        let pairs = (0..JOINT_COUNT).filter_map(|joint| Some((mapping.node(joint)?, shape.mapping.node(of(joint))?)));
        pairs.fold((0, 0), |(same, all), (a, b)| (same + usize::from(a == b), all + 1))
    };
    let (straight, crossed) = (count(&|joint| joint), count(&|joint| MIRRORED[joint]));
    let (same, all) = straight.max(crossed);
    if (same as f64) < BELIEVED * all as f64 {
        return None;
    }
    let is_crossed = crossed.0 > straight.0;
    Some(std::array::from_fn(|joint| shape.mapping.node(if is_crossed { MIRRORED[joint] } else { joint })))
}

//! Which node of a rig is which joint of a human body.

use std::collections::BTreeMap;

use crate::skeleton::{JOINT_COUNT, joint};

/// A rig's nodes by what they are for. Indices are those of [`Rig::nodes`](crate::rig::Rig::nodes).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RigMapping {
    /// How the rig was recognised: a naming family such as `mixamo`, `vrm`, `file` for a user's own mapping, or
    /// `topology` where the names said nothing.
    pub family: String,
    /// The canonical joints, by index; `None` where the rig has none. Of the rig's spine joints, which are all in
    /// [`spine`](Self::spine), the lowest is `spine1`, the highest of several `spine3`, and of three or more the one
    /// nearest to halfway between these `spine2`. `neck` is the lowest of [`neck`](Self::neck).
    pub joints: [Option<MappedJoint>; JOINT_COUNT],
    /// All spine joints above the pelvis and below the neck, bottom to top.
    pub spine: Vec<usize>,
    /// All neck joints below the head, bottom to top.
    pub neck: Vec<usize>,
    /// Finger joints by VRM 1.0 name (`leftIndexProximal`, `leftIndexIntermediate`, `leftIndexDistal`,
    /// `leftThumbMetacarpal`, ...).
    pub fingers: BTreeMap<String, MappedJoint>,
    /// Joints that carry a share of a limb's twist.
    pub twists: Vec<TwistJoint>,
    /// A joint above the pelvis that stands on the floor and carries the motion over the ground.
    pub root: Option<usize>,
    /// What a user should look at, one plain sentence each: names that contradict the geometry, doubtful joints.
    pub warnings: Vec<String>,
}

/// A node that stands for a joint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MappedJoint {
    /// Index of the node.
    pub node: usize,
    /// How sure the mapping is, 0 to 1; 1 where the file or the user says so.
    pub confidence: f32,
}

/// A node that turns about a limb segment together with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwistJoint {
    /// Index of the node.
    pub node: usize,
    /// The canonical joint at which the segment starts: a shoulder, elbow, hip or knee.
    pub segment: usize,
    /// The place along the segment, 0 at its start, 1 at its end: the share of the twist that it carries.
    pub place: f32,
}

impl RigMapping {
    /// Puts the joints of the midline where `spine` and `neck` say: see [`joints`](Self::joints).
    pub(super) fn settle_midline(&mut self, positions: &[glam::DVec3], confidence: f32) {
        let mapped = |node: &usize| Some(MappedJoint { node: *node, confidence });
        let (lowest, highest) = (self.spine.first(), self.spine.last());
        self.joints[joint::SPINE1] = lowest.and_then(mapped);
        self.joints[joint::SPINE2] = middle(positions, &self.spine).as_ref().and_then(mapped);
        self.joints[joint::SPINE3] = highest.filter(|_| self.spine.len() > 1).and_then(mapped);
        self.joints[joint::NECK] = self.neck.first().and_then(mapped);
    }

    /// All nodes that stand for something, in no order.
    pub(super) fn nodes(&self) -> Vec<usize> {
        let joints = self.joints.iter().flatten().chain(self.fingers.values()).map(|mapped| mapped.node);
        let twists = self.twists.iter().map(|twist| twist.node);
        joints.chain(self.spine.iter().chain(&self.neck).copied()).chain(twists).chain(self.root).collect()
    }

    /// The node of a canonical joint.
    pub fn node(&self, joint: usize) -> Option<usize> {
        self.joints[joint].map(|mapped| mapped.node)
    }
}

/// The node of a chain, neither its first nor its last, that lies nearest to halfway between these along the chain.
fn middle(positions: &[glam::DVec3], chain: &[usize]) -> Option<usize> {
    let between = 1..chain.len().checked_sub(1)?;
    let mut along = vec![0.0];
    for pair in chain.windows(2) {
        along.push(along[along.len() - 1] + positions[pair[0]].distance(positions[pair[1]]));
    }
    let half = along[along.len() - 1] / 2.0;
    let miss = |index: usize| (along[index] - half).abs();
    // Of two at the same distance the lower one, within rounding.
    between
        .min_by(|a, b| (miss(*a) + 1e-6 * half * *a as f64).total_cmp(&(miss(*b) + 1e-6 * half * *b as f64)))
        .map(|index| chain[index])
}

//! Which rotation of the source drives which node of the target; made once per pair of rigs.
//!
//! A frame of the source is read into *channels*, canonical rotations that are the identity in the T pose: the 22 canonical
//! joints first, then all spine and neck joints, then fingers. Every driven node of the target takes one channel, or the
//! spherical mean of two where the two spines or necks have different numbers of joints.

use std::collections::BTreeMap;

use glam::{DQuat, DVec3};

use super::MappedRig;
use super::alignment::ARMS;
use super::body::Body;
use crate::skeleton::{JOINT_COUNT, PARENTS, joint};

/// A rotation that is read from the source: `R = S^-1 G t_inverse`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    pub(super) node: usize,
    pub(super) t_inverse: DQuat,
}

/// A node of the target and what it follows: `G = S R t` with `R` between channels `from` by `weight`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drive {
    pub(super) node: usize,
    pub(super) t: DQuat,
    pub(super) from: (usize, usize),
    pub(super) weight: f64,
}

/// A node of the target that carries a share of a limb's twist.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwistDrive {
    pub(super) node: usize,
    pub(super) t: DQuat,
    /// The channel before the twisting joint, and the joint's own.
    pub(super) from: (usize, usize),
    /// The limb's axis in the T pose.
    pub(super) axis: DVec3,
    pub(super) place: f64,
    /// Whether the segment lies before the joint that twists (forearm before hand) or is that joint's own (upper arm).
    pub(super) before: bool,
}

pub(super) struct Plan {
    pub(super) channels: Vec<Channel>,
    pub(super) drives: Vec<Drive>,
    pub(super) twists: Vec<TwistDrive>,
}

/// Places along a chain, 0 to 1, with the channels that tell how the source turns there.
type Knots = Vec<(f64, usize)>;

impl Plan {
    pub(super) fn new(source: (&Body, MappedRig<'_>), target: (&Body, MappedRig<'_>)) -> Plan {
        let mut plan = Plan { channels: Vec::new(), drives: Vec::new(), twists: Vec::new() };
        let (spine, neck) = plan.read(source.0);
        plan.drive(target.0, &spine, &neck);
        plan.drive_fingers(source, target);
        plan.drive_twists(target);
        plan
    }

    /// Adds the channels of the source's trunk and limbs; answers the knots of spine and neck: places and channels.
    fn read(&mut self, body: &Body) -> (Knots, Knots) {
        let channel = |node: usize, joint: usize| Channel { node, t_inverse: body.t_pose(node, joint).inverse() };
        let chest = channel(body.chest(), joint::SPINE3);
        let head = body.joints[joint::HEAD].map(|node| channel(node, joint::HEAD));
        let last_neck = body.neck.last().map(|(node, _)| channel(*node, joint::NECK));
        for (index, parent) in PARENTS.into_iter().enumerate() {
            let found = match index {
                joint::SPINE1 | joint::SPINE2 | joint::SPINE3 => {
                    let wanted = (index / 3).min(body.spine.len());
                    let node =
                        if index == joint::SPINE3 { None } else { body.spine.get(wanted - usize::from(wanted > 0)) };
                    node.map_or(chest, |(node, _)| channel(*node, index))
                }
                joint::NECK => body.neck.first().map(|(node, _)| channel(*node, index)).or(head).unwrap_or(chest),
                joint::HEAD => head.or(last_neck).unwrap_or(chest),
                _ => match body.joints[index] {
                    Some(node) => channel(node, index),
                    // A joint that the source lacks moves with the one before it.
                    None => self.channels[parent.unwrap_or_default()],
                },
            };
            self.channels.push(found);
        }
        let mut knots = |start: usize, chain: &[(usize, f64)], index: usize, end: Option<usize>| {
            let mut knots = vec![(0.0, start)];
            for (node, place) in chain {
                knots.push((*place, self.channels.len()));
                self.channels.push(channel(*node, index));
            }
            knots.extend(end.map(|end| (1.0, end)));
            knots
        };
        let spine = knots(joint::PELVIS, &body.spine, joint::SPINE1, None);
        let neck = knots(joint::SPINE3, &body.neck, joint::NECK, Some(joint::HEAD));
        (spine, neck)
    }

    fn drive(&mut self, body: &Body, spine: &[(f64, usize)], neck: &[(f64, usize)]) {
        let mut add = |node: usize, joint: usize, from: (usize, usize), weight: f64| {
            if self.drives.iter().all(|drive| drive.node != node) {
                self.drives.push(Drive { node, t: body.t_pose(node, joint), from, weight });
            }
        };
        add(body.carrier, joint::PELVIS, (joint::PELVIS, joint::PELVIS), 0.0);
        for node in &body.with_legs {
            add(*node, joint::PELVIS, (joint::PELVIS, joint::PELVIS), 0.0);
        }
        for index in 0..JOINT_COUNT {
            let in_chain = matches!(index, joint::SPINE1 | joint::SPINE2 | joint::SPINE3 | joint::NECK);
            if let Some(node) = body.joints[index].filter(|_| !in_chain) {
                add(node, index, (index, index), 0.0);
            }
        }
        let chains = [(&body.spine, spine, joint::SPINE1, 0), (&body.neck, neck, joint::NECK, 1)];
        for (chain, knots, index, ends) in chains {
            for (number, (node, place)) in chain.iter().enumerate() {
                // As many joints on both sides: one follows the other, wherever exactly they lie.
                let (from, weight) = match knots.get(number + 1) {
                    Some((_, channel)) if knots.len() == chain.len() + 1 + ends => ((*channel, *channel), 0.0),
                    _ => between(knots, *place),
                };
                add(*node, index, from, weight);
            }
        }
    }

    fn drive_fingers(&mut self, source: (&Body, MappedRig<'_>), target: (&Body, MappedRig<'_>)) {
        let (from, to) = (finger_turns(source.0, source.1), finger_turns(target.0, target.1));
        let stage = |body: &Body, node: usize, turn: DQuat| {
            (turn * body.alignment.stage.inverse() * body.reference.rotation[node]).normalize()
        };
        for (name, (node, turn)) in &to {
            let Some((other, other_turn)) = from.get(name) else { continue };
            let channel = self.channels.len();
            self.channels.push(Channel { node: *other, t_inverse: stage(source.0, *other, *other_turn).inverse() });
            let t = stage(target.0, *node, *turn);
            self.drives.push(Drive { node: *node, t, from: (channel, channel), weight: 0.0 });
        }
    }

    fn drive_twists(&mut self, (body, MappedRig { rig, mapping, .. }): (&Body, MappedRig<'_>)) {
        for twist in &mapping.twists {
            let driven = self.drives.iter().any(|drive| drive.node == twist.node);
            let (parent, next, axis, before) = match twist.segment {
                joint::LEFT_SHOULDER => (joint::LEFT_COLLAR, joint::LEFT_ELBOW, DVec3::X, false),
                joint::RIGHT_SHOULDER => (joint::RIGHT_COLLAR, joint::RIGHT_ELBOW, DVec3::NEG_X, false),
                joint::LEFT_HIP => (joint::PELVIS, joint::LEFT_KNEE, DVec3::NEG_Y, false),
                joint::RIGHT_HIP => (joint::PELVIS, joint::RIGHT_KNEE, DVec3::NEG_Y, false),
                joint::LEFT_ELBOW => (joint::LEFT_WRIST, joint::LEFT_WRIST, DVec3::X, true),
                joint::RIGHT_ELBOW => (joint::RIGHT_WRIST, joint::RIGHT_WRIST, DVec3::NEG_X, true),
                joint::LEFT_KNEE => (joint::LEFT_ANKLE, joint::LEFT_ANKLE, DVec3::NEG_Y, true),
                joint::RIGHT_KNEE => (joint::RIGHT_ANKLE, joint::RIGHT_ANKLE, DVec3::NEG_Y, true),
                _ => continue,
            };
            // Where the next joint hangs on it, a share of less twist than its parent's would turn back and forth.
            let in_line = body.joints[next]
                .is_some_and(|next| super::body::ancestors(rig, next).any(|ancestor| ancestor == twist.node));
            if driven || (in_line && !before) {
                continue;
            }
            let from = if before { (twist.segment, next) } else { (parent, twist.segment) };
            let t = body.t_pose(twist.node, twist.segment);
            let place = f64::from(twist.place).clamp(0.0, 1.0);
            self.twists.push(TwistDrive { node: twist.node, t, from, axis, place, before });
        }
    }
}

/// The two knots around `place`, and the share of the second.
fn between(knots: &[(f64, usize)], place: f64) -> ((usize, usize), f64) {
    let after = knots.iter().position(|(knot, _)| *knot >= place).unwrap_or(knots.len() - 1);
    let before = after.saturating_sub(1);
    let (low, high) = (knots[before], knots[after]);
    let weight = if high.0 > low.0 { ((place - low.0) / (high.0 - low.0)).clamp(0.0, 1.0) } else { 1.0 };
    ((low.1, high.1), weight)
}

/// Nodes of fingers with the turns that stretch them along the arm; thumbs turn with the hand.
fn finger_turns(body: &Body, MappedRig { rig, mapping, .. }: MappedRig<'_>) -> BTreeMap<String, (usize, DQuat)> {
    let mut turns = BTreeMap::new();
    for (name, finger) in &mapping.fingers {
        let side = usize::from(name.starts_with("right"));
        let hand = body.alignment.turn[ARMS[side][3]];
        let along = if side == 0 { DVec3::X } else { DVec3::NEG_X };
        let at = |node: usize| body.reference.position[node];
        let next = ["Intermediate", "Distal"]
            .iter()
            .zip(["Proximal", "Intermediate"])
            .find(|(_, own)| name.ends_with(own))
            .and_then(|(next, own)| mapping.fingers.get(&name.replace(own, next)))
            .map(|next| next.node)
            .or_else(|| (0..rig.nodes.len()).find(|node| rig.nodes[*node].parent == Some(finger.node)));
        let line = next.map(|next| body.alignment.stage.inverse() * (at(next) - at(finger.node)));
        let turn = match line.and_then(DVec3::try_normalize) {
            Some(line) if !name.contains("Thumb") => {
                let swing = DQuat::from_rotation_arc(hand * line, along);
                // A finger that stands off at rest is no straight finger.
                if swing.angle_between(DQuat::IDENTITY) < 1.0 { swing * hand } else { hand }
            }
            _ => hand,
        };
        turns.insert(name.clone(), (finger.node, turn));
    }
    turns
}

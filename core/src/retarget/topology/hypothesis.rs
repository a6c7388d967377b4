//! Which pair of chains are the legs and which the arms.

use super::bones::Bones;
use super::limbs::{self, Arm, Leg};
use super::pairs::{Pair, limb_pairs};

/// Height of the shoulders above the hips, in heights, from which on higher is no better: braids begin higher than arms.
const HIGH_SHOULDERS: f64 = 0.3;

/// What two hands with fingers are worth.
const HANDS: f64 = 0.3;

/// Other arms that score less than this below are a rival.
const RIVAL: f64 = 0.25;

/// Two legs and two arms, sides not told apart yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    pub legs: [Leg; 2],
    pub arms: [Arm; 2],
    /// Where the legs and where the arms hang.
    pub leg_parent: usize,
    pub arm_parent: usize,
    /// The lowest node above all four.
    pub trunk: usize,
    /// The more the better; people have 3 and more.
    pub score: f64,
}

impl Hypothesis {
    /// Mean place of the hips.
    pub fn hips(&self, bones: &Bones) -> glam::DVec3 {
        bones.positions[self.legs[0].hip].midpoint(bones.positions[self.legs[1].hip])
    }

    /// True where `other` has the same legs, and nearly as good arms that are no part of these.
    pub fn is_rivalled_by(&self, other: &Hypothesis, bones: &Bones) -> bool {
        let apart = |one: &Arm| other.arms.iter().all(|arm| !overlap(bones, one.shoulder, arm.shoulder));
        other.score > self.score - RIVAL && other.legs == self.legs && self.arms.iter().all(apart)
    }

    /// Mean place of the shoulders.
    pub fn shoulders(&self, bones: &Bones) -> glam::DVec3 {
        bones.positions[self.arms[0].shoulder].midpoint(bones.positions[self.arms[1].shoulder])
    }
}

/// All pairs of pairs that can be legs and arms, the best first.
pub fn hypotheses(bones: &Bones) -> Vec<Hypothesis> {
    // Once for each pair, not for each pair of pairs.
    let limbs: Vec<Limbs> = limb_pairs(bones).into_iter().map(|pair| Limbs::of(bones, pair)).collect();
    let mut found: Vec<Hypothesis> =
        limbs.iter().flat_map(|legs| limbs.iter().filter_map(|arms| hypothesis(bones, legs, arms))).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// A pair of chains as legs and as arms, where they can be either.
struct Limbs {
    pair: Pair,
    legs: Option<[Leg; 2]>,
    arms: Option<[Arm; 2]>,
}

impl Limbs {
    fn of(bones: &Bones, pair: Pair) -> Self {
        let [one, other] = pair.roots;
        let legs = limbs::leg(bones, one).zip(limbs::leg(bones, other)).map(<[Leg; 2]>::from);
        let arms = limbs::arm(bones, one).zip(limbs::arm(bones, other)).map(<[Arm; 2]>::from);
        Self { pair, legs, arms }
    }
}

fn hypothesis(bones: &Bones, legs: &Limbs, arms: &Limbs) -> Option<Hypothesis> {
    let (leg_pair, arm_pair) = (&legs.pair, &arms.pair);
    let shared = leg_pair.roots.iter().any(|leg| arm_pair.roots.iter().any(|arm| overlap(bones, *leg, *arm)));
    let trunk = bones.common_ancestor(leg_pair.parent, arm_pair.parent)?;
    // The arms hang on what the legs carry, never the other way round.
    if shared || (trunk == arm_pair.parent && trunk != leg_pair.parent) {
        return None;
    }
    let mut found = Hypothesis {
        legs: legs.legs?,
        arms: arms.arms?,
        leg_parent: leg_pair.parent,
        arm_parent: arm_pair.parent,
        trunk,
        score: leg_pair.likeness + arm_pair.likeness,
    };
    found.score += shape(bones, &found);
    Some(found)
}

fn overlap(bones: &Bones, one: usize, other: usize) -> bool {
    bones.is_below(one, other) || bones.is_below(other, one)
}

/// How much the limbs look and lie like those of a standing person.
fn shape(bones: &Bones, found: &Hypothesis) -> f64 {
    let height = bones.height.max(1e-9);
    let (hips, shoulders) = (found.hips(bones), found.shoulders(bones));
    let soles = found.legs.iter().map(|leg| {
        bones.subtree(leg.ankle).into_iter().map(|node| bones.positions[node].y).fold(f64::INFINITY, f64::min)
    });
    let sole = soles.fold(0.0, |sum, lowest| sum + lowest / 2.0);
    let limb = |nodes: [usize; 3]| bones.distance(nodes[0], nodes[1]) + bones.distance(nodes[1], nodes[2]);
    let mean = |a: f64, b: f64| (a + b) / 2.0 / height;
    let leg = mean(
        limb([found.legs[0].hip, found.legs[0].knee, found.legs[0].ankle]),
        limb([found.legs[1].hip, found.legs[1].knee, found.legs[1].ankle]),
    );
    let arm = mean(
        limb([found.arms[0].shoulder, found.arms[0].elbow, found.arms[0].wrist]),
        limb([found.arms[1].shoulder, found.arms[1].elbow, found.arms[1].wrist]),
    );
    let quality = |a: f64, b: f64| (a + b) / 2.0;
    let hands = found.arms.iter().all(|arm| limbs::is_hand(bones, arm.wrist));
    // Something above the shoulders that is no arm: the head.
    let arms_below = |node: usize| found.arms.iter().any(|arm| bones.is_below(node, arm.shoulder));
    let head = (0..bones.is_bone.len()).any(|node| {
        bones.is_bone[node]
            && bones.positions[node].y > shoulders.y
            && bones.is_below(node, found.trunk)
            && !arms_below(node)
    });
    -4.0 * ((sole - bones.floor) / height).max(0.0)
        + 2.0 * ((hips.y - sole) / height).clamp(-0.5, 0.6)
        + 2.0 * ((shoulders.y - hips.y) / height).clamp(-0.5, HIGH_SHOULDERS)
        + leg.min(0.7)
        + arm.min(0.7)
        + 0.5 * quality(found.legs[0].quality, found.legs[1].quality)
        + 0.5 * quality(found.arms[0].quality, found.arms[1].quality)
        + if head { 0.5 } else { 0.0 }
        + if hands { HANDS } else { 0.0 }
        - (bones.distance(found.trunk, found.leg_parent) / height).min(1.0)
}

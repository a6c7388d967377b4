//! Which nodes of a limb are its joints.

use super::bones::Bones;

/// Joints of a leg: hip, knee, ankle and, where there is one, the ball of the foot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    pub hip: usize,
    pub knee: usize,
    pub ankle: usize,
    pub foot: Option<usize>,
    /// 1 for an ideal leg, less for one with odd proportions.
    pub quality: f64,
}

/// Joints of an arm: clavicle where there is one, shoulder, elbow, wrist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    pub collar: Option<usize>,
    pub shoulder: usize,
    pub elbow: usize,
    pub wrist: usize,
    /// As for [`Leg`].
    pub quality: f64,
}

/// Most bones that a limb has from its root to its tip; longer chains are ropes and tails.
pub const MOST_DEPTH: usize = 48;

/// Shank over thigh, and forearm over upper arm, of an average adult (Winter; the forearm to the wrist).
const LEG_RATIO: f64 = 1.0;
const ARM_RATIO: f64 = 0.9;

/// The leg that begins at `root`.
pub fn leg(bones: &Bones, root: usize) -> Option<Leg> {
    let path = without_tips(bones, root, 4);
    let ([hip, knee, ankle], score) = best_hinge(bones, &path, LEG_RATIO, End::Foot)?;
    Some(Leg { hip, knee, ankle, foot: foot(bones, ankle), quality: quality(score) })
}

/// The longest way down from `root`, without the tip at its end where enough is left.
fn without_tips(bones: &Bones, root: usize, enough: usize) -> Vec<usize> {
    let mut path = bones.longest_path(root);
    // Bones without length do not count for a limb's depth, but every three of a path are tried.
    path.truncate(MOST_DEPTH);
    while path.len() > enough && bones.is_tip[path[path.len() - 1]] {
        path.pop();
    }
    path
}

/// The ball of the foot: where the toes part, or else the next node after the ankle.
fn foot(bones: &Bones, ankle: usize) -> Option<usize> {
    let nothing = 0.05 * bones.reach[ankle];
    let path: Vec<usize> =
        bones.longest_path(ankle)[1..].iter().copied().filter(|node| bones.distance(*node, ankle) > nothing).collect();
    let parts = |node: &&usize| bones.children[**node].len() >= 2;
    path.iter().rev().find(parts).or(path.first()).copied()
}

/// The arm that begins at `root`.
pub fn arm(bones: &Bones, root: usize) -> Option<Arm> {
    let path = without_tips(bones, root, 3);
    // Where fingers part, there is the hand.
    let hand = path.iter().copied().find(|node| is_hand(bones, *node)).map_or(End::Any, End::At);
    let ([shoulder, elbow, wrist], score) = best_hinge(bones, &path, ARM_RATIO, hand)?;
    let place = path.iter().position(|node| *node == shoulder)?;
    let collar = path[..place].iter().rev().copied().find(|node| bones.distance(*node, shoulder) > 0.0);
    Some(Arm { collar, shoulder, elbow, wrist, quality: quality(score) })
}

/// True where at least three fingers begin: children below which one more bone follows.
pub fn is_hand(bones: &Bones, node: usize) -> bool {
    bones.children[node].iter().filter(|child| !bones.children[**child].is_empty()).count() >= 3
}

/// What a node between the ends of a segment costs in the logarithm of length: few limbs have any.
const SKIPPED: f64 = 0.25;

/// What a leg without a foot costs, and, per unit of 1 - cos, a knee or elbow that is bent at rest.
const FOOTLESS: f64 = 0.4;
const BENT: f64 = 1.5;

/// Where a limb's last joint is.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Any,
    At(usize),
    /// Something follows after it, as a rule.
    Foot,
}

/// The three nodes of a path that make the best hinge: two long segments of the right proportion, with what lies between
/// their ends on the straight line.
fn best_hinge(bones: &Bones, path: &[usize], ratio: f64, end: End) -> Option<([usize; 3], f64)> {
    let mut best: Option<([usize; 3], f64)> = None;
    let mut best_score = f64::NEG_INFINITY;
    for first in 0..path.len() {
        for middle in first + 1..path.len() {
            for last in middle + 1..path.len() {
                let nodes = [path[first], path[middle], path[last]];
                if matches!(end, End::At(end) if end != nodes[2]) {
                    continue;
                }
                let (upper, lower) = (bones.distance(nodes[0], nodes[1]), bones.distance(nodes[1], nodes[2]));
                if upper <= 0.0 || lower <= 0.0 {
                    continue;
                }
                let bent = deviation(bones, &path[first..=middle]) + deviation(bones, &path[middle..=last]);
                let proportion = -2.0 * (lower / upper / ratio).ln().abs() - 6.0 * bent;
                let skipped = (last - first - 2) as f64;
                let directions = [(0, 1), (1, 2)].map(|(from, to): (usize, usize)| {
                    (bones.positions[nodes[to]] - bones.positions[nodes[from]]).normalize_or_zero()
                });
                let footless = if end == End::Foot && last + 1 == path.len() { FOOTLESS } else { 0.0 };
                let score = (upper + lower).ln() + proportion
                    - SKIPPED * skipped
                    - BENT * (1.0 - directions[0].dot(directions[1]))
                    - footless;
                // Of nodes at the same place the upper one is the joint.
                if score > best_score + 1e-9 {
                    best_score = score;
                    best = Some((nodes, proportion));
                }
            }
        }
    }
    best
}

/// The farthest that a node lies beside the line from the first to the last, over the length of the line.
fn deviation(bones: &Bones, path: &[usize]) -> f64 {
    let (first, last) = (bones.positions[path[0]], bones.positions[path[path.len() - 1]]);
    let line = last - first;
    let length = line.length().max(1e-12);
    path[1..path.len() - 1]
        .iter()
        .map(|node| {
            let along = bones.positions[*node] - first;
            let place = (along.dot(line) / (length * length)).clamp(0.0, 1.0);
            (along - line * place).length() / length
        })
        .fold(0.0, f64::max)
}

/// From the score of the proportions to 0 ... 1.
fn quality(proportion: f64) -> f64 {
    (1.0 + proportion / 4.0).clamp(0.2, 1.0)
}

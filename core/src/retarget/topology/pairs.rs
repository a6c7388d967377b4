//! Pairs of chains that mirror each other: legs, arms, and what else comes in twos.

use super::bones::Bones;
use super::limbs::MOST_DEPTH;

/// Two siblings whose subtrees are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The nodes at which the two chains begin.
    pub roots: [usize; 2],
    /// Where both hang.
    pub parent: usize,
    /// How alike they are, 0 to 1.
    pub likeness: f64,
}

/// The least likeness of two limbs. A sword in one hand is as long as the arm.
const LEAST_LIKENESS: f64 = 0.5;

/// Fewest bones that a limb has: hip, knee, ankle.
const LEAST_DEPTH: usize = 3;

/// Most siblings that are compared, and most pairs that are kept, the longest first: bounds the work on a rig of
/// thousands of bones.
const MOST_SIBLINGS: usize = 48;
const MOST_PAIRS: usize = 24;

/// The longest pairs that could be limbs.
pub fn limb_pairs(bones: &Bones) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for parent in 0..bones.children.len() {
        let is_limb = |child: &usize| (LEAST_DEPTH..=MOST_DEPTH).contains(&depth(bones, *child));
        let mut limbs: Vec<usize> = bones.children[parent].iter().copied().filter(is_limb).collect();
        limbs.sort_by(|a, b| bones.reach[*b].total_cmp(&bones.reach[*a]).then(a.cmp(b)));
        limbs.truncate(MOST_SIBLINGS);
        for (place, one) in limbs.iter().enumerate() {
            for other in &limbs[place + 1..] {
                let likeness = likeness(bones, *one, *other);
                if likeness >= LEAST_LIKENESS {
                    pairs.push(Pair { roots: [*one, *other], parent, likeness });
                }
            }
        }
    }
    let reach = |pair: &Pair| bones.reach[pair.roots[0]] + bones.reach[pair.roots[1]];
    pairs.sort_by(|a: &Pair, b: &Pair| reach(b).total_cmp(&reach(a)));
    pairs.truncate(MOST_PAIRS);
    pairs
}

/// Bones on the longest way down from `node`, itself included, those without length left out.
fn depth(bones: &Bones, node: usize) -> usize {
    let path = bones.longest_path(node);
    1 + path[1..].iter().filter(|node| bones.length(**node) > 1e-3 * bones.reach[path[0]]).count()
}

/// How alike two subtrees are: the length of the bones that have an equal in the other, over all. Lengths do not depend
/// on the rest pose.
fn likeness(bones: &Bones, one: usize, other: usize) -> f64 {
    let total = total_length(bones, one) + total_length(bones, other);
    if total <= 0.0 {
        return 0.0;
    }
    let (first, second) = (bones.length(one), bones.length(other));
    let scale = bones.reach[one].max(bones.reach[other]);
    // The first bones lie between the middle of the body and the limb, and are mirrored, too.
    if (first - second).abs() > 0.25 * first.max(second) + 0.05 * scale {
        return 0.0;
    }
    (2.0 * matched_length(bones, one, other) / total).min(1.0)
}

fn total_length(bones: &Bones, node: usize) -> f64 {
    bones.children[node].iter().map(|child| bones.length(*child) + total_length(bones, *child)).sum()
}

fn matched_length(bones: &Bones, one: usize, other: usize) -> f64 {
    let mut left: Vec<usize> = bones.children[other].clone();
    let mut matched = 0.0;
    let mut children = bones.children[one].clone();
    children.sort_by(|a, b| bones.reach[*b].total_cmp(&bones.reach[*a]));
    for child in children {
        let length = bones.length(child);
        let fitting = left
            .iter()
            .enumerate()
            .filter(|(_, candidate)| {
                let candidate = bones.length(**candidate);
                (candidate - length).abs() <= 0.2 * candidate.max(length) + 1e-9
            })
            .map(|(place, candidate)| (place, length + matched_length(bones, child, *candidate)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((place, value)) = fitting {
            left.swap_remove(place);
            matched += value;
        }
    }
    matched
}

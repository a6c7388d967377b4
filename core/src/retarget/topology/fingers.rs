//! Fingers by their shape.

use std::collections::BTreeMap;

use glam::DVec3;

use super::bones::Bones;

/// The names of a finger's joints, from its root to its tip.
const SEGMENTS: [&str; 3] = ["Proximal", "Intermediate", "Distal"];
const THUMB_SEGMENTS: [&str; 3] = ["Metacarpal", "Proximal", "Distal"];
const FINGERS: [&str; 4] = ["Index", "Middle", "Ring", "Little"];

/// Finger joints below `wrist` by VRM 1.0 name without the side. Empty where the hand has no two chains.
pub fn fingers(bones: &Bones, wrist: usize) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut chains = chains(bones, wrist);
    if chains.len() < 2 {
        return found;
    }
    let at = |node: usize| bones.positions[node] - bones.positions[wrist];
    let tip = |chain: &[usize]| at(bones.farthest[chain[chain.len() - 1]]);
    let Some(hand) = chains.iter().map(|chain| tip(chain)).sum::<DVec3>().try_normalize() else { return found };
    let farthest = chains.iter().map(|chain| tip(chain).length()).fold(0.0, f64::max);
    // The thumb points aside and ends before the other fingers do.
    let aside = |chain: &[usize]| {
        let tip = tip(chain);
        tip.angle_between(hand).to_degrees() / 45.0 + 1.0 - tip.length() / farthest
    };
    let Some(thumb) = (0..chains.len()).max_by(|a, b| aside(&chains[*a]).total_cmp(&aside(&chains[*b]))) else {
        return found;
    };
    let thumb = chains.remove(thumb);
    name(&mut found, "Thumb", &thumb, &THUMB_SEGMENTS);

    let others = chains.iter().map(|chain| tip(chain)).sum::<DVec3>().normalize_or_zero();
    let towards_thumb = tip(&thumb) - others * tip(&thumb).dot(others);
    for chain in &mut chains {
        // The bone in the palm begins at the wrist.
        while chain.len() > 1 && at(chain[0]).length() < 0.45 * at(chain[1]).length() {
            chain.remove(0);
        }
    }
    chains.sort_by(|a, b| tip(b).dot(towards_thumb).total_cmp(&tip(a).dot(towards_thumb)));
    for (finger, chain) in FINGERS.into_iter().zip(&chains) {
        name(&mut found, finger, chain, &SEGMENTS);
    }
    found
}

fn name(found: &mut BTreeMap<String, usize>, finger: &str, chain: &[usize], segments: &[&str]) {
    found.extend(segments.iter().zip(chain).map(|(segment, node)| (format!("{finger}{segment}"), *node)));
}

/// The chains below the wrist that can be fingers: from the last fork to the leaf, two bones or more, none much longer
/// than the others (a sword).
fn chains(bones: &Bones, wrist: usize) -> Vec<Vec<usize>> {
    let leaves = bones.subtree(wrist).into_iter().filter(|node| bones.children[*node].is_empty() && *node != wrist);
    let mut chains: Vec<Vec<usize>> = leaves
        .map(|leaf| {
            let mut chain: Vec<usize> = bones
                .up(leaf)
                .take_while(|node| *node != wrist && (*node == leaf || bones.children[*node].len() == 1))
                .filter(|node| !bones.is_tip[*node])
                .collect();
            chain.reverse();
            chain
        })
        .filter(|chain| chain.len() >= 2)
        .collect();
    let length = |chain: &[usize]| chain[1..].iter().map(|node| bones.length(*node)).sum::<f64>();
    let mut lengths: Vec<f64> = chains.iter().map(|chain| length(chain)).collect();
    lengths.sort_by(f64::total_cmp);
    if let Some(median) = lengths.get(lengths.len() / 2).copied() {
        chains.retain(|chain| length(chain) < 2.2 * median || chains_are_few(lengths.len()));
    }
    chains
}

/// With two chains there is no median to compare with.
fn chains_are_few(count: usize) -> bool {
    count <= 2
}

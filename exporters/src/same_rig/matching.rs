//! Which node of the target is which node of the source, by name.

use std::collections::HashMap;

use ropar_core::rig::{Node, NodeKind, Take, Track};

use super::OtherRig;

/// Values that stay this near to rest, in metres or in parts of a quaternion, do not move a node.
const STILL: f64 = 1e-7;
/// How many missing nodes a message names.
const NAMED: usize = 5;

/// Pairs of nodes of the same name.
pub(super) struct Match {
    /// Per node of the source that of the target.
    pub target_of: Vec<Option<usize>>,
    /// Per node of the target that of the source.
    pub source_of: Vec<Option<usize>>,
}

/// The nodes that `take` moves away from their rest.
pub(super) fn moved(nodes: &[Node], take: &Take) -> Vec<usize> {
    let leaves_rest = |track: &&Track| {
        let rest = nodes[track.node].rest;
        let moves = track.translation.iter().flatten().any(|value| !value.abs_diff_eq(rest.translation, STILL));
        let scales = track.scale.iter().flatten().any(|value| !value.abs_diff_eq(rest.scale, STILL));
        let turns = track
            .rotation
            .iter()
            .flatten()
            .any(|value| !value.abs_diff_eq(rest.rotation, STILL) && !(-*value).abs_diff_eq(rest.rotation, STILL));
        moves || scales || turns
    };
    take.tracks.iter().filter(leaves_rest).map(|track| track.node).collect()
}

impl Match {
    /// Finds the counterpart of every node that has one. Every one of `needed` must have.
    pub fn by_name(source: &[Node], target: &[Node], needed: &[usize]) -> Result<Self, OtherRig> {
        let (in_source, in_target) = (by_name(source), by_name(target));
        let mut found = Match { target_of: vec![None; source.len()], source_of: vec![None; target.len()] };
        let mut ambiguous = vec![false; source.len()];
        let concerned = concerned(source, needed);
        for (index, node) in source.iter().enumerate().filter(|(index, _)| concerned[*index]) {
            let name = node.name.as_str();
            let Some(candidates) = in_target.get(name) else { continue };
            let is_only = in_source.get(name).is_some_and(|same| same.len() == 1);
            let chosen = match candidates.as_slice() {
                [only] if is_only => Some(*only),
                // Names that are there more than once are told apart by what they hang on, and siblings by their order.
                several => {
                    let hangs_on = |nodes: &[Node], parent: Option<usize>, all: &[usize]| -> Vec<usize> {
                        all.iter().copied().filter(|index| nodes[*index].parent == parent).collect()
                    };
                    let parent = node.parent.map(|parent| found.target_of[parent]);
                    let ours = in_source.get(name).map_or(Vec::new(), |same| hangs_on(source, node.parent, same));
                    let theirs = match parent {
                        Some(None) => Vec::new(),
                        parent => hangs_on(target, parent.flatten(), several),
                    };
                    let place = ours.iter().position(|other| *other == index);
                    place.filter(|_| ours.len() == theirs.len()).map(|place| theirs[place])
                }
            };
            ambiguous[index] = chosen.is_none();
            if let Some(chosen) = chosen {
                found.target_of[index] = Some(chosen);
                found.source_of[chosen] = Some(index);
            }
        }
        if let Some(index) = needed.iter().find(|index| ambiguous[**index]) {
            return Err(OtherRig::Ambiguous { name: source[*index].name.clone() });
        }
        let unnamed = needed.iter().filter(|index| source[**index].name.is_empty()).count();
        if unnamed > 0 {
            return Err(OtherRig::Unnamed(unnamed));
        }
        let missing: Vec<String> = needed
            .iter()
            .filter(|index| found.target_of[**index].is_none())
            .map(|index| format!("`{}`", source[*index].name))
            .collect();
        if missing.is_empty() {
            return Ok(found);
        }
        let more = missing.len().saturating_sub(NAMED);
        let mut text = missing.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
        if more > 0 {
            text = format!("{text} and {more} more");
        }
        Err(OtherRig::Missing { moved: needed.len(), missing: text })
    }

    /// Whether the counterparts of a node's parent and of the node hang together as the nodes do.
    pub fn parents_agree(&self, source: &[Node], target: &[Node], index: usize) -> bool {
        let Some(counterpart) = self.target_of[index] else { return false };
        match (source[index].parent, target[counterpart].parent) {
            (None, None) => true,
            (Some(parent), Some(other)) => self.target_of[parent] == Some(other),
            _ => false,
        }
    }
}

/// What makes a rig: its joints, what moves, and all that these hang on. Cameras and props are left alone.
fn concerned(nodes: &[Node], moved: &[usize]) -> Vec<bool> {
    let mut concerned: Vec<bool> = nodes.iter().map(|node| node.kind == NodeKind::Joint).collect();
    moved.iter().for_each(|index| concerned[*index] = true);
    // Parents stand before their children.
    for index in (0..nodes.len()).rev() {
        if let Some(parent) = nodes[index].parent.filter(|_| concerned[index]) {
            concerned[parent] = true;
        }
    }
    concerned
}

fn by_name(nodes: &[Node]) -> HashMap<&str, Vec<usize>> {
    let mut found: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| !node.name.is_empty()) {
        found.entry(&node.name).or_default().push(index);
    }
    found
}

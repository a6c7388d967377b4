//! In what two rigs agree.

use glam::{DMat4, DVec3};
use ropar_core::rig::{Node, NodeKind, Take, global_poses};

use super::OtherRig;
use super::matching::Match;

/// Places may differ by this part of the rig's size: what single precision and six decimals leave of them.
const PLACE: f64 = 1e-3;
/// Rotations and scales of equal local transforms, as parts of a quaternion and of one.
const TURN: f64 = 1e-5;

/// In what two rigs agree; the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// Local transforms at rest.
    Transforms,
    /// Places at rest.
    Places,
    /// Places within the parent.
    Bones,
}

/// Compares the matched nodes of two rigs, or says what differs most.
pub(super) fn of(source: &[Node], target: &[Node], found: &Match, take: &Take) -> Result<Agreement, OtherRig> {
    let pairs: Vec<(usize, usize)> =
        found.target_of.iter().enumerate().filter_map(|(index, other)| Some((index, (*other)?))).collect();
    let (ours, theirs) = (global_poses(source, None), global_poses(target, None));
    // The topmost matched node that each hangs on: a rig may stand anywhere, and a BVH's root rests at the origin.
    let top: Vec<usize> = pairs.iter().map(|(index, _)| topmost(source, found, *index)).collect();
    let from_top = |poses: &[DMat4], index: usize, top: usize| place(&poses[index]) - place(&poses[top]);
    // Of the matched nodes alone: a lamp far away makes no rig larger.
    let places = |poses: &[DMat4], of: fn(&(usize, usize)) -> usize| -> Vec<DVec3> {
        pairs.iter().map(|pair| place(&poses[of(pair)])).collect()
    };
    let size = extent(&places(&ours, |pair| pair.0)).max(extent(&places(&theirs, |pair| pair.1)));
    let tolerance = PLACE * size;

    let mut travels = vec![false; source.len()];
    for track in &take.tracks {
        let rest = source[track.node].rest.translation;
        let leaves_rest = track.translation.iter().flatten().any(|value| !value.abs_diff_eq(rest, tolerance));
        travels[track.node] = leaves_rest && hangs_freely(source, track.node);
    }
    let same_local = |index: usize, other: usize| {
        let (a, b) = (&source[index].rest, &target[other].rest);
        let same_turn = a.rotation.abs_diff_eq(b.rotation, TURN) || a.rotation.abs_diff_eq(-b.rotation, TURN);
        let same_place = travels[index] || a.translation.distance(b.translation) <= tolerance;
        same_place && same_turn && a.scale.abs_diff_eq(b.scale, TURN)
    };
    if pairs.iter().all(|(index, other)| found.parents_agree(source, target, *index) && same_local(*index, *other)) {
        return Ok(Agreement::Transforms);
    }
    let mut worst: Option<(usize, f64)> = None;
    for ((index, other), top) in pairs.iter().zip(&top) {
        let Some(other_top) = found.target_of[*top] else { continue };
        let distance = from_top(&ours, *index, *top).distance(from_top(&theirs, *other, other_top));
        if worst.is_none_or(|(_, most)| distance > most) {
            worst = Some((*index, distance));
        }
    }
    let (name, distance) = worst.map_or((String::new(), 0.0), |(index, most)| (source[index].name.clone(), most));
    if distance <= tolerance {
        return Ok(Agreement::Places);
    }
    let same_bone = |index: usize, other: usize, top: usize| {
        index == top || {
            let (a, b) = (&source[index].rest, &target[other].rest);
            found.parents_agree(source, target, index)
                && a.translation.distance(b.translation) <= tolerance
                && a.scale.abs_diff_eq(b.scale, TURN)
        }
    };
    if pairs.iter().zip(&top).all(|((index, other), top)| same_bone(*index, *other, *top)) {
        return Ok(Agreement::Bones);
    }
    Err(OtherRig::Elsewhere { name, distance })
}

/// Whether no bone of fixed length leads to a node: a root, or what hangs on a root joint or a group.
fn hangs_freely(nodes: &[Node], index: usize) -> bool {
    let mut joints_above = std::iter::successors(nodes[index].parent, |parent| nodes[*parent].parent)
        .filter(|ancestor| nodes[*ancestor].kind == NodeKind::Joint);
    joints_above.nth(1).is_none()
}

/// The topmost ancestor of `index`, or itself, that is matched.
pub(super) fn topmost(nodes: &[Node], found: &Match, index: usize) -> usize {
    let ancestors = std::iter::successors(Some(index), |index| nodes[*index].parent);
    ancestors.filter(|index| found.target_of[*index].is_some()).last().unwrap_or(index)
}

fn place(pose: &DMat4) -> DVec3 {
    pose.w_axis.truncate()
}

/// Largest side of the box that holds all `places`.
fn extent(places: &[DVec3]) -> f64 {
    let low = places.iter().fold(DVec3::INFINITY, |low, place| low.min(*place));
    let high = places.iter().fold(DVec3::NEG_INFINITY, |high, place| high.max(*place));
    if places.is_empty() { 0.0 } else { (high - low).max_element() }
}

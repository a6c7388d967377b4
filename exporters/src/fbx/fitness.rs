//! Whether a scene and its takes can be written.

use std::collections::HashSet;

use glam::{DQuat, DVec3};

use super::{FbxError, limits};
use crate::scene::limits::too_deep;
use crate::scene::{Scene, Take, Transform};

/// Metres, or parts of a scale, beyond which no unit of a file can say where something is.
const FARTHEST: f64 = 1e30;

fn unfit<T>(reason: String) -> Result<T, FbxError> {
    Err(FbxError::Unfit(reason))
}

/// Checks the nodes of a scene that is about to be written.
pub(super) fn check_nodes(scene: &Scene) -> Result<(), FbxError> {
    if scene.nodes.len() > limits::NODES {
        let found = scene.nodes.len() as u64;
        return Err(FbxError::Limit { what: "nodes", found, limit: limits::NODES as u64 });
    }
    for (index, node) in scene.nodes.iter().enumerate() {
        if node.parent.is_some_and(|parent| parent >= index) {
            return unfit(format!("node `{}` comes before its parent", node.name));
        }
        if !is_pose(&node.rest) {
            return unfit(format!(
                "the rest of node `{}` is not finite, is far beyond any scene, or its rotation is zero",
                node.name
            ));
        }
        check_name("node", &node.name)?;
    }
    match too_deep(&scene.nodes, limits::DEPTH) {
        Some(index) => {
            let name = &scene.nodes[index].name;
            unfit(format!("node `{name}` is one of more than {} nested nodes, which are not read again", limits::DEPTH))
        }
        None => Ok(()),
    }
}

/// Checks a take of a scene with `nodes` nodes.
pub(super) fn check_take(take: &Take, nodes: usize) -> Result<(), FbxError> {
    let name = &take.name;
    check_name("take", name)?;
    if take.frames == 0 {
        return unfit(format!("the take `{name}` has no frames"));
    }
    if take.frames > limits::FRAMES {
        let found = take.frames as u64;
        return Err(FbxError::Limit { what: "frames in a take", found, limit: limits::FRAMES as u64 });
    }
    if !limits::RATES.contains(&take.fps) {
        return unfit(format!("the take `{name}` has {} frames per second; it must be 0.1 to 2000", take.fps));
    }
    let mut seen = HashSet::new();
    for track in &take.tracks {
        if track.node >= nodes {
            return unfit(format!("the take `{name}` moves node {}, but there are {nodes}", track.node));
        }
        if !seen.insert(track.node) {
            return unfit(format!("the take `{name}` has two tracks for node {}", track.node));
        }
        let lengths = [
            track.translation.as_ref().map(Vec::len),
            track.rotation.as_ref().map(Vec::len),
            track.scale.as_ref().map(Vec::len),
        ];
        if let Some(length) = lengths.into_iter().flatten().find(|length| *length != take.frames) {
            return unfit(format!(
                "the take `{name}` has {} frames, but its track for node {} has {length}",
                take.frames, track.node
            ));
        }
        let wrong = |values: &Option<Vec<DVec3>>| values.iter().flatten().position(|value| !is_within_reach(*value));
        let wrong_turn = track.rotation.iter().flatten().position(|value| !is_rotation(*value));
        if let Some(frame) = wrong(&track.translation).or(wrong(&track.scale)).or(wrong_turn) {
            return unfit(format!(
                "the take `{name}` is not a pose in frame {frame} (node {}): a value is not finite, is far beyond \
                 any scene, or a rotation is zero",
                track.node
            ));
        }
    }
    Ok(())
}

/// Names end at a zero byte in FBX.
fn check_name(what: &str, name: &str) -> Result<(), FbxError> {
    if name.contains('\0') {
        unfit(format!("the name of {what} {name:?} contains a zero character; rename it"))
    } else {
        Ok(())
    }
}

fn is_pose(place: &Transform) -> bool {
    is_within_reach(place.translation) && is_within_reach(place.scale) && is_rotation(place.rotation)
}

/// Curves hold single precision, in a unit that may be smaller than a metre.
fn is_within_reach(value: DVec3) -> bool {
    value.abs().max_element() < FARTHEST
}

fn is_rotation(rotation: DQuat) -> bool {
    rotation.is_finite() && rotation.length_squared() > 1e-12
}

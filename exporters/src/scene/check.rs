//! The conditions under which a scene can be written.

use glam::DVec3;

use super::{Scene, Take, Transform};

/// A scene or take that cannot be written as it is.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the scene cannot be written: {at}: {reason}")]
pub struct UnfitScene {
    /// The node or take, by name and number.
    pub at: String,
    /// What is wrong.
    pub reason: String,
}

impl UnfitScene {
    pub(crate) fn new(at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { at: at.into(), reason: reason.into() }
    }
}

/// Checks that parents come before their children, that every index is in range, and that every value is finite.
pub fn check(scene: &Scene) -> Result<(), UnfitScene> {
    if scene.nodes.is_empty() {
        return Err(UnfitScene::new("nodes", "there are none"));
    }
    for (index, node) in scene.nodes.iter().enumerate() {
        let at = || format!("node {index} (`{}`)", node.name);
        if node.parent.is_some_and(|parent| parent >= index) {
            return Err(UnfitScene::new(at(), "its parent does not stand before it"));
        }
        if !is_pose(&node.rest) {
            return Err(UnfitScene::new(at(), "its rest is not finite, or its rotation is zero"));
        }
    }
    for skin in &scene.skins {
        if skin.joints.iter().any(|joint| *joint >= scene.nodes.len()) {
            return Err(UnfitScene::new(format!("skin `{}`", skin.name), "it names a node that does not exist"));
        }
    }
    scene.takes.iter().try_for_each(|take| check_take(scene.nodes.len(), take))
}

/// Checks a take for a scene of `nodes` nodes: at least one frame, a usable rate, tracks of equal length with finite
/// values, at most one track a node.
pub fn check_take(nodes: usize, take: &Take) -> Result<(), UnfitScene> {
    let at = || format!("take `{}`", take.name);
    if take.frames == 0 {
        return Err(UnfitScene::new(at(), "it has no frames"));
    }
    if !(take.fps.is_finite() && take.fps > 0.0) {
        return Err(UnfitScene::new(at(), format!("its rate is {}; it must be a positive number", take.fps)));
    }
    let mut seen = vec![false; nodes];
    for track in &take.tracks {
        let at = || format!("take `{}`, node {}", take.name, track.node);
        match seen.get_mut(track.node) {
            None => return Err(UnfitScene::new(at(), format!("the scene has {nodes} nodes"))),
            Some(true) => return Err(UnfitScene::new(at(), "it has two tracks")),
            Some(first) => *first = true,
        }
        let lengths = [
            track.translation.as_ref().map(Vec::len),
            track.rotation.as_ref().map(Vec::len),
            track.scale.as_ref().map(Vec::len),
        ];
        if let Some(length) = lengths.into_iter().flatten().find(|length| *length != take.frames) {
            return Err(UnfitScene::new(at(), format!("{length} values for {} frames", take.frames)));
        }
        let vectors = [&track.translation, &track.scale];
        let bad_vector = vectors.into_iter().flatten().find_map(|values| values.iter().position(|v| !v.is_finite()));
        let bad_rotation = track.rotation.as_ref().and_then(|values| values.iter().position(|q| !is_rotation(*q)));
        if let Some(frame) = bad_vector.or(bad_rotation) {
            let reason = format!("frame {frame}: a value is not finite or a rotation is zero");
            return Err(UnfitScene::new(at(), reason));
        }
    }
    Ok(())
}

fn is_pose(place: &Transform) -> bool {
    let is_finite = |vector: DVec3| vector.is_finite();
    is_finite(place.translation) && is_finite(place.scale) && is_rotation(place.rotation)
}

fn is_rotation(rotation: glam::DQuat) -> bool {
    rotation.is_finite() && rotation.length_squared() > 1e-12
}

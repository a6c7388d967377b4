//! Animations of a rig's nodes.

use glam::{DQuat, DVec3};

use super::{Node, Transform};
use crate::provenance::Provenance;

/// An animation, sampled at a fixed rate: sample `i` is at `i / fps` seconds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Take {
    /// Name in the file, possibly empty.
    pub name: String,
    /// Samples per second.
    pub fps: f64,
    /// Number of samples; every track has as many.
    pub frames: usize,
    /// The animated nodes; what has no track stays at rest.
    pub tracks: Vec<Track>,
    /// Where it comes from; empty where nobody said.
    pub provenance: Provenance,
}

/// The animation of one node. A component that is `None` stays at rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// Index of the node.
    pub node: usize,
    /// Local translation per frame, metres.
    pub translation: Option<Vec<DVec3>>,
    /// Local rotation per frame.
    pub rotation: Option<Vec<DQuat>>,
    /// Local scale per frame.
    pub scale: Option<Vec<DVec3>>,
}

impl Track {
    /// False where a value is infinite or no number.
    pub fn is_finite(&self) -> bool {
        let vectors = |values: &Option<Vec<DVec3>>| values.iter().flatten().all(|value| value.is_finite());
        vectors(&self.translation)
            && vectors(&self.scale)
            && self.rotation.iter().flatten().all(|value| value.is_finite())
    }
}

impl Take {
    /// Local transform of `node` in a frame: its track where there is one, its rest otherwise.
    pub fn local(&self, nodes: &[Node], node: usize, frame: usize) -> Transform {
        let rest = nodes[node].rest;
        let Some(track) = self.tracks.iter().find(|track| track.node == node) else { return rest };
        Transform {
            translation: track.translation.as_ref().map_or(rest.translation, |values| values[frame]),
            rotation: track.rotation.as_ref().map_or(rest.rotation, |values| values[frame]),
            scale: track.scale.as_ref().map_or(rest.scale, |values| values[frame]),
        }
    }

    /// Length in seconds, counted as frames over rate.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / self.fps
    }
}

//! World rotations and positions of a rig's nodes, frame by frame, without allocating.

use glam::{DQuat, DVec3};

use crate::rig::{Rig, Take, Track, Transform};

/// The tracks of a take by node.
pub(super) struct Animation<'a> {
    tracks: Vec<Option<&'a Track>>,
}

impl<'a> Animation<'a> {
    pub(super) fn of(rig: &Rig, take: &'a Take) -> Self {
        let mut tracks = vec![None; rig.nodes.len()];
        for track in &take.tracks {
            if let Some(place) = tracks.get_mut(track.node) {
                *place = Some(track);
            }
        }
        Self { tracks }
    }

    fn local(&self, node: usize, rest: Transform, frame: usize) -> Transform {
        let Some(track) = self.tracks[node] else { return rest };
        Transform {
            translation: track.translation.as_ref().map_or(rest.translation, |values| values[frame]),
            rotation: track.rotation.as_ref().map_or(rest.rotation, |values| values[frame].normalize()),
            scale: track.scale.as_ref().map_or(rest.scale, |values| values[frame]),
        }
    }
}

/// Nodes in the world. Scales are taken to be the same in all directions, which [`super::body`] checks at rest.
#[derive(Clone)]
pub(super) struct Posed {
    pub(super) rotation: Vec<DQuat>,
    pub(super) position: Vec<DVec3>,
    pub(super) scale: Vec<f64>,
}

impl Posed {
    /// The rig at rest.
    pub(super) fn at_rest(rig: &Rig) -> Self {
        let count = rig.nodes.len();
        let mut posed = Self {
            rotation: vec![DQuat::IDENTITY; count],
            position: vec![DVec3::ZERO; count],
            scale: vec![1.0; count],
        };
        for (index, node) in rig.nodes.iter().enumerate() {
            posed.place(index, node.parent, node.rest);
        }
        posed
    }

    /// Moves `nodes` (ascending, with all ancestors of each) to their places in `frame`.
    pub(super) fn go_to(&mut self, rig: &Rig, nodes: &[usize], animation: &Animation<'_>, frame: usize) {
        for &index in nodes {
            let node = &rig.nodes[index];
            self.place(index, node.parent, animation.local(index, node.rest, frame));
        }
    }

    fn place(&mut self, node: usize, parent: Option<usize>, local: Transform) {
        let size = local.scale.abs().element_sum() / 3.0;
        match parent {
            Some(parent) => {
                let above = self.rotation[parent];
                self.position[node] = self.position[parent] + above * (local.translation * self.scale[parent]);
                self.rotation[node] = above * local.rotation;
                self.scale[node] = self.scale[parent] * size;
            }
            None => {
                self.position[node] = local.translation;
                self.rotation[node] = local.rotation.normalize();
                self.scale[node] = size;
            }
        }
    }
}

/// `nodes` and all their ancestors, ascending.
pub(super) fn with_ancestors(rig: &Rig, nodes: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut needed = vec![false; rig.nodes.len()];
    for node in nodes {
        let mut next = Some(node);
        while let Some(index) = next.filter(|index| !needed[*index]) {
            needed[index] = true;
            next = rig.nodes[index].parent;
        }
    }
    (0..needed.len()).filter(|index| needed[*index]).collect()
}

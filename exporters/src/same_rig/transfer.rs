//! The values of a take for matched nodes.

use glam::{DMat4, DQuat, DVec3};
use ropar_core::rig::{Node, Take, Track, Transform, global_poses};

use super::agreement::topmost;
use super::matching::Match;

/// Values that stay this near to rest, in metres or in parts of a quaternion, need no track.
const STILL: f64 = 1e-6;

/// The tracks with the target's indices.
pub(super) fn as_they_are(take: &Take, found: &Match) -> Take {
    let tracks = take
        .tracks
        .iter()
        .filter_map(|track| Some(Track { node: found.target_of[track.node]?, ..track.clone() }))
        .collect();
    Take { tracks, ..without_tracks(take) }
}

/// The local transforms of the source, at rest too.
///
/// A node that hangs on something else in the target gets the place in the world that it has in the source.
pub(super) fn local(source: &[Node], take: &Take, target: &[Node], found: &Match) -> Take {
    let tracks = tracks_by_node(source.len(), take);
    let agree: Vec<bool> = (0..source.len()).map(|index| found.parents_agree(source, target, index)).collect();
    let mut keys = Keys::of(target, found, take.frames);
    for frame in 0..take.frames {
        let world = global_poses(source, Some((take, frame)));
        keys.pose(target, |other, parent| {
            let index = found.source_of[other]?;
            if agree[index] {
                return Some(at(&source[index].rest, tracks[index], frame));
            }
            let (scale, rotation, translation) = (parent.inverse() * world[index]).to_scale_rotation_translation();
            Some(Transform { translation, rotation, scale })
        });
    }
    keys.into_take(target, take)
}

/// The turns that the source's nodes make in the world, and the ways of those that move within their parents.
pub(super) fn world(source: &[Node], take: &Take, target: &[Node], found: &Match) -> Take {
    let tracks = tracks_by_node(source.len(), take);
    let rotations =
        |poses: Vec<DMat4>| -> Vec<DQuat> { poses.iter().map(|pose| pose.to_scale_rotation_translation().1).collect() };
    let source_rest = rotations(global_poses(source, None));
    let target_rest = rotations(global_poses(target, None));
    let moves: Vec<bool> = (0..source.len())
        .map(|index| {
            let rest = source[index].rest.translation;
            let is_top = topmost(source, found, index) == index;
            let values = tracks[index].and_then(|track| track.translation.as_ref());
            is_top || values.into_iter().flatten().any(|value| !value.abs_diff_eq(rest, STILL))
        })
        .collect();
    let mut keys = Keys::of(target, found, take.frames);
    for frame in 0..take.frames {
        let poses = global_poses(source, Some((take, frame)));
        let turned = rotations(poses.clone());
        keys.pose(target, |other, parent| {
            let index = found.source_of[other]?;
            let rotation = turned[index] * source_rest[index].inverse() * target_rest[other];
            let above = parent.to_scale_rotation_translation().1;
            let translation = if moves[index] {
                parent.inverse().transform_point3(poses[index].w_axis.truncate())
            } else {
                target[other].rest.translation
            };
            let rotation = (above.inverse() * rotation).normalize();
            Some(Transform { translation, rotation, scale: target[other].rest.scale })
        });
    }
    keys.into_take(target, take)
}

fn without_tracks(take: &Take) -> Take {
    Take {
        name: take.name.clone(),
        fps: take.fps,
        frames: take.frames,
        tracks: Vec::new(),
        provenance: take.provenance.clone(),
    }
}

fn tracks_by_node(nodes: usize, take: &Take) -> Vec<Option<&Track>> {
    let mut tracks = vec![None; nodes];
    for track in &take.tracks {
        tracks[track.node] = Some(track);
    }
    tracks
}

fn at(rest: &Transform, track: Option<&Track>, frame: usize) -> Transform {
    let Some(track) = track else { return *rest };
    Transform {
        translation: track.translation.as_ref().map_or(rest.translation, |values| values[frame]),
        rotation: track.rotation.as_ref().map_or(rest.rotation, |values| values[frame]),
        scale: track.scale.as_ref().map_or(rest.scale, |values| values[frame]),
    }
}

/// The local transforms of the target's matched nodes, frame after frame.
struct Keys {
    /// Per node of the target.
    places: Vec<Option<Vec<Transform>>>,
}

impl Keys {
    fn of(target: &[Node], found: &Match, frames: usize) -> Self {
        let matched = found.source_of.iter().take(target.len());
        Keys { places: matched.map(|source| source.map(|_| Vec::with_capacity(frames))).collect() }
    }

    /// Adds a frame. `place` gives a node's local transform for its number and its parent's pose in the world.
    fn pose(&mut self, target: &[Node], place: impl Fn(usize, &DMat4) -> Option<Transform>) {
        let mut world: Vec<DMat4> = Vec::with_capacity(target.len());
        for (index, node) in target.iter().enumerate() {
            let parent = node.parent.map_or(DMat4::IDENTITY, |parent| world[parent]);
            let local = place(index, &parent).unwrap_or(node.rest);
            world.push(parent * local.matrix());
            if let Some(places) = &mut self.places[index] {
                places.push(local);
            }
        }
    }

    /// The take, with tracks for what leaves its rest.
    fn into_take(self, target: &[Node], take: &Take) -> Take {
        let mut result = without_tracks(take);
        for (node, places) in self.places.into_iter().enumerate() {
            let Some(places) = places else { continue };
            let rest = target[node].rest;
            let vectors = |part: fn(&Transform) -> DVec3| {
                let leaves = places.iter().any(|place| !part(place).abs_diff_eq(part(&rest), STILL));
                leaves.then(|| places.iter().map(part).collect::<Vec<DVec3>>())
            };
            let is_rest =
                |value: DQuat| value.abs_diff_eq(rest.rotation, STILL) || (-value).abs_diff_eq(rest.rotation, STILL);
            let turns = places.iter().any(|place| !is_rest(place.rotation));
            let track = Track {
                node,
                translation: vectors(|place| place.translation),
                rotation: turns.then(|| places.iter().map(|place| place.rotation).collect()),
                scale: vectors(|place| place.scale),
            };
            if track.translation.is_some() || track.rotation.is_some() || track.scale.is_some() {
                result.tracks.push(track);
            }
        }
        result
    }
}

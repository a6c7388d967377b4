//! How large a scene may be, far above real ones, so that neither a hostile file nor a wrong rate exhausts the machine.

use super::{Node, Take};

/// Frames of one take that is resampled, and of any take of an FBX file: four and a half hours at 60 per second.
pub(crate) const FRAMES: usize = 1_000_000;
/// Samples, animated translations, rotations and scales times frames, of all takes together.
///
/// A fuzzer would find the largest allowed file again and again, so its limit is lower; the way there is the same.
pub(crate) const SAMPLES: usize = if cfg!(fuzzing) { 500_000 } else { 30_000_000 };
/// The highest rate that takes can be sampled at, frames per second.
pub(crate) const MAX_FPS: f64 = 1000.0;

/// How many translations, rotations and scales a take animates.
pub(crate) fn channels(take: &Take) -> usize {
    let of_track = |track: &super::Track| {
        usize::from(track.translation.is_some())
            + usize::from(track.rotation.is_some())
            + usize::from(track.scale.is_some())
    };
    take.tracks.iter().map(of_track).sum()
}

/// The first node that has more than `limit` nodes from its root to itself; parents come before their children.
pub(crate) fn too_deep(nodes: &[Node], limit: usize) -> Option<usize> {
    let mut depth: Vec<usize> = Vec::with_capacity(nodes.len());
    for node in nodes {
        depth.push(node.parent.map_or(0, |parent| depth[parent]) + 1);
    }
    depth.iter().position(|depth| *depth > limit)
}

//! Where the nodes of a scene are.

use glam::{DMat4, DVec3};

use super::{Scene, Take};

/// World matrix of every node in `frame` of `take`, or at rest without one.
pub fn global_poses(scene: &Scene, take: Option<(&Take, usize)>) -> Vec<DMat4> {
    // One pass over the tracks instead of a search per node.
    let mut local: Vec<_> = scene.nodes.iter().map(|node| node.rest).collect();
    if let Some((take, frame)) = take {
        for track in &take.tracks {
            let place = &mut local[track.node];
            if let Some(values) = &track.translation {
                place.translation = values[frame];
            }
            if let Some(values) = &track.rotation {
                place.rotation = values[frame];
            }
            if let Some(values) = &track.scale {
                place.scale = values[frame];
            }
        }
    }
    let mut global: Vec<DMat4> = Vec::with_capacity(local.len());
    for (node, place) in scene.nodes.iter().zip(local) {
        let own = place.matrix();
        global.push(match node.parent {
            Some(parent) => global[parent] * own,
            None => own,
        });
    }
    global
}

/// World position of every node, metres.
pub fn global_positions(scene: &Scene, take: Option<(&Take, usize)>) -> Vec<DVec3> {
    global_poses(scene, take).into_iter().map(|matrix| matrix.w_axis.truncate()).collect()
}

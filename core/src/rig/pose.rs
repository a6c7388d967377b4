//! Where the nodes of a rig are.

use glam::{DMat4, DVec3};

use super::{Node, Take};

/// World matrix of every node in `frame` of `take`, or at rest without one.
pub fn global_poses(nodes: &[Node], take: Option<(&Take, usize)>) -> Vec<DMat4> {
    // One pass over the tracks instead of a search per node.
    let mut local: Vec<_> = nodes.iter().map(|node| node.rest).collect();
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
    for (node, place) in nodes.iter().zip(local) {
        let own = place.matrix();
        global.push(match node.parent {
            Some(parent) => global[parent] * own,
            None => own,
        });
    }
    global
}

/// World position of every node, metres.
pub fn global_positions(nodes: &[Node], take: Option<(&Take, usize)>) -> Vec<DVec3> {
    global_poses(nodes, take).into_iter().map(|matrix| matrix.w_axis.truncate()).collect()
}

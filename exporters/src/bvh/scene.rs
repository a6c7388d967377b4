//! A BVH clip as a scene.

use super::clip::{BvhClip, Channel};
use super::error::BvhError;
use super::unit::{self, Unit};
use crate::scene::{Node, NodeKind, Origin, Scene, Take, Track, Transform, UNNAMED_TAKE};

/// The scene of a clip with any skeleton: node `i` is joint `i`, an End Site is a tip.
///
/// BVH has no unit. Without `metres_per_unit` it is guessed from the joints' names or the size of the skeleton, and a
/// warning says what was taken. Position channels replace the offset, also on joints other than the root.
pub fn to_scene(clip: &BvhClip, metres_per_unit: Option<f64>) -> Result<Scene, BvhError> {
    let mut warnings = clip.warnings.clone();
    let metres = match metres_per_unit {
        Some(metres) => metres,
        None => {
            let Unit { metres, told_by } = unit::guess(clip);
            warnings.push(format!("BVH has no unit; one unit is taken for {metres} m, judging by {told_by}"));
            metres
        }
    };
    let nodes = clip
        .joints
        .iter()
        .map(|joint| Node {
            name: joint.name.clone(),
            parent: joint.parent,
            rest: Transform { translation: joint.offset * metres, ..Transform::IDENTITY },
            kind: if joint.is_end_site { NodeKind::Tip } else { NodeKind::Joint },
        })
        .collect();

    let mut tracks: Vec<Track> = clip
        .joints
        .iter()
        .enumerate()
        .filter(|(_, joint)| !joint.channels.is_empty())
        .map(|(node, joint)| Track {
            node,
            translation: joint
                .channels
                .iter()
                .any(|channel| !channel.is_rotation())
                .then(|| Vec::with_capacity(clip.frame_count)),
            rotation: joint
                .channels
                .iter()
                .copied()
                .any(Channel::is_rotation)
                .then(|| Vec::with_capacity(clip.frame_count)),
            scale: None,
        })
        .collect();
    for frame in 0..clip.frame_count {
        let pose = clip.local_pose(frame);
        for track in &mut tracks {
            let (translation, rotation) = pose[track.node];
            if let Some(values) = &mut track.translation {
                values.push(translation * metres);
            }
            if let Some(values) = &mut track.rotation {
                values.push(rotation);
            }
        }
    }
    let take =
        Take { name: UNNAMED_TAKE.to_owned(), fps: clip.fps(), frames: clip.frame_count, tracks, ..Take::default() };
    let origin = Origin { format: "BVH".to_owned(), ..Origin::default() };
    Ok(Scene { nodes, takes: vec![take], origin, warnings, ..Scene::default() })
}

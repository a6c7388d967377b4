//! The canonical skeleton as a rig, and its motions as takes.

use std::collections::BTreeMap;

use super::{Node, NodeKind, Rig, Take, Track, Transform};
use crate::motion::Motion;
use crate::retarget::mapping::{MappedJoint, RigMapping};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, STANDING_PELVIS_HEIGHT, joint, rest_offsets};

/// The canonical skeleton at rest: nodes 0 to 21 in canonical order, standing in T pose on the floor, facing +Z.
pub fn canonical_rig() -> Rig {
    let nodes = (0..JOINT_COUNT)
        .map(|joint| {
            let mut translation = rest_offsets()[joint].as_dvec3();
            if PARENTS[joint].is_none() {
                translation.y = f64::from(STANDING_PELVIS_HEIGHT);
            }
            Node {
                name: JOINT_NAMES[joint].to_owned(),
                parent: PARENTS[joint],
                rest: Transform { translation, ..Transform::IDENTITY },
                kind: NodeKind::Joint,
            }
        })
        .collect();
    Rig { nodes, humanoid: BTreeMap::new() }
}

/// The mapping of [`canonical_rig`]: every node is the joint of its own index.
pub fn canonical_mapping() -> RigMapping {
    RigMapping {
        family: "ropar".to_owned(),
        joints: std::array::from_fn(|node| Some(MappedJoint { node, confidence: 1.0 })),
        spine: vec![joint::SPINE1, joint::SPINE2, joint::SPINE3],
        neck: vec![joint::NECK],
        ..RigMapping::default()
    }
}

impl Take {
    /// A motion as an animation of [`canonical_rig`].
    pub fn from_motion(motion: &Motion, name: &str) -> Take {
        let tracks = (0..JOINT_COUNT)
            .map(|joint| Track {
                node: joint,
                translation: (joint == 0).then(|| motion.root.iter().map(|root| root.as_dvec3()).collect()),
                rotation: Some(motion.rotations.iter().map(|pose| pose[joint].as_dquat()).collect()),
                scale: None,
            })
            .collect();
        Take { name: name.to_owned(), fps: f64::from(motion.fps), frames: motion.frames(), tracks, ..Take::default() }
    }

    /// The motion of an animation of [`canonical_rig`]; what is not animated stays at rest, and translations of other
    /// nodes than the pelvis do not count.
    pub fn to_motion(&self) -> Motion {
        let rig = canonical_rig();
        let places: Vec<[Transform; JOINT_COUNT]> =
            (0..self.frames).map(|frame| std::array::from_fn(|node| self.local(&rig.nodes, node, frame))).collect();
        Motion {
            fps: self.fps as f32,
            root: places.iter().map(|place| place[0].translation.as_vec3()).collect(),
            rotations: places.iter().map(|place| place.map(|place| place.rotation.as_quat())).collect(),
        }
    }
}

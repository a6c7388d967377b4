//! Rigs: the skeletons of other people's characters, and animations of their nodes.
//!
//! Metres, seconds, Y up, right-handed, quaternions (x, y, z, w). Double precision, because files are read into these types
//! and written from them without loss.

mod canonical;
mod pose;
mod resample;
mod take;

use std::collections::BTreeMap;

use glam::{DMat4, DQuat, DVec3};

pub use canonical::{canonical_mapping, canonical_rig};
pub use pose::{global_poses, global_positions};
pub use take::{Take, Track};

/// A hierarchy of nodes at rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rig {
    /// All nodes; parents come before their children.
    pub nodes: Vec<Node>,
    /// VRM's humanoid bones (`hips`, `leftUpperArm`, ...) and the nodes that a file names for them; empty elsewhere.
    pub humanoid: BTreeMap<String, usize>,
}

/// A node of the hierarchy: a joint of a skeleton, or something that joints hang on.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The name as in the file; not necessarily unique.
    pub name: String,
    /// Index of the parent; `None` for a root.
    pub parent: Option<usize>,
    /// Place in the parent's frame when nothing moves.
    pub rest: Transform,
    /// What the node is.
    pub kind: NodeKind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NodeKind {
    /// A joint of a skeleton.
    Joint,
    /// The tip of a chain that only shows how long its last bone is (BVH `End Site`, FBX leaf bones without skinning).
    Tip,
    /// Anything else: a group, an armature object, the carrier of a mesh.
    #[default]
    Group,
}

/// Translation in metres, rotation, scale, applied to a point in the order scale, rotation, translation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    pub translation: DVec3,
    pub rotation: DQuat,
    pub scale: DVec3,
}

impl Default for Transform {
    fn default() -> Self {
        Self::IDENTITY
    }
}

impl Transform {
    /// No change.
    pub const IDENTITY: Self = Self { translation: DVec3::ZERO, rotation: DQuat::IDENTITY, scale: DVec3::ONE };

    /// The matrix of this transform.
    pub fn matrix(&self) -> DMat4 {
        DMat4::from_scale_rotation_translation(self.scale, self.rotation, self.translation)
    }
}

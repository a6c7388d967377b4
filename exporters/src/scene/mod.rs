//! The neutral scene: what every file format is read into and written from.
//!
//! Metres, seconds, Y up, right-handed, quaternions (x, y, z, w), whatever the file holds; a reader converts, and says
//! in [`Origin`] what the file had. A scene carries what animation needs (nodes, skins, takes) and names what it does
//! not carry (meshes). Where a file shall keep everything it has, a format's own `insert` patches the original bytes;
//! a scene is not written over it.

mod check;
mod motion;
mod pose;
mod resample;

use std::collections::BTreeMap;

use glam::{DMat4, DQuat, DVec3};

pub use check::{UnfitScene, check, check_take};
pub use motion::{from_motion, to_motion};
pub use pose::{global_poses, global_positions};

/// A file's content as animation tools see it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// All nodes; parents come before their children.
    pub nodes: Vec<Node>,
    /// Bindings of meshes to joints.
    pub skins: Vec<Skin>,
    /// Meshes by reference; their geometry stays in the file.
    pub meshes: Vec<MeshReference>,
    /// Animations, sampled at a fixed rate.
    pub takes: Vec<Take>,
    /// VRM's humanoid bones (`hips`, `leftUpperArm`, ...) and the nodes that the file names for them; empty elsewhere.
    pub humanoid: BTreeMap<String, usize>,
    /// What the file said of itself.
    pub origin: Origin,
    /// What the reader had to put up with, one plain sentence each.
    pub warnings: Vec<String>,
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

/// A binding of a mesh to joints.
#[derive(Debug, Clone, PartialEq)]
pub struct Skin {
    /// Name in the file, possibly empty.
    pub name: String,
    /// The joints, as indices of nodes.
    pub joints: Vec<usize>,
    /// Per joint the matrix from the mesh's space to the joint's at bind time; empty where the file has none.
    pub inverse_bind: Vec<DMat4>,
}

/// A mesh that a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct MeshReference {
    /// Name in the file, possibly empty.
    pub name: String,
    /// The node that carries it.
    pub node: Option<usize>,
    /// The skin that deforms it.
    pub skin: Option<usize>,
    /// Number of vertices.
    pub vertices: usize,
}

/// An animation, sampled at a fixed rate: sample `i` is at `i / fps` seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// Name in the file, possibly empty.
    pub name: String,
    /// Samples per second.
    pub fps: f64,
    /// Number of samples; every track has as many.
    pub frames: usize,
    /// The animated nodes; what has no track stays at rest.
    pub tracks: Vec<Track>,
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

/// What a file said of itself before conversion.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The format and its version, such as `glTF 2.0` or `FBX 7400 binary`.
    pub format: String,
    /// The program that wrote the file, where it says so.
    pub generator: String,
    /// Metres in one unit of the file; `None` where the format does not say (BVH).
    pub metres_per_unit: Option<f64>,
    /// The file's up axis, such as `+Y` or `+Z`; empty where the format does not say.
    pub up_axis: String,
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

impl Scene {
    /// The first take called `name`.
    pub fn take(&self, name: &str) -> Option<&Take> {
        self.takes.iter().find(|take| take.name == name)
    }
}

impl Take {
    /// Local transform of `node` in a frame: its track where there is one, its rest otherwise.
    pub fn local(&self, scene: &Scene, node: usize, frame: usize) -> Transform {
        let rest = scene.nodes[node].rest;
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

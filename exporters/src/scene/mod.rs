//! The neutral scene: what every file format is read into and written from.
//!
//! Metres, seconds, Y up, right-handed, quaternions (x, y, z, w), whatever the file holds; a reader converts, and says
//! in [`Origin`] what the file had. A scene carries what animation needs (nodes, skins, takes) and names what it does
//! not carry (meshes). Where a file shall keep everything it has, a format's own `insert` patches the original bytes;
//! a scene is not written over it.

mod check;
pub(crate) mod limits;
mod motion;
mod provenance;
pub(crate) mod still;

use std::collections::BTreeMap;

use glam::DMat4;
use ropar_core::retarget::MappingError;
use ropar_core::retarget::mapping::RigMapping;
use ropar_core::rig::Rig;

pub use check::{UnfitScene, check, check_take};
pub use motion::{from_motion, to_motion};
pub(crate) use provenance::common_provenance;
pub use ropar_core::rig::{Node, NodeKind, Take, Track, Transform, global_poses, global_positions};

/// What a take is called that has no name of its own: that of a BVH file, and those of motions that RoPAR makes.
pub const UNNAMED_TAKE: &str = "motion";

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

impl Scene {
    /// The nodes without what only files know: what is mapped and retargeted.
    pub fn rig(&self) -> Rig {
        Rig { nodes: self.nodes.clone(), humanoid: self.humanoid.clone() }
    }

    /// Which nodes are which joints, per character.
    ///
    /// # Errors
    /// As for [`RigMapping::of_all`], and a skin that is bound with matrices of zeros.
    pub fn rig_mappings(&self) -> Result<Vec<RigMapping>, MappingError> {
        self.check_skins()?;
        RigMapping::of_all(&self.rig())
    }

    /// Which node is which joint, of the only character or of one by number, counted from 1. The entries of `file`, the
    /// text of a mapping file, win over what is found.
    pub fn rig_mapping(&self, character: Option<usize>, file: Option<&str>) -> Result<RigMapping, MappingError> {
        self.check_skins()?;
        let rig = self.rig();
        match (file, character) {
            (Some(text), character) => RigMapping::from_json(text, &rig, character),
            (None, Some(number)) => RigMapping::of_character(&rig, number),
            (None, None) => RigMapping::of(&rig),
        }
    }

    fn check_skins(&self) -> Result<(), MappingError> {
        let zero = |skin: &&Skin| !skin.inverse_bind.is_empty() && skin.inverse_bind.iter().all(|m| *m == DMat4::ZERO);
        match self.skins.iter().find(zero) {
            Some(skin) => Err(MappingError::ZeroBind { skin: skin.name.clone() }),
            None => Ok(()),
        }
    }

    /// The first take called `name`.
    pub fn take(&self, name: &str) -> Option<&Take> {
        self.takes.iter().find(|take| take.name == name)
    }
}

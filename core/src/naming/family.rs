//! A naming family: which names its joints have.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::skeleton::{JOINT_NAMES, joint_index};

/// The finger joints of a hand: VRM 1.0 names without the side.
pub const FINGER_JOINTS: [&str; 15] = [
    "ThumbMetacarpal",
    "ThumbProximal",
    "ThumbDistal",
    "IndexProximal",
    "IndexIntermediate",
    "IndexDistal",
    "MiddleProximal",
    "MiddleIntermediate",
    "MiddleDistal",
    "RingProximal",
    "RingIntermediate",
    "RingDistal",
    "LittleProximal",
    "LittleIntermediate",
    "LittleDistal",
];

/// The names of a skeleton family. A JSON file:
///
/// ```json
/// { "name": "my_rig", "joints": { "pelvis": ["Hips"], "left_hip": ["LThigh", "LeftThigh"] } }
/// ```
///
/// Each canonical joint lists names to try in turn. Letter case, namespaces (`mixamorig:`), the characters ` _-.` and a
/// prefix that all joints have in common do not matter. An End Site of a BVH file is called after its joint with `_end`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamingFamily {
    /// Name of the family.
    pub name: String,
    /// A sentence on where such files come from.
    #[serde(default)]
    pub about: String,
    /// Prefixes of all names, in the order in which they are tried; where there are some, one of them must be there.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Joints without which a file is not of this family.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The family's unit, where it is known. Where there is none, or legs have no human length under it, their length
    /// tells the unit.
    #[serde(default)]
    pub metres_per_unit: Option<f64>,
    /// Canonical joint name to names in the file. The joints are those that lie nearest to the canonical ones.
    pub joints: BTreeMap<String, Vec<String>>,
    /// Joints that turn like a canonical one but lie elsewhere (CMU's clavicles begin at the spine): used in rigs, where
    /// rotations count, and not where positions do.
    #[serde(default)]
    pub misplaced: BTreeMap<String, Vec<String>>,
    /// All spine joints, bottom to top, where the path from pelvis to neck does not tell.
    #[serde(default)]
    pub spine: Vec<String>,
    /// All neck joints, bottom to top, likewise.
    #[serde(default)]
    pub neck: Vec<String>,
    /// Joints that stand on the ground and carry the motion over it.
    #[serde(default)]
    pub root: Vec<String>,
    /// What stands for `{}` in the names of the fingers, left and right.
    #[serde(default)]
    pub sides: Option<[String; 2]>,
    /// VRM 1.0 finger bone without its side (`IndexProximal`) to names.
    #[serde(default)]
    pub fingers: BTreeMap<String, Vec<String>>,
}

/// A kind of joint whose names a family lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Spine,
    Neck,
    Root,
}

/// Why a naming family is not valid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NamingError {
    #[error("{0}")]
    Json(String),
    #[error("`{name}` is not a canonical joint; these are: {}", JOINT_NAMES.join(", "))]
    UnknownJoint { name: String },
    #[error("`{name}` is not a finger joint; these are: {}", FINGER_JOINTS.join(", "))]
    UnknownFinger { name: String },
    #[error("`metres_per_unit` must be a positive number")]
    Unit,
}

impl NamingFamily {
    /// Reads a family from JSON text.
    pub fn from_json(text: &str) -> Result<Self, NamingError> {
        let family: Self = serde_json::from_str(text).map_err(|error| NamingError::Json(error.to_string()))?;
        if let Some(unknown) =
            family.joints.keys().chain(family.misplaced.keys()).find(|name| joint_index(name).is_none())
        {
            return Err(NamingError::UnknownJoint { name: unknown.clone() });
        }
        if let Some(unknown) = family.fingers.keys().find(|name| !FINGER_JOINTS.contains(&name.as_str())) {
            return Err(NamingError::UnknownFinger { name: unknown.clone() });
        }
        if family.metres_per_unit.is_some_and(|scale| !scale.is_finite() || scale <= 0.0) {
            return Err(NamingError::Unit);
        }
        Ok(family)
    }

    /// The names of a part, bottom to top.
    pub fn names_of(&self, part: Part) -> &[String] {
        match part {
            Part::Spine => &self.spine,
            Part::Neck => &self.neck,
            Part::Root => &self.root,
        }
    }
}

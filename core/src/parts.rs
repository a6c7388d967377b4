//! Part schemes: how the body is divided into parts. Schemes are data (`core/data/part_schemes/*.json`), never code.
//!
//! Some joints are *shared* by all parts, which keeps the parts consistent with each other: the pelvis and the spine
//! (RoPAR, arXiv 2512.12703, section 3.1). Every part sees them; one part, the `shared_owner`, has the last word on
//! them when parts are put together again.

use serde::Deserialize;

use crate::features::{ROOT_CHANNELS, joint_channels};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint, joint_index};

/// The schemes that come with the crate: name and JSON text.
const BUILT_IN: [(&str, &str); 4] = [
    ("three", include_str!("../data/part_schemes/three.json")),
    ("five", include_str!("../data/part_schemes/five.json")),
    ("seven", include_str!("../data/part_schemes/seven.json")),
    ("nine", include_str!("../data/part_schemes/nine.json")),
];

/// A division of the canonical skeleton into parts. Always valid: every joint is owned by exactly one part.
#[derive(Debug, Clone, PartialEq)]
pub struct PartScheme {
    name: String,
    shared: Vec<usize>,
    shared_owner: usize,
    parts: Vec<Part>,
}

/// One body part.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Name, as users write it after `--redo`.
    pub name: String,
    /// Joints of this part alone, without the shared ones, ascending.
    pub joints: Vec<usize>,
}

/// What can be wrong with a part scheme.
#[derive(Debug, thiserror::Error)]
pub enum PartSchemeError {
    #[error("there is no built-in part scheme `{name}`; the names are three, five, seven and nine")]
    UnknownScheme { name: String },
    #[error("the part scheme is not valid JSON of the expected form: {0}")]
    Json(#[from] serde_json::Error),
    #[error("part scheme `{scheme}`: `{place}` names the joint `{joint}`, which the canonical skeleton does not have; its joints are {}", JOINT_NAMES.join(", "))]
    UnknownJoint { scheme: String, place: String, joint: String },
    #[error(
        "part scheme `{scheme}`: the joint `{joint}` is in `{first}` and again in `{second}`; it may be in one place only"
    )]
    JointTwice { scheme: String, joint: String, first: String, second: String },
    #[error("part scheme `{scheme}`: the joint `{joint}` is in no part and not shared; add it to one of them")]
    JointMissing { scheme: String, joint: String },
    #[error(
        "part scheme `{scheme}`: the joint `pelvis` must be among the shared joints, because the root belongs to every part"
    )]
    PelvisNotShared { scheme: String },
    #[error("part scheme `{scheme}`: the shared owner `{owner}` is not one of its parts")]
    UnknownOwner { scheme: String, owner: String },
    #[error("part scheme `{scheme}`: two parts are called `{part}`")]
    PartTwice { scheme: String, part: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeFile {
    name: String,
    shared: Vec<String>,
    shared_owner: String,
    parts: Vec<PartFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFile {
    name: String,
    joints: Vec<String>,
}

impl PartScheme {
    /// A scheme that comes with the crate: `three`, `five`, `seven` or `nine`.
    pub fn built_in(name: &str) -> Result<PartScheme, PartSchemeError> {
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, json)) => PartScheme::from_json(json),
            None => Err(PartSchemeError::UnknownScheme { name: name.to_owned() }),
        }
    }

    /// A scheme from JSON text, checked: known joints, each in exactly one place.
    pub fn from_json(json: &str) -> Result<PartScheme, PartSchemeError> {
        let file: SchemeFile = serde_json::from_str(json)?;
        let scheme = file.name;
        let mut places: [Option<String>; JOINT_COUNT] = Default::default();
        let mut place = |joints: &[String], place: &str| -> Result<Vec<usize>, PartSchemeError> {
            let mut indices = Vec::with_capacity(joints.len());
            for joint in joints {
                let index = joint_index(joint).ok_or_else(|| PartSchemeError::UnknownJoint {
                    scheme: scheme.clone(),
                    place: place.to_owned(),
                    joint: joint.clone(),
                })?;
                if let Some(first) = places[index].replace(place.to_owned()) {
                    return Err(PartSchemeError::JointTwice {
                        scheme: scheme.clone(),
                        joint: joint.clone(),
                        first,
                        second: place.to_owned(),
                    });
                }
                indices.push(index);
            }
            indices.sort_unstable();
            Ok(indices)
        };

        let shared = place(&file.shared, "shared")?;
        let mut parts: Vec<Part> = Vec::with_capacity(file.parts.len());
        for part in &file.parts {
            if parts.iter().any(|earlier| earlier.name == part.name) {
                return Err(PartSchemeError::PartTwice { scheme, part: part.name.clone() });
            }
            parts.push(Part { name: part.name.clone(), joints: place(&part.joints, &part.name)? });
        }
        if let Some(missing) = places.iter().position(Option::is_none) {
            return Err(PartSchemeError::JointMissing { scheme, joint: JOINT_NAMES[missing].to_owned() });
        }
        if !shared.contains(&joint::PELVIS) {
            return Err(PartSchemeError::PelvisNotShared { scheme });
        }
        let Some(shared_owner) = parts.iter().position(|part| part.name == file.shared_owner) else {
            return Err(PartSchemeError::UnknownOwner { scheme, owner: file.shared_owner });
        };
        Ok(PartScheme { name: scheme, shared, shared_owner, parts })
    }

    /// The scheme's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts, in the order of every per-part array.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Number of parts.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Never true: a scheme has at least the part that owns the shared joints.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Index of the part called `name`.
    pub fn part_index(&self, name: &str) -> Option<usize> {
        self.parts.iter().position(|part| part.name == name)
    }

    /// Joints that belong to every part, ascending.
    pub fn shared_joints(&self) -> &[usize] {
        &self.shared
    }

    /// Joints of which `part` has the last word, ascending; disjoint over the parts and complete.
    ///
    /// # Panics
    /// When `part` is not below [`PartScheme::len`], like indexing.
    pub fn owned_joints(&self, part: usize) -> Vec<usize> {
        let mut joints = self.parts[part].joints.clone();
        if part == self.shared_owner {
            joints.extend(&self.shared);
            joints.sort_unstable();
        }
        joints
    }

    /// Feature channels that `part` sees, ascending: the root, the shared joints, its own joints.
    ///
    /// # Panics
    /// When `part` is not below [`PartScheme::len`], like indexing.
    pub fn channels(&self, part: usize) -> Vec<usize> {
        let mut joints = self.parts[part].joints.clone();
        joints.extend(&self.shared);
        with_root(joints)
    }

    /// Feature channels of which `part` has the last word, ascending; disjoint over the parts and complete.
    ///
    /// # Panics
    /// When `part` is not below [`PartScheme::len`], like indexing.
    pub fn owned_channels(&self, part: usize) -> Vec<usize> {
        let joints = self.owned_joints(part);
        if part == self.shared_owner {
            with_root(joints)
        } else {
            joints.into_iter().flat_map(joint_channels).collect()
        }
    }
}

fn with_root(mut joints: Vec<usize>) -> Vec<usize> {
    joints.sort_unstable();
    ROOT_CHANNELS.chain(joints.into_iter().flat_map(joint_channels)).collect()
}

//! Mappings as JSON files that people edit.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::body::REQUIRED;
use super::by_name::complete_midline;
use super::fit;
use super::mapping::{MappedJoint, RigMapping, TwistJoint};
use super::mapping_error::MappingError;
use super::reference::{References, near};
use super::topology::Bones;
use super::twists::twists;
use crate::naming::FINGER_JOINTS;
use crate::rig::Rig;
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint, joint_index};

/// The file. What is left out is found automatically; `null` says that the rig has no such joint.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// For people; not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// How the rig was recognised; not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    /// Canonical joint to node. `spine1` to `spine3` and `neck` follow from the lists below.
    #[serde(default)]
    joints: BTreeMap<String, Option<String>>,
    /// All spine joints, bottom to top.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Option::is_none")]
    spine: Option<Vec<String>>,
    /// All neck joints, bottom to top.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Option::is_none")]
    neck: Option<Vec<String>>,
    /// VRM 1.0 finger bone to node.
    #[serde(default)]
    fingers: BTreeMap<String, Option<String>>,
    /// All twist joints.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Option::is_none")]
    twists: Option<Vec<TwistEntry>>,
    /// The joint that carries the motion over the ground. Left out, it is found; empty or `null`, there is none.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    /// How sure each joint is, 0 to 1; not read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    confidence: BTreeMap<String, f32>,
}

/// `null` says that there is none, which is something else than to say nothing.
fn null_is_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(file: D) -> Result<Option<T>, D::Error> {
    Option::<T>::deserialize(file).map(|value| Some(value.unwrap_or_default()))
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TwistEntry {
    node: String,
    segment: String,
    place: f32,
}

const ABOUT: &str = "Which node of the rig is which joint. Edit and pass with --map. Entries win over what is found \
                     automatically; leave out what should be found, write null where there is no such joint.";

/// The joints that follow from the lists of spine and neck.
const MIDLINE: [usize; 4] = [joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::NECK];

impl RigMapping {
    /// The mapping as JSON text for people, with the nodes by name (by path where names repeat).
    pub fn to_json(&self, rig: &Rig) -> String {
        let references = References::new(rig);
        let name = |node: usize| references.of(node).to_owned();
        let joints = (0..JOINT_COUNT).filter(|joint| !MIDLINE.contains(joint));
        let round = |value: f32| (value * 100.0).round() / 100.0;
        let file = File {
            about: Some(ABOUT.to_owned()),
            family: Some(self.family.clone()),
            joints: joints.map(|joint| (JOINT_NAMES[joint].to_owned(), self.node(joint).map(name))).collect(),
            spine: Some(self.spine.iter().copied().map(name).collect()),
            neck: Some(self.neck.iter().copied().map(name).collect()),
            fingers: self.fingers.iter().map(|(finger, mapped)| (finger.clone(), Some(name(mapped.node)))).collect(),
            twists: Some(
                self.twists
                    .iter()
                    .map(|twist| TwistEntry {
                        node: name(twist.node),
                        segment: JOINT_NAMES[twist.segment].to_owned(),
                        place: (twist.place * 1000.0).round() / 1000.0,
                    })
                    .collect(),
            ),
            root: Some(self.root.map(name).unwrap_or_default()),
            confidence: (0..JOINT_COUNT)
                .filter_map(|joint| Some((JOINT_NAMES[joint].to_owned(), round(self.joints[joint]?.confidence))))
                .collect(),
        };
        // A value of this form cannot fail to be written.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    /// The mapping of a rig by a JSON file, whose entries win over what is found automatically.
    ///
    /// `character` tells which of several characters the automatic part takes, as in
    /// [`of_character`](Self::of_character). A rig that cannot be mapped automatically needs a file with pelvis, legs
    /// and arms.
    pub fn from_json(text: &str, rig: &Rig, character: Option<usize>) -> Result<Self, MappingError> {
        // Editors of Windows begin files with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // serde would take a list for the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(MappingError::File("it is no JSON object".to_owned()));
        }
        let file: File = serde_json::from_str(text).map_err(|error| MappingError::File(error.to_string()))?;
        let references = References::new(rig);
        let read = Reader { references: &references };
        let joints = read.joints(&file)?;
        let automatic = match character {
            Some(number) => Self::of_character(rig, number),
            None => Self::of(rig),
        };
        let (mut mapping, failure) = match automatic {
            Ok(mapping) => (mapping, None),
            Err(error @ MappingError::NoSuchCharacter { .. }) => return Err(error),
            Err(error) => (Self::default(), Some(error)),
        };
        mapping.family = "file".to_owned();
        mapping.warnings.clear();
        let certain = |node: usize| MappedJoint { node, confidence: 1.0 };
        for (joint, node) in &joints {
            mapping.joints[*joint] = node.map(certain);
        }
        let bones = Bones::new(rig, &|_| true);
        let midline_named = joints.iter().any(|(joint, _)| MIDLINE.contains(joint));
        let ends_named = joints.iter().any(|(joint, _)| [joint::PELVIS, joint::HEAD].contains(joint));
        if midline_named || (ends_named && file.spine.is_none()) || failure.is_some() {
            mapping.spine.clear();
            mapping.neck.clear();
            complete_midline(&bones, &mut mapping, 1.0);
        }
        if let Some(spine) = &file.spine {
            mapping.spine = read.nodes(spine, "spine")?;
        }
        if let Some(neck) = &file.neck {
            mapping.neck = read.nodes(neck, "neck")?;
        }
        mapping.settle_midline(&bones.positions, 1.0);
        for (finger, node) in read.fingers(&file)? {
            match node {
                Some(node) => mapping.fingers.insert(finger, certain(node)),
                None => mapping.fingers.remove(&finger),
            };
        }
        mapping.twists = match &file.twists {
            Some(entries) => read.twists(entries)?,
            None => twists(&bones, &mapping),
        };
        mapping.root = match file.root.as_deref() {
            Some("") => None,
            Some(name) => Some(read.node(name, "root")?),
            // The pelvis may be another than that which it was found for.
            None => mapping.root.filter(|root| fit::carries_pelvis(rig, &mapping, *root)),
        };
        mapping.check_distinct(&references)?;
        fit::check(rig, &mapping).map_err(MappingError::Misfit)?;
        let missing: Vec<&str> = REQUIRED
            .into_iter()
            .filter(|joint| mapping.node(*joint).is_none())
            .map(|joint| JOINT_NAMES[joint])
            .collect();
        match failure {
            Some(reason) if !missing.is_empty() => {
                Err(MappingError::Incomplete { missing: missing.join(", "), reason: reason.to_string() })
            }
            _ => Ok(mapping),
        }
    }

    /// Refuses a node that stands for two joints.
    fn check_distinct(&self, references: &References) -> Result<(), MappingError> {
        let mut seen: BTreeMap<usize, String> = BTreeMap::new();
        let joints = (0..JOINT_COUNT)
            .filter(|joint| !MIDLINE.contains(joint))
            .filter_map(|joint| Some((self.node(joint)?, format!("`{}`", JOINT_NAMES[joint]))));
        let spine = self.spine.iter().map(|node| (*node, "`spine`".to_owned()));
        let neck = self.neck.iter().map(|node| (*node, "`neck`".to_owned()));
        let fingers = self.fingers.iter().map(|(finger, mapped)| (mapped.node, format!("`{finger}`")));
        for (node, second) in joints.chain(spine).chain(neck).chain(fingers) {
            if let Some(first) = seen.insert(node, second.clone()) {
                return Err(MappingError::NodeTwice { node: references.of(node).to_owned(), first, second });
            }
        }
        Ok(())
    }
}

/// Names of a file to nodes of a rig.
struct Reader<'a> {
    references: &'a References,
}

impl Reader<'_> {
    fn node(&self, name: &str, place: &str) -> Result<usize, MappingError> {
        if let Some(node) = self.references.node(name) {
            return Ok(node);
        }
        let candidates = self.references.namesakes(name);
        let (node, place) = (name.to_owned(), place.to_owned());
        if candidates.is_empty() {
            return Err(MappingError::UnknownNode { near: self.references.near(name), node, place });
        }
        Err(MappingError::AmbiguousNode { node, place, candidates })
    }

    fn nodes(&self, names: &[String], place: &str) -> Result<Vec<usize>, MappingError> {
        names.iter().map(|name| self.node(name, place)).collect()
    }

    fn optional(&self, name: Option<&String>, place: &str) -> Result<Option<usize>, MappingError> {
        name.map(|name| self.node(name, place)).transpose()
    }

    fn joints(&self, file: &File) -> Result<Vec<(usize, Option<usize>)>, MappingError> {
        file.joints.iter().map(|(name, node)| Ok((known_joint(name)?, self.optional(node.as_ref(), name)?))).collect()
    }

    fn fingers(&self, file: &File) -> Result<Vec<(String, Option<usize>)>, MappingError> {
        let known: Vec<String> =
            ["left", "right"].iter().flat_map(|side| FINGER_JOINTS.map(|joint| format!("{side}{joint}"))).collect();
        let mut found = Vec::new();
        for (finger, node) in &file.fingers {
            if !known.contains(finger) {
                let near = near(finger, known.iter().map(String::as_str));
                return Err(MappingError::UnknownJoint { joint: finger.clone(), near });
            }
            found.push((finger.clone(), self.optional(node.as_ref(), finger)?));
        }
        Ok(found)
    }

    fn twists(&self, entries: &[TwistEntry]) -> Result<Vec<TwistJoint>, MappingError> {
        entries
            .iter()
            .map(|entry| {
                let node = self.node(&entry.node, "twists")?;
                Ok(TwistJoint { node, segment: known_joint(&entry.segment)?, place: entry.place.clamp(0.0, 1.0) })
            })
            .collect()
    }
}

fn known_joint(name: &str) -> Result<usize, MappingError> {
    joint_index(name)
        .ok_or_else(|| MappingError::UnknownJoint { joint: name.to_owned(), near: near(name, JOINT_NAMES.into_iter()) })
}

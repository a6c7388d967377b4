//! Why a rig cannot be mapped or a clip not be carried over, in words for the person at the keyboard.

/// Why there is no mapping. Every message says what was found and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MappingError {
    /// There are no nodes that could be joints.
    #[error("there is no skeleton: of {nodes} nodes none has joints below it; export the armature with the mesh")]
    NoSkeleton {
        /// Nodes of the rig.
        nodes: usize,
    },
    /// A node's transform is not a place.
    #[error(
        "the node `{node}` is scaled to nothing or has values that are no numbers; repair it where the rig was made"
    )]
    BrokenNode {
        /// Reference of the node.
        node: String,
    },
    /// Both pairs of limbs stand on the floor.
    #[error(
        "this is an animal: all four limbs stand on the floor and the spine lies level; human motion does not fit it"
    )]
    Quadruped,
    /// A body without legs.
    #[error(
        "no legs: the names of `{family}` are there, but {missing} not; a mapping file can name the joints that stand for \
         them"
    )]
    NoLegs {
        /// The naming family.
        family: String,
        /// The joints that were not found.
        missing: String,
    },
    /// Nothing that looks like a body.
    #[error(
        "no human body was found in {joints} joints: {found}; write a mapping file that names the joints, or check that \
         the right objects were exported"
    )]
    NothingHuman {
        /// Nodes that can be joints.
        joints: usize,
        /// What was there instead.
        found: String,
    },
    /// More than one body.
    #[error("there are {} characters: {}; choose one by its number", characters.len(), listed(characters))]
    SeveralCharacters {
        /// Reference of each pelvis, and the family.
        characters: Vec<String>,
    },
    /// A number beyond those that are there.
    #[error("there is no character {number}; there {}: {}", if characters.len() == 1 { "is one".to_owned() } else { format!("are {}", characters.len()) }, listed(characters))]
    NoSuchCharacter {
        /// The number that was asked for, from 1.
        number: usize,
        /// As for `SeveralCharacters`.
        characters: Vec<String>,
    },
    /// A mapping file that is not of the documented form.
    #[error("the mapping is not JSON of the documented form: {0}")]
    File(String),
    /// A mapping file names a node that is not there.
    #[error("the mapping names the node `{node}` ({place}), which the rig does not have{}", near_words(near))]
    UnknownNode {
        /// The name as written.
        node: String,
        /// Which entry names it.
        place: String,
        /// References of similar names.
        near: Vec<String>,
    },
    /// A mapping file names a node by a name that several have.
    #[error("the mapping names the node `{node}` ({place}), but several have that name: {}", candidates.join(", "))]
    AmbiguousNode {
        /// The name as written.
        node: String,
        /// Which entry names it.
        place: String,
        /// The references that tell them apart.
        candidates: Vec<String>,
    },
    /// A mapping file uses a node for two joints.
    #[error("the mapping names the node `{node}` for {first} and again for {second}")]
    NodeTwice {
        /// Reference of the node.
        node: String,
        /// The first joint.
        first: String,
        /// The second joint.
        second: String,
    },
    /// A mapping file names a joint that bodies do not have.
    #[error("the mapping has a joint `{joint}`, which is not known{}", near_words(near))]
    UnknownJoint {
        /// The joint as written.
        joint: String,
        /// Similar names.
        near: Vec<String>,
    },
    /// A mapping file leaves out joints, and the rig does not tell them.
    #[error("the mapping lacks {missing}, and the rig does not tell them: {reason}")]
    Incomplete {
        /// The joints.
        missing: String,
        /// Why the rig could not be mapped by itself.
        reason: String,
    },
}

fn listed(characters: &[String]) -> String {
    let numbered: Vec<String> =
        characters.iter().enumerate().map(|(index, name)| format!("{} {name}", index + 1)).collect();
    numbered.join(", ")
}

fn near_words(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; similar: {}", near.join(", ")) }
}

/// A pair of rigs or a take that cannot be retargeted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RetargetError {
    /// The mapping lacks a joint without which there is no body.
    #[error("the {side} has no {joint}: the mapping ({family}) names no node for it")]
    MissingJoint {
        /// `source` or `target`.
        side: &'static str,
        /// The canonical joint.
        joint: &'static str,
        /// How the rig was mapped.
        family: String,
    },
    /// The mapping does not fit the rig.
    #[error("the mapping of the {side} is wrong: {reason}")]
    Mapping {
        /// `source` or `target`.
        side: &'static str,
        /// What is wrong, with the node.
        reason: String,
    },
    /// A node above a joint is scaled in a way that shears what hangs on it.
    #[error("the {side}'s node `{node}` is scaled by {scale:?}, which is not the same in all directions")]
    Scale {
        /// `source` or `target`.
        side: &'static str,
        /// The node's name.
        node: String,
        /// Its scale.
        scale: [f64; 3],
    },
    /// Neither the rest pose nor a frame of an animation shows how the body stands.
    #[error("the {side} cannot be aligned: {reason}")]
    Alignment {
        /// `source` or `target`.
        side: &'static str,
        /// What the rest pose is like.
        reason: String,
    },
    /// The take is not one of the source's.
    #[error("the take `{take}` does not fit the source: {reason}")]
    Take {
        /// The take's name.
        take: String,
        /// What is wrong.
        reason: String,
    },
}

impl RetargetError {
    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::MissingJoint { .. } | Self::Mapping { .. } => {
                "write the mapping with `ropar map FILE`, complete it by hand and pass it with --map or --source-map"
            }
            Self::Scale { .. } => "apply the scale in the program that the rig comes from and export it again",
            Self::Alignment { .. } => {
                "give the rig a rest pose in which it stands, arms out or hanging, or a file with an animation that does"
            }
            Self::Take { .. } => "take the clip and the rig from the same file",
        }
    }
}

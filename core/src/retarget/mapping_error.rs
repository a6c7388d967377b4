//! Why a rig cannot be mapped, in words for the person at the keyboard.

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
    /// A mesh that is bound to its joints by matrices of zeros.
    #[error(
        "the skin `{skin}` is bound with matrices of zeros, so its mesh cannot follow any joint; bind it again and export"
    )]
    ZeroBind {
        /// Name of the skin.
        skin: String,
    },
    /// Both pairs of limbs stand on the floor.
    #[error(
        "this is an animal: all four limbs stand on the floor and the spine lies level; human motion does not fit it"
    )]
    Quadruped,
    /// A body without legs.
    #[error(
        "no legs: joints of `{family}` are there, but {missing} not; a mapping file can name the joints that stand for \
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
    /// Entries of a mapping file that contradict the rig's hierarchy.
    #[error("the mapping does not fit the rig: {0}")]
    Misfit(String),
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

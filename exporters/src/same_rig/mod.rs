//! A take of one file on the nodes of another file that holds the same rig.
//!
//! Nodes are found by name. Two files can hold one rig and differ in the axes of its nodes (BVH has none of its own) or in
//! the pose in which it rests, so values are copied only where that is right:
//!
//! 1. Where both have the same local transforms at rest, the tracks are taken over as they are.
//! 2. Where the nodes rest at the same places, but with other axes, every node gets the turn in the world that the take
//!    gives it: `R(t) = S(t) S_rest^-1 T_rest`, for the world rotations S of the source and T of the target.
//! 3. Where only the bones agree (each node's place within its parent), the rigs rest in different poses, but have the
//!    same axes; the local transforms are taken over.
//! 4. Otherwise it is another rig, whose motion has to be retargeted.

mod agreement;
mod matching;
mod transfer;

use ropar_core::rig::{Node, Take};

use agreement::Agreement;
use matching::Match;

/// Why a take cannot go onto the nodes of another file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OtherRig {
    /// Nodes that the take moves have no counterpart.
    #[error(
        "the take moves {moved} nodes, and the target has none named {missing}; a take can be inserted into the same rig \
         only, and has to be retargeted to another one"
    )]
    Missing {
        /// Number of nodes that the take moves.
        moved: usize,
        /// Names of those that are missing, quoted, the first few of them.
        missing: String,
    },
    /// Nodes that the take moves have no names.
    #[error("the take moves {0} nodes without a name, by which they are found in the target; name them in both files")]
    Unnamed(usize),
    /// Several nodes have the name, and neither their parents nor their order tell them apart.
    #[error(
        "several nodes are named `{name}` and neither parents nor order tell them apart; rename them in both files"
    )]
    Ambiguous {
        /// The name.
        name: String,
    },
    /// The nodes have the names, but not the places.
    #[error(
        "the rig is another one: `{name}` rests {distance:.3} m from where it is in the take's file; a take can be \
         inserted into the same rig only, and has to be retargeted to another one"
    )]
    Elsewhere {
        /// The node that is farthest off.
        name: String,
        /// How far, in metres, seen from the rig's root.
        distance: f64,
    },
    /// There is nothing to insert.
    #[error("the take `{0}` moves nothing")]
    Still(String),
}

/// A take for the nodes of another file.
#[derive(Debug, Clone, PartialEq)]
pub struct Transferred {
    /// The take; its tracks count the target's nodes.
    pub take: Take,
    /// What could not be taken over, one plain sentence each.
    pub warnings: Vec<String>,
}

/// Puts `take`, whose tracks count the nodes of `source`, on the nodes of `target`; see the module's documentation.
pub fn transfer(source: &[Node], take: &Take, target: &[Node]) -> Result<Transferred, OtherRig> {
    let moved = matching::moved(source, take);
    if moved.is_empty() {
        return Err(OtherRig::Still(take.name.clone()));
    }
    let found = Match::by_name(source, target, &moved)?;
    let mut warnings = Vec::new();
    let take = match agreement::of(source, target, &found, take)? {
        Agreement::Transforms => transfer::as_they_are(take, &found),
        Agreement::Bones => transfer::local(source, take, target, &found),
        Agreement::Places => {
            if take.tracks.iter().any(|track| track.scale.is_some()) {
                warnings.push("the axes of the nodes differ, so animated scale is left out".to_owned());
            }
            transfer::world(source, take, target, &found)
        }
    };
    Ok(Transferred { take, warnings })
}

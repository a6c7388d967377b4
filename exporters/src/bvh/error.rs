//! Errors of BVH files.

use ropar_core::naming::NamingError;

use crate::error::UnfitMotion;
use crate::scene::UnfitScene;

/// Why a BVH file cannot be read, used or changed. Lines count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BvhError {
    /// The text does not follow the format.
    #[error("not a readable BVH file: line {line}: {reason}")]
    Malformed {
        /// Line of the file.
        line: usize,
        /// What was found and what was expected.
        reason: String,
    },
    /// The file goes beyond a limit of the reader.
    #[error("line {line}: more than {limit} {what}; this is beyond what RoPAR reads")]
    Limit {
        /// Line of the file.
        line: usize,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A readable BVH file whose skeleton is not the one that RoPAR writes.
    #[error(
        "not written by RoPAR ({0}); only BVH files that RoPAR wrote can be edited; `ropar convert` and `ropar retarget` read those of any skeleton"
    )]
    Foreign(String),
    /// None of the joint maps fits the names in the file.
    #[error(
        "no joint map fits the joints of this file; the nearest, `{nearest}`, lacks {missing}. \
         Write a joint map for this skeleton and pass it"
    )]
    NoJointMap {
        /// Name of the map that fits best.
        nearest: String,
        /// The canonical joints that it does not find.
        missing: String,
    },
    /// A joint map is not valid.
    #[error("joint map: {0}")]
    JointMap(#[from] NamingError),
    /// The motion cannot be written, or does not fit the file.
    #[error(transparent)]
    UnfitMotion(#[from] UnfitMotion),
    /// The scene cannot be written as BVH.
    #[error(transparent)]
    UnfitScene(#[from] UnfitScene),
}

impl BvhError {
    /// True where the motion or the scene, not the file, is at fault.
    pub fn is_unfit_motion(&self) -> bool {
        matches!(self, BvhError::UnfitMotion(_) | BvhError::UnfitScene(_))
    }
}

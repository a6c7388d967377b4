//! Errors of GLB files.

use crate::error::UnfitMotion;

/// Why a GLB file cannot be read, used or changed.
#[derive(Debug, thiserror::Error)]
pub enum GlbError {
    /// The first bytes are those of something else.
    #[error("not a GLB file (it does not begin with `glTF`)")]
    NotGlb,
    /// The container's version is not 2.
    #[error("GLB version {0}; only version 2 can be read")]
    Version(u32),
    /// The file is shorter than it says.
    #[error("the file is cut off: {what} should end at byte {expected}, the file has {found}")]
    Truncated {
        /// What is incomplete.
        what: &'static str,
        /// Where it should end.
        expected: u64,
        /// Length of the file.
        found: u64,
    },
    /// The container's structure is wrong.
    #[error("damaged GLB file: byte {at}: {reason}")]
    Container {
        /// Offset in the file.
        at: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The JSON part is wrong.
    #[error("damaged GLB file: JSON part: {0}")]
    Json(#[from] serde_json::Error),
    /// Something that the JSON part refers to is missing or of the wrong shape.
    #[error("damaged GLB file: {at}: {reason}")]
    Content {
        /// JSON path.
        at: String,
        /// What is wrong.
        reason: String,
    },
    /// A valid GLB file from another program.
    #[error(
        "not written by RoPAR but by `{0}`; only clips that RoPAR wrote can be edited; `ropar convert` and `ropar retarget` read files of any origin"
    )]
    Foreign(String),
    /// A file from a later version of RoPAR.
    #[error("written by a newer RoPAR (format {found}, this one reads {known}); update RoPAR")]
    Newer {
        /// Format of the file.
        found: u32,
        /// Newest format that is known here.
        known: u32,
    },
    /// The motion cannot be written, or does not fit the file.
    #[error(transparent)]
    UnfitMotion(#[from] UnfitMotion),
    /// The mannequin's description is wrong; a fault of this build, not of the user.
    #[error("the built-in mannequin is not valid: {0}")]
    Mannequin(String),
}

impl GlbError {
    /// True where the motion, not the file, is at fault.
    pub fn is_unfit_motion(&self) -> bool {
        matches!(self, GlbError::UnfitMotion(_))
    }
}

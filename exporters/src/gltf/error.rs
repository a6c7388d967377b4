//! Errors of glTF files.

use crate::error::UnfitMotion;
use crate::glb::GlbError;
use crate::scene::UnfitScene;

/// Why a glTF file cannot be read, written or changed. Places are JSON paths such as `accessors[3].count`.
#[derive(Debug, thiserror::Error)]
pub enum GltfError {
    /// The GLB container is wrong.
    #[error(transparent)]
    Container(#[from] GlbError),
    /// The JSON part does not follow the format.
    #[error("damaged glTF file: {at}: {reason}")]
    Json {
        /// JSON path; `.` for the whole.
        at: String,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// The file is of another version of glTF.
    #[error("glTF version `{0}`; only version 2 can be read. Export the file again as glTF 2.0")]
    Version(String),
    /// Something that the JSON part refers to is missing, of the wrong shape or contradicts itself.
    #[error("damaged glTF file: {at}: {reason}")]
    Content {
        /// JSON path.
        at: String,
        /// What is wrong.
        reason: String,
    },
    /// The file goes beyond a limit of the reader.
    #[error("{at}: more than {limit} {what}; this is beyond what RoPAR reads")]
    Limit {
        /// JSON path.
        at: String,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A valid file that needs something RoPAR does not do.
    #[error("{at}: {reason}")]
    Unsupported {
        /// JSON path.
        at: String,
        /// What is not supported and what to do.
        reason: String,
    },
    /// The scene or take cannot be written, or does not fit the file.
    #[error(transparent)]
    UnfitScene(#[from] UnfitScene),
    /// The motion cannot be written.
    #[error(transparent)]
    UnfitMotion(#[from] UnfitMotion),
}

impl GltfError {
    pub(super) fn content(at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Content { at: at.into(), reason: reason.into() }
    }

    /// True where the scene, take or motion, not the file, is at fault.
    pub fn is_unfit(&self) -> bool {
        matches!(self, Self::UnfitScene(_) | Self::UnfitMotion(_))
    }
}

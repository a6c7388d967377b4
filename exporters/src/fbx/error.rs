//! Errors of FBX files.

/// Why an FBX file cannot be read, written or changed.
#[derive(Debug, thiserror::Error)]
pub enum FbxError {
    /// The content is something else.
    #[error("not an FBX file: {0}")]
    NotFbx(String),
    /// The file ends before its content does.
    #[error("the file is cut off ({bytes} bytes): {reason}; copy or export it again")]
    Truncated {
        /// Length of the file.
        bytes: usize,
        /// What was being read.
        reason: String,
    },
    /// The content does not follow the format.
    #[error("damaged FBX file: {0}; export it again from the program that wrote it")]
    Malformed(String),
    /// A record is wrong.
    #[error("damaged FBX file: byte {at}: {reason}; export it again from the program that wrote it")]
    Record {
        /// Offset in the file.
        at: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file goes beyond a limit.
    #[error("{found} {what}, more than the limit of {limit}; this is beyond what RoPAR handles")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much there is; a lower bound where counting was stopped.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// Unpacking the file takes more memory than any motion file should.
    #[error("unpacking the file takes more than {limit} bytes of memory, far more than {bytes} bytes of FBX should")]
    Memory {
        /// Length of the file.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A take can only be inserted into a file of version 7.1 to 7.7.
    #[error(
        "a take can be inserted into FBX files of version 7.1 to 7.7, this one is {found}; \
         convert it first (Autodesk FBX Converter, or import and export it in Maya, MotionBuilder or Blender)"
    )]
    NotInsertable {
        /// What the file is.
        found: String,
    },
    /// The scene or the take cannot be written as it is.
    #[error("{0}")]
    Unfit(String),
    /// The take has tracks that the target cannot play.
    #[error("node `{node}`: {reason}")]
    Target {
        /// Name of the node.
        node: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

impl FbxError {
    /// True where the scene, the take or the request is at fault, not the file.
    pub fn is_unfit(&self) -> bool {
        matches!(self, FbxError::NotInsertable { .. } | FbxError::Unfit(_) | FbxError::Target { .. })
    }
}

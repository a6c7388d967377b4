//! What can go wrong with a scene file, in words for the person at the keyboard.

use std::io;
use std::path::PathBuf;

use crate::bvh::BvhError;
use crate::fbx::FbxError;
use crate::glb::GlbError;
use crate::gltf::GltfError;
use crate::same_rig::OtherRig;

/// The kind of an [`Error`], for programs that turn it into an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself cannot be met: an unknown extension, a motion that does not fit the file.
    Usage,
    /// The input file is missing, unreadable, malformed or of a kind that RoPAR does not read yet.
    Input,
    /// The output file cannot be written.
    Output,
}

/// What can be done about a scene or take that does not fit a format.
const FITTING: &str = "choose what is written with --take, --start, --end and --fps, or another format";

/// An error of reading or writing a scene file. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file name does not end in a known extension.
    #[error("`{}` has no extension that RoPAR knows; use a name that ends in .glb, .gltf, .vrm, .vrma, .bvh or .fbx", path.display())]
    UnsupportedExtension {
        /// The file name as given.
        path: PathBuf,
    },
    /// The file could not be opened or read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is larger than any clip could be.
    #[error("`{}` has {bytes} bytes, more than the limit of {limit}; is it a motion clip?", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// There is nothing in the file.
    #[error("`{}` is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file stands for one that Git Large File Storage has not fetched.
    #[error("`{}` is a Git LFS pointer and not the file itself", path.display())]
    LfsPointer {
        /// The file.
        path: PathBuf,
    },
    /// The content is not a GLB file that RoPAR reads, or the motion does not fit it.
    #[error("`{}`: {source}", path.display())]
    Glb {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: GlbError,
    },
    /// The content is not a BVH file that RoPAR reads, or the motion does not fit it.
    #[error("`{}`: {source}", path.display())]
    Bvh {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: BvhError,
    },
    /// The content is not a glTF file that RoPAR reads, or the scene does not fit it.
    #[error("`{}`: {source}", path.display())]
    Gltf {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: GltfError,
    },
    /// The content is not an FBX file that RoPAR reads, or the scene does not fit it.
    #[error("`{}`: {source}", path.display())]
    Fbx {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: FbxError,
    },
    /// The request does not fit the file's format or content.
    #[error("`{}`: {reason}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// The reason and the next step.
        reason: String,
    },
    /// The take is one of another rig than the file's.
    #[error("`{}`: {source}", path.display())]
    OtherRig {
        /// The file that should get the take.
        path: PathBuf,
        /// In what the two differ.
        source: OtherRig,
    },
    /// The target could not be written. Nothing was left behind, and an older file is untouched.
    #[error("cannot write `{}`: {reason}", path.display())]
    Unwritable {
        /// The target.
        path: PathBuf,
        /// The reason and the next step.
        reason: String,
    },
}

impl Error {
    /// The kind, for exit codes.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Error::UnsupportedExtension { .. } => ErrorKind::Usage,
            Error::Unreadable { .. } | Error::TooLarge { .. } => ErrorKind::Input,
            Error::Empty { .. } | Error::LfsPointer { .. } => ErrorKind::Input,
            Error::Glb { source, .. } if source.is_unfit_motion() => ErrorKind::Usage,
            Error::Bvh { source, .. } if source.is_unfit_motion() => ErrorKind::Usage,
            Error::Gltf { source, .. } if source.is_unfit() => ErrorKind::Usage,
            Error::Fbx { source, .. } if source.is_unfit() => ErrorKind::Usage,
            Error::Unfit { .. } | Error::OtherRig { .. } => ErrorKind::Usage,
            Error::Glb { .. } | Error::Bvh { .. } | Error::Gltf { .. } | Error::Fbx { .. } => ErrorKind::Input,
            Error::Unwritable { .. } => ErrorKind::Output,
        }
    }

    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> &'static str {
        match self {
            Error::Gltf { source, .. } if source.is_unfit() => FITTING,
            Error::Fbx { source, .. } if source.is_unfit() => FITTING,
            Error::Glb { source, .. } if source.is_unfit_motion() => FITTING,
            Error::Bvh { source, .. } if source.is_unfit_motion() => FITTING,
            Error::UnsupportedExtension { .. } => "name a file such as walk.glb or walk.bvh",
            Error::Unreadable { .. } => "check the path and its permissions",
            Error::Empty { .. } => "export or copy the file again",
            Error::LfsPointer { .. } => "fetch the file with `git lfs pull` in its repository",
            Error::TooLarge { .. } | Error::Glb { .. } | Error::Bvh { .. } => {
                "use a clip that ropar wrote; where any file will do, export this one again"
            }
            Error::Gltf { .. } => "export the file again, as glTF 2.0 without compression",
            Error::Fbx { .. } => "export the file again, as binary FBX 7.4 where there is a choice",
            Error::Unfit { .. } => "choose what fits; `ropar inspect FILE` shows what a file holds",
            Error::OtherRig { source: OtherRig::Missing { .. } | OtherRig::Elsewhere { .. }, .. } => {
                "put it on this rig with `ropar retarget CLIP --target RIG -o OUT`, which keeps what the rig's file has"
            }
            Error::OtherRig { .. } => "`ropar inspect FILE` shows nodes and takes of a file",
            Error::Unwritable { .. } => "choose a folder that exists, is writable and has room",
        }
    }
}

/// A motion that cannot be written as it is.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnfitMotion {
    /// There is nothing to write.
    #[error("the motion has no frames")]
    Empty,
    /// The two halves of the motion disagree.
    #[error("the motion has {root} root positions but {rotations} frames of rotations")]
    Ragged {
        /// Length of `root`.
        root: usize,
        /// Length of `rotations`.
        rotations: usize,
    },
    /// The frame rate is no usable number.
    #[error("the motion's rate is {0} frames per second; it must be a positive number")]
    Rate(f32),
    /// A value is NaN or infinite, or a quaternion has no length.
    #[error("the motion is not a pose in frame {frame} (joint `{joint}`): a value is not finite or a rotation is zero")]
    NotAPose {
        /// Frame, from 0.
        frame: usize,
        /// Name of the joint.
        joint: &'static str,
    },
    /// The motion and the file that it should go into differ in length.
    #[error("the motion has {motion} frames but the file has {file}; only a motion of equal length can replace joints")]
    FrameCount {
        /// Frames of the motion.
        motion: usize,
        /// Frames of the file.
        file: usize,
    },
}

//! FBX: scenes in and out, and takes inserted into files that keep everything else.
//!
//! Reading goes through ufbx (versions 6.1 to 7.7, binary and text). Writing and inserting work on the records of a
//! file, binary as described by <https://code.blender.org/2013/08/fbx-binary-file-format-specification/> and seen in
//! files of Maya, MotionBuilder and Blender; there is no official specification.

mod animation;
mod bindings;
mod bookkeeping;
mod container;
mod convert;
mod error;
mod euler;
mod existing_takes;
mod fitness;
mod height;
mod insert;
mod limits;
mod load;
mod local_space;
mod properties;
mod provenance;
mod read;
mod record;
mod removal;
mod takes;
mod text;
mod text_values;
mod write;

pub use error::FbxError;
pub use existing_takes::{has_take, rate_of_others};
pub use insert::{ExistingTakes, InsertOptions, insert};
pub use read::read;
pub use write::{WriteOptions, write};

/// A property of ours on bones that only show how long the last one is.
const TIP_PROPERTY: &str = "ropar_tip";

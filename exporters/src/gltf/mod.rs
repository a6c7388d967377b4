//! glTF 2.0 of any origin: `.gltf`, `.glb`, and the avatars and animations of VRM (`.vrm`, `.vrma`).
//!
//! [`read`] gives a [`Scene`](crate::scene::Scene), [`write`] makes a new file from one, [`insert`] adds an animation to
//! an existing file or replaces one there, and [`write_vrma`] writes a motion for VRM hosts. After the Khronos glTF 2.0
//! specification, VRM 0.x (`VRM`), VRM 1.0 (`VRMC_vrm-1.0`) and `VRMC_vrm_animation-1.0`.
//!
//! glTF's metres, seconds, Y up and quaternions (x, y, z, w) are the project's own, so values are not converted. VRM 0.x
//! avatars face -Z; they are read as they stand.
//!
//! Reading needs nodes, skins and animations only, so a required extension that concerns meshes, materials or textures
//! does not keep a file from being read, and no image is opened. What is compressed with meshopt and is needed is
//! refused. A file from elsewhere has limits (see `limits.rs`), is never trusted with an index, and is answered with the
//! JSON path of what is wrong.

mod accessor;
mod buffers;
mod data_uri;
mod document;
mod error;
mod extras;
mod hierarchy;
mod insert;
mod json_text;
mod kept_channels;
mod keyframes;
mod limits;
mod provenance;
mod rate;
mod reader;
mod vrma;
mod writer;

pub use error::GltfError;
pub use insert::{Existing, InsertOptions, Inserted, insert};
pub use reader::{ReadOptions, read};
pub use vrma::write_vrma;
pub use writer::{Container, write};

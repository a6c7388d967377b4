//! GLB: glTF 2.0 in one binary file (Khronos glTF 2.0 specification, section 4.4 for the container).
//!
//! A file holds the canonical skeleton at rest as nodes 0 to 21, a mannequin that the project draws itself (so that the
//! file shows a body wherever it is opened), and one animation: the root's translation and the rotation of each joint,
//! linear, one key per frame. `asset.extras` carries the caller's metadata and, under `ropar`, what reading back needs.
//!
//! glTF's conventions are the project's: metres, seconds, Y up, facing +Z, right-handed, quaternions (x, y, z, w). So
//! values go in and out without any arithmetic, and reading gives back the very bits that were written.

mod buffer;
pub(crate) mod container;
mod document;
mod error;
mod mannequin;
mod reader;
mod replace;
mod writer;

pub use error::GlbError;
pub use reader::read;
pub use replace::replace;
pub use writer::write;

/// `asset.generator` begins with this in every file that RoPAR wrote.
pub(crate) const GENERATOR: &str = "RoPAR";

/// Version of what stands under `asset.extras.ropar`.
pub(crate) const FORMAT: u32 = 1;

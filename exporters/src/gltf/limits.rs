//! Limits of the reader, far above real characters, so that a hostile file cannot exhaust the machine.

pub(super) use crate::scene::limits::{MAX_FPS, SAMPLES};

/// Bytes of the JSON part, apart from `data:` URIs.
pub(super) const JSON_BYTES: usize = 64 << 20;
/// Nodes of a file.
pub(super) const NODES: usize = 65_536;
/// Depth of the node tree; the same as in BVH.
pub(super) const NESTING: usize = 256;
/// Numbers that are decoded from accessors in one reading, however often an accessor is referred to.
///
/// A fuzzer would find the largest allowed file again and again, so its limits are lower; the way there is the same.
pub(super) const NUMBERS: usize = if cfg!(fuzzing) { 2_000_000 } else { 100_000_000 };
/// Bytes of all buffers together.
pub(super) const BUFFER_BYTES: usize = crate::MAX_FILE_BYTES as usize;

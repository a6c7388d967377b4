//! How much of an FBX file is too much.

pub(super) use crate::scene::limits::FRAMES;

/// Bytes of a file.
pub(super) const BYTES: usize = 512 * 1024 * 1024;
/// Nodes of a scene.
pub(super) const NODES: usize = 100_000;
/// Nodes from a root to the farthest leaf.
pub(super) const DEPTH: usize = 1_000;
/// Samples, animated nodes times frames, of all takes of a file together: an hour of 150 joints at 60 per second.
///
/// A fuzzer would find the largest allowed file again and again, so its limit is lower; the way there is the same.
pub(super) const SAMPLES: usize = if cfg!(fuzzing) { 500_000 } else { 32_000_000 };
/// Takes of a file.
pub(super) const TAKES: usize = 10_000;
/// Frame rates that are taken at their word.
pub(super) const RATES: std::ops::RangeInclusive<f64> = 0.1..=2_000.0;
/// Records of a file that is changed.
pub(super) const RECORDS: usize = 4_000_000;
/// Nesting of its records; real files have 6.
pub(super) const RECORD_DEPTH: usize = 32;

/// Memory that ufbx may take to unpack `bytes` of file, once for scratch and once for the result.
///
/// Text triples in memory and zlib packs animation 20 times; what packs a thousand times was made to.
pub(super) fn memory(bytes: usize) -> usize {
    const LEAST: usize = 64 * 1024 * 1024;
    const MOST: usize = 6 * 1024 * 1024 * 1024;
    bytes.saturating_mul(48).saturating_add(LEAST).min(MOST)
}

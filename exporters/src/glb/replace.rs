//! New rotations for some joints of a file, every other bit as it was.

use ropar_core::motion::Motion;
use ropar_core::skeleton::JOINT_COUNT;
use serde_json::{Map, Value};

use super::container;
use super::document::extras;
use super::error::GlbError;
use super::reader::{Tracks, own_document, read};
use super::writer::{continuous, unit};
use crate::error::UnfitMotion;
use crate::motion_check;

/// The file `original` (that RoPAR wrote) with the rotations of `joints` taken from `motion` and with new `metadata`.
///
/// Frames in which a joint of `joints` has exactly the rotation that `original` has keep it bit for bit; so do all other
/// channels, the mesh and the rest of the file.
pub fn replace(
    original: &[u8],
    motion: &Motion,
    joints: &[usize],
    metadata: &Map<String, Value>,
) -> Result<Vec<u8>, GlbError> {
    motion_check::check(motion)?;
    let (before, _) = read(original)?;
    let chunks = container::split(original)?;
    let (mut document, mut own) = own_document(&chunks)?;
    let tracks = Tracks::find(&document, chunks.binary.len())?;
    if motion.root.len() != tracks.frames {
        return Err(UnfitMotion::FrameCount { motion: motion.root.len(), file: tracks.frames }.into());
    }

    let mut binary = chunks.binary.to_vec();
    for joint in (0..JOINT_COUNT).filter(|joint| joints.contains(joint)) {
        let mut previous = before.rotations[0][joint];
        for frame in 0..tracks.frames {
            let kept = before.rotations[frame][joint];
            let rotation = motion.rotations[frame][joint];
            if rotation == kept {
                previous = kept;
                continue;
            }
            previous = continuous(unit(rotation), previous);
            let start = tracks.rotations[joint] + frame * 16;
            for (place, value) in binary[start..start + 16].chunks_exact_mut(4).zip(previous.to_array()) {
                place.copy_from_slice(&value.to_le_bytes());
            }
        }
    }
    own.fps = before.fps;
    document.asset.extras = extras(metadata, &own)?;
    container::join(&serde_json::to_vec(&document)?, &binary)
}

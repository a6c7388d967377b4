//! GLB files that RoPAR wrote, back to a motion.

use glam::{Quat, Vec3};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES};
use serde_json::{Map, Value};

use super::container::{self, Chunks};
use super::document::{Asset, Document, OwnExtras, code};
use super::error::GlbError;
use super::{FORMAT, GENERATOR};

/// Relative difference of rates that are the same: key times are rounded to single precision.
const SAME_RATE: f64 = 1e-5;

/// Reads the motion and the metadata of a GLB file that RoPAR wrote.
pub fn read(bytes: &[u8]) -> Result<(Motion, Map<String, Value>), GlbError> {
    let chunks = container::split(bytes)?;
    let (document, own) = own_document(&chunks)?;
    let tracks = Tracks::find(&document, chunks.binary.len())?;

    let root = floats(chunks.binary, tracks.root, tracks.frames).map(Vec3::from_array).collect::<Vec<_>>();
    let mut rotations = vec![[Quat::IDENTITY; JOINT_COUNT]; tracks.frames];
    for (joint, start) in tracks.rotations.into_iter().enumerate() {
        for (frame, value) in floats(chunks.binary, start, tracks.frames).enumerate() {
            rotations[frame][joint] = Quat::from_array(value);
        }
    }
    let motion = Motion { fps: tracks.rate(chunks.binary, own.fps), root, rotations };
    crate::motion_check::check(&motion).map_err(|error| content("animations[0]", error.to_string()))?;
    let mut metadata = document.asset.extras;
    metadata.remove("ropar");
    Ok((motion, metadata))
}

/// The JSON part and RoPAR's own entry in it, when the file is one of ours.
pub(super) fn own_document(chunks: &Chunks) -> Result<(Document, OwnExtras), GlbError> {
    #[derive(serde::Deserialize)]
    struct OnlyAsset {
        asset: Asset,
    }
    // First the asset alone: other programs' files may well not fit the narrow types of a whole document.
    let asset = serde_json::from_slice::<OnlyAsset>(chunks.json)?.asset;
    let own = asset.extras.get("ropar").cloned();
    let Some(own) = own.filter(|_| asset.generator.starts_with(GENERATOR)) else {
        let generator = if asset.generator.is_empty() { "an unnamed program" } else { asset.generator.as_str() };
        return Err(GlbError::Foreign(generator.chars().take(80).collect()));
    };
    let own: OwnExtras = serde_json::from_value(own)?;
    if own.format > FORMAT {
        return Err(GlbError::Newer { found: own.format, known: FORMAT });
    }
    Ok((serde_json::from_slice(chunks.json)?, own))
}

/// Where in the binary chunk the keys of each channel begin. All channels have the same number of keys.
#[derive(Debug)]
pub(super) struct Tracks {
    pub frames: usize,
    pub root: usize,
    pub rotations: [usize; JOINT_COUNT],
    times: usize,
}

impl Tracks {
    /// Finds the channels by the names of their nodes and checks that every key lies inside of the binary chunk.
    pub fn find(document: &Document, binary_length: usize) -> Result<Self, GlbError> {
        let animation = document.animations.first().ok_or_else(|| content("animations", "there is no animation"))?;
        let (mut frames, mut times) = (None, None);
        let mut root = None;
        let mut rotations = [None; JOINT_COUNT];
        for (index, channel) in animation.channels.iter().enumerate() {
            let at = || format!("animations[0].channels[{index}]");
            let joint = document
                .nodes
                .get(channel.target.node)
                .and_then(|node| JOINT_NAMES.iter().position(|name| *name == node.name))
                .ok_or_else(|| content(at(), "it moves a node that is no joint"))?;
            let sampler =
                animation.samplers.get(channel.sampler).ok_or_else(|| content(at(), "its sampler does not exist"))?;
            let (slot, width, shape) = match (channel.target.path.as_str(), joint) {
                ("translation", 0) => (&mut root, 3, "VEC3"),
                ("rotation", joint) => (&mut rotations[joint], 4, "VEC4"),
                (path, _) => return Err(content(at(), format!("it moves `{path}` of `{}`", JOINT_NAMES[joint]))),
            };
            let (start, count) = keys(document, sampler.output, shape, width, binary_length)?;
            let (first_time, time_count) = keys(document, sampler.input, "SCALAR", 1, binary_length)?;
            times.get_or_insert(first_time);
            if *frames.get_or_insert(count) != count || time_count != count {
                return Err(content(at(), "it has another number of keys than the channels before"));
            }
            if slot.replace(start).is_some() {
                return Err(content(at(), "it moves a joint that another channel moves"));
            }
        }
        let missing = |joint: usize| content("animations[0].channels", format!("`{}` is missing", JOINT_NAMES[joint]));
        let mut starts = [0; JOINT_COUNT];
        for (joint, start) in rotations.into_iter().enumerate() {
            starts[joint] = start.ok_or_else(|| missing(joint))?;
        }
        let (frames, times) = (frames.unwrap_or(0), times.unwrap_or(0));
        Ok(Tracks { frames, root: root.ok_or_else(|| missing(0))?, rotations: starts, times })
    }

    /// Frames per second: `stated`, where the key times agree, and otherwise what these say, because a take that was
    /// inserted since has its own.
    pub fn rate(&self, binary: &[u8], stated: f32) -> f32 {
        let times: Vec<f64> = floats::<1>(binary, self.times, self.frames).map(|[time]| time.into()).collect();
        let (Some(first), Some(last)) = (times.first(), times.last()) else { return stated };
        let (steps, seconds) = ((self.frames - 1) as f64, last - first);
        if !(seconds.is_finite() && seconds > 0.0) || (seconds * f64::from(stated) / steps - 1.0).abs() < SAME_RATE {
            return stated;
        }
        let fps = steps / seconds;
        if (fps / fps.round() - 1.0).abs() < SAME_RATE { fps.round() as f32 } else { fps as f32 }
    }
}

/// Start in the binary chunk and number of rows of an accessor of tightly packed floats.
fn keys(
    document: &Document,
    accessor: usize,
    shape: &str,
    width: usize,
    binary_length: usize,
) -> Result<(usize, usize), GlbError> {
    let at = || format!("accessors[{accessor}]");
    let found = document.accessors.get(accessor).ok_or_else(|| content(at(), "it does not exist"))?;
    if found.component_type != code::FLOAT || found.shape != shape {
        return Err(content(at(), format!("it should hold {shape} of floats")));
    }
    let view =
        document.buffer_views.get(found.buffer_view).ok_or_else(|| content(at(), "its buffer view does not exist"))?;
    let start = view.byte_offset.checked_add(found.byte_offset);
    let end = found.count.checked_mul(4 * width).and_then(|length| start?.checked_add(length));
    match (start, end) {
        (Some(start), Some(end)) if end <= binary_length => Ok((start, found.count)),
        _ => Err(content(at(), format!("it reaches beyond the {binary_length} bytes of the binary part"))),
    }
}

/// Rows of `N` floats from byte `start` on; the range was checked by [`keys`].
fn floats<const N: usize>(binary: &[u8], start: usize, rows: usize) -> impl Iterator<Item = [f32; N]> + '_ {
    binary[start..start + rows * N * 4].chunks_exact(N * 4).map(|row| {
        std::array::from_fn(|i| f32::from_le_bytes([row[4 * i], row[4 * i + 1], row[4 * i + 2], row[4 * i + 3]]))
    })
}

fn content(at: impl Into<String>, reason: impl Into<String>) -> GlbError {
    GlbError::Content { at: at.into(), reason: reason.into() }
}

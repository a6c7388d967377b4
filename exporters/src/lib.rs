//! Scene files in and out: [`glb`] (glTF 2.0 binary, with a skinned mannequin) and [`bvh`].
//!
//! The functions here go by file extension and write atomically; the modules work on bytes.
//!
//! ```no_run
//! # use ropar_exporters::{Clip, read_clip, write_clip};
//! # fn main() -> Result<(), ropar_exporters::Error> {
//! let clip = read_clip("wave.glb".as_ref())?;
//! write_clip("wave.bvh".as_ref(), &clip, Some(24.0))?;
//! # Ok(())
//! # }
//! ```

pub mod atomic;
pub mod bvh;
mod error;
pub mod fbx;
pub mod glb;
mod motion_check;
pub mod scene;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ropar_core::motion::Motion;
use serde_json::{Map, Value};

pub use error::{Error, ErrorKind, UnfitMotion};

/// Frames per second of a file when the user asks for nothing else.
pub const DEFAULT_FPS: f32 = 30.0;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// A motion and what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// The motion on the canonical skeleton.
    pub motion: Motion,
    /// Free metadata: prompt, seed, package, licence and so on. Kept in GLB files; BVH has no place for it.
    pub extras: Map<String, Value>,
    /// What the reader had to put up with; empty for a clip that was not read from a file.
    pub warnings: Vec<String>,
}

impl Clip {
    /// A clip that is about to be written.
    pub fn new(motion: Motion, extras: Map<String, Value>) -> Self {
        Clip { motion, extras, warnings: Vec::new() }
    }
}

/// The file formats, by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// glTF 2.0 binary.
    Glb,
    /// Biovision Hierarchy.
    Bvh,
}

impl Format {
    /// The format that the extension of `path` names, in any letter case.
    ///
    /// Call this before doing any work for a file, so that a wrong name costs nothing.
    pub fn of(path: &Path) -> Result<Self, Error> {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("glb") => Ok(Format::Glb),
            Some("bvh") => Ok(Format::Bvh),
            _ => Err(Error::UnsupportedExtension { path: path.to_owned() }),
        }
    }
}

/// Reads a clip that RoPAR wrote, at the file's own rate.
pub fn read_clip(path: &Path) -> Result<Clip, Error> {
    let format = Format::of(path)?;
    let bytes = read_bytes(path)?;
    match format {
        Format::Glb => {
            let (motion, extras) = glb::read(&bytes).map_err(in_glb(path))?;
            Ok(Clip::new(motion, extras))
        }
        Format::Bvh => {
            let file = bvh::read(&bytes).map_err(in_bvh(path))?;
            let motion = bvh::to_motion(&file).map_err(in_bvh(path))?;
            Ok(Clip { motion, extras: Map::new(), warnings: file.warnings })
        }
    }
}

/// Writes `clip` to `path`, resampled to `fps` where one is given.
///
/// The file appears complete or not at all.
pub fn write_clip(path: &Path, clip: &Clip, fps: Option<f32>) -> Result<(), Error> {
    let format = Format::of(path)?;
    if let Some(fps) = fps.filter(|fps| !fps.is_finite() || *fps <= 0.0) {
        let unfit = UnfitMotion::Rate(fps);
        return Err(match format {
            Format::Glb => in_glb(path)(unfit.into()),
            Format::Bvh => in_bvh(path)(unfit.into()),
        });
    }
    let resampled = fps.filter(|fps| *fps != clip.motion.fps).map(|fps| clip.motion.resample(fps));
    let motion = resampled.as_ref().unwrap_or(&clip.motion);
    let bytes = match format {
        Format::Glb => glb::write(motion, &clip.extras).map_err(in_glb(path))?,
        Format::Bvh => bvh::write(motion).map_err(in_bvh(path))?.into_bytes(),
    };
    atomic::write(path, &bytes)
}

/// Writes the file `input` to `output` with new rotations for `joints`, taken from `motion`, and new metadata.
///
/// `motion` has as many frames as `input`, at the same rate. All other channels stay bit for bit as they were, and so do
/// the frames of `joints` in which `motion` has exactly the rotation that [`read_clip`] gives. Both files have the same
/// format. A BVH file carries no metadata, so `extras` has no effect there.
pub fn replace_joints(
    input: &Path,
    output: &Path,
    motion: &Motion,
    joints: &[usize],
    extras: &Map<String, Value>,
) -> Result<(), Error> {
    let format = Format::of(input)?;
    if Format::of(output)? != format {
        return Err(Error::Unwritable {
            path: output.to_owned(),
            reason: "only a file of the same format can keep the other joints bit for bit; use the input's extension"
                .to_owned(),
        });
    }
    let original = read_bytes(input)?;
    let bytes = match format {
        Format::Glb => glb::replace(&original, motion, joints, extras).map_err(in_glb(input))?,
        Format::Bvh => bvh::replace(&original, motion, joints).map_err(in_bvh(input))?,
    };
    atomic::write(output, &bytes)
}

/// The content of a file, unless it is larger than [`MAX_FILE_BYTES`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let too_large = |bytes| Error::TooLarge { path: path.to_owned(), bytes, limit: MAX_FILE_BYTES };
    if size > MAX_FILE_BYTES {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    // A pipe or a device reports no size; the limit holds for these too.
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

fn in_glb(path: &Path) -> impl FnOnce(glb::GlbError) -> Error {
    move |source| Error::Glb { path: path.to_owned(), source }
}

fn in_bvh(path: &Path) -> impl FnOnce(bvh::BvhError) -> Error {
    move |source| Error::Bvh { path: path.to_owned(), source }
}

//! Scene files in and out.
//!
//! Two things are read and written: *clips*, the motions that RoPAR makes, on its own skeleton ([`glb`] with a skinned
//! mannequin, [`bvh`]), and *scenes* of any origin ([`scene`], through [`gltf`], [`bvh`] and [`fbx`]). The functions here go by
//! file extension and write atomically; the modules work on bytes.
//!
//! ```no_run
//! # use ropar_exporters::{Clip, InsertOptions, WriteSceneOptions, insert_take, read_clip, read_scene, write_clip, write_scene};
//! # fn main() -> Result<(), ropar_exporters::Error> {
//! let clip = read_clip("wave.glb".as_ref())?;
//! write_clip("wave.bvh".as_ref(), &clip, Some(24.0))?;
//!
//! let scene = read_scene("walk.bvh".as_ref())?;
//! write_scene("walk.glb".as_ref(), &scene, &WriteSceneOptions::default())?;
//!
//! // A take whose nodes are those of the character goes into a copy of the character's file.
//! let mut take = read_scene("hero.vrm".as_ref())?.takes.remove(0);
//! take.name = "again".to_owned();
//! insert_take("hero.vrm".as_ref(), "hero_2.vrm".as_ref(), &take, &InsertOptions::default())?;
//! # Ok(())
//! # }
//! ```

pub mod atomic;
pub mod bvh;
mod error;
pub mod fbx;
mod fitting_rate;
pub mod glb;
pub mod gltf;
mod insert_files;
pub mod inspect;
mod joint_names;
mod motion_check;
mod resampling;
pub mod retarget_files;
mod rig_file;
pub mod same_rig;
pub mod scene;
mod scene_files;
mod written_take;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use ropar_core::motion::Motion;
use serde_json::{Map, Value};

pub use crate::gltf::{Existing, InsertOptions};
pub use error::{Error, ErrorKind, UnfitMotion};
pub use insert_files::{InsertTakesOptions, insert_take, insert_takes};
pub use joint_names::JointNames;
pub use resampling::resampled;
pub use rig_file::RigFile;
pub use scene_files::{
    ReadSceneOptions, WriteSceneOptions, read_scene, read_scene_bytes, read_scene_with, write_scene,
};
pub use written_take::WrittenTake;

/// Frames per second of a file when the user asks for nothing else.
pub const DEFAULT_FPS: f32 = 30.0;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// A motion and what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// The motion on the canonical skeleton.
    pub motion: Motion,
    /// Free metadata: prompt, seed, package, licence and so on. In GLB and VRMA files it is `asset.extras`, in FBX files
    /// the scene's comment, as JSON text; BVH has no place for it.
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
    /// glTF 2.0 as JSON text.
    Gltf,
    /// A VRM avatar, which is a GLB file.
    Vrm,
    /// An animation for VRM avatars.
    Vrma,
    /// Biovision Hierarchy.
    Bvh,
    /// Autodesk FBX.
    Fbx,
}

impl Format {
    /// The format that the extension of `path` names, in any letter case.
    ///
    /// Call this before doing any work for a file, so that a wrong name costs nothing.
    pub fn of(path: &Path) -> Result<Self, Error> {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("glb") => Ok(Format::Glb),
            Some("gltf") => Ok(Format::Gltf),
            Some("vrm") => Ok(Format::Vrm),
            Some("vrma") => Ok(Format::Vrma),
            Some("bvh") => Ok(Format::Bvh),
            Some("fbx") => Ok(Format::Fbx),
            _ => Err(Error::UnsupportedExtension { path: path.to_owned() }),
        }
    }

    /// The format of `path`, where [`write_clip`] writes it; otherwise an error with the formats that it does.
    pub fn of_new_clip(path: &Path) -> Result<Self, Error> {
        match Self::of(path)? {
            format @ (Format::Glb | Format::Vrma | Format::Bvh | Format::Fbx) => Ok(format),
            Format::Gltf | Format::Vrm => {
                let reason =
                    "a new clip is written as .glb, .vrma, .bvh or .fbx; `ropar convert` makes others from these";
                Err(Error::Unfit { path: path.to_owned(), reason: reason.to_owned() })
            }
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
        Format::Gltf | Format::Vrm | Format::Vrma | Format::Fbx => Err(no_clip(path)),
    }
}

/// Writes `clip` to `path`, resampled to `fps` where one is given.
///
/// The file appears complete or not at all.
pub fn write_clip(path: &Path, clip: &Clip, fps: Option<f32>) -> Result<(), Error> {
    write_clip_named(path, clip, fps, JointNames::default())
}

/// As [`write_clip`], with other names for the joints. Only FBX files have them: the others are read by name again.
pub fn write_clip_named(path: &Path, clip: &Clip, fps: Option<f32>, names: JointNames) -> Result<(), Error> {
    let format = Format::of_new_clip(path)?;
    check_joint_names(path, format, names)?;
    let other_rate = fps.filter(|fps| *fps != clip.motion.fps);
    let resampled = other_rate.map(|fps| resampling::resampled_motion(path, &clip.motion, fps)).transpose()?;
    let motion = resampled.as_ref().unwrap_or(&clip.motion);
    let bytes = match format {
        Format::Glb => glb::write(motion, &clip.extras).map_err(in_glb(path))?,
        Format::Bvh => bvh::write(motion).map_err(in_bvh(path))?.into_bytes(),
        Format::Fbx => {
            let mut scene = scene::from_motion(motion, scene::UNNAMED_TAKE);
            names.apply(&mut scene);
            for take in &mut scene.takes {
                take.provenance = Arc::new(clip.extras.clone());
            }
            fbx::write(&scene, &fbx::WriteOptions::default()).map_err(in_fbx(path))?
        }
        Format::Gltf | Format::Vrm | Format::Vrma => {
            let provenance = Arc::new(clip.extras.clone());
            gltf::write_vrma(motion, scene::UNNAMED_TAKE, &provenance).map_err(in_gltf(path))?
        }
    };
    atomic::write(path, &bytes)
}

/// Refuses joint names that a format does not have; call it before doing any work for a file.
pub fn check_joint_names(path: &Path, format: Format, names: JointNames) -> Result<(), Error> {
    if names == JointNames::Smpl || format == Format::Fbx {
        return Ok(());
    }
    let reason = "only .fbx files are written with HumanIK's joint names".to_owned();
    Err(Error::Unfit { path: path.to_owned(), reason })
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
        Format::Gltf | Format::Vrm | Format::Vrma | Format::Fbx => return Err(no_clip(input)),
    };
    atomic::write(output, &bytes)
}

/// How the text begins that Git keeps in the place of a file in Large File Storage (git-lfs, docs/spec.md).
const LFS_POINTER: &[u8] = b"version https://git-lfs";

/// The content of a file, unless there is none or it is larger than [`MAX_FILE_BYTES`].
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
    if bytes.is_empty() {
        return Err(Error::Empty { path: path.to_owned() });
    }
    if bytes.starts_with(LFS_POINTER) {
        return Err(Error::LfsPointer { path: path.to_owned() });
    }
    Ok(bytes)
}

fn no_clip(path: &Path) -> Error {
    let reason = "it is no clip that RoPAR edits; these are .glb and .bvh files that RoPAR wrote";
    Error::Unfit { path: path.to_owned(), reason: reason.to_owned() }
}

fn in_gltf(path: &Path) -> impl FnOnce(gltf::GltfError) -> Error {
    move |source| Error::Gltf { path: path.to_owned(), source }
}

fn in_fbx(path: &Path) -> impl FnOnce(fbx::FbxError) -> Error {
    move |source| Error::Fbx { path: path.to_owned(), source }
}

fn unfit(path: &Path, reason: impl Into<String>) -> Error {
    Error::Unfit { path: path.to_owned(), reason: reason.into() }
}

fn in_glb(path: &Path) -> impl FnOnce(glb::GlbError) -> Error {
    move |source| Error::Glb { path: path.to_owned(), source }
}

fn in_bvh(path: &Path) -> impl FnOnce(bvh::BvhError) -> Error {
    move |source| Error::Bvh { path: path.to_owned(), source }
}

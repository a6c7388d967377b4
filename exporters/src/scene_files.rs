//! Scenes by file name: the one place that knows which module reads and writes which format.

use std::borrow::Cow;
use std::path::Path;

use crate::error::Error;
use crate::gltf::{self, Container, ReadOptions};
use crate::resampling::all_resampled;
use crate::scene::{Scene, Take, to_motion};
use crate::{Format, atomic, bvh, fbx, in_bvh, in_fbx, in_gltf, read_bytes, unfit};

/// How to read a scene.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadSceneOptions {
    /// Rate at which curves are sampled, frames per second; found from the keys without one. BVH has its own.
    pub fps: Option<f64>,
    /// Metres in one unit of the file, for formats that do not say (BVH); guessed by size without one.
    pub metres_per_unit: Option<f64>,
}

/// What of a scene to write.
#[derive(Debug, Clone, Default)]
pub struct WriteSceneOptions {
    /// Name of the only take to write; all without one, or the first where the format holds one (BVH, VRMA).
    pub take: Option<String>,
    /// Rate of the takes in the file, frames per second; their own without one.
    pub fps: Option<f64>,
    /// First second of the takes to write.
    pub start: Option<f64>,
    /// Last second of the takes to write.
    pub end: Option<f64>,
}

/// Reads a scene file of any format.
pub fn read_scene(path: &Path) -> Result<Scene, Error> {
    read_scene_with(path, &ReadSceneOptions::default())
}

/// Reads a scene file of any format. Buffers of a `.gltf` are looked for beside it.
pub fn read_scene_with(path: &Path, options: &ReadSceneOptions) -> Result<Scene, Error> {
    read_scene_bytes(path, &read_bytes(path)?, options)
}

/// As [`read_scene_with`], for the content of the file `path` where that has been read already.
pub fn read_scene_bytes(path: &Path, bytes: &[u8], options: &ReadSceneOptions) -> Result<Scene, Error> {
    match Format::of(path)? {
        Format::Glb | Format::Gltf | Format::Vrm | Format::Vrma => {
            let options = ReadOptions { fps: options.fps, folder: path.parent().map(Path::to_owned) };
            gltf::read(bytes, &options).map_err(in_gltf(path))
        }
        Format::Bvh => {
            let clip = bvh::read(bytes).map_err(in_bvh(path))?;
            bvh::to_scene(&clip, options.metres_per_unit).map_err(in_bvh(path))
        }
        Format::Fbx => {
            let mut scene = fbx::read(bytes).map_err(in_fbx(path))?;
            if let Some(fps) = options.fps {
                scene.takes = all_resampled(path, &scene.takes, fps)?;
            }
            Ok(scene)
        }
    }
}

/// Writes nodes and takes of `scene` as a new file, which appears complete or not at all; answers what the file does not
/// hold. To keep the meshes and materials of an existing file, use
/// [`insert_takes`](crate::insert_takes).
pub fn write_scene(path: &Path, scene: &Scene, options: &WriteSceneOptions) -> Result<Vec<String>, Error> {
    let format = Format::of(path)?;
    let mut warnings = Vec::new();
    if !scene.meshes.is_empty() {
        warnings.push(format!("{} meshes are left out; the file has joints and animation only", scene.meshes.len()));
    }
    let takes = chosen_takes(path, scene, options)?;
    let bytes = match format {
        Format::Bvh => {
            let written =
                bvh::write_scene(scene, only_take(&takes, &mut warnings)).map_err(|e| in_bvh(path)(e.into()))?;
            warnings.extend(written.warnings);
            written.text.into_bytes()
        }
        Format::Vrma => {
            let take = only_take(&takes, &mut warnings).ok_or_else(|| unfit(path, "there is no take to write"))?;
            let motion = to_motion(scene, take).map_err(|difference| {
                unfit(path, format!("only a motion of RoPAR's own skeleton becomes a VRMA file: {difference}"))
            })?;
            gltf::write_vrma(&motion, &take.name, &take.provenance).map_err(in_gltf(path))?
        }
        Format::Glb | Format::Gltf => {
            let container = if format == Format::Glb { Container::Binary } else { Container::Text };
            let scene = Scene { takes: takes.into_iter().map(Cow::into_owned).collect(), ..without_takes(scene) };
            gltf::write(&scene, container).map_err(in_gltf(path))?
        }
        Format::Fbx => {
            let scene = Scene { takes: takes.into_iter().map(Cow::into_owned).collect(), ..without_takes(scene) };
            fbx::write(&scene, &fbx::WriteOptions::default()).map_err(in_fbx(path))?
        }
        Format::Vrm => {
            return Err(unfit(path, "an avatar cannot be made from joints; write a .glb, or a .vrma for VRM hosts"));
        }
    };
    atomic::write(path, &bytes)?;
    Ok(warnings)
}

fn without_takes(scene: &Scene) -> Scene {
    Scene {
        nodes: scene.nodes.clone(),
        skins: scene.skins.clone(),
        meshes: scene.meshes.clone(),
        takes: Vec::new(),
        humanoid: scene.humanoid.clone(),
        origin: scene.origin.clone(),
        warnings: Vec::new(),
    }
}

/// The first of `takes`, with a warning where there are more.
fn only_take<'a>(takes: &'a [Cow<Take>], warnings: &mut Vec<String>) -> Option<&'a Take> {
    let first = takes.first()?;
    if takes.len() > 1 {
        warnings.push(format!("the format holds one take; `{}` is written, the others are not", first.name));
    }
    Some(first)
}

/// The takes to write, cut and resampled.
pub(crate) fn chosen_takes<'a>(
    path: &Path,
    scene: &'a Scene,
    options: &WriteSceneOptions,
) -> Result<Vec<Cow<'a, Take>>, Error> {
    let takes: Vec<&Take> = match &options.take {
        None => scene.takes.iter().collect(),
        Some(name) => {
            let names: Vec<String> = scene.takes.iter().map(|take| format!("`{}`", take.name)).collect();
            let found = scene.take(name);
            let there = if names.is_empty() { "it has no animation".to_owned() } else { names.join(", ") };
            vec![found.ok_or_else(|| unfit(path, format!("the source has no take `{name}`: {there}")))?]
        }
    };
    let mut chosen = Vec::with_capacity(takes.len());
    for take in takes {
        let mut take = Cow::Borrowed(take);
        if options.start.is_some() || options.end.is_some() {
            let span = (options.start.unwrap_or(0.0), options.end.unwrap_or(f64::INFINITY));
            let nothing = || {
                let until = options.end.map_or("on".to_owned(), |end| format!("to {end} s"));
                let reason = format!("no frame of `{}` lies from {} s {until}", take.name, span.0);
                unfit(path, format!("{reason}; it lasts {:.3} s", take.seconds()))
            };
            take = Cow::Owned(take.cut(span.0, span.1).ok_or_else(nothing)?);
        }
        chosen.push(take);
    }
    match options.fps {
        Some(fps) => Ok(all_resampled(path, &chosen, fps)?.into_iter().map(Cow::Owned).collect()),
        None => Ok(chosen),
    }
}

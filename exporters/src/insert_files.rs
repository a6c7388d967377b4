//! Takes into existing files, by file name.

use std::borrow::Cow;
use std::path::Path;

use crate::error::Error;
use crate::gltf::{self, InsertOptions};
use crate::rig_file::needed_file;
use crate::scene::{Scene, Take};
use crate::scene_files::chosen_takes;
use crate::{
    Existing, Format, WriteSceneOptions, atomic, fbx, in_fbx, in_gltf, read_bytes, read_scene, same_rig, unfit,
};

/// How takes of one file go into another.
#[derive(Debug, Clone, Default)]
pub struct InsertTakesOptions {
    /// Name of the take in the target; its own without one. Only one take can be inserted under it.
    pub name: Option<String>,
    /// Takes of the same names in the target make room; otherwise they are an error.
    pub replace: bool,
}

/// Writes the file `target` to `output` with the takes of `source` that `which` chooses. Both hold the same rig; see
/// [`same_rig`] for what that means. Everything else of the file stays as it is.
///
/// Answers what could not be taken over and what else had to be changed.
pub fn insert_takes(
    source: &Scene,
    target: &Path,
    output: &Path,
    which: &WriteSceneOptions,
    how: &InsertTakesOptions,
) -> Result<Vec<String>, Error> {
    let format = insertable(target, output)?;
    let takes = chosen_takes(target, source, which)?;
    if takes.is_empty() {
        return Err(unfit(target, "there is no take to insert"));
    }
    if let Some(name) = how.name.as_ref().filter(|_| takes.len() > 1) {
        let reason = format!("{} takes cannot all be named `{name}`; choose one of them", takes.len());
        return Err(unfit(target, reason));
    }
    let scene = read_scene(target)?;
    let mut bytes = read_bytes(target)?;
    let mut warnings = Vec::new();
    let mut names = std::collections::HashSet::new();
    for take in takes {
        let mut moved = same_rig::transfer(&source.nodes, &take, &scene.nodes)
            .map_err(|source| Error::OtherRig { path: target.to_owned(), source })?;
        if let Some(name) = &how.name {
            moved.take.name.clone_from(name);
        }
        let name = &moved.take.name;
        // A take of an FBX file that moves no node is not in the scene.
        let is_there = scene.take(name).is_some()
            || format == Format::Fbx && fbx::has_take(&bytes, name).map_err(in_fbx(target))?;
        if !how.replace && is_there {
            let reason = format!("it has a take `{name}` already; replace it, or give the new one another name");
            return Err(unfit(target, reason));
        }
        if !names.insert(name.clone()) {
            return Err(unfit(target, format!("two takes are named `{name}`; insert them one by one, with new names")));
        }
        for warning in moved.warnings {
            warnings.push(format!("take `{name}`: {warning}"));
        }
        let inserted = insert(format, target, &bytes, &moved.take, &InsertOptions::default())?;
        warnings.extend(inserted.1);
        bytes = inserted.0;
    }
    finish(format, target, output, &bytes, &mut warnings)?;
    Ok(warnings)
}

/// Writes the file `target` to `output` with `take`, whose nodes are those of the scene that [`read_scene`] gives for
/// `target`. Everything else of the file stays as it is. Answers what else had to be changed.
pub fn insert_take(target: &Path, output: &Path, take: &Take, options: &InsertOptions) -> Result<Vec<String>, Error> {
    let format = insertable(target, output)?;
    let (bytes, mut warnings) = insert(format, target, &read_bytes(target)?, take, options)?;
    finish(format, target, output, &bytes, &mut warnings)?;
    Ok(warnings)
}

/// The format of both files, where it is one that takes go into.
fn insertable(target: &Path, output: &Path) -> Result<Format, Error> {
    let format = Format::of(target)?;
    if Format::of(output)? != format {
        return Err(unfit(output, "the output keeps what the target has, so it needs the target's extension"));
    }
    if format == Format::Bvh {
        return Err(unfit(target, "a BVH file holds one animation; write the scene as a new file instead"));
    }
    Ok(format)
}

fn insert(
    format: Format,
    target: &Path,
    bytes: &[u8],
    take: &Take,
    options: &InsertOptions,
) -> Result<(Vec<u8>, Vec<String>), Error> {
    if format != Format::Fbx {
        let inserted = gltf::insert(bytes, take, options).map_err(in_gltf(target))?;
        return Ok((inserted.bytes, inserted.warnings));
    }
    let mut take = Cow::Borrowed(take);
    if let Some(name) = &options.name {
        take.to_mut().name.clone_from(name);
    }
    // Takes of an FBX file are told apart by name alone.
    if options.existing == Existing::Keep && fbx::has_take(bytes, &take.name).map_err(in_fbx(target))? {
        return Err(unfit(target, format!("has a take `{}` already; give the new one another name", take.name)));
    }
    let inserted = fbx::insert(bytes, &take, &fbx::InsertOptions::default()).map_err(in_fbx(target))?;
    Ok((inserted, Vec::new()))
}

fn finish(format: Format, target: &Path, output: &Path, bytes: &[u8], warnings: &mut Vec<String>) -> Result<(), Error> {
    let folder = |path: &Path| std::path::absolute(path).ok()?.parent()?.canonicalize().ok();
    if format == Format::Gltf
        && folder(target) != folder(output)
        && let Some(needed) = needed_file(bytes)
    {
        warnings.push(format!("files that the .gltf refers to are not copied, such as `{needed}`"));
    }
    atomic::write(output, bytes)
}

//! Target files: checked before any work is done for them.

use std::path::{Path, PathBuf};

use ropar_exporters::Format;

use crate::failure::Failure;

/// Checks that `path` has an extension that clips are written with, and can be written, without leaving anything behind.
pub fn check(path: &Path) -> Result<(), Failure> {
    if Format::of_new_clip(path).is_err() {
        return Err(Failure::usage(
            format!("`{}` has no extension that a clip is written with", path.display()),
            "name a file that ends in .glb, .bvh, .fbx or .vrma; `ropar convert` makes .gltf of these",
        ));
    }
    ropar_exporters::atomic::check(path)?;
    Ok(())
}

/// As [`check`], for scenes, which have more formats.
pub fn check_scene(path: &Path) -> Result<(), Failure> {
    Format::of(path)?;
    ropar_exporters::atomic::check(path)?;
    Ok(())
}

/// As [`check`], for the mapping file of the rig in `input`: a name that belongs to a scene is a slip that costs a character.
pub fn check_mapping(path: &Path, input: &Path) -> Result<(), Failure> {
    let is_input = matches!((path.canonicalize(), input.canonicalize()), (Ok(path), Ok(input)) if path == input);
    if is_input || Format::of(path).is_ok() {
        return Err(Failure::usage(
            format!("`{}` is a scene file, and a mapping is JSON", path.display()),
            format!("name a file such as {}", path.with_extension("map.json").display()),
        ));
    }
    ropar_exporters::atomic::check(path)?;
    Ok(())
}

/// The files of `samples` motions: `path` itself for one, `walk_1.glb`, `walk_2.glb`... for more.
pub fn sample_paths(path: &Path, samples: u16) -> Vec<PathBuf> {
    if samples == 1 {
        return vec![path.to_path_buf()];
    }
    let stem = path.file_stem().unwrap_or_default();
    let extension = path.extension().unwrap_or_default();
    (1..=samples)
        .map(|number| {
            let mut name = stem.to_os_string();
            name.push(format!("_{number}."));
            name.push(extension);
            path.with_file_name(name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_samples_are_numbered_before_the_extension() {
        assert_eq!(sample_paths(Path::new("out/a.b.glb"), 1), [PathBuf::from("out/a.b.glb")]);
        assert_eq!(
            sample_paths(Path::new("out/a.b.glb"), 2),
            [PathBuf::from("out/a.b_1.glb"), PathBuf::from("out/a.b_2.glb")]
        );
    }
}

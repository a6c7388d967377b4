//! A character's file, read once, into copies of which many takes go.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::fitting_rate::fitting_rate;
use crate::gltf::{self, InsertOptions};
use crate::scene::{Scene, Take};
use crate::{Format, ReadSceneOptions, WrittenTake, bvh, fbx, in_bvh, in_fbx, in_gltf, read_bytes, read_scene_bytes};

/// A character's file in memory: its bytes, which every copy keeps, and its scene.
#[derive(Debug, Clone)]
pub struct RigFile {
    path: PathBuf,
    format: Format,
    bytes: Vec<u8>,
    scene: Scene,
}

impl RigFile {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that cannot be read, and a `.gltf` that needs files beside it, which would be missing beside its copies.
    pub fn open(path: &Path) -> Result<RigFile, Error> {
        let format = Format::of(path)?;
        let bytes = read_bytes(path)?;
        if format == Format::Gltf
            && let Some(needed) = needed_file(&bytes)
        {
            let reason = format!("its copies would miss the file `{needed}` that it refers to; export it as .glb");
            return Err(Error::Unfit { path: path.to_owned(), reason });
        }
        let scene = read_scene_bytes(path, &bytes, &ReadSceneOptions::default())?;
        Ok(RigFile { path: path.to_owned(), format, bytes, scene })
    }

    /// The file's content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file's scene, whose nodes the tracks of takes count.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The content of a copy of the file with `take`, and what it has of it.
    ///
    /// A take of the same name makes room, others stay. All takes of an FBX file have one rate, so `take` is resampled to
    /// theirs. A BVH file holds one take, which is exchanged.
    ///
    /// # Errors
    /// A take that the format cannot hold.
    pub fn with_take(&self, take: &Take) -> Result<(Vec<u8>, WrittenTake), Error> {
        match self.format {
            Format::Glb | Format::Gltf | Format::Vrm | Format::Vrma => {
                let inserted =
                    gltf::insert(&self.bytes, take, &InsertOptions::default()).map_err(in_gltf(&self.path))?;
                Ok((inserted.bytes, WrittenTake::of(take, inserted.warnings)))
            }
            Format::Fbx => {
                let (take, warning) = fitting_rate(&self.path, &self.bytes, take)?;
                let bytes = fbx::insert(&self.bytes, &take, &fbx::InsertOptions::default());
                Ok((bytes.map_err(in_fbx(&self.path))?, WrittenTake::of(&take, warning.into_iter().collect())))
            }
            Format::Bvh => {
                let written = bvh::write_scene(&self.scene, Some(take)).map_err(|e| in_bvh(&self.path)(e.into()))?;
                Ok((written.text.into_bytes(), WrittenTake::of(take, written.warnings)))
            }
        }
    }
}

/// The first file that the JSON text of a `.gltf` refers to.
pub(crate) fn needed_file(json: &[u8]) -> Option<String> {
    // What is no JSON is explained by the reader.
    let document: Value = serde_json::from_slice(json).ok()?;
    ["buffers", "images"]
        .into_iter()
        .filter_map(|kind| document[kind].as_array())
        .flatten()
        .filter_map(|entry| entry["uri"].as_str())
        .find(|uri| !uri.starts_with("data:"))
        .map(str::to_owned)
}

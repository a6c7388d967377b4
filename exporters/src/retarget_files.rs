//! Retargeting from files to files: what the command line, batches and hosts share.
//!
//! ```no_run
//! # use ropar_exporters::retarget_files::{Character, retargeter};
//! # use ropar_core::retarget::RetargetOptions;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clip = Character::read("walk.bvh".as_ref(), &Default::default())?;
//! let hero = Character::read("hero.glb".as_ref(), &Default::default())?;
//! let made = retargeter(&clip, &hero)?.retarget(clip.take(None)?, &RetargetOptions::default())?;
//! hero.write("hero_walks.glb".as_ref(), &made.take)?;
//! println!("{}: {}", made.report.verdict.grade, made.report.verdict.reason);
//! # Ok(())
//! # }
//! ```

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use ropar_core::retarget::mapping::RigMapping;
use ropar_core::retarget::{MappedRig, MappingError, RetargetError, Retargeter};
use ropar_core::rig::{Rig, Take};

use crate::fitting_rate::fitting_rate;
use crate::scene::{Scene, UNNAMED_TAKE};
use crate::{
    Error, Format, InsertOptions, ReadSceneOptions, WriteSceneOptions, WrittenTake, insert_take, read_bytes,
    read_scene_with, write_scene,
};

/// What stands between a clip's file and a character's.
#[derive(Debug, thiserror::Error)]
pub enum RetargetFileError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] Error),
    /// It is not known which node is which joint.
    #[error("`{}`: {source}", path.display())]
    Mapping {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: MappingError,
    },
    /// The two do not come together.
    #[error("`{}` onto `{}`: {source}", clip.display(), target.display())]
    Retarget {
        /// The clip's file.
        clip: PathBuf,
        /// The character's file.
        target: PathBuf,
        /// The reason.
        source: RetargetError,
    },
    /// The clip's file has no such take.
    #[error("`{}`: {reason}", path.display())]
    Take {
        /// The file.
        path: PathBuf,
        /// Which takes there are.
        reason: String,
    },
}

/// How to read a character.
#[derive(Debug, Clone, Default)]
pub struct CharacterOptions {
    /// Which of several characters, counted from 1.
    pub character: Option<usize>,
    /// Text of a mapping file, whose entries win over what is found.
    pub map: Option<String>,
    /// How to read the scene.
    pub scene: ReadSceneOptions,
}

/// A scene file with a rig whose nodes are known: what a clip comes from or goes to.
pub struct Character {
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub scene: Scene,
    /// The nodes of [`scene`](Self::scene), as [`Scene::rig`] gives them.
    pub rig: Rig,
    /// Which of them is which joint.
    pub mapping: RigMapping,
}

impl Character {
    /// Reads a scene file and finds its joints.
    ///
    /// # Errors
    /// [`RetargetFileError::File`] and [`RetargetFileError::Mapping`].
    pub fn read(path: &Path, options: &CharacterOptions) -> Result<Character, RetargetFileError> {
        let scene = read_scene_with(path, &options.scene)?;
        let mapping = scene
            .rig_mapping(options.character, options.map.as_deref())
            .map_err(|source| RetargetFileError::Mapping { path: path.to_owned(), source })?;
        Ok(Character { path: path.to_owned(), rig: scene.rig(), scene, mapping })
    }

    /// The take called `name`, or the first.
    ///
    /// # Errors
    /// [`RetargetFileError::Take`] where there is none, with the names of those that there are.
    pub fn take(&self, name: Option<&str>) -> Result<&Take, RetargetFileError> {
        let found = match name {
            Some(name) => self.scene.take(name),
            None => self.scene.takes.first(),
        };
        found.ok_or_else(|| {
            let names: Vec<String> = self.scene.takes.iter().map(|take| format!("`{}`", take.name)).collect();
            let reason = match (name, names.is_empty()) {
                (_, true) => "it has no animation".to_owned(),
                (Some(name), false) => format!("it has no take `{name}`; there are: {}", names.join(", ")),
                (None, false) => "it has no take".to_owned(),
            };
            RetargetFileError::Take { path: self.path.clone(), reason }
        })
    }

    /// What `take` is called in another file: its own name, or where that says nothing the name of this file.
    pub fn title(&self, take: &Take) -> String {
        if take.name.is_empty() || take.name == UNNAMED_TAKE {
            return self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        take.name.clone()
    }

    /// What the solver needs.
    pub fn mapped(&self) -> MappedRig<'_> {
        MappedRig { rig: &self.rig, mapping: &self.mapping, takes: &self.scene.takes }
    }

    /// Writes a copy of the character's file with `take`; a take of the same name gives way. Answers what the file has
    /// of it: all takes of an FBX file have one rate, to which it is resampled.
    ///
    /// A BVH file is written anew, because it holds one animation; so is a file of another format than the character's,
    /// which then has joints and the take only.
    ///
    /// # Errors
    /// As [`insert_take`] and [`write_scene`].
    pub fn write(&self, output: &Path, take: &Take) -> Result<WrittenTake, Error> {
        let mut written = self.write_copy(output, take)?;
        if self.is_kept_in(output)? && self.scene.take(&take.name).is_some() {
            let warning = format!("the take `{}` that the file had is replaced by the new one", take.name);
            written.warnings.push(warning);
        }
        Ok(written)
    }

    /// True where a copy of the file in `output` keeps all that the file has.
    fn is_kept_in(&self, output: &Path) -> Result<bool, Error> {
        let format = Format::of(&self.path)?;
        Ok(format == Format::of(output)? && format != Format::Bvh)
    }

    fn write_copy(&self, output: &Path, take: &Take) -> Result<WrittenTake, Error> {
        if self.is_kept_in(output)? {
            let (take, warning) = match Format::of(&self.path)? {
                Format::Fbx => fitting_rate(&self.path, &read_bytes(&self.path)?, take)?,
                _ => (Cow::Borrowed(take), None),
            };
            let mut warnings = insert_take(&self.path, output, &take, &InsertOptions::default())?;
            warnings.extend(warning);
            return Ok(WrittenTake::of(&take, warnings));
        }
        let scene = Scene { takes: vec![take.clone()], warnings: Vec::new(), ..self.scene.clone() };
        let warnings = write_scene(output, &scene, &WriteSceneOptions::default())?;
        Ok(WrittenTake::of(take, warnings))
    }
}

/// Prepares clips of `clip`'s rig for `target`.
///
/// # Errors
/// [`RetargetFileError::Retarget`].
pub fn retargeter(clip: &Character, target: &Character) -> Result<Retargeter, RetargetFileError> {
    Retargeter::new(clip.mapped(), target.mapped()).map_err(|source| RetargetFileError::Retarget {
        clip: clip.path.clone(),
        target: target.path.clone(),
        source,
    })
}

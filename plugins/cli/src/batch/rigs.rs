//! The rigs of a batch: targets, read once, and sources as they come.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ropar_core::{
    retarget::{MappedRig, Retargeter, mapping::RigMapping},
    rig::{Rig, canonical_mapping, canonical_rig},
};
use ropar_exporters::{RigFile, scene::Scene};

use super::{
    job::{Job, Target},
    journal::sha256,
};
use crate::failure::Failure;

/// A target, ready for clips.
#[derive(Debug)]
pub struct TargetRig {
    pub file: RigFile,
    pub rig: Rig,
    pub mapping: RigMapping,
    /// Hash of what decides the result: the file, the mapping file and the character.
    pub identity: String,
}

impl TargetRig {
    /// Reads and maps a target.
    pub fn open(target: &Target) -> Result<TargetRig, Failure> {
        let file = RigFile::open(&target.file)?;
        let map = target.map.as_deref().map(read_map).transpose()?;
        let rig = file.scene().rig();
        let mapping = mapping(&target.file, file.scene(), map.as_deref(), target.character)?;
        let parts = format!(
            "{} {} {:?}",
            sha256(file.bytes()),
            map.as_deref().map(|text| sha256(text.as_bytes())).unwrap_or_default(),
            target.character
        );
        let opened = TargetRig { file, rig, mapping, identity: sha256(parts.as_bytes()) };
        // A target that cannot be retargeted to is found before a thousand clips fail on it.
        opened.retargeter(&canonical_rig(), &canonical_mapping()).map_err(|failure| {
            Failure { message: format!("`{}`: {}", target.file.display(), failure.message), ..failure }
        })?;
        Ok(opened)
    }

    /// A retargeter from a source.
    pub fn retargeter(&self, rig: &Rig, mapping: &RigMapping) -> Result<Retargeter, Failure> {
        // Without takes a source whose rest says nothing is aligned by each clip alone, whatever came before it.
        let source = MappedRig { rig, mapping, takes: &[] };
        let target = MappedRig { rig: &self.rig, mapping: &self.mapping, takes: &self.file.scene().takes };
        Ok(Retargeter::new(source, target)?)
    }
}

/// The mapping file of the sources, and its text.
#[derive(Debug)]
pub struct SourceMap {
    pub path: PathBuf,
    pub text: String,
}

impl SourceMap {
    pub fn of(job: &Job) -> Result<Option<SourceMap>, Failure> {
        let open = |path: &PathBuf| Ok(SourceMap { path: path.clone(), text: read_map(path)? });
        job.source_map.as_ref().map(open).transpose()
    }
}

/// Maps the rig of the scene in `path`, by the text of a mapping file where there is one.
pub fn mapping(
    path: &Path,
    scene: &Scene,
    map: Option<&str>,
    character: Option<usize>,
) -> Result<RigMapping, Failure> {
    let rig = scene.rig();
    let found = match (map, character) {
        (Some(text), _) => RigMapping::from_json(text, &rig, character),
        (None, Some(number)) => RigMapping::of_character(&rig, number),
        (None, None) => RigMapping::of(&rig),
    };
    found.map_err(|error| {
        let next = "look at it with `ropar map FILE`; a mapping that was completed by hand goes into the job as `map`";
        Failure::input(format!("`{}`: {error}", path.display()), next)
    })
}

fn read_map(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::input(format!("cannot read `{}`: {error}", path.display()), "check the path and its permissions")
    })
}

//! The rigs of a batch: targets, read once, and sources as they come.

use std::path::Path;

use ropar_core::{
    retarget::{MappedRig, Retargeter, mapping::RigMapping},
    rig::{Rig, canonical_mapping, canonical_rig},
};
use ropar_exporters::{RigFile, scene::Scene};

use super::{job::Target, journal::sha256};
use crate::{commands, failure::Failure, text_file};

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
        let map = target.map.as_deref().map(text_file::read).transpose()?;
        let rig = file.scene().rig();
        let choices = &commands::map::BATCH_TARGET;
        let mapping = mapping(&target.file, file.scene(), map.as_deref(), target.character, choices)?;
        let parts = format!(
            "{} {} {:?}",
            sha256(file.bytes()),
            map.as_deref().map(|text| sha256(text.as_bytes())).unwrap_or_default(),
            target.character
        );
        let opened = TargetRig { file, rig, mapping, identity: sha256(parts.as_bytes()) };
        // A target that cannot be retargeted to is found before a thousand clips fail on it.
        opened.retargeter(&canonical_rig(), &canonical_mapping()).map_err(|failure| Failure {
            message: format!("`{}`: {}", target.file.display(), failure.message),
            ..failure
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

/// Maps the rig of the scene in `path`, by the text of a mapping file where there is one.
pub fn mapping(
    path: &Path,
    scene: &Scene,
    map: Option<&str>,
    character: Option<usize>,
    choices: &commands::map::Choices,
) -> Result<RigMapping, Failure> {
    let found = scene.rig_mapping(character, map);
    found.map_err(|error| commands::map::failure(&path.display().to_string(), &error, choices))
}

//! Model packages: a folder with a `manifest.json`, the ONNX graphs and the tokenizer.
//!
//! Everything the runtime needs to know of a model is in the manifest, so another part scheme or a larger model is
//! another folder and no code. [`Package::open`] answers only when every file is there and its bytes are the ones the
//! manifest was written for. The format is described in `docs/model-package.md`.

mod error;
mod locate;
mod manifest;
mod verify;

use std::path::{Path, PathBuf};

use crate::parts::PartScheme;

pub use self::{
    error::PackageError,
    locate::{DEFAULT_PACKAGES, locate},
    manifest::{
        Attribution, FORMAT_VERSION, FeatureLayout, FileEntry, Licence, Limits, Manifest, PartSchemeReference,
        SamplerDefaults, TrainingData,
    },
};

/// File name of the manifest inside a package.
pub const MANIFEST_FILE: &str = "manifest.json";

/// Names under which the manifest lists the files that every package must have.
pub mod file {
    /// ONNX: token ids to token states.
    pub const TEXT_ENCODER: &str = "text_encoder";
    /// The tokenizer that makes the token ids.
    pub const TOKENIZER: &str = "tokenizer";
    /// ONNX: features to latent tokens, part by part.
    pub const PVAE_ENCODER: &str = "pvae_encoder";
    /// ONNX: latent tokens to features.
    pub const PVAE_DECODER: &str = "pvae_decoder";
    /// ONNX: the masked autoregressive transformer.
    pub const MAR: &str = "mar";
    /// ONNX: the diffusion head's modulations, once per token.
    pub const DIFFUSION_MODULATION: &str = "diffusion_modulation";
    /// ONNX: one flow step of the diffusion head.
    pub const DIFFUSION_STEP: &str = "diffusion_step";
    /// ONNX: the duration that fits a prompt.
    pub const DURATION: &str = "duration";

    /// All of them.
    pub const REQUIRED: [&str; 8] =
        [TEXT_ENCODER, TOKENIZER, PVAE_ENCODER, PVAE_DECODER, MAR, DIFFUSION_MODULATION, DIFFUSION_STEP, DURATION];
}

/// A verified model package.
#[derive(Debug, Clone)]
pub struct Package {
    folder: PathBuf,
    manifest: Manifest,
}

impl Package {
    /// Reads the manifest and verifies presence, size and SHA-256 of every file it lists.
    ///
    /// Files are hashed side by side; 48 MB take 30 to 200 ms, depending on the processor's SHA instructions.
    ///
    /// # Errors
    /// Every [`PackageError`] names the file at fault.
    pub fn open(folder: &Path) -> Result<Self, PackageError> {
        let package = Self::read(folder)?;
        verify::verify_files(&package.folder, &package.manifest)?;
        Ok(package)
    }

    /// Reads and checks the manifest alone, without touching the other files: enough to show what a package is.
    ///
    /// # Errors
    /// As [`open`](Self::open), for the manifest.
    pub fn read(folder: &Path) -> Result<Self, PackageError> {
        if !folder.is_dir() {
            return Err(PackageError::FolderMissing { folder: folder.to_path_buf() });
        }
        let manifest = Manifest::read(&folder.join(MANIFEST_FILE))?;
        Ok(Self { folder: folder.to_path_buf(), manifest })
    }

    /// The package's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The body parts that the package's tokens stand for.
    ///
    /// # Errors
    /// [`PackageError::ManifestInvalid`] where the manifest's scheme is unknown or not valid.
    pub fn part_scheme(&self) -> Result<PartScheme, PackageError> {
        match &self.manifest.part_scheme {
            PartSchemeReference::Named(name) => PartScheme::built_in(name),
            PartSchemeReference::Inline(json) => {
                PartScheme::from_json(&serde_json::Value::Object(json.clone()).to_string())
            }
        }
        .map_err(|error| PackageError::ManifestInvalid {
            manifest: self.folder.join(MANIFEST_FILE),
            reason: format!("`part_scheme`: {error}"),
        })
    }

    /// What hosts show of a package, as a JSON object: `folder`, `manifest` and the names of the `parts`.
    ///
    /// # Errors
    /// As [`part_scheme`](Self::part_scheme).
    pub fn summary(&self) -> Result<serde_json::Value, PackageError> {
        let scheme = self.part_scheme()?;
        let parts: Vec<&str> = scheme.parts().iter().map(|part| part.name.as_str()).collect();
        Ok(serde_json::json!({ "folder": self.folder.to_string_lossy(), "manifest": self.manifest, "parts": parts }))
    }

    /// Path of a listed file, by its name in the manifest (see [`file`]).
    ///
    /// # Errors
    /// [`PackageError::EntryMissing`] where the manifest lists no such file.
    pub fn path(&self, name: &str) -> Result<PathBuf, PackageError> {
        match self.manifest.files.get(name) {
            Some(entry) => Ok(self.folder.join(&entry.path)),
            None => {
                Err(PackageError::EntryMissing { manifest: self.folder.join(MANIFEST_FILE), name: name.to_owned() })
            }
        }
    }
}

#[cfg(test)]
mod tests;

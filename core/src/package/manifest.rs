//! `manifest.json`, field by field. `docs/model-package.md` shows an example.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    ops::RangeInclusive,
    path::{Component, Path},
};

use serde::{Deserialize, Serialize};

use super::{PackageError, file};
use crate::{
    engine::SHORTEST_SECONDS,
    features::{FEATURE_COUNT, LAYOUT_NAME},
    skeleton::SKELETON_NAME,
};

/// The newest manifest format that this version reads. It is raised when an older reader would misread a package;
/// fields that a reader may ignore are added without raising it.
pub const FORMAT_VERSION: u32 = 1;

/// A manifest is a few kilobytes; a larger file is something else.
const MAXIMUM_BYTES: u64 = 4 << 20;

/// Largest counts and sizes: as many rounds and steps as a request may ask for, and sizes whose products overflow nothing.
const MOST_ROUNDS: usize = 200;
const MOST: usize = 1 << 16;
/// Frames per second of features, and seconds of the longest motion: beyond these a request would end in an allocation
/// that fails.
const FRAME_RATES: RangeInclusive<f32> = 1.0..=240.0;
const LONGEST_SECONDS: RangeInclusive<f32> = SHORTEST_SECONDS..=3600.0;

/// What a model package says about itself. Unknown fields are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the manifest, see [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the package, such as `ropar-base`.
    pub name: String,
    /// Version of the weights, such as `0.1.0`.
    pub version: String,
    /// The skeleton the model moves: [`SKELETON_NAME`].
    pub skeleton: String,
    /// The body parts that tokens stand for.
    pub part_scheme: PartSchemeReference,
    /// The features that the P-VAE reads and writes.
    pub features: FeatureLayout,
    /// Frames per second of the features, 1 to 240.
    pub frame_rate: f32,
    /// Frames that one token covers.
    pub frames_per_token: usize,
    /// Channels of one latent token.
    pub latent_size: usize,
    /// What the sampler does when the host does not say.
    pub sampler: SamplerDefaults,
    /// What the model was made for.
    pub limits: Limits,
    /// Name of the text encoder, such as `all-MiniLM-L6-v2`.
    pub text_encoder: String,
    /// Terms of the weights.
    pub licence: Licence,
    /// Whom to name, and for what.
    #[serde(default)]
    pub attribution: Vec<Attribution>,
    /// What the weights saw.
    #[serde(default)]
    pub training_data: Vec<TrainingData>,
    /// Measured figures, free in form.
    #[serde(default)]
    pub measured: serde_json::Value,
    /// Every file of the package by its name, see [`file`].
    pub files: BTreeMap<String, FileEntry>,
}

/// The part scheme by name, or written out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PartSchemeReference {
    /// One of the built-in schemes: `three`, `five`, `seven`, `nine`.
    Named(String),
    /// A scheme in the form of the built-in data files.
    Inline(serde_json::Map<String, serde_json::Value>),
}

/// The features of one frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureLayout {
    /// Name of the layout: [`LAYOUT_NAME`].
    pub layout: String,
    /// Values per frame: [`FEATURE_COUNT`].
    pub channels: usize,
}

/// Defaults of the sampler.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SamplerDefaults {
    /// Rounds of masked autoregression, 1 to 200; each commits a share of the tokens.
    pub iterations: usize,
    /// Euler steps of the diffusion head for each token, 1 to 200.
    pub steps: usize,
    /// Classifier-free guidance scale; 1 is none.
    pub guidance: f32,
    /// Share of the guidance's excess over 1 that is gone in the last round, 0 to 1.
    #[serde(default)]
    pub guidance_decay: f32,
    /// Deviation of the noise that a latent begins as; below 1, samples are steadier and less varied.
    #[serde(default = "unit")]
    pub temperature: f32,
}

fn unit() -> f32 {
    1.0
}

/// Limits of the model. A request outside of them is refused, not bent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Tokens in time that the transformer sees at once: at least [`SHORTEST_SECONDS`].
    pub max_tokens_per_window: usize,
    /// Longest motion in seconds, [`SHORTEST_SECONDS`] to an hour.
    pub max_seconds: f32,
    /// Characters of a prompt.
    pub max_prompt_characters: usize,
    /// Text tokens of a prompt, its two border tokens included.
    pub max_text_tokens: usize,
}

/// Terms under which the weights may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// SPDX identifier, such as `CC-BY-NC-4.0`.
    pub id: String,
    /// What a user must know, in a sentence or two.
    pub notice: String,
    /// Whether commercial use is allowed.
    pub commercial: bool,
}

/// Somebody to name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// The work.
    pub work: String,
    /// Its authors or owner.
    pub author: String,
    /// Its licence.
    pub licence: String,
    /// What was changed, where the licence asks for it.
    #[serde(default)]
    pub changes: String,
}

/// A part of the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingData {
    /// Name of the source.
    pub source: String,
    /// Number of clips.
    pub clips: usize,
    /// Their length in hours.
    pub hours: f32,
    /// Their licence.
    pub licence: String,
}

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the package's folder, with forward slashes.
    pub path: String,
    /// SHA-256 of its bytes in lower-case hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Read before the rest, so that a newer manifest is called newer and not broken.
#[derive(Deserialize)]
struct FormatVersion {
    format_version: u64,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// [`PackageError`], each naming `path`.
    pub fn read(path: &Path) -> Result<Self, PackageError> {
        let unreadable = |reason: String| PackageError::FileUnreadable { file: path.to_path_buf(), reason };
        let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => PackageError::ManifestMissing { manifest: path.to_path_buf() },
            _ => unreadable(error.to_string()),
        })?;
        if metadata.len() > MAXIMUM_BYTES {
            return Err(invalid(path, format!("{} bytes are too many", metadata.len())));
        }
        Self::parse(&std::fs::read(path).map_err(|error| unreadable(error.to_string()))?, path)
    }

    /// Checks the bytes of a manifest; `path` is for messages.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, PackageError> {
        let version: FormatVersion = serde_json::from_slice(bytes).map_err(|error| invalid(path, error.to_string()))?;
        if version.format_version > u64::from(FORMAT_VERSION) {
            return Err(PackageError::NewerFormat {
                manifest: path.to_path_buf(),
                found: version.format_version,
                supported: FORMAT_VERSION,
            });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| invalid(path, error.to_string()))?;
        manifest.check(path)?;
        Ok(manifest)
    }

    fn check(&self, path: &Path) -> Result<(), PackageError> {
        let known =
            [("skeleton", &self.skeleton, SKELETON_NAME), ("features.layout", &self.features.layout, LAYOUT_NAME)];
        if let Some((field, found, expected)) = known.iter().find(|(_, found, expected)| found != expected) {
            return Err(invalid(path, format!("`{field}` is `{found}`, and only `{expected}` is known")));
        }
        if self.features.channels != FEATURE_COUNT {
            return Err(invalid(path, format!("`features.channels` must be {FEATURE_COUNT}, as `{LAYOUT_NAME}` has")));
        }
        let whole = [
            ("frames_per_token", self.frames_per_token, MOST),
            ("latent_size", self.latent_size, MOST),
            ("sampler.iterations", self.sampler.iterations, MOST_ROUNDS),
            ("sampler.steps", self.sampler.steps, MOST_ROUNDS),
            ("limits.max_tokens_per_window", self.limits.max_tokens_per_window, MOST),
            ("limits.max_prompt_characters", self.limits.max_prompt_characters, MOST),
            ("limits.max_text_tokens", self.limits.max_text_tokens, MOST),
        ];
        if let Some((field, _, most)) = whole.iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
            return Err(invalid(path, format!("`{field}` must be 1 to {most}")));
        }
        let positive = [("sampler.guidance", self.sampler.guidance), ("sampler.temperature", self.sampler.temperature)];
        if let Some((field, _)) = positive.iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            return Err(invalid(path, format!("`{field}` must be a positive number")));
        }
        let ranges = [
            ("frame_rate", self.frame_rate, FRAME_RATES),
            ("sampler.guidance_decay", self.sampler.guidance_decay, 0.0..=1.0),
            ("limits.max_seconds", self.limits.max_seconds, LONGEST_SECONDS),
        ];
        if let Some((field, _, range)) = ranges.iter().find(|(_, value, range)| !range.contains(value)) {
            return Err(invalid(path, format!("`{field}` must be {} to {}", range.start(), range.end())));
        }
        let window = (self.limits.max_tokens_per_window * self.frames_per_token) as f32 / self.frame_rate;
        if window < SHORTEST_SECONDS {
            let reason = format!(
                "`limits.max_tokens_per_window` tokens last {window} s, and the shortest motion is {SHORTEST_SECONDS} s"
            );
            return Err(invalid(path, reason));
        }
        for (name, entry) in &self.files {
            if !stays_inside(&entry.path) {
                return Err(PackageError::PathEscapes {
                    manifest: path.to_path_buf(),
                    name: name.clone(),
                    path: entry.path.clone(),
                });
            }
            if entry.sha256.len() != 64 || !entry.sha256.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(invalid(path, format!("`files.{name}.sha256` must be 64 hexadecimal digits")));
            }
        }
        match file::REQUIRED.iter().find(|name| !self.files.contains_key(**name)) {
            Some(name) => Err(PackageError::EntryMissing { manifest: path.to_path_buf(), name: (*name).to_owned() }),
            None => Ok(()),
        }
    }
}

fn invalid(path: &Path, reason: String) -> PackageError {
    PackageError::ManifestInvalid { manifest: path.to_path_buf(), reason }
}

/// Plain names below the folder only. Backslash and colon are separators on Windows and refused everywhere, so that a
/// package is judged the same on every machine.
fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
}

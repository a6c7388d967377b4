//! What can be wrong with a model package.

use std::path::PathBuf;

/// Failures of reading or verifying a package. Every message names the file at fault;
/// [`next_step`](Self::next_step) says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// No package was named and none was found.
    #[error("no model package was found; looked for {}", .searched.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "))]
    NotFound {
        /// The places that were searched.
        searched: Vec<PathBuf>,
    },
    /// The folder is not there.
    #[error("there is no model package folder {}", .folder.display())]
    FolderMissing {
        /// The folder as given.
        folder: PathBuf,
    },
    /// The folder holds no manifest.
    #[error("{} is missing: the folder is not a model package", .manifest.display())]
    ManifestMissing {
        /// Where the manifest should be.
        manifest: PathBuf,
    },
    /// The manifest is not the JSON that the format describes.
    #[error("{} is not a valid manifest: {reason}", .manifest.display())]
    ManifestInvalid {
        /// The manifest.
        manifest: PathBuf,
        /// What is wrong, with line and column or the field's name.
        reason: String,
    },
    /// The package was made for a newer version of this software.
    #[error("{} has format version {found}, this version reads up to {supported}", .manifest.display())]
    NewerFormat {
        /// The manifest.
        manifest: PathBuf,
        /// Its format version.
        found: u64,
        /// The newest that can be read.
        supported: u32,
    },
    /// The manifest lists no file under a name that is needed.
    #[error("{} lists no `{name}`", .manifest.display())]
    EntryMissing {
        /// The manifest.
        manifest: PathBuf,
        /// The name.
        name: String,
    },
    /// A listed path leads out of the package's folder.
    #[error("{} lists `{name}` as {path:?}, which is outside of the package", .manifest.display())]
    PathEscapes {
        /// The manifest.
        manifest: PathBuf,
        /// The entry's name.
        name: String,
        /// The path as listed.
        path: String,
    },
    /// A listed file is not there.
    #[error("{} is missing from the model package", .file.display())]
    FileMissing {
        /// The file.
        file: PathBuf,
    },
    /// A file could not be read.
    #[error("{} cannot be read: {reason}", .file.display())]
    FileUnreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A file has another size than listed.
    #[error("{} has {found} bytes instead of {expected}: it is incomplete or was changed", .file.display())]
    FileSize {
        /// The file.
        file: PathBuf,
        /// Bytes listed in the manifest.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// A file has the listed size and other contents.
    #[error("{} does not match its SHA-256: it was changed or damaged", .file.display())]
    FileHash {
        /// The file.
        file: PathBuf,
    },
}

impl PackageError {
    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "name the package's folder (on the command line with --package)",
            Self::FolderMissing { .. } | Self::ManifestMissing { .. } => {
                "name the folder that holds manifest.json, or ropar-base or ropar-open, which ship"
            }
            Self::NewerFormat { .. } => "update ropar, or use an older model package",
            Self::ManifestInvalid { .. } | Self::EntryMissing { .. } | Self::PathEscapes { .. } => {
                "export the package again, or get a fresh copy from whom you have it"
            }
            Self::FileMissing { .. } | Self::FileSize { .. } | Self::FileHash { .. } => {
                "copy the whole package again (with Git, check that large files were fetched)"
            }
            Self::FileUnreadable { .. } => "check the file's permissions and the disk",
        }
    }
}

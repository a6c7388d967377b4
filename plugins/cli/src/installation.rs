//! Where a launcher keeps the model package and the ONNX Runtime library, besides the program's own places.

use std::{path::PathBuf, sync::OnceLock};

static FOLDERS: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// Settles the folders for the life of the process; later calls change nothing.
pub fn settle(folders: Vec<PathBuf>) {
    let _ = FOLDERS.set(folders);
}

/// The folders of the launcher, none for the program itself.
pub fn folders() -> &'static [PathBuf] {
    FOLDERS.get().map_or(&[], Vec::as_slice)
}

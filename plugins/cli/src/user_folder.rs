//! Where ropar keeps what it installs for a user. Only this client reads environment variables; the library never does.

use std::path::{Path, PathBuf};

/// The folder of the installed ONNX Runtime, whether it exists or not; `None` on a system without a home folder.
pub fn runtime() -> Option<PathBuf> {
    data().map(|folder| folder.join("onnxruntime"))
}

/// `%LOCALAPPDATA%\ropar`, `~/Library/Application Support/ropar`, or `$XDG_DATA_HOME/ropar` (`~/.local/share/ropar`).
fn data() -> Option<PathBuf> {
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|folder| folder.join("ropar"))
}

/// The XDG specification has relative paths ignored; nothing good comes of them elsewhere either.
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| Path::is_absolute(path))
}

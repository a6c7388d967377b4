//! Where an ONNX Runtime library may lie.

use std::{
    ffi::CStr,
    path::{Path, PathBuf},
};

use super::RuntimeError;

/// The ONNX Runtime library inside `folder`, if there is one.
///
/// The name varies with the platform and often carries the version (`libonnxruntime.so.1.31.1`); of several versions
/// the one whose name sorts last is taken. Provider plug-ins (`libonnxruntime_providers_cuda.so`) are not it.
pub fn library_file_in(folder: &Path) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_library_name) && path.is_file())
        .collect();
    found.sort();
    found.pop()
}

fn is_library_name(name: &str) -> bool {
    if cfg!(windows) {
        name.eq_ignore_ascii_case("onnxruntime.dll")
    } else if cfg!(target_os = "macos") {
        name.strip_prefix("libonnxruntime").is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".dylib"))
    } else {
        name.strip_prefix("libonnxruntime.so").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// The library that the host named: the file itself, or the one inside the named folder.
pub(super) fn named(path: &Path) -> Result<PathBuf, RuntimeError> {
    let file = if path.is_dir() { library_file_in(path) } else { path.is_file().then(|| path.to_path_buf()) };
    let file = file.ok_or_else(|| RuntimeError::LibraryMissing { path: path.to_path_buf() })?;
    // A bare file name would make the loader search the system's folders instead of this one.
    std::path::absolute(&file).map_err(|error| RuntimeError::LibraryUnusable { path: file, reason: error.to_string() })
}

/// The folders that are searched when no library is named: beside the executable, `../lib` of it, then the host's own.
pub(super) fn folders(further: &[PathBuf]) -> Vec<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|executable| executable.parent().map(Path::to_path_buf));
    let mut folders = Vec::new();
    if let Some(folder) = beside {
        if let Some(parent) = folder.parent() {
            folders.push(parent.join("lib"));
        }
        folders.insert(0, folder);
    }
    folders.extend(further.iter().cloned());
    folders
}

/// The version that a loaded ONNX Runtime library states, such as `1.31.1`; `unknown` where it states none.
pub(super) fn version(path: &Path) -> String {
    // SAFETY: the library is already loaded and initialised, so this adds a reference and runs no code of it. The
    // function has had this name and type since ONNX Runtime 1.0, and both the structure and the string are static.
    let version = unsafe {
        libloading::Library::new(path).ok().and_then(|library| {
            let base = library.get::<unsafe extern "C" fn() -> *const ort::sys::OrtApiBase>(b"OrtGetApiBase").ok()?;
            let text = base().as_ref().map(|base| (base.GetVersionString)())?;
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        })
    };
    version.unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn takes_the_library_and_not_its_provider_plugins() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for name in ["libonnxruntime_providers_cuda.so", "libonnxruntime.so.1.30.0", "libonnxruntime.so.1.31.1", "x.so"]
        {
            std::fs::write(folder.path().join(name), b"").expect("write");
        }
        assert_eq!(library_file_in(folder.path()), Some(folder.path().join("libonnxruntime.so.1.31.1")));
    }

    #[test]
    fn a_named_library_that_is_not_there_is_an_error_with_its_path() {
        let error = named(Path::new("/nowhere/libonnxruntime.so")).expect_err("missing");
        assert!(error.to_string().contains("/nowhere/libonnxruntime.so"), "{error}");
        let folder = tempfile::tempdir().expect("temporary folder");
        assert!(matches!(named(folder.path()), Err(RuntimeError::LibraryMissing { .. })));
    }
}

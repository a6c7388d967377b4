//! The process-wide environment of the backend: opened once, shared afterwards.

use std::{
    panic::catch_unwind,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ort::logging::LogLevel;

use super::{Backend, BackendChoice, RuntimeError, RuntimeOptions, library};

/// The environment of this process and which backend it belongs to.
#[derive(Clone)]
pub(super) struct SharedEnvironment {
    pub(super) environment: ort::environment::Environment,
    pub(super) backend: Backend,
}

/// Kept for the life of the process, because a second environment cannot be created.
static OPEN: Mutex<Option<SharedEnvironment>> = Mutex::new(None);

/// Opens the backend that `options` ask for, or answers the one this process already runs on.
///
/// Reasons for not using ONNX Runtime under `auto` are added to `fallbacks`.
pub(super) fn open(options: &RuntimeOptions, fallbacks: &mut Vec<String>) -> Result<SharedEnvironment, RuntimeError> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = open.as_ref() {
        check_compatible(options, &environment.backend)?;
        return Ok(environment.clone());
    }
    let environment = match options.backend {
        BackendChoice::Embedded => open_embedded()?,
        BackendChoice::OnnxRuntime => open_onnx_runtime(&find_library(options)?)?,
        // A library that was named is an explicit wish: no fall-back.
        BackendChoice::Auto if options.library.is_some() => open_onnx_runtime(&find_library(options)?)?,
        BackendChoice::Auto => open_best(options, fallbacks)?,
    };
    *open = Some(environment.clone());
    Ok(environment)
}

fn open_best(options: &RuntimeOptions, fallbacks: &mut Vec<String>) -> Result<SharedEnvironment, RuntimeError> {
    let found = match find_library(options) {
        // Nothing installed is the normal state of a fresh machine and not worth a warning.
        Err(error @ RuntimeError::LibraryNotFound { .. }) => {
            log::info!("{error}");
            return open_embedded().map_err(|_| error);
        }
        other => other?,
    };
    match open_onnx_runtime(&found) {
        Ok(environment) => Ok(environment),
        Err(error) => {
            fallbacks.push(format!("{error}; using the embedded backend"));
            open_embedded().map_err(|_| error)
        }
    }
}

fn find_library(options: &RuntimeOptions) -> Result<PathBuf, RuntimeError> {
    if let Some(path) = &options.library {
        return library::named(path);
    }
    let folders = library::folders(&options.library_folders);
    match folders.iter().find_map(|folder| library::library_file_in(folder)) {
        Some(file) => library::named(&file),
        None => Err(RuntimeError::LibraryNotFound { searched: folders }),
    }
}

/// Says whether what is open satisfies what is asked for.
fn check_compatible(options: &RuntimeOptions, open: &Backend) -> Result<(), RuntimeError> {
    let conflict = |asked: String| RuntimeError::BackendConflict { asked, open: open.to_string() };
    match (options.backend, open) {
        (BackendChoice::Embedded, Backend::OnnxRuntime { .. }) => Err(conflict("the embedded backend".into())),
        (BackendChoice::OnnxRuntime, Backend::Embedded) => Err(conflict("ONNX Runtime".into())),
        _ => match (&options.library, open) {
            (Some(path), Backend::OnnxRuntime { library, .. }) if library::named(path)? != *library => {
                Err(conflict(format!("the library {}", path.display())))
            }
            (Some(path), Backend::Embedded) if options.backend == BackendChoice::Auto => {
                Err(conflict(format!("the library {}", path.display())))
            }
            _ => Ok(()),
        },
    }
}

fn open_onnx_runtime(path: &Path) -> Result<SharedEnvironment, RuntimeError> {
    let unusable =
        |reason: String| RuntimeError::LibraryUnusable { path: path.to_path_buf(), reason: one_line(&reason) };
    // `ort` panics where the library answers no API table.
    let environment = catch_unwind(|| {
        let environment = ort::init_from(path)
            .map_err(|error| error.to_string())?
            .with_name("ropar")
            .with_telemetry(false)
            .with_logger(Arc::new(forward_log))
            .build()
            .map_err(|error| error.to_string())?;
        environment.set_log_level(LogLevel::Warning);
        Ok::<_, String>((environment, library::version(path)))
    })
    .map_err(|_| unusable("it answers no interface of the expected version".into()))?;
    let (environment, version) = environment.map_err(unusable)?;
    Ok(SharedEnvironment { environment, backend: Backend::OnnxRuntime { library: path.to_path_buf(), version } })
}

#[cfg(feature = "embedded")]
fn open_embedded() -> Result<SharedEnvironment, RuntimeError> {
    let unusable = |reason: String| RuntimeError::LibraryUnusable { path: "the embedded backend".into(), reason };
    if !ort::set_api(ort_tract::api()) {
        // Only after a library loaded far enough to fill the API table and then failed.
        return Err(RuntimeError::BackendConflict {
            asked: "the embedded backend".into(),
            open: "an ONNX Runtime library that failed to start".into(),
        });
    }
    let environment = catch_unwind(|| ort::init().with_name("ropar").with_telemetry(false).build())
        .map_err(|_| unusable("it failed to start".into()))?
        .map_err(|error| unusable(error.to_string()))?;
    Ok(SharedEnvironment { environment, backend: Backend::Embedded })
}

#[cfg(not(feature = "embedded"))]
fn open_embedded() -> Result<SharedEnvironment, RuntimeError> {
    Err(RuntimeError::EmbeddedNotBuilt)
}

/// Passes ONNX Runtime's own messages on to the `log` crate, so that hosts decide what is shown.
fn forward_log(level: LogLevel, _category: &str, _id: &str, _location: &str, message: &str) {
    let level = match level {
        LogLevel::Fatal | LogLevel::Error => log::Level::Error,
        LogLevel::Warning => log::Level::Warn,
        LogLevel::Info => log::Level::Info,
        LogLevel::Verbose => log::Level::Trace,
    };
    log::log!(target: "onnxruntime", level, "{message}");
}

/// Backend messages may span lines; errors are shown on one.
pub(super) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_one_line() {
        assert_eq!(one_line("a\n  b\tc "), "a b c");
    }
}

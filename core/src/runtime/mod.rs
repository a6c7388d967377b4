//! The one seam to neural-network inference.
//!
//! Everything above this module names graphs and tensors and knows nothing of what runs them. Below it are two
//! backends that run the same ONNX files:
//!
//! * **ONNX Runtime**, a shared library loaded at run time from a path the host gives or from beside this library; with
//!   it come the CUDA and TensorRT providers;
//! * the **embedded** backend (tract, pure Rust, one thread), compiled in with the cargo feature `embedded`, which needs
//!   nothing installed.
//!
//! ```no_run
//! use ropar_core::runtime::{Runtime, RuntimeOptions, TensorView};
//!
//! let runtime = Runtime::open(&RuntimeOptions::default())?;
//! let encoder = runtime.load("models/pretrained/ropar-base/text_encoder.onnx".as_ref())?;
//! let (ids, mask) = ([101, 2022, 102], [1, 1, 1]);
//! let mut outputs = encoder.run(&[
//!     ("input_ids", TensorView::integers(&[1, 3], &ids)),
//!     ("attention_mask", TensorView::integers(&[1, 3], &mask)),
//! ])?;
//! let states = outputs.take("token_states")?; // shape [1, 3, 384]
//! # Ok::<(), ropar_core::runtime::RuntimeError>(())
//! ```
//!
//! # One backend per process
//! ONNX Runtime's environment is global. The first successful [`Runtime::open`] decides the backend (and the library
//! file) of the process; later calls share it, and an explicit request for another one is
//! [`RuntimeError::BackendConflict`].

mod assignment;
mod backend;
mod error;
mod library;
mod provider;
mod run;
mod session;
mod tensor;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::SystemTime,
};

use serde::Serialize;

pub use self::{
    error::RuntimeError,
    library::library_file_in,
    session::{Session, TensorInfo},
    tensor::{ElementType, FloatTensor, Outputs, TensorView},
};

/// Which backend a host asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendChoice {
    /// ONNX Runtime where its library is found, the embedded backend otherwise. A fall-back is logged.
    #[default]
    Auto,
    /// ONNX Runtime or an error.
    OnnxRuntime,
    /// The embedded backend or an error.
    Embedded,
}

/// Which execution provider a host asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderChoice {
    /// CUDA where it works, the CPU otherwise. A fall-back is logged. TensorRT is never chosen automatically, because
    /// it spends minutes on building its engines.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// NVIDIA CUDA or an error.
    Cuda,
    /// NVIDIA TensorRT or an error.
    TensorRt,
}

/// An execution provider that really runs graph nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The CPU.
    Cpu,
    /// NVIDIA CUDA.
    Cuda,
    /// NVIDIA TensorRT.
    TensorRt,
}

/// A word that names no [`BackendChoice`] or [`ProviderChoice`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of {known}")]
pub struct UnknownChoice {
    word: String,
    known: &'static str,
}

impl FromStr for BackendChoice {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "auto" => Ok(Self::Auto),
            "onnxruntime" => Ok(Self::OnnxRuntime),
            "embedded" => Ok(Self::Embedded),
            _ => Err(UnknownChoice { word: word.to_owned(), known: "auto, onnxruntime, embedded" }),
        }
    }
}

impl FromStr for ProviderChoice {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            "tensorrt" => Ok(Self::TensorRt),
            _ => Err(UnknownChoice { word: word.to_owned(), known: "auto, cpu, cuda, tensorrt" }),
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cpu => "CPU",
            Self::Cuda => "CUDA",
            Self::TensorRt => "TensorRT",
        })
    }
}

/// How to open the runtime. The default asks for nothing in particular.
#[derive(Debug, Clone, Default)]
pub struct RuntimeOptions {
    /// The backend.
    pub backend: BackendChoice,
    /// The execution provider.
    pub provider: ProviderChoice,
    /// The ONNX Runtime library, or a folder that holds it. `None`: it is looked for beside the executable and in
    /// [`library_folders`](Self::library_folders).
    pub library: Option<PathBuf>,
    /// Further folders to look for the ONNX Runtime library in, such as the user's data folder of the host.
    pub library_folders: Vec<PathBuf>,
    /// Threads within one operator. `None`: one per physical core that this process may use. The embedded backend
    /// always runs on one thread.
    pub threads: Option<usize>,
}

/// The backend in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum Backend {
    /// ONNX Runtime from a shared library.
    OnnxRuntime {
        /// The library file that was loaded.
        library: PathBuf,
        /// The version the library states, such as `1.31.1`.
        version: String,
    },
    /// The compiled-in pure-Rust backend.
    Embedded,
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnnxRuntime { library, version } => {
                write!(formatter, "ONNX Runtime {version} ({})", library.display())
            }
            Self::Embedded => formatter.write_str("embedded (tract)"),
        }
    }
}

/// What is really in use, as `ropar info` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuntimeReport {
    /// The backend.
    pub backend: Backend,
    /// The provider that sessions are created with. Nodes it cannot run stay on the CPU.
    pub provider: Provider,
    /// Threads within one operator.
    pub threads: usize,
    /// Why something better was not used, in the order it was tried. Empty when nothing was given up.
    pub fallbacks: Vec<String>,
}

/// An open backend and its cache of sessions. Cheap to clone; clones share the cache.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    environment: backend::SharedEnvironment,
    report: RuntimeReport,
    /// Weak, so that a model package that nobody uses any more frees its memory.
    sessions: Mutex<HashMap<FileIdentity, Weak<Session>>>,
}

/// Tells a file that was replaced under the same name from the one that was loaded.
#[derive(PartialEq, Eq, Hash)]
struct FileIdentity {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Runtime").field("report", &self.inner.report).finish_non_exhaustive()
    }
}

impl Runtime {
    /// Opens the backend and settles the provider.
    ///
    /// # Errors
    /// What was asked for explicitly and is not there is an error: a library path, a backend or a provider. With `auto`
    /// the next best is taken, logged as a warning and listed in [`RuntimeReport::fallbacks`].
    pub fn open(options: &RuntimeOptions) -> Result<Self, RuntimeError> {
        let mut fallbacks = Vec::new();
        let needs_onnx_runtime = match options.provider {
            ProviderChoice::Cuda | ProviderChoice::TensorRt => true,
            ProviderChoice::Auto | ProviderChoice::Cpu => false,
        };
        let environment = match options.backend {
            BackendChoice::Embedded if needs_onnx_runtime => {
                return Err(RuntimeError::ProviderUnavailable {
                    provider: provider::explicit(options.provider),
                    reason: "the embedded backend runs on the CPU only".into(),
                });
            }
            // A GPU provider is asked for: without ONNX Runtime there is nothing to fall back to.
            BackendChoice::Auto if needs_onnx_runtime => backend::open(
                &RuntimeOptions { backend: BackendChoice::OnnxRuntime, ..options.clone() },
                &mut fallbacks,
            )?,
            _ => backend::open(options, &mut fallbacks)?,
        };
        let (threads, provider) = match environment.backend {
            Backend::Embedded => (1, Provider::Cpu),
            Backend::OnnxRuntime { .. } => {
                let threads = options.threads.filter(|&threads| threads > 0).unwrap_or_else(physical_cores);
                (threads, provider::settle(&environment, options.provider, &mut fallbacks)?)
            }
        };
        for fallback in &fallbacks {
            log::warn!("{fallback}");
        }
        let report = RuntimeReport { backend: environment.backend.clone(), provider, threads, fallbacks };
        Ok(Self { inner: Arc::new(Inner { environment, report, sessions: Mutex::default() }) })
    }

    /// What is really in use.
    pub fn report(&self) -> &RuntimeReport {
        &self.inner.report
    }

    /// Loads an ONNX graph, or answers the session that already holds it.
    ///
    /// # Errors
    /// [`RuntimeError::GraphUnreadable`] where the file is missing, is no ONNX graph or uses an operator that the
    /// backend lacks; [`RuntimeError::ProviderUnavailable`] where a GPU provider was asked for and runs no node.
    pub fn load(&self, path: &Path) -> Result<Arc<Session>, RuntimeError> {
        let identity = FileIdentity::of(path)?;
        if let Some(session) = self.sessions().get(&identity).and_then(Weak::upgrade) {
            return Ok(session);
        }
        // The lock is not held while the graph is optimised: graphs load side by side. Two threads that load the same
        // graph at once do the work twice, and the later one replaces the entry.
        let session = Arc::new(Session::create(&self.inner.environment, &self.inner.report, path)?);
        let mut sessions = self.sessions();
        sessions.retain(|_, session| session.strong_count() > 0);
        sessions.insert(identity, Arc::downgrade(&session));
        Ok(session)
    }

    /// Loads several graphs at once, each on its own thread, and answers them in the order of `paths`.
    ///
    /// # Errors
    /// The first one of [`load`](Self::load).
    pub fn load_all<const COUNT: usize>(&self, paths: [&Path; COUNT]) -> Result<[Arc<Session>; COUNT], RuntimeError> {
        let sessions: Vec<Arc<Session>> = std::thread::scope(|scope| {
            let loading = paths.map(|path| (path, scope.spawn(move || self.load(path))));
            loading
                .into_iter()
                .map(|(path, thread)| {
                    thread.join().unwrap_or_else(|_| Err(RuntimeError::Panicked { graph: path.to_path_buf() }))
                })
                .collect::<Result<_, _>>()
        })?;
        Ok(std::array::from_fn(|index| Arc::clone(&sessions[index])))
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<FileIdentity, Weak<Session>>> {
        // The map is valid between any two operations, so a thread that panicked leaves nothing broken behind.
        self.inner.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileIdentity {
    fn of(path: &Path) -> Result<Self, RuntimeError> {
        let metadata = std::fs::metadata(path)
            .map_err(|error| RuntimeError::GraphUnreadable { graph: path.to_path_buf(), reason: error.to_string() })?;
        Ok(Self { path: path.to_path_buf(), bytes: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// Physical cores that this process may use: hyper-threads share the vector units that inference lives on.
fn physical_cores() -> usize {
    let allowed = std::thread::available_parallelism().map_or(1, usize::from);
    num_cpus::get_physical().clamp(1, allowed)
}

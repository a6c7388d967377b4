//! What can go wrong between a graph file and a tensor.

use std::path::PathBuf;

use super::{ElementType, Provider};

/// Failures of the inference backend. Every message is one line; [`next_step`](Self::next_step) says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The library that the host named is not there.
    #[error("there is no ONNX Runtime library at {}", .path.display())]
    LibraryMissing {
        /// The path as given.
        path: PathBuf,
    },
    /// ONNX Runtime was asked for and no library was found.
    #[error("no ONNX Runtime library was found in {}", display_list(.searched))]
    LibraryNotFound {
        /// The folders that were searched.
        searched: Vec<PathBuf>,
    },
    /// A file was found but is not a usable ONNX Runtime.
    #[error("{} cannot be used as ONNX Runtime: {reason}", .path.display())]
    LibraryUnusable {
        /// The library file.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// This build has no embedded backend.
    #[error("this build has no embedded backend")]
    EmbeddedNotBuilt,
    /// Another backend is already open in this process.
    #[error("{asked} was asked for, but this process already runs on {open}")]
    BackendConflict {
        /// What was asked for.
        asked: String,
        /// What is open.
        open: String,
    },
    /// The provider that was asked for does not work here.
    #[error("the {provider} provider is not available: {reason}")]
    ProviderUnavailable {
        /// The provider.
        provider: Provider,
        /// What the backend said.
        reason: String,
    },
    /// The graph could not be loaded.
    #[error("{} cannot be loaded: {reason}", .graph.display())]
    GraphUnreadable {
        /// The graph file.
        graph: PathBuf,
        /// What the backend said.
        reason: String,
    },
    /// The graph has no such input or output.
    #[error("{} has no tensor `{tensor}`; it has {known}", .graph.display())]
    TensorUnknown {
        /// The graph file.
        graph: PathBuf,
        /// The name that was asked for.
        tensor: String,
        /// The names there are.
        known: String,
    },
    /// An input was not given.
    #[error("{} needs the input `{tensor}`, which was not given", .graph.display())]
    TensorMissing {
        /// The graph file.
        graph: PathBuf,
        /// The input.
        tensor: String,
    },
    /// An input or output holds another element type than expected.
    #[error("{}: tensor `{tensor}` holds {found}, expected {expected}", .graph.display())]
    TensorType {
        /// The graph file.
        graph: PathBuf,
        /// The tensor.
        tensor: String,
        /// The type that was expected.
        expected: ElementType,
        /// The type there is.
        found: ElementType,
    },
    /// An input or output has another shape than expected.
    #[error("{}: tensor `{tensor}` has shape {found}, expected {expected}", .graph.display())]
    TensorShape {
        /// The graph file.
        graph: PathBuf,
        /// The tensor.
        tensor: String,
        /// The shape that was expected, `?` for any size.
        expected: String,
        /// The shape there is.
        found: String,
    },
    /// The backend failed while it ran the graph.
    #[error("{} failed to run: {reason}", .graph.display())]
    RunFailed {
        /// The graph file.
        graph: PathBuf,
        /// What the backend said.
        reason: String,
    },
    /// The backend panicked; its state is unknown but confined to this graph.
    #[error("the inference backend broke down on {}", .graph.display())]
    Panicked {
        /// The graph file.
        graph: PathBuf,
    },
}

impl RuntimeError {
    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::LibraryMissing { .. } => "correct the path, or leave it out to use the embedded backend",
            Self::LibraryNotFound { .. } => {
                "run `ropar setup runtime`, name the library, or choose the embedded backend"
            }
            Self::LibraryUnusable { .. } => {
                "use a library of ONNX Runtime 1.24 or newer for this platform (`ropar setup runtime` fetches one)"
            }
            Self::EmbeddedNotBuilt => "build with the cargo feature `embedded`, or install ONNX Runtime",
            Self::BackendConflict { .. } => "restart the program to change the backend",
            Self::ProviderUnavailable { .. } => {
                "install the GPU build of ONNX Runtime with its CUDA libraries and name it, or choose the CPU provider"
            }
            Self::GraphUnreadable { .. }
            | Self::TensorUnknown { .. }
            | Self::TensorMissing { .. }
            | Self::TensorType { .. }
            | Self::TensorShape { .. } => "use a model package made for this version, or export it again",
            Self::RunFailed { .. } | Self::Panicked { .. } => {
                "try the other backend; if it works there, please report the message"
            }
        }
    }
}

fn display_list(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return "any known folder".to_owned();
    }
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

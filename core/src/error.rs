//! The error of the whole crate, and the kinds that hosts turn into exit codes or dialogs.

use crate::{package::PackageError, runtime::RuntimeError, text::TextError};

/// Anything that can go wrong in this crate. The message is one line in plain words;
/// [`next_step`](Self::next_step) says what the user can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The prompt cannot be understood.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The model package is not usable.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The inference backend failed.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A request is outside of what the model or the operation allows.
    #[error("{message}")]
    InvalidRequest {
        /// What is wrong, with the value and the limit.
        message: String,
        /// What to do instead.
        next_step: String,
    },
    /// The host's progress callback asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// Coarse kinds of [`Error`], stable for hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The user's input: prompt, duration, parts, clip.
    Input,
    /// The model package.
    Package,
    /// The inference backend or its provider.
    Runtime,
    /// The user stopped it.
    Cancelled,
}

impl Error {
    /// A request outside of the allowed range.
    pub fn invalid_request(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::InvalidRequest { message: message.into(), next_step: next_step.into() }
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Text(TextError::Runtime(_)) | Self::Runtime(_) => ErrorKind::Runtime,
            Self::Text(TextError::TokenizerUnreadable { .. }) | Self::Package(_) => ErrorKind::Package,
            Self::Text(_) | Self::InvalidRequest { .. } => ErrorKind::Input,
            Self::Cancelled => ErrorKind::Cancelled,
        }
    }

    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> String {
        match self {
            Self::Text(error) => error.next_step().to_owned(),
            Self::Package(error) => error.next_step().to_owned(),
            Self::Runtime(error) => error.next_step().to_owned(),
            Self::InvalidRequest { next_step, .. } => next_step.clone(),
            Self::Cancelled => "run it again to start over".to_owned(),
        }
    }
}

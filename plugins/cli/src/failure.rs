//! Failures: one line, the next step, and a kind that is the exit code.

use std::path::Path;

use serde::Serialize;

/// What kind of failure it was. The exit codes are documented and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A bug or an exhausted machine.
    Internal,
    /// The command line itself.
    Usage,
    /// Prompt, numbers, parts, take or clip.
    Input,
    /// The model package.
    Package,
    /// Backend, provider, or installing them.
    Runtime,
    /// The file to write.
    Output,
    /// Some files of a batch; only its exit code is used.
    Partial,
    /// Ctrl+C.
    Cancelled,
}

impl Kind {
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Package => 4,
            Self::Runtime => 5,
            Self::Output => 6,
            Self::Partial => 7,
            // 128 + SIGINT, as shells report it.
            Self::Cancelled => 130,
        }
    }
}

/// A failure as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    /// What went wrong and where, one line.
    pub message: String,
    /// What to do about it; empty where the message already says it.
    pub next_step: String,
}

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>, next_step: impl Into<String>) -> Self {
        // Messages of other libraries and file names may hold line breaks.
        let one_line = |text: String| text.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ");
        Self { kind, message: one_line(message.into()), next_step: one_line(next_step.into()) }
    }

    pub fn usage(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message, next_step)
    }

    pub fn input(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(Kind::Input, message, next_step)
    }

    pub fn runtime(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(Kind::Runtime, message, next_step)
    }

    /// A file or folder that could not be written.
    pub fn unwritable(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Output,
            format!("{} cannot be written: {reason}", path.display()),
            "choose a folder that exists, is writable and has room",
        )
    }

    /// What is in an output folder already, and has to be known before anything is written there.
    pub fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Output,
            format!("{} cannot be read: {reason}", path.display()),
            "check its permissions, or choose another folder",
        )
    }

    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }

    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "error": {
                "kind": self.kind,
                "exit_code": self.kind.exit_code(),
                "message": self.message,
                "next_step": self.next_step,
            }
        })
    }
}

impl From<ropar_core::error::Error> for Failure {
    fn from(error: ropar_core::error::Error) -> Self {
        use ropar_core::error::ErrorKind;
        let kind = match error.kind() {
            ErrorKind::Input => Kind::Input,
            ErrorKind::Package => Kind::Package,
            ErrorKind::Runtime => Kind::Runtime,
            ErrorKind::Cancelled => Kind::Cancelled,
        };
        Self::new(kind, error.to_string(), error.next_step())
    }
}

impl From<ropar_core::package::PackageError> for Failure {
    fn from(error: ropar_core::package::PackageError) -> Self {
        ropar_core::error::Error::from(error).into()
    }
}

impl From<ropar_core::text::TextError> for Failure {
    fn from(error: ropar_core::text::TextError) -> Self {
        ropar_core::error::Error::from(error).into()
    }
}

impl From<ropar_core::retarget::RetargetError> for Failure {
    fn from(error: ropar_core::retarget::RetargetError) -> Self {
        Self::new(Kind::Input, error.to_string(), error.next_step())
    }
}

impl From<ropar_exporters::retarget_files::RetargetFileError> for Failure {
    fn from(error: ropar_exporters::retarget_files::RetargetFileError) -> Self {
        use crate::commands::map;
        use ropar_exporters::retarget_files::RetargetFileError;
        let message = error.to_string();
        match error {
            RetargetFileError::File(error) => error.into(),
            RetargetFileError::Mapping { path, source } => {
                map::failure(&path.display().to_string(), &source, &map::RIG)
            }
            RetargetFileError::Retarget { source, .. } => Self::input(message, source.next_step()),
            RetargetFileError::Take { .. } => Self::input(message, "`ropar inspect FILE` lists the takes of a file"),
        }
    }
}

impl From<ropar_exporters::Error> for Failure {
    fn from(error: ropar_exporters::Error) -> Self {
        use ropar_exporters::ErrorKind;
        let kind = match error.kind() {
            ErrorKind::Usage => Kind::Usage,
            ErrorKind::Input => Kind::Input,
            ErrorKind::Output => Kind::Output,
        };
        let next_step = error.next_step();
        Self::new(kind, error.to_string(), next_step)
    }
}

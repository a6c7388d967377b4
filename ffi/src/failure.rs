//! What goes wrong, in Rust ([`Failure`]) and in C ([`ropar_error`]).

use std::ffi::c_char;

use crate::{
    sized::Sized,
    status::{
        ROPAR_CANCELLED, ROPAR_ERROR_ARGUMENT, ROPAR_ERROR_INPUT, ROPAR_ERROR_INTERNAL, ROPAR_ERROR_OUTPUT,
        ROPAR_ERROR_PACKAGE, ROPAR_ERROR_RUNTIME, ROPAR_ERROR_UNSUPPORTED, ropar_status,
    },
};

/// A call that failed: a status, what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) status: ropar_status,
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl Failure {
    pub(crate) fn new(status: ropar_status, message: impl Into<String>, hint: impl Into<String>) -> Self {
        // Messages of other libraries and file names may hold line breaks.
        let one_line = |text: String| text.split(['\n', '\r', '\0']).map(str::trim).collect::<Vec<_>>().join(" ");
        Self { status, message: one_line(message.into()), hint: one_line(hint.into()) }
    }

    /// The call itself is wrong: a mistake of the program, not of its user.
    pub(crate) fn argument(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ROPAR_ERROR_ARGUMENT, message, hint)
    }

    pub(crate) fn input(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ROPAR_ERROR_INPUT, message, hint)
    }

    pub(crate) fn unsupported(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ROPAR_ERROR_UNSUPPORTED, message, hint)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ROPAR_ERROR_INTERNAL, message, "please report this")
    }
}

impl From<ropar_core::error::Error> for Failure {
    fn from(error: ropar_core::error::Error) -> Self {
        use ropar_core::error::ErrorKind;
        let status = match error.kind() {
            ErrorKind::Input => ROPAR_ERROR_INPUT,
            ErrorKind::Package => ROPAR_ERROR_PACKAGE,
            ErrorKind::Runtime => ROPAR_ERROR_RUNTIME,
            ErrorKind::Cancelled => ROPAR_CANCELLED,
        };
        Self::new(status, error.to_string(), error.next_step())
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

impl From<ropar_exporters::Error> for Failure {
    fn from(error: ropar_exporters::Error) -> Self {
        use ropar_exporters::ErrorKind;
        let status = match error.kind() {
            // What the command line calls usage is the user's file name or motion here.
            ErrorKind::Usage | ErrorKind::Input => ROPAR_ERROR_INPUT,
            ErrorKind::Output => ROPAR_ERROR_OUTPUT,
        };
        Self::new(status, error.to_string(), error.next_step())
    }
}

impl From<serde_json::Error> for Failure {
    /// Of writing JSON, which does not fail on our own values; JSON that is read has its own message.
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error.to_string())
    }
}

/// The caller's error struct.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_error {
    pub size: u32,
    pub status: ropar_status,
    pub message: [c_char; 1024],
    pub hint: [c_char; 512],
}

// SAFETY: repr(C), begins with the size, valid for any bytes.
unsafe impl Sized for ropar_error {
    const NAME: &'static str = "ropar_error";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl ropar_error {
    pub(crate) fn of(outcome: &Result<(), Failure>) -> Self {
        let (status, message, hint) = match outcome {
            Ok(()) => (0, "", ""),
            Err(failure) => (failure.status, failure.message.as_str(), failure.hint.as_str()),
        };
        Self { size: 0, status, message: fixed(message), hint: fixed(hint) }
    }
}

/// Text with a final 0, cut at a whole character.
fn fixed<const LENGTH: usize>(text: &str) -> [c_char; LENGTH] {
    let end = text.floor_char_boundary(LENGTH - 1);
    let mut fixed = [0; LENGTH];
    for (target, byte) in fixed.iter_mut().zip(text[..end].bytes()) {
        *target = byte as c_char;
    }
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_at_a_whole_character() {
        // Three bytes each: two fit into seven with the final 0, and a half one must not.
        let cut: [c_char; 8] = fixed("\u{20ac}\u{20ac}\u{20ac}");
        let bytes: Vec<u8> = cut.iter().map(|byte| *byte as u8).collect();
        assert_eq!(bytes, b"\xe2\x82\xac\xe2\x82\xac\0\0");
    }

    #[test]
    fn messages_are_one_line() {
        let failure = Failure::internal("a\nb\0c");
        assert_eq!(failure.message, "a b c");
    }
}

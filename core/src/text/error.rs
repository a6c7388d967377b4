//! What can be wrong with a prompt.

use std::path::PathBuf;

use crate::runtime::RuntimeError;

/// Failures on the way from a prompt to token states.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The prompt has no text at all.
    #[error("the prompt is empty")]
    Empty,
    /// The prompt has characters, but no words: emoji or punctuation alone.
    #[error("the prompt has no words")]
    NoWords,
    /// The prompt has more characters than the model allows.
    #[error("the prompt has {found} characters, the limit is {limit}")]
    TooManyCharacters {
        /// Characters of the prompt.
        found: usize,
        /// The package's limit.
        limit: usize,
    },
    /// The prompt has more tokens than the model allows.
    #[error("the prompt has {found} text tokens (words and word pieces), the limit is {limit}")]
    TooManyTokens {
        /// Tokens of the prompt, its two border tokens included.
        found: usize,
        /// The package's limit.
        limit: usize,
    },
    /// The prompt is not English.
    #[error("this model understands English, and the prompt looks like {language}")]
    NotEnglish {
        /// The language, or "another script".
        language: String,
    },
    /// None of the words is in the tokenizer's vocabulary.
    #[error("this model understands English, and knows no word of the prompt")]
    UnknownWords,
    /// The tokenizer file of the package cannot be used.
    #[error("{} is not a usable tokenizer: {reason}", .file.display())]
    TokenizerUnreadable {
        /// The tokenizer file.
        file: PathBuf,
        /// What the tokenizer library said.
        reason: String,
    },
    /// The text encoder graph failed.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
}

impl TextError {
    /// What the user can do about it, as one sentence without a full stop.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Empty | Self::NoWords => {
                "describe the motion in English, such as \"a person waves with the left hand\""
            }
            Self::TooManyCharacters { .. } | Self::TooManyTokens { .. } => {
                "describe one motion in a sentence or two, and make the rest as clips of their own"
            }
            Self::NotEnglish { .. } | Self::UnknownWords => {
                "write the prompt in English, such as \"a person waves with the left hand\""
            }
            Self::TokenizerUnreadable { .. } => "copy the whole model package again",
            Self::Runtime(error) => error.next_step(),
        }
    }
}

//! Token ids to token states.

use std::sync::Arc;

use super::{Prompt, TextError, Tokenizer};
use crate::{
    error::Error,
    package::{Package, file},
    runtime::{ElementType, Runtime, Session, TensorView},
};

/// The states of a prompt's tokens, what the model attends to.
#[derive(Debug, Clone, PartialEq)]
pub struct TextStates {
    /// `[tokens][width]`, row-major.
    pub values: Vec<f32>,
    /// Number of tokens, the two border tokens included.
    pub tokens: usize,
    /// Values per token.
    pub width: usize,
}

/// Tokenizer and text encoder graph of a model package.
#[derive(Debug)]
pub struct TextEncoder {
    tokenizer: Tokenizer,
    session: Arc<Session>,
    max_characters: usize,
}

impl TextEncoder {
    /// Opens the text encoder of a package.
    ///
    /// # Errors
    /// [`Error::Package`], [`Error::Text`] or [`Error::Runtime`], each naming the file at fault.
    pub fn open(package: &Package, runtime: &Runtime) -> Result<Self, Error> {
        let session = runtime.load(&package.path(file::TEXT_ENCODER)?)?;
        Self::with_session(package, session)
    }

    /// As [`open`](Self::open) on a session that was loaded before.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with_session(package: &Package, session: Arc<Session>) -> Result<Self, Error> {
        let limits = package.manifest().limits;
        let tokenizer = Tokenizer::open(&package.path(file::TOKENIZER)?, limits.max_text_tokens)?;
        session.expect_input("input_ids", ElementType::Int64, &[None, None])?;
        session.expect_input("attention_mask", ElementType::Int64, &[None, None])?;
        session.expect_output("token_states", &[None, None, None])?;
        Ok(Self { tokenizer, session, max_characters: limits.max_prompt_characters })
    }

    /// Cleans, tokenises and encodes a prompt.
    ///
    /// # Errors
    /// [`TextError`]: the prompt is empty, too long or not English, or the graph failed.
    pub fn encode(&self, prompt: &str) -> Result<TextStates, TextError> {
        let prompt = Prompt::parse(prompt, self.max_characters)?;
        let ids = self.tokenizer.ids(&prompt.text)?;
        let (tokens, mask) = (ids.len(), vec![1; ids.len()]);
        let shape = [1, tokens];
        let mut outputs = self.session.run(&[
            ("input_ids", TensorView::integers(&shape, &ids)),
            ("attention_mask", TensorView::integers(&shape, &mask)),
        ])?;
        let states = outputs.take("token_states")?;
        Ok(TextStates { width: states.values.len() / tokens, values: states.values, tokens })
    }
}

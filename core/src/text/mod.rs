//! From a prompt to the token states that the model is conditioned on.
//!
//! [`Prompt`] cleans and judges the words, [`Tokenizer`] turns them into ids, [`TextEncoder`] turns those into states.
//! The text encoder (all-MiniLM-L6-v2) reads English; what it cannot read is refused with a reason instead of being
//! turned into a motion that has nothing to do with the prompt.

mod encoder;
mod error;
mod prompt;
mod tokenizer;

pub use self::{
    encoder::{TextEncoder, TextStates},
    error::TextError,
    prompt::Prompt,
    tokenizer::Tokenizer,
};

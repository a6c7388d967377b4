//! Words to token ids: BERT's word pieces, as the package's `tokenizer.json` describes them.

use std::path::{Path, PathBuf};

use super::TextError;

/// Token that stands for a word outside of the vocabulary.
const UNKNOWN: &str = "[UNK]";

/// The word-piece tokenizer of a model package.
pub struct Tokenizer {
    tokenizer: tokenizers::Tokenizer,
    file: PathBuf,
    max_tokens: usize,
    unknown: Option<u32>,
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokenizer").field("max_tokens", &self.max_tokens).finish_non_exhaustive()
    }
}

impl Tokenizer {
    /// Reads a `tokenizer.json`. `max_tokens` counts the two border tokens.
    ///
    /// # Errors
    /// [`TextError::TokenizerUnreadable`].
    pub fn open(file: &Path, max_tokens: usize) -> Result<Self, TextError> {
        let unusable = |error| unusable(file, &error);
        let mut tokenizer = tokenizers::Tokenizer::from_file(file).map_err(unusable)?;
        // Over-long prompts are an error here, and a single prompt needs no padding, whatever the file says.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(unusable)?;
        let unknown = tokenizer.token_to_id(UNKNOWN);
        Ok(Self { tokenizer, file: file.to_path_buf(), max_tokens, unknown })
    }

    /// The ids of a cleaned prompt, with the border tokens `[CLS]` and `[SEP]`.
    ///
    /// # Errors
    /// [`TextError::TooManyTokens`], [`TextError::UnknownWords`] where no word is in the vocabulary, and
    /// [`TextError::TokenizerUnreadable`] where the file turns out to be broken.
    pub fn ids(&self, text: &str) -> Result<Vec<i64>, TextError> {
        let encoding = self.tokenizer.encode_fast(text, true).map_err(|error| unusable(&self.file, &error))?;
        let ids = encoding.get_ids();
        if ids.len() > self.max_tokens {
            return Err(TextError::TooManyTokens { found: ids.len(), limit: self.max_tokens });
        }
        let special = encoding.get_special_tokens_mask();
        let knows_a_word = ids.iter().zip(special).any(|(id, special)| *special == 0 && Some(*id) != self.unknown);
        if !knows_a_word {
            return Err(TextError::UnknownWords);
        }
        Ok(ids.iter().map(|&id| i64::from(id)).collect())
    }
}

fn unusable(file: &Path, error: &tokenizers::Error) -> TextError {
    TextError::TokenizerUnreadable { file: file.to_path_buf(), reason: error.to_string() }
}

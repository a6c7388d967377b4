//! The text pipeline against Python's `tokenizers` and a plain torch BERT (`data/make_text_goldens.py`).

mod common;

use common::{assert_states_equal_torch, goldens, repository};
use ropar_core::{
    runtime::{BackendChoice, Runtime, RuntimeOptions},
    text::{TextError, Tokenizer},
};

fn tokenizer(max_tokens: usize) -> Tokenizer {
    Tokenizer::open(&repository("models/pretrained/ropar-base/tokenizer.json"), max_tokens).expect("opens")
}

#[test]
fn ids_equal_those_of_the_python_tokenizer() {
    let tokenizer = tokenizer(64);
    for golden in goldens() {
        assert_eq!(tokenizer.ids(&golden.prompt).expect("valid"), golden.ids, "{}", golden.prompt);
    }
}

#[test]
fn the_limit_counts_the_border_tokens() {
    let ids = goldens()[0].ids.len();
    assert!(tokenizer(ids).ids(&goldens()[0].prompt).is_ok());
    match tokenizer(ids - 1).ids(&goldens()[0].prompt) {
        Err(TextError::TooManyTokens { found, limit }) => {
            assert_eq!((found, limit), (ids, ids - 1))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_word_longer_than_any_is_unknown() {
    assert!(matches!(tokenizer(64).ids(&"a".repeat(300)), Err(TextError::UnknownWords)));
}

#[test]
fn a_tokenizer_that_cannot_name_unknown_words_is_at_fault_and_not_the_prompt() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let file = folder.path().join("tokenizer.json");
    let json = r###"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":null,
        "post_processor":null,"decoder":null,"model":{"type":"WordPiece","unk_token":"[UNK]",
        "continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"walk":0}}}"###;
    std::fs::write(&file, json).expect("write");
    let error = Tokenizer::open(&file, 64).expect("opens").ids("jump").expect_err("refused");
    assert!(matches!(&error, TextError::TokenizerUnreadable { file: at, .. } if *at == file), "{error}");
}

#[test]
fn states_equal_those_of_torch_on_the_embedded_backend() {
    let options = RuntimeOptions { backend: BackendChoice::Embedded, ..Default::default() };
    assert_states_equal_torch(&Runtime::open(&options).expect("opens"));
}

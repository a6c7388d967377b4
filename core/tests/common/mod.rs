//! What the integration tests share.

// Every test program uses a part of it.
#![allow(dead_code)]

#[path = "../largest/mod.rs"]
mod largest;

use std::path::PathBuf;

use largest::largest;
use ropar_core::runtime::{Runtime, TensorView};
use serde::Deserialize;

/// A file of the repository, by its path from the root.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A prompt and what Python's `tokenizers` and a plain torch BERT make of it (`data/make_text_goldens.py`).
#[derive(Deserialize)]
pub struct Golden {
    pub prompt: String,
    pub ids: Vec<i64>,
    /// The first values of every token's state.
    #[serde(default)]
    pub states: Vec<Vec<f32>>,
    /// Largest magnitude of all states of the prompt.
    #[serde(default)]
    pub largest: f32,
}

pub fn goldens() -> Vec<Golden> {
    serde_json::from_str(include_str!("../data/text_goldens.json")).expect("goldens")
}

/// Asserts that the shipped text encoder's states are those of torch: the largest error relative to the largest
/// magnitude, as for every float graph.
pub fn assert_states_equal_torch(runtime: &Runtime) {
    let graph = repository("models/pretrained/ropar-base/text_encoder.onnx");
    let session = runtime.load(&graph).expect("loads");
    for golden in goldens().iter().filter(|golden| !golden.states.is_empty()) {
        let (shape, mask) = ([1, golden.ids.len()], vec![1; golden.ids.len()]);
        let mut outputs = session
            .run(&[
                ("attention_mask", TensorView::integers(&shape, &mask)),
                ("input_ids", TensorView::integers(&shape, &golden.ids)),
            ])
            .expect("runs");
        let states = outputs.take_shaped("token_states", &[1, golden.ids.len(), 384]).expect("shape");
        let pairs =
            golden.states.iter().zip(states.chunks(384)).flat_map(|(expected, token)| expected.iter().zip(token));
        let error = largest(pairs.map(|(a, b)| (a - b).abs()));
        assert!(error / golden.largest < 1e-4, "{}: {error}", golden.prompt);
    }
}

//! The shipped packages against PyTorch: graph by graph, and a whole sampling run with the same noise.
//!
//! The expected numbers were computed in PyTorch when the package was exported (`ropar-models export`). One backend per
//! process is a rule of ONNX Runtime, so this file runs on the embedded backend, and once more on ONNX Runtime where
//! `ROPAR_TEST_ONNXRUNTIME` names its library.

mod largest;

use std::{collections::BTreeMap, ops::ControlFlow, path::PathBuf};

use largest::largest;
use ropar_core::{
    engine::Engine,
    grid::{CellState, TokenGrid},
    package::{Package, file},
    runtime::{BackendChoice, Runtime, RuntimeOptions, TensorView},
    sampler::{Noise, SamplerSettings, sample},
    text::TextStates,
};
use safetensors::SafeTensors;

/// Those in `models/pretrained`.
const PACKAGES: [&str; 2] = ["ropar-base", "ropar-open"];
/// Float graphs agree to this share of the largest expected value.
const GRAPH_TOLERANCE: f32 = 1e-4;
/// Latents of a whole sampling run agree to this (they have unit scale).
const SAMPLING_TOLERANCE: f32 = 1e-3;

struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

fn pretrained() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../models/pretrained")
}

fn vectors(package: &str) -> BTreeMap<String, Tensor> {
    let file = pretrained().join("parity").join(package).with_extension("safetensors");
    let bytes = std::fs::read(file).expect("parity vectors");
    let tensors = SafeTensors::deserialize(&bytes).expect("safetensors");
    tensors
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            (name, Tensor { shape: view.shape().to_vec(), values })
        })
        .collect()
}

fn options() -> RuntimeOptions {
    match std::env::var_os("ROPAR_TEST_ONNXRUNTIME") {
        Some(library) => RuntimeOptions {
            backend: BackendChoice::OnnxRuntime,
            library: Some(library.into()),
            ..RuntimeOptions::default()
        },
        None => RuntimeOptions { backend: BackendChoice::Embedded, ..RuntimeOptions::default() },
    }
}

fn largest_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    largest(found.iter().zip(expected).map(|(a, b)| (a - b).abs()))
}

#[test]
fn every_graph_agrees_with_pytorch() {
    let runtime = Runtime::open(&options()).expect("runtime");
    for package in PACKAGES {
        graphs_agree(&runtime, package);
    }
}

fn graphs_agree(runtime: &Runtime, name: &str) {
    let package = Package::open(&pretrained().join(name)).expect("package");
    let vectors = vectors(name);
    let outputs = [
        (file::PVAE_ENCODER, "latent"),
        (file::PVAE_DECODER, "features"),
        (file::MAR, "context"),
        (file::DIFFUSION_MODULATION, "modulation"),
        (file::DIFFUSION_STEP, "velocity"),
        (file::DURATION, "log_seconds"),
    ];
    for (graph, output) in outputs {
        let session = runtime.load(&package.path(graph).expect("listed")).expect("graph");
        let inputs: Vec<(&str, TensorView<'_>)> = session
            .inputs()
            .iter()
            .map(|input| {
                let tensor = &vectors[&format!("{graph}.{}", input.name)];
                (input.name.as_str(), TensorView::floats(&tensor.shape, &tensor.values))
            })
            .collect();
        let found = session.run(&inputs).expect("run").take(output).expect("output");
        let expected = &vectors[&format!("{graph}.{output}")];
        assert_eq!(found.shape, expected.shape, "{graph}");
        let scale = largest(expected.values.iter().map(|value| value.abs()));
        let relative = largest_difference(&found.values, &expected.values) / scale;
        println!("{name} {graph}: {relative:.1e}");
        assert!(relative < GRAPH_TOLERANCE, "{name} {graph}: {relative}");
    }
}

#[test]
fn the_sampler_reproduces_the_reference() {
    PACKAGES.into_iter().for_each(samples_agree);
}

fn samples_agree(package: &str) {
    let vectors = vectors(package);
    let package = Package::open(&pretrained().join(package)).expect("package");
    let engine = Engine::open(package, &options()).expect("engine");
    let (tokens, parts, size) = {
        let shape = &vectors["sampling.noise"].shape;
        (shape[0], shape[1], shape[2])
    };
    let text = TextStates {
        values: vectors["sampling.text"].values.clone(),
        tokens: vectors["sampling.text"].shape[0],
        width: vectors["sampling.text"].shape[1],
    };
    let noise =
        Noise { latents: vectors["sampling.noise"].values.clone(), order: vectors["sampling.order"].values.clone() };
    let manifest = engine.manifest();
    let settings = SamplerSettings {
        iterations: manifest.sampler.iterations,
        steps: manifest.sampler.steps,
        guidance: manifest.sampler.guidance,
        guidance_decay: manifest.sampler.guidance_decay,
        temperature: manifest.sampler.temperature,
        window: manifest.limits.max_tokens_per_window,
    };
    let partial = &vectors["sampling.partial_latent"].values;
    let mut free = TokenGrid::masked(tokens, parts, size);
    let mut repaired = TokenGrid::known(partial.clone(), parts, size).expect("shape");
    for part in 1..parts {
        repaired.set_states(part, 0..tokens, CellState::Masked);
    }
    repaired.set_states(2, 4..8, CellState::Noisy);
    for (name, grid) in [("all", &mut free), ("partial", &mut repaired)] {
        sample(engine.networks(), grid, &text, &noise, &settings, &mut |_| ControlFlow::Continue(())).expect("sampled");
        let difference = largest_difference(grid.latents(), &vectors[&format!("sampling.{name}")].values);
        println!("sampling {name}: {difference:.1e}");
        assert!(difference < SAMPLING_TOLERANCE, "{name}: {difference}");
    }
    // What was known, and what is noisy, comes back bit for bit.
    for cell in (0..tokens).map(|token| token * parts).chain([4 * parts + 2, 7 * parts + 2]) {
        assert_eq!(repaired.latents()[cell * size..][..size], partial[cell * size..][..size]);
    }
}

//! Packages whose graphs have tensors of other names than the documentation's: refused when they are opened.

mod common;

use std::fs;

use common::repository;
use ropar_core::{
    engine::Engine,
    error::Error,
    package::{MANIFEST_FILE, Package, file},
    runtime::{BackendChoice, RuntimeError, RuntimeOptions},
};
use sha2::{Digest, Sha256};

/// The bytes of a graph with a tensor under another name of the same length.
fn renamed(graph: &[u8], tensor: &str) -> (Vec<u8>, String) {
    let name = format!("{}_", &tensor[..tensor.len() - 1]);
    let mut changed = graph.to_vec();
    for start in 0..graph.len() - tensor.len() {
        if graph[start..].starts_with(tensor.as_bytes()) {
            changed[start..start + tensor.len()].copy_from_slice(name.as_bytes());
        }
    }
    (changed, name)
}

#[test]
fn a_graph_without_a_documented_tensor_is_refused_when_it_is_opened() {
    let shipped = repository("models/pretrained/ropar-base");
    let options = RuntimeOptions { backend: BackendChoice::Embedded, ..RuntimeOptions::default() };
    for (graph, tensor) in [
        (file::PVAE_DECODER, "features"),
        (file::MAR, "context"),
        (file::DIFFUSION_MODULATION, "modulation"),
        (file::DIFFUSION_STEP, "velocity"),
        (file::DURATION, "log_seconds"),
        (file::DURATION, "text_mask"),
    ] {
        let folder = tempfile::tempdir().expect("temporary folder");
        for entry in fs::read_dir(&shipped).expect("package") {
            let entry = entry.expect("entry");
            fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copy");
        }
        let path = folder.path().join(format!("{graph}.onnx"));
        let (bytes, name) = renamed(&fs::read(&path).expect("graph"), tensor);
        fs::write(&path, &bytes).expect("write");
        let manifest = folder.path().join(MANIFEST_FILE);
        let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&manifest).expect("read")).expect("JSON");
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        json["files"][graph]["sha256"] = hash.into();
        fs::write(&manifest, json.to_string()).expect("write");

        let package = Package::open(folder.path()).expect("its files are those that are listed");
        match Engine::open(package, &options).expect_err("refused") {
            Error::Runtime(RuntimeError::TensorUnknown { graph: at, tensor: unknown, known }) => {
                assert_eq!((at, unknown.as_str()), (path, tensor));
                assert!(known.contains(&name), "{known}");
            }
            error => panic!("{graph}, {tensor}: {error}"),
        }
    }
}

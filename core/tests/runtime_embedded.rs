//! The runtime seam on the embedded backend, with a graph small enough to do by hand (`data/make_graphs.py`).
//!
//! A file of its own, because a process has one backend.

mod common;

use std::path::{Path, PathBuf};

use common::repository;
use ropar_core::runtime::{
    Backend, BackendChoice, ElementType, Provider, ProviderChoice, Runtime, RuntimeError, RuntimeOptions, TensorView,
};

fn scaled_sum() -> PathBuf {
    repository("core/tests/data/scaled_sum.onnx")
}

fn runtime() -> Runtime {
    let options = RuntimeOptions { backend: BackendChoice::Embedded, ..Default::default() };
    Runtime::open(&options).expect("the embedded backend is always there")
}

#[test]
fn runs_a_graph_with_inputs_in_any_order_and_any_batch() {
    let session = runtime().load(&scaled_sum()).expect("loads");
    let mut outputs = session
        .run(&[
            ("times", TensorView::integers(&[2, 1], &[10, -1])),
            ("values", TensorView::floats(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        ])
        .expect("runs");
    assert_eq!(outputs.take_shaped("total", &[2, 1]).expect("output"), [60.0, -15.0]);
    let error = outputs.take("total").expect_err("taken before");
    assert!(matches!(error, RuntimeError::TensorUnknown { .. }));
}

#[test]
fn reports_what_is_in_use() {
    let runtime = runtime();
    let report = runtime.report();
    assert_eq!((&report.backend, report.provider, report.threads), (&Backend::Embedded, Provider::Cpu, 1));
    assert!(report.fallbacks.is_empty());
}

#[test]
fn a_session_is_cached_as_long_as_it_is_used() {
    let runtime = runtime();
    let first = runtime.load(&scaled_sum()).expect("loads");
    let [second, third] = runtime.load_all([&scaled_sum(), &scaled_sum()]).expect("loads");
    assert!(std::sync::Arc::ptr_eq(&first, &second) && std::sync::Arc::ptr_eq(&first, &third));
}

#[test]
fn wrong_tensors_are_told_by_graph_and_name() {
    let session = runtime().load(&scaled_sum()).expect("loads");
    let values = ("values", TensorView::floats(&[1, 3], &[1.0, 2.0, 3.0]));
    let times = ("times", TensorView::integers(&[1, 1], &[1]));
    type Inputs<'a> = &'a [(&'a str, TensorView<'a>)];
    let cases: [(Inputs<'_>, &[&str]); 6] = [
        (&[values], &["needs the input `times`"]),
        (&[values, times, ("more", TensorView::floats(&[1], &[0.0]))], &["no tensor `more`", "`values`, `times`"]),
        (&[values, ("times", TensorView::floats(&[1, 1], &[1.0]))], &["`times` holds float32, expected int64"]),
        (
            &[("values", TensorView::floats(&[1, 2], &[1.0, 2.0])), times],
            &["`values` has shape [1, 2], expected [?, 3]"],
        ),
        (&[("values", TensorView::floats(&[3], &[1.0; 3])), times], &["`values` has shape [3], expected [?, 3]"]),
        (&[("values", TensorView::floats(&[2, 3], &[1.0; 3])), times], &["`values` has shape 3 values, expected 6"]),
    ];
    for (inputs, expected) in cases {
        let message = session.run(inputs).expect_err("wrong").to_string();
        assert!(message.contains("scaled_sum.onnx"), "{message}");
        for part in expected {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn expectations_are_checked_before_a_run() {
    let session = runtime().load(&scaled_sum()).expect("loads");
    session.expect_input("values", ElementType::Float32, &[None, Some(3)]).expect("as it is");
    session.expect_output("total", &[None, Some(1)]).expect("as it is");
    assert!(session.expect_input("values", ElementType::Float32, &[None, Some(4)]).is_err());
    assert!(session.expect_input("values", ElementType::Int64, &[None, Some(3)]).is_err());
    assert!(session.expect_output("sum", &[None, Some(1)]).is_err());
}

#[test]
fn a_file_that_is_no_graph_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broken = folder.path().join("broken.onnx");
    std::fs::write(&broken, b"not a graph").expect("write");
    let mut truncated = std::fs::read(scaled_sum()).expect("read");
    truncated.truncate(truncated.len() / 2);
    let cut = folder.path().join("cut.onnx");
    std::fs::write(&cut, truncated).expect("write");
    for path in [broken.as_path(), cut.as_path(), Path::new("/no/such.onnx")] {
        let error = runtime().load(path).expect_err("no graph");
        assert!(matches!(&error, RuntimeError::GraphUnreadable { graph, .. } if graph == path), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn explicit_wishes_that_cannot_be_met_are_errors() {
    let _ = runtime();
    let open = |change: fn(&mut RuntimeOptions)| {
        let mut options = RuntimeOptions::default();
        change(&mut options);
        Runtime::open(&options).expect_err("cannot be met")
    };
    let error = open(|options| {
        options.backend = BackendChoice::Embedded;
        options.provider = ProviderChoice::Cuda;
    });
    assert!(matches!(error, RuntimeError::ProviderUnavailable { provider: Provider::Cuda, .. }), "{error}");
    let error = open(|options| options.backend = BackendChoice::OnnxRuntime);
    assert!(matches!(error, RuntimeError::BackendConflict { .. }), "{error}");
    let error = open(|options| options.library = Some("/no/such/libonnxruntime.so".into()));
    assert!(matches!(error, RuntimeError::BackendConflict { .. } | RuntimeError::LibraryMissing { .. }), "{error}");
}

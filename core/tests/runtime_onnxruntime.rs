//! The runtime seam on ONNX Runtime, and the same states as torch on it.
//!
//! The library is no part of the repository: name it (or its folder) in `ROPAR_TEST_ONNXRUNTIME` to run these tests.
//! Without it they say so and pass. A file of its own, because a process has one backend.

mod common;

use std::path::PathBuf;

use common::{assert_states_equal_torch, repository};
use ropar_core::runtime::{
    Backend, BackendChoice, Provider, ProviderChoice, Runtime, RuntimeError, RuntimeOptions, TensorView,
};

/// Options that name the library, or `None` where the tests have none.
fn options() -> Option<RuntimeOptions> {
    let library = std::env::var_os("ROPAR_TEST_ONNXRUNTIME").map(PathBuf::from);
    if library.is_none() {
        eprintln!("skipped: ROPAR_TEST_ONNXRUNTIME names no library");
    }
    library.map(|library| RuntimeOptions { library: Some(library), threads: Some(1), ..Default::default() })
}

#[test]
fn runs_a_graph_and_reports_the_library_in_use() {
    let Some(options) = options() else { return };
    let runtime = Runtime::open(&options).expect("opens");
    match &runtime.report().backend {
        Backend::OnnxRuntime { library, version } => {
            assert!(library.is_file() && library.is_absolute());
            assert!(version.starts_with("1."), "{version}");
        }
        other => panic!("{other:?}"),
    }
    let session = runtime.load(&repository("core/tests/data/scaled_sum.onnx")).expect("loads");
    let mut outputs = session
        .run(&[
            ("times", TensorView::integers(&[2, 1], &[10, -1])),
            ("values", TensorView::floats(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        ])
        .expect("runs");
    assert_eq!(outputs.take_shaped("total", &[2, 1]).expect("output"), [60.0, -15.0]);
}

#[test]
fn states_equal_those_of_torch() {
    let Some(options) = options() else { return };
    assert_states_equal_torch(&Runtime::open(&options).expect("opens"));
}

#[test]
fn a_provider_that_is_not_there_is_an_error_and_auto_takes_the_cpu() {
    let Some(options) = options() else { return };
    assert_eq!(Runtime::open(&options).expect("opens").report().provider, Provider::Cpu);
    for (choice, name) in [(ProviderChoice::Cuda, "CUDA"), (ProviderChoice::TensorRt, "TensorRT")] {
        match Runtime::open(&RuntimeOptions { provider: choice, ..options.clone() }) {
            Err(error @ RuntimeError::ProviderUnavailable { .. }) => {
                assert!(error.to_string().contains(name) && !error.to_string().contains('\n'), "{error}");
            }
            // On a machine that has it, it must really be in use.
            Ok(runtime) => assert_ne!(runtime.report().provider, Provider::Cpu),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_process_keeps_its_backend() {
    let Some(options) = options() else { return };
    Runtime::open(&options).expect("opens");
    let embedded = RuntimeOptions { backend: BackendChoice::Embedded, ..Default::default() };
    let error = Runtime::open(&embedded).expect_err("another backend");
    assert!(matches!(error, RuntimeError::BackendConflict { .. }), "{error}");
    // Asking for nothing in particular shares what is open.
    assert!(Runtime::open(&RuntimeOptions::default()).is_ok());
}

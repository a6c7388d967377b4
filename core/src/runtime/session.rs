//! One loaded graph.

use std::{
    ffi::{CStr, CString, NulError},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ort::{
    session::{
        SessionInputValue,
        builder::{GraphOptimizationLevel, SessionBuilder},
    },
    value::{Outlet, TensorElementType, TensorRef},
};

use super::{
    Backend, ElementType, Outputs, Provider, RuntimeError, RuntimeReport, TensorView, assignment,
    backend::{SharedEnvironment, one_line},
    provider, run,
};

/// Name, element type and shape of a graph's input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// The name in the graph.
    pub name: String,
    /// The element type.
    pub element: ElementType,
    /// Size of each dimension; `None` where any size goes.
    pub shape: Vec<Option<usize>>,
}

/// A graph that is ready to run. Shared freely between threads; runs of one session follow each other.
pub struct Session {
    graph: PathBuf,
    inputs: Vec<TensorInfo>,
    outputs: Vec<TensorInfo>,
    /// The names once more, as the backend takes them.
    input_names: Vec<CString>,
    output_names: Vec<CString>,
    session: Mutex<ort::session::Session>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").field("graph", &self.graph).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn create(
        environment: &SharedEnvironment,
        report: &RuntimeReport,
        graph: &Path,
    ) -> Result<Self, RuntimeError> {
        let session = catch_unwind(AssertUnwindSafe(|| {
            let mut builder = configure(environment, report).map_err(|error| unreadable(graph, error.message()))?;
            if let Backend::OnnxRuntime { .. } = report.backend {
                provider::register(&mut builder, report.provider)?;
            }
            builder.commit_from_file(graph).map_err(|error| unreadable(graph, error.message()))
        }))
        .map_err(|_| RuntimeError::Panicked { graph: graph.to_path_buf() })??;
        if report.provider != Provider::Cpu {
            check_assignment(&session, report.provider)?;
        }
        let names = |outlets: &[Outlet]| {
            let names: Result<Vec<CString>, NulError> =
                outlets.iter().map(|outlet| CString::new(outlet.name())).collect();
            names.map_err(|_| unreadable(graph, "a tensor's name has a zero in it"))
        };
        Ok(Self {
            graph: graph.to_path_buf(),
            inputs: session.inputs().iter().map(describe).collect(),
            outputs: session.outputs().iter().map(describe).collect(),
            input_names: names(session.inputs())?,
            output_names: names(session.outputs())?,
            session: Mutex::new(session),
        })
    }

    /// The graph's file.
    pub fn graph(&self) -> &Path {
        &self.graph
    }

    /// The inputs, in the graph's order.
    pub fn inputs(&self) -> &[TensorInfo] {
        &self.inputs
    }

    /// The outputs, in the graph's order.
    pub fn outputs(&self) -> &[TensorInfo] {
        &self.outputs
    }

    /// Checks that the graph has an input `name` of this element type and shape (`None`: any size), so that a wrong
    /// package is found when it is opened and not in the middle of a run.
    ///
    /// # Errors
    /// [`RuntimeError::TensorUnknown`], [`RuntimeError::TensorType`] or [`RuntimeError::TensorShape`].
    pub fn expect_input(&self, name: &str, element: ElementType, shape: &[Option<usize>]) -> Result<(), RuntimeError> {
        self.expect(&self.inputs, name, element, shape)
    }

    /// As [`expect_input`](Self::expect_input), for a float output.
    ///
    /// # Errors
    /// As [`expect_input`](Self::expect_input).
    pub fn expect_output(&self, name: &str, shape: &[Option<usize>]) -> Result<(), RuntimeError> {
        self.expect(&self.outputs, name, ElementType::Float32, shape)
    }

    /// Runs the graph on named inputs, given in any order, and answers all its outputs.
    ///
    /// # Errors
    /// [`RuntimeError::TensorUnknown`], [`RuntimeError::TensorMissing`], [`RuntimeError::TensorType`] and
    /// [`RuntimeError::TensorShape`] name the graph and the tensor at fault; [`RuntimeError::RunFailed`] carries the
    /// backend's own reason.
    pub fn run(&self, inputs: &[(&str, TensorView<'_>)]) -> Result<Outputs, RuntimeError> {
        if let Some((name, _)) = inputs.iter().find(|(name, _)| self.inputs.iter().all(|input| input.name != *name)) {
            return Err(self.unknown(&self.inputs, name));
        }
        // Always in the graph's order: the embedded backend compiles a plan for each order it meets.
        let mut values: Vec<(&CStr, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
        for (expected, expected_name) in self.inputs.iter().zip(&self.input_names) {
            let Some((_, tensor)) = inputs.iter().find(|(name, _)| *name == expected.name) else {
                return Err(RuntimeError::TensorMissing { graph: self.graph.clone(), tensor: expected.name.clone() });
            };
            self.check_input(expected, tensor)?;
            values.push((expected_name, self.value(tensor)?));
        }
        let wanted: Vec<&CStr> = self.output_names.iter().map(CString::as_c_str).collect();
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        catch_unwind(AssertUnwindSafe(|| {
            let tensors = run::run(&mut session, &values, &wanted).map_err(|error| self.failed(error.message()))?;
            let tensors = self.outputs.iter().map(|output| output.name.clone()).zip(tensors).collect();
            Ok(Outputs { graph: self.graph.clone(), tensors })
        }))
        .unwrap_or_else(|_| Err(RuntimeError::Panicked { graph: self.graph.clone() }))
    }

    fn value<'v>(&self, tensor: &TensorView<'v>) -> Result<SessionInputValue<'v>, RuntimeError> {
        match *tensor {
            TensorView::Floats { shape, values } => TensorRef::from_array_view((shape, values)).map(Into::into),
            TensorView::Integers { shape, values } => TensorRef::from_array_view((shape, values)).map(Into::into),
        }
        .map_err(|error| self.failed(error.message()))
    }

    fn check_input(&self, expected: &TensorInfo, tensor: &TensorView<'_>) -> Result<(), RuntimeError> {
        let shape: Vec<Option<usize>> = tensor.shape().iter().copied().map(Some).collect();
        self.compare(expected, tensor.element_type(), &shape)?;
        let elements: usize = tensor.shape().iter().product();
        if elements == tensor.len() {
            Ok(())
        } else {
            Err(RuntimeError::TensorShape {
                graph: self.graph.clone(),
                tensor: expected.name.clone(),
                expected: format!("{elements} values for {:?}", tensor.shape()),
                found: format!("{} values", tensor.len()),
            })
        }
    }

    fn expect(
        &self,
        tensors: &[TensorInfo],
        name: &str,
        element: ElementType,
        shape: &[Option<usize>],
    ) -> Result<(), RuntimeError> {
        let found = tensors.iter().find(|tensor| tensor.name == name).ok_or_else(|| self.unknown(tensors, name))?;
        let expected = TensorInfo { name: name.to_owned(), element, shape: shape.to_vec() };
        self.compare(&expected, found.element, &found.shape)
    }

    /// Sizes agree where both are known.
    fn compare(
        &self,
        expected: &TensorInfo,
        element: ElementType,
        shape: &[Option<usize>],
    ) -> Result<(), RuntimeError> {
        if expected.element != element {
            return Err(RuntimeError::TensorType {
                graph: self.graph.clone(),
                tensor: expected.name.clone(),
                expected: expected.element,
                found: element,
            });
        }
        let agree = expected.shape.len() == shape.len()
            && expected.shape.iter().zip(shape).all(|pair| !matches!(pair, (Some(a), Some(b)) if a != b));
        if agree {
            return Ok(());
        }
        Err(RuntimeError::TensorShape {
            graph: self.graph.clone(),
            tensor: expected.name.clone(),
            expected: display_shape(&expected.shape),
            found: display_shape(shape),
        })
    }

    fn unknown(&self, tensors: &[TensorInfo], name: &str) -> RuntimeError {
        RuntimeError::TensorUnknown {
            graph: self.graph.clone(),
            tensor: name.to_owned(),
            known: tensors.iter().map(|tensor| format!("`{}`", tensor.name)).collect::<Vec<_>>().join(", "),
        }
    }

    fn failed(&self, reason: &str) -> RuntimeError {
        RuntimeError::RunFailed { graph: self.graph.clone(), reason: one_line(reason) }
    }
}

fn configure(environment: &SharedEnvironment, report: &RuntimeReport) -> ort::Result<SessionBuilder> {
    let builder = ort::session::Session::builder(&environment.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?;
    match report.backend {
        // It has no further options.
        Backend::Embedded => Ok(builder),
        Backend::OnnxRuntime { .. } => Ok(builder
            .with_intra_threads(report.threads)?
            // Waiting threads that spin collapse beside a busy host (measured: 15 ms became 72 ms).
            .with_intra_op_spinning(false)?
            .with_config_entry(assignment::RECORD_ENTRY.0, assignment::RECORD_ENTRY.1)?),
    }
}

/// A GPU provider that ended up with no node at all is not in use, whatever the registration said.
fn check_assignment(session: &ort::session::Session, provider: Provider) -> Result<(), RuntimeError> {
    let Some(in_use) = assignment::providers_in_use(session) else {
        return Ok(());
    };
    let wanted = provider::onnx_runtime_name(provider);
    if in_use.iter().any(|name| name == wanted) {
        return Ok(());
    }
    Err(RuntimeError::ProviderUnavailable {
        provider,
        reason: format!("ONNX Runtime gave it no node; in use: {}", in_use.join(", ")),
    })
}

fn describe(outlet: &Outlet) -> TensorInfo {
    let element = match outlet.dtype().tensor_type() {
        Some(TensorElementType::Float32) => ElementType::Float32,
        Some(TensorElementType::Int64) => ElementType::Int64,
        _ => ElementType::Other,
    };
    let shape = outlet.dtype().tensor_shape().map_or_else(Vec::new, |shape| {
        shape.iter().map(|&size| usize::try_from(size).ok()).collect() // -1 stands for any size
    });
    TensorInfo { name: outlet.name().to_owned(), element, shape }
}

fn display_shape(shape: &[Option<usize>]) -> String {
    let sizes: Vec<String> =
        shape.iter().map(|size| size.map_or_else(|| "?".to_owned(), |size| size.to_string())).collect();
    format!("[{}]", sizes.join(", "))
}

fn unreadable(graph: &Path, reason: &str) -> RuntimeError {
    RuntimeError::GraphUnreadable { graph: graph.to_path_buf(), reason: one_line(reason) }
}

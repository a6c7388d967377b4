//! Tensors on their way into and out of a graph.

use std::{fmt, path::PathBuf};

use super::RuntimeError;

/// The element types that the project's graphs exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementType {
    /// 32-bit floating point.
    Float32,
    /// 64-bit signed integer.
    Int64,
    /// Anything else; no graph of a model package should have it at its border.
    Other,
}

impl fmt::Display for ElementType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Float32 => "float32",
            Self::Int64 => "int64",
            Self::Other => "another type",
        })
    }
}

/// A borrowed input tensor: row-major values and their shape.
#[derive(Debug, Clone, Copy)]
pub enum TensorView<'a> {
    /// 32-bit floats.
    Floats {
        /// Size of each dimension.
        shape: &'a [usize],
        /// The values, the last dimension varying fastest.
        values: &'a [f32],
    },
    /// 64-bit integers.
    Integers {
        /// Size of each dimension.
        shape: &'a [usize],
        /// The values, the last dimension varying fastest.
        values: &'a [i64],
    },
}

impl<'a> TensorView<'a> {
    /// A float tensor.
    pub fn floats(shape: &'a [usize], values: &'a [f32]) -> Self {
        Self::Floats { shape, values }
    }

    /// An integer tensor.
    pub fn integers(shape: &'a [usize], values: &'a [i64]) -> Self {
        Self::Integers { shape, values }
    }

    /// Size of each dimension.
    pub fn shape(&self) -> &'a [usize] {
        match self {
            Self::Floats { shape, .. } | Self::Integers { shape, .. } => shape,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Floats { values, .. } => values.len(),
            Self::Integers { values, .. } => values.len(),
        }
    }

    pub(super) fn element_type(&self) -> ElementType {
        match self {
            Self::Floats { .. } => ElementType::Float32,
            Self::Integers { .. } => ElementType::Int64,
        }
    }
}

/// An output tensor: row-major values and their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct FloatTensor {
    /// Size of each dimension.
    pub shape: Vec<usize>,
    /// The values, the last dimension varying fastest.
    pub values: Vec<f32>,
}

/// The outputs of one run, taken out by name.
#[derive(Debug)]
pub struct Outputs {
    pub(super) graph: PathBuf,
    pub(super) tensors: Vec<(String, FloatTensor)>,
}

impl Outputs {
    /// Takes an output out.
    ///
    /// # Errors
    /// [`RuntimeError::TensorUnknown`] where the graph has no such output, or it was taken before.
    pub fn take(&mut self, name: &str) -> Result<FloatTensor, RuntimeError> {
        match self.tensors.iter().position(|(known, _)| known == name) {
            Some(index) => Ok(self.tensors.swap_remove(index).1),
            None => Err(RuntimeError::TensorUnknown {
                graph: self.graph.clone(),
                tensor: name.to_owned(),
                known: self.tensors.iter().map(|(known, _)| format!("`{known}`")).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Takes an output out and checks its shape.
    ///
    /// # Errors
    /// As [`take`](Self::take), and [`RuntimeError::TensorShape`] where the shape is another.
    pub fn take_shaped(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, RuntimeError> {
        let tensor = self.take(name)?;
        if tensor.shape == shape {
            Ok(tensor.values)
        } else {
            Err(RuntimeError::TensorShape {
                graph: self.graph.clone(),
                tensor: name.to_owned(),
                expected: format!("{shape:?}"),
                found: format!("{:?}", tensor.shape),
            })
        }
    }
}

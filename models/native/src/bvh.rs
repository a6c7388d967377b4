//! BVH files of users' own corpora, by the exporters' reader and joint maps.

use std::path::Path;

use numpy::PyArray1;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use ropar_core::naming::NamingFamily;
use ropar_exporters::bvh::{self, BvhError, CanonicalPositions};

use crate::arrays::positions_array;

/// Joint positions of a BVH file on the 22 canonical joints.
///
/// `joint_map` is the path of a JSON joint map for a skeleton that no built-in map knows.
///
/// Returns dict(positions [T, 22, 3] in metres, mask [22] of the joints that the file has, fps, metres_per_unit,
/// joint_map, warnings). Raises OSError when a file cannot be read, ValueError when its content cannot be used; the
/// message names the file.
#[pyfunction]
#[pyo3(signature = (path, joint_map = None))]
pub fn read_bvh<'py>(py: Python<'py>, path: &str, joint_map: Option<&str>) -> PyResult<Bound<'py, PyDict>> {
    let bytes = read_bytes(path)?;
    let map = joint_map
        .map(|map_path| {
            let text = String::from_utf8_lossy(&read_bytes(map_path)?).into_owned();
            NamingFamily::from_json(&text).map_err(|error| unusable(map_path, &error))
        })
        .transpose()?;
    let (found, warnings) = py.detach(|| positions(&bytes, map.as_ref())).map_err(|error| unusable(path, &error))?;

    let result = PyDict::new(py);
    result.set_item("positions", positions_array(py, &found.positions)?)?;
    result.set_item("mask", PyArray1::from_slice(py, &found.mask))?;
    result.set_item("fps", found.fps)?;
    result.set_item("metres_per_unit", found.metres_per_unit)?;
    result.set_item("joint_map", found.map)?;
    result.set_item("warnings", warnings)?;
    Ok(result)
}

fn positions(bytes: &[u8], map: Option<&NamingFamily>) -> Result<(CanonicalPositions, Vec<String>), BvhError> {
    let clip = bvh::read(bytes)?;
    let found = match map {
        Some(map) => bvh::positions_22_with(&clip, map)?,
        None => bvh::positions_22(&clip)?,
    };
    Ok((found, clip.warnings))
}

fn read_bytes(path: &str) -> PyResult<Vec<u8>> {
    ropar_exporters::read_bytes(Path::new(path)).map_err(|error| PyOSError::new_err(error.to_string()))
}

fn unusable(path: &str, error: &dyn std::fmt::Display) -> PyErr {
    PyValueError::new_err(format!("{path}: {error}"))
}

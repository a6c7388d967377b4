//! Python module `ropar_native`: the core's solver, features and part schemes for the training code in `models/`, so
//! that training and runtime share one implementation.
//!
//! Arrays are `float32`, C order, one row per frame; quaternions are (x, y, z, w), local to the parent. Wrong shapes and
//! values raise `ValueError`.

mod arrays;
mod bvh;

use glam::Vec3;
use numpy::{PyArray1, PyArray2, PyArray3, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use ropar_core::cleanup::{self, contacts::ContactLimits};
use ropar_core::features::{self, FEATURE_COUNT, Features, Origin};
use ropar_core::parts::PartScheme;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, rest_offsets};
use ropar_core::solve::{Calibration, SolveOptions};
use ropar_core::{credibility, solve as solver};

use arrays::{MotionArrays, fixed, joint_positions, matrix, motion_arrays, motion_from, positions_array, quaternions};

fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Features with the origin they start from.
type FeatureArrays<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray1<f32>>);

/// Constants of a source skeleton, measured over the positions [T, 22, 3] of all its clips one after another.
///
/// Returns dict(ankle_height, foot_drop, spine_lean, neck_lean, shoulder), to be passed to `solve`. Free of
/// size, so that clips of bodies that differ in size only may be measured together.
#[pyfunction]
fn calibrate<'py>(
    py: Python<'py>,
    positions: PyReadonlyArray3<'py, f32>,
    mask: PyReadonlyArray1<'py, bool>,
) -> PyResult<Bound<'py, PyDict>> {
    let positions = joint_positions(&positions)?;
    let mapped = fixed::<bool, JOINT_COUNT>(&mask, "mask")?;
    let calibration = py.detach(|| Calibration::measure(&positions, &mapped)).map_err(value_error)?;
    let result = PyDict::new(py);
    result.set_item("ankle_height", calibration.ankle_height)?;
    result.set_item("foot_drop", calibration.foot_drop)?;
    result.set_item("spine_lean", calibration.spine_lean.to_vec())?;
    result.set_item("neck_lean", calibration.neck_lean)?;
    result.set_item("shoulder", calibration.shoulder.to_array().to_vec())?;
    Ok(result)
}

fn calibration_from(dict: &Bound<'_, PyDict>) -> PyResult<Calibration> {
    let get =
        |key: &str| dict.get_item(key)?.ok_or_else(|| PyValueError::new_err(format!("the calibration has no `{key}`")));
    let shoulder: [f32; 3] = get("shoulder")?.extract()?;
    Ok(Calibration {
        ankle_height: get("ankle_height")?.extract()?,
        foot_drop: get("foot_drop")?.extract()?,
        spine_lean: get("spine_lean")?.extract()?,
        neck_lean: get("neck_lean")?.extract()?,
        shoulder: Vec3::from_array(shoulder),
    })
}

/// Brings positions [T, 22, 3] to the canonical skeleton.
///
/// `mask` [22] tells which joints the source has; `head_yaw` [T] is the turn of the head against the chest, radians,
/// positive to the left. Returns dict(root [T, 3], rotations [T, 22, 4], residual_mm [T, 22], scale).
#[pyfunction]
#[pyo3(signature = (positions, mask, fps, head_yaw=None, calibration=None))]
fn solve<'py>(
    py: Python<'py>,
    positions: PyReadonlyArray3<'py, f32>,
    mask: PyReadonlyArray1<'py, bool>,
    fps: f32,
    head_yaw: Option<PyReadonlyArray1<'py, f32>>,
    calibration: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let positions = joint_positions(&positions)?;
    let mapped = fixed::<bool, JOINT_COUNT>(&mask, "mask")?;
    let yaw: Option<Vec<f32>> = head_yaw.map(|yaw| yaw.as_array().to_vec());
    let calibration = calibration.as_ref().map(calibration_from).transpose()?;
    let solved = py
        .detach(|| solver::solve(&positions, &mapped, fps, SolveOptions { calibration, head_yaw: yaw.as_deref() }))
        .map_err(value_error)?;
    let (root, rotations) = motion_arrays(py, &solved.motion)?;
    let result = PyDict::new(py);
    result.set_item("root", root)?;
    result.set_item("rotations", rotations)?;
    let residual: Vec<f32> = solved.residual_mm.iter().flatten().copied().collect();
    result.set_item("residual_mm", matrix(py, residual, JOINT_COUNT)?)?;
    result.set_item("scale", solved.scale)?;
    Ok(result)
}

/// Turn of the head against the chest [T], radians, for `solve`.
///
/// From positions [T, 22, 3] and the source's global rotations [T, 4] of chest and head; the median of all frames looks
/// straight ahead, so pass the clips of one skeleton together.
#[pyfunction]
fn head_yaw<'py>(
    py: Python<'py>,
    positions: PyReadonlyArray3<'py, f32>,
    chest: PyReadonlyArray2<'py, f32>,
    head: PyReadonlyArray2<'py, f32>,
) -> PyResult<Bound<'py, PyArray1<f32>>> {
    let positions = joint_positions(&positions)?;
    let (chest, head) = (quaternions(&chest, "chest")?, quaternions(&head, "head")?);
    let yaw = py.detach(|| solver::head_yaw(&positions, &chest, &head)).map_err(value_error)?;
    Ok(PyArray1::from_vec(py, yaw))
}

/// The motion at another rate: (root, rotations).
#[pyfunction]
fn resample<'py>(
    py: Python<'py>,
    root: PyReadonlyArray2<'py, f32>,
    rotations: PyReadonlyArray3<'py, f32>,
    fps: f32,
    target_fps: f32,
) -> PyResult<MotionArrays<'py>> {
    if !(target_fps.is_finite() && target_fps > 0.0) {
        return Err(PyValueError::new_err(format!("target_fps is {target_fps}; it must be positive and finite")));
    }
    let motion = motion_from(&root, &rotations, fps)?;
    motion_arrays(py, &py.detach(|| motion.resample(target_fps)))
}

/// The motion with left and right exchanged: (root, rotations).
#[pyfunction]
fn mirror<'py>(
    py: Python<'py>,
    root: PyReadonlyArray2<'py, f32>,
    rotations: PyReadonlyArray3<'py, f32>,
) -> PyResult<MotionArrays<'py>> {
    let motion = motion_from(&root, &rotations, 1.0)?;
    motion_arrays(py, &py.detach(|| motion.mirror()))
}

/// A generated motion with standing feet held still, as the product writes it: (root, rotations).
#[pyfunction]
fn plant_feet<'py>(
    py: Python<'py>,
    root: PyReadonlyArray2<'py, f32>,
    rotations: PyReadonlyArray3<'py, f32>,
    fps: f32,
) -> PyResult<MotionArrays<'py>> {
    let motion = motion_from(&root, &rotations, fps)?;
    motion_arrays(py, &py.detach(|| cleanup::plant_feet(&motion, &ContactLimits::GENERATED)))
}

/// Features [T, 262] and the origin [x, z, heading] they start from.
#[pyfunction(name = "features")]
fn motion_features<'py>(
    py: Python<'py>,
    root: PyReadonlyArray2<'py, f32>,
    rotations: PyReadonlyArray3<'py, f32>,
    fps: f32,
) -> PyResult<FeatureArrays<'py>> {
    let motion = motion_from(&root, &rotations, fps)?;
    let features = py.detach(|| features::from_motion(&motion));
    let Origin { x, z, heading } = features.origin;
    Ok((matrix(py, features.data, FEATURE_COUNT)?, PyArray1::from_slice(py, &[x, z, heading])))
}

/// The motion (root, rotations) of features [T, 262]; starts at x = z = 0 facing +Z without an origin.
#[pyfunction(name = "motion")]
#[pyo3(signature = (features, fps, origin=None))]
fn features_motion<'py>(
    py: Python<'py>,
    features: PyReadonlyArray2<'py, f32>,
    fps: f32,
    origin: Option<PyReadonlyArray1<'py, f32>>,
) -> PyResult<MotionArrays<'py>> {
    let origin = match origin {
        Some(origin) => {
            let [x, z, heading] = fixed::<f32, 3>(&origin, "origin")?;
            Origin { x, z, heading }
        }
        None => Origin::default(),
    };
    let array = features.as_array();
    if array.ncols() != FEATURE_COUNT {
        return Err(PyValueError::new_err(format!(
            "features have {} channels; the layout has {FEATURE_COUNT}",
            array.ncols()
        )));
    }
    let features = Features { fps, frames: array.nrows(), data: array.iter().copied().collect(), origin };
    let motion = py.detach(|| features::to_motion(&features)).map_err(value_error)?;
    motion_arrays(py, &motion)
}

/// World positions [T, 22, 3].
#[pyfunction]
fn forward_kinematics<'py>(
    py: Python<'py>,
    root: PyReadonlyArray2<'py, f32>,
    rotations: PyReadonlyArray3<'py, f32>,
) -> PyResult<Bound<'py, PyArray3<f32>>> {
    let motion = motion_from(&root, &rotations, 1.0)?;
    positions_array(py, &py.detach(|| motion.positions()))
}

/// A part scheme by name (three, five, seven, nine) or as JSON text.
fn scheme_from(name_or_json: &str) -> PyResult<PartScheme> {
    if name_or_json.trim_start().starts_with('{') {
        PartScheme::from_json(name_or_json).map_err(value_error)
    } else {
        PartScheme::built_in(name_or_json).map_err(value_error)
    }
}

/// dict(name, parts, joints, channels, owned): names of the parts and, per part, int64 arrays of the joints it owns, the
/// channels it sees and the channels it owns.
#[pyfunction]
fn part_scheme<'py>(py: Python<'py>, name_or_json: &str) -> PyResult<Bound<'py, PyDict>> {
    let scheme = scheme_from(name_or_json)?;
    let per_part = |list: &dyn Fn(usize) -> Vec<usize>| -> Vec<Bound<'py, PyArray1<i64>>> {
        (0..scheme.len())
            .map(|part| PyArray1::from_vec(py, list(part).into_iter().map(|index| index as i64).collect()))
            .collect()
    };
    let result = PyDict::new(py);
    result.set_item("name", scheme.name())?;
    result.set_item("parts", scheme.parts().iter().map(|part| part.name.as_str()).collect::<Vec<_>>())?;
    result.set_item("joints", per_part(&|part| scheme.owned_joints(part)))?;
    result.set_item("channels", per_part(&|part| scheme.channels(part)))?;
    result.set_item("owned", per_part(&|part| scheme.owned_channels(part)))?;
    Ok(result)
}

/// Which parts are credible, bool [T, P], from confidence [T, 22].
#[pyfunction]
fn credible_parts<'py>(
    py: Python<'py>,
    confidence: PyReadonlyArray2<'py, f32>,
    scheme: &str,
    threshold: f32,
) -> PyResult<Bound<'py, PyArray2<bool>>> {
    let scheme = scheme_from(scheme)?;
    let array = confidence.as_array();
    if array.ncols() != JOINT_COUNT {
        return Err(PyValueError::new_err(format!(
            "confidence has {} columns; the skeleton has {JOINT_COUNT} joints",
            array.ncols()
        )));
    }
    let rows: Vec<[f32; JOINT_COUNT]> =
        array.rows().into_iter().map(|row| std::array::from_fn(|joint| row[joint])).collect();
    let credible = credibility::credible_parts(&rows, &scheme, threshold);
    matrix(py, credible.into_iter().flatten().collect(), scheme.len())
}

/// dict(names, parents, offsets): the canonical skeleton; the pelvis has parent -1, offsets are [22, 3] metres.
#[pyfunction]
fn skeleton(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let result = PyDict::new(py);
    result.set_item("names", JOINT_NAMES.to_vec())?;
    result.set_item("parents", PARENTS.map(|parent| parent.map_or(-1, |parent| parent as i64)).to_vec())?;
    let offsets: Vec<f32> = rest_offsets().iter().flat_map(|offset| offset.to_array()).collect();
    result.set_item("offsets", matrix(py, offsets, 3)?)?;
    Ok(result)
}

#[pymodule]
fn ropar_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(calibrate, module)?)?;
    module.add_function(wrap_pyfunction!(solve, module)?)?;
    module.add_function(wrap_pyfunction!(head_yaw, module)?)?;
    module.add_function(wrap_pyfunction!(resample, module)?)?;
    module.add_function(wrap_pyfunction!(mirror, module)?)?;
    module.add_function(wrap_pyfunction!(plant_feet, module)?)?;
    module.add_function(wrap_pyfunction!(motion_features, module)?)?;
    module.add_function(wrap_pyfunction!(features_motion, module)?)?;
    module.add_function(wrap_pyfunction!(forward_kinematics, module)?)?;
    module.add_function(wrap_pyfunction!(part_scheme, module)?)?;
    module.add_function(wrap_pyfunction!(credible_parts, module)?)?;
    module.add_function(wrap_pyfunction!(skeleton, module)?)?;
    module.add_function(wrap_pyfunction!(bvh::read_bvh, module)?)?;
    Ok(())
}

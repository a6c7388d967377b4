//! Conversions between numpy arrays and the core's types.

use glam::{Quat, Vec3};
use numpy::{
    Element, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use ropar_core::motion::Motion;
use ropar_core::skeleton::JOINT_COUNT;

/// Root and rotations of a motion.
pub type MotionArrays<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray3<f32>>);

/// An array of exactly `N` values.
pub fn fixed<T: Element + Copy, const N: usize>(array: &PyReadonlyArray1<'_, T>, name: &str) -> PyResult<[T; N]> {
    let array = array.as_array();
    if array.len() != N {
        return Err(PyValueError::new_err(format!("{name} has {} values; it needs {N}", array.len())));
    }
    Ok(std::array::from_fn(|index| array[index]))
}

/// Positions [T, 22, 3].
pub fn joint_positions(array: &PyReadonlyArray3<'_, f32>) -> PyResult<Vec<[Vec3; JOINT_COUNT]>> {
    let array = array.as_array();
    if array.shape()[1..] != [JOINT_COUNT, 3] {
        return Err(PyValueError::new_err(format!(
            "positions have shape {:?}; expected [frames, {JOINT_COUNT}, 3]",
            array.shape()
        )));
    }
    Ok((0..array.shape()[0])
        .map(|frame| {
            std::array::from_fn(|joint| {
                Vec3::new(array[[frame, joint, 0]], array[[frame, joint, 1]], array[[frame, joint, 2]])
            })
        })
        .collect())
}

/// Quaternions [T, 4], normalised.
pub fn quaternions(array: &PyReadonlyArray2<'_, f32>, name: &str) -> PyResult<Vec<Quat>> {
    let array = array.as_array();
    if array.ncols() != 4 {
        return Err(PyValueError::new_err(format!("{name} has shape {:?}; expected [frames, 4]", array.shape())));
    }
    array
        .rows()
        .into_iter()
        .enumerate()
        .map(|(frame, row)| normalised([row[0], row[1], row[2], row[3]], || format!("{name} in frame {frame}")))
        .collect()
}

fn normalised(components: [f32; 4], place: impl Fn() -> String) -> PyResult<Quat> {
    let raw = Quat::from_array(components);
    let length = raw.length();
    if length.is_finite() && length > 1e-6 {
        Ok(raw / length)
    } else {
        Err(PyValueError::new_err(format!("{} is not a rotation: {raw}", place())))
    }
}

/// A motion from root [T, 3] and rotations [T, 22, 4]; rotations are normalised.
pub fn motion_from(
    root: &PyReadonlyArray2<'_, f32>,
    rotations: &PyReadonlyArray3<'_, f32>,
    fps: f32,
) -> PyResult<Motion> {
    let (root, rotations) = (root.as_array(), rotations.as_array());
    let frames = root.nrows();
    if root.ncols() != 3 || rotations.shape() != [frames, JOINT_COUNT, 4] {
        return Err(PyValueError::new_err(format!(
            "root has shape {:?} and rotations {:?}; expected [frames, 3] and [frames, {JOINT_COUNT}, 4]",
            root.shape(),
            rotations.shape()
        )));
    }
    if !(fps.is_finite() && fps > 0.0) {
        return Err(PyValueError::new_err(format!("fps is {fps}; it must be positive and finite")));
    }
    let mut frames_of_rotations = Vec::with_capacity(frames);
    for frame in 0..frames {
        let mut row = [Quat::IDENTITY; JOINT_COUNT];
        for (joint, rotation) in row.iter_mut().enumerate() {
            let components = std::array::from_fn(|component| rotations[[frame, joint, component]]);
            *rotation = normalised(components, || format!("the rotation of joint {joint} in frame {frame}"))?;
        }
        frames_of_rotations.push(row);
    }
    Ok(Motion {
        fps,
        root: root.rows().into_iter().map(|row| Vec3::new(row[0], row[1], row[2])).collect(),
        rotations: frames_of_rotations,
    })
}

/// Root [T, 3] and rotations [T, 22, 4] of a motion.
pub fn motion_arrays<'py>(py: Python<'py>, motion: &Motion) -> PyResult<MotionArrays<'py>> {
    let root: Vec<f32> = motion.root.iter().flat_map(|root| root.to_array()).collect();
    let rotations: Vec<f32> = motion.rotations.iter().flatten().flat_map(|rotation| rotation.to_array()).collect();
    Ok((matrix(py, root, 3)?, PyArray1::from_vec(py, rotations).reshape([motion.frames(), JOINT_COUNT, 4])?))
}

/// Positions [T, 22, 3] as an array.
pub fn positions_array<'py>(py: Python<'py>, positions: &[[Vec3; JOINT_COUNT]]) -> PyResult<Bound<'py, PyArray3<f32>>> {
    let values: Vec<f32> = positions.iter().flatten().flat_map(|position| position.to_array()).collect();
    PyArray1::from_vec(py, values).reshape([positions.len(), JOINT_COUNT, 3])
}

/// A two-dimensional array of `values`, `columns` wide.
pub fn matrix<T: Element>(py: Python<'_>, values: Vec<T>, columns: usize) -> PyResult<Bound<'_, PyArray2<T>>> {
    let rows = values.len() / columns;
    PyArray1::from_vec(py, values).reshape([rows, columns])
}

//! One run of a graph, through the C interface that `ort` wraps.
//!
//! `ort`'s own `Session::run` loses some 60 bytes per output: `Value::from_session_output_ptr` of 2.0.0-rc.14
//! (src/value/mod.rs, line 372) asks for the type of each output with `GetTypeInfo`, and gives it back with
//! `ReleaseTypeInfo` for outputs that are no tensors only. `run_binding` and `run_async` end in the same function, and
//! outputs that the caller allocates, which pass it by, need shapes that are not known before the run. 2.0.0-rc.15
//! does not ask any more, but ort-tract 0.5.0 wants ort-sys rc.14. Once both go together, this file may go.

use std::{
    ffi::{CStr, c_char, c_void},
    ptr::{self, NonNull},
    slice,
};

use ort::{
    AsPointer as _,
    session::SessionInputValue,
    sys::{ONNXTensorElementDataType, OrtValue},
};

use super::FloatTensor;

/// A value that ONNX Runtime made and this process owns.
struct OwnedValue(NonNull<OrtValue>);

impl Drop for OwnedValue {
    fn drop(&mut self) {
        // SAFETY: the value was answered by `Run` and is released here alone.
        unsafe { (ort::api().ReleaseValue)(self.0.as_ptr()) }
    }
}

/// Runs the graph on `inputs` and answers `outputs`, both by name, in the given order.
///
/// The session is borrowed for change, because runs of one session must follow each other.
pub(super) fn run(
    session: &mut ort::session::Session,
    inputs: &[(&CStr, SessionInputValue<'_>)],
    outputs: &[&CStr],
) -> ort::Result<Vec<FloatTensor>> {
    let input_names: Vec<*const c_char> = inputs.iter().map(|(name, _)| name.as_ptr()).collect();
    let input_values: Vec<*const OrtValue> = inputs.iter().map(|(_, value)| value.ptr()).collect();
    let output_names: Vec<*const c_char> = outputs.iter().map(|name| name.as_ptr()).collect();
    // Null: the runtime allocates the output.
    let mut output_values: Vec<*mut OrtValue> = vec![ptr::null_mut(); outputs.len()];
    // SAFETY: all arrays have the stated lengths, and names, values and session outlive the call.
    let status = unsafe {
        (ort::api().Run)(
            session.ptr().cast_mut(),
            ptr::null(),
            input_names.as_ptr(),
            input_values.as_ptr(),
            input_values.len(),
            output_names.as_ptr(),
            output_names.len(),
            output_values.as_mut_ptr(),
        )
    };
    // Owned before the status is looked at, so that a failed run frees what it had made.
    let values: Vec<Option<OwnedValue>> =
        output_values.into_iter().map(|value| NonNull::new(value).map(OwnedValue)).collect();
    checked(status)?;
    let answer = |(value, name): (Option<OwnedValue>, &&CStr)| match value {
        Some(value) => floats(&value),
        None => Err(ort::Error::new(format!("the backend answered no `{}`", name.to_string_lossy()))),
    };
    values.into_iter().zip(outputs).map(answer).collect()
}

/// A copy of a float tensor.
fn floats(value: &OwnedValue) -> ort::Result<FloatTensor> {
    let mut element = ONNXTensorElementDataType::ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    let (mut sizes, mut rank) = (ptr::null(), 0);
    let value = value.0.as_ptr();
    // SAFETY: the value is alive, and the out-pointers are valid.
    checked(unsafe {
        (ort::api().GetTensorElementTypeAndShapeDataReference)(value, &mut element, &mut sizes, &mut rank)
    })?;
    if element != ONNXTensorElementDataType::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT {
        return Err(ort::Error::new("an output has another element type than float32"));
    }
    // SAFETY: the runtime answered `rank` sizes, which live as long as the value; the pointer of none may be null.
    let sizes: &[i64] = if rank == 0 { &[] } else { unsafe { slice::from_raw_parts(sizes, rank) } };
    let shape: Vec<usize> = sizes.iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect();
    let count = shape.iter().product();
    let mut data: *mut c_void = ptr::null_mut();
    // SAFETY: as above.
    checked(unsafe { (ort::api().GetTensorMutableData)(value, &mut data) })?;
    // SAFETY: a tensor of `count` floats, aligned and alive as long as the value; the pointer of none may be null.
    let values =
        if count == 0 { Vec::new() } else { unsafe { slice::from_raw_parts(data.cast::<f32>(), count) }.to_vec() };
    Ok(FloatTensor { shape, values })
}

/// Consumes a status.
fn checked(status: ort::sys::OrtStatusPtr) -> ort::Result<()> {
    // SAFETY: the status was just answered by the same library and is used nowhere else.
    unsafe { ort::Error::result_from_status(status) }
}

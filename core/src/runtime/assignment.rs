//! Which provider a session's nodes really run on.
//!
//! Registering a provider is a wish: ONNX Runtime leaves every node that the provider does not claim on the CPU, and
//! says nothing. The assignment is what it decided, recorded when the session was created with [`RECORD_ENTRY`].

use std::{ffi::CStr, ptr, slice};

use ort::AsPointer as _;

/// Session configuration entry that makes ONNX Runtime (1.24 or newer) keep the assignment.
pub(super) const RECORD_ENTRY: (&str, &str) = ("session.record_ep_graph_assignment_info", "1");

/// ONNX Runtime's names of the providers that run at least one node of `session`, without repetition; `None` where the
/// library does not tell.
pub(super) fn providers_in_use(session: &ort::session::Session) -> Option<Vec<String>> {
    let api = ort::api();
    let mut subgraphs: *const *const ort::sys::OrtEpAssignedSubgraph = ptr::null();
    let mut count = 0;
    // SAFETY: the session is alive for the whole call, and both out-pointers are valid. ONNX Runtime owns the array and
    // keeps it as long as the session.
    let status = unsafe { (api.Session_GetEpGraphAssignmentInfo)(session.ptr(), &mut subgraphs, &mut count) };
    if !accepted(status) || (subgraphs.is_null() && count > 0) {
        return None;
    }
    let subgraphs = match count {
        0 => &[],
        // SAFETY: ONNX Runtime answered success, so `subgraphs` points to `count` pointers.
        _ => unsafe { slice::from_raw_parts(subgraphs, count) },
    };
    let mut names: Vec<String> = Vec::new();
    for &subgraph in subgraphs {
        let mut name = ptr::null();
        // SAFETY: `subgraph` comes from ONNX Runtime, and the name it answers lives as long as the session.
        let status = unsafe { (api.EpAssignedSubgraph_GetEpName)(subgraph, &mut name) };
        if !accepted(status) || name.is_null() {
            return None;
        }
        // SAFETY: a NUL-terminated string of ONNX Runtime, checked not to be null.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names)
}

/// Consumes a status; an error is freed and answered as `false`.
fn accepted(status: ort::sys::OrtStatusPtr) -> bool {
    // SAFETY: the status was just answered by the same library and is used nowhere else.
    unsafe { ort::Error::result_from_status(status) }.is_ok()
}

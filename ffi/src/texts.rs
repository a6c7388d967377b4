//! Texts that callers own until they give them back.

use std::{
    collections::BTreeMap,
    ffi::{CString, c_char},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    failure::Failure,
    firewall,
    status::{ROPAR_ERROR_HANDLE, ropar_status},
};

/// By address, so that text is freed once and foreign pointers are left alone.
static TEXTS: Mutex<BTreeMap<usize, CString>> = Mutex::new(BTreeMap::new());

fn texts() -> MutexGuard<'static, BTreeMap<usize, CString>> {
    TEXTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Text as C has it; a 0 inside, which JSON cannot hold and file names seldom do, ends it.
pub(crate) fn c_text(text: impl Into<Vec<u8>>) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}

/// Gives text out.
pub(crate) fn give(text: impl Into<Vec<u8>>) -> *mut c_char {
    let text = c_text(text);
    let pointer = text.as_ptr().cast_mut();
    texts().insert(pointer.addr(), text);
    pointer
}

/// Gives a JSON value out.
pub(crate) fn give_json(value: &serde_json::Value) -> *mut c_char {
    give(value.to_string())
}

/// Texts that were given out and not given back.
pub(crate) fn live() -> usize {
    texts().len()
}

fn take_back(text: *const c_char) -> Result<(), Failure> {
    if text.is_null() {
        return Ok(());
    }
    let mut texts = texts();
    let removed = texts.remove(&text.addr());
    if texts.is_empty() {
        // As for handles: nothing is left behind when a host unloads the library.
        *texts = BTreeMap::new();
    }
    removed.map(drop).ok_or_else(|| {
        Failure::new(ROPAR_ERROR_HANDLE, "the text is not from this library, or was freed before", "free a text once")
    })
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_text_free(text: *mut c_char) -> ropar_status {
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_text_free", std::ptr::null_mut(), || take_back(text)) }
}

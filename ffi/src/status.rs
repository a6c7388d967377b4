//! Status codes and versions.

use std::ffi::{CStr, c_char};

/// What a function answers.
pub type ropar_status = i32;

pub const ROPAR_ABI_VERSION: u32 = 1;

pub const ROPAR_OK: ropar_status = 0;
pub const ROPAR_ERROR_INTERNAL: ropar_status = 1;
pub const ROPAR_ERROR_ARGUMENT: ropar_status = 2;
pub const ROPAR_ERROR_INPUT: ropar_status = 3;
pub const ROPAR_ERROR_PACKAGE: ropar_status = 4;
pub const ROPAR_ERROR_RUNTIME: ropar_status = 5;
pub const ROPAR_ERROR_OUTPUT: ropar_status = 6;
pub const ROPAR_ERROR_HANDLE: ropar_status = 7;
pub const ROPAR_ERROR_UNSUPPORTED: ropar_status = 8;
pub const ROPAR_ERROR_BUSY: ropar_status = 9;
pub const ROPAR_CANCELLED: ropar_status = 130;

#[unsafe(no_mangle)]
pub extern "C" fn ropar_abi_version() -> u32 {
    ROPAR_ABI_VERSION
}

#[unsafe(no_mangle)]
pub extern "C" fn ropar_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"unknown",
    };
    VERSION.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn ropar_status_name(status: ropar_status) -> *const c_char {
    let name = match status {
        ROPAR_OK => c"ok",
        ROPAR_ERROR_INTERNAL => c"internal",
        ROPAR_ERROR_ARGUMENT => c"argument",
        ROPAR_ERROR_INPUT => c"input",
        ROPAR_ERROR_PACKAGE => c"package",
        ROPAR_ERROR_RUNTIME => c"runtime",
        ROPAR_ERROR_OUTPUT => c"output",
        ROPAR_ERROR_HANDLE => c"handle",
        ROPAR_ERROR_UNSUPPORTED => c"unsupported",
        ROPAR_ERROR_BUSY => c"busy",
        ROPAR_CANCELLED => c"cancelled",
        _ => c"unknown",
    };
    name.as_ptr()
}

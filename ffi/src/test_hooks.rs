//! For tests of the firewall only; no shipped library has it.

use std::{
    cell::RefCell,
    ffi::{CStr, c_char},
};

thread_local! {
    static NEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes the next call of `function` on this thread panic.
///
/// # Safety
/// `function` is text with a final 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_test_panic(function: *const c_char) {
    // SAFETY: as the caller promises.
    let name = unsafe { CStr::from_ptr(function) }.to_string_lossy().into_owned();
    NEXT.set(name);
}

pub(crate) fn panic_if_asked(function: &str) {
    if NEXT.with_borrow(|next| next == function) {
        NEXT.take();
        panic!("a test asked for it");
    }
}

//! From C pointers to Rust values, checked as far as a pointer can be.

use std::{
    ffi::{CStr, c_char},
    path::PathBuf,
    slice,
};

use crate::failure::Failure;

/// The longest text that is taken; a mapping of a large rig has some hundred kilobytes.
pub(crate) const MAX_TEXT_BYTES: usize = 16 << 20;

/// Neither null nor misaligned.
pub(crate) fn check<T>(pointer: *const T, name: &str) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::argument(format!("`{name}` is NULL"), "pass a valid pointer"));
    }
    if !pointer.is_aligned() {
        return Err(Failure::argument(
            format!("`{name}` is misaligned: it must be a multiple of {}", align_of::<T>()),
            "pass a pointer to an object of the right type",
        ));
    }
    Ok(())
}

/// A place for a result, cleared.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    pub(crate) fn set(&self, value: T) {
        // SAFETY: checked by `out`, whose caller promises that it stays valid.
        unsafe { self.0.write(value) };
    }
}

/// Checks and clears a place for a result.
///
/// # Safety
/// `place` is null, misaligned, or valid for writes as long as the answer lives.
pub(crate) unsafe fn out<T: Default>(place: *mut T, name: &str) -> Result<Out<T>, Failure> {
    check(place, name)?;
    let out = Out(place);
    out.set(T::default());
    Ok(out)
}

/// Text of the caller.
///
/// # Safety
/// `text` is null, or ends with a 0 and does not change while the answer lives.
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Failure> {
    check(text, name)?;
    // SAFETY: as the caller promises.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    if bytes.len() > MAX_TEXT_BYTES {
        return Err(Failure::argument(
            format!("`{name}` has {} bytes", bytes.len()),
            format!("pass at most {MAX_TEXT_BYTES}"),
        ));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        Failure::argument(
            format!("`{name}` is not UTF-8: byte {} is not part of a character", error.valid_up_to()),
            "convert it to UTF-8 first",
        )
    })
}

/// Text of the caller, or `None` for null.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn optional_text<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { text(pointer, name) }.map(Some)
}

/// A path of the caller.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn path(pointer: *const c_char, name: &str) -> Result<PathBuf, Failure> {
    // SAFETY: as the caller promises.
    let path = unsafe { text(pointer, name) }?;
    if path.is_empty() {
        return Err(Failure::argument(format!("`{name}` is empty"), "name a file"));
    }
    Ok(PathBuf::from(path))
}

/// `rows * width` numbers of the caller.
///
/// # Safety
/// `values` is null, misaligned, or valid for reads of so many numbers while the answer lives.
pub(crate) unsafe fn array<'a, T: Copy>(
    values: *const T,
    rows: u64,
    width: usize,
    name: &str,
) -> Result<&'a [T], Failure> {
    if rows == 0 {
        return Ok(&[]);
    }
    check(values, name)?;
    let length = length::<T>(rows, width, name)?;
    // SAFETY: not null, aligned, not larger than the address space, and readable as the caller promises.
    Ok(unsafe { slice::from_raw_parts(values, length) })
}

/// Room of the caller for numbers.
///
/// # Safety
/// `values` is null, misaligned, or valid for writes of `capacity` numbers while the answer lives.
pub(crate) unsafe fn room<T: Copy>(
    values: *mut T,
    capacity: u64,
    needed: usize,
    name: &str,
) -> Result<Room<T>, Failure> {
    check(values, name)?;
    if capacity < needed as u64 {
        return Err(Failure::argument(
            format!("`{name}` has room for {capacity} numbers, {needed} are needed"),
            "pass a larger array",
        ));
    }
    Ok(Room { values, needed })
}

/// An array of the caller that is large enough.
pub(crate) struct Room<T> {
    values: *mut T,
    needed: usize,
}

impl<T: Copy> Room<T> {
    pub(crate) fn write(&self, source: &[T]) {
        debug_assert_eq!(source.len(), self.needed);
        let count = source.len().min(self.needed);
        // SAFETY: the caller's array has room for `needed` numbers.
        unsafe { std::ptr::copy_nonoverlapping(source.as_ptr(), self.values, count) };
    }
}

/// `rows * width`, where so many numbers can lie in memory at all.
fn length<T>(rows: u64, width: usize, name: &str) -> Result<usize, Failure> {
    usize::try_from(rows)
        .ok()
        .and_then(|rows| rows.checked_mul(width))
        .filter(|length| length.checked_mul(size_of::<T>()).is_some_and(|bytes| bytes <= isize::MAX as usize))
        .ok_or_else(|| Failure::argument(format!("`{name}` cannot have {rows} rows"), "correct the number of rows"))
}

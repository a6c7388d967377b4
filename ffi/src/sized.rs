//! Structs that begin with their size: what an older or newer caller passes, and what this library knows.

use std::{mem::MaybeUninit, ptr};

use crate::{failure::Failure, pointers};

/// No struct of any version comes near it; a larger size is memory that nobody has set.
const LARGEST_SIZE: usize = 1 << 16;

/// A struct of the header.
///
/// # Safety
/// `repr(C)`, begins with `size: u32`, and valid for any bytes, all of them 0 included.
pub(crate) unsafe trait Sized: Copy {
    /// The name in the header, for messages.
    const NAME: &'static str;
    /// Its size in the first version that had it: no caller has less.
    const FIRST_SIZE: usize;
    /// Where its `u32` fields are that the header wants to be 0: a later version may give them a meaning.
    const RESERVED: &'static [usize] = &[];
}

/// A copy of the caller's struct; fields that an older caller does not have are 0.
///
/// # Safety
/// `source` is null, or points to as many readable bytes as its `size` says.
pub(crate) unsafe fn read<T: Sized>(source: *const T) -> Result<T, Failure> {
    pointers::check(source, T::NAME)?;
    // SAFETY: not null and aligned, and every struct begins with a u32.
    let size = unsafe { source.cast::<u32>().read() } as usize;
    check_size::<T>(size)?;
    let known = size.min(size_of::<T>());
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: the caller's struct has `size` bytes, ours at least `known`.
    unsafe { ptr::copy_nonoverlapping(source.cast::<u8>(), value.as_mut_ptr().cast::<u8>(), known) };
    for place in known..size {
        // SAFETY: within the caller's struct.
        if unsafe { source.cast::<u8>().add(place).read() } != 0 {
            return Err(Failure::unsupported(
                format!("{} has a field that this version does not know", T::NAME),
                "use a newer library, or leave the field 0",
            ));
        }
    }
    for &place in T::RESERVED {
        // SAFETY: a field of T, all of which is set; what an older caller does not have is 0.
        if unsafe { value.as_ptr().byte_add(place).cast::<u32>().read() } != 0 {
            return Err(Failure::unsupported(
                format!("a reserved field of {} is not 0", T::NAME),
                "fill the struct with zeros first; a field that has a name in a newer header needs a newer library",
            ));
        }
    }
    // SAFETY: any bytes are a valid T.
    Ok(unsafe { value.assume_init() })
}

/// As [`read`], with the default for null.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_or_default<T: Sized>(source: *const T) -> Result<T, Failure> {
    if source.is_null() {
        // SAFETY: any bytes are a valid T.
        return Ok(unsafe { MaybeUninit::<T>::zeroed().assume_init() });
    }
    // SAFETY: as the caller promises.
    unsafe { read(source) }
}

/// A caller's struct that will be filled: checked and cleared, so that a failure leaves nothing old in it.
pub(crate) struct Target<T: Sized> {
    place: *mut T,
    known: usize,
}

/// Checks and clears a struct to fill.
///
/// # Safety
/// `place` is null, or points to as many writable bytes as its `size` says, for as long as the answer lives.
pub(crate) unsafe fn target<T: Sized>(place: *mut T) -> Result<Target<T>, Failure> {
    pointers::check(place, T::NAME)?;
    // SAFETY: not null and aligned, and every struct begins with a u32.
    let size = unsafe { place.cast::<u32>().read() } as usize;
    check_size::<T>(size)?;
    let target = Target { place, known: size.min(size_of::<T>()) };
    // SAFETY: any bytes are a valid T.
    target.fill(&unsafe { MaybeUninit::<T>::zeroed().assume_init() });
    Ok(target)
}

impl<T: Sized> Target<T> {
    /// Writes the fields that the caller has; `size` stays the caller's.
    pub(crate) fn fill(&self, value: &T) {
        let start = size_of::<u32>();
        // SAFETY: `known` bytes are within both structs.
        unsafe {
            ptr::copy_nonoverlapping(
                ptr::from_ref(value).cast::<u8>().add(start),
                self.place.cast::<u8>().add(start),
                self.known - start,
            );
        }
    }
}

fn check_size<T: Sized>(size: usize) -> Result<(), Failure> {
    if (T::FIRST_SIZE..=LARGEST_SIZE).contains(&size) {
        return Ok(());
    }
    Err(Failure::argument(
        format!("the size of {} is {size}, at least {} are needed", T::NAME, T::FIRST_SIZE),
        format!("set its field `size` to sizeof({}) before the call", T::NAME),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{ROPAR_ERROR_ARGUMENT, ROPAR_ERROR_UNSUPPORTED};

    /// The third version of a struct: `a`, then `b`, then `c`.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Third {
        size: u32,
        a: u32,
        b: u32,
        c: u32,
    }

    // SAFETY: repr(C), begins with the size, numbers only.
    unsafe impl Sized for Third {
        const NAME: &'static str = "third";
        const FIRST_SIZE: usize = 8;
    }

    fn read_words(words: &[u32]) -> Result<Third, Failure> {
        // SAFETY: the size is that of the array in every use below.
        unsafe { read(words.as_ptr().cast::<Third>()) }
    }

    #[test]
    fn an_older_callers_missing_fields_are_zero() {
        assert_eq!(read_words(&[8, 1]).expect("first"), Third { size: 8, a: 1, b: 0, c: 0 });
        assert_eq!(read_words(&[12, 1, 2]).expect("second"), Third { size: 12, a: 1, b: 2, c: 0 });
    }

    #[test]
    fn a_newer_callers_unknown_fields_must_be_zero() {
        assert!(read_words(&[20, 1, 2, 3, 0]).is_ok());
        assert_eq!(read_words(&[20, 1, 2, 3, 4]).expect_err("unknown").status, ROPAR_ERROR_UNSUPPORTED);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for size in [0, 1, 7, 1 << 20, u32::MAX] {
            assert_eq!(read_words(&[size, 1]).expect_err("refused").status, ROPAR_ERROR_ARGUMENT, "{size}");
        }
    }

    #[test]
    fn only_the_callers_fields_are_written() {
        for (size, expected) in
            [(8, [8, 1, 9, 9, 9]), (12, [12, 1, 2, 9, 9]), (16, [16, 1, 2, 3, 9]), (20, [20, 1, 2, 3, 9])]
        {
            let mut words = [size, 9, 9, 9, 9];
            // SAFETY: the array has room for every size above.
            let target = unsafe { target(words.as_mut_ptr().cast::<Third>()) }.expect("valid");
            target.fill(&Third { size: 77, a: 1, b: 2, c: 3 });
            assert_eq!(words, expected);
        }
    }
}

//! The command line inside of the library.

use std::ffi::{CStr, OsString, c_char};

use crate::{failure::Failure, firewall, pointers};

/// More words than any shell passes.
const MAX_WORDS: i32 = 1 << 20;

/// # Safety
/// `argv` is null, misaligned, or has `argc` texts with a final 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_main(argc: i32, argv: *const *const c_char) -> i32 {
    let mut code = 0;
    let body = || {
        if !(0..=MAX_WORDS).contains(&argc) {
            return Err(Failure::argument(format!("{argc} words are out of range"), "pass those of main"));
        }
        // SAFETY: as the caller promises.
        let words = unsafe { pointers::array(argv, argc as u64, 1, "argv") }?
            .iter()
            // SAFETY: as the caller promises.
            .map(|word| unsafe { self::word(*word) })
            .collect::<Result<Vec<_>, _>>()?;
        code = run(words)?;
        Ok(())
    };
    // SAFETY: there is no error struct.
    let status = unsafe { firewall::entry("ropar_main", std::ptr::null_mut(), body) };
    // The status codes of calls that went wrong here are exit codes of the same meaning.
    if status == 0 { code } else { status }
}

/// A word as the system passes it: bytes on Unix, where file names may be anything, UTF-8 elsewhere.
///
/// # Safety
/// `word` is null or has a final 0.
unsafe fn word(word: *const c_char) -> Result<OsString, Failure> {
    pointers::check(word, "argv[]")?;
    #[cfg(unix)]
    {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
        // SAFETY: as the caller promises.
        Ok(OsStr::from_bytes(unsafe { CStr::from_ptr(word) }.to_bytes()).to_owned())
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as the caller promises.
        let text = unsafe { CStr::from_ptr(word) }.to_str();
        text.map(OsString::from).map_err(|_| Failure::argument("a word is not UTF-8", "convert it to UTF-8 first"))
    }
}

#[cfg(feature = "command-line")]
fn run(words: Vec<OsString>) -> Result<i32, Failure> {
    Ok(i32::from(ropar_cli::run(words, crate::installation::search_folders())))
}

#[cfg(not(feature = "command-line"))]
fn run(_words: Vec<OsString>) -> Result<i32, Failure> {
    Err(Failure::unsupported("this library was built without the command line", "use the program `ropar`"))
}

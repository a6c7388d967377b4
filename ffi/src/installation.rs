//! Where this library lies, and the folders in which the default package and the ONNX Runtime library are looked for.

use std::{
    ffi::c_char,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::{failure::ropar_error, firewall, pointers, status::ropar_status};

static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The host's folders, in the order in which they were added, then those about this library: its own, the package folder
/// of an installation (`lib` beside `share`), and those of a source checkout that it was built in.
pub(crate) fn search_folders() -> Vec<PathBuf> {
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let own = own_file();
    if let Some(own) = own.as_deref().and_then(Path::parent) {
        folders.push(own.to_path_buf());
        folders.extend(own.parent().map(|prefix| prefix.join("share/ropar")));
        folders.extend(own.ancestors().skip(1).map(|folder| folder.join("models/pretrained")));
    }
    folders
}

/// The file that this library was loaded from; that of the program where it is linked in.
#[cfg(unix)]
fn own_file() -> Option<PathBuf> {
    use std::{
        ffi::{CStr, OsStr},
        mem::MaybeUninit,
        os::unix::ffi::OsStrExt as _,
    };
    let inside: *const () = own_file as *const ();
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is within this library, and the loader fills the struct when it answers other than 0.
    let info = unsafe {
        if libc::dladdr(inside.cast(), info.as_mut_ptr()) == 0 {
            return None;
        }
        info.assume_init()
    };
    if info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the loader's own text, which lives as long as the library is loaded.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    std::path::absolute(OsStr::from_bytes(name.to_bytes())).ok()
}

/// The file that this library was loaded from; that of the program where it is linked in.
#[cfg(windows)]
fn own_file() -> Option<PathBuf> {
    use std::{ffi::OsString, os::windows::ffi::OsStringExt as _, ptr};
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, GetModuleFileNameW,
        GetModuleHandleExW,
    };
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let inside = own_file as *const u16;
    let mut module = ptr::null_mut();
    // Longer paths than this do not load as libraries.
    let mut name = vec![0_u16; 32_768];
    // SAFETY: with these flags the address stands for its module, and the buffer has the length that is passed.
    let length = unsafe {
        if GetModuleHandleExW(flags, inside, &raw mut module) == 0 {
            return None;
        }
        GetModuleFileNameW(module, name.as_mut_ptr(), name.len() as u32)
    } as usize;
    (length > 0 && length < name.len()).then(|| PathBuf::from(OsString::from_wide(&name[..length])))
}

/// # Safety
/// `folder` is null or text with a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_add_search_folder(folder: *const c_char, error: *mut ropar_error) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let folder = unsafe { pointers::path(folder, "folder") }?;
        let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains(&folder) {
            folders.push(folder);
        }
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_add_search_folder", error, body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_knows_where_it_lies() {
        let file = own_file().expect("known");
        assert_eq!(file, std::env::current_exe().expect("known"), "in a test the library is part of the program");
    }
}

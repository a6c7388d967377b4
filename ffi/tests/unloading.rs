//! The library is loaded, used and unloaded two hundred times in one process.

#![cfg(target_os = "linux")] // memory is read from /proc

mod common;

use std::{
    ffi::{CString, c_char},
    fs,
    ptr::null_mut,
};

use libloading::{Library, Symbol};
use ropar::{
    engine::{ropar_engine, ropar_engine_options},
    failure::ropar_error,
    generate::ropar_generate_options,
    motion::{ropar_motion, ropar_motion_arrays},
};

const JOINTS: usize = 22;

/// A motion goes in and out.
fn load_and_use(words: &'static CString) {
    // On a thread of its own: what Rust keeps per thread ends with it, and the loader may let the library go.
    std::thread::spawn(move || {
        // SAFETY: the library has no start-up code, and what is called has the types of the header.
        unsafe {
            let library = Library::new(common::library()).expect("loads");
            let version: Symbol<'_, unsafe extern "C" fn() -> u32> = library.get(b"ropar_abi_version").expect("there");
            assert_eq!(version(), 1);
            type Make =
                unsafe extern "C" fn(*const ropar_motion_arrays, *mut *mut ropar_motion, *mut ropar_error) -> i32;
            type Inspect = unsafe extern "C" fn(*const c_char, *mut *mut c_char, *mut ropar_error) -> i32;
            let make: Symbol<'_, Make> = library.get(b"ropar_motion_from_arrays").expect("there");
            let free: Symbol<'_, unsafe extern "C" fn(*mut ropar_motion) -> i32> =
                library.get(b"ropar_motion_free").expect("there");
            let inspect: Symbol<'_, Inspect> = library.get(b"ropar_file_inspect").expect("there");
            let (root, rotations) = ([0.0_f32; 30], [[0.0, 0.0, 0.0, 1.0_f32]; 10 * JOINTS]);
            let mut arrays: ropar_motion_arrays = std::mem::zeroed();
            arrays.size = size_of::<ropar_motion_arrays>() as u32;
            (arrays.fps, arrays.frames) = (20.0, 10);
            (arrays.root, arrays.rotations) = (root.as_ptr(), rotations.as_ptr().cast());
            let mut motion = null_mut();
            assert_eq!(make(&arrays, &mut motion, null_mut()), 0);
            let mut text = null_mut();
            // A failure on the way: its words are allocated and freed.
            assert_eq!(inspect(words.as_ptr(), &mut text, null_mut()), 3);
            assert_eq!(free(motion), 0);
            library.close().expect("unloads");
        }
    })
    .join()
    .expect("no panic");
}

fn is_mapped() -> bool {
    fs::read_to_string("/proc/self/maps").expect("maps").contains("libropar.so")
}

/// Resident memory in kilobytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// One test, because an engine keeps the library mapped for good, and tests of one program run side by side.
#[test]
fn two_hundred_times_and_then_with_an_engine() {
    two_hundred_times();
    with_an_engine();
}

fn two_hundred_times() {
    let words: &'static CString = Box::leak(Box::new(CString::new("/no/such/file.glb").expect("no 0")));
    for _ in 0..20 {
        load_and_use(words);
    }
    assert!(!is_mapped(), "the library stays in memory after it was closed");
    let before = resident();
    for _ in 0..180 {
        load_and_use(words);
    }
    let growth = resident().saturating_sub(before);
    // 180 loads; a leak of a kilobyte each would show.
    assert!(growth < 180, "{growth} kB more after 180 loads");
    assert!(!is_mapped());
}

/// With an engine: the inference backend is global to the process and stays, but nothing breaks.
fn with_an_engine() {
    let package = CString::new(common::package().to_str().expect("UTF-8")).expect("no 0");
    for _ in 0..2 {
        // SAFETY: as above.
        unsafe {
            let library = Library::new(common::library()).expect("loads");
            type Open =
                unsafe extern "C" fn(*const ropar_engine_options, *mut *mut ropar_engine, *mut ropar_error) -> i32;
            type Generate = unsafe extern "C" fn(
                *mut ropar_engine,
                *const c_char,
                *const ropar_generate_options,
                *mut *mut ropar_motion,
                *mut ropar_error,
            ) -> i32;
            let open: Symbol<'_, Open> = library.get(b"ropar_engine_open").expect("there");
            let generate: Symbol<'_, Generate> = library.get(b"ropar_generate").expect("there");
            let free: Symbol<'_, unsafe extern "C" fn(*mut ropar_motion) -> i32> =
                library.get(b"ropar_motion_free").expect("there");
            let close: Symbol<'_, unsafe extern "C" fn(*mut ropar_engine) -> i32> =
                library.get(b"ropar_engine_close").expect("there");
            let mut options: ropar_engine_options = std::mem::zeroed();
            options.size = size_of::<ropar_engine_options>() as u32;
            (options.package, options.backend) = (package.as_ptr(), c"embedded".as_ptr());
            let mut request: ropar_generate_options = std::mem::zeroed();
            request.size = size_of::<ropar_generate_options>() as u32;
            (request.seconds, request.iterations, request.steps) = (0.4, 1, 1);
            let (mut engine, mut motion) = (null_mut(), null_mut());
            assert_eq!(open(&options, &mut engine, null_mut()), 0);
            assert_eq!(generate(engine, c"a person walks".as_ptr(), &request, &mut motion, null_mut()), 0);
            assert_eq!(free(motion), 0);
            assert_eq!(close(engine), 0);
            library.close().expect("unloads");
        }
    }
}

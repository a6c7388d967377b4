//! Many threads in the library at once, each function that has something to share. A test of its own for the order of
//! memory accesses, which a sanitizer watches: `ffi/sanitize` runs it under ThreadSanitizer.
//!
//! Needs a backend for what engines do: the embedded one, or the ONNX Runtime library that `ROPAR_TEST_ONNXRUNTIME` names.

mod common;

use std::{
    ffi::{CStr, CString, c_char, c_void},
    ptr::null_mut,
    sync::{
        Barrier,
        atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use ropar::{engine::*, failure::ropar_error, generate::*, grid::*, log::*, motion::*, query::*, rig::*, status::*};

const THREADS: usize = 8;
const JOINTS: usize = 22;
const FRAMES: usize = 4;

/// A struct with its size and zeros.
fn sized<T: Copy>() -> T {
    let mut bytes = vec![0_u64; size_of::<T>().div_ceil(8)];
    // SAFETY: structs of the header begin with a u32 size and are valid for any bytes.
    unsafe {
        bytes.as_mut_ptr().cast::<u32>().write(size_of::<T>() as u32);
        bytes.as_ptr().cast::<T>().read()
    }
}

fn motion(height: f32) -> *mut ropar_motion {
    let root = [[0.0, height, 0.0]; FRAMES];
    let rotations = [[0.0, 0.0, 0.0, 1.0_f32]; FRAMES * JOINTS];
    let arrays = ropar_motion_arrays {
        fps: 20.0,
        frames: FRAMES as u64,
        root: root.as_ptr().cast(),
        rotations: rotations.as_ptr().cast(),
        ..sized()
    };
    let mut motion = null_mut();
    // SAFETY: arrays of the sizes that the header gives.
    assert_eq!(unsafe { ropar_motion_from_arrays(&arrays, &mut motion, null_mut()) }, ROPAR_OK);
    motion
}

fn live() -> u64 {
    let mut live = 0;
    // SAFETY: valid pointers.
    assert_eq!(unsafe { ropar_query(ROPAR_QUERY_LIVE_HANDLES, &mut live, null_mut()) }, ROPAR_OK);
    live
}

/// One test, because live handles are counted for the whole process.
#[test]
fn many_threads_at_once() {
    handles_are_made_used_and_freed();
    objects_are_shared();
    the_log_callback_is_replaced_while_it_runs();
    engines_are_used_cancelled_and_closed();
}

/// Threads exchange handles: what one uses, another frees. Every answer is a success or `ROPAR_ERROR_HANDLE`.
fn handles_are_made_used_and_freed() {
    const PLACES: usize = 4;
    const ROUNDS: usize = 60;
    let before = live();
    let places: [AtomicPtr<ropar_motion>; PLACES] = std::array::from_fn(|_| AtomicPtr::new(null_mut()));
    let (made, freed, start) = (AtomicUsize::new(0), AtomicUsize::new(0), Barrier::new(THREADS));
    let free = |handle: *mut ropar_motion| {
        // SAFETY: any pointer may be passed.
        match unsafe { ropar_motion_free(handle) } {
            ROPAR_OK => freed.fetch_add(usize::from(!handle.is_null()), Relaxed),
            status => panic!("a handle that nobody else has: status {status}"),
        };
    };
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (places, made, start, free) = (&places, &made, &start, &free);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let place = &places[(number + round) % PLACES];
                    if (number + round) % 2 == 0 {
                        let handle = motion(number as f32);
                        made.fetch_add(1, Relaxed);
                        free(place.swap(handle, Relaxed));
                    } else {
                        let mut root = [9.0_f32; FRAMES * 3];
                        let mut error: ropar_error = sized();
                        let (handle, room) = (place.load(Relaxed), root.len() as u64);
                        // SAFETY: any handle may be passed, and the array has room.
                        let status = unsafe {
                            ropar_motion_copy(handle, ROPAR_CHANNEL_ROOT, root.as_mut_ptr(), room, &mut error)
                        };
                        match status {
                            // Whole or not at all: one number for all frames.
                            ROPAR_OK => assert!(root.chunks(3).all(|row| row == [0.0, root[1], 0.0]), "{root:?}"),
                            ROPAR_ERROR_HANDLE => assert!(root.iter().all(|value| *value == 9.0)),
                            other => panic!("status {other}"),
                        }
                    }
                }
            });
        }
    });
    places.iter().for_each(|place| free(place.load(Relaxed)));
    assert_eq!(made.load(Relaxed), freed.load(Relaxed));
    assert_eq!(live(), before);
}

/// Everybody reads the same motion and rig, whose derived arrays are computed by whoever asks first.
fn objects_are_shared() {
    let shared = motion(1.0);
    let names = [c"root".as_ptr(), c"tip".as_ptr()];
    let mut rest = [[0.0_f64; 16]; 2];
    for matrix in &mut rest {
        [0, 5, 10, 15].iter().for_each(|place| matrix[*place] = 1.0);
    }
    let arrays = ropar_rig_arrays {
        nodes: 2,
        names: names.as_ptr(),
        parents: [-1, 0].as_ptr(),
        rest: rest.as_ptr().cast(),
        ..sized()
    };
    let mut rig = null_mut();
    // SAFETY: arrays of the sizes that the header gives.
    assert_eq!(unsafe { ropar_rig_from_arrays(&arrays, &mut rig, null_mut()) }, ROPAR_OK);
    let (shared, rig) = (shared.addr(), rig.addr());
    let start = Barrier::new(THREADS);
    let seen: Vec<Vec<u32>> = thread::scope(|scope| {
        let look = || {
            start.wait();
            let mut view: ropar_motion_view = sized();
            let mut nodes: ropar_rig_arrays = sized();
            // SAFETY: live handles; the view's arrays have the sizes that the header gives, until the motion is freed.
            unsafe {
                assert_eq!(ropar_motion_get(std::ptr::without_provenance_mut(shared), &mut view, null_mut()), ROPAR_OK);
                assert_eq!(ropar_rig_get(std::ptr::without_provenance_mut(rig), &mut nodes, null_mut()), ROPAR_OK);
                assert_eq!(CStr::from_ptr(*nodes.names.add(1)), c"tip");
                let positions = std::slice::from_raw_parts(view.positions, FRAMES * JOINTS * 3);
                let contacts = std::slice::from_raw_parts(view.contacts, FRAMES * 4);
                positions.iter().chain(contacts).map(|value| value.to_bits()).collect()
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(look)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(seen.iter().all(|numbers| *numbers == seen[0]));
    // SAFETY: any pointer may be passed.
    unsafe {
        assert_eq!(ropar_motion_free(std::ptr::without_provenance_mut(shared)), ROPAR_OK);
        assert_eq!(ropar_rig_free(std::ptr::without_provenance_mut(rig)), ROPAR_OK);
    }
}

unsafe extern "C" fn listen(_level: i32, _target: *const c_char, message: *const c_char, user: *mut c_void) {
    // SAFETY: the library's own text, and the counter that was passed with the callback.
    unsafe {
        assert!(!CStr::from_ptr(message).is_empty());
        (*user.cast::<AtomicU32>()).fetch_add(1, Relaxed);
    }
}

/// After `ropar_set_log` has returned, the callback before does not run any more: what it was given may be freed.
fn the_log_callback_is_replaced_while_it_runs() {
    let stop = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while stop.load(Relaxed) == 0 {
                    log::warn!(target: "ropar", "a message");
                }
            });
        }
        for _ in 0..40 {
            let heard = Box::new(AtomicU32::new(0));
            let user = (&raw const *heard).cast_mut().cast();
            // SAFETY: the callback's counter lives until another callback has taken its place.
            assert_eq!(unsafe { ropar_set_log(Some(listen), user, ROPAR_LOG_WARN, null_mut()) }, ROPAR_OK);
            thread::yield_now();
            // SAFETY: no callback.
            assert_eq!(unsafe { ropar_set_log(None, null_mut(), 0, null_mut()) }, ROPAR_OK);
            drop(heard);
        }
        stop.store(1, Relaxed);
    });
}

/// Opens an engine on whatever there is.
fn open_engine() -> Option<*mut ropar_engine> {
    let package = CString::new(common::package().to_str().expect("UTF-8")).expect("no 0");
    let mut engine = null_mut();
    let mut options = ropar_engine_options { package: package.as_ptr(), backend: c"embedded".as_ptr(), ..sized() };
    // SAFETY: valid pointers.
    if unsafe { ropar_engine_open(&options, &mut engine, null_mut()) } == ROPAR_OK {
        return Some(engine);
    }
    let Ok(library) = std::env::var("ROPAR_TEST_ONNXRUNTIME") else {
        println!("SKIPPED: no embedded backend, and ROPAR_TEST_ONNXRUNTIME names no library");
        return None;
    };
    let library = CString::new(library).expect("no 0");
    (options.backend, options.runtime_library, options.threads) = (c"onnxruntime".as_ptr(), library.as_ptr(), 1);
    // SAFETY: as above.
    assert_eq!(unsafe { ropar_engine_open(&options, &mut engine, null_mut()) }, ROPAR_OK);
    Some(engine)
}

unsafe extern "C" fn stop_at_the_third_call(_share: f32, user: *mut c_void) -> i32 {
    // SAFETY: the counter of the thread that calls.
    i32::from(unsafe { (*user.cast::<AtomicU32>()).fetch_add(1, Relaxed) } == 2)
}

/// One engine: motions, cancelled motions, and a grid that several threads mark; then it is closed under running calls.
fn engines_are_used_cancelled_and_closed() {
    let Some(engine) = open_engine() else { return };
    let before = live();
    let engine = engine.addr();
    let handle = move || std::ptr::without_provenance_mut::<ropar_engine>(engine);
    let mut grid = null_mut();
    // SAFETY: valid pointers.
    assert_eq!(unsafe { ropar_grid_new(handle(), 16, &mut grid, null_mut()) }, ROPAR_OK);
    let grid = grid.addr();
    let make = move |progress: ropar_progress, calls: &AtomicU32| {
        let request = ropar_generate_options {
            seconds: 0.8,
            iterations: 2,
            steps: 1,
            progress,
            user: (&raw const *calls).cast_mut().cast(),
            ..sized()
        };
        let mut motion = null_mut();
        let prompt = c"a person walks forward".as_ptr();
        // SAFETY: valid pointers.
        let status = unsafe { ropar_generate(handle(), prompt, &request, &mut motion, null_mut()) };
        (status, motion)
    };
    thread::scope(|scope| {
        for number in 0..4 {
            scope.spawn(move || {
                let calls = AtomicU32::new(0);
                let stops: ropar_progress = if number % 2 == 0 { Some(stop_at_the_third_call) } else { None };
                let (status, motion) = make(stops, &calls);
                assert!(matches!(status, ROPAR_OK | ROPAR_CANCELLED), "status {status}");
                // SAFETY: any pointer may be passed.
                unsafe {
                    assert_eq!(ropar_motion_free(motion), ROPAR_OK);
                    let grid = std::ptr::without_provenance_mut(grid);
                    for _ in 0..20 {
                        let mut found: ropar_grid_description = sized();
                        assert_eq!(ropar_grid_describe(grid, &mut found, null_mut()), ROPAR_OK);
                        let (state, tokens) = (number % 2, found.tokens);
                        let status = ropar_grid_set_states(grid, number as u32, 0, tokens, state, null_mut());
                        assert_eq!(status, ROPAR_OK);
                    }
                }
            });
        }
    });
    // SAFETY: any pointer may be passed.
    assert_eq!(unsafe { ropar_grid_free(std::ptr::without_provenance_mut(grid)) }, ROPAR_OK);
    assert_eq!(live(), before);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                let calls = AtomicU32::new(0);
                loop {
                    let (status, motion) = make(Some(stop_at_the_third_call), &calls);
                    calls.store(0, Relaxed);
                    // SAFETY: any pointer may be passed.
                    assert_eq!(unsafe { ropar_motion_free(motion) }, ROPAR_OK);
                    match status {
                        ROPAR_ERROR_HANDLE => return,
                        other => assert!(matches!(other, ROPAR_OK | ROPAR_CANCELLED), "status {other}"),
                    }
                }
            });
        }
        thread::sleep(std::time::Duration::from_millis(100));
        // SAFETY: any pointer may be passed.
        assert_eq!(unsafe { ropar_engine_close(handle()) }, ROPAR_OK);
    });
    assert_eq!(live(), before - 1);
}

//! What careless hosts do, function by function: always a status with words, never a crash, and nothing given out.

use std::{
    ffi::{CStr, CString, c_char, c_void},
    path::Path,
    ptr::{null, null_mut},
};

use ropar::{
    command_line::*, engine::*, failure::ropar_error, files::*, generate::*, grid::*, log::*, mapping::*, motion::*,
    query::*, retarget::*, rig::*, status::*,
};

unsafe extern "C" {
    fn ropar_text_free(text: *mut c_char) -> ropar_status;
    fn ropar_add_search_folder(folder: *const c_char, error: *mut ropar_error) -> ropar_status;
}

/// A struct with its size and zeros.
fn sized<T: Copy>() -> T {
    let mut bytes = vec![0_u64; size_of::<T>().div_ceil(8)];
    // SAFETY: structs of the header begin with a u32 size and are valid for any bytes.
    unsafe {
        bytes.as_mut_ptr().cast::<u32>().write(size_of::<T>() as u32);
        bytes.as_ptr().cast::<T>().read()
    }
}

/// A pointer that is not a multiple of what T needs, into memory that is there.
fn misaligned<T>() -> *mut T {
    static ROOM: [u64; 1024] = [0; 1024];
    ROOM.as_ptr().cast::<u8>().wrapping_add(1).cast::<T>().cast_mut()
}

/// Text that is not UTF-8.
const NOT_UTF8: *const c_char = c"a person \xff\xfe".as_ptr();

/// A handle of every kind that can be had without an engine, and those of the engine.
struct Handles {
    engine: *mut ropar_engine,
    motion: *mut ropar_motion,
    grid: *mut ropar_grid,
    rig: *mut ropar_rig,
    freed_motion: *mut ropar_motion,
    freed_grid: *mut ropar_grid,
    freed_rig: *mut ropar_rig,
}

const JOINTS: usize = 22;

fn motion(frames: usize) -> *mut ropar_motion {
    let root = vec![0.0_f32; frames * 3];
    let rotations: Vec<f32> = (0..frames * JOINTS).flat_map(|_| [0.0, 0.0, 0.0, 1.0]).collect();
    let arrays = ropar_motion_arrays {
        fps: 20.0,
        frames: frames as u64,
        root: root.as_ptr(),
        rotations: rotations.as_ptr(),
        ..sized()
    };
    let mut motion = null_mut();
    // SAFETY: arrays of the sizes that the header gives.
    assert_eq!(unsafe { ropar_motion_from_arrays(&arrays, &mut motion, null_mut()) }, ROPAR_OK);
    motion
}

const IDENTITY: [f64; 16] = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];

fn rig() -> *mut ropar_rig {
    let names = [c"a".as_ptr(), c"b".as_ptr()];
    let rest = [IDENTITY, IDENTITY].concat();
    let arrays =
        ropar_rig_arrays { nodes: 2, names: names.as_ptr(), parents: [-1, 0].as_ptr(), rest: rest.as_ptr(), ..sized() };
    let mut rig = null_mut();
    // SAFETY: arrays of the sizes that the header gives.
    assert_eq!(unsafe { ropar_rig_from_arrays(&arrays, &mut rig, null_mut()) }, ROPAR_OK);
    rig
}

/// A sound BVH file of three frames that become two million at a thousand a second.
fn slow_clip(folder: &Path) -> CString {
    let path = folder.join("slow.bvh");
    let text = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n}\n\
                MOTION\nFrames: 3\nFrame Time: 1000\n0 0 0\n1 0 0\n2 0 0\n";
    std::fs::write(&path, text).expect("written");
    CString::new(path.to_str().expect("UTF-8")).expect("no 0")
}

impl Handles {
    fn new() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/pretrained/ropar-base");
        let package = CString::new(package.to_str().expect("UTF-8")).expect("no 0");
        let options = ropar_engine_options { package: package.as_ptr(), backend: c"embedded".as_ptr(), ..sized() };
        let (mut engine, mut grid, mut freed_grid) = (null_mut(), null_mut(), null_mut());
        let (freed_motion, freed_rig) = (motion(8), rig());
        // SAFETY: valid pointers.
        unsafe {
            assert_eq!(ropar_engine_open(&options, &mut engine, null_mut()), ROPAR_OK);
            assert_eq!(ropar_grid_new(engine, 16, &mut grid, null_mut()), ROPAR_OK);
            assert_eq!(ropar_grid_new(engine, 16, &mut freed_grid, null_mut()), ROPAR_OK);
            assert_eq!(ropar_grid_free(freed_grid), ROPAR_OK);
            assert_eq!(ropar_motion_free(freed_motion), ROPAR_OK);
            assert_eq!(ropar_rig_free(freed_rig), ROPAR_OK);
        }
        Self { engine, motion: motion(16), grid, rig: rig(), freed_motion, freed_grid, freed_rig }
    }
}

/// Calls with an error struct, and expects a status with words.
fn refused(what: &str, expected: ropar_status, call: &dyn Fn(*mut ropar_error) -> ropar_status) {
    let mut error: ropar_error = sized();
    let status = call(&mut error);
    // SAFETY: the library has written a final 0.
    let words = |text: &[c_char]| unsafe { CStr::from_ptr(text.as_ptr()) }.to_str().expect("UTF-8").to_owned();
    let (message, hint) = (words(&error.message), words(&error.hint));
    assert_eq!(status, expected, "{what}: {message}");
    assert_eq!(error.status, status, "{what}");
    assert!(!message.is_empty() && !hint.is_empty(), "{what}: `{message}`, `{hint}`");
    assert!(!message.contains('\n') && !hint.contains('\n'), "{what}: {message}");
    assert_eq!(call(null_mut()), expected, "{what}, without an error struct");
    let mut odd: ropar_error = sized();
    for size in [0, 3, 100, u32::MAX] {
        odd.size = size;
        odd.status = 77;
        assert_eq!(call(&mut odd), ROPAR_ERROR_ARGUMENT, "{what}, error.size {size}");
        assert_eq!(odd.status, 77, "{what}: memory of unknown size is not written");
    }
    assert_eq!(call(misaligned()), ROPAR_ERROR_ARGUMENT, "{what}, misaligned error struct");
}

use ropar::status::ROPAR_ERROR_ARGUMENT as ARGUMENT;
use ropar::status::ROPAR_ERROR_HANDLE as HANDLE;
use ropar::status::ROPAR_ERROR_INPUT as INPUT;
use ropar::status::ROPAR_ERROR_UNSUPPORTED as UNSUPPORTED;

macro_rules! refuse {
    ($($expected:ident $name:ident($($argument:expr),* $(,)?);)*) => {$(
        // SAFETY: the point of the test: every pointer is null, misaligned or valid.
        refused(
            concat!(stringify!($name), "(", stringify!($($argument),*), ")"),
            $expected,
            &|error| unsafe { $name($($argument,)* error) },
        );
    )*};
}

/// A place for a result that is checked to be cleared.
fn place<T>() -> *mut *mut T {
    // Never freed: the calls below must not give anything out.
    Box::into_raw(Box::new(std::ptr::dangling_mut::<T>()))
}

fn cleared<T>(place: *mut *mut T) -> *mut *mut T {
    place
}

#[test]
fn every_function_refuses_misuse() {
    let h = Handles::new();
    let mut live = 0_u64;
    // SAFETY: valid pointers.
    assert_eq!(unsafe { ropar_query(ROPAR_QUERY_LIVE_HANDLES, &mut live, null_mut()) }, ROPAR_OK);

    let short = |size: u32| ropar_generate_options { size, ..sized() };
    let text = place::<c_char>();
    let folder = tempfile::tempdir().expect("folder");
    let slow = slow_clip(folder.path());
    refuse! {
        ARGUMENT ropar_query(ROPAR_QUERY_JOINTS, null_mut());
        ARGUMENT ropar_query(ROPAR_QUERY_JOINTS, misaligned());
        UNSUPPORTED ropar_query(-1, &mut 0);
        ARGUMENT ropar_set_log(None, null_mut(), 9);
        ARGUMENT ropar_add_search_folder(null());
        ARGUMENT ropar_add_search_folder(c"".as_ptr());
        ARGUMENT ropar_add_search_folder(NOT_UTF8);

        ARGUMENT ropar_engine_open(null(), null_mut());
        ARGUMENT ropar_engine_open(null(), misaligned());
        ARGUMENT ropar_engine_open(misaligned(), cleared(place()));
        ARGUMENT ropar_engine_open(&ropar_engine_options { size: 4, ..sized() }, place());
        ARGUMENT ropar_engine_open(&ropar_engine_options { package: NOT_UTF8, ..sized() }, place());
        INPUT ropar_engine_open(&ropar_engine_options { backend: c"abacus".as_ptr(), ..sized() }, place());
        INPUT ropar_engine_open(&ropar_engine_options { provider: c"".as_ptr(), ..sized() }, place());
        HANDLE ropar_engine_describe(null_mut(), &mut sized());
        ARGUMENT ropar_engine_describe(h.engine, null_mut());
        ARGUMENT ropar_engine_describe(h.engine, &mut ropar_engine_description { size: 8, ..sized() });
        HANDLE ropar_engine_describe(h.motion.cast(), &mut sized());
        HANDLE ropar_engine_info(h.rig.cast(), text);
        ARGUMENT ropar_engine_info(h.engine, null_mut());
        ARGUMENT ropar_engine_part_joints(h.engine, null(), null_mut(), 0, &mut 0);
        ARGUMENT ropar_engine_part_joints(h.engine, c"torso".as_ptr(), &mut 0, 1, &mut 0);
        ARGUMENT ropar_engine_part_joints(h.engine, c"torso".as_ptr(), misaligned(), 22, &mut 0);
        ARGUMENT ropar_engine_part_joints(h.engine, c"torso".as_ptr(), null_mut(), 0, null_mut());
        INPUT ropar_engine_part_joints(h.engine, c"tail".as_ptr(), null_mut(), 0, &mut 0);
        HANDLE ropar_engine_part_joints(misaligned(), c"torso".as_ptr(), null_mut(), 0, &mut 0);
        ARGUMENT ropar_package_info(NOT_UTF8, 0, text);
        ARGUMENT ropar_package_info(null(), 0, null_mut());
    }
    refused("ropar_package_info", ROPAR_ERROR_PACKAGE, &|error| unsafe {
        ropar_package_info(c"/no/such/folder".as_ptr(), 0, place(), error)
    });

    let numbers = [0.0_f32; JOINTS * 4 * 2];
    let arrays = ropar_motion_arrays { fps: 20.0, frames: 2, root: numbers.as_ptr(), ..sized() };
    let turned = [[0.0, 0.0, 0.0, 1.0_f32]; JOINTS * 2];
    let full = ropar_motion_arrays { rotations: turned.as_ptr().cast(), ..arrays };
    let not_finite = [f32::NAN; 6];
    refuse! {
        ARGUMENT ropar_motion_from_arrays(null(), place());
        ARGUMENT ropar_motion_from_arrays(misaligned(), place());
        ARGUMENT ropar_motion_from_arrays(&full, null_mut());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { size: 12, ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { size: u32::MAX, ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&arrays, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { root: null(), ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { rotations: misaligned(), ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { frames: 0, ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { frames: u64::MAX, ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { fps: f32::NAN, ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { fps: -1.0, ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { metadata: c"[1]".as_ptr(), ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { metadata: c"{\"a\":".as_ptr(), ..full }, place());
        ARGUMENT ropar_motion_from_arrays(&ropar_motion_arrays { metadata: NOT_UTF8, ..full }, place());
        INPUT ropar_motion_from_arrays(&ropar_motion_arrays { rotations: numbers.as_ptr(), ..full }, place());
        INPUT ropar_motion_from_arrays(&ropar_motion_arrays { root: not_finite.as_ptr(), ..full }, place());
        INPUT ropar_motion_from_arrays(&ropar_motion_arrays { confidences: [2.0; 44].as_ptr(), ..full }, place());
        INPUT ropar_motion_from_arrays(&ropar_motion_arrays { contacts: [f32::NAN; 8].as_ptr(), ..full }, place());
        INPUT ropar_motion_from_arrays(&ropar_motion_arrays { positions: numbers.as_ptr(), ..arrays }, place());
        HANDLE ropar_motion_get(h.freed_motion, &mut sized());
        HANDLE ropar_motion_get(h.grid.cast(), &mut sized());
        HANDLE ropar_motion_get(misaligned(), &mut sized());
        ARGUMENT ropar_motion_get(h.motion, null_mut());
        ARGUMENT ropar_motion_get(h.motion, &mut ropar_motion_view { size: 16, ..sized() });
        ARGUMENT ropar_motion_copy(h.motion, 0, &mut 0.0, 1);
        ARGUMENT ropar_motion_copy(h.motion, ROPAR_CHANNEL_ROOT, null_mut(), 1000);
        ARGUMENT ropar_motion_copy(h.motion, ROPAR_CHANNEL_ROOT, misaligned(), 1000);
        ARGUMENT ropar_motion_copy(h.motion, ROPAR_CHANNEL_ROOT, &mut 0.0, 47);
        HANDLE ropar_motion_copy(null_mut(), ROPAR_CHANNEL_ROOT, &mut 0.0, 1);
        ARGUMENT ropar_motion_resample(h.motion, 0.0, place());
        ARGUMENT ropar_motion_resample(h.motion, f32::INFINITY, place());
        ARGUMENT ropar_motion_resample(h.motion, 1e9, place());
        ARGUMENT ropar_motion_resample(h.motion, 30.0, null_mut());
        HANDLE ropar_motion_resample(h.freed_motion, 30.0, place());
        ARGUMENT ropar_motion_read(null(), place());
        ARGUMENT ropar_motion_read(NOT_UTF8, place());
        ARGUMENT ropar_motion_read(c"a.glb".as_ptr(), null_mut());
        INPUT ropar_motion_read(c"/no/such/file.glb".as_ptr(), place());
        INPUT ropar_motion_read(c"/no/such/file.txt".as_ptr(), place());
        ARGUMENT ropar_motion_write(h.motion, null(), 0.0);
        ARGUMENT ropar_motion_write(h.motion, NOT_UTF8, 0.0);
        ARGUMENT ropar_motion_write(h.motion, c"a.glb".as_ptr(), f32::NAN);
        INPUT ropar_motion_write(h.motion, c"a.mp4".as_ptr(), 0.0);
        HANDLE ropar_motion_write(h.freed_motion, c"a.glb".as_ptr(), 0.0);
        ARGUMENT ropar_motion_write_over(h.motion, null(), c"b.glb".as_ptr(), &0, 1);
        ARGUMENT ropar_motion_write_over(h.motion, c"a.glb".as_ptr(), NOT_UTF8, &0, 1);
        ARGUMENT ropar_motion_write_over(h.motion, c"a.glb".as_ptr(), c"b.glb".as_ptr(), null(), 1);
        ARGUMENT ropar_motion_write_over(h.motion, c"a.glb".as_ptr(), c"b.glb".as_ptr(), &22, 1);
        ARGUMENT ropar_motion_write_over(h.motion, c"a.glb".as_ptr(), c"b.glb".as_ptr(), &0, u64::MAX);
        INPUT ropar_motion_write_over(h.motion, c"/no/such/a.glb".as_ptr(), c"b.glb".as_ptr(), &0, 1);
        HANDLE ropar_motion_write_over(null_mut(), c"a.glb".as_ptr(), c"b.glb".as_ptr(), &0, 1);
    }
    refused("ropar_motion_write", ROPAR_ERROR_OUTPUT, &|error| unsafe {
        ropar_motion_write(h.motion, c"/no/such/folder/a.glb".as_ptr(), 0.0, error)
    });

    let walk = c"a person walks".as_ptr();
    let arm = c"left_arm".as_ptr();
    refuse! {
        HANDLE ropar_generate(null_mut(), walk, null(), place());
        HANDLE ropar_generate(h.motion.cast(), walk, null(), place());
        ARGUMENT ropar_generate(h.engine, null(), null(), place());
        ARGUMENT ropar_generate(h.engine, NOT_UTF8, null(), place());
        ARGUMENT ropar_generate(h.engine, walk, null(), null_mut());
        ARGUMENT ropar_generate(h.engine, walk, misaligned(), place());
        ARGUMENT ropar_generate(h.engine, walk, &short(0), place());
        ARGUMENT ropar_generate(h.engine, walk, &short(47), place());
        INPUT ropar_generate(h.engine, c"".as_ptr(), null(), place());
        INPUT ropar_generate(h.engine, walk, &ropar_generate_options { seconds: f32::NAN, ..sized() }, place());
        INPUT ropar_generate(h.engine, walk, &ropar_generate_options { seconds: -1.0, ..sized() }, place());
        INPUT ropar_generate(h.engine, walk, &ropar_generate_options { guidance: 1e9, ..sized() }, place());
        INPUT ropar_generate(h.engine, walk, &ropar_generate_options { steps: u32::MAX, ..sized() }, place());
        HANDLE ropar_redo(h.engine, h.freed_motion, &arm, 1, walk, null(), place());
        HANDLE ropar_redo(null_mut(), h.motion, &arm, 1, walk, null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, null(), 1, walk, null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, misaligned(), 1, walk, null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, &null(), 1, walk, null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, &NOT_UTF8, 1, walk, null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, &arm, u64::MAX, walk, null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, &arm, 1, null(), null(), place());
        ARGUMENT ropar_redo(h.engine, h.motion, &arm, 1, walk, &ropar_redo_options { size: 1, ..sized() }, place());
        ARGUMENT ropar_redo(h.engine, h.motion, &arm, 1, walk, null(), null_mut());
        INPUT ropar_redo(h.engine, h.motion, null(), 0, walk, null(), place());
        INPUT ropar_redo(h.engine, h.motion, &c"tail".as_ptr(), 1, walk, null(), place());
        INPUT ropar_redo(h.engine, h.motion, &arm, 1, walk, &ropar_redo_options { end: -1.0, ..sized() }, place());
        INPUT ropar_redo(h.engine, h.motion, &arm, 1, walk, &ropar_redo_options { start: f32::NAN, ..sized() }, place());
        UNSUPPORTED ropar_redo(h.engine, h.motion, &arm, 1, walk, &ropar_redo_options { reserved: 1, ..sized() }, place());

        HANDLE ropar_grid_new(null_mut(), 16, place());
        ARGUMENT ropar_grid_new(h.engine, 16, null_mut());
        ARGUMENT ropar_grid_new(h.engine, 0, place());
        ARGUMENT ropar_grid_new(h.engine, u64::MAX, place());
        INPUT ropar_grid_new(h.engine, 100_000, place());
        HANDLE ropar_grid_encode(h.engine, h.freed_motion, 0.5, place());
        HANDLE ropar_grid_encode(null_mut(), h.motion, 0.5, place());
        ARGUMENT ropar_grid_encode(h.engine, h.motion, f32::NAN, place());
        ARGUMENT ropar_grid_encode(h.engine, h.motion, 0.5, misaligned());
        HANDLE ropar_grid_describe(h.freed_grid, &mut sized());
        ARGUMENT ropar_grid_describe(h.grid, null_mut());
        ARGUMENT ropar_grid_describe(h.grid, &mut ropar_grid_description { size: 3, ..sized() });
        HANDLE ropar_grid_set_states(h.freed_grid, 0, 0, 1, 0);
        ARGUMENT ropar_grid_set_states(h.grid, 5, 0, 1, 0);
        ARGUMENT ropar_grid_set_states(h.grid, 0, 3, 2, 0);
        ARGUMENT ropar_grid_set_states(h.grid, 0, u64::MAX, 2, 0);
        ARGUMENT ropar_grid_set_states(h.grid, 0, 0, 1, 4);
        HANDLE ropar_grid_set_cells(h.motion.cast(), 0, 1, null(), null());
        ARGUMENT ropar_grid_set_cells(h.grid, 20, 1, null(), null());
        ARGUMENT ropar_grid_set_cells(h.grid, 0, 1, misaligned(), null());
        ARGUMENT ropar_grid_set_cells(h.grid, 0, 1, null(), &9);
        INPUT ropar_grid_set_cells(h.grid, 0, 1, [f32::NAN; 32].as_ptr(), null());
        HANDLE ropar_grid_copy(null_mut(), null_mut(), 0, null_mut(), 0);
        ARGUMENT ropar_grid_copy(h.grid, &mut 0.0, 1, null_mut(), 0);
        ARGUMENT ropar_grid_copy(h.grid, null_mut(), 0, &mut 0, 19);
        ARGUMENT ropar_grid_copy(h.grid, misaligned(), 100_000, null_mut(), 0);
        HANDLE ropar_grid_fill(null_mut(), h.grid, walk, null());
        HANDLE ropar_grid_fill(h.engine, h.freed_grid, walk, null());
        ARGUMENT ropar_grid_fill(h.engine, h.grid, null(), null());
        ARGUMENT ropar_grid_fill(h.engine, h.grid, walk, &short(8));
        INPUT ropar_grid_fill(h.engine, h.grid, c"  ".as_ptr(), null());
        HANDLE ropar_grid_decode(h.engine, h.freed_grid, place());
        HANDLE ropar_grid_decode(h.grid.cast(), h.grid, place());
        ARGUMENT ropar_grid_decode(h.engine, h.grid, null_mut());
    }

    let names = [c"a".as_ptr(), c"b".as_ptr()];
    let rest = [IDENTITY, IDENTITY].concat();
    let rig =
        ropar_rig_arrays { nodes: 2, names: names.as_ptr(), parents: [-1, 0].as_ptr(), rest: rest.as_ptr(), ..sized() };
    let unnamed = [c"a".as_ptr(), null()];
    let misnamed = [c"a".as_ptr(), NOT_UTF8];
    let flat = [0.0; 32];
    let take = ropar_take_arrays { fps: 20.0, frames: 1, rotations: [0.0; 8].as_ptr(), ..sized() };
    refuse! {
        ARGUMENT ropar_rig_from_arrays(null(), place());
        ARGUMENT ropar_rig_from_arrays(&rig, null_mut());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { size: 8, ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { nodes: 0, ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { nodes: u64::MAX, ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { names: null(), ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { names: unnamed.as_ptr(), ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { names: misnamed.as_ptr(), ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { parents: misaligned(), ..rig }, place());
        ARGUMENT ropar_rig_from_arrays(&ropar_rig_arrays { rest: null(), ..rig }, place());
        INPUT ropar_rig_from_arrays(&ropar_rig_arrays { parents: [-1, 1].as_ptr(), ..rig }, place());
        INPUT ropar_rig_from_arrays(&ropar_rig_arrays { parents: [-1, -2].as_ptr(), ..rig }, place());
        INPUT ropar_rig_from_arrays(&ropar_rig_arrays { parents: [i32::MAX, 0].as_ptr(), ..rig }, place());
        INPUT ropar_rig_from_arrays(&ropar_rig_arrays { rest: flat.as_ptr(), ..rig }, place());
        INPUT ropar_rig_from_arrays(&ropar_rig_arrays { kinds: [0, 9].as_ptr(), ..rig }, place());
        ARGUMENT ropar_rig_read(null(), place());
        INPUT ropar_rig_read(c"/no/such/rig.fbx".as_ptr(), place());
        HANDLE ropar_rig_get(h.freed_rig, &mut sized());
        ARGUMENT ropar_rig_get(h.rig, misaligned());
        ARGUMENT ropar_rig_get(h.rig, &mut ropar_rig_arrays { size: 0, ..sized() });
        HANDLE ropar_rig_map(h.freed_rig, place());
        ARGUMENT ropar_rig_map(h.rig, null_mut());
        INPUT ropar_rig_map(h.rig, place());
        HANDLE ropar_rig_map_character(h.freed_rig, 1, place());
        ARGUMENT ropar_rig_map_character(h.rig, 1, null_mut());
        INPUT ropar_rig_map_character(h.rig, 0, place());
        HANDLE ropar_mapping_from_json(h.freed_rig, c"{}".as_ptr(), place());
        ARGUMENT ropar_mapping_from_json(h.rig, null(), place());
        ARGUMENT ropar_mapping_from_json(h.rig, NOT_UTF8, place());
        ARGUMENT ropar_mapping_from_json(h.rig, c"{}".as_ptr(), null_mut());
        INPUT ropar_mapping_from_json(h.rig, c"{\"joints\":".as_ptr(), place());
        HANDLE ropar_mapping_json(h.rig.cast(), text);
        ARGUMENT ropar_mapping_json(null_mut(), null_mut());
        HANDLE ropar_mapping_get(null_mut(), &mut sized());
        ARGUMENT ropar_mapping_get(null_mut(), &mut ropar_mapping_view { size: 5, ..sized() });
        HANDLE ropar_retarget(h.freed_motion, h.rig, null_mut(), null(), place());
        HANDLE ropar_retarget(h.motion, h.freed_rig, null_mut(), null(), place());
        HANDLE ropar_retarget(h.motion, h.rig, h.rig.cast(), null(), place());
        ARGUMENT ropar_retarget(h.motion, h.rig, null_mut(), misaligned(), place());
        ARGUMENT ropar_retarget(h.motion, h.rig, null_mut(), null(), null_mut());
        INPUT ropar_retarget(h.motion, h.rig, null_mut(), null(), place());
        UNSUPPORTED ropar_retarget(h.motion, h.rig, null_mut(), &ropar_retarget_options { reserved: 1, ..sized() }, place());
        HANDLE ropar_retargeted_get(h.motion.cast(), &mut sized());
        ARGUMENT ropar_retargeted_get(null_mut(), null_mut());
        HANDLE ropar_motion_from_rig(h.freed_rig, null_mut(), &take, place());
        ARGUMENT ropar_motion_from_rig(h.rig, null_mut(), null(), place());
        ARGUMENT ropar_motion_from_rig(h.rig, null_mut(), &ropar_take_arrays { size: 9, ..take }, place());
        ARGUMENT ropar_motion_from_rig(h.rig, null_mut(), &take, null_mut());
        INPUT ropar_motion_from_rig(h.rig, null_mut(), &take, place());
        UNSUPPORTED ropar_motion_from_rig(h.rig, null_mut(), &ropar_take_arrays { reserved: 1, ..take }, place());

        ARGUMENT ropar_retarget_file(null(), c"b.glb".as_ptr(), c"c.glb".as_ptr(), null(), text);
        ARGUMENT ropar_retarget_file(c"a.glb".as_ptr(), NOT_UTF8, c"c.glb".as_ptr(), null(), text);
        ARGUMENT ropar_retarget_file(c"a.glb".as_ptr(), c"b.glb".as_ptr(), null(), null(), text);
        ARGUMENT ropar_retarget_file(c"a.glb".as_ptr(), c"b.glb".as_ptr(), c"c.glb".as_ptr(), misaligned(), text);
        ARGUMENT ropar_retarget_file(c"a.glb".as_ptr(), c"b.glb".as_ptr(), c"c.glb".as_ptr(), null(), null_mut());
        INPUT ropar_retarget_file(c"/no/a.glb".as_ptr(), c"/no/b.glb".as_ptr(), c"c.glb".as_ptr(), null(), text);
        UNSUPPORTED ropar_retarget_file(c"a.glb".as_ptr(), c"b.glb".as_ptr(), c"c.glb".as_ptr(), &ropar_retarget_file_options { reserved: 1, ..sized() }, text);
        ARGUMENT ropar_file_inspect(null(), text);
        ARGUMENT ropar_file_inspect(c"a.glb".as_ptr(), null_mut());
        INPUT ropar_file_inspect(c"/no/such/a.glb".as_ptr(), text);
        ARGUMENT ropar_file_convert(null(), c"b.bvh".as_ptr(), null(), text);
        ARGUMENT ropar_file_convert(c"a.glb".as_ptr(), NOT_UTF8, null(), text);
        ARGUMENT ropar_file_convert(c"a.glb".as_ptr(), c"b.bvh".as_ptr(), misaligned(), text);
        ARGUMENT ropar_file_convert(c"a.glb".as_ptr(), c"b.bvh".as_ptr(), null(), misaligned());
        ARGUMENT ropar_file_convert(c"a.glb".as_ptr(), c"b.bvh".as_ptr(), &ropar_convert_options { take: NOT_UTF8, ..sized() }, text);
        INPUT ropar_file_convert(c"/no/such/a.glb".as_ptr(), c"b.bvh".as_ptr(), null(), text);
        INPUT ropar_file_convert(c"/no/such/a.glb".as_ptr(), c"b.txt".as_ptr(), null(), text);
        UNSUPPORTED ropar_file_convert(c"a.glb".as_ptr(), c"b.bvh".as_ptr(), &ropar_convert_options { reserved: 1, ..sized() }, text);
        INPUT ropar_file_convert(slow.as_ptr(), slow.as_ptr(), &ropar_convert_options { fps: 1000.0, ..sized() }, text);
    }
    let word = c"ropar".as_ptr();
    // SAFETY: null, misaligned or valid pointers; frees of what is not there.
    unsafe {
        assert_eq!(ropar_text_free(misaligned()), HANDLE);
        assert_eq!(ropar_text_free(word.cast_mut()), HANDLE);
        assert_eq!(ropar_text_free(null_mut()), ROPAR_OK);
        assert_eq!(ropar_engine_close(h.motion.cast()), HANDLE);
        assert_eq!(ropar_engine_close(null_mut()), ROPAR_OK);
        assert_eq!(ropar_motion_free(h.freed_motion), HANDLE);
        assert_eq!(ropar_motion_free(h.engine.cast()), HANDLE);
        assert_eq!(ropar_motion_free(null_mut()), ROPAR_OK);
        assert_eq!(ropar_grid_free(h.freed_grid), HANDLE);
        assert_eq!(ropar_grid_free(null_mut()), ROPAR_OK);
        assert_eq!(ropar_rig_free(h.freed_rig), HANDLE);
        assert_eq!(ropar_rig_free(null_mut()), ROPAR_OK);
        assert_eq!(ropar_mapping_free(h.rig.cast()), HANDLE);
        assert_eq!(ropar_mapping_free(null_mut()), ROPAR_OK);
        assert_eq!(ropar_retargeted_free(misaligned()), HANDLE);
        assert_eq!(ropar_retargeted_free(null_mut()), ROPAR_OK);
        assert_eq!(ropar_main(-1, &word), ARGUMENT);
        assert_eq!(ropar_main(1, null()), ARGUMENT);
        assert_eq!(ropar_main(1, &null()), ARGUMENT);
        assert_eq!(ropar_main(1, misaligned()), ARGUMENT);
    }

    // After all that: nothing was given out, and everything still works.
    let mut now = 0_u64;
    let mut made = null_mut();
    let options = ropar_generate_options { seconds: 0.4, iterations: 1, steps: 1, ..sized() };
    // SAFETY: valid pointers.
    unsafe {
        assert_eq!(ropar_query(ROPAR_QUERY_LIVE_HANDLES, &mut now, null_mut()), ROPAR_OK);
        assert_eq!(now, live);
        assert_eq!(ropar_generate(h.engine, walk, &options, &mut made, null_mut()), ROPAR_OK);
        assert_eq!(ropar_motion_free(made), ROPAR_OK);
        assert_eq!(ropar_engine_close(h.engine), ROPAR_OK);
    }
    callbacks();
}

/// Results of calls that fail are cleared, whatever stood there.
#[test]
fn results_are_cleared_by_failures() {
    let mut motion = std::ptr::dangling_mut();
    let mut value = 7_u64;
    // SAFETY: valid places.
    unsafe {
        assert_eq!(ropar_motion_read(c"/no/such.glb".as_ptr(), &mut motion, null_mut()), INPUT);
        assert!(motion.is_null());
        assert_eq!(ropar_query(-1, &mut value, null_mut()), UNSUPPORTED);
        assert_eq!(value, 0);
    }
}

/// Callbacks that call the library again, from the log and from the progress of their own engine.
fn callbacks() {
    unsafe extern "C" fn log(_: i32, _: *const c_char, _: *const c_char, user: *mut c_void) {
        let mut value = 0_u64;
        // SAFETY: `user` is the status below; the query is refused, not deadlocked.
        unsafe { user.cast::<i32>().write(ropar_query(ROPAR_QUERY_JOINTS, &mut value, null_mut())) };
        // SAFETY: nor is replacing the callback from inside of itself.
        assert_eq!(unsafe { ropar_set_log(None, null_mut(), 0, null_mut()) }, ROPAR_ERROR_BUSY);
        // SAFETY: these three never fail.
        assert!(ropar_abi_version() == 1 && !ropar_version().is_null() && !ropar_status_name(0).is_null());
    }

    struct Nested {
        engine: *mut ropar_engine,
        depth: u32,
        status: i32,
    }

    unsafe extern "C" fn nest(_: f32, user: *mut c_void) -> i32 {
        // SAFETY: `user` is the struct below, used on one thread.
        let nested = unsafe { &mut *user.cast::<Nested>() };
        if nested.depth < 2 {
            nested.depth += 1;
            let mut made = null_mut();
            let options = ropar_generate_options { seconds: 0.4, iterations: 1, steps: 1, ..sized() };
            // SAFETY: valid pointers.
            nested.status =
                unsafe { ropar_generate(nested.engine, c"a person jumps".as_ptr(), &options, &mut made, null_mut()) };
            // SAFETY: just made.
            assert_eq!(unsafe { ropar_motion_free(made) }, ROPAR_OK);
        }
        0
    }

    let h = Handles::new();
    let (mut status, mut made) = (0_i32, null_mut());
    let mut nested = Nested { engine: h.engine, depth: 0, status: -1 };
    let options = ropar_generate_options {
        seconds: 0.4,
        iterations: 1,
        steps: 1,
        progress: Some(nest),
        user: (&raw mut nested).cast(),
        ..sized()
    };
    // SAFETY: valid pointers; the log callback is taken back before its status goes out of scope.
    unsafe {
        assert_eq!(ropar_set_log(Some(log), (&raw mut status).cast(), ROPAR_LOG_WARN, null_mut()), ROPAR_OK);
        // An emoji is dropped with a warning.
        let prompt = c"a person waves \u{1f44b}".as_ptr();
        assert_eq!(ropar_generate(h.engine, prompt, &options, &mut made, null_mut()), ROPAR_OK);
        assert_eq!(ropar_set_log(None, null_mut(), 0, null_mut()), ROPAR_OK);
        assert_eq!(ropar_motion_free(made), ROPAR_OK);
        assert_eq!(ropar_engine_close(h.engine), ROPAR_OK);
    }
    assert_eq!(status, ROPAR_ERROR_BUSY);
    assert_eq!((nested.depth, nested.status), (2, ROPAR_OK));
}

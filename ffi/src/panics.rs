//! A panic injected into every function ends at its boundary.

use std::{cell::RefCell, ffi::CStr, ptr::null, ptr::null_mut};

use crate::{
    command_line::*, engine::*, failure::ropar_error, files::*, generate::*, grid::*, installation::*, log::*,
    mapping::*, motion::*, query::*, retarget::*, rig::*, status::*, texts::ropar_text_free,
};

thread_local! {
    static NEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Called by the firewall at the start of every call.
pub(crate) fn panic_if_asked(function: &str) {
    if NEXT.with_borrow(|next| next == function) {
        NEXT.take();
        panic!("a test asked for it");
    }
}

type Call = fn(*mut ropar_error) -> ropar_status;

/// Every function that can fail, called with nothing: the panic comes before anything is looked at.
#[rustfmt::skip]
const CALLS: &[(&str, Call)] = &[
    ("ropar_query", |e| unsafe { ropar_query(0, null_mut(), e) }),
    ("ropar_set_log", |e| unsafe { ropar_set_log(None, null_mut(), 0, e) }),
    ("ropar_add_search_folder", |e| unsafe { ropar_add_search_folder(null(), e) }),
    ("ropar_engine_open", |e| unsafe { ropar_engine_open(null(), null_mut(), e) }),
    ("ropar_engine_describe", |e| unsafe { ropar_engine_describe(null_mut(), null_mut(), e) }),
    ("ropar_engine_info", |e| unsafe { ropar_engine_info(null_mut(), null_mut(), e) }),
    ("ropar_engine_part_joints", |e| unsafe { ropar_engine_part_joints(null_mut(), null(), null_mut(), 0, null_mut(), e) }),
    ("ropar_package_info", |e| unsafe { ropar_package_info(null(), 0, null_mut(), e) }),
    ("ropar_motion_from_arrays", |e| unsafe { ropar_motion_from_arrays(null(), null_mut(), e) }),
    ("ropar_motion_get", |e| unsafe { ropar_motion_get(null_mut(), null_mut(), e) }),
    ("ropar_motion_copy", |e| unsafe { ropar_motion_copy(null_mut(), 0, null_mut(), 0, e) }),
    ("ropar_motion_resample", |e| unsafe { ropar_motion_resample(null_mut(), 0.0, null_mut(), e) }),
    ("ropar_motion_read", |e| unsafe { ropar_motion_read(null(), null_mut(), e) }),
    ("ropar_motion_write", |e| unsafe { ropar_motion_write(null_mut(), null(), 0.0, e) }),
    ("ropar_motion_write_over", |e| unsafe { ropar_motion_write_over(null_mut(), null(), null(), null(), 0, e) }),
    ("ropar_generate", |e| unsafe { ropar_generate(null_mut(), null(), null(), null_mut(), e) }),
    ("ropar_redo", |e| unsafe { ropar_redo(null_mut(), null_mut(), null(), 0, null(), null(), null_mut(), e) }),
    ("ropar_grid_new", |e| unsafe { ropar_grid_new(null_mut(), 0, null_mut(), e) }),
    ("ropar_grid_encode", |e| unsafe { ropar_grid_encode(null_mut(), null_mut(), 0.0, null_mut(), e) }),
    ("ropar_grid_describe", |e| unsafe { ropar_grid_describe(null_mut(), null_mut(), e) }),
    ("ropar_grid_set_states", |e| unsafe { ropar_grid_set_states(null_mut(), 0, 0, 0, 0, e) }),
    ("ropar_grid_set_cells", |e| unsafe { ropar_grid_set_cells(null_mut(), 0, 0, null(), null(), e) }),
    ("ropar_grid_copy", |e| unsafe { ropar_grid_copy(null_mut(), null_mut(), 0, null_mut(), 0, e) }),
    ("ropar_grid_fill", |e| unsafe { ropar_grid_fill(null_mut(), null_mut(), null(), null(), e) }),
    ("ropar_grid_decode", |e| unsafe { ropar_grid_decode(null_mut(), null_mut(), null_mut(), e) }),
    ("ropar_rig_from_arrays", |e| unsafe { ropar_rig_from_arrays(null(), null_mut(), e) }),
    ("ropar_rig_read", |e| unsafe { ropar_rig_read(null(), null_mut(), e) }),
    ("ropar_rig_get", |e| unsafe { ropar_rig_get(null_mut(), null_mut(), e) }),
    ("ropar_rig_map", |e| unsafe { ropar_rig_map(null_mut(), null_mut(), e) }),
    ("ropar_rig_map_character", |e| unsafe { ropar_rig_map_character(null_mut(), 0, null_mut(), e) }),
    ("ropar_mapping_from_json", |e| unsafe { ropar_mapping_from_json(null_mut(), null(), null_mut(), e) }),
    ("ropar_mapping_json", |e| unsafe { ropar_mapping_json(null_mut(), null_mut(), e) }),
    ("ropar_mapping_get", |e| unsafe { ropar_mapping_get(null_mut(), null_mut(), e) }),
    ("ropar_retarget", |e| unsafe { ropar_retarget(null_mut(), null_mut(), null_mut(), null(), null_mut(), e) }),
    ("ropar_retargeted_get", |e| unsafe { ropar_retargeted_get(null_mut(), null_mut(), e) }),
    ("ropar_motion_from_rig", |e| unsafe { ropar_motion_from_rig(null_mut(), null_mut(), null(), null_mut(), e) }),
    ("ropar_retarget_file", |e| unsafe { ropar_retarget_file(null(), null(), null(), null(), null_mut(), e) }),
    ("ropar_file_inspect", |e| unsafe { ropar_file_inspect(null(), null_mut(), e) }),
    ("ropar_file_convert", |e| unsafe { ropar_file_convert(null(), null(), null(), null_mut(), e) }),
    // These have no error struct.
    ("ropar_text_free", |_| unsafe { ropar_text_free(null_mut()) }),
    ("ropar_engine_close", |_| unsafe { ropar_engine_close(null_mut()) }),
    ("ropar_motion_free", |_| unsafe { ropar_motion_free(null_mut()) }),
    ("ropar_grid_free", |_| unsafe { ropar_grid_free(null_mut()) }),
    ("ropar_rig_free", |_| unsafe { ropar_rig_free(null_mut()) }),
    ("ropar_mapping_free", |_| unsafe { ropar_mapping_free(null_mut()) }),
    ("ropar_retargeted_free", |_| unsafe { ropar_retargeted_free(null_mut()) }),
    ("ropar_main", |_| unsafe { ropar_main(1, null()) }),
];

/// They return constants and have nothing to break.
const CANNOT_FAIL: [&str; 3] = ["ropar_abi_version", "ropar_version", "ropar_status_name"];

#[test]
fn a_panic_inside_of_any_function_is_an_error() {
    for (function, call) in CALLS {
        let mut error =
            ropar_error { size: size_of::<ropar_error>() as u32, status: 77, message: [1; 1024], hint: [1; 512] };
        NEXT.set((*function).to_owned());
        assert_eq!(call(&mut error), ROPAR_ERROR_INTERNAL, "{function}");
        assert!(NEXT.with_borrow(String::is_empty), "{function} has no firewall of this name");
        if error.status != 77 {
            // SAFETY: the library has written a final 0.
            let message = unsafe { CStr::from_ptr(error.message.as_ptr()) }.to_string_lossy().into_owned();
            assert_eq!(message, format!("{function} broke down: a test asked for it"));
            assert_eq!(error.status, ROPAR_ERROR_INTERNAL);
        }
        // The next call is not touched by the one before.
        assert_ne!(call(&mut error), ROPAR_ERROR_INTERNAL, "{function}");
    }
}

#[test]
fn the_table_is_complete() {
    let header = include_str!("../include/ropar.h");
    let mut declared: Vec<&str> = header
        .split("ROPAR_API ")
        .skip(1)
        .filter_map(|rest| rest.split('(').next()?.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("ropar_"))
        .collect();
    let mut known: Vec<&str> = CALLS.iter().map(|(name, _)| *name).chain(CANNOT_FAIL).collect();
    declared.sort_unstable();
    known.sort_unstable();
    assert_eq!(declared, known);
}

//! The canonical skeleton as C sees it: static tables made from the core's at compile time.

use std::ffi::c_char;

use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS};

/// Longer than every joint's name.
const WIDTH: usize = 16;

static NAMES: [[u8; WIDTH]; JOINT_COUNT] = {
    let mut names = [[0; WIDTH]; JOINT_COUNT];
    let mut joint = 0;
    while joint < JOINT_COUNT {
        let name = JOINT_NAMES[joint].as_bytes();
        assert!(name.len() < WIDTH);
        let mut place = 0;
        while place < name.len() {
            names[joint][place] = name[place];
            place += 1;
        }
        joint += 1;
    }
    names
};

/// Pointers to static text.
#[repr(transparent)]
struct Pointers([*const c_char; JOINT_COUNT]);

// SAFETY: they point to text that is never changed.
unsafe impl Sync for Pointers {}

static POINTERS: Pointers = {
    let mut pointers = [std::ptr::null(); JOINT_COUNT];
    let mut joint = 0;
    while joint < JOINT_COUNT {
        pointers[joint] = (&raw const NAMES[joint]).cast();
        joint += 1;
    }
    Pointers(pointers)
};

static PARENT_INDICES: [i32; JOINT_COUNT] = {
    let mut parents = [-1; JOINT_COUNT];
    let mut joint = 0;
    while joint < JOINT_COUNT {
        if let Some(parent) = PARENTS[joint] {
            parents[joint] = parent as i32;
        }
        joint += 1;
    }
    parents
};

/// `[22]` names.
pub(crate) fn names() -> *const *const c_char {
    POINTERS.0.as_ptr()
}

/// `[22]` parents, -1 for the root.
pub(crate) fn parents() -> *const i32 {
    PARENT_INDICES.as_ptr()
}

//! Mappings: which node of a rig is which joint of a human body.

use std::{
    ffi::{CString, c_char},
    sync::Arc,
};

use ropar_core::{
    retarget::{MappingError, mapping::RigMapping},
    skeleton::JOINT_COUNT,
};
use serde_json::Value;

use crate::{
    failure::{Failure, ropar_error},
    firewall,
    handles::{self, Object, Opaque},
    pointers,
    rig::{OwnRig, rig, ropar_rig},
    sized::{self, Sized},
    status::ropar_status,
    texts,
};

/// A mapping, its rig, and the arrays that its view lends.
pub(crate) struct OwnMapping {
    pub(crate) mapping: RigMapping,
    pub(crate) rig: Arc<OwnRig>,
    arrays: Arrays,
}

struct Arrays {
    family: CString,
    joints: [i32; JOINT_COUNT],
    confidences: [f32; JOINT_COUNT],
    spine: Vec<i32>,
    neck: Vec<i32>,
    /// Held for the pointers below.
    _finger_names: Vec<CString>,
    finger_pointers: Vec<*const c_char>,
    finger_nodes: Vec<i32>,
    finger_confidences: Vec<f32>,
    twist_nodes: Vec<i32>,
    twist_segments: Vec<i32>,
    twist_places: Vec<f32>,
    warnings: CString,
}

// SAFETY: the pointers point into strings that the struct owns and never changes.
unsafe impl Send for Arrays {}
// SAFETY: as above.
unsafe impl Sync for Arrays {}

pub type ropar_mapping = Opaque<5>;

impl Object for OwnMapping {
    type Handle = ropar_mapping;
    const KIND: usize = 5;
    const NAME: &'static str = "a mapping";
}

/// A node as the header has it.
fn node(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(-1)
}

impl OwnMapping {
    pub(crate) fn new(mapping: RigMapping, rig: Arc<OwnRig>) -> Self {
        let finger_names: Vec<CString> = mapping.fingers.keys().map(|name| texts::c_text(name.as_str())).collect();
        let nodes = |nodes: &[usize]| nodes.iter().copied().map(node).collect();
        let arrays = Arrays {
            family: texts::c_text(mapping.family.as_str()),
            joints: mapping.joints.map(|joint| joint.map_or(-1, |joint| node(joint.node))),
            confidences: mapping.joints.map(|joint| joint.map_or(0.0, |joint| joint.confidence)),
            spine: nodes(&mapping.spine),
            neck: nodes(&mapping.neck),
            finger_pointers: finger_names.iter().map(|name| name.as_ptr()).collect(),
            _finger_names: finger_names,
            finger_nodes: mapping.fingers.values().map(|finger| node(finger.node)).collect(),
            finger_confidences: mapping.fingers.values().map(|finger| finger.confidence).collect(),
            twist_nodes: mapping.twists.iter().map(|twist| node(twist.node)).collect(),
            twist_segments: mapping.twists.iter().map(|twist| node(twist.segment)).collect(),
            twist_places: mapping.twists.iter().map(|twist| twist.place).collect(),
            warnings: texts::c_text(Value::from(mapping.warnings.as_slice()).to_string()),
        };
        Self { mapping, rig, arrays }
    }

    fn view(&self) -> ropar_mapping_view {
        let arrays = &self.arrays;
        ropar_mapping_view {
            size: 0,
            root: self.mapping.root.map_or(-1, node),
            family: arrays.family.as_ptr(),
            joints: arrays.joints.as_ptr(),
            confidences: arrays.confidences.as_ptr(),
            spine_count: arrays.spine.len() as u64,
            spine: arrays.spine.as_ptr(),
            neck_count: arrays.neck.len() as u64,
            neck: arrays.neck.as_ptr(),
            finger_count: arrays.finger_nodes.len() as u64,
            finger_names: arrays.finger_pointers.as_ptr(),
            finger_nodes: arrays.finger_nodes.as_ptr(),
            finger_confidences: arrays.finger_confidences.as_ptr(),
            twist_count: arrays.twist_nodes.len() as u64,
            twist_nodes: arrays.twist_nodes.as_ptr(),
            twist_segments: arrays.twist_segments.as_ptr(),
            twist_places: arrays.twist_places.as_ptr(),
            warnings: arrays.warnings.as_ptr(),
        }
    }
}

pub(crate) fn mapping(handle: *const ropar_mapping) -> Result<Arc<OwnMapping>, Failure> {
    handles::get::<OwnMapping>(handle)
}

impl From<MappingError> for Failure {
    fn from(error: MappingError) -> Self {
        Self::input(error.to_string(), "`ropar map FILE` shows what is found; a mapping as JSON text settles the rest")
    }
}

/// Finds the mapping of a rig.
fn find(rig: Arc<OwnRig>) -> Result<OwnMapping, Failure> {
    Ok(OwnMapping::new(RigMapping::of(&rig.rig)?, rig))
}

/// The given mapping, or the one that is found.
pub(crate) fn given_or_found(handle: *const ropar_mapping, rig: &Arc<OwnRig>) -> Result<Arc<OwnMapping>, Failure> {
    let Some(mapping) = handles::get_optional::<OwnMapping>(handle)? else {
        return find(Arc::clone(rig)).map(Arc::new);
    };
    // Not only the same object: a host may make its rig anew for every call.
    if !Arc::ptr_eq(&mapping.rig, rig) && mapping.rig.rig.nodes.len() != rig.rig.nodes.len() {
        return Err(Failure::argument(
            format!(
                "the mapping was made for a rig of {} nodes, this one has {}",
                mapping.rig.rig.nodes.len(),
                rig.rig.nodes.len()
            ),
            "pass the mapping of this rig, or NULL",
        ));
    }
    Ok(mapping)
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_mapping_view {
    pub size: u32,
    pub root: i32,
    pub family: *const c_char,
    pub joints: *const i32,
    pub confidences: *const f32,
    pub spine_count: u64,
    pub spine: *const i32,
    pub neck_count: u64,
    pub neck: *const i32,
    pub finger_count: u64,
    pub finger_names: *const *const c_char,
    pub finger_nodes: *const i32,
    pub finger_confidences: *const f32,
    pub twist_count: u64,
    pub twist_nodes: *const i32,
    pub twist_segments: *const i32,
    pub twist_places: *const f32,
    pub warnings: *const c_char,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_mapping_view {
    const NAME: &'static str = "ropar_mapping_view";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_rig_map(
    rig: *mut ropar_rig,
    mapping: *mut *mut ropar_mapping,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(mapping, "mapping") }?;
        out.set(handles::insert(find(self::rig(rig)?)?)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_rig_map", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_rig_map_character(
    rig: *mut ropar_rig,
    character: u32,
    mapping: *mut *mut ropar_mapping,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(mapping, "mapping") }?;
        let rig = self::rig(rig)?;
        let found = RigMapping::of_character(&rig.rig, character as usize)?;
        out.set(handles::insert(OwnMapping::new(found, rig))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_rig_map_character", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `json` has a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_mapping_from_json(
    rig: *mut ropar_rig,
    json: *const c_char,
    mapping: *mut *mut ropar_mapping,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, text) = unsafe { (pointers::out(mapping, "mapping")?, pointers::text(json, "json")?) };
        let rig = self::rig(rig)?;
        let read = RigMapping::from_json(text, &rig.rig, None)?;
        out.set(handles::insert(OwnMapping::new(read, rig))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_mapping_from_json", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_mapping_json(
    mapping: *mut ropar_mapping,
    json: *mut *mut c_char,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(json, "json") }?;
        let mapping = self::mapping(mapping)?;
        out.set(texts::give(mapping.mapping.to_json(&mapping.rig.rig)));
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_mapping_json", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_mapping_get(
    mapping: *mut ropar_mapping,
    view: *mut ropar_mapping_view,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let target = unsafe { sized::target(view) }?;
        target.fill(&self::mapping(mapping)?.view());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_mapping_get", error, body) }
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_mapping_free(mapping: *mut ropar_mapping) -> ropar_status {
    let body = || handles::remove::<OwnMapping>(mapping);
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_mapping_free", std::ptr::null_mut(), body) }
}

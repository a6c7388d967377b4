//! Rigs: made from arrays, read from files, looked at.

use std::{
    ffi::{CString, c_char},
    sync::Arc,
};

use glam::{DMat3, DMat4, DQuat, DVec3, DVec4};
use ropar_core::rig::{Node, NodeKind, Rig, Take, Transform};

use crate::{
    failure::{Failure, ropar_error},
    firewall,
    handles::{self, Object, Opaque},
    pointers,
    query::MAX_NODES,
    sized::{self, Sized},
    status::ropar_status,
    texts,
};

/// Cosine between axes above which a matrix is sheared: hosts compute in single precision.
const SHEAR: f64 = 1e-3;
/// Shorter axes are none.
const SMALLEST_SCALE: f64 = 1e-9;

pub const ROPAR_NODE_JOINT: u8 = 0;
pub const ROPAR_NODE_TIP: u8 = 1;
pub const ROPAR_NODE_GROUP: u8 = 2;

/// A rig with the arrays that its view lends.
pub(crate) struct OwnRig {
    pub(crate) rig: Rig,
    /// Animations of the file it comes from, which may show how it stands.
    pub(crate) takes: Vec<Take>,
    arrays: Arrays,
}

struct Arrays {
    /// Held for the pointers below.
    _names: Vec<CString>,
    name_pointers: Vec<*const c_char>,
    parents: Vec<i32>,
    rest: Vec<[f64; 16]>,
    kinds: Vec<u8>,
}

// SAFETY: the pointers point into strings that the struct owns and never changes.
unsafe impl Send for Arrays {}
// SAFETY: as above.
unsafe impl Sync for Arrays {}

pub type ropar_rig = Opaque<4>;

impl Object for OwnRig {
    type Handle = ropar_rig;
    const KIND: usize = 4;
    const NAME: &'static str = "a rig";
}

impl OwnRig {
    fn new(rig: Rig, takes: Vec<Take>) -> Self {
        let names: Vec<CString> = rig.nodes.iter().map(|node| texts::c_text(node.name.as_str())).collect();
        let arrays = Arrays {
            name_pointers: names.iter().map(|name| name.as_ptr()).collect(),
            _names: names,
            parents: rig.nodes.iter().map(|node| node.parent.map_or(-1, |parent| parent as i32)).collect(),
            rest: rig.nodes.iter().map(|node| node.rest.matrix().transpose().to_cols_array()).collect(),
            kinds: rig.nodes.iter().map(|node| kind_number(node.kind)).collect(),
        };
        Self { rig, takes, arrays }
    }

    fn view(&self) -> ropar_rig_arrays {
        ropar_rig_arrays {
            size: 0,
            reserved: 0,
            nodes: self.rig.nodes.len() as u64,
            names: self.arrays.name_pointers.as_ptr(),
            parents: self.arrays.parents.as_ptr(),
            rest: self.arrays.rest.as_ptr().cast(),
            kinds: self.arrays.kinds.as_ptr(),
        }
    }
}

pub(crate) fn rig(handle: *const ropar_rig) -> Result<Arc<OwnRig>, Failure> {
    handles::get::<OwnRig>(handle)
}

fn kind_number(kind: NodeKind) -> u8 {
    match kind {
        NodeKind::Joint => ROPAR_NODE_JOINT,
        NodeKind::Tip => ROPAR_NODE_TIP,
        NodeKind::Group => ROPAR_NODE_GROUP,
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_rig_arrays {
    pub size: u32,
    pub reserved: u32,
    pub nodes: u64,
    pub names: *const *const c_char,
    pub parents: *const i32,
    pub rest: *const f64,
    pub kinds: *const u8,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_rig_arrays {
    const NAME: &'static str = "ropar_rig_arrays";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// A rig from a host's arrays.
///
/// # Safety
/// The arrays have the sizes that the header gives, or are null or misaligned; names have a final 0.
unsafe fn from_arrays(arrays: &ropar_rig_arrays) -> Result<OwnRig, Failure> {
    if !(1..=MAX_NODES).contains(&arrays.nodes) {
        return Err(Failure::argument(
            format!("{} nodes are out of range", arrays.nodes),
            format!("pass 1 to {MAX_NODES}"),
        ));
    }
    // SAFETY: as the caller promises, here and below.
    let names = unsafe { pointers::array(arrays.names, arrays.nodes, 1, "names") }?;
    let parents = unsafe { pointers::array(arrays.parents, arrays.nodes, 1, "parents") }?;
    let rest = unsafe { pointers::array(arrays.rest, arrays.nodes, 16, "rest") }?;
    let kinds = match arrays.kinds.is_null() {
        true => None,
        false => Some(unsafe { pointers::array(arrays.kinds, arrays.nodes, 1, "kinds") }?),
    };
    let mut nodes = Vec::with_capacity(names.len());
    for (index, matrix) in rest.chunks_exact(16).enumerate() {
        let name = unsafe { pointers::text(names[index], "names[]") }?.to_owned();
        let at = |problem: &str, hint: &str| Failure::input(format!("node {index} (`{name}`): {problem}"), hint);
        let parent = match parents[index] {
            -1 => None,
            parent if (0..index as i64).contains(&i64::from(parent)) => Some(parent as usize),
            parent => {
                return Err(at(
                    &format!("its parent is {parent}, which does not stand before it"),
                    "order the nodes so that parents come first; the parent of a root is -1",
                ));
            }
        };
        let kind = match kinds.map_or(ROPAR_NODE_JOINT, |kinds| kinds[index]) {
            ROPAR_NODE_JOINT => NodeKind::Joint,
            ROPAR_NODE_TIP => NodeKind::Tip,
            ROPAR_NODE_GROUP => NodeKind::Group,
            kind => return Err(at(&format!("{kind} is no kind of node"), "pass one of ROPAR_NODE_...")),
        };
        let rest = transform(matrix).map_err(|problem| {
            at(problem, "pass local matrices, rows first, made of translation, rotation and scale")
        })?;
        nodes.push(Node { name, parent, rest, kind });
    }
    Ok(OwnRig::new(Rig { nodes, ..Rig::default() }, Vec::new()))
}

/// Translation, rotation and scale of a matrix, rows first.
fn transform(rows: &[f64]) -> Result<Transform, &'static str> {
    let mut numbers = [0.0; 16];
    numbers.copy_from_slice(rows);
    let matrix = DMat4::from_cols_array(&numbers).transpose();
    if !matrix.is_finite() {
        return Err("its rest matrix is not finite");
    }
    if matrix.row(3).distance(DVec4::W) > 1e-6 {
        return Err("the last row of its rest matrix is not 0 0 0 1");
    }
    let axes = DMat3::from_mat4(matrix);
    let lengths = DVec3::new(axes.x_axis.length(), axes.y_axis.length(), axes.z_axis.length());
    if lengths.min_element() < SMALLEST_SCALE {
        return Err("its rest matrix is singular");
    }
    let cosine = |a: DVec3, b: DVec3| (a.normalize().dot(b.normalize())).abs();
    let shear =
        cosine(axes.x_axis, axes.y_axis).max(cosine(axes.y_axis, axes.z_axis)).max(cosine(axes.z_axis, axes.x_axis));
    if shear > SHEAR {
        return Err("its rest matrix is sheared");
    }
    let (scale, rotation, translation) = matrix.to_scale_rotation_translation();
    // Rotations of hosts are off by rounding; nobody scales a joint by a millionth.
    let scale = if scale.distance(DVec3::ONE) < 1e-6 { DVec3::ONE } else { scale };
    Ok(Transform { translation, rotation: DQuat::normalize(rotation), scale })
}

/// # Safety
/// Pointers are null, misaligned or valid, arrays of the sizes that the header gives; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_rig_from_arrays(
    arrays: *const ropar_rig_arrays,
    rig: *mut *mut ropar_rig,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, made) = unsafe { (pointers::out(rig, "rig")?, from_arrays(&sized::read(arrays)?)?) };
        out.set(handles::insert(made)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_rig_from_arrays", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `path` has a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_rig_read(
    path: *const c_char,
    rig: *mut *mut ropar_rig,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, path) = unsafe { (pointers::out(rig, "rig")?, pointers::path(path, "path")?) };
        let scene = ropar_exporters::read_scene(&path)?;
        if scene.nodes.is_empty() {
            return Err(Failure::input(
                format!("`{}` has no nodes", path.display()),
                "choose a file with a skeleton; `ropar inspect FILE` shows what a file holds",
            ));
        }
        out.set(handles::insert(OwnRig::new(scene.rig(), scene.takes))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_rig_read", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_rig_get(
    rig: *mut ropar_rig,
    view: *mut ropar_rig_arrays,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let target = unsafe { sized::target(view) }?;
        target.fill(&self::rig(rig)?.view());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_rig_get", error, body) }
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_rig_free(rig: *mut ropar_rig) -> ropar_status {
    let body = || handles::remove::<OwnRig>(rig);
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_rig_free", std::ptr::null_mut(), body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_come_apart_and_together() {
        let made = Transform {
            translation: DVec3::new(1.0, 2.0, 3.0),
            rotation: DQuat::from_euler(glam::EulerRot::XYZ, 0.3, -0.7, 1.1),
            scale: DVec3::new(0.5, 2.0, 1.5),
        };
        let rows = made.matrix().transpose().to_cols_array();
        assert_eq!([rows[3], rows[7], rows[11]], [1.0, 2.0, 3.0], "the translation is in the last column");
        let found = transform(&rows).expect("no shear");
        assert!(found.matrix().abs_diff_eq(made.matrix(), 1e-12));
    }

    #[test]
    fn what_is_no_pose_is_refused() {
        let identity = DMat4::IDENTITY.to_cols_array();
        for (place, value) in [(0, f64::NAN), (3, f64::INFINITY), (0, 0.0), (1, 0.5), (12, 1.0), (15, 2.0)] {
            let mut rows = identity;
            rows[place] = value;
            assert!(transform(&rows).is_err(), "element {place} = {value}");
        }
    }
}

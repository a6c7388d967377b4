//! Retargeting: motions onto rigs and back.

use std::ffi::{CString, c_char};

use glam::{DQuat, DVec3};
use ropar_core::{
    retarget::{MappedRig, RetargetError, RetargetOptions, Retargeted, Retargeter},
    rig::{Rig, Take, Track, canonical_mapping, canonical_rig},
};
use serde_json::Map;

use crate::{
    failure::{Failure, ropar_error},
    firewall,
    handles::{self, Object, Opaque},
    mapping::{OwnMapping, given_or_found, ropar_mapping},
    motion::{Clip, check_frames, check_rate, clip, ropar_motion},
    pointers,
    rig::{OwnRig, rig, ropar_rig},
    sized::{self, Sized},
    status::ropar_status,
    texts,
};

/// Frames times nodes of a retargeted clip: as many as scene files may have.
const MAX_SAMPLES: usize = 30_000_000;

impl From<RetargetError> for Failure {
    fn from(error: RetargetError) -> Self {
        Self::input(error.to_string(), error.next_step())
    }
}

/// A clip on a rig, in arrays.
struct OwnRetargeted {
    fps: f64,
    frames: usize,
    nodes: usize,
    rotations: Vec<[f64; 4]>,
    translations: Vec<[f64; 3]>,
    report: CString,
}

pub type ropar_retargeted = Opaque<6>;

impl Object for OwnRetargeted {
    type Handle = ropar_retargeted;
    const KIND: usize = 6;
    const NAME: &'static str = "a retargeted clip";
}

impl OwnRetargeted {
    fn new(made: &Retargeted, rig: &Rig) -> Result<Self, Failure> {
        let (frames, nodes) = (made.take.frames, rig.nodes.len());
        let mut rotations: Vec<[f64; 4]> = Vec::with_capacity(frames * nodes);
        let mut translations: Vec<[f64; 3]> = Vec::with_capacity(frames * nodes);
        for _ in 0..frames {
            rotations.extend(rig.nodes.iter().map(|node| node.rest.rotation.to_array()));
            translations.extend(rig.nodes.iter().map(|node| node.rest.translation.to_array()));
        }
        for track in &made.take.tracks {
            for frame in 0..frames {
                let place = frame * nodes + track.node;
                if let Some(values) = &track.rotation {
                    rotations[place] = values[frame].to_array();
                }
                if let Some(values) = &track.translation {
                    translations[place] = values[frame].to_array();
                }
            }
        }
        let report = texts::c_text(serde_json::to_string(&made.report)?);
        Ok(Self { fps: made.take.fps, frames, nodes, rotations, translations, report })
    }

    fn view(&self) -> ropar_retargeted_view {
        ropar_retargeted_view {
            size: 0,
            fps: self.fps as f32,
            frames: self.frames as u64,
            nodes: self.nodes as u64,
            rotations: self.rotations.as_ptr().cast(),
            translations: self.translations.as_ptr().cast(),
            report: self.report.as_ptr(),
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_retarget_options {
    pub size: u32,
    pub ignore_contacts: u32,
    pub in_place: u32,
    pub reserved: u32,
    pub hand_contacts: u32,
    pub ground_root: u32,
}

// SAFETY: repr(C), begins with the size, numbers only.
unsafe impl Sized for ropar_retarget_options {
    const NAME: &'static str = "ropar_retarget_options";
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, hand_contacts);
    const RESERVED: &'static [usize] = &[std::mem::offset_of!(Self, reserved)];
}

impl ropar_retarget_options {
    fn options(&self) -> RetargetOptions {
        RetargetOptions {
            contacts: self.ignore_contacts == 0,
            hand_contacts: self.hand_contacts != 0,
            in_place: self.in_place != 0,
            ground_root: self.ground_root != 0,
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_retargeted_view {
    pub size: u32,
    pub fps: f32,
    pub frames: u64,
    pub nodes: u64,
    pub rotations: *const f64,
    pub translations: *const f64,
    pub report: *const c_char,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_retargeted_view {
    const NAME: &'static str = "ropar_retargeted_view";
    const FIRST_SIZE: usize = size_of::<Self>();
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_take_arrays {
    pub size: u32,
    pub fps: f32,
    pub frames: u64,
    pub rotations: *const f64,
    pub translations: *const f64,
    pub ignore_contacts: u32,
    pub reserved: u32,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_take_arrays {
    const NAME: &'static str = "ropar_take_arrays";
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, ignore_contacts);
    const RESERVED: &'static [usize] = &[std::mem::offset_of!(Self, reserved)];
}

/// A number of samples that memory can hold.
fn check_samples(frames: usize, nodes: usize) -> Result<(), Failure> {
    match frames.checked_mul(nodes) {
        Some(samples) if samples <= MAX_SAMPLES => Ok(()),
        _ => Err(Failure::argument(
            format!("{frames} frames of {nodes} nodes are more than {MAX_SAMPLES} samples"),
            "cut the clip into pieces",
        )),
    }
}

fn mapped<'a>(rig: &'a OwnRig, mapping: &'a OwnMapping, takes: &'a [Take]) -> MappedRig<'a> {
    MappedRig { rig: &rig.rig, mapping: &mapping.mapping, takes }
}

/// The animation of a rig from a host's arrays.
///
/// # Safety
/// The arrays have the sizes that the header gives, or are null or misaligned.
unsafe fn take(arrays: &ropar_take_arrays, rig: &Rig) -> Result<Take, Failure> {
    check_rate(arrays.fps)?;
    check_frames(arrays.frames)?;
    let (frames, nodes) = (arrays.frames as usize, rig.nodes.len());
    check_samples(frames, nodes)?;
    // SAFETY: as the caller promises.
    let rotations = unsafe { pointers::array(arrays.rotations, arrays.frames, nodes * 4, "rotations") }?;
    let translations = match arrays.translations.is_null() {
        true => None,
        // SAFETY: as the caller promises.
        false => Some(unsafe { pointers::array(arrays.translations, arrays.frames, nodes * 3, "translations") }?),
    };
    let mut tracks: Vec<Track> = (0..nodes).map(|node| Track { node, ..Track::default() }).collect();
    for track in &mut tracks {
        let node = track.node;
        let problem = |frame: usize, what: &str| {
            Failure::input(
                format!("node {node} (`{}`), frame {frame}: {what}", rig.nodes[node].name),
                "pass finite numbers, and quaternions (x, y, z, w) of some length",
            )
        };
        let mut turned = Vec::with_capacity(frames);
        for frame in 0..frames {
            let rotation = DQuat::from_slice(&rotations[(frame * nodes + node) * 4..]);
            let length = rotation.length_squared();
            if !(length.is_finite() && length > 1e-12) {
                return Err(problem(frame, "the rotation is none"));
            }
            turned.push(rotation.normalize());
        }
        track.rotation = Some(turned);
        if let Some(values) = translations {
            let mut moved = Vec::with_capacity(frames);
            for frame in 0..frames {
                let place = DVec3::from_slice(&values[(frame * nodes + node) * 3..]);
                if !place.is_finite() {
                    return Err(problem(frame, "the translation is not finite"));
                }
                moved.push(place);
            }
            track.translation = Some(moved);
        }
    }
    Ok(Take { name: "motion".to_owned(), fps: f64::from(arrays.fps), frames, tracks, ..Take::default() })
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_retarget(
    source: *mut ropar_motion,
    target: *mut ropar_rig,
    mapping: *mut ropar_mapping,
    options: *const ropar_retarget_options,
    retargeted: *mut *mut ropar_retargeted,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, options) = unsafe { (pointers::out(retargeted, "retargeted")?, sized::read_or_default(options)?) };
        let (source, target) = (clip(source)?, rig(target)?);
        check_samples(source.motion.frames(), target.rig.nodes.len())?;
        let mapping = given_or_found(mapping, &target)?;
        let retargeter = Retargeter::from_canonical(mapped(&target, &mapping, &target.takes))?;
        let made = retargeter.retarget_motion(&source.motion, "motion", &options.options())?;
        out.set(handles::insert(OwnRetargeted::new(&made, &target.rig)?)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_retarget", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_retargeted_get(
    retargeted: *mut ropar_retargeted,
    view: *mut ropar_retargeted_view,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let target = unsafe { sized::target(view) }?;
        target.fill(&handles::get::<OwnRetargeted>(retargeted)?.view());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_retargeted_get", error, body) }
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_retargeted_free(retargeted: *mut ropar_retargeted) -> ropar_status {
    let body = || handles::remove::<OwnRetargeted>(retargeted);
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_retargeted_free", std::ptr::null_mut(), body) }
}

/// # Safety
/// Pointers are null, misaligned or valid, arrays of the sizes that the header gives; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_from_rig(
    rig: *mut ropar_rig,
    mapping: *mut ropar_mapping,
    take: *const ropar_take_arrays,
    motion: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, arrays) = unsafe { (pointers::out(motion, "motion")?, sized::read(take)?) };
        let options = RetargetOptions { contacts: arrays.ignore_contacts == 0, ..RetargetOptions::default() };
        let source = self::rig(rig)?;
        let mapping = given_or_found(mapping, &source)?;
        // SAFETY: as the caller promises.
        let take = unsafe { self::take(&arrays, &source.rig) }?;
        let (canonical, identity) = (canonical_rig(), canonical_mapping());
        let target = MappedRig { rig: &canonical, mapping: &identity, takes: &[] };
        let retargeter = Retargeter::new(mapped(&source, &mapping, std::slice::from_ref(&take)), target)?;
        let made = retargeter.retarget(&take, &options)?;
        let warnings = match made.report.verdict.reason.as_str() {
            "" => Vec::new(),
            reason => vec![format!("{}: {reason}", made.report.verdict.grade)],
        };
        out.set(handles::insert(Clip::new(made.take.to_motion(), Map::new(), &warnings))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_from_rig", error, body) }
}

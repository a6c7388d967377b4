//! Motions: made from arrays, looked at, resampled.

use std::{
    ffi::{CString, c_char},
    sync::{Arc, OnceLock},
};

use glam::{Quat, Vec3};
use ropar_core::{
    cleanup::{contacts::ContactLimits, foot_contacts},
    engine::resample_rows,
    motion::Motion,
    skeleton::{JOINT_COUNT, JOINT_NAMES, rest_offsets},
    solve::{SolveOptions, solve},
};
use serde_json::{Map, Value};

use crate::{
    failure::{Failure, ropar_error},
    firewall,
    handles::{self, Object, Opaque},
    pointers,
    query::MAX_FRAMES,
    sized::{self, Sized},
    skeleton,
    status::ropar_status,
    texts,
};

/// Columns of contacts: left heel, left ball, right heel, right ball.
pub(crate) const CONTACT_COUNT: usize = 4;

/// How far the squared length of a rotation may be from 1 to be taken as it is: a motion that a host copied out and gives
/// back is the same bit for bit.
const UNIT: f32 = 1e-5;

pub const ROPAR_CHANNEL_ROOT: i32 = 1;
pub const ROPAR_CHANNEL_ROTATIONS: i32 = 2;
pub const ROPAR_CHANNEL_POSITIONS: i32 = 3;
pub const ROPAR_CHANNEL_CONFIDENCES: i32 = 4;
pub const ROPAR_CHANNEL_CONTACTS: i32 = 5;

/// A motion with what is known about it.
#[derive(Debug)]
pub(crate) struct Clip {
    pub(crate) motion: Motion,
    pub(crate) confidences: Option<Vec<[f32; JOINT_COUNT]>>,
    /// From the host, or measured when they are first asked for.
    contacts: OnceLock<Vec<[f32; CONTACT_COUNT]>>,
    limits: ContactLimits,
    pub(crate) metadata: Map<String, Value>,
    metadata_text: CString,
    warnings: CString,
    positions: OnceLock<Vec<[Vec3; JOINT_COUNT]>>,
}

pub type ropar_motion = Opaque<2>;

impl Object for Clip {
    type Handle = ropar_motion;
    const KIND: usize = 2;
    const NAME: &'static str = "a motion";
}

impl Clip {
    pub(crate) fn new(motion: Motion, metadata: Map<String, Value>, warnings: &[String]) -> Self {
        Self {
            motion,
            confidences: None,
            contacts: OnceLock::new(),
            limits: ContactLimits::CAPTURED,
            metadata_text: texts::c_text(Value::Object(metadata.clone()).to_string()),
            metadata,
            warnings: texts::c_text(Value::from(warnings).to_string()),
            positions: OnceLock::new(),
        }
    }

    /// A motion that an engine has made: its standing feet slide more than those of captured ones.
    pub(crate) fn made(motion: Motion, metadata: Map<String, Value>, warnings: &[String]) -> Self {
        Self { limits: ContactLimits::GENERATED, ..Self::new(motion, metadata, warnings) }
    }

    fn contacts(&self) -> &[[f32; CONTACT_COUNT]] {
        self.contacts.get_or_init(|| {
            let [left, right] = foot_contacts(&self.motion, &self.limits);
            let share = |stands: bool| f32::from(u8::from(stands));
            left.iter()
                .zip(&right)
                .map(|(left, right)| [left.heel, left.ball, right.heel, right.ball].map(share))
                .collect()
        })
    }

    fn positions(&self) -> &[[Vec3; JOINT_COUNT]] {
        self.positions.get_or_init(|| self.motion.positions())
    }

    fn view(&self) -> ropar_motion_view {
        let pointer = |rows: Option<*const f32>| rows.unwrap_or(std::ptr::null());
        ropar_motion_view {
            size: 0,
            fps: self.motion.fps,
            frames: self.motion.frames() as u64,
            joints: JOINT_COUNT as u32,
            contact_count: CONTACT_COUNT as u32,
            root: self.motion.root.as_ptr().cast(),
            rotations: self.motion.rotations.as_ptr().cast(),
            positions: self.positions().as_ptr().cast(),
            confidences: pointer(self.confidences.as_ref().map(|rows| rows.as_ptr().cast())),
            contacts: self.contacts().as_ptr().cast(),
            joint_names: skeleton::names(),
            parents: skeleton::parents(),
            rest_offsets: rest_offsets().as_ptr().cast(),
            metadata: self.metadata_text.as_ptr(),
            warnings: self.warnings.as_ptr(),
        }
    }

    /// All numbers of a channel, row by row.
    fn channel(&self, channel: i32) -> Result<Vec<f32>, Failure> {
        let vectors = |rows: &[[Vec3; JOINT_COUNT]]| rows.iter().flatten().flat_map(Vec3::to_array).collect();
        Ok(match channel {
            ROPAR_CHANNEL_ROOT => self.motion.root.iter().flat_map(Vec3::to_array).collect(),
            ROPAR_CHANNEL_ROTATIONS => self.motion.rotations.iter().flatten().flat_map(|q| q.to_array()).collect(),
            ROPAR_CHANNEL_POSITIONS => vectors(self.positions()),
            ROPAR_CHANNEL_CONFIDENCES => match &self.confidences {
                Some(rows) => rows.iter().flatten().copied().collect(),
                None => vec![1.0; self.motion.frames() * JOINT_COUNT],
            },
            ROPAR_CHANNEL_CONTACTS => self.contacts().iter().flatten().copied().collect(),
            _ => {
                return Err(Failure::argument(
                    format!("{channel} is no channel of a motion"),
                    "pass one of ROPAR_CHANNEL_ROOT to ROPAR_CHANNEL_CONTACTS",
                ));
            }
        })
    }

    /// The same clip at another rate.
    pub(crate) fn resample(&self, fps: f32) -> Result<Self, Failure> {
        check_rate(fps)?;
        let frames = self.motion.frames() as f64 * f64::from(fps) / f64::from(self.motion.fps);
        if frames > MAX_FRAMES as f64 {
            return Err(Failure::argument(
                format!("at {fps} frames per second the motion would have {frames:.0} frames"),
                format!("choose a rate that gives at most {MAX_FRAMES}"),
            ));
        }
        let motion = self.motion.resample(fps);
        let count = motion.frames();
        Ok(Self {
            confidences: self.confidences.as_ref().map(|rows| resample_rows(rows, self.motion.fps, fps, count)),
            contacts: match self.contacts.get() {
                Some(rows) => OnceLock::from(resample_rows(rows, self.motion.fps, fps, count)),
                None => OnceLock::new(),
            },
            limits: self.limits,
            motion,
            metadata: self.metadata.clone(),
            metadata_text: self.metadata_text.clone(),
            warnings: self.warnings.clone(),
            positions: OnceLock::new(),
        })
    }
}

/// A usable number of frames per second.
pub(crate) fn check_rate(fps: f32) -> Result<(), Failure> {
    if fps.is_finite() && fps > 0.0 {
        return Ok(());
    }
    Err(Failure::argument(format!("{fps} frames per second is no rate"), "pass a positive number"))
}

/// A number of frames that memory can hold.
pub(crate) fn check_frames(frames: u64) -> Result<(), Failure> {
    if (1..=MAX_FRAMES).contains(&frames) {
        return Ok(());
    }
    Err(Failure::argument(format!("{frames} frames are out of range"), format!("pass 1 to {MAX_FRAMES}")))
}

pub(crate) fn clip(handle: *const ropar_motion) -> Result<Arc<Clip>, Failure> {
    handles::get::<Clip>(handle)
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_motion_view {
    pub size: u32,
    pub fps: f32,
    pub frames: u64,
    pub joints: u32,
    pub contact_count: u32,
    pub root: *const f32,
    pub rotations: *const f32,
    pub positions: *const f32,
    pub confidences: *const f32,
    pub contacts: *const f32,
    pub joint_names: *const *const c_char,
    pub parents: *const i32,
    pub rest_offsets: *const f32,
    pub metadata: *const c_char,
    pub warnings: *const c_char,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_motion_view {
    const NAME: &'static str = "ropar_motion_view";
    const FIRST_SIZE: usize = size_of::<Self>();
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_motion_arrays {
    pub size: u32,
    pub fps: f32,
    pub frames: u64,
    pub root: *const f32,
    pub rotations: *const f32,
    pub positions: *const f32,
    pub confidences: *const f32,
    pub contacts: *const f32,
    pub metadata: *const c_char,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_motion_arrays {
    const NAME: &'static str = "ropar_motion_arrays";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// A clip from a host's arrays.
///
/// # Safety
/// The arrays have the sizes that the header gives, or are null or misaligned.
unsafe fn from_arrays(arrays: &ropar_motion_arrays) -> Result<Clip, Failure> {
    check_rate(arrays.fps)?;
    check_frames(arrays.frames)?;
    let frames = arrays.frames;
    // SAFETY: as the caller promises, here and below.
    let metadata = match unsafe { pointers::optional_text(arrays.metadata, "metadata") }? {
        Some(text) => serde_json::from_str(text).map_err(|error| {
            Failure::argument(format!("`metadata` is no JSON object: {error}"), "pass an object, or NULL")
        })?,
        None => Map::new(),
    };
    let confidences = unsafe { shares(arrays.confidences, frames, "confidences") }?;
    let contacts = unsafe { shares(arrays.contacts, frames, "contacts") }?;
    let motion = if arrays.rotations.is_null() {
        if arrays.positions.is_null() {
            return Err(Failure::argument("there are neither `rotations` nor `positions`", "pass one of them"));
        }
        let numbers = unsafe { pointers::array(arrays.positions, frames, JOINT_COUNT * 3, "positions") }?;
        from_positions(numbers, arrays.fps)?
    } else {
        let root = unsafe { pointers::array(arrays.root, frames, 3, "root") }?;
        let rotations = unsafe { pointers::array(arrays.rotations, frames, JOINT_COUNT * 4, "rotations") }?;
        from_rotations(root, rotations, arrays.fps)?
    };
    let contacts = contacts.map_or_else(OnceLock::new, OnceLock::from);
    Ok(Clip { confidences, contacts, ..Clip::new(motion, metadata, &[]) })
}

fn from_rotations(root: &[f32], rotations: &[f32], fps: f32) -> Result<Motion, Failure> {
    let hint = "pass finite numbers, and quaternions (x, y, z, w) of some length";
    let root: Vec<Vec3> = root.chunks_exact(3).map(Vec3::from_slice).collect();
    if let Some(frame) = root.iter().position(|place| !place.is_finite()) {
        return Err(Failure::input(format!("the root of frame {frame} is not finite"), hint));
    }
    let mut poses = Vec::with_capacity(root.len());
    for (frame, numbers) in rotations.chunks_exact(JOINT_COUNT * 4).enumerate() {
        let mut pose = [Quat::IDENTITY; JOINT_COUNT];
        for (joint, numbers) in numbers.chunks_exact(4).enumerate() {
            let rotation = Quat::from_slice(numbers);
            let length = rotation.length_squared();
            if !(length.is_finite() && length > 1e-12) {
                return Err(Failure::input(
                    format!("the rotation of `{}` in frame {frame} is no rotation", JOINT_NAMES[joint]),
                    hint,
                ));
            }
            pose[joint] = if (length - 1.0).abs() < UNIT { rotation } else { rotation.normalize() };
        }
        poses.push(pose);
    }
    Ok(Motion { fps, root, rotations: poses })
}

/// The canonical skeleton laid along the positions of any human body.
pub(crate) fn from_positions(numbers: &[f32], fps: f32) -> Result<Motion, Failure> {
    let positions: Vec<[Vec3; JOINT_COUNT]> = numbers
        .chunks_exact(JOINT_COUNT * 3)
        .map(|row| std::array::from_fn(|joint| Vec3::from_slice(&row[joint * 3..])))
        .collect();
    let solved = solve(&positions, &[true; JOINT_COUNT], fps, SolveOptions::default()).map_err(|error| {
        Failure::input(format!("the positions are no human motion: {error}"), "pass world positions in metres, Y up")
    })?;
    Ok(solved.motion)
}

/// Numbers between 0 and 1, or `None` for null.
///
/// # Safety
/// As [`pointers::array`].
unsafe fn shares<const WIDTH: usize>(
    values: *const f32,
    frames: u64,
    name: &str,
) -> Result<Option<Vec<[f32; WIDTH]>>, Failure> {
    if values.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    let numbers = unsafe { pointers::array(values, frames, WIDTH, name) }?;
    if let Some(place) = numbers.iter().position(|number| !(0.0..=1.0).contains(number)) {
        return Err(Failure::input(
            format!("`{name}` has {} in frame {}, column {}", numbers[place], place / WIDTH, place % WIDTH),
            "pass numbers from 0 to 1",
        ));
    }
    Ok(Some(numbers.chunks_exact(WIDTH).map(|row| std::array::from_fn(|column| row[column])).collect()))
}

/// # Safety
/// Pointers are null, misaligned or valid, arrays of the sizes that the header gives; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_from_arrays(
    arrays: *const ropar_motion_arrays,
    motion: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, clip) = unsafe { (pointers::out(motion, "motion")?, from_arrays(&sized::read(arrays)?)?) };
        out.set(handles::insert(clip)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_from_arrays", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_get(
    motion: *mut ropar_motion,
    view: *mut ropar_motion_view,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let target = unsafe { sized::target(view) }?;
        target.fill(&clip(motion)?.view());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_get", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid, `values` for `capacity` numbers; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_copy(
    motion: *mut ropar_motion,
    channel: i32,
    values: *mut f32,
    capacity: u64,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        let numbers = clip(motion)?.channel(channel)?;
        // SAFETY: as the caller promises.
        unsafe { pointers::room(values, capacity, numbers.len(), "values") }?.write(&numbers);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_copy", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_resample(
    motion: *mut ropar_motion,
    fps: f32,
    resampled: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(resampled, "resampled") }?;
        out.set(handles::insert(clip(motion)?.resample(fps)?)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_resample", error, body) }
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_free(motion: *mut ropar_motion) -> ropar_status {
    let body = || handles::remove::<Clip>(motion);
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_motion_free", std::ptr::null_mut(), body) }
}

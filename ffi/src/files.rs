//! Motions and scenes in files.

use std::ffi::c_char;

use ropar_core::{retarget::RetargetOptions, skeleton::JOINT_COUNT};
use ropar_exporters::{
    Format, ReadSceneOptions, WriteSceneOptions,
    inspect::inspect,
    retarget_files::{Character, CharacterOptions, RetargetFileError, retargeter},
};
use serde_json::Value;

use crate::{
    failure::{Failure, ropar_error},
    firewall, handles,
    motion::{Clip, clip, ropar_motion},
    pointers,
    sized::{self, Sized},
    status::ropar_status,
    texts,
};

impl From<RetargetFileError> for Failure {
    fn from(error: RetargetFileError) -> Self {
        let message = error.to_string();
        match error {
            RetargetFileError::File(error) => error.into(),
            // The file's name is in the outer message.
            RetargetFileError::Mapping { source, .. } => Self { message, ..source.into() },
            RetargetFileError::Retarget { source, .. } => Self { message, ..source.into() },
            RetargetFileError::Take { .. } => Self::input(message, "`ropar inspect FILE` lists the takes of a file"),
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_retarget_file_options {
    pub size: u32,
    pub ignore_contacts: u32,
    pub in_place: u32,
    pub reserved: u32,
    pub take: *const c_char,
    pub mapping_json: *const c_char,
    pub hand_contacts: u32,
    pub ground_root: u32,
    pub source_mapping_json: *const c_char,
    pub fps: f64,
    pub character: u32,
    pub source_character: u32,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_retarget_file_options {
    const NAME: &'static str = "ropar_retarget_file_options";
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, hand_contacts);
    const RESERVED: &'static [usize] = &[std::mem::offset_of!(Self, reserved)];
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_convert_options {
    pub size: u32,
    pub reserved: u32,
    pub take: *const c_char,
    pub fps: f64,
    pub start: f64,
    pub end: f64,
    pub metres_per_unit: f64,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_convert_options {
    const NAME: &'static str = "ropar_convert_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const RESERVED: &'static [usize] = &[std::mem::offset_of!(Self, reserved)];
}

/// `None` for the header's default.
fn given(value: f64) -> Option<f64> {
    (value != 0.0).then_some(value)
}

/// # Safety
/// Pointers are null, misaligned or valid; `path` has a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_read(
    path: *const c_char,
    motion: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, path) = unsafe { (pointers::out(motion, "motion")?, pointers::path(path, "path")?) };
        let read = ropar_exporters::read_clip(&path)?;
        out.set(handles::insert(Clip::new(read.motion, read.extras, &read.warnings))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_read", error, body) }
}

/// # Safety
/// `path` is null or has a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_write(
    motion: *mut ropar_motion,
    path: *const c_char,
    fps: f32,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let path = unsafe { pointers::path(path, "path") }?;
        let clip = clip(motion)?;
        Format::of_new_clip(&path)?;
        let motion = if fps == 0.0 { clip.motion.clone() } else { clip.resample(fps)?.motion };
        let clip = ropar_exporters::Clip::new(motion, clip.metadata.clone());
        Ok(ropar_exporters::write_clip(&path, &clip, None)?)
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_write", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid, `joints` for `joint_count` numbers; texts have a final 0; `error` as its
/// `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_motion_write_over(
    motion: *mut ropar_motion,
    input: *const c_char,
    output: *const c_char,
    joints: *const u32,
    joint_count: u64,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (input, output) = unsafe { (pointers::path(input, "input")?, pointers::path(output, "output")?) };
        let clip = clip(motion)?;
        if joint_count > JOINT_COUNT as u64 {
            return Err(Failure::argument(
                format!("{joint_count} joints are more than there are"),
                format!("pass at most {JOINT_COUNT}, each once"),
            ));
        }
        // SAFETY: as the caller promises.
        let mut joints: Vec<usize> =
            unsafe { pointers::array(joints, joint_count, 1, "joints") }?.iter().map(|joint| *joint as usize).collect();
        joints.sort_unstable();
        joints.dedup();
        if let Some(joint) = joints.iter().find(|joint| **joint >= JOINT_COUNT) {
            return Err(Failure::argument(
                format!("there is no joint {joint}"),
                format!("pass 0 to {}", JOINT_COUNT - 1),
            ));
        }
        Ok(ropar_exporters::replace_joints(&input, &output, &clip.motion, &joints, &clip.metadata)?)
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_motion_write_over", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; texts have a final 0; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_retarget_file(
    clip: *const c_char,
    rig: *const c_char,
    output: *const c_char,
    options: *const ropar_retarget_file_options,
    report: *mut *mut c_char,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, clip, rig, output, options) = unsafe {
            (
                pointers::out(report, "report")?,
                pointers::path(clip, "clip")?,
                pointers::path(rig, "rig")?,
                pointers::path(output, "output")?,
                sized::read_or_default(options)?,
            )
        };
        // SAFETY: as the caller promises.
        let (take, map, source_map) = unsafe {
            (
                pointers::optional_text(options.take, "take")?,
                pointers::optional_text(options.mapping_json, "mapping_json")?,
                pointers::optional_text(options.source_mapping_json, "source_mapping_json")?,
            )
        };
        if !(options.fps.is_finite() && (0.0..=1000.0).contains(&options.fps)) {
            return Err(Failure::argument(format!("{} frames per second", options.fps), "pass 0 to 1000"));
        }
        Format::of(&output)?;
        ropar_exporters::atomic::check(&output)?;
        let reading = |map: Option<&str>, character: u32| CharacterOptions {
            character: (character > 0).then_some(character as usize),
            map: map.map(str::to_owned),
            ..CharacterOptions::default()
        };
        let source = Character::read(&clip, &reading(source_map, options.source_character))?;
        let target = Character::read(&rig, &reading(map, options.character))?;
        let mut take = source.take(take)?.clone();
        if options.fps > 0.0 {
            take = ropar_exporters::resampled(&clip, &take, options.fps)?;
        }
        // A take keeps its name, so that a clip of RoPAR's own put onto another stays the one that is read of it.
        if take.name.is_empty() {
            take.name = source.title(&take);
        }
        let wanted = RetargetOptions {
            contacts: options.ignore_contacts == 0,
            hand_contacts: options.hand_contacts != 0,
            in_place: options.in_place != 0,
            ground_root: options.ground_root != 0,
        };
        let made = retargeter(&source, &target)?.retarget(&take, &wanted)?;
        let mut warnings: Vec<String> = Vec::new();
        for character in [&source, &target] {
            let notes = character.scene.warnings.iter().chain(&character.mapping.warnings);
            warnings.extend(notes.map(|note| format!("`{}`: {note}", character.path.display())));
        }
        warnings.extend(target.write(&output, &made.take)?.warnings);
        let mut object = serde_json::to_value(&made.report)?;
        object["warnings"] = Value::from(warnings);
        out.set(texts::give_json(&object));
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_retarget_file", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `path` has a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_file_inspect(
    path: *const c_char,
    json: *mut *mut c_char,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, path) = unsafe { (pointers::out(json, "json")?, pointers::path(path, "path")?) };
        let found = inspect(&ropar_exporters::read_scene(&path)?);
        out.set(texts::give_json(&serde_json::to_value(&found)?));
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_file_inspect", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; texts have a final 0; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_file_convert(
    input: *const c_char,
    output: *const c_char,
    options: *const ropar_convert_options,
    warnings: *mut *mut c_char,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, input, output, options) = unsafe {
            (
                if warnings.is_null() { None } else { Some(pointers::out(warnings, "warnings")?) },
                pointers::path(input, "input")?,
                pointers::path(output, "output")?,
                sized::read_or_default(options)?,
            )
        };
        // SAFETY: as the caller promises.
        let take = unsafe { pointers::optional_text(options.take, "take") }?.map(str::to_owned);
        if !(options.metres_per_unit.is_finite() && options.metres_per_unit >= 0.0) {
            return Err(Failure::argument(
                format!("{} is no length of a unit", options.metres_per_unit),
                "pass metres above 0, such as 0.01 for centimetres, or 0",
            ));
        }
        Format::of(&output)?;
        let reading = ReadSceneOptions { fps: None, metres_per_unit: given(options.metres_per_unit) };
        let scene = ropar_exporters::read_scene_with(&input, &reading)?;
        let writing =
            WriteSceneOptions { take, fps: given(options.fps), start: given(options.start), end: given(options.end) };
        let mut found = scene.warnings.clone();
        found.extend(ropar_exporters::write_scene(&output, &scene, &writing)?);
        if let Some(out) = out {
            out.set(texts::give_json(&Value::from(found)));
        }
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_file_convert", error, body) }
}

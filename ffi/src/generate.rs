//! Making motion: from a prompt, and body parts anew.

use std::{
    ffi::{c_char, c_void},
    sync::Arc,
};

use ropar_core::{edit::RedoRequest, engine::GenerateRequest, provenance, text::Prompt};
use serde_json::json;

use crate::{
    engine::{OpenEngine, engine, ropar_engine},
    failure::{Failure, ropar_error},
    firewall, handles, interruptible,
    motion::{Clip, clip, ropar_motion},
    pointers,
    sized::{self, Sized},
    status::ropar_status,
};

/// More than any part scheme has.
const MAX_PARTS: u64 = 64;

/// Called with the share of work that is done; anything but 0 cancels.
pub type ropar_progress = Option<unsafe extern "C" fn(share: f32, user: *mut c_void) -> i32>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_generate_options {
    pub size: u32,
    pub seconds: f32,
    pub seed: u64,
    pub guidance: f32,
    pub iterations: u32,
    pub steps: u32,
    pub keep_feet: u32,
    pub progress: ropar_progress,
    pub user: *mut c_void,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_generate_options {
    const NAME: &'static str = "ropar_generate_options";
    const FIRST_SIZE: usize = size_of::<Self>();
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_redo_options {
    pub size: u32,
    pub start: f32,
    pub end: f32,
    pub guidance: f32,
    pub seed: u64,
    pub progress: ropar_progress,
    pub user: *mut c_void,
    pub in_step: u32,
    pub reserved: u32,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_redo_options {
    const NAME: &'static str = "ropar_redo_options";
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, in_step);
    const RESERVED: &'static [usize] = &[std::mem::offset_of!(Self, reserved)];
}

impl ropar_generate_options {
    pub(crate) fn request(&self, prompt: &str) -> GenerateRequest {
        let given = |count: u32| (count != 0).then_some(count as usize);
        GenerateRequest {
            // Exactly 0, so that what is no length is refused and not taken for the default.
            seconds: (self.seconds != 0.0).then_some(self.seconds),
            seed: self.seed,
            guidance: guidance(self.guidance),
            iterations: given(self.iterations),
            steps: given(self.steps),
            plant_feet: self.keep_feet == 0,
            ..GenerateRequest::new(prompt)
        }
    }
}

/// The header's 0 is the default, and its ROPAR_GUIDANCE_NONE is 0.
fn guidance(value: f32) -> Option<f32> {
    if value == 0.0 {
        None
    } else if value == -1.0 {
        Some(0.0)
    } else {
        Some(value)
    }
}

/// What the prompt's reader had to put up with.
pub(crate) fn prompt_warnings(engine: &OpenEngine, prompt: &str) -> Result<Vec<String>, Failure> {
    let warnings = Prompt::parse(prompt, engine.engine.manifest().limits.max_prompt_characters)?.warnings;
    for warning in &warnings {
        ::log::warn!(target: "ropar", "{warning}");
    }
    Ok(warnings)
}

fn make(engine: &Arc<OpenEngine>, prompt: &str, options: &ropar_generate_options) -> Result<Clip, Failure> {
    let warnings = prompt_warnings(engine, prompt)?;
    let request = options.request(prompt);
    interruptible::run(engine, options.progress, options.user, move |engine, progress| {
        let made = engine.engine.generate(&request, progress)?;
        let (manifest, prompt) = (engine.engine.manifest(), &request.prompt);
        let metadata = provenance::of_generation(manifest, prompt, request.seed, made.seconds, made.guidance);
        Ok(Clip::made(made.motion, metadata, &warnings))
    })
}

fn remake(
    engine: &Arc<OpenEngine>,
    original: Arc<Clip>,
    parts: Vec<String>,
    prompt: &str,
    options: &ropar_redo_options,
) -> Result<Clip, Failure> {
    let warnings = prompt_warnings(engine, prompt)?;
    let request = RedoRequest {
        parts,
        start: (options.start != 0.0).then_some(options.start),
        end: (options.end != 0.0).then_some(options.end),
        prompt: prompt.to_owned(),
        in_step: options.in_step != 0,
        seed: options.seed,
        guidance: guidance(options.guidance),
    };
    interruptible::run(engine, options.progress, options.user, move |engine, progress| {
        let motion = engine.engine.redo(&original.motion, &request, progress)?;
        let edit = json!({
            "redo": request.parts,
            "start": request.start.map(provenance::decimal),
            "end": request.end.map(provenance::decimal),
            "prompt": request.prompt,
            "in_step": request.in_step,
            "seed": request.seed,
            "guidance": request.guidance.map(provenance::decimal),
        });
        let metadata = provenance::of_edit(&original.metadata, engine.engine.manifest(), edit);
        Ok(Clip::made(motion, metadata, &warnings))
    })
}

/// # Safety
/// Pointers are null, misaligned or valid; texts have a final 0; structs as their `size` says; the progress callback of
/// `options` may be called on this thread until the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_generate(
    engine: *mut ropar_engine,
    prompt: *const c_char,
    options: *const ropar_generate_options,
    motion: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, prompt, options) = unsafe {
            (pointers::out(motion, "motion")?, pointers::text(prompt, "prompt")?, sized::read_or_default(options)?)
        };
        out.set(handles::insert(make(&self::engine(engine)?, prompt, &options)?)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_generate", error, body) }
}

/// # Safety
/// As [`ropar_generate`]; `parts` has `part_count` texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_redo(
    engine: *mut ropar_engine,
    clip: *mut ropar_motion,
    parts: *const *const c_char,
    part_count: u64,
    prompt: *const c_char,
    options: *const ropar_redo_options,
    motion: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, prompt, options) = unsafe {
            (pointers::out(motion, "motion")?, pointers::text(prompt, "prompt")?, sized::read_or_default(options)?)
        };
        if part_count > MAX_PARTS {
            return Err(Failure::argument(format!("{part_count} parts are out of range"), "name each part once"));
        }
        // SAFETY: as the caller promises.
        let parts = unsafe { pointers::array(parts, part_count, 1, "parts") }?
            .iter()
            // SAFETY: as the caller promises.
            .map(|part| unsafe { pointers::text(*part, "parts[]") }.map(str::to_owned))
            .collect::<Result<Vec<_>, _>>()?;
        let (engine, original) = (self::engine(engine)?, self::clip(clip)?);
        out.set(handles::insert(remake(&engine, original, parts, prompt, &options)?)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_redo", error, body) }
}

//! Engines and packages.

use std::{
    ffi::{CString, c_char},
    sync::Arc,
};

use ropar_core::{
    engine::{Engine, SHORTEST_SECONDS},
    package::{Package, locate},
    runtime::{Backend, BackendChoice, Provider, ProviderChoice, RuntimeOptions},
};
use serde_json::json;

use crate::{
    failure::{Failure, ropar_error},
    firewall,
    handles::{self, Object, Opaque},
    installation,
    interruptible::{LeftWork, Owner},
    pointers,
    sized::{self, Sized},
    status::ropar_status,
    texts,
};

/// An engine with the texts that its description lends.
pub(crate) struct OpenEngine {
    pub(crate) engine: Engine,
    texts: Texts,
    left: LeftWork,
}

struct Texts {
    /// Held for the pointers below.
    _parts: Vec<CString>,
    part_pointers: Vec<*const c_char>,
    package_name: CString,
    package_version: CString,
    package_folder: CString,
    licence: CString,
    licence_notice: CString,
    backend: CString,
    provider: CString,
}

// SAFETY: the pointers point into strings that the struct owns and never changes.
unsafe impl Send for Texts {}
// SAFETY: as above.
unsafe impl Sync for Texts {}

pub type ropar_engine = Opaque<1>;

impl Owner for OpenEngine {
    fn left(&self) -> &LeftWork {
        &self.left
    }
}

impl Object for OpenEngine {
    type Handle = ropar_engine;
    const KIND: usize = 1;
    const NAME: &'static str = "an engine";
}

pub(crate) fn engine(handle: *const ropar_engine) -> Result<Arc<OpenEngine>, Failure> {
    handles::get::<OpenEngine>(handle)
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_engine_options {
    pub size: u32,
    pub threads: u32,
    pub package: *const c_char,
    pub backend: *const c_char,
    pub provider: *const c_char,
    pub runtime_library: *const c_char,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_engine_options {
    const NAME: &'static str = "ropar_engine_options";
    const FIRST_SIZE: usize = size_of::<Self>();
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_engine_description {
    pub size: u32,
    pub frame_rate: f32,
    pub shortest_seconds: f32,
    pub longest_seconds: f32,
    pub max_prompt_characters: u32,
    pub frames_per_token: u32,
    pub max_tokens_per_window: u32,
    pub latent_size: u32,
    pub part_count: u32,
    pub default_iterations: u32,
    pub default_steps: u32,
    pub default_guidance: f32,
    pub commercial_use: u32,
    pub threads: u32,
    pub part_names: *const *const c_char,
    pub package_name: *const c_char,
    pub package_version: *const c_char,
    pub package_folder: *const c_char,
    pub licence: *const c_char,
    pub licence_notice: *const c_char,
    pub backend: *const c_char,
    pub provider: *const c_char,
}

// SAFETY: repr(C), begins with the size, numbers and pointers only.
unsafe impl Sized for ropar_engine_description {
    const NAME: &'static str = "ropar_engine_description";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl OpenEngine {
    fn new(engine: Engine) -> Self {
        let manifest = engine.manifest();
        let parts: Vec<CString> =
            engine.scheme().parts().iter().map(|part| texts::c_text(part.name.as_str())).collect();
        let backend = match engine.report().backend {
            Backend::OnnxRuntime { .. } => "onnxruntime",
            Backend::Embedded => "embedded",
        };
        let provider = match engine.report().provider {
            Provider::Cpu => "cpu",
            Provider::Cuda => "cuda",
            Provider::TensorRt => "tensorrt",
        };
        let texts = Texts {
            part_pointers: parts.iter().map(|name| name.as_ptr()).collect(),
            _parts: parts,
            package_name: texts::c_text(manifest.name.as_str()),
            package_version: texts::c_text(manifest.version.as_str()),
            package_folder: texts::c_text(engine.package().folder().to_string_lossy().as_ref()),
            licence: texts::c_text(manifest.licence.id.as_str()),
            licence_notice: texts::c_text(manifest.licence.notice.as_str()),
            backend: texts::c_text(backend),
            provider: texts::c_text(provider),
        };
        Self { engine, texts, left: LeftWork::default() }
    }

    fn description(&self) -> ropar_engine_description {
        let manifest = self.engine.manifest();
        ropar_engine_description {
            size: 0,
            frame_rate: manifest.frame_rate,
            shortest_seconds: SHORTEST_SECONDS,
            longest_seconds: manifest.limits.max_seconds,
            max_prompt_characters: number(manifest.limits.max_prompt_characters),
            frames_per_token: number(manifest.frames_per_token),
            max_tokens_per_window: number(manifest.limits.max_tokens_per_window),
            latent_size: number(manifest.latent_size),
            part_count: number(self.engine.scheme().len()),
            default_iterations: number(manifest.sampler.iterations),
            default_steps: number(manifest.sampler.steps),
            default_guidance: manifest.sampler.guidance,
            commercial_use: manifest.licence.commercial.into(),
            threads: number(self.engine.report().threads),
            part_names: self.texts.part_pointers.as_ptr(),
            package_name: self.texts.package_name.as_ptr(),
            package_version: self.texts.package_version.as_ptr(),
            package_folder: self.texts.package_folder.as_ptr(),
            licence: self.texts.licence.as_ptr(),
            licence_notice: self.texts.licence_notice.as_ptr(),
            backend: self.texts.backend.as_ptr(),
            provider: self.texts.provider.as_ptr(),
        }
    }
}

/// A count as the header has it; no manifest comes near the limit.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn open(options: &ropar_engine_options) -> Result<OpenEngine, Failure> {
    // SAFETY: the caller of `ropar_engine_open` promises that every text is null or has a final 0.
    let (package, backend, provider, library) = unsafe {
        (
            pointers::optional_text(options.package, "package")?,
            pointers::optional_text(options.backend, "backend")?,
            pointers::optional_text(options.provider, "provider")?,
            pointers::optional_text(options.runtime_library, "runtime_library")?,
        )
    };
    let backend: BackendChoice = backend.unwrap_or("auto").parse().map_err(unknown_choice)?;
    let provider: ProviderChoice = provider.unwrap_or("auto").parse().map_err(unknown_choice)?;
    let folders = installation::search_folders();
    let folder = locate(package.map(str::as_ref), &folders)?;
    let options = RuntimeOptions {
        backend,
        provider,
        library: library.map(Into::into),
        library_folders: folders,
        threads: (options.threads > 0).then_some(options.threads as usize),
    };
    Ok(OpenEngine::new(Engine::open(Package::open(&folder)?, &options)?))
}

fn unknown_choice(error: ropar_core::runtime::UnknownChoice) -> Failure {
    Failure::input(error.to_string(), "choose one of these")
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says; texts have a final 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_engine_open(
    options: *const ropar_engine_options,
    engine: *mut *mut ropar_engine,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, options) = unsafe { (pointers::out(engine, "engine")?, sized::read_or_default(options)?) };
        out.set(handles::insert(open(&options)?)?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_engine_open", error, body) }
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_engine_close(engine: *mut ropar_engine) -> ropar_status {
    let body = || {
        if let Some(engine) = handles::take::<OpenEngine>(engine)? {
            engine.left.close();
        }
        Ok(())
    };
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_engine_close", std::ptr::null_mut(), body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_engine_describe(
    engine: *mut ropar_engine,
    description: *mut ropar_engine_description,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let target = unsafe { sized::target(description) }?;
        target.fill(&self::engine(engine)?.description());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_engine_describe", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_engine_info(
    engine: *mut ropar_engine,
    json: *mut *mut c_char,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(json, "json") }?;
        let engine = &self::engine(engine)?.engine;
        let object = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "runtime": engine.report(),
            "package": engine.package().summary()?,
        });
        out.set(texts::give_json(&object));
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_engine_info", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid, `joints` for `capacity` numbers; `part` has a final 0; `error` as its `size`
/// says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_engine_part_joints(
    engine: *mut ropar_engine,
    part: *const c_char,
    joints: *mut u32,
    capacity: u64,
    count: *mut u64,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, part) = unsafe { (pointers::out(count, "count")?, pointers::text(part, "part")?) };
        let engine = self::engine(engine)?;
        let scheme = engine.engine.scheme();
        let index = scheme.part_index(part).ok_or_else(|| {
            let names: Vec<&str> = scheme.parts().iter().map(|part| part.name.as_str()).collect();
            Failure::input(format!("there is no body part `{part}`"), format!("name one of {}", names.join(", ")))
        })?;
        let owned: Vec<u32> = scheme.owned_joints(index).into_iter().map(number).collect();
        if !joints.is_null() {
            // SAFETY: as the caller promises.
            unsafe { pointers::room(joints, capacity, owned.len(), "joints") }?.write(&owned);
        }
        out.set(owned.len() as u64);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_engine_part_joints", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `package` has a final 0; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_package_info(
    package: *const c_char,
    verify: i32,
    json: *mut *mut c_char,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (out, named) = unsafe { (pointers::out(json, "json")?, pointers::optional_text(package, "package")?) };
        let folder = locate(named.map(str::as_ref), &installation::search_folders())?;
        let package = if verify == 0 { Package::read(&folder)? } else { Package::open(&folder)? };
        out.set(texts::give_json(&package.summary()?));
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_package_info", error, body) }
}

//! Token grids.

use std::{
    ffi::c_char,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ropar_core::{
    engine::{CREDIBLE_THRESHOLD, ClipGrid, Confidences},
    grid::CellState,
    provenance,
};
use serde_json::Map;

use crate::{
    engine::{engine, number, ropar_engine},
    failure::{Failure, ropar_error},
    firewall,
    generate::{prompt_warnings, ropar_generate_options},
    handles::{self, Object, Opaque},
    interruptible,
    motion::{Clip, check_frames, clip, ropar_motion},
    pointers,
    sized::{self, Sized},
    status::ropar_status,
};

pub const ROPAR_CELL_MASKED: i32 = 0;
pub const ROPAR_CELL_KNOWN: i32 = 1;
pub const ROPAR_CELL_NOISY: i32 = 2;
pub const ROPAR_CELL_PADDING: i32 = 3;

/// A grid with what must be known to make a motion of it.
struct Grid {
    content: Mutex<Content>,
    frame_rate: f32,
    frames_per_token: usize,
}

#[derive(Clone)]
struct Content {
    clip: ClipGrid,
    /// Metadata of the motion that it will be decoded into.
    metadata: Map<String, serde_json::Value>,
    warnings: Vec<String>,
}

pub type ropar_grid = Opaque<3>;

impl Object for Grid {
    type Handle = ropar_grid;
    const KIND: usize = 3;
    const NAME: &'static str = "a grid";
}

impl Grid {
    fn new(engine: &ropar_core::engine::Engine, clip: ClipGrid, metadata: Map<String, serde_json::Value>) -> Self {
        let manifest = engine.manifest();
        Self {
            content: Mutex::new(Content { clip, metadata, warnings: Vec::new() }),
            frame_rate: manifest.frame_rate,
            frames_per_token: manifest.frames_per_token,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn description(&self) -> ropar_grid_description {
        let content = self.lock();
        let grid = &content.clip.grid;
        ropar_grid_description {
            size: 0,
            frame_rate: self.frame_rate,
            frames: content.clip.frames as u64,
            tokens: grid.tokens() as u64,
            parts: number(grid.parts()),
            latent_size: number(grid.latent_size()),
            frames_per_token: number(self.frames_per_token),
            reserved: 0,
            masked: grid.masked_cells() as u64,
        }
    }
}

fn grid(handle: *const ropar_grid) -> Result<Arc<Grid>, Failure> {
    handles::get::<Grid>(handle)
}

fn state(number: i32) -> Result<CellState, Failure> {
    Ok(match number {
        ROPAR_CELL_MASKED => CellState::Masked,
        ROPAR_CELL_KNOWN => CellState::Known,
        ROPAR_CELL_NOISY => CellState::Noisy,
        ROPAR_CELL_PADDING => CellState::Padding,
        _ => {
            return Err(Failure::argument(
                format!("{number} is no state of a cell"),
                "pass one of ROPAR_CELL_MASKED to ROPAR_CELL_PADDING",
            ));
        }
    })
}

fn state_number(state: CellState) -> u8 {
    match state {
        CellState::Masked => 0,
        CellState::Known => 1,
        CellState::Noisy => 2,
        CellState::Padding => 3,
    }
}

/// A span inside of a grid.
fn span(first: u64, count: u64, length: usize, what: &str) -> Result<std::ops::Range<usize>, Failure> {
    match first.checked_add(count) {
        Some(end) if end <= length as u64 => Ok(first as usize..end as usize),
        _ => Err(Failure::argument(
            format!("{count} {what} from {first} on are outside of the grid"),
            format!("it has {length} of them"),
        )),
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ropar_grid_description {
    pub size: u32,
    pub frame_rate: f32,
    pub frames: u64,
    pub tokens: u64,
    pub parts: u32,
    pub latent_size: u32,
    pub frames_per_token: u32,
    pub reserved: u32,
    pub masked: u64,
}

// SAFETY: repr(C), begins with the size, numbers only.
unsafe impl Sized for ropar_grid_description {
    const NAME: &'static str = "ropar_grid_description";
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_new(
    engine: *mut ropar_engine,
    frames: u64,
    grid: *mut *mut ropar_grid,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(grid, "grid") }?;
        let engine = self::engine(engine)?;
        check_frames(frames)?;
        let clip = engine.engine.masked_clip(frames as usize)?;
        out.set(handles::insert(Grid::new(&engine.engine, clip, Map::new()))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_new", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_encode(
    engine: *mut ropar_engine,
    motion: *mut ropar_motion,
    threshold: f32,
    grid: *mut *mut ropar_grid,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(grid, "grid") }?;
        let (engine, source) = (self::engine(engine)?, clip(motion)?);
        if !(0.0..=1.0).contains(&threshold) {
            return Err(Failure::argument(
                format!("a threshold of {threshold} is out of range"),
                format!("pass 0 to 1; 0 stands for {CREDIBLE_THRESHOLD}"),
            ));
        }
        let threshold = if threshold == 0.0 { CREDIBLE_THRESHOLD } else { threshold };
        let confidences = source.confidences.as_deref().map(|values| Confidences { values, threshold });
        let encoded = engine.engine.encode_clip(&source.motion, confidences)?;
        out.set(handles::insert(Grid::new(&engine.engine, encoded, source.metadata.clone()))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_encode", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; structs as their `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_describe(
    grid: *mut ropar_grid,
    description: *mut ropar_grid_description,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let target = unsafe { sized::target(description) }?;
        target.fill(&self::grid(grid)?.description());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_describe", error, body) }
}

/// # Safety
/// `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_set_states(
    grid: *mut ropar_grid,
    part: u32,
    first_token: u64,
    token_count: u64,
    state: i32,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        let grid = self::grid(grid)?;
        let state = self::state(state)?;
        let mut content = grid.lock();
        let cells = &mut content.clip.grid;
        let (parts, tokens) = (cells.parts(), cells.tokens());
        if part as usize >= parts {
            return Err(Failure::argument(format!("there is no part {part}"), format!("the grid has {parts}")));
        }
        cells.set_states(part as usize, span(first_token, token_count, tokens, "tokens")?, state);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_set_states", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid for so many cells; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_set_cells(
    grid: *mut ropar_grid,
    first_cell: u64,
    cell_count: u64,
    latents: *const f32,
    states: *const u8,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        let grid = self::grid(grid)?;
        let mut content = grid.lock();
        let cells = &mut content.clip.grid;
        let range = span(first_cell, cell_count, cells.states().len(), "cells")?;
        let new_states: Option<Vec<CellState>> = if states.is_null() {
            None
        } else {
            // SAFETY: as the caller promises.
            let numbers = unsafe { pointers::array(states, cell_count, 1, "states") }?;
            Some(numbers.iter().map(|number| state(i32::from(*number))).collect::<Result<_, _>>()?)
        };
        if !latents.is_null() {
            let size = cells.latent_size();
            // SAFETY: as the caller promises.
            let values = unsafe { pointers::array(latents, cell_count, size, "latents") }?;
            if let Some(place) = values.iter().position(|value| !value.is_finite()) {
                let cell = first_cell + (place / size) as u64;
                return Err(Failure::input(format!("the latent of cell {cell} is not finite"), "pass finite numbers"));
            }
            cells.set_latents(range.start, values);
        }
        let parts = cells.parts();
        for (cell, state) in range.zip(new_states.into_iter().flatten()) {
            let token = cell / parts;
            cells.set_states(cell % parts, token..token + 1, state);
        }
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_set_cells", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid for their capacities; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_copy(
    grid: *mut ropar_grid,
    latents: *mut f32,
    latent_capacity: u64,
    states: *mut u8,
    state_capacity: u64,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        let grid = self::grid(grid)?;
        let content = grid.lock();
        let cells = &content.clip.grid;
        // SAFETY: as the caller promises. Both are checked before either is written.
        let (latent_room, state_room) = unsafe {
            (
                (!latents.is_null())
                    .then(|| pointers::room(latents, latent_capacity, cells.latents().len(), "latents"))
                    .transpose()?,
                (!states.is_null())
                    .then(|| pointers::room(states, state_capacity, cells.states().len(), "states"))
                    .transpose()?,
            )
        };
        if let Some(room) = latent_room {
            room.write(cells.latents());
        }
        if let Some(room) = state_room {
            room.write(&cells.states().iter().map(|state| state_number(*state)).collect::<Vec<_>>());
        }
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_copy", error, body) }
}

/// # Safety
/// As `ropar_generate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_fill(
    engine: *mut ropar_engine,
    grid: *mut ropar_grid,
    prompt: *const c_char,
    options: *const ropar_generate_options,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let (prompt, options) = unsafe { (pointers::text(prompt, "prompt")?, sized::read_or_default(options)?) };
        let (engine, grid) = (self::engine(engine)?, self::grid(grid)?);
        let warnings = prompt_warnings(&engine, prompt)?;
        let request = options.request(prompt);
        // A copy: nothing changes where the work is cancelled, and the callback may look at the grid.
        let mut content = grid.lock().clone();
        let filled = interruptible::run(&engine, options.progress, options.user, move |engine, progress| {
            engine.engine.fill_clip(&mut content.clip, &request, progress)?;
            let fill = serde_json::json!({
                "fill": true,
                "prompt": request.prompt,
                "seed": request.seed,
                "guidance": request.guidance.map(provenance::decimal),
            });
            content.metadata = provenance::of_edit(&content.metadata, engine.engine.manifest(), fill);
            content.warnings.extend(warnings);
            Ok(content)
        })?;
        *grid.lock() = filled;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_fill", error, body) }
}

/// # Safety
/// Pointers are null, misaligned or valid; `error` as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_decode(
    engine: *mut ropar_engine,
    grid: *mut ropar_grid,
    motion: *mut *mut ropar_motion,
    error: *mut ropar_error,
) -> ropar_status {
    let body = || {
        // SAFETY: as the caller promises.
        let out = unsafe { pointers::out(motion, "motion") }?;
        let (engine, grid) = (self::engine(engine)?, self::grid(grid)?);
        let content = grid.lock().clone();
        let motion = engine.engine.decode_clip(&content.clip)?;
        out.set(handles::insert(Clip::made(motion, content.metadata, &content.warnings))?);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { firewall::entry("ropar_grid_decode", error, body) }
}

/// # Safety
/// None: any pointer may be passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropar_grid_free(grid: *mut ropar_grid) -> ropar_status {
    let body = || handles::remove::<Grid>(grid);
    // SAFETY: there is no error struct.
    unsafe { firewall::entry("ropar_grid_free", std::ptr::null_mut(), body) }
}

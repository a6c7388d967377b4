//! Numbers that several commands take, checked before any work is done; what is out of range is bad input.

use std::{fmt::Display, ops::RangeInclusive, path::Path};

use ropar_core::rig::Take;
use ropar_exporters::Format;

use crate::failure::Failure;

/// Rates that are written: capture systems stay below the highest, and a typing error does not fill the disk.
const FPS: RangeInclusive<f64> = 1.0..=1000.0;

/// Checks the rate of a file, where one is asked for.
pub fn check_fps(fps: Option<impl Copy + Display + Into<f64>>) -> Result<(), Failure> {
    match fps.filter(|fps| !FPS.contains(&(*fps).into())) {
        None => Ok(()),
        Some(fps) => Err(Failure::input(
            format!("a rate of {fps} frames per second is out of range"),
            format!("choose {} to {}", FPS.start(), FPS.end()),
        )),
    }
}

/// Checks the unit that `clip` shall have; answers a warning where the file says its own.
pub fn check_unit(unit: Option<f64>, clip: &Path) -> Result<Option<String>, Failure> {
    let Some(unit) = unit else { return Ok(None) };
    if !(unit.is_finite() && unit > 0.0) {
        return Err(Failure::input(
            format!("a unit of {unit} m is no length"),
            "give metres above 0, such as --unit 0.01 for centimetres",
        ));
    }
    let says_its_own = Format::of(clip)? != Format::Bvh;
    Ok(says_its_own.then(|| format!("--unit has no effect: `{}` says its unit itself", clip.display())))
}

/// Checks that each of `takes`, which are those of `clip`, has a frame in the span.
pub fn check_span(clip: &Path, takes: &[Take], start: Option<f64>, end: Option<f64>) -> Result<(), Failure> {
    if start.is_none() && end.is_none() {
        return Ok(());
    }
    let (from, to) = (start.unwrap_or(0.0), end.unwrap_or(f64::INFINITY));
    let until = end.map_or("on".to_owned(), |end| format!("to {end} s"));
    match takes.iter().find(|take| take.cut(from, to).is_none()) {
        None => Ok(()),
        Some(take) => Err(Failure::input(
            format!("`{}`: the span from {from} s {until} holds no frame of the take `{}`", clip.display(), take.name),
            format!("choose 0 <= start <= end <= {:.3}", take.seconds()),
        )),
    }
}

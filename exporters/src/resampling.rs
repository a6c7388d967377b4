//! Takes and motions at another rate, where that does not exhaust the machine: two rates from elsewhere, that of a file
//! and that of a request, can ask for any number of frames.

use std::borrow::Borrow;
use std::path::Path;

use ropar_core::motion::Motion;
use ropar_core::rate::frames_at;
use ropar_core::skeleton::JOINT_COUNT;

use crate::scene::Take;
use crate::scene::limits::{FRAMES, MAX_FPS, SAMPLES, channels};
use crate::{Error, unfit};

/// `take` at `fps` frames per second; `path` is the file that a message names.
///
/// # Errors
/// [`Error::Unfit`] where the rate is not above 0 and at most 1000, or where more frames or samples come of it than a
/// scene may have.
pub fn resampled(path: &Path, take: &Take, fps: f64) -> Result<Take, Error> {
    check_rate(path, fps)?;
    check_size(path, &take.name, take.frames, take.fps, channels(take), fps)?;
    Ok(take.resampled(fps))
}

/// As [`resampled`], for takes that are in memory together.
pub(crate) fn all_resampled<T: Borrow<Take>>(path: &Path, takes: &[T], fps: f64) -> Result<Vec<Take>, Error> {
    check_rate(path, fps)?;
    let mut left = SAMPLES as f64;
    for take in takes.iter().map(Borrow::borrow) {
        left -= check_size(path, &take.name, take.frames, take.fps, channels(take), fps)?;
        if left < 0.0 {
            let reason = format!("at {fps} frames per second its takes have more than {SAMPLES} values together");
            return Err(unfit(path, format!("{reason}; choose one of them or a lower rate")));
        }
    }
    Ok(takes.iter().map(|take| take.borrow().resampled(fps)).collect())
}

/// As [`resampled`], for a motion.
pub(crate) fn resampled_motion(path: &Path, motion: &Motion, fps: f32) -> Result<Motion, Error> {
    check_rate(path, fps.into())?;
    check_size(path, "motion", motion.frames(), motion.fps.into(), JOINT_COUNT + 1, fps.into())?;
    Ok(motion.resample(fps))
}

fn check_rate(path: &Path, fps: f64) -> Result<(), Error> {
    if fps > 0.0 && fps <= MAX_FPS {
        return Ok(());
    }
    Err(unfit(path, format!("{fps} frames per second; it must be above 0 and at most {MAX_FPS}")))
}

/// The number of samples that the take called `name` will have, unless it is too large.
fn check_size(path: &Path, name: &str, frames: usize, from: f64, channels: usize, to: f64) -> Result<f64, Error> {
    let new = frames_at(frames, from, to);
    let samples = new * channels as f64;
    // What was read once and grows no longer does no harm, whichever reader allowed it.
    if new <= frames as f64 || (new <= FRAMES as f64 && samples <= SAMPLES as f64) {
        return Ok(samples);
    }
    let reason = format!("`{name}` has {frames} frames at {from} per second, which are {new} at {to}");
    Err(unfit(path, format!("{reason}, more than a take may have; choose a lower rate, or check that of the file")))
}

//! Frames at another rate.

/// How many frames a clip of `frames` at `from` frames per second has at `to`, when its time from first to last frame is
/// kept to within half a frame. At least 1 for a clip that has any.
///
/// A float, so that rates which ask for more frames than memory holds can be told before anything is allocated: the
/// functions that resample do not check.
pub fn frames_at(frames: usize, from: f64, to: f64) -> f64 {
    (frames.saturating_sub(1) as f64 / (from / to)).round() + 1.0
}

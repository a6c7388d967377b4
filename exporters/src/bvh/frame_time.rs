//! The time from one frame to the next, as BVH has it in place of a rate.

use crate::scene::UnfitScene;

/// Seconds from one frame to the next that are taken at their word: 10,000 frames per second down to one in a quarter of
/// an hour. What lies outside is in another unit or damaged, and would be resampled to more frames than there is memory.
const CREDIBLE: std::ops::RangeInclusive<f64> = 1e-4..=1e3;

/// Says what is wrong with a `Frame Time`.
pub(super) fn check(seconds: f64) -> Result<(), String> {
    if CREDIBLE.contains(&seconds) {
        return Ok(());
    }
    let (least, most) = (CREDIBLE.start(), CREDIBLE.end());
    Err(format!("`Frame Time` is {seconds}; it is in seconds and must be {least} to {most}, such as 0.033333"))
}

/// The `Frame Time` of the take called `name` with a rate of `fps`, in as many digits as its exact value needs.
pub(super) fn of_rate(name: &str, fps: f64) -> Result<f64, UnfitScene> {
    let seconds = 1.0 / fps;
    let unfit = |reason| UnfitScene::new(format!("take `{name}`"), format!("at {fps} frames per second, {reason}"));
    check(seconds).map(|()| seconds).map_err(unfit)
}

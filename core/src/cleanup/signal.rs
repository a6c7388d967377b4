//! Corrections over time that begin and end softly.

use std::ops::{Add, AddAssign, Mul, Range, Sub};

/// The smoothed upper envelope of `values`: never below them, spread by `radius` frames to both sides, without corners.
pub(crate) fn envelope(values: &[f64], radius: usize) -> Vec<f64> {
    let around = |values: &[f64], frame: usize| frame.saturating_sub(radius)..(frame + radius + 1).min(values.len());
    if values.iter().all(|value| *value == 0.0) {
        return vec![0.0; values.len()];
    }
    let highest: Vec<f64> =
        (0..values.len()).map(|frame| values[around(values, frame)].iter().copied().fold(0.0, f64::max)).collect();
    (0..values.len())
        .map(|frame| {
            let near = &highest[around(&highest, frame)];
            near.iter().sum::<f64>() / near.len() as f64
        })
        .collect()
}

/// Lets corrections that are known in `runs` fade out before and after these within `fade` frames.
///
/// Value and slope continue at the borders (cubic Hermite), so that nothing jumps and nothing is stopped abruptly. Two
/// fades that meet in a gap are added.
pub(crate) fn fade<T>(values: &mut [T], runs: &[Range<usize>], fade: usize, slope: impl Fn(T) -> T)
where
    T: Copy + Add<Output = T> + Sub<Output = T> + Mul<f64, Output = T> + AddAssign,
{
    let count = values.len();
    for (index, run) in runs.iter().enumerate() {
        if run.is_empty() {
            continue;
        }
        let next = runs.get(index + 1).map_or(count, |next| next.start);
        let before = if index == 0 { 0 } else { runs[index - 1].end };
        let (first, last) = (run.start, run.end - 1);
        let steep = |a: T, b: T| slope(a - b);
        let (outward, inward) = if run.len() > 1 {
            (steep(values[last], values[last - 1]), steep(values[first], values[first + 1]))
        } else {
            (steep(values[last], values[last]), steep(values[first], values[first]))
        };
        // Towards the next run, then back towards the one before. At a border with another run the fade ends there; at
        // an end of the clip it need not end at all.
        let length = if next == count { fade } else { fade.min(next - last) };
        for step in 1..(next - last).min(length) {
            values[last + step] += hermite(values[last], outward, step as f64 / length as f64, length as f64);
        }
        let length = if before == 0 && index == 0 { fade } else { fade.min(first + 1 - before) };
        for step in 1..(first + 1 - before).min(length) {
            values[first - step] += hermite(values[first], inward, step as f64 / length as f64, length as f64);
        }
    }
}

/// From `value` with `slope` per frame to 0 with none, at `t` of the way.
fn hermite<T: Copy + Add<Output = T> + Mul<f64, Output = T>>(value: T, slope: T, t: f64, length: f64) -> T {
    let stay = 2.0 * t * t * t - 3.0 * t * t + 1.0;
    let lean = t * t * t - 2.0 * t * t + t;
    value * stay + slope * (lean * length)
}

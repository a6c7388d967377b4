//! The rate of an animation: glTF stores times, not frames.

use super::limits;

/// Tried in this order where the keys are not evenly spaced.
const COMMON: [f64; 13] =
    [30.0, 24.0, 25.0, 20.0, 60.0, 50.0, 48.0, 40.0, 100.0, 120.0, 240.0, 30.0 / 1.001, 24.0 / 1.001];

/// The slowest rate that evenly spaced keys can mean; slower ones are poses to be interpolated.
const SLOWEST: f64 = 8.0;

/// How far from a frame, in frames, a key may lie.
const TOLERANCE: f64 = 0.02;

/// As [`TOLERANCE`], for telling 30 from 29.97.
const CLOSE: f64 = 0.002;

/// Rates that a file may state.
const STATED: std::ops::RangeInclusive<f64> = 1e-3..=limits::MAX_FPS;

/// The rate at which every key falls on a frame, as far as the file's own word, one of [`COMMON`] or even spacing gives one.
pub(super) fn guess<'a>(stated: Option<f64>, tracks: impl Iterator<Item = &'a [f64]>) -> Option<f64> {
    let tracks: Vec<&[f64]> = tracks.collect();
    let fits = |fps: f64, tolerance: f64| {
        tracks.iter().copied().flatten().all(|time| {
            // Single precision, in frames.
            let noise = time * fps * 1.2e-7;
            (time * fps - (time * fps).round()).abs() <= tolerance + noise
        })
    };
    // Another program may have changed the keys since: each has to have a frame of its own.
    let apart = |fps: f64| tracks.iter().all(|times| times.windows(2).all(|pair| (pair[1] - pair[0]) * fps > 0.5));
    if let Some(fps) = stated.filter(|fps| STATED.contains(fps) && fits(*fps, TOLERANCE) && apart(*fps)) {
        return Some(fps);
    }
    let even = tracks.iter().max_by_key(|times| times.len()).and_then(|times| {
        let (first, last) = (times.first()?, times.last()?);
        Some((times.len() - 1) as f64 / (last - first))
    });
    if let Some(even) = even.filter(|fps| (SLOWEST..=limits::MAX_FPS).contains(fps)) {
        let whole = even.round();
        let broadcast = (even * 1.001).round() / 1.001;
        for (fps, tolerance) in [(whole, CLOSE), (broadcast, CLOSE), (whole, TOLERANCE), (even, TOLERANCE)] {
            if fits(fps, tolerance) {
                return Some(fps);
            }
        }
    }
    COMMON.into_iter().find(|fps| fits(*fps, TOLERANCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: usize, fps: f64) -> Vec<f64> {
        (0..count).map(|key| f64::from((key as f64 / fps) as f32)).collect()
    }

    #[test]
    fn even_keys_give_their_own_rate() {
        for fps in [10.0, 12.0, 15.0, 20.0, 23.976, 24.0, 25.0, 29.97, 30.0, 60.0, 120.0, 144.0] {
            let rate = guess(None, [keys(600, fps).as_slice()].into_iter()).unwrap();
            assert!((rate / fps - 1.0).abs() < 2e-6, "{fps}: {rate}");
        }
        assert_eq!(guess(None, [keys(36_000, 60.0).as_slice()].into_iter()), Some(60.0));
    }

    #[test]
    fn a_stated_rate_counts_where_the_keys_lie_on_it() {
        for fps in [0.5, 5.0, 7.5, 29.97, 120.0] {
            assert_eq!(guess(Some(fps), [keys(4, fps).as_slice()].into_iter()), Some(fps));
            assert_eq!(guess(Some(fps), [keys(1, fps).as_slice()].into_iter()), Some(fps));
        }
        // Keys that were moved since, and rates at which keys would fall into one frame or between two.
        for wrong in [1e-3, 0.0, -5.0, f64::NAN, 5.0, 1e9] {
            assert_eq!(guess(Some(wrong), [keys(40, 24.0).as_slice()].into_iter()), Some(24.0), "{wrong}");
        }
    }

    #[test]
    fn rounded_and_thinned_keys_give_a_common_rate() {
        let rounded: Vec<f64> = keys(5, 30.0).iter().map(|time| (time * 1e4).round() / 1e4).collect();
        assert_eq!(guess(None, [rounded.as_slice()].into_iter()), Some(30.0));
        assert_eq!(guess(None, [[0.0, 1.0].as_slice()].into_iter()), Some(30.0));
        assert_eq!(guess(None, [[0.0, 7.0 / 24.0, 3.0].as_slice(), &[0.0, 5.0 / 24.0]].into_iter()), Some(24.0));
        assert_eq!(guess(None, [[0.0, 0.123, 1.7071].as_slice()].into_iter()), None);
    }
}

//! Frames at another rate.

/// How many frames a clip of `frames` at `from` frames per second has at `to`, when its time from first to last frame is
/// kept to within half a frame. At least 1 for a clip that has any.
///
/// A float, so that rates which ask for more frames than memory holds can be told before anything is allocated: the
/// functions that resample do not check.
pub fn frames_at(frames: usize, from: f64, to: f64) -> f64 {
    (frames.saturating_sub(1) as f64 / (from / to)).round() + 1.0
}

/// A place in time between two frames of a clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Between {
    pub before: usize,
    pub after: usize,
    /// 0 at `before`, towards 1 at `after`.
    pub weight: f64,
}

/// Where frame `index` at `to` frames per second lies in a clip at `from` whose last frame is `last`; behind the end it
/// is the last frame.
pub(crate) fn between(index: usize, from: f64, to: f64, last: usize) -> Between {
    let place = (index as f64 * (from / to)).min(last as f64);
    let before = place.floor() as usize;
    Between { before, after: (before + 1).min(last), weight: place - before as f64 }
}

#[cfg(test)]
mod tests {
    use super::{Between, between, frames_at};

    #[test]
    fn frames_lie_where_their_time_does() {
        // 0.25 s into a clip at 10 frames per second is half way from its frame 2 to its frame 3.
        assert_eq!(between(5, 10.0, 20.0, 9), Between { before: 2, after: 3, weight: 0.5 });
        assert_eq!(between(0, 10.0, 20.0, 9), Between { before: 0, after: 1, weight: 0.0 });
        assert_eq!(between(18, 10.0, 20.0, 9), Between { before: 9, after: 9, weight: 0.0 });
        assert_eq!(between(40, 10.0, 20.0, 9), Between { before: 9, after: 9, weight: 0.0 });
        assert_eq!(frames_at(10, 10.0, 20.0), 19.0);
    }
}

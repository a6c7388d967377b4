//! Keys to values at any time (glTF 2.0, appendix C).

use std::rc::Rc;

use glam::{DQuat, DVec3};

/// How values between keys come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interpolation {
    /// The key before holds.
    Step,
    /// Linear; spherical for rotations.
    Linear,
    /// Hermite, with an in-tangent, a value and an out-tangent per key.
    CubicSpline,
}

impl Interpolation {
    pub fn of(name: Option<&str>) -> Option<Self> {
        Some(match name {
            None | Some("LINEAR") => Self::Linear,
            Some("STEP") => Self::Step,
            Some("CUBICSPLINE") => Self::CubicSpline,
            Some(_) => return None,
        })
    }

    /// Rows of output per key.
    pub fn rows(self) -> usize {
        if self == Self::CubicSpline { 3 } else { 1 }
    }
}

/// The keys of one channel. There is at least one; times do not decrease.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub times: Rc<Vec<f64>>,
    pub values: Vec<f64>,
    pub interpolation: Interpolation,
}

/// A time as keys see it: on a key, or on the way between two.
#[derive(Debug, Clone, Copy)]
enum Place {
    On(usize),
    Between {
        before: usize,
        /// 0 at the key before, 1 at the next.
        share: f64,
        /// Seconds from the key before to the next.
        gap: f64,
    },
}

impl Keys {
    /// Translations or scales in `frames` frames.
    pub fn vectors(&self, frames: usize, fps: f64) -> Vec<DVec3> {
        let row = |row: usize| DVec3::from_slice(&self.values[3 * row..3 * row + 3]);
        self.places(frames, fps)
            .map(|place| match (place, self.interpolation) {
                (Place::On(key), Interpolation::CubicSpline) => row(3 * key + 1),
                (Place::On(key), _) | (Place::Between { before: key, .. }, Interpolation::Step) => row(key),
                (Place::Between { before, share, .. }, Interpolation::Linear) => {
                    row(before).lerp(row(before + 1), share)
                }
                (Place::Between { before, share, gap }, Interpolation::CubicSpline) => {
                    let [a, b, c, d] = hermite(share, gap);
                    let (key, next) = (3 * before, 3 * before + 3);
                    row(key + 1) * a + row(key + 2) * b + row(next + 1) * c + row(next) * d
                }
            })
            .collect()
    }

    /// Rotations in `frames` frames, of unit length; none where a key or a spline has no length.
    pub fn rotations(&self, frames: usize, fps: f64) -> Option<Vec<DQuat>> {
        let row = |row: usize| DQuat::from_slice(&self.values[4 * row..4 * row + 4]);
        let unit = |rotation: DQuat| (rotation.length_squared() > 1e-12).then(|| rotation.normalize());
        self.places(frames, fps)
            .map(|place| match (place, self.interpolation) {
                (Place::On(key), Interpolation::CubicSpline) => unit(row(3 * key + 1)),
                (Place::On(key), _) | (Place::Between { before: key, .. }, Interpolation::Step) => unit(row(key)),
                (Place::Between { before, share, .. }, Interpolation::Linear) => {
                    Some(unit(row(before))?.slerp(unit(row(before + 1))?, share))
                }
                (Place::Between { before, share, gap }, Interpolation::CubicSpline) => {
                    let [a, b, c, d] = hermite(share, gap);
                    let (key, next) = (3 * before, 3 * before + 3);
                    unit(row(key + 1) * a + row(key + 2) * b + row(next + 1) * c + row(next) * d)
                }
            })
            .collect()
    }

    /// Where each frame lies. Before the first key and after the last, these hold.
    fn places(&self, frames: usize, fps: f64) -> impl Iterator<Item = Place> + '_ {
        // Key times are single precision and often rounded to milliseconds: a frame this near to a key is on it.
        let near = 0.01 / fps;
        let times = &self.times;
        let mut next = 0;
        (0..frames).map(move |frame| {
            let time = frame as f64 / fps;
            while next < times.len() && times[next] <= time + near {
                next += 1;
            }
            let Some(before) = next.checked_sub(1) else { return Place::On(0) };
            if next == times.len() || time - times[before] <= near {
                return Place::On(before);
            }
            let gap = times[next] - times[before];
            Place::Between { before, share: (time - times[before]) / gap, gap }
        })
    }
}

/// Weights of value, out-tangent, next value and next in-tangent.
fn hermite(share: f64, gap: f64) -> [f64; 4] {
    let (square, cube) = (share * share, share * share * share);
    [
        2.0 * cube - 3.0 * square + 1.0,
        gap * (cube - 2.0 * square + share),
        -2.0 * cube + 3.0 * square,
        gap * (cube - square),
    ]
}

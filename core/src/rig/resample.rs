//! Takes at another rate, and parts of takes.

use glam::{DQuat, DVec3};

use super::{Take, Track};
use crate::rate::{Between, between, frames_at};

impl Take {
    /// The same animation at another rate: linear for translations and scales, spherical along the shorter arc for
    /// rotations.
    ///
    /// The first frame stays at time 0. The time from first to last frame is kept to within half a frame of the new
    /// rate; a last sample that would lie after the end repeats the last frame. A rate that is not positive and finite
    /// changes nothing. The number of frames is not checked; see [`frames_at`].
    pub fn resampled(&self, fps: f64) -> Take {
        if self.frames == 0 || !(fps.is_finite() && fps > 0.0) || fps == self.fps {
            return self.clone();
        }
        let count = frames_at(self.frames, self.fps, fps) as usize;
        let places: Vec<Between> = (0..count).map(|index| between(index, self.fps, fps, self.frames - 1)).collect();
        let vectors = |values: &Vec<DVec3>| {
            places.iter().map(|place| values[place.before].lerp(values[place.after], place.weight)).collect()
        };
        let rotations = |values: &Vec<DQuat>| {
            let blend =
                |place: &Between| values[place.before].normalize().slerp(values[place.after].normalize(), place.weight);
            places.iter().map(blend).collect()
        };
        let tracks = self
            .tracks
            .iter()
            .map(|track| Track {
                node: track.node,
                translation: track.translation.as_ref().map(vectors),
                rotation: track.rotation.as_ref().map(rotations),
                scale: track.scale.as_ref().map(vectors),
            })
            .collect();
        Take { name: self.name.clone(), fps, frames: count, tracks, provenance: self.provenance.clone() }
    }

    /// The frames from second `start` to second `end`, both to the nearest frame and included. What lies outside of the
    /// take is not there; `None` where nothing is left.
    pub fn cut(&self, start: f64, end: f64) -> Option<Take> {
        if start.is_nan() || end.is_nan() {
            return None;
        }
        let frame = |seconds: f64| (seconds * self.fps).round();
        let first = frame(start).max(0.0);
        let last = frame(end).min(self.frames as f64 - 1.0);
        if first > last {
            return None;
        }
        Some(self.picked(&(first as usize..last as usize + 1).collect::<Vec<_>>()))
    }

    /// The named frames in their order, at the same rate.
    ///
    /// # Panics
    /// Where the take has no such frame.
    pub(crate) fn picked(&self, frames: &[usize]) -> Take {
        let vectors = |values: &Vec<DVec3>| frames.iter().map(|frame| values[*frame]).collect();
        let tracks = self
            .tracks
            .iter()
            .map(|track| Track {
                node: track.node,
                translation: track.translation.as_ref().map(vectors),
                rotation: track.rotation.as_ref().map(|values| frames.iter().map(|frame| values[*frame]).collect()),
                scale: track.scale.as_ref().map(vectors),
            })
            .collect();
        Take {
            name: self.name.clone(),
            fps: self.fps,
            frames: frames.len(),
            tracks,
            provenance: self.provenance.clone(),
        }
    }
}

//! Takes that move no node: a pose that is held, or an animation of what a scene does not hold (morph targets, visibility).

use std::borrow::Cow;

use glam::DQuat;

use super::limits::channels;
use super::{Take, Track};

/// `take`, or where it animates nothing the same with keys that hold `node` at its `rest` rotation: a file without any key
/// has no place for the take's length, and readers drop such takes.
pub(crate) fn held(take: &Take, node: usize, rest: DQuat) -> Cow<'_, Take> {
    if channels(take) > 0 {
        return Cow::Borrowed(take);
    }
    Cow::Owned(Take { tracks: vec![held_track(take, node, rest)], ..take.clone() })
}

/// Keys in every frame of `take` that hold `node` at its `rest` rotation.
pub(crate) fn held_track(take: &Take, node: usize, rest: DQuat) -> Track {
    Track { node, rotation: Some(vec![rest; take.frames]), ..Track::default() }
}

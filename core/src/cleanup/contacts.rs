//! When feet stand: contact by height and speed, with hysteresis.

use glam::DVec3;

use super::sole::LEG;

/// What of a foot touches the floor in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contact {
    /// The heel stands.
    pub heel: bool,
    /// The ball of the foot stands.
    pub ball: bool,
}

impl Contact {
    /// Whether any part of the foot stands.
    pub fn any(self) -> bool {
        self.heel || self.ball
    }
}

/// Limits of height and speed, for a body with the canonical leg of 0.8 m; others are measured in their own size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContactLimits {
    /// A contact begins below this height of the sole's point above the floor, metres.
    pub lands_below: f64,
    /// It ends above this height, metres.
    pub lifts_above: f64,
    /// It begins below this speed, metres per second.
    pub lands_slower: f64,
    /// It ends above this speed, metres per second.
    pub lifts_faster: f64,
    /// How many times speed up or down counts in both.
    pub upright: f64,
}

impl ContactLimits {
    /// For motions whose feet hardly slide: captured ones.
    pub const CAPTURED: Self =
        Self { lands_below: 0.03, lifts_above: 0.05, lands_slower: 0.3, lifts_faster: 0.55, upright: 1.0 };
    /// By which a foot that does not quite stand still stands, for comparing two motions.
    pub const WIDER: Self =
        Self { lands_below: 0.06, lifts_above: 0.08, lands_slower: 0.6, lifts_faster: 0.9, upright: 1.0 };
    /// For generated motions, whose standing feet slide over the floor; one that comes down still is not standing yet.
    pub const GENERATED: Self =
        Self { lands_below: 0.04, lifts_above: 0.06, lands_slower: 0.8, lifts_faster: 1.2, upright: 2.0 };
}

/// Shorter contacts are chance, and shorter gaps noise, seconds.
const SHORTEST: f64 = 0.06;
/// Speeds are measured over this time to both sides, seconds.
const SPEED_SPAN: f64 = 1.0 / 30.0;

/// Contacts of one foot from the world positions of heel and ball per frame, with the floor at height 0; `leg` is the
/// length of the leg in metres.
pub(crate) fn detect(heel: &[DVec3], ball: &[DVec3], leg: f64, fps: f64, limits: &ContactLimits) -> Vec<Contact> {
    let (heel, ball) = (stands(heel, leg, fps, limits), stands(ball, leg, fps, limits));
    heel.into_iter().zip(ball).map(|(heel, ball)| Contact { heel, ball }).collect()
}

fn stands(points: &[DVec3], leg: f64, fps: f64, limits: &ContactLimits) -> Vec<bool> {
    let scale = LEG / leg;
    let span = (SPEED_SPAN * fps).round().max(1.0) as usize;
    let last = points.len().saturating_sub(1);
    let measures: Vec<(f64, f64)> = (0..points.len())
        .map(|frame| {
            let (before, after) = (frame.saturating_sub(span), (frame + span).min(last));
            let time = (after - before).max(1) as f64 / fps;
            let way = points[after] - points[before];
            (points[frame].y * scale, way.with_y(way.y * limits.upright).length() / time * scale)
        })
        .collect();
    let is_firm = |(height, speed): (f64, f64)| height < limits.lands_below && speed < limits.lands_slower;
    let mut standing = false;
    let mut found: Vec<bool> = measures
        .iter()
        .map(|&(height, speed)| {
            standing =
                is_firm((height, speed)) || standing && height < limits.lifts_above && speed < limits.lifts_faster;
            standing
        })
        .collect();
    // The wider limits bridge noise within a contact; a contact does not end in them.
    for run in runs(found.len(), |frame| found[frame]) {
        let end = run.clone().rev().find(|frame| is_firm(measures[*frame])).map_or(run.start, |frame| frame + 1);
        found[end..run.end].fill(false);
    }
    let shortest = (SHORTEST * fps).round().max(1.0) as usize;
    flip_short_runs(&mut found, false, shortest);
    flip_short_runs(&mut found, true, shortest);
    found
}

/// Runs of `value` shorter than `shortest` frames become the opposite, unless they touch an end of the clip.
fn flip_short_runs(values: &mut [bool], value: bool, shortest: usize) {
    for run in runs(values.len(), |frame| values[frame] == value) {
        if run.len() < shortest && run.start > 0 && run.end < values.len() {
            values[run].fill(!value);
        }
    }
}

/// Maximal ranges of frames for which `holds`.
pub(crate) fn runs(frames: usize, holds: impl Fn(usize) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for frame in 0..=frames {
        match (start, frame < frames && holds(frame)) {
            (None, true) => start = Some(frame),
            (Some(first), false) => {
                found.push(first..frame);
                start = None;
            }
            _ => {}
        }
    }
    found
}

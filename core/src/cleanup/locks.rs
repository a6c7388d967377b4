//! Standing feet stand still: where ankles have to be so that heels and balls do not slide.

use std::ops::Range;

use glam::{DQuat, DVec3};

use super::contacts::{Contact, runs};
use super::signal::{envelope, fade};
use super::sole::Sole;

/// Time over which a foot's place comes back to where the motion has it, seconds.
const PLACE_FADE: f64 = 0.25;
/// The same for its height alone: a stance that is laid on the floor must not pull the swing after it down with it.
const HEIGHT_FADE: f64 = 0.15;
/// The same for a foot's turn.
const TURN_FADE: f64 = 0.15;
/// Time over which a foot is lifted off the floor that it would sink into.
const LIFT_SPREAD: f64 = 0.05;
/// A flat foot that turns further than this during a contact is pivoting and goes on with it, radians.
const LARGEST_WOBBLE: f64 = 0.2;
/// A foot that is tilted further than this does not lie flat, radians.
const LARGEST_TILT: f64 = 0.5;
/// A foot is moved by at most this share of the leg: beyond, knees and pelvis would show that it is held.
const FARTHEST: f64 = 0.15;
/// Speed at the border of a contact that is carried into the fade, legs per second.
const FASTEST: f64 = 0.8;

/// One foot of a motion over the floor at height 0.
pub(crate) struct Foot<'a> {
    /// World positions of the ankle, metres.
    pub ankle: &'a mut [DVec3],
    /// World rotations of the ankle, the identity being the T pose.
    pub rotation: &'a mut [DQuat],
    pub contacts: &'a [Contact],
    pub sole: Sole,
    /// Length of the leg, metres.
    pub leg: f64,
    pub fps: f64,
}

impl Foot<'_> {
    /// Moves ankle positions and turns their rotations.
    ///
    /// A foot that lies flat lies still. From one contact to the next it rolls over the point that stands, without
    /// sliding; the whole stance lies where it differs least from the motion. Between stances the corrections fade.
    pub(crate) fn lock(&mut self) {
        self.settle();
        let mut moves = vec![DVec3::ZERO; self.ankle.len()];
        let stances = runs(self.contacts.len(), |frame| self.contacts[frame].any());
        for stance in &stances {
            self.hold(stance.clone(), &mut moves);
        }
        let frames = |seconds: f64| (seconds * self.fps).round().max(1.0) as usize;
        let fastest = FASTEST * self.leg / self.fps;
        let mut heights: Vec<f64> = moves.iter().map(|by| by.y).collect();
        fade(&mut moves, &stances, frames(PLACE_FADE), |slope: DVec3| slope.clamp_length_max(fastest));
        fade(&mut heights, &stances, frames(HEIGHT_FADE), |slope: f64| slope.clamp(-fastest, fastest));
        for (ankle, (by, height)) in self.ankle.iter_mut().zip(moves.iter().zip(heights)) {
            *ankle += by.with_y(height);
        }
        let sunk: Vec<f64> = self
            .ankle
            .iter()
            .zip(self.rotation.iter())
            .map(|(ankle, turn)| (self.stand(*turn) - ankle.y).max(0.0))
            .collect();
        for (ankle, lift) in self.ankle.iter_mut().zip(envelope(&sunk, frames(LIFT_SPREAD))) {
            ankle.y += lift;
        }
    }

    /// Height of the ankle at which the lower of heel and ball touches the floor.
    fn stand(&self, turn: DQuat) -> f64 {
        -(turn * self.sole.heel).y.min((turn * self.sole.ball).y)
    }

    /// Lays flat feet down and keeps them from wobbling.
    fn settle(&mut self) {
        let mut turns = vec![DVec3::ZERO; self.rotation.len()];
        let flat = runs(self.contacts.len(), |frame| self.contacts[frame].heel && self.contacts[frame].ball);
        for run in &flat {
            let first = self.rotation[run.start];
            let sum = run.clone().fold(DQuat::from_xyzw(0.0, 0.0, 0.0, 0.0), |sum, frame| {
                let turn = self.rotation[frame];
                sum + if turn.dot(first) < 0.0 { -turn } else { turn }
            });
            let mean = if sum.length() > 1e-6 { sum.normalize() } else { first };
            let wobble = run.clone().map(|frame| self.rotation[frame].angle_between(mean)).fold(0.0, f64::max);
            for frame in run.clone() {
                let base = if wobble < LARGEST_WOBBLE { mean } else { self.rotation[frame] };
                let tilt = DQuat::from_rotation_arc(base * DVec3::Y, DVec3::Y);
                let still = if tilt.angle_between(DQuat::IDENTITY) < LARGEST_TILT { tilt * base } else { base };
                turns[frame] = shortest(still * self.rotation[frame].inverse()).to_scaled_axis();
            }
        }
        let frames = (TURN_FADE * self.fps).round().max(1.0) as usize;
        fade(&mut turns, &flat, frames, |slope: DVec3| slope.clamp_length_max(3.0 / self.fps));
        for (rotation, turn) in self.rotation.iter_mut().zip(turns) {
            if turn != DVec3::ZERO {
                *rotation = (DQuat::from_scaled_axis(turn) * *rotation).normalize();
            }
        }
    }

    fn hold(&self, stance: Range<usize>, moves: &mut [DVec3]) {
        // The path of the ankle while the foot rolls, from an arbitrary start.
        let mut path = DVec3::ZERO;
        let mut difference = DVec3::ZERO;
        for frame in stance.clone() {
            if frame > stance.start {
                let point = self.pivot(frame);
                path += self.rotation[frame - 1] * point - self.rotation[frame] * point;
            }
            path.y = self.stand(self.rotation[frame]);
            moves[frame] = path;
            difference += self.ankle[frame] - path;
        }
        difference /= stance.len() as f64;
        difference.y = 0.0;
        for frame in stance.clone() {
            moves[frame] += difference - self.ankle[frame];
        }
        // A foot that is dragged farther than a leg can follow slides on, slower by the same share all along.
        let farthest = stance.clone().map(|frame| moves[frame].length()).fold(0.0, f64::max);
        let limit = FARTHEST * self.leg;
        if farthest > limit {
            for by in &mut moves[stance] {
                *by *= limit / farthest;
            }
        }
    }

    /// The point of the sole that stands from the frame before to `frame`.
    fn pivot(&self, frame: usize) -> DVec3 {
        let (before, now) = (self.contacts[frame - 1], self.contacts[frame]);
        if now.ball && (before.ball || !before.heel || !now.heel) { self.sole.ball } else { self.sole.heel }
    }
}

/// The same rotation as a turn of at most half a circle: a quaternion and its negative are one rotation, and sources mix them.
fn shortest(turn: DQuat) -> DQuat {
    if turn.w < 0.0 { -turn } else { turn }
}

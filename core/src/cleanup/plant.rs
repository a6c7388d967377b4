//! Feet planted: locked soles, a pelvis that comes down where legs are too short, and legs that follow.

use glam::{DQuat, DVec3};

use super::contacts::Contact;
use super::locks::Foot;
use super::signal::envelope;
use super::sole::Sole;
use super::two_bone::Limb;

/// A leg that is corrected is stretched as far as it was before, but at least and for a planted one at most to these shares
/// of its length: near full length millimetres of reach are many degrees of knee, and a straight leg has to snap.
const STRETCHED: (f64, f64) = (0.99, 0.9985);
/// The pelvis comes down by at most this share of the leg.
const DEEPEST: f64 = 0.2;
/// Time over which the pelvis comes down and rises, seconds.
const DROP_SPREAD: f64 = 0.12;

/// A body that is planted. Rotations are `[frame][joint]` in one array; the identity is the canonical T pose.
pub(crate) struct Planting<'a> {
    /// World positions of the middle of the hip joints.
    pub hips: &'a mut [DVec3],
    /// World rotations, `stride` per frame.
    pub rotations: &'a mut [DQuat],
    pub stride: usize,
    pub pelvis: usize,
    pub legs: [Leg; 2],
    pub contacts: &'a [Vec<Contact>; 2],
    pub fps: f64,
}

/// A leg: measures in metres, and where its rotations lie in a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leg {
    /// From the middle of the hips to the hip joint, in the pelvis's frame.
    pub offset: DVec3,
    pub limb: Limb,
    pub sole: Sole,
    /// From the ball of the foot to the tip of the toes; 0 where the toes do not bend.
    pub toes: f64,
    pub hip: usize,
    pub knee: usize,
    pub ankle: usize,
    pub foot: usize,
}

impl Planting<'_> {
    /// Changes hips and the rotations of both legs.
    pub(crate) fn plant(&mut self) {
        let frames = self.hips.len();
        let mut ankles: [Vec<DVec3>; 2] = Default::default();
        for (leg, (ankles, contacts)) in self.legs.iter().zip(ankles.iter_mut().zip(self.contacts)) {
            ankles.extend((0..frames).map(|frame| self.hip(leg, frame) + self.reach(leg, frame)));
            let mut turned: Vec<DQuat> = (0..frames).map(|frame| self.rotation(frame, leg.ankle)).collect();
            let length = leg.limb.lengths.iter().sum();
            let (sole, fps) = (leg.sole, self.fps);
            Foot { ankle: ankles, rotation: &mut turned, contacts, sole, leg: length, fps }.lock();
            for (frame, turned) in turned.into_iter().enumerate() {
                let before = self.rotations[frame * self.stride + leg.ankle];
                if turned != before {
                    let toes = &mut self.rotations[frame * self.stride + leg.foot];
                    if leg.foot != leg.ankle {
                        *toes = (turned * before.inverse() * *toes).normalize();
                    }
                    self.rotations[frame * self.stride + leg.ankle] = turned;
                }
            }
        }
        let drops: Vec<f64> = (0..frames).map(|frame| self.drop(frame, &ankles)).collect();
        let spread = (DROP_SPREAD * self.fps).round().max(1.0) as usize;
        let drops = envelope(&drops, spread);
        // The reach of a leg before anything moved: one that was stretched may stay so.
        for frame in 0..frames {
            let before: [DVec3; 2] = std::array::from_fn(|side| self.reach(&self.legs[side], frame));
            self.hips[frame].y -= drops[frame];
            for side in 0..2 {
                let leg = self.legs[side];
                let target = ankles[side][frame] - self.hip(&leg, frame);
                if target.distance(before[side]) < 1e-9 {
                    continue;
                }
                let length: f64 = leg.limb.lengths.iter().sum();
                let reach = before[side].length().max(STRETCHED.0 * length);
                let (hip, knee) = (self.rotation(frame, leg.hip), self.rotation(frame, leg.knee));
                let (hip, knee) = leg.limb.solve(hip, knee, target, reach);
                self.rotations[frame * self.stride + leg.hip] = hip;
                self.rotations[frame * self.stride + leg.knee] = knee;
            }
        }
        for (leg, ankles) in self.legs.into_iter().zip(&ankles).filter(|(leg, _)| leg.toes > 0.0) {
            for (frame, ankle) in ankles.iter().enumerate() {
                let ball = ankle.y + (self.rotation(frame, leg.ankle) * leg.sole.ball).y;
                let toes = &mut self.rotations[frame * self.stride + leg.foot];
                *toes = bent_at_floor(*toes, ball / leg.toes);
            }
        }
    }

    fn rotation(&self, frame: usize, joint: usize) -> DQuat {
        self.rotations[frame * self.stride + joint]
    }

    fn hip(&self, leg: &Leg, frame: usize) -> DVec3 {
        self.hips[frame] + self.rotation(frame, self.pelvis) * leg.offset
    }

    fn reach(&self, leg: &Leg, frame: usize) -> DVec3 {
        leg.limb.end(self.rotation(frame, leg.hip), self.rotation(frame, leg.knee))
    }

    /// How far the pelvis must come down for both planted feet to be reached.
    fn drop(&self, frame: usize, ankles: &[Vec<DVec3>; 2]) -> f64 {
        let mut drop: f64 = 0.0;
        for (side, leg) in self.legs.iter().enumerate() {
            if !self.contacts[side][frame].any() {
                continue;
            }
            let length: f64 = leg.limb.lengths.iter().sum();
            let stretched = (self.reach(leg, frame).length() / length).clamp(STRETCHED.0, STRETCHED.1);
            let longest = stretched * length;
            let line = self.hip(leg, frame) - ankles[side][frame];
            let level = line.x.hypot(line.z);
            if line.length() > longest && level < longest {
                drop = drop.max((line.y - (longest * longest - level * level).sqrt()).min(DEEPEST * length));
            }
        }
        drop
    }
}

/// Toes turned up as far as keeps their tips out of the floor; `height` is that of the ball, in lengths of the toes.
fn bent_at_floor(toes: DQuat, height: f64) -> DQuat {
    let along = toes * DVec3::Z;
    let lowest = -height.clamp(0.0, 1.0);
    if along.y >= lowest {
        return toes;
    }
    let Some(axis) = along.cross(DVec3::Y).try_normalize() else { return toes };
    (DQuat::from_axis_angle(axis, lowest.asin() - along.y.clamp(-1.0, 1.0).asin()) * toes).normalize()
}

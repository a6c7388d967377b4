//! Hands that rest on the floor stay where they are.

use glam::DVec3;

use super::alignment::ARMS;
use super::body::Body;
use super::posed::{Animation, Posed, with_ancestors};
use crate::cleanup::contacts::{Contact, ContactLimits, detect, runs};
use crate::cleanup::signal::fade;
use crate::cleanup::sole::LEG;
use crate::cleanup::two_bone::Limb;
use crate::rig::{Rig, Take};

/// Height of the wrist over a palm that rests on the floor, as a share of the leg.
pub(super) const PALM: f64 = 0.07 / LEG;
/// Time over which a hand's place comes back to where the motion has it, seconds.
const FADE: f64 = 0.25;
/// Speed at the border of a contact that is carried into the fade, legs per second.
const FASTEST: f64 = 0.8;

/// When the source's hands rest on its floor at height 0, from the positions of its wrists.
pub(super) fn contacts(wrists: &[Vec<DVec3>; 2], leg: f64, fps: f64) -> [Vec<Contact>; 2] {
    wrists.each_ref().map(|wrist| {
        let palm: Vec<DVec3> = wrist.iter().map(|place| *place - DVec3::Y * PALM * leg).collect();
        detect(&palm, &palm, leg, fps, &ContactLimits::CAPTURED)
    })
}

/// Turns upper arms and forearms so that resting hands rest, and leaves hands turned as they are; `take` is what the target does so far.
pub(super) fn hold(
    rig: &Rig,
    body: &Body,
    take: &Take,
    contacts: &[Vec<Contact>; 2],
    rotations: &mut [glam::DQuat],
    stride: usize,
) {
    let node = |joint: usize| body.joints[joint].unwrap_or_default();
    let needed = with_ancestors(rig, ARMS.as_flattened().iter().filter_map(|joint| body.joints[*joint]));
    let animation = Animation::of(rig, take);
    let mut posed = Posed::at_rest(rig);
    let into = body.alignment.stage.inverse();
    let mut places: [[Vec<DVec3>; 2]; 2] = Default::default();
    for frame in 0..take.frames {
        posed.go_to(rig, &needed, &animation, frame);
        for ([_, shoulder, _, wrist], places) in ARMS.into_iter().zip(&mut places) {
            for (joint, places) in [shoulder, wrist].into_iter().zip(places) {
                places.push(into * (posed.position[node(joint)] - body.origin));
            }
        }
    }
    let leg = body.leg_length();
    for (side, [_, shoulder, elbow, _]) in ARMS.into_iter().enumerate() {
        let resting = runs(take.frames, |frame| contacts[side][frame].any());
        let [shoulders, wrists] = &places[side];
        let mut moves = vec![DVec3::ZERO; take.frames];
        for run in &resting {
            let mean = wrists[run.clone()].iter().sum::<DVec3>() / run.len() as f64;
            for frame in run.clone() {
                moves[frame] = mean.with_y(mean.y.max(PALM * leg)) - wrists[frame];
            }
        }
        let (frames, fastest) = ((FADE * take.fps).round().max(1.0) as usize, FASTEST * leg / take.fps);
        fade(&mut moves, &resting, frames, |slope: DVec3| slope.clamp_length_max(fastest));
        let (along, hinge) = if side == 0 { (DVec3::X, DVec3::NEG_Y) } else { (DVec3::NEG_X, DVec3::Y) };
        let limb = Limb { along, hinge, lengths: body.arm[side] };
        for frame in (0..take.frames).filter(|frame| moves[*frame] != DVec3::ZERO) {
            let pose = &mut rotations[frame * stride..(frame + 1) * stride];
            let target = wrists[frame] + moves[frame] - shoulders[frame];
            let length: f64 = limb.lengths.iter().sum();
            let reach = limb.end(pose[shoulder], pose[elbow]).length().max(0.99 * length);
            (pose[shoulder], pose[elbow]) = limb.solve(pose[shoulder], pose[elbow], target, reach);
        }
    }
}

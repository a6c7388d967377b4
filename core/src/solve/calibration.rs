//! How a source body stands: what must be known of it besides the positions of one frame.

use std::ops::Range;

use glam::Vec3;

use super::limbs::Side;
use super::{SolveError, canonical_leg, check, percentile, trunk};
use crate::skeleton::{JOINT_COUNT, STANDING_ANKLE_HEIGHT, joint, rest_offsets};

/// Ankle heights, in leg lengths, that a body on the floor can have.
const ANKLE_HEIGHTS: Range<f32> = 0.0..0.25;
/// Frames of standing or hanging arms that a median needs.
const ENOUGH_FRAMES: usize = 30;
/// Cosine of the largest angle between a standing thigh or trunk and the vertical: 25 degrees.
const UPRIGHT: f32 = 0.906;
/// Largest believable lean of a joint's line in a standing body, radians.
const LARGEST_LEAN: f32 = 0.8;

/// Constants of a source skeleton, free of its size: lengths are fractions of its leg, angles are radians.
///
/// Skeletons put their joints in different places of the body: the line from pelvis to lowest spine joint stands upright
/// in one and leans by 40 degrees in another, on the same person. What counts is the deviation from standing, so the
/// standing source becomes the canonical rest pose. Measured best over all clips of one skeleton, so that one clip on
/// tiptoe, on a step or with a bowed head does not pass for the rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Height of the ankle above the floor when the sole is flat, in leg lengths.
    pub ankle_height: f32,
    /// Angle by which the foot joint lies below the ankle when the sole is flat.
    pub foot_drop: f32,
    /// Forward lean of the spine when standing: from pelvis, spine1, spine2 and spine3 to the next joint.
    pub spine_lean: [f32; 4],
    /// Forward lean of the line from neck to head when standing.
    pub neck_lean: f32,
    /// From the neck to the left shoulder with a relaxed arm, in the chest's frame, in leg lengths.
    pub shoulder: Vec3,
}

impl Calibration {
    /// The canonical skeleton's own constants.
    pub fn canonical() -> Calibration {
        let offsets = rest_offsets();
        let foot = offsets[joint::LEFT_FOOT];
        let shoulder = offsets[joint::LEFT_COLLAR] + offsets[joint::LEFT_SHOULDER] - offsets[joint::NECK];
        let lean = |joint: usize| offsets[joint].z.atan2(offsets[joint].y);
        Calibration {
            ankle_height: STANDING_ANKLE_HEIGHT / canonical_leg(),
            foot_drop: (-foot.y / foot.length()).asin(),
            spine_lean: [joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::NECK].map(lean),
            neck_lean: lean(joint::HEAD),
            shoulder: shoulder / canonical_leg(),
        }
    }

    /// Measures a source body in its joint positions; clips may be concatenated, also of bodies that differ in size only.
    ///
    /// The floor is `y = 0`. What the positions do not show, because nobody stands or the feet never touch the floor, is
    /// taken from the canonical skeleton.
    pub fn measure(positions: &[[Vec3; JOINT_COUNT]], mapped: &[bool; JOINT_COUNT]) -> Result<Calibration, SolveError> {
        check(positions, mapped)?;
        let mut calibration = Calibration::canonical();
        calibration.measure_feet(positions, mapped);
        calibration.measure_lean(positions);
        calibration.measure_shoulder(positions);
        Ok(calibration)
    }

    /// What must be added to scaled heights so that a flat sole stands on the floor, metres.
    pub(super) fn lift(&self) -> f32 {
        STANDING_ANKLE_HEIGHT - self.ankle_height * canonical_leg()
    }

    fn measure_feet(&mut self, positions: &[[Vec3; JOINT_COUNT]], mapped: &[bool; JOINT_COUNT]) {
        let height = |frame: &[Vec3; JOINT_COUNT], ankle: usize| frame[ankle].y / leg(frame);
        let mut ankles: Vec<f32> = positions
            .iter()
            .map(|frame| height(frame, joint::LEFT_ANKLE).min(height(frame, joint::RIGHT_ANKLE)))
            .collect();
        // The tenth percentile: lower values are noise, higher ones lifted heels and flight.
        let ankle_height = percentile(&mut ankles, 0.1);
        if !ANKLE_HEIGHTS.contains(&ankle_height) {
            return;
        }
        self.ankle_height = ankle_height;
        let mut drops: Vec<f32> = Vec::new();
        for frame in positions {
            for side in [Side::Left, Side::Right] {
                let [_, _, ankle, foot] = side.leg();
                let along = frame[foot] - frame[ankle];
                if mapped[foot] && height(frame, ankle) < ankle_height + 0.02 && along.length() > 0.01 {
                    drops.push((-along.y / along.length()).asin());
                }
            }
        }
        if !drops.is_empty() {
            self.foot_drop = percentile(&mut drops, 0.5).clamp(0.0, 1.0);
        }
    }

    fn measure_lean(&mut self, positions: &[[Vec3; JOINT_COUNT]]) {
        // One list per line: four of the spine, one of the neck.
        let mut leans: [Vec<f32>; 5] = Default::default();
        for frame in positions.iter().filter(|frame| stands(frame)) {
            let across = frame[joint::LEFT_HIP] - frame[joint::RIGHT_HIP];
            let Some(forward) = across.cross(Vec3::Y).try_normalize() else { continue };
            let spine = trunk::spine_points(frame);
            for (index, list) in leans.iter_mut().enumerate() {
                let line = match index {
                    4 => frame[joint::HEAD] - frame[joint::NECK],
                    _ => spine[index + 1] - spine[index],
                };
                list.push(line.dot(forward).atan2(line.y).clamp(-LARGEST_LEAN, LARGEST_LEAN));
            }
        }
        if leans[0].len() >= ENOUGH_FRAMES {
            let [spine @ .., neck] = leans.each_mut().map(|list| percentile(list, 0.5));
            self.spine_lean = spine;
            self.neck_lean = neck;
        }
    }

    /// Median place of the shoulders where the arms hang, both sides taken together. Needs the lean.
    fn measure_shoulder(&mut self, positions: &[[Vec3; JOINT_COUNT]]) {
        let mut hanging: Vec<Vec3> = Vec::new();
        let mut any: Vec<Vec3> = Vec::new();
        for frame in positions {
            let Some(chest) = trunk::chest(frame, self) else { continue };
            for side in [Side::Left, Side::Right] {
                let [_, shoulder, elbow, _] = side.arm();
                let mut place = chest.inverse() * (frame[shoulder] - frame[joint::NECK]) / leg(frame);
                place.x *= side.sign();
                any.push(place);
                let arm = chest.inverse() * (frame[elbow] - frame[shoulder]);
                if arm.y < -0.5 * arm.length() {
                    hanging.push(place);
                }
            }
        }
        let places = if hanging.len() >= ENOUGH_FRAMES { hanging } else { any };
        if places.is_empty() {
            return;
        }
        let median = |axis: usize| percentile(&mut places.iter().map(|place| place[axis]).collect::<Vec<_>>(), 0.5);
        self.shoulder = Vec3::new(median(0), median(1), median(2));
    }
}

/// Mean length of the two legs, never 0.
fn leg(frame: &[Vec3; JOINT_COUNT]) -> f32 {
    let length = |side: Side| {
        let [hip, knee, ankle, _] = side.leg();
        frame[hip].distance(frame[knee]) + frame[knee].distance(frame[ankle])
    };
    ((length(Side::Left) + length(Side::Right)) / 2.0).max(1e-3)
}

/// Both legs nearly straight down and the trunk upright.
fn stands(frame: &[Vec3; JOINT_COUNT]) -> bool {
    let upright = |line: Vec3| line.y > UPRIGHT * line.length();
    upright(frame[joint::NECK] - frame[joint::PELVIS])
        && [Side::Left, Side::Right].into_iter().all(|side| {
            let [hip, knee, ankle, _] = side.leg();
            upright(frame[hip] - frame[knee]) && upright(frame[knee] - frame[ankle])
        })
}

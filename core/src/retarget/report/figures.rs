//! The figures of a report, each a few lines of geometry.

use glam::DVec3;

use super::Side;
use super::observe::{Observed, Observer};
use crate::cleanup::contacts::{Contact, ContactLimits, detect, runs};
use crate::retarget::JointPlaces;
use crate::rig::global_positions;
use crate::skeleton::{JOINT_NAMES, joint};

/// The limbs whose directions count: start and end.
const LIMBS: [(usize, usize); 8] = [
    (joint::LEFT_SHOULDER, joint::LEFT_ELBOW),
    (joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW),
    (joint::LEFT_ELBOW, joint::LEFT_WRIST),
    (joint::RIGHT_ELBOW, joint::RIGHT_WRIST),
    (joint::LEFT_HIP, joint::LEFT_KNEE),
    (joint::RIGHT_HIP, joint::RIGHT_KNEE),
    (joint::LEFT_KNEE, joint::LEFT_ANKLE),
    (joint::RIGHT_KNEE, joint::RIGHT_ANKLE),
];
/// Joints whose turning is compared: those that both rigs have one of.
const TURNING: [usize; 11] = [
    joint::PELVIS,
    joint::LEFT_HIP,
    joint::RIGHT_HIP,
    joint::LEFT_KNEE,
    joint::RIGHT_KNEE,
    joint::LEFT_ANKLE,
    joint::RIGHT_ANKLE,
    joint::LEFT_SHOULDER,
    joint::RIGHT_SHOULDER,
    joint::LEFT_ELBOW,
    joint::RIGHT_ELBOW,
];
/// Shoulders and wrists, hip joints and ankles; left first.
const ARMS: [(usize, usize); 2] =
    [(joint::LEFT_SHOULDER, joint::LEFT_WRIST), (joint::RIGHT_SHOULDER, joint::RIGHT_WRIST)];
const LEGS: [(usize, usize); 2] = [(joint::LEFT_HIP, joint::LEFT_ANKLE), (joint::RIGHT_HIP, joint::RIGHT_ANKLE)];
/// Hands and feet.
const ENDS: [usize; 4] = [joint::LEFT_WRIST, joint::RIGHT_WRIST, joint::LEFT_ANKLE, joint::RIGHT_ANKLE];
/// A joint of the source that never turns faster counts as turning this fast, radians per second (60 degrees).
const SLOW: f64 = std::f64::consts::FRAC_PI_3;
/// Jerk of a source that hardly moves, m/s^3.
const STILL: f64 = 1.0;

/// Median and largest angle in degrees, and the joint where the largest is.
pub(super) fn limb_directions([source, target]: &[Observed; 2]) -> (f64, f64, &'static str) {
    let mut angles = Vec::with_capacity(source.positions.len() * LIMBS.len());
    let mut largest = (0.0, "");
    for (a, b) in source.positions.iter().zip(&target.positions) {
        for (start, end) in LIMBS {
            let line = |pose: &JointPlaces| Some(pose[end]? - pose[start]?);
            if let (Some(a), Some(b)) = (line(a), line(b)) {
                let angle = a.cross(b).length().atan2(a.dot(b)).to_degrees();
                angles.push(angle);
                if angle > largest.0 {
                    largest = (angle, JOINT_NAMES[start]);
                }
            }
        }
    }
    (median(&mut angles), largest.0, largest.1)
}

fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// How far wrists are from where a source with the target's arms has them, seen from the shoulders, as a share of the arm:
/// the mean.
pub(super) fn hands([source, target]: &[Observed; 2], observers: &[Observer; 2]) -> f64 {
    let mut errors = Vec::new();
    for (a, b) in source.positions.iter().zip(&target.positions) {
        for (side, (shoulder, wrist)) in ARMS.into_iter().enumerate() {
            let reach = |pose: &JointPlaces, observer: &Observer| {
                Some((pose[wrist]? - pose[shoulder]?) / observer.limb_lengths[side].max(1e-6))
            };
            if let (Some(a), Some(b)) = (reach(a, &observers[0]), reach(b, &observers[1])) {
                errors.push(a.distance(b));
            }
        }
    }
    mean(&errors)
}

/// How far ankles are from where a source with the target's legs has them over the floor, as a share of the leg: the mean.
///
/// The place is that of the middle of the hips and of the ankle as seen from its hip joint, because a wider pelvis rightly
/// sets the feet further apart. A foot that lies flat is expected where it lies on average, and one that is below the
/// source's floor on it: sliding and sinking feet are nothing to be followed. With `in_place` only the leg counts.
pub(super) fn feet(
    observed: &[Observed; 2],
    observers: &[Observer; 2],
    contacts: &[Vec<Contact>; 2],
    in_place: bool,
) -> f64 {
    let mut errors = Vec::new();
    for (side, (hip, ankle)) in LEGS.into_iter().enumerate() {
        let path = |end: usize| -> Option<Vec<DVec3>> {
            let (observed, observer) = (&observed[end], &observers[end]);
            let place = |pose: &JointPlaces| {
                let middle = (pose[joint::LEFT_HIP]? + pose[joint::RIGHT_HIP]?) / 2.0;
                let leg = pose[ankle]? - pose[hip]?;
                let place = if in_place { leg } else { leg + middle - DVec3::Y * observer.ankle_heights[side] };
                Some(place / observer.leg_length)
            };
            observed.positions.iter().map(place).collect()
        };
        let (Some(mut expected), Some(found)) = (path(0), path(1)) else { continue };
        if !in_place {
            expected.iter_mut().for_each(|place| place.y = place.y.max(0.0));
            for run in runs(expected.len(), |frame| contacts[side][frame].heel && contacts[side][frame].ball) {
                let mean = expected[run.clone()].iter().sum::<DVec3>() / run.len() as f64;
                expected[run].fill(mean);
            }
        }
        errors.extend(expected.iter().zip(&found).map(|(expected, found)| expected.distance(*found)));
    }
    mean(&errors)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Mean speed in cm/s over the floor of what stands in two frames in a row.
pub(super) fn slide(observed: &Observed, contacts: &[Vec<Contact>; 2], fps: f64) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for (points, contacts) in observed.soles.iter().zip(contacts) {
        for (frame, pair) in contacts.windows(2).enumerate() {
            let standing = [pair[0].heel && pair[1].heel, pair[0].ball && pair[1].ball];
            for (points, _) in points.iter().zip(standing).filter(|(_, standing)| *standing) {
                let step = points[frame + 1] - points[frame];
                sum += step.x.hypot(step.z) * fps * 100.0;
                count += 1;
            }
        }
    }
    (count > 0).then(|| sum / f64::from(count))
}

/// The deepest point of a sole, millimetres.
pub(super) fn penetration(observed: &Observed) -> f64 {
    let lowest = observed.soles.as_flattened().iter().flatten().map(|point| point.y).fold(0.0, f64::min);
    // Not -0.
    -lowest * 1000.0 + 0.0
}

/// How contacts of two clips agree.
pub(super) struct Agreement {
    /// 2 TP / (2 TP + FP + FN) over frames, feet, heels and balls.
    pub(super) f1: f64,
    /// The longest time in seconds that one foot stands in the target and moves in the source, and the other way round.
    pub(super) longest: [f64; 2],
}

/// Whether the target stands when the source does.
///
/// Feet that only just stand and feet that only just do not are the same to the eye, and no fixed limit tells them apart
/// alike on two bodies. A contact of one therefore counts as missing in the other only where that does not even stand by
/// [wider limits](ContactLimits::WIDER). `contacts` are the source's, by the narrow ones.
pub(super) fn contacts_agree(
    [source, target]: &[Observed; 2],
    [leg, target_leg]: [f64; 2],
    contacts: &[Vec<Contact>; 2],
) -> Agreement {
    let fps = target.fps;
    let of = |observed: &Observed, leg: f64, limits: &ContactLimits| {
        observed.soles.each_ref().map(|[heel, ball]| detect(heel, ball, leg, fps, limits))
    };
    let found = of(target, target_leg, &ContactLimits::CAPTURED);
    let nearly = [of(source, leg, &ContactLimits::WIDER), of(target, target_leg, &ContactLimits::WIDER)];
    let without = |one: &[Vec<Contact>; 2], other: &[Vec<Contact>; 2]| -> (usize, usize) {
        let pairs = || one.iter().flatten().zip(other.iter().flatten());
        let count = |alone: &dyn Fn(bool, bool) -> bool| {
            pairs().map(|(a, b)| usize::from(alone(a.heel, b.heel)) + usize::from(alone(a.ball, b.ball))).sum()
        };
        (count(&|a, b| a && b), count(&|a, b| a && !b))
    };
    let (in_source, missing) = without(contacts, &nearly[1]);
    let (in_target, added) = without(&found, &nearly[0]);
    let both = in_source.max(in_target);
    let all = 2 * both + missing + added;
    let longest = |one: &[Vec<Contact>; 2], other: &[Vec<Contact>; 2]| -> f64 {
        let alone = |side: usize| runs(one[side].len(), |frame| one[side][frame].any() && !other[side][frame].any());
        [0, 1].into_iter().flat_map(alone).map(|run| run.len()).max().unwrap_or(0) as f64 / fps
    };
    Agreement {
        f1: if all == 0 { 1.0 } else { 2.0 * both as f64 / all as f64 },
        longest: [longest(&found, &nearly[0]), longest(contacts, &nearly[1])],
    }
}

/// Largest change of the distance between a node and its parent, millimetres, over all joints but those that carry the body.
pub(super) fn bone_length_drift(side: Side<'_>) -> f64 {
    let nodes = &side.rig.nodes;
    // What moves above the pelvis carries the whole body and stretches nothing.
    let pelvis = side.mapping.node(joint::PELVIS).unwrap_or_default();
    let mut carrying = vec![false; nodes.len()];
    let mut next = Some(pelvis);
    while let Some(node) = next {
        carrying[node] = true;
        next = nodes[node].parent;
    }
    let lengths = |positions: &[DVec3]| -> Vec<f64> {
        nodes
            .iter()
            .zip(positions)
            .map(|(node, position)| node.parent.map_or(0.0, |parent| position.distance(positions[parent])))
            .collect()
    };
    let rest = lengths(&global_positions(nodes, None));
    let mut largest: f64 = 0.0;
    for frame in 0..side.take.frames {
        let now = lengths(&global_positions(nodes, Some((side.take, frame))));
        for node in (0..nodes.len()).filter(|node| !carrying[*node]) {
            largest = largest.max((now[node] - rest[node]).abs());
        }
    }
    // What remains is rounding: a nanometre is none.
    if largest < 1e-9 { 0.0 } else { largest * 1000.0 }
}

/// Mean third difference of joint positions over the source's.
pub(super) fn jerk_ratio([source, target]: &[Observed; 2], scale: f64) -> f64 {
    let jerk = |observed: &Observed| {
        let (mut sum, mut count) = (0.0, 0);
        for window in observed.positions.windows(4) {
            for joint in TURNING.into_iter().chain(ENDS) {
                if let [Some(a), Some(b), Some(c), Some(d)] = [0, 1, 2, 3].map(|frame| window[frame][joint]) {
                    sum += (d - c * 3.0 + b * 3.0 - a).length();
                    count += 1;
                }
            }
        }
        sum / f64::from(count.max(1)) * observed.fps.powi(3)
    };
    (jerk(target) / scale).max(STILL) / jerk(source).max(STILL)
}

/// The largest ratio of fastest turns, and the joint where it is.
pub(super) fn angular_velocity([source, target]: &[Observed; 2]) -> (f64, &'static str) {
    let fastest = |observed: &Observed, joint: usize| {
        observed
            .rotations
            .windows(2)
            .filter_map(|pair| Some(pair[0][joint]?.angle_between(pair[1][joint]?) * observed.fps))
            .fold(0.0, f64::max)
    };
    TURNING
        .into_iter()
        .map(|joint| (fastest(target, joint).max(SLOW) / fastest(source, joint).max(SLOW), JOINT_NAMES[joint]))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((1.0, ""))
}

//! The figures of a report, each a few lines of geometry.

use glam::DVec3;

use super::Side;
use super::observe::{Observed, Observer};
use crate::cleanup::contacts::{Contact, ContactLimits, detect, f1};
use crate::rig::global_positions;
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};

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
/// Hands and feet, with the middle between these two as where they start from.
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
            let line = |pose: &[Option<DVec3>; JOINT_COUNT]| Some(pose[end]? - pose[start]?);
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

/// Mean distance of wrists and ankles from their scaled places relative to the hips, as a share of the limb.
pub(super) fn end_effectors([source, target]: &[Observed; 2], observers: &[Observer; 2], scale: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for (a, b) in source.positions.iter().zip(&target.positions) {
        for (index, end) in ENDS.into_iter().enumerate() {
            let relative = |pose: &[Option<DVec3>; JOINT_COUNT]| {
                Some(pose[end]? - (pose[joint::LEFT_HIP]? + pose[joint::RIGHT_HIP]?) / 2.0)
            };
            if let (Some(a), Some(b)) = (relative(a), relative(b)) {
                sum += (a * scale).distance(b) / observers[1].limb_lengths[index].max(1e-6);
                count += 1;
            }
        }
    }
    sum / f64::from(count.max(1))
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

pub(super) fn contact_f1(observed: &Observed, leg: f64, contacts: &[Vec<Contact>; 2], fps: f64) -> f64 {
    let limits = ContactLimits::CAPTURED;
    let found = observed.soles.each_ref().map(|[heel, ball]| detect(heel, ball, leg, fps, &limits));
    f1(contacts, &found)
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

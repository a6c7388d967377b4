//! The floor: under a rig at rest, and the one on which a clip happens.

use glam::DVec3;

use super::alignment::LEGS;
use super::body::ancestors;
use super::posed::Posed;
use crate::cleanup::sole::LEG;
use crate::rig::Rig;
use crate::skeleton::{JOINT_COUNT, joint};

/// Thickness of what lies below the lowest joint of a foot that hovers at rest.
const FLESH: f64 = 0.02 / LEG;

/// The lowest joint of a foot lies this high above a floor at 0, in legs: one with toes, and one that ends in its ankle,
/// which on a figure with stubby legs is a third of the leg above its sole.
const NEAR: [std::ops::Range<f64>; 2] = [-0.03..0.12, -0.03..0.4];

/// Heights within this of each other are one level, for a canonical leg, metres.
const LEVEL: f64 = 0.03;
/// A point at this speed counts half of one that stands, for a canonical leg, metres per second.
const SLOW: f64 = 0.4;
/// The floor is the lowest level on which feet rest at least this share of the time that they rest on the commonest one.
const COMMON: f64 = 0.5;

/// Where feet rest on no level for this share of the time, nothing says where the floor is but where they are lowest.
const AT_LEAST: f64 = 0.35;
/// The share of frames that may lie below that.
const BELOW_FLOOR: f64 = 0.02;

/// Height of the floor on which a clip happens, from the paths of all points that may touch it.
///
/// That is where the lowest of these rests most of the time, not where it is lowest: feet of generated and of captured
/// motions sink in for moments, and the body would hover for the rest of the clip.
pub(super) fn floor_of_clip(points: &[&[DVec3]], leg: f64, fps: f64) -> f64 {
    let frames = points.iter().map(|path| path.len()).min().unwrap_or(0);
    let scale = LEG / leg;
    let mut rests: Vec<(f64, f64)> = (0..frames)
        .filter_map(|frame| {
            let lowest = points.iter().min_by(|a, b| a[frame].y.total_cmp(&b[frame].y))?;
            let (before, after) = (frame.saturating_sub(1), (frame + 1).min(frames - 1));
            let speed = lowest[after].distance(lowest[before]) * fps / (after - before).max(1) as f64 * scale;
            Some((lowest[frame].y, 1.0 / (1.0 + (speed / SLOW).powi(2))))
        })
        .collect();
    rests.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The time spent within a level above each height.
    let mut time = vec![0.0; rests.len()];
    let (mut end, mut sum) = (0, 0.0);
    for start in 0..rests.len() {
        while end < rests.len() && rests[end].0 <= rests[start].0 + LEVEL / scale {
            sum += rests[end].1;
            end += 1;
        }
        time[start] = sum;
        sum -= rests[start].1;
    }
    let most = time.iter().copied().fold(0.0, f64::max);
    let all: f64 = rests.iter().map(|(_, time)| time).sum();
    if most < AT_LEAST * all {
        let lowest = (rests.len().saturating_sub(1) as f64 * BELOW_FLOOR).round() as usize;
        return rests.get(lowest).map_or(0.0, |(height, _)| *height);
    }
    let Some(first) = time.iter().position(|time| *time >= COMMON * most) else { return 0.0 };
    // The first level that is common begins where its time is largest.
    let near = |place: &usize| rests[*place].0 <= rests[first].0 + LEVEL / scale;
    let start = (first..rests.len()).take_while(near).max_by(|a, b| time[*a].total_cmp(&time[*b]).then(b.cmp(a)));
    let start = start.unwrap_or(first);
    // The weighted median of the level.
    let mut passed = 0.0;
    let middle = (start..rests.len()).find(|place| {
        passed += rests[*place].1;
        passed >= time[start] / 2.0
    });
    rests[middle.unwrap_or(start)].0
}

/// Height of the floor on which a rig stands at rest.
///
/// That is 0 where the feet are near it, as in most files; below the lowest joint of the feet where the rig hovers, as
/// skeletons do whose root is at the origin.
pub(super) fn floor_at_rest(
    rig: &Rig,
    joints: &[Option<usize>; JOINT_COUNT],
    posed: &Posed,
    height: &dyn Fn(DVec3) -> f64,
    leg: f64,
) -> Option<f64> {
    let ankles: Vec<usize> = LEGS.iter().filter_map(|[_, _, ankle, _]| joints[*ankle]).collect();
    let of_feet = (0..rig.nodes.len())
        .filter(|node| ankles.contains(node) || ancestors(rig, *node).any(|ancestor| ankles.contains(&ancestor)));
    // Handles and helpers of some rigs hang on the feet and lie anywhere.
    let knee = height(posed.position[joints[joint::LEFT_KNEE]?]);
    let lowest = of_feet
        .map(|node| height(posed.position[node]))
        .filter(|height| (knee - height) < 0.9 * leg)
        .min_by(f64::total_cmp)?;
    let with_toes = of_feet_below(rig, &ankles);
    let near = NEAR[usize::from(!with_toes)].contains(&(lowest / leg));
    Some(if near { 0.0 } else { lowest - FLESH * leg })
}

/// Whether anything hangs below the ankles.
fn of_feet_below(rig: &Rig, ankles: &[usize]) -> bool {
    rig.nodes.iter().any(|node| node.parent.is_some_and(|parent| ankles.contains(&parent)))
}

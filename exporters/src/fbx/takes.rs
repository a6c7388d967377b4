//! The takes of an FBX file, sampled.

use std::collections::BTreeSet;

use glam::{DQuat, DVec3};
use ropar_core::provenance::Provenance;

use super::{FbxError, convert, limits, provenance};
use crate::scene::{Take, Track, Transform};

/// The rate of a file that names none that makes sense.
const DEFAULT_RATE: f64 = 30.0;
/// Differences below this, in metres and in parts of a quaternion, are rounding and not motion.
const STILL: f64 = 1e-9;
/// The properties that move a node.
pub(super) const TRANSFORM_PROPERTIES: [&str; 3] = ["Lcl Translation", "Lcl Rotation", "Lcl Scaling"];

/// Samples every take that moves a node. `order` gives the nodes their indices.
pub(super) fn sample(
    file: &ufbx::Scene,
    order: &[&ufbx::Node],
    of_file: &Provenance,
    warnings: &mut Vec<String>,
) -> Result<Vec<Take>, FbxError> {
    let stacks = file.anim_stacks.as_ref();
    if stacks.len() > limits::TAKES {
        return Err(FbxError::Limit { what: "takes", found: stacks.len() as u64, limit: limits::TAKES as u64 });
    }
    let fps = rate(file, warnings);
    let mut takes = Vec::new();
    let mut samples = 0_usize;
    for stack in stacks {
        let name = stack.element.name.to_string();
        let moving = moving_nodes(stack, order);
        let Some((first, last)) = span(stack).filter(|_| !moving.is_empty()) else {
            warnings.push(format!("the take `{name}` moves no node and is left out"));
            continue;
        };
        let frames = ((last - first) * fps).round().max(0.0);
        if frames >= limits::FRAMES as f64 {
            return Err(FbxError::Limit {
                what: "frames in a take",
                found: frames as u64,
                limit: limits::FRAMES as u64,
            });
        }
        let frames = frames as usize + 1;
        samples = samples.saturating_add(frames.saturating_mul(moving.len()));
        if samples > limits::SAMPLES {
            return Err(FbxError::Limit {
                what: "samples (frames times animated nodes)",
                found: samples as u64,
                limit: limits::SAMPLES as u64,
            });
        }
        let times = frame_times(first, fps, frames, file.metadata.ktime_second as f64);
        let tracks = moving
            .into_iter()
            .map(|index| track(&stack.anim, order[index], index, &times))
            .collect::<Result<Vec<_>, _>>()?;
        let provenance = provenance::of_take(stack, of_file);
        takes.push(Take { name, fps, frames, tracks: tracks.into_iter().flatten().collect(), provenance });
    }
    Ok(takes)
}

fn rate(file: &ufbx::Scene, warnings: &mut Vec<String>) -> f64 {
    let fps = file.settings.frames_per_second;
    if limits::RATES.contains(&fps) {
        return fps;
    }
    warnings.push(format!("the file's rate of {fps} frames per second is not credible; {DEFAULT_RATE} is used"));
    DEFAULT_RATE
}

/// Indices of the nodes that a take moves, in order.
fn moving_nodes(stack: &ufbx::AnimStack, order: &[&ufbx::Node]) -> BTreeSet<usize> {
    let mut animated = BTreeSet::new();
    for layer in stack.layers.as_ref() {
        for property in layer.anim_props.as_ref() {
            if TRANSFORM_PROPERTIES.contains(&property.prop_name.as_ref()) {
                animated.insert(property.element.element_id);
            }
        }
    }
    let is_animated = |node: &ufbx::Node| animated.contains(&node.element.element_id);
    let moves = |node: &ufbx::Node| {
        // Where scale is inherited in an odd way ufbx keeps it in a helper, on which the children's places depend.
        let helper = node.parent.as_ref().and_then(|parent| parent.scale_helper.as_ref());
        is_animated(node) || helper.is_some_and(|helper| is_animated(helper))
    };
    order.iter().enumerate().filter(|(_, node)| moves(node)).map(|(index, _)| index).collect()
}

/// First and last second of a take: the span that it declares, or else that of its keys.
fn span(stack: &ufbx::AnimStack) -> Option<(f64, f64)> {
    if stack.time_end > stack.time_begin {
        return Some((stack.time_begin, stack.time_end));
    }
    let mut keys: Option<(f64, f64)> = None;
    for layer in stack.layers.as_ref() {
        for curve in layer.anim_values.as_ref().iter().flat_map(|value| value.curves.iter().flatten()) {
            for time in curve.keyframes.as_ref().iter().map(|key| key.time) {
                keys = Some(keys.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
            }
        }
    }
    keys.filter(|(first, last)| first.is_finite() && last.is_finite())
}

/// The times of the frames, each the exact number that a key in that frame has, so that steps fall into their frame.
fn frame_times(first: f64, fps: f64, frames: usize, ticks_per_second: f64) -> Vec<f64> {
    let first_tick = (first * ticks_per_second).round();
    (0..frames).map(|frame| (first_tick + frame as f64 * ticks_per_second / fps).round() / ticks_per_second).collect()
}

/// The motion of one node, or nothing where it stays at rest.
fn track(anim: &ufbx::Anim, node: &ufbx::Node, index: usize, times: &[f64]) -> Result<Option<Track>, FbxError> {
    let places: Vec<Transform> =
        times.iter().map(|time| convert::transform(ufbx::evaluate_transform(anim, node, *time))).collect();
    if let Some(frame) = places.iter().position(|place| !place.matrix().is_finite()) {
        return Err(FbxError::Malformed(format!(
            "the animation of node `{}` is not finite in frame {frame}",
            node.element.name
        )));
    }
    let rest = convert::transform(node.local_transform);
    let moves_from = |rest: DVec3, values: &[DVec3]| values.iter().any(|value| !value.abs_diff_eq(rest, STILL));
    let translation: Vec<DVec3> = places.iter().map(|place| place.translation).collect();
    let scale: Vec<DVec3> = places.iter().map(|place| place.scale).collect();
    let rotation = continuous(places.iter().map(|place| place.rotation));
    let track = Track {
        node: index,
        translation: Some(translation).filter(|values| moves_from(rest.translation, values)),
        rotation: Some(rotation).filter(|values| values.iter().any(|value| !is_same(*value, rest.rotation))),
        scale: Some(scale).filter(|values| moves_from(rest.scale, values)),
    };
    let is_still = track.translation.is_none() && track.rotation.is_none() && track.scale.is_none();
    Ok((!is_still).then_some(track))
}

fn is_same(a: DQuat, b: DQuat) -> bool {
    a.abs_diff_eq(b, STILL) || a.abs_diff_eq(-b, STILL)
}

/// The same rotations with signs that do not jump.
fn continuous(rotations: impl Iterator<Item = DQuat>) -> Vec<DQuat> {
    let mut previous: Option<DQuat> = None;
    rotations
        .map(|rotation| {
            let rotation = if previous.is_some_and(|last| last.dot(rotation) < 0.0) { -rotation } else { rotation };
            previous = Some(rotation);
            rotation
        })
        .collect()
}

//! Other people's joint names: from any BVH skeleton to positions of the 22 canonical joints.

use glam::Vec3;
use ropar_core::naming::{self, Match, NamingFamily, missing, plain};
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};

use super::clip::BvhClip;
use super::error::BvhError;
use super::unit;

/// Pelvis to neck, and how high along that line the joints of an average adult lie.
const SPINE: [(usize, f32); 5] =
    [(joint::PELVIS, 0.0), (joint::SPINE1, 0.22), (joint::SPINE2, 0.48), (joint::SPINE3, 0.60), (joint::NECK, 1.0)];

/// The skeleton family of a clip, by the names of its joints: the first that has every limb, the pelvis and the neck.
pub(super) fn family(clip: &BvhClip) -> Option<Match> {
    naming::first_complete(&names(clip))
}

fn names(clip: &BvhClip) -> Vec<&str> {
    clip.joints.iter().map(|joint| joint.name.as_str()).collect()
}

/// Positions of the canonical joints in another skeleton's clip.
#[derive(Debug, Clone, PartialEq)]
pub struct CanonicalPositions {
    /// Global positions in metres, `[frame][joint]`.
    pub positions: Vec<[Vec3; JOINT_COUNT]>,
    /// True for the joints that the skeleton has; the others are interpolated.
    pub mask: [bool; JOINT_COUNT],
    /// Frames per second.
    pub fps: f64,
    /// The unit that was assumed.
    pub metres_per_unit: f64,
    /// Name of the joint map that was used.
    pub map: String,
}

/// Positions by the first built-in family that has every limb of `clip`; the families go from the particular to the
/// general.
pub fn positions_22(clip: &BvhClip) -> Result<CanonicalPositions, BvhError> {
    // Where none fits, the nearest one tells what is missing.
    match family(clip).or_else(|| naming::nearest(&names(clip))) {
        Some(found) => positions(clip, found.family, found.joints),
        None => Err(BvhError::NoJointMap { nearest: "none".to_owned(), missing: "every joint".to_owned() }),
    }
}

/// Positions by the given family.
///
/// Spine joints that the skeleton lacks are put on the line between their known neighbours, a head 9 cm beyond the neck,
/// collars at 40 % of the way from the upper spine to the shoulder. A limb joint that is not there is an error.
pub fn positions_22_with(clip: &BvhClip, map: &NamingFamily) -> Result<CanonicalPositions, BvhError> {
    let names: Vec<String> = names(clip).into_iter().map(plain).collect();
    let find = |name: &String| names.iter().position(|other| *other == plain(name));
    let found = std::array::from_fn(|joint| map.joints.get(JOINT_NAMES[joint])?.iter().find_map(find));
    positions(clip, map, found)
}

fn positions(
    clip: &BvhClip,
    map: &NamingFamily,
    found: [Option<usize>; JOINT_COUNT],
) -> Result<CanonicalPositions, BvhError> {
    let missing = missing(&found);
    if !missing.is_empty() {
        return Err(BvhError::NoJointMap { nearest: map.name.clone(), missing: missing.join(", ") });
    }

    let metres_per_unit = unit::of_family(clip, map, &found).metres;
    let positions = (0..clip.frame_count)
        .map(|frame| {
            let all = clip.global_positions(frame);
            let mut pose: [Vec3; JOINT_COUNT] =
                found.map(|index| index.map_or(Vec3::ZERO, |index| (all[index] * metres_per_unit).as_vec3()));
            interpolate(&mut pose, &found);
            pose
        })
        .collect();
    Ok(CanonicalPositions {
        positions,
        mask: found.map(|index| index.is_some()),
        fps: clip.fps(),
        metres_per_unit,
        map: map.name.clone(),
    })
}

fn interpolate(pose: &mut [Vec3; JOINT_COUNT], found: &[Option<usize>; JOINT_COUNT]) {
    for (place, (canonical, height)) in SPINE.into_iter().enumerate() {
        if found[canonical].is_some() {
            continue;
        }
        let below = SPINE[..place].iter().rev().find(|(joint, _)| found[*joint].is_some());
        let above = SPINE[place..].iter().find(|(joint, _)| found[*joint].is_some());
        if let (Some((lower, low)), Some((upper, high))) = (below, above) {
            pose[canonical] = pose[*lower].lerp(pose[*upper], (height - low) / (high - low));
        }
    }
    if found[joint::HEAD].is_none() {
        let direction = (pose[joint::NECK] - pose[joint::SPINE3]).normalize_or(Vec3::Y);
        pose[joint::HEAD] = pose[joint::NECK] + 0.09 * direction;
    }
    for (collar, shoulder) in [(joint::LEFT_COLLAR, joint::LEFT_SHOULDER), (joint::RIGHT_COLLAR, joint::RIGHT_SHOULDER)]
    {
        if found[collar].is_none() {
            pose[collar] = pose[joint::SPINE3].lerp(pose[shoulder], 0.4);
        }
    }
}

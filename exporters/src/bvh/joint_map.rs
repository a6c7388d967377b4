//! Other people's joint names: from any BVH skeleton to positions of the 22 canonical joints.

use std::collections::BTreeMap;

use glam::{DVec3, Vec3};
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, joint, joint_index};
use serde::Deserialize;

use super::clip::BvhClip;
use super::error::BvhError;

/// The tables that come with RoPAR, one file per skeleton family.
const BUILT_IN: [&str; 10] = [
    include_str!("../../data/joint_maps/ropar.json"),
    include_str!("../../data/joint_maps/smpl.json"),
    include_str!("../../data/joint_maps/cmu.json"),
    include_str!("../../data/joint_maps/daz.json"),
    include_str!("../../data/joint_maps/bandai_namco.json"),
    include_str!("../../data/joint_maps/mixamo.json"),
    include_str!("../../data/joint_maps/short_spine.json"),
    include_str!("../../data/joint_maps/classic.json"),
    include_str!("../../data/joint_maps/character_creator.json"),
    include_str!("../../data/joint_maps/blender.json"),
];

/// Joints that can be interpolated from others where a skeleton lacks them.
const OPTIONAL: [usize; 6] =
    [joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::HEAD, joint::LEFT_COLLAR, joint::RIGHT_COLLAR];

/// Pelvis to neck, and how high along that line the joints of an average adult lie.
const SPINE: [(usize, f32); 5] =
    [(joint::PELVIS, 0.0), (joint::SPINE1, 0.22), (joint::SPINE2, 0.48), (joint::SPINE3, 0.60), (joint::NECK, 1.0)];

/// Length of hip-knee-ankle of an adult of average stature, metres; tells the unit of a file apart.
const LEG_LENGTH: f64 = 0.80;

/// Metres per unit of the units that files are written in: metre, inch, centimetre, millimetre.
const UNITS: [f64; 4] = [1.0, 0.0254, 0.01, 0.001];

/// Which joint of a skeleton family lies at each canonical joint. A JSON file:
///
/// ```json
/// { "name": "my_rig", "joints": { "pelvis": ["Hips"], "left_hip": ["LThigh", "LeftThigh"] } }
/// ```
///
/// Each canonical joint lists names to try in turn. Letter case, namespaces (`mixamorig:`) and the characters
/// ` _-.` do not matter. An End Site is called after its joint with `_end`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointMap {
    /// Name of the family.
    pub name: String,
    /// A sentence on where such files come from.
    #[serde(default)]
    pub about: String,
    /// Joints without which a file is not of this family.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The family's unit, where it is known; else it is told from the length of the legs.
    #[serde(default)]
    pub metres_per_unit: Option<f64>,
    /// Canonical joint name to names in the file.
    pub joints: BTreeMap<String, Vec<String>>,
}

impl JointMap {
    /// Reads a map from JSON text.
    pub fn from_json(text: &str) -> Result<Self, BvhError> {
        let map: JointMap = serde_json::from_str(text).map_err(|error| BvhError::JointMap(error.to_string()))?;
        if let Some(unknown) = map.joints.keys().find(|name| joint_index(name).is_none()) {
            let known = JOINT_NAMES.join(", ");
            return Err(BvhError::JointMap(format!("`{unknown}` is not a canonical joint; these are: {known}")));
        }
        if map.metres_per_unit.is_some_and(|scale| !scale.is_finite() || scale <= 0.0) {
            return Err(BvhError::JointMap("`metres_per_unit` must be a positive number".to_owned()));
        }
        Ok(map)
    }

    /// For each canonical joint the index of its joint in `clip`.
    fn find(&self, clip: &BvhClip) -> [Option<usize>; JOINT_COUNT] {
        self.find_plain(&plain_names(clip))
    }

    fn find_plain(&self, names: &[String]) -> [Option<usize>; JOINT_COUNT] {
        std::array::from_fn(|canonical| {
            let candidates = self.joints.get(JOINT_NAMES[canonical])?;
            candidates.iter().map(|name| plain(name)).find_map(|name| names.iter().position(|other| *other == name))
        })
    }

    fn is_admissible(&self, names: &[String]) -> bool {
        self.requires.iter().map(|name| plain(name)).all(|name| names.contains(&name))
    }
}

/// The skeleton family that a list of joint names belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Name of the joint map.
    pub map: String,
    /// For each canonical joint its place in the list of names.
    pub joints: [Option<usize>; JOINT_COUNT],
    /// The family's unit, where it is known.
    pub metres_per_unit: Option<f64>,
}

/// The first built-in map that finds every limb, the pelvis and the neck among `names`.
pub fn family<S: AsRef<str>>(names: &[S]) -> Result<Option<Family>, BvhError> {
    let names: Vec<String> = names.iter().map(|name| plain(name.as_ref())).collect();
    Ok(built_in_maps()?.into_iter().filter(|map| map.is_admissible(&names)).find_map(|map| {
        let joints = map.find_plain(&names);
        missing(&joints).is_empty().then_some(Family { map: map.name, joints, metres_per_unit: map.metres_per_unit })
    }))
}

fn plain_names(clip: &BvhClip) -> Vec<String> {
    clip.joints.iter().map(|joint| plain(&joint.name)).collect()
}

/// The maps that come with RoPAR.
pub fn built_in_maps() -> Result<Vec<JointMap>, BvhError> {
    BUILT_IN.iter().map(|text| JointMap::from_json(text)).collect()
}

/// A name without namespace, separators and letter case.
fn plain(name: &str) -> String {
    let name = name.rsplit([':', '|']).next().unwrap_or(name);
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
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

/// Positions by the first built-in map that has every limb of `clip`; the maps go from the particular to the general.
pub fn positions_22(clip: &BvhClip) -> Result<CanonicalPositions, BvhError> {
    let maps = built_in_maps()?;
    let names = plain_names(clip);
    let admissible = || maps.iter().filter(|map| map.is_admissible(&names));
    let fitting = admissible().find(|map| missing(&map.find_plain(&names)).is_empty());
    // Where none fits, the nearest one tells what is missing.
    let nearest = || admissible().max_by_key(|map| map.find_plain(&names).iter().flatten().count());
    match fitting.or_else(nearest) {
        Some(map) => positions_22_with(clip, map),
        None => Err(BvhError::NoJointMap { nearest: "none".to_owned(), missing: "every joint".to_owned() }),
    }
}

/// The joints that a clip must have and does not: limbs, pelvis and neck. The rest can be interpolated.
fn missing(found: &[Option<usize>; JOINT_COUNT]) -> Vec<&'static str> {
    let lacks = |joint: &usize| found[*joint].is_none() && !OPTIONAL.contains(joint);
    (0..JOINT_COUNT).filter(lacks).map(|joint| JOINT_NAMES[joint]).collect()
}

/// Positions by the given map.
///
/// Spine joints that the skeleton lacks are put on the line between their known neighbours, a head 9 cm beyond the neck,
/// collars at 40 % of the way from the upper spine to the shoulder. A limb joint that is not there is an error.
pub fn positions_22_with(clip: &BvhClip, map: &JointMap) -> Result<CanonicalPositions, BvhError> {
    let found = map.find(clip);
    let missing = missing(&found);
    if !missing.is_empty() {
        return Err(BvhError::NoJointMap { nearest: map.name.clone(), missing: missing.join(", ") });
    }

    let metres_per_unit = map.metres_per_unit.unwrap_or_else(|| guess_unit(clip, &found));
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

/// The unit under which the legs have a human length.
pub(super) fn guess_unit(clip: &BvhClip, found: &[Option<usize>; JOINT_COUNT]) -> f64 {
    let pose = clip.global_positions(0);
    let at = |canonical: usize| found[canonical].map_or(DVec3::ZERO, |index| pose[index]);
    let leg = at(joint::LEFT_HIP).distance(at(joint::LEFT_KNEE)) + at(joint::LEFT_KNEE).distance(at(joint::LEFT_ANKLE));
    let misfit = |unit: f64| (leg * unit / LEG_LENGTH).max(1e-9).ln().abs();
    UNITS.into_iter().min_by(|a, b| misfit(*a).total_cmp(&misfit(*b))).unwrap_or(1.0)
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

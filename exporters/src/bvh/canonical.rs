//! BVH files that RoPAR wrote, back to the canonical skeleton.

use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, rest_offsets};

use super::UNITS_PER_METRE;
use super::clip::{BvhClip, Channel};
use super::error::BvhError;

/// The motion of a clip on the canonical skeleton.
///
/// The joints must have the names, parents and offsets that [`write`](super::write) gives them, with rotation channels
/// in any order and positions on the root only; everything else is [`BvhError::Foreign`].
pub fn to_motion(clip: &BvhClip) -> Result<Motion, BvhError> {
    let joints = joint_indices(clip)?;
    let mut motion = Motion {
        fps: (1.0 / clip.frame_time) as f32,
        root: Vec::with_capacity(clip.frame_count),
        rotations: Vec::with_capacity(clip.frame_count),
    };
    for frame in 0..clip.frame_count {
        let pose = clip.local_pose(frame);
        motion.root.push((pose[joints[0]].0 / UNITS_PER_METRE).as_vec3());
        motion.rotations.push(joints.map(|joint| pose[joint].1.as_quat()));
    }
    Ok(motion)
}

/// For each canonical joint its index in `clip.joints`.
pub(super) fn joint_indices(clip: &BvhClip) -> Result<[usize; JOINT_COUNT], BvhError> {
    let mut found = [usize::MAX; JOINT_COUNT];
    for (index, joint) in clip.joints.iter().enumerate().filter(|(_, joint)| !joint.is_end_site) {
        let Some(canonical) = JOINT_NAMES.iter().position(|name| *name == joint.name) else {
            return Err(BvhError::Foreign(format!("it has a joint `{}`", joint.name)));
        };
        if found[canonical] != usize::MAX {
            return Err(BvhError::Foreign(format!("it has two joints `{}`", joint.name)));
        }
        found[canonical] = index;
        let parent = joint.parent.map(|parent| clip.joints[parent].name.as_str());
        let expected_parent = PARENTS[canonical].map(|parent| JOINT_NAMES[parent]);
        if parent != expected_parent {
            return Err(BvhError::Foreign(format!("`{}` has another parent", joint.name)));
        }
        let expected_offset = rest_offsets()[canonical].as_dvec3() * UNITS_PER_METRE;
        if canonical != 0 && joint.offset.distance(expected_offset) > 1e-3 {
            return Err(BvhError::Foreign(format!("`{}` has another offset", joint.name)));
        }
        let positions = joint.channels.iter().filter(|channel| !channel.is_rotation()).count();
        let rotations = joint.channels.iter().filter(|channel| Channel::is_rotation(**channel)).count();
        if rotations != 3 || positions != if canonical == 0 { 3 } else { 0 } {
            return Err(BvhError::Foreign(format!("`{}` has other channels", joint.name)));
        }
    }
    match found.iter().position(|index| *index == usize::MAX) {
        Some(missing) => Err(BvhError::Foreign(format!("the joint `{}` is missing", JOINT_NAMES[missing]))),
        None => Ok(found),
    }
}

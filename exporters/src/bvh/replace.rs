//! New rotations for some joints of a file, everything else byte for byte as it was.

use ropar_core::motion::Motion;
use ropar_core::skeleton::JOINT_COUNT;

use super::canonical::{joint_indices, to_motion};
use super::clip::Channel;
use super::error::BvhError;
use super::euler::zxy_degrees;
use super::reader::{Keep, Limits, parse};
use super::writer::number;
use crate::error::UnfitMotion;
use crate::motion_check;

/// The file `original` (that RoPAR wrote) with the rotations of `joints` taken from `motion`.
///
/// The text of every other joint, of the root's position, and of the frames in which a joint of `joints` has exactly
/// the rotation that reading `original` gives, stays as it is.
pub fn replace(original: &[u8], motion: &Motion, joints: &[usize]) -> Result<Vec<u8>, BvhError> {
    motion_check::check(motion)?;
    let parsed = parse(original, &Limits::default(), Keep::Spans)?;
    let clip = &parsed.clip;
    let indices = joint_indices(clip)?;
    let before = to_motion(clip)?;
    if motion.root.len() != clip.frame_count {
        return Err(UnfitMotion::FrameCount { motion: motion.root.len(), file: clip.frame_count }.into());
    }

    let width = clip.channel_count();
    let mut new_text: Vec<(usize, String)> = Vec::new();
    for joint in (0..JOINT_COUNT).filter(|joint| joints.contains(joint)) {
        let index = indices[joint];
        let first: usize = clip.joints[..index].iter().map(|joint| joint.channels.len()).sum();
        let channels = &clip.joints[index].channels;
        if channels.iter().filter(|channel| channel.is_rotation()).ne([
            Channel::RotationZ,
            Channel::RotationX,
            Channel::RotationY,
        ]
        .iter())
        {
            let name = &clip.joints[index].name;
            return Err(BvhError::Foreign(format!("`{name}` does not have the rotation order Z, X, Y")));
        }
        let rotations: Vec<usize> = (0..channels.len()).filter(|channel| channels[*channel].is_rotation()).collect();
        let angles_of =
            |frame: usize| -> [f64; 3] { std::array::from_fn(|i| clip.frames[frame * width + first + rotations[i]]) };
        let mut previous = angles_of(0);
        for frame in 0..clip.frame_count {
            if before.rotations[frame][joint] == motion.rotations[frame][joint] {
                previous = angles_of(frame);
                continue;
            }
            previous = zxy_degrees(motion.rotations[frame][joint].as_dquat(), previous);
            for (channel, angle) in rotations.iter().zip(previous) {
                new_text.push((frame * width + first + channel, number(angle)));
            }
        }
    }

    new_text.sort_by_key(|(value, _)| *value);
    let mut output = Vec::with_capacity(original.len() + new_text.len());
    let mut copied = 0;
    for (value, text) in new_text {
        let span = &parsed.spans[value];
        output.extend_from_slice(&original[copied..span.start]);
        output.extend_from_slice(text.as_bytes());
        copied = span.end;
    }
    output.extend_from_slice(&original[copied..]);
    Ok(output)
}

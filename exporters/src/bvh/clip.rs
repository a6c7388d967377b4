//! A BVH file in memory, whatever its skeleton.

use glam::{DQuat, DVec3};

/// One value per frame of a joint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Position along X, in the file's unit.
    PositionX,
    /// Position along Y.
    PositionY,
    /// Position along Z.
    PositionZ,
    /// Rotation about X, in degrees.
    RotationX,
    /// Rotation about Y.
    RotationY,
    /// Rotation about Z.
    RotationZ,
}

impl Channel {
    /// The channel called `name`, in any letter case (`Xposition`, `zrotation`, ...).
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "xposition" => Channel::PositionX,
            "yposition" => Channel::PositionY,
            "zposition" => Channel::PositionZ,
            "xrotation" => Channel::RotationX,
            "yrotation" => Channel::RotationY,
            "zrotation" => Channel::RotationZ,
            _ => return None,
        })
    }

    /// True for the three rotations.
    pub fn is_rotation(self) -> bool {
        matches!(self, Channel::RotationX | Channel::RotationY | Channel::RotationZ)
    }
}

/// A joint, or the End Site of a joint.
#[derive(Debug, Clone, PartialEq)]
pub struct BvhJoint {
    /// The name as in the file; an End Site is called after its joint, with `_end`.
    pub name: String,
    /// Index of the parent; `None` for a root. Parents come before their children.
    pub parent: Option<usize>,
    /// Position relative to the parent at rest, in the file's unit.
    pub offset: DVec3,
    /// The channels in the order of the file; empty for an End Site.
    pub channels: Vec<Channel>,
    /// True where the file has an `End Site` instead of a `JOINT`.
    pub is_end_site: bool,
}

/// The content of a BVH file.
#[derive(Debug, Clone, PartialEq)]
pub struct BvhClip {
    /// Joints and End Sites in file order.
    pub joints: Vec<BvhJoint>,
    /// All channel values, `[frame][channel]`, channels in the order of `joints`.
    pub frames: Vec<f64>,
    /// Number of frames.
    pub frame_count: usize,
    /// Seconds from one frame to the next.
    pub frame_time: f64,
    /// What the reader had to put up with, for the user to know.
    pub warnings: Vec<String>,
}

impl BvhClip {
    /// Number of channels, which is the number of values in a frame.
    pub fn channel_count(&self) -> usize {
        self.joints.iter().map(|joint| joint.channels.len()).sum()
    }

    /// The channel values of one frame.
    pub fn frame(&self, frame: usize) -> &[f64] {
        let width = self.channel_count();
        &self.frames[frame * width..(frame + 1) * width]
    }

    /// Frames per second. Files round the frame time (`0.033333`), so a rate within 0.02 % of a whole number is taken
    /// to be that number.
    pub fn fps(&self) -> f64 {
        let fps = 1.0 / self.frame_time;
        let whole = fps.round();
        if whole >= 1.0 && (fps - whole).abs() <= 2e-4 * whole { whole } else { fps }
    }

    /// Local translation and rotation of every joint in one frame, in the file's unit.
    pub fn local_pose(&self, frame: usize) -> Vec<(DVec3, DQuat)> {
        let mut values = self.frame(frame).iter();
        self.joints
            .iter()
            .map(|joint| {
                let mut translation = joint.offset;
                let mut rotation = DQuat::IDENTITY;
                for (channel, value) in joint.channels.iter().zip(values.by_ref()) {
                    match channel {
                        Channel::PositionX => translation.x = *value,
                        Channel::PositionY => translation.y = *value,
                        Channel::PositionZ => translation.z = *value,
                        Channel::RotationX => rotation *= DQuat::from_rotation_x(value.to_radians()),
                        Channel::RotationY => rotation *= DQuat::from_rotation_y(value.to_radians()),
                        Channel::RotationZ => rotation *= DQuat::from_rotation_z(value.to_radians()),
                    }
                }
                (translation, rotation)
            })
            .collect()
    }

    /// Global position of every joint in one frame, in the file's unit.
    pub fn global_positions(&self, frame: usize) -> Vec<DVec3> {
        let mut global: Vec<(DVec3, DQuat)> = Vec::with_capacity(self.joints.len());
        for (joint, (translation, rotation)) in self.joints.iter().zip(self.local_pose(frame)) {
            global.push(match joint.parent {
                None => (translation, rotation),
                Some(parent) => {
                    let (position, orientation) = global[parent];
                    (position + orientation * translation, orientation * rotation)
                }
            });
        }
        global.into_iter().map(|(position, _)| position).collect()
    }
}

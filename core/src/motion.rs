//! A motion of the canonical skeleton: root path and local joint rotations at a fixed rate.

use std::ops::Range;

use glam::{Quat, Vec3};

use crate::rate::{Between, between, frames_at};
use crate::skeleton::{JOINT_COUNT, MIRRORED, forward_kinematics};

/// A clip on the canonical skeleton. Both vectors hold one entry per frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Motion {
    /// Frames per second.
    pub fps: f32,
    /// World position of the pelvis, metres.
    pub root: Vec<Vec3>,
    /// Rotations local to the parent joint; joint 0 to the world.
    pub rotations: Vec<[Quat; JOINT_COUNT]>,
}

impl Motion {
    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.root.len().min(self.rotations.len())
    }

    /// Time from the first to the last frame, seconds.
    pub fn duration(&self) -> f32 {
        self.frames().saturating_sub(1) as f32 / self.fps
    }

    /// World positions of all joints in every frame, metres.
    pub fn positions(&self) -> Vec<[Vec3; JOINT_COUNT]> {
        self.root.iter().zip(&self.rotations).map(|(root, rotations)| forward_kinematics(*root, rotations).0).collect()
    }

    /// The same motion at another rate: linear for the root, spherical along the shorter arc for rotations.
    ///
    /// The first frame stays at time 0. The duration is kept to within half a frame of the new rate; a last sample that
    /// would lie after the end repeats the last frame. A rate that is not positive and finite changes nothing.
    /// The number of frames is not checked; see [`frames_at`].
    pub fn resample(&self, fps: f32) -> Motion {
        let frames = self.frames();
        if frames == 0 || !(fps.is_finite() && fps > 0.0) || fps == self.fps {
            return self.clone();
        }
        let (from, to) = (f64::from(self.fps), f64::from(fps));
        let count = frames_at(frames, from, to) as usize;
        let (mut root, mut rotations) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for index in 0..count {
            let Between { before, after, weight } = between(index, from, to, frames - 1);
            let weight = weight as f32;
            root.push(self.root[before].lerp(self.root[after], weight));
            rotations.push(std::array::from_fn(|joint| {
                self.rotations[before][joint].slerp(self.rotations[after][joint], weight).normalize()
            }));
        }
        Motion { fps, root, rotations }
    }

    /// The motion seen in a mirror: left and right change places and X changes its sign.
    pub fn mirror(&self) -> Motion {
        Motion {
            fps: self.fps,
            root: self.root.iter().map(|root| Vec3::new(-root.x, root.y, root.z)).collect(),
            rotations: self
                .rotations
                .iter()
                .map(|frame| std::array::from_fn(|joint| mirror_rotation(frame[MIRRORED[joint]])))
                .collect(),
        }
    }

    /// The frames of `range`, cut to the frames there are.
    pub fn slice(&self, range: Range<usize>) -> Motion {
        let end = range.end.min(self.frames());
        let start = range.start.min(end);
        Motion { fps: self.fps, root: self.root[start..end].to_vec(), rotations: self.rotations[start..end].to_vec() }
    }
}

/// Reflection in the plane X = 0: a rotation's axis is a pseudovector, so its Y and Z change sign.
fn mirror_rotation(rotation: Quat) -> Quat {
    Quat::from_xyzw(rotation.x, -rotation.y, -rotation.z, rotation.w)
}

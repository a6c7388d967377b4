//! How two rigs differ at rest: what tools that copy rotations ask their users to pose by hand.

use glam::DQuat;

use super::Retargeter;
use crate::skeleton::JOINT_COUNT;

/// The turns that lay the target's rest onto the source's. Right-handed quaternions in the worlds of the two files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestDifference {
    /// From the source's world to the target's: about the vertical where they face different ways.
    pub facing: DQuat,
    /// Per canonical joint the turn in the target's world from its rest to the pose in which the source rests, seen by
    /// `facing`; a joint that a rig lacks has its parent's.
    pub turns: [DQuat; JOINT_COUNT],
}

impl Retargeter {
    /// How the two rigs differ at rest; `None` where the source's rest pose says nothing.
    ///
    /// [`retarget`](Self::retarget) needs nothing of this. It lets other programs be compared as if a perfect hand had
    /// posed their rigs.
    pub fn rest_difference(&self) -> Option<RestDifference> {
        let pair = self.pair.as_ref()?;
        let (source, target) = (&pair.source.alignment, &pair.target.alignment);
        let stage = target.stage;
        Some(RestDifference {
            facing: (stage * source.stage.inverse()).normalize(),
            turns: std::array::from_fn(|joint| {
                (stage * source.turn[joint].inverse() * target.turn[joint] * stage.inverse()).normalize()
            }),
        })
    }
}

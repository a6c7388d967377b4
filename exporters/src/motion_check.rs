//! The conditions under which a motion can be written.

use ropar_core::motion::Motion;
use ropar_core::skeleton::JOINT_NAMES;

use crate::error::UnfitMotion;

/// Checks that `motion` has frames, a usable rate, finite positions and rotations of non-zero length.
pub(crate) fn check(motion: &Motion) -> Result<(), UnfitMotion> {
    if motion.root.len() != motion.rotations.len() {
        return Err(UnfitMotion::Ragged { root: motion.root.len(), rotations: motion.rotations.len() });
    }
    if motion.root.is_empty() {
        return Err(UnfitMotion::Empty);
    }
    if !motion.fps.is_finite() || motion.fps <= 0.0 {
        return Err(UnfitMotion::Rate(motion.fps));
    }
    for (frame, (root, rotations)) in motion.root.iter().zip(&motion.rotations).enumerate() {
        if !root.is_finite() {
            return Err(UnfitMotion::NotAPose { frame, joint: JOINT_NAMES[0] });
        }
        for (joint, rotation) in rotations.iter().enumerate() {
            if !rotation.is_finite() || rotation.length_squared() < 1e-6 {
                return Err(UnfitMotion::NotAPose { frame, joint: JOINT_NAMES[joint] });
            }
        }
    }
    Ok(())
}

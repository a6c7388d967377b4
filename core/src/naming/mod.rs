//! What other programs call the joints of a body: one small file per naming family (`core/data/naming/`), and the one
//! matcher that everything that knows joints by name goes through.

mod family;
mod matching;
mod plain;
mod tables;
mod vrm;

pub use family::{FINGER_JOINTS, NamingError, NamingFamily, Part};
pub use matching::{Match, best, best_or_most, closest, first_complete, nearest};
pub use plain::plain;
pub(crate) use plain::without_serial;
pub use tables::built_in;
pub use vrm::{bone_of, bones};

use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};

/// Joints that can be interpolated from others where a skeleton lacks them.
pub const OPTIONAL: [usize; 6] =
    [joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::HEAD, joint::LEFT_COLLAR, joint::RIGHT_COLLAR];

/// The joints that a motion capture clip must have and does not: limbs, pelvis and neck.
pub fn missing(found: &[Option<usize>; JOINT_COUNT]) -> Vec<&'static str> {
    let lacks = |joint: &usize| found[*joint].is_none() && !OPTIONAL.contains(joint);
    (0..JOINT_COUNT).filter(lacks).map(|joint| JOINT_NAMES[joint]).collect()
}

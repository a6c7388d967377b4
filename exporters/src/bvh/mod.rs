//! BVH (Biovision Hierarchy): a text file with a skeleton and one line of channel values per frame.
//!
//! There is no standard. What this module holds to is what Blender, Maya, MotionBuilder and the large motion-capture
//! corpora agree on:
//!
//! - a joint's rotation is the product of its rotation channels in the order in which they are listed, angles in
//!   degrees, applied to column vectors (`Zrotation Xrotation Yrotation` means `Rz * Rx * Ry`);
//! - position channels *replace* the joint's offset (they do not add to it);
//! - the file has no unit. RoPAR writes **centimetres**, as Maya, MotionBuilder and most corpora do; in Blender's
//!   importer set *Scale* to 0.01.
//!
//! BVH has no place for metadata that other programs would keep or even tolerate, so a BVH file carries no prompt and
//! no seed. Choose GLB where these matter.

mod canonical;
mod clip;
mod error;
mod euler;
mod frame_time;
mod joint_map;
mod reader;
mod replace;
mod scene;
mod scene_writer;
mod unit;
mod writer;

pub use canonical::to_motion;
pub use clip::{BvhClip, BvhJoint, Channel};
pub use error::BvhError;
pub use joint_map::{CanonicalPositions, positions_22, positions_22_with};
pub use reader::{Limits, read, read_with};
pub use replace::replace;
pub use scene::to_scene;
pub use scene_writer::{WrittenScene, write_scene};
pub use writer::write;

/// Centimetres per metre: the unit of the files that RoPAR writes.
pub(crate) const UNITS_PER_METRE: f64 = 100.0;

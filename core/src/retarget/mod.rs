//! Retargeting: a clip of one rig on another, whatever its names, proportions and rest pose.
//!
//! First both rigs are mapped ([`mapping`]): which node is which joint of a human body. A [`Retargeter`] then works out once
//! how each of the two has to turn its joints to stand in the canonical T pose, and carries clips over:
//!
//! 1. Every joint's global rotation, counted from the T pose, goes to the same joint of the target. The directions of limbs
//!    and the planes of their hinges are then the source's, whatever the rests look like. Spines and necks with different
//!    numbers of joints are matched by arc length, twist joints take their share of their limb's twist.
//! 2. The middle of the hips moves as the source's, in the scale of the legs.
//! 3. Feet that stand in the source are held by inverse kinematics ([`crate::cleanup`]).
//!
//! The [`report`] measures the result by the target's own kinematics.
//!
//! ```
//! # use ropar_core::retarget::{MappedRig, RetargetOptions, Retargeter};
//! # use ropar_core::rig::{Rig, Take, canonical_mapping, canonical_rig};
//! # fn example(take: &Take) -> Result<(), ropar_core::retarget::RetargetError> {
//! let (rig, mapping) = (canonical_rig(), canonical_mapping());
//! let canonical = MappedRig { rig: &rig, mapping: &mapping, takes: &[] };
//! let retargeter = Retargeter::new(canonical, canonical)?;
//! let made = retargeter.retarget(take, &RetargetOptions::default())?;
//! println!("{}: {}", made.report.verdict.grade, made.report.verdict.reason);
//! # Ok(())
//! # }
//! ```

mod alignment;
mod body;
mod by_name;
mod check;
mod combine;
mod fit;
mod floor;
mod hands;
pub mod mapping;
mod mapping_error;
mod mapping_file;
mod plan;
mod posed;
mod recognise;
mod reference;
pub mod report;
mod rest_difference;
mod retarget_error;
mod solve;
mod topology;
mod twists;
mod write;

pub use mapping_error::MappingError;
pub use reference::References;
pub use report::RetargetReport;
pub use rest_difference::RestDifference;
pub use retarget_error::RetargetError;
pub use solve::Retargeter;

use crate::rig::{Rig, Take};
use mapping::RigMapping;

/// A rig, what its nodes are, and its animations, one frame of which may stand in for a rest pose that says nothing.
#[derive(Debug, Clone, Copy)]
pub struct MappedRig<'a> {
    /// The nodes.
    pub rig: &'a Rig,
    /// Which of them is which joint.
    pub mapping: &'a RigMapping,
    /// Animations of the rig; may be empty.
    pub takes: &'a [Take],
}

/// How to carry a clip over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetargetOptions {
    /// Hold standing feet by inverse kinematics, keep feet out of the floor.
    pub contacts: bool,
    /// Hold hands that rest on the floor as well. Has no effect without `contacts`.
    pub hand_contacts: bool,
    /// Stay in place: the path over the ground is taken out, sway and steps are kept.
    pub in_place: bool,
    /// Let the joint on the floor carry the path over the ground and the heading, where the target has one, as game
    /// engines want it. Otherwise the hips carry everything and that joint stays at rest.
    pub ground_root: bool,
}

impl Default for RetargetOptions {
    fn default() -> Self {
        Self { contacts: true, hand_contacts: false, in_place: false, ground_root: false }
    }
}

/// World positions of the canonical joints; `None` for those that a rig lacks.
pub type JointPlaces = [Option<glam::DVec3>; crate::skeleton::JOINT_COUNT];

/// A clip on its target.
#[derive(Debug, Clone)]
pub struct Retargeted {
    /// The animation; its nodes are those of the target rig, its name, rate and length the source's.
    pub take: Take,
    /// How well it went.
    pub report: RetargetReport,
}

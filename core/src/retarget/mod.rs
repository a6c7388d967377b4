//! Retargeting: a clip of one rig on another, whatever its names, proportions and rest pose.
//!
//! First both rigs are mapped ([`mapping`]): which node is which joint of a human body. Then poses are carried over.

mod by_name;
mod check;
mod error;
pub mod mapping;
mod mapping_file;
mod recognise;
mod reference;
mod topology;
mod twists;

pub use error::MappingError;
pub use reference::References;

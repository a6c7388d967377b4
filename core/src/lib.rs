//! The domain of RoPAR.

pub mod cleanup;
pub mod credibility;
pub mod edit;
pub mod engine;
pub mod error;
pub mod features;
pub mod grid;
pub mod motion;
pub mod naming;
pub mod package;
pub mod parts;
pub mod provenance;
pub mod rate;
pub mod retarget;
pub mod rig;
mod rotation;
pub mod runtime;
pub mod sampler;
pub mod skeleton;
mod smoothstep;
pub mod solve;
pub mod text;

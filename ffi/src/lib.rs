//! libropar: the C interface of RoPAR. `include/ropar.h` is its documentation; what is said there is not repeated here.
//!
//! This crate converts and forwards, and decides nothing. Every exported function has the same three layers: a
//! [`firewall`] around the whole call, [`pointers`] and [`sized`] between C memory and Rust values, [`handles`]
//! and [`texts`] for what the caller keeps.

#![allow(non_camel_case_types)] // types have the names that they have in the header
#![warn(unsafe_op_in_unsafe_fn)]

pub mod command_line;
pub mod engine;
pub mod failure;
pub mod files;
mod firewall;
pub mod generate;
pub mod grid;
mod handles;
mod installation;
mod interruptible;
pub mod log;
pub mod mapping;
pub mod motion;
mod pointers;
pub mod query;
pub mod retarget;
pub mod rig;
mod sized;
mod skeleton;
pub mod status;
mod texts;

#[cfg(test)]
mod panics;

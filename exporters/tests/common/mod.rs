//! What several tests share.
#![allow(dead_code)] // each test binary uses its own part of this

use std::path::PathBuf;

use glam::{EulerRot, Quat, Vec3};
use ropar_core::motion::Motion;
use serde_json::{Map, Value, json};

/// A motion in which every joint swings about all axes and the body turns right round.
pub fn swinging(frames: usize, fps: f32) -> Motion {
    Motion {
        fps,
        root: (0..frames)
            .map(|frame| {
                let time = frame as f32 / fps;
                Vec3::new(0.3 * time, 0.955 + 0.02 * (6.0 * time).sin(), -0.8 * time)
            })
            .collect(),
        rotations: (0..frames)
            .map(|frame| {
                let time = frame as f32 / fps;
                std::array::from_fn(|joint| {
                    let pace = 1.0 + 0.13 * joint as f32;
                    let turn = if joint == 0 { 2.5 * time } else { 1.4 * (pace * time).sin() };
                    Quat::from_euler(EulerRot::YXZ, turn, 1.2 * (pace * time + 1.0).sin(), (pace * time + 2.0).cos())
                })
            })
            .collect(),
    }
}

pub fn metadata() -> Map<String, Value> {
    let value = json!({
        "prompt": "she says \"hello\"\nwith her left hand \u{1f44b}",
        "seed": 12345678901234567_u64,
        "package": { "name": "ropar-base", "licence": "CC BY-NC 4.0" },
    });
    value.as_object().cloned().unwrap_or_default()
}

pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The bits of a motion, so that comparison makes no difference between unequal zeros.
pub fn bits(motion: &Motion) -> Vec<u32> {
    let root = motion.root.iter().flat_map(|position| position.to_array());
    let rotations = motion.rotations.iter().flatten().flat_map(|rotation| rotation.to_array());
    std::iter::once(motion.fps).chain(root).chain(rotations).map(f32::to_bits).collect()
}

/// Small repeatable pseudo-random numbers (xorshift64), enough to damage files in many places.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

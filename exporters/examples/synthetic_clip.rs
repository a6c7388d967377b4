//! Writes a made-up motion that uses every joint, as a file and as an expectation for the foreign readers:
//!
//! `cargo run --release -p ropar-exporters --example synthetic_clip -- OUT.glb [FPS]`
//!
//! The expectation (`OUT.glb.expected.json`) holds the joints' world positions in metres from core's own kinematics.

use std::error::Error;
use std::path::PathBuf;

use glam::{EulerRot, Quat, Vec3};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES};
use ropar_exporters::{Clip, DEFAULT_FPS, write_clip};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("usage: synthetic_clip OUT.(glb|bvh) [FPS]")?);
    let fps: f32 = arguments.next().map_or(Ok(DEFAULT_FPS), |text| text.parse())?;
    let frames = 90;
    let motion = Motion {
        fps,
        root: (0..frames).map(|frame| root(frame as f32 / fps)).collect(),
        rotations: (0..frames).map(|frame| std::array::from_fn(|joint| rotation(joint, frame as f32 / fps))).collect(),
    };
    let mut extras = serde_json::Map::new();
    extras.insert("prompt".to_owned(), json!("a made-up motion of every joint \u{1f57a}"));
    extras.insert("seed".to_owned(), json!(7));
    write_clip(&path, &Clip::new(motion.clone(), extras), None)?;

    let positions: Vec<Vec<[f32; 3]>> =
        motion.positions().iter().map(|pose| pose.iter().map(Vec3::to_array).collect()).collect();
    let expected = json!({ "fps": fps, "joints": JOINT_NAMES, "positions": positions });
    std::fs::write(path.with_added_extension("expected.json"), expected.to_string())?;
    println!("{}: {frames} frames, {JOINT_COUNT} joints", path.display());
    Ok(())
}

fn root(time: f32) -> Vec3 {
    Vec3::new(0.3 * time, 0.955 + 0.02 * (6.0 * time).sin(), -0.8 * time)
}

/// Every joint swings about all three axes at its own pace; the pelvis also turns right round.
fn rotation(joint: usize, time: f32) -> Quat {
    let pace = 1.0 + 0.13 * joint as f32;
    let turn = if joint == 0 { 2.5 * time } else { 0.35 * (pace * time).sin() };
    Quat::from_euler(EulerRot::YXZ, turn, 0.3 * (pace * time + 1.0).sin(), 0.25 * (pace * time + 2.0).cos())
}

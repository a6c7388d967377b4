//! The shipped package on the embedded backend, through the command line: what a user gets from a sentence.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use glam::Vec3;
use ropar_core::{
    motion::Motion,
    skeleton::{JOINT_COUNT, joint},
};
use ropar_exporters::{Clip, read_clip};
use serde_json::Value;

const LEFT_ARM: [usize; 4] = [joint::LEFT_COLLAR, joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST];

/// Runs `ropar --json` on the shipped package and answers its JSON.
fn ropar(folder: &Path, words: &[&str]) -> Value {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/pretrained/ropar-base");
    let output = Command::new(env!("CARGO_BIN_EXE_ropar"))
        .args(words)
        .args(["--json", "--backend", "embedded", "--package"])
        .arg(package)
        .current_dir(folder)
        .output()
        .expect("starts");
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {answer}");
    serde_json::from_str(&answer).expect("JSON")
}

fn read(path: PathBuf) -> Clip {
    read_clip(&path).expect("readable")
}

/// Change of velocity at every inner frame of every joint, metres per second, `[frame - 1][joint]`.
fn velocity_jumps(motion: &Motion) -> Vec<[f32; JOINT_COUNT]> {
    let positions = motion.positions();
    let jump = |a: Vec3, b: Vec3, c: Vec3| (c - 2.0 * b + a).length() * motion.fps;
    positions.windows(3).map(|w| std::array::from_fn(|joint| jump(w[0][joint], w[1][joint], w[2][joint]))).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, seed) in [("a.glb", "7"), ("b.glb", "7"), ("c.glb", "8"), ("a.bvh", "7"), ("b.bvh", "7")] {
        let words = ["generate", "a person walks forward", "--seconds", "1.5", "--seed", seed, "-o", name];
        let answer = ropar(folder.path(), &words);
        assert_eq!(answer["files"][0]["seed"].to_string(), seed);
        // 1.5 s at 30 frames per second.
        assert_eq!(answer["files"][0]["frames"], 45);
    }
    let bytes = |name: &str| fs::read(folder.path().join(name)).expect("read");
    assert!(bytes("a.glb") == bytes("b.glb"), "one seed, two files");
    assert!(bytes("a.bvh") == bytes("b.bvh"), "one seed, two files");
    assert!(bytes("a.glb") != bytes("c.glb"), "two seeds, one file");
    let extras = read(folder.path().join("a.glb")).extras;
    assert_eq!(extras["prompt"], "a person walks forward");
    assert!(extras["licence"].to_string().contains("CC-BY-NC-4.0"), "{extras:?}");
}

#[test]
fn samples_are_numbered_and_a_length_is_chosen() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let answer = ropar(folder.path(), &["generate", "someone bows", "--samples", "2", "--seed", "3", "-o", "bow.bvh"]);
    let files = answer["files"].as_array().expect("list");
    assert_eq!(files.len(), 2);
    for (file, name, seed) in [(&files[0], "bow_1.bvh", 3), (&files[1], "bow_2.bvh", 4)] {
        assert_eq!((file["path"].as_str(), file["seed"].as_u64()), (Some(name), Some(seed)));
        let seconds = file["seconds"].as_f64().expect("number");
        assert!((1.0..=8.0).contains(&seconds), "{seconds}");
        assert!(folder.path().join(name).is_file());
    }
}

#[test]
fn redoing_an_arm_leaves_everything_else_bit_for_bit() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for extension in ["glb", "bvh"] {
        let (clip, edited) = (format!("walk.{extension}"), format!("edited.{extension}"));
        let walk = ["generate", "a person walks forward", "--seconds", "4", "--seed", "5", "-o", &clip];
        ropar(folder.path(), &walk);
        let prompt = "a person waves with the left hand";
        let words = ["edit", &clip, "--redo", "left_arm", "--start", "1", "--end", "3", "--prompt", prompt];
        ropar(folder.path(), &[&words[..], &["--seed", "1", "-o", &edited]].concat());
        let before = read(folder.path().join(&clip)).motion;
        let after = read(folder.path().join(&edited)).motion;

        assert_eq!(before.root, after.root);
        let mut changed = 0;
        for frame in 0..before.frames() {
            for joint in 0..JOINT_COUNT {
                let [old, new] = [&before, &after].map(|motion| motion.rotations[frame][joint].to_array());
                if LEFT_ARM.contains(&joint) && (30..90).contains(&frame) {
                    changed += usize::from(old != new);
                } else {
                    assert_eq!(
                        old.map(f32::to_bits),
                        new.map(f32::to_bits),
                        "{extension}: joint {joint}, frame {frame}"
                    );
                }
            }
        }
        assert!(changed > 150, "only {changed} of 240 rotations are new");

        let mut own: Vec<f32> = velocity_jumps(&before).into_iter().flatten().collect();
        own.sort_by(f32::total_cmp);
        let allowed = 1.5 * own[own.len() * 99 / 100];
        let jumps = velocity_jumps(&after);
        for border in [30, 90] {
            // The steps that touch the border: their middle frames are the last old one and the first new one.
            for frame in [border - 1, border] {
                for joint in LEFT_ARM {
                    let jump = jumps[frame - 1][joint];
                    assert!(
                        jump <= allowed,
                        "{extension}: joint {joint}, frame {frame}: {jump} m/s, allowed {allowed}"
                    );
                }
            }
        }
    }
}

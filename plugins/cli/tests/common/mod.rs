//! Clips and rigs for batches, and a way to run them.

#![allow(dead_code)]

#[path = "../../../../core/tests/rigs/mod.rs"]
pub mod rigs;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use glam::{Quat, Vec3};
use ropar_core::{
    motion::Motion,
    skeleton::{JOINT_COUNT, STANDING_PELVIS_HEIGHT, joint},
};
use ropar_exporters::{Clip, WriteSceneOptions, scene::Scene, write_clip, write_scene};
use serde_json::{Map, Value};
use tempfile::TempDir;

/// A folder with `clips/` and `rigs/`.
pub struct Workplace {
    pub folder: TempDir,
}

impl Workplace {
    /// Rigs of the named families, and no clips yet.
    pub fn new(rigs: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        for name in ["clips", "rigs"] {
            fs::create_dir(folder.path().join(name)).expect("folder");
        }
        let workplace = Self { folder };
        for name in rigs {
            let drawn = rigs::load(name).rig;
            let scene = Scene { nodes: drawn.nodes, humanoid: drawn.humanoid, ..Scene::default() };
            let path = workplace.path(&format!("rigs/{name}.glb"));
            write_scene(&path, &scene, &WriteSceneOptions::default()).expect("rig");
        }
        workplace
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Someone who stands, swings the arms and bends the knees, `speed` times a second.
    pub fn clip(&self, name: &str, frames: usize, speed: f32) {
        let path = self.path("clips").join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("folder");
        }
        write_clip(&path, &Clip::new(swing(frames, speed), Map::new()), None).expect("clip");
    }

    /// `ropar --json batch` in this folder.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ropar"));
        command.args(["--json", "batch"]).args(words).current_dir(self.folder.path());
        command
    }

    /// The exit code and the JSON of a run.
    pub fn run(&self, words: &[&str]) -> (i32, Value) {
        let Output { status, stdout, stderr } = self.command(words).output().expect("starts");
        let json = serde_json::from_slice(&stdout);
        let json = json.unwrap_or_else(|error| panic!("{words:?}: {error}: {}", String::from_utf8_lossy(&stderr)));
        (status.code().expect("ends by itself"), json)
    }

    /// Every file below a folder but the journals, by its path there.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let root = self.path(folder);
        collect(&root, &root, &mut found);
        found
    }
}

/// VRM's names of the joints that a rig's truth has, fingers too.
pub fn humanoid_table(rig: &rigs::TestRig) -> BTreeMap<String, usize> {
    let mapped = rig.truth.joints.iter().zip(ropar_core::naming::bones());
    let fingers = rig.truth.fingers.iter().map(|(bone, finger)| (bone.clone(), finger.node));
    mapped.filter_map(|(joint, bone)| Some((bone.clone()?, joint.as_ref()?.node))).chain(fingers).collect()
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != ".ropar-batch" {
                collect(root, &path, found);
            }
        } else if let Ok(bytes) = fs::read(&path) {
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            found.insert(name, bytes);
        }
    }
}

fn swing(frames: usize, speed: f32) -> Motion {
    let fps = 30.0;
    let rotations = (0..frames).map(|frame| {
        let phase = (frame as f32 / fps * speed * std::f32::consts::TAU).sin();
        let mut pose = [Quat::IDENTITY; JOINT_COUNT];
        pose[joint::LEFT_SHOULDER] = Quat::from_rotation_z(-1.2 + 0.4 * phase);
        pose[joint::RIGHT_SHOULDER] = Quat::from_rotation_z(1.2 - 0.4 * phase);
        pose[joint::LEFT_ELBOW] = Quat::from_rotation_y(-0.5 + 0.4 * phase);
        pose[joint::LEFT_HIP] = Quat::from_rotation_x(-0.2 - 0.2 * phase);
        pose[joint::LEFT_KNEE] = Quat::from_rotation_x(0.4 + 0.3 * phase);
        pose
    });
    let rotations: Vec<_> = rotations.collect();
    Motion { fps, root: vec![Vec3::Y * STANDING_PELVIS_HEIGHT; frames], rotations }
}

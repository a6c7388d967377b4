//! Writes a made-up skeleton whose joints all swing, as an FBX file and as an expectation for the foreign readers:
//!
//! `cargo run --release -p ropar-exporters --example drawn_fbx -- OUT.fbx [FPS [TARGET.fbx]]`
//!
//! With a target the swinging is inserted into that file, as its only take, instead. The expectation
//! (`OUT.fbx.expected.json`) holds the joints' world positions in metres by the scene's own kinematics.

use std::error::Error;
use std::path::PathBuf;

use glam::{DQuat, DVec3, EulerRot};
use ropar_exporters::atomic;
use ropar_exporters::fbx::{self, ExistingTakes, InsertOptions, WriteOptions};
use ropar_exporters::scene::{Node, NodeKind, Scene, Take, Track, Transform, global_positions};
use serde_json::json;

const FRAMES: usize = 60;

/// Name, parent, place in the parent's frame in metres.
const JOINTS: [(&str, usize, [f64; 3]); 16] = [
    ("Hips", 0, [0.0, 0.95, 0.0]),
    ("Spine", 0, [0.0, 0.2, 0.0]),
    ("Chest", 1, [0.0, 0.2, 0.02]),
    ("Head", 2, [0.0, 0.25, 0.03]),
    ("LeftArm", 2, [0.18, 0.12, 0.0]),
    ("LeftForeArm", 4, [0.28, 0.0, 0.0]),
    ("LeftHand", 5, [0.25, 0.0, 0.0]),
    ("RightArm", 2, [-0.18, 0.12, 0.0]),
    ("RightForeArm", 7, [-0.28, 0.0, 0.0]),
    ("RightHand", 8, [-0.25, 0.0, 0.0]),
    ("LeftUpLeg", 0, [0.1, -0.05, 0.0]),
    ("LeftLeg", 10, [0.0, -0.42, 0.01]),
    ("LeftFoot", 11, [0.0, -0.41, -0.01]),
    ("RightUpLeg", 0, [-0.1, -0.05, 0.0]),
    ("RightLeg", 13, [0.0, -0.42, 0.01]),
    ("RightFoot", 14, [0.0, -0.41, -0.01]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("usage: drawn_fbx OUT.fbx [FPS [TARGET.fbx]]")?);
    let fps: f64 = arguments.next().map_or(Ok(30.0), |text| text.parse())?;
    let target = arguments.next().map(std::fs::read).transpose()?;

    let mut scene = match &target {
        Some(bytes) => fbx::read(bytes)?,
        None => skeleton(),
    };
    let take = swinging(&scene, fps);
    let bytes = match &target {
        Some(original) => {
            let options = InsertOptions { existing: ExistingTakes::Remove, ..InsertOptions::default() };
            fbx::insert(original, &take, &options)?
        }
        None => {
            scene.takes = vec![take.clone()];
            fbx::write(&scene, &WriteOptions::default())?
        }
    };
    atomic::write(&path, &bytes)?;

    let is_joint = |index: &usize| scene.nodes[*index].kind != NodeKind::Group;
    let joints: Vec<usize> = (0..scene.nodes.len()).filter(is_joint).collect();
    let names: Vec<&str> = joints.iter().map(|joint| scene.nodes[*joint].name.as_str()).collect();
    let positions: Vec<Vec<[f64; 3]>> = (0..FRAMES)
        .map(|frame| {
            let places = global_positions(&scene.nodes, Some((&take, frame)));
            joints.iter().map(|joint| places[*joint].to_array()).collect()
        })
        .collect();
    let expected = json!({ "fps": fps, "joints": names, "positions": positions });
    atomic::write(&path.with_added_extension("expected.json"), expected.to_string().as_bytes())?;
    println!("{}: {FRAMES} frames, {} joints", path.display(), joints.len());
    Ok(())
}

/// A skeleton below a group; the joints' own axes point in all directions.
fn skeleton() -> Scene {
    let group = Node { name: "Skeleton".to_owned(), parent: None, rest: Transform::IDENTITY, kind: NodeKind::Group };
    let mut nodes = vec![group];
    let mut world = vec![DQuat::IDENTITY];
    for (index, (name, parent, place)) in JOINTS.into_iter().enumerate() {
        let parent = if index == 0 { 0 } else { parent + 1 };
        let own = DQuat::from_euler(EulerRot::XYZ, 0.3 * index as f64, 1.0 - 0.2 * index as f64, 0.5);
        let rest = Transform {
            translation: world[parent].inverse() * DVec3::from(place),
            rotation: world[parent].inverse() * own,
            scale: DVec3::ONE,
        };
        nodes.push(Node { name: name.to_owned(), parent: Some(parent), rest, kind: NodeKind::Joint });
        world.push(own);
    }
    Scene { nodes, ..Scene::default() }
}

/// Every joint swings about its rest at its own pace, and the first one also travels and turns right round.
fn swinging(scene: &Scene, fps: f64) -> Take {
    let joints = scene.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Joint);
    let tracks = joints.enumerate().map(|(order, (index, node))| {
        let swing = |frame: usize| {
            let time = (1.0 + 0.13 * order as f64) * frame as f64 / fps;
            let turn = if order == 0 { 2.5 * time } else { 0.35 * time.sin() };
            DQuat::from_euler(EulerRot::YXZ, turn, 0.3 * (time + 1.0).sin(), 0.25 * (time + 2.0).cos())
        };
        let travel = |frame: usize| node.rest.translation + DVec3::new(0.3, 0.05, -0.8) * (frame as f64 / fps);
        Track {
            node: index,
            translation: (order == 0).then(|| (0..FRAMES).map(travel).collect()),
            rotation: Some((0..FRAMES).map(|frame| node.rest.rotation * swing(frame)).collect()),
            scale: None,
        }
    });
    Take { name: "Swing".to_owned(), fps, frames: FRAMES, tracks: tracks.collect(), ..Take::default() }
}

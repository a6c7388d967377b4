//! A motion through every format and back: BVH, GLB, FBX, BVH.

mod common;

use std::path::PathBuf;

use ropar_exporters::scene::{Scene, global_positions};
use ropar_exporters::{Clip, WriteSceneOptions, read_scene, write_clip, write_scene};
use serde_json::Map;

/// World positions of the joints called `names` in every frame of the first take, metres.
fn positions(scene: &Scene, names: &[String]) -> Vec<Vec<glam::DVec3>> {
    let take = &scene.takes[0];
    let places: Vec<usize> = names
        .iter()
        .map(|name| scene.nodes.iter().position(|node| node.name == *name).unwrap_or_else(|| panic!("no {name}")))
        .collect();
    (0..take.frames)
        .map(|frame| {
            let all = global_positions(&scene.nodes, Some((take, frame)));
            places.iter().map(|place| all[*place]).collect()
        })
        .collect()
}

#[test]
fn joints_stay_within_a_millimetre() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let motion = common::swinging(60, 30.0);
    write_clip(&path("a.bvh"), &Clip::new(motion.clone(), Map::new()), None).expect("written");
    for (from, to) in [("a.bvh", "b.glb"), ("b.glb", "c.fbx"), ("c.fbx", "d.bvh")] {
        let scene = read_scene(&path(from)).expect("readable");
        write_scene(&path(to), &scene, &WriteSceneOptions::default()).expect("written");
    }
    // What core's own kinematics say, not what the first reader saw.
    let names: Vec<String> = ropar_core::skeleton::JOINT_NAMES.iter().map(|name| (*name).to_owned()).collect();
    let expected = motion.positions();
    for name in ["a.bvh", "b.glb", "c.fbx", "d.bvh"] {
        let scene = read_scene(&path(name)).expect("readable");
        assert_eq!((scene.takes[0].frames, scene.takes[0].fps), (60, 30.0), "{name}");
        let found = positions(&scene, &names);
        for (frame, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for (joint, (found, expected)) in found.iter().zip(expected).enumerate() {
                let apart = found.distance(expected.as_dvec3());
                assert!(apart < 1e-3, "{name}: {} in frame {frame}: {apart} m", names[joint]);
            }
        }
    }
}

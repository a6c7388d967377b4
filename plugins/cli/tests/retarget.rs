//! `ropar retarget` on files: what comes out is the character's file with the take.

use std::{fs, path::Path, process::Command};

use glam::{DQuat, DVec3, Quat, Vec3};
use ropar_core::{
    motion::Motion,
    rig::canonical_rig,
    skeleton::{JOINT_COUNT, joint},
};
use ropar_exporters::{
    Clip, WriteSceneOptions, read_scene,
    scene::{Scene, global_positions},
    write_clip, write_scene,
};
use serde_json::{Map, Value, json};

fn ropar(folder: &Path, words: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_ropar"))
        .args(words)
        .arg("--json")
        .current_dir(folder)
        .output()
        .expect("starts");
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), serde_json::from_str(&answer).unwrap_or_else(|_| panic!("no JSON: {answer}")))
}

/// A clip that bows and waves, and a character twice as tall with bones of its own axes that stands in A pose.
fn draw(folder: &Path) -> Motion {
    let pose = |t: f32| {
        let mut pose = [Quat::IDENTITY; JOINT_COUNT];
        pose[joint::LEFT_SHOULDER] = Quat::from_rotation_z(0.6 * (2.0 * t).sin());
        pose[joint::RIGHT_SHOULDER] = Quat::from_rotation_z(1.2);
        pose[joint::LEFT_ELBOW] = Quat::from_rotation_y(-0.8);
        pose[joint::SPINE2] = Quat::from_rotation_x(0.3 * t.sin());
        pose
    };
    let motion = Motion {
        fps: 30.0,
        root: vec![Vec3::new(0.0, 0.955, 0.0); 31],
        rotations: (0..31).map(|frame| pose(frame as f32 / 30.0)).collect(),
    };
    write_clip(&folder.join("clip.glb"), &Clip::new(motion.clone(), Map::new()), None).expect("clip");

    let mut nodes = canonical_rig().nodes;
    let mut world = vec![DQuat::IDENTITY; nodes.len()];
    for node in 0..nodes.len() {
        nodes[node].name = format!("mixamorig:{}", MIXAMO[node]);
        nodes[node].rest.translation *= 2.0;
        let arm = match node {
            joint::LEFT_SHOULDER => DQuat::from_rotation_z(-0.7),
            joint::RIGHT_SHOULDER => DQuat::from_rotation_z(0.7),
            _ => DQuat::IDENTITY,
        };
        let parent = nodes[node].parent.map_or(DQuat::IDENTITY, |parent| world[parent]);
        nodes[node].rest.rotation = arm;
        world[node] = parent * arm;
    }
    let scene = Scene { nodes, ..Scene::default() };
    for name in ["hero.glb", "hero.fbx", "hero.bvh"] {
        write_scene(&folder.join(name), &scene, &WriteSceneOptions::default()).expect("character");
    }
    motion
}

const MIXAMO: [&str; JOINT_COUNT] = [
    "Hips",
    "LeftUpLeg",
    "RightUpLeg",
    "Spine",
    "LeftLeg",
    "RightLeg",
    "Spine1",
    "LeftFoot",
    "RightFoot",
    "Spine2",
    "LeftToeBase",
    "RightToeBase",
    "Neck",
    "LeftShoulder",
    "RightShoulder",
    "Head",
    "LeftArm",
    "RightArm",
    "LeftForeArm",
    "RightForeArm",
    "LeftHand",
    "RightHand",
];

#[test]
fn a_clip_goes_onto_a_character_of_any_format() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let motion = draw(folder.path());
    for (target, output) in
        [("hero.glb", "out.glb"), ("hero.fbx", "out.fbx"), ("hero.bvh", "out.bvh"), ("hero.glb", "o.bvh")]
    {
        let words = ["retarget", "clip.glb", "--target", target, "--no-contacts", "-o", output];
        let (code, answer) = ropar(folder.path(), &words);
        assert_eq!(code, Some(0), "{output}: {answer}");
        let report = &answer["files"][0]["report"];
        assert_eq!(report["verdict"]["grade"], "good", "{answer}");
        assert_eq!(report["bone_length_drift"], 0.0);
        assert_eq!(report["families"][1], "mixamo");
        let scene = read_scene(&folder.path().join(output)).expect("readable");
        let take = &scene.takes[0];
        let node = |name: &str| scene.nodes.iter().position(|node| node.name.ends_with(name)).expect("there");
        let arm = ["LeftArm", "LeftForeArm", "LeftHand"].map(node);
        for (frame, pose) in motion.positions().iter().enumerate() {
            let at = global_positions(&scene.nodes, Some((take, frame)));
            let lines = [(0, joint::LEFT_SHOULDER, joint::LEFT_ELBOW), (1, joint::LEFT_ELBOW, joint::LEFT_WRIST)];
            for (number, from, to) in lines {
                let found: DVec3 = at[arm[number + 1]] - at[arm[number]];
                let expected = (pose[to] - pose[from]).as_dvec3();
                let angle = found.angle_between(expected).to_degrees();
                assert!(angle < 0.2, "{output}, frame {frame}: {angle}");
            }
        }
    }
}

#[test]
fn takes_are_named_as_files_and_a_replaced_one_is_told() {
    let folder = tempfile::tempdir().expect("temporary folder");
    draw(folder.path());
    fs::copy(folder.path().join("clip.glb"), folder.path().join("wave.glb")).expect("copy");
    let onto = |clip: &str, target: &str, more: &[&str]| {
        let words = ["retarget", clip, "--target", target, "-o", "both.glb"];
        let (code, answer) = ropar(folder.path(), &[&words, more].concat());
        assert_eq!(code, Some(0), "{answer}");
        let scene = read_scene(&folder.path().join("both.glb")).expect("readable");
        let takes: Vec<String> = scene.takes.into_iter().map(|take| take.name).collect();
        (takes, answer["warnings"].to_string())
    };
    assert_eq!(onto("clip.glb", "hero.glb", &[]).0, ["clip"]);
    let (takes, warnings) = onto("wave.glb", "both.glb", &[]);
    assert_eq!(takes, ["clip", "wave"]);
    assert!(!warnings.contains("replaced"), "{warnings}");
    let (takes, warnings) = onto("wave.glb", "both.glb", &["--name", "clip"]);
    assert_eq!(takes.len(), 2, "{takes:?}");
    assert!(warnings.contains("the take `clip` that the file had is replaced"), "{warnings}");
}

#[test]
fn a_motion_says_where_it_comes_from_on_every_character() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let motion = draw(folder.path());
    let about = |prompt: &str| json!({ "prompt": prompt, "licence": { "id": "CC-BY-NC-4.0" } });
    for (name, prompt) in [("walk.glb", "a man walks"), ("wave.glb", "a person waves")] {
        let extras = about(prompt).as_object().cloned().expect("map");
        write_clip(&folder.path().join(name), &Clip::new(motion.clone(), extras), None).expect("clip");
    }
    let of_take = |file: &str, name: &str| {
        let scene = read_scene(&folder.path().join(file)).expect("readable");
        Value::Object(scene.take(name).expect("take").provenance.as_ref().clone())
    };
    for (target, output) in [("hero.glb", "out.glb"), ("hero.fbx", "out.fbx"), ("walk.glb", "both.glb")] {
        let (code, answer) = ropar(folder.path(), &["retarget", "wave.glb", "--target", target, "-o", output]);
        assert_eq!(code, Some(0), "{answer}");
        assert_eq!(of_take(output, "wave"), about("a person waves"), "{output}");
        let (_, found) = ropar(folder.path(), &["inspect", output]);
        let takes = found["takes"].as_array().expect("list");
        assert!(takes.iter().all(|take| take["licence"] == "CC-BY-NC-4.0"), "{found}");
    }
    assert_eq!(of_take("both.glb", "motion"), about("a man walks"));
    let words = ["retarget", "wave.glb", "--target", "walk.glb", "--name", "motion", "-o", "instead.glb"];
    let (code, answer) = ropar(folder.path(), &words);
    assert_eq!(code, Some(0), "{answer}");
    assert_eq!(of_take("instead.glb", "motion"), about("a person waves"));
    let (code, answer) =
        ropar(folder.path(), &["convert", "wave.glb", "--into", "walk.glb", "--name", "wave", "-o", "c.glb"]);
    assert_eq!(code, Some(0), "{answer}");
    assert_eq!(of_take("c.glb", "wave"), about("a person waves"));

    let (code, answer) = ropar(folder.path(), &["retarget", "wave.glb", "--target", "hero.bvh", "-o", "out.bvh"]);
    assert_eq!(code, Some(0), "{answer}");
    assert!(answer["warnings"].to_string().contains("no place for the licence of the take, CC-BY-NC-4.0"), "{answer}");
    let words = ["batch", "--glob", "wave.glb", "--target", "hero.glb", "--target", "walk.glb", "--out", "made"];
    let (code, answer) = ropar(folder.path(), &words);
    assert_eq!(code, Some(0), "{answer}");
    for file in ["made/hero/wave.glb", "made/walk/wave.glb"] {
        assert_eq!(of_take(file, "wave"), about("a person waves"), "{file}");
    }
}

#[test]
fn of_several_characters_one_is_chosen_for_the_clip_and_one_for_the_target() {
    let folder = tempfile::tempdir().expect("temporary folder");
    draw(folder.path());
    let mut scene = read_scene(&folder.path().join("clip.glb")).expect("readable");
    let count = scene.nodes.len();
    let twins = scene.nodes.clone().into_iter().map(|mut node| {
        match &mut node.parent {
            Some(parent) => *parent += count,
            None => node.rest.translation.x += 2.0,
        }
        node
    });
    scene.nodes.extend(twins.collect::<Vec<_>>());
    write_scene(&folder.path().join("pair.glb"), &scene, &WriteSceneOptions::default()).expect("pair");

    let retarget = |clip: &str, target: &str, more: &[&str]| {
        ropar(folder.path(), &[&["retarget", clip, "--target", target, "-o", "out.glb"], more].concat())
    };
    let next = |(_, answer): (Option<i32>, Value)| answer["error"]["next_step"].as_str().unwrap_or_default().to_owned();
    assert_eq!(next(retarget("pair.glb", "hero.glb", &[])), "name one, such as --source-character 1");
    assert_eq!(
        next(retarget("pair.glb", "hero.glb", &["--source-character", "3"])),
        "name one, such as --source-character 1"
    );
    assert_eq!(next(retarget("clip.glb", "pair.glb", &[])), "name one, such as --character 1");
    let (code, answer) = retarget("pair.glb", "hero.glb", &["--source-character", "1"]);
    assert_eq!(code, Some(0), "{answer}");
    let (code, answer) = retarget("clip.glb", "pair.glb", &["--character", "2"]);
    assert_eq!(code, Some(0), "{answer}");

    let batch = |more: &[&str]| {
        let words = ["batch", "--glob", "pair.glb", "--target", "hero.glb", "--out", "made"];
        ropar(folder.path(), &[&words, more].concat())
    };
    let (code, answer) = batch(&[]);
    assert_eq!(code, Some(7), "{answer}");
    assert!(answer.to_string().contains("name one, such as --source-character 1"), "{answer}");
    let (code, answer) = batch(&["--source-character", "1"]);
    assert_eq!(code, Some(0), "{answer}");
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("temporary folder");
    draw(folder.path());
    fs::write(folder.path().join("bad.json"), "{").expect("write");
    for (words, kind) in [
        (vec!["retarget", "clip.glb", "--target", "nobody.glb", "-o", "out.glb"], "input"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "--take", "run", "-o", "out.glb"], "input"),
        (vec!["retarget", "hero.glb", "--target", "hero.glb", "-o", "out.glb"], "input"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "--map", "bad.json", "-o", "out.glb"], "input"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "--fps", "0", "-o", "out.glb"], "input"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "--unit", "-1", "-o", "out.glb"], "input"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "--unit", "nan", "-o", "out.glb"], "input"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "-o", "out.vrm"], "usage"),
        (vec!["retarget", "clip.glb", "--target", "hero.glb", "-o", "out.txt"], "usage"),
    ] {
        let (code, answer) = ropar(folder.path(), &words);
        assert_eq!(answer["error"]["kind"], kind, "{words:?}: {answer}");
        assert_ne!(code, Some(0));
        assert!(!answer["error"]["next_step"].as_str().unwrap_or_default().is_empty(), "{answer}");
        let left: Vec<_> =
            fs::read_dir(folder.path()).expect("folder").flatten().map(|entry| entry.file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("out")), "{left:?}");
    }
}

#[test]
fn a_unit_is_for_files_that_do_not_say_theirs() {
    let folder = tempfile::tempdir().expect("temporary folder");
    draw(folder.path());
    let words = ["retarget", "clip.glb", "--target", "hero.glb", "--unit", "0.01", "-o", "out.glb"];
    let (code, answer) = ropar(folder.path(), &words);
    assert_eq!(code, Some(0), "{answer}");
    assert!(answer["warnings"].to_string().contains("--unit has no effect: `clip.glb`"), "{answer}");
}

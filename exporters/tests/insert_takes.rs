//! Takes of one file in another file of the same rig. What is right is what independent readers and closed forms say of
//! the files (see `data/fbx/draw.py` and `data/gltf/index.json`), never what this project reads.

mod common;

use std::path::Path;

use common::data;
use glam::DVec3;
use ropar_exporters::scene::{Node, NodeKind, Scene, Take, Transform, global_positions};
use ropar_exporters::{
    ErrorKind, Existing, InsertOptions, InsertTakesOptions, ReadSceneOptions, RigFile, WriteSceneOptions, insert_take,
    insert_takes, read_scene, read_scene_with, write_scene,
};
use serde_json::Value;

fn expected(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn position(value: &Value) -> DVec3 {
    let value = value.as_array().unwrap();
    DVec3::from_array(std::array::from_fn(|axis| value[axis].as_f64().unwrap()))
}

fn new_name(name: &str) -> InsertTakesOptions {
    InsertTakesOptions { name: Some(name.to_owned()), replace: false }
}

/// `file` as a BVH, whose joints have no axes of their own.
fn as_bvh(file: &Path, folder: &Path) -> Scene {
    let bvh = folder.join("take.bvh");
    write_scene(&bvh, &read_scene(file).unwrap(), &WriteSceneOptions::default()).unwrap();
    let centimetres = ReadSceneOptions { metres_per_unit: Some(0.01), fps: None };
    read_scene_with(&bvh, &centimetres).unwrap()
}

#[test]
fn a_take_without_axes_goes_into_fbx_rigs_with_all_kinds_of_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "binary_7100_y_up_in_inches",
        "binary_7300_pre_and_post_rotation",
        "binary_7400_rotation_order_with_pre_rotation",
        "binary_7500_pivots_and_offsets",
        "binary_7500_skinned_triangle",
        "binary_7400_z_up_in_metres",
        "binary_7700_six_rotation_orders",
        "plain_7100",
        "pre_and_post_rotation",
        "rotation_order_with_pre_rotation",
        "pivots_and_offsets",
        "skinned_triangle",
        "z_up_in_metres",
        "six_rotation_orders",
        "names_with_colons_spaces_and_umlauts",
        "comments_and_carriage_returns",
    ] {
        let target = data("fbx").join(format!("{name}.fbx"));
        let wanted = expected(&data("fbx").join(format!("{name}.expected.json")));
        let output = folder.path().join("out.fbx");
        let take = as_bvh(&target, folder.path());
        insert_takes(&take, &target, &output, &WriteSceneOptions::default(), &new_name("again"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let scene = read_scene(&output).unwrap();
        let take = scene.take("again").unwrap();
        let frames = wanted["frames"].as_array().unwrap();
        assert_eq!((take.frames, take.fps), (frames.len(), wanted["fps"].as_f64().unwrap()), "{name}");
        for (frame, places) in frames.iter().enumerate() {
            let found = global_positions(&scene.nodes, Some((take, frame)));
            for (joint, place) in wanted["names"].as_array().unwrap().iter().zip(places.as_array().unwrap()) {
                let node = scene.nodes.iter().position(|node| node.name == joint.as_str().unwrap()).unwrap();
                let distance = found[node].distance(position(place));
                assert!(distance < 1e-4, "{name}: {joint} in frame {frame} is {distance} m off");
            }
        }
    }
}

#[test]
fn a_take_without_axes_goes_into_an_armature_in_centimetres() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["armature_with_z_up_in_centimetres.gltf", "vrm_0.vrm", "skin_with_mesh.glb"] {
        let target = data("gltf").join(name);
        let wanted = expected(&data("gltf/expected.json"));
        let output = folder.path().join(format!("out_{name}"));
        let take = as_bvh(&target, folder.path());
        insert_takes(&take, &target, &output, &WriteSceneOptions::default(), &new_name("again")).unwrap();
        let scene = read_scene(&output).unwrap();
        let take = scene.take("again").unwrap();
        let before = read_scene(&target).unwrap();
        for (frame, places) in wanted[name][0].as_array().unwrap().iter().enumerate() {
            let found = global_positions(&scene.nodes, Some((take, frame)));
            // The joints come first in these files, and in the same order.
            let joints = (0..before.nodes.len()).filter(|node| before.nodes[*node].kind == NodeKind::Joint);
            for (node, place) in joints.zip(places.as_array().unwrap()) {
                let distance = found[node].distance(position(place));
                assert!(distance < 1e-4, "{name}: node {node} in frame {frame} is {distance} m off");
            }
        }
    }
}

#[test]
fn equal_rigs_get_the_values_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let target = data("gltf/vrm_1.vrm");
    let source = read_scene(&data("gltf/vrm_0.vrm")).unwrap();
    let output = folder.path().join("out.vrm");
    let warnings =
        insert_takes(&source, &target, &output, &WriteSceneOptions::default(), &new_name("of the other")).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    let scene = read_scene(&output).unwrap();
    assert_eq!(scene.takes.len(), 2);
    let (found, wanted) = (scene.take("of the other").unwrap(), &source.takes[0]);
    assert_eq!(found.tracks.len(), wanted.tracks.len());
    for (found, wanted) in found.tracks.iter().zip(&wanted.tracks) {
        assert_eq!(scene.nodes[found.node].name, source.nodes[wanted.node].name);
        assert_eq!((&found.translation, &found.rotation), (&wanted.translation, &wanted.rotation));
    }
}

#[test]
fn a_rig_that_rests_in_another_pose_moves_as_the_take_says() {
    let folder = tempfile::tempdir().unwrap();
    let target = data("gltf/swing.glb");
    let mut source = read_scene(&target).unwrap();
    let wanted = source.takes[0].clone();
    // As exported in the middle of the animation: the first pose is the rest.
    for track in &wanted.tracks {
        let rest = &mut source.nodes[track.node].rest;
        rest.rotation = track.rotation.as_ref().map_or(rest.rotation, |values| values[3]);
    }
    let output = folder.path().join("out.glb");
    insert_takes(&source, &target, &output, &WriteSceneOptions::default(), &new_name("again")).unwrap();
    let scene = read_scene(&output).unwrap();
    for frame in 0..wanted.frames {
        let found = global_positions(&scene.nodes, Some((scene.take("again").unwrap(), frame)));
        for (found, wanted) in found.iter().zip(global_positions(&scene.nodes, Some((&scene.takes[0], frame)))) {
            assert!(found.distance(wanted) < 1e-5, "frame {frame}");
        }
    }
}

#[test]
fn what_does_not_fit_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let target = data("gltf/vrm_1.vrm");
    let output = folder.path().join("out.vrm");
    let source = || read_scene(&data("gltf/vrm_0.vrm")).unwrap();
    let refused = |source: &Scene, how: &InsertTakesOptions| {
        let error = insert_takes(source, &target, &output, &WriteSceneOptions::default(), how).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(!output.exists());
        error.to_string()
    };
    let kept = refused(&source(), &InsertTakesOptions::default());
    assert!(kept.contains("has a take `swing` already; replace it, or give the new one another name"), "{kept}");

    let replaced = InsertTakesOptions { name: None, replace: true };
    let mut renamed = source();
    let joint = renamed.takes[0].tracks[1].node;
    renamed.nodes[joint].name = "Bip01 Spine".to_owned();
    let words = refused(&renamed, &replaced);
    assert!(words.contains("the target has none named `Bip01 Spine`"), "{words}");

    renamed.nodes[joint].name.clear();
    let words = refused(&renamed, &replaced);
    assert!(words.contains("moves 1 nodes without a name"), "{words}");

    let mut longer = source();
    let joint = longer.nodes.iter().rposition(|node| node.parent.is_some()).unwrap();
    longer.nodes[joint].rest.translation += DVec3::new(0.0, 0.2, 0.0);
    let words = refused(&longer, &replaced);
    assert!(words.contains(&format!("`{}` rests 0.200 m from where", longer.nodes[joint].name)), "{words}");

    // Exporters that bake give every joint a translation track, and a lamp far away is no part of the rig.
    for frames in longer.takes.iter_mut().map(|take| (take.frames, &mut take.tracks)) {
        for track in frames.1 {
            let rest = longer.nodes[track.node].rest.translation;
            track.translation.get_or_insert_with(|| vec![rest; frames.0]);
        }
    }
    let mut lit = longer.clone();
    lit.nodes.push(Node {
        name: "lamp".to_owned(),
        parent: None,
        rest: Transform { translation: DVec3::new(5000.0, 0.0, 0.0), ..Transform::IDENTITY },
        kind: NodeKind::Group,
    });
    for longer in [longer, lit] {
        assert!(refused(&longer, &replaced).contains("rests 0.200 m from where"));
    }

    let mut twins = source();
    twins.takes.push(twins.takes[0].clone());
    assert!(refused(&twins, &new_name("one")).contains("2 takes cannot all be named `one`"));
    assert!(refused(&twins, &replaced).contains("two takes are named `swing`"));
    twins.takes.clear();
    assert!(refused(&twins, &replaced).contains("no take to insert"));
    let mut still = source();
    still.takes[0].tracks.clear();
    assert!(refused(&still, &replaced).contains("moves nothing"));
    let bvh = data("bvh/plain.bvh");
    let error = insert_takes(&source(), &bvh, &folder.path().join("a.bvh"), &WriteSceneOptions::default(), &replaced)
        .unwrap_err();
    assert!(error.to_string().contains("holds one animation"), "{error}");
}

/// A text file whose take animates the visibility of a joint in place of all that moves it.
fn invisible(folder: &Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(data("fbx/plain_7400.fbx")).unwrap();
    let properties = ["\"Lcl Rotation\"", "\"Lcl Translation\"", "\"Lcl Scaling\""];
    let connects = |line: &str| line.trim_start().starts_with("C: \"OP\"");
    let swap = |line: &str| properties.iter().fold(line.to_owned(), |line, name| line.replace(name, "\"Visibility\""));
    let lines: Vec<String> =
        text.lines().map(|line| if connects(line) { swap(line) } else { line.to_owned() }).collect();
    let path = folder.join("visibility.fbx");
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

#[test]
fn a_take_that_moves_no_node_is_not_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let target = invisible(folder.path());
    let source = read_scene(&data("fbx/plain_7400.fbx")).unwrap();
    assert!(read_scene(&target).unwrap().takes.is_empty() && source.takes.len() == 1);
    let output = folder.path().join("out.fbx");
    let insert = |how: &InsertTakesOptions| insert_takes(&source, &target, &output, &WriteSceneOptions::default(), how);
    let error = insert(&InsertTakesOptions::default()).unwrap_err().to_string();
    assert!(error.contains("already"), "{error}");
    insert(&InsertTakesOptions { name: None, replace: true }).unwrap();
    let take = &source.takes[0];
    let keep = InsertOptions { existing: Existing::Keep, ..InsertOptions::default() };
    assert!(insert_take(&target, &output, take, &keep).is_err());
}

#[test]
fn a_take_gets_the_rate_of_takes_that_move_no_node_but_not_of_empty_ones() {
    let folder = tempfile::tempdir().unwrap();
    let target = invisible(folder.path());
    let mut take = read_scene(&data("fbx/plain_7400.fbx")).unwrap().takes.remove(0);
    take = Take { name: "new".to_owned(), ..take.resampled(60.0) };
    let (_, written) = RigFile::open(&target).unwrap().with_take(&take).unwrap();
    assert_eq!(written.fps, 30.0);
    // Its curves gone, the old take is an empty name.
    let text = std::fs::read_to_string(&target).unwrap();
    let empty = folder.path().join("empty.fbx");
    std::fs::write(&empty, text.replace("AnimationCurve:", "Unknown:")).unwrap();
    let (_, written) = RigFile::open(&empty).unwrap().with_take(&take).unwrap();
    assert_eq!(written.fps, 60.0);
}

#[test]
fn names_that_are_there_twice_are_told_apart_by_their_parents() {
    let folder = tempfile::tempdir().unwrap();
    let target = data("fbx/binary_7400_equal_names.fbx");
    let source = read_scene(&target).unwrap();
    let output = folder.path().join("out.fbx");
    insert_takes(&source, &target, &output, &WriteSceneOptions::default(), &new_name("again")).unwrap();
    let scene = read_scene(&output).unwrap();
    let (found, wanted) = (scene.take("again").unwrap(), &scene.takes[0]);
    for frame in 0..wanted.frames {
        let places = global_positions(&scene.nodes, Some((found, frame)));
        for (found, wanted) in places.iter().zip(global_positions(&scene.nodes, Some((wanted, frame)))) {
            assert!(found.distance(wanted) < 1e-5);
        }
    }
}

#[test]
fn another_rig_is_refused_with_the_command_that_retargets() {
    let folder = tempfile::tempdir().unwrap();
    let target = data("fbx").join("binary_7400_two_takes.fbx");
    let output = folder.path().join("out.fbx");
    let other_names = read_scene(&data("bvh").join("plain.bvh")).unwrap();
    // The same names, another rest pose and other axes: no way to tell it from another rig.
    let mut other_pose = read_scene(&target).unwrap();
    for node in other_pose.nodes.iter_mut().skip(1) {
        node.rest.translation = glam::DQuat::from_rotation_z(0.6) * node.rest.translation * 1.2;
        node.rest.rotation = glam::DQuat::from_rotation_x(0.9) * node.rest.rotation;
    }
    for source in [other_names, other_pose] {
        let which = WriteSceneOptions { take: Some(source.takes[0].name.clone()), ..Default::default() };
        let error = insert_takes(&source, &target, &output, &which, &new_name("again")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(
            error.next_step().contains("`ropar retarget CLIP --target RIG -o OUT`"),
            "{error}: {}",
            error.next_step()
        );
        assert!(!output.exists());
    }
}

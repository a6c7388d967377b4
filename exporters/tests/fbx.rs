//! FBX files: what is read is what the closed form says, what is written is read alike, and a take that is inserted
//! plays as it was meant while nothing else changes.

mod common;

use std::fs;

use common::data;
use glam::{DQuat, DVec3, EulerRot};
use ropar_exporters::fbx::{self, ExistingTakes, FbxError, InsertOptions, WriteOptions};
use ropar_exporters::scene::{Node, NodeKind, Scene, Take, Track, Transform, global_positions};
use serde_json::Value;

/// Metres; the files say what they say in decimal text, ufbx computes in doubles.
const READ: f64 = 1e-6;
/// Metres; keys of FBX curves are single-precision degrees and units.
const WRITTEN: f64 = 1e-5;

/// The names, without extension, of the files with expected figures.
fn corpus() -> Vec<String> {
    let folder = fs::read_dir(data("fbx")).unwrap();
    let mut names: Vec<String> = folder
        .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".fbx").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 40, "{} files", names.len());
    names
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(data("fbx").join(format!("{name}.fbx"))).unwrap()
}

fn read(name: &str) -> Scene {
    fbx::read(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn expected(name: &str) -> Value {
    serde_json::from_slice(&fs::read(data("fbx").join(format!("{name}.expected.json"))).unwrap()).unwrap()
}

fn points(value: &Value) -> Vec<DVec3> {
    serde_json::from_value::<Vec<[f64; 3]>>(value.clone()).unwrap().into_iter().map(DVec3::from).collect()
}

/// The positions of the listed nodes only: files that hold a mesh have one more node.
fn farthest(found: &[DVec3], wanted: &[DVec3]) -> f64 {
    found.iter().zip(wanted).map(|(found, wanted)| found.distance(*wanted)).fold(0.0, f64::max)
}

#[test]
fn every_file_is_read_as_the_closed_form_has_it() {
    for name in corpus() {
        let scene = read(&name);
        let expected = expected(&name);
        let names: Vec<&str> =
            expected["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let found: Vec<&str> = scene.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(found[..names.len()], names, "{name}");
        for (node, parent) in scene.nodes.iter().zip(expected["parents"].as_array().unwrap()) {
            assert_eq!(node.parent.map(|parent| parent as u64), parent.as_u64(), "{name}: {}", node.name);
        }
        let rest = farthest(&global_positions(&scene.nodes, None), &points(&expected["rest"]));
        assert!(rest < READ, "{name}: at rest {rest} m off");

        let takes: Vec<&str> = scene.takes.iter().map(|take| take.name.as_str()).collect();
        let wanted: Vec<&str> =
            expected["takes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(takes, wanted, "{name}");
        let frames = expected["frames"].as_array().unwrap();
        for take in &scene.takes {
            assert_eq!(take.frames, frames.len(), "{name}");
            assert_eq!(take.fps, expected["fps"].as_f64().unwrap(), "{name}");
            for (frame, wanted) in frames.iter().enumerate() {
                let off = farthest(&global_positions(&scene.nodes, Some((take, frame))), &points(wanted));
                assert!(off < READ, "{name}: frame {frame} of `{}` {off} m off", take.name);
            }
        }
    }
}

#[test]
fn a_file_says_what_it_was() {
    let origin = read("z_up_in_metres").origin;
    assert_eq!(origin.format, "FBX 7400 ASCII");
    assert_eq!(origin.generator, "RoPAR test data");
    assert_eq!(origin.metres_per_unit, Some(1.0));
    assert_eq!(origin.up_axis, "+Z");
    assert_eq!(read("plain_6100").origin.format, "FBX 6100 ASCII");
    assert_eq!(read("binary_7700_six_rotation_orders").origin.format, "FBX 7700 binary");
}

#[test]
fn a_person_of_142_metres_is_read_with_a_warning() {
    let scene = read("person_of_142_metres");
    assert!(scene.warnings.iter().any(|warning| warning.contains("unit")), "{:?}", scene.warnings);
    assert_eq!(scene.origin.metres_per_unit, Some(0.01));
    assert_eq!(read("plain_7400").warnings, Vec::<String>::new());
}

#[test]
fn skins_name_their_joints_and_bind_matrices_undo_the_rest() {
    let scene = read("skinned_triangle");
    let [skin] = scene.skins.as_slice() else { panic!("{:?}", scene.skins) };
    let [mesh] = scene.meshes.as_slice() else { panic!("{:?}", scene.meshes) };
    assert_eq!((mesh.name.as_str(), mesh.vertices, mesh.skin), ("Body", 3, Some(0)));
    assert_eq!(mesh.node.map(|node| scene.nodes[node].name.as_str()), Some("Body"));
    let joints: Vec<&str> = skin.joints.iter().map(|joint| scene.nodes[*joint].name.as_str()).collect();
    assert_eq!(joints, ["Hips", "Spine"]);
    let rest = global_positions(&scene.nodes, None);
    for (joint, inverse) in skin.joints.iter().zip(&skin.inverse_bind) {
        assert!(inverse.transform_point3(rest[*joint]).length() < 1e-9);
    }
    // Joints that deform nothing are tips where they end a chain and do not move, and joints otherwise.
    let kinds: Vec<NodeKind> = scene.nodes.iter().map(|node| node.kind).collect();
    use NodeKind::{Group, Joint, Tip};
    assert_eq!(kinds, [Joint, Joint, Joint, Joint, Tip, Group]);
}

#[test]
fn components_that_do_not_move_have_no_values() {
    let scene = read("plain_7400");
    let take = &scene.takes[0];
    let tracks: Vec<_> = take
        .tracks
        .iter()
        .map(|track| {
            let name = scene.nodes[track.node].name.as_str();
            (name, track.translation.is_some(), track.rotation.is_some(), track.scale.is_some())
        })
        .collect();
    let wanted = [
        ("Hips", true, true, false),
        ("Spine", false, true, false),
        ("Head", false, true, false),
        ("Thigh", false, true, false),
    ];
    assert_eq!(tracks, wanted);
}

/// A scene with all kinds of nodes whose rest is turned and scaled, and a take that turns more than once.
fn drawn(fps: f64) -> Scene {
    let node = |name: &str, parent, translation: [f64; 3], angles: [f64; 3], kind| Node {
        name: name.to_owned(),
        parent,
        rest: Transform {
            translation: translation.into(),
            rotation: DQuat::from_euler(EulerRot::YXZ, angles[0], angles[1], angles[2]),
            scale: DVec3::ONE,
        },
        kind,
    };
    let mut nodes = vec![
        node("Armature", None, [0.2, 0.0, -0.1], [0.4, 0.0, 0.0], NodeKind::Group),
        node("Hips", Some(0), [0.0, 0.95, 0.0], [0.3, 0.2, 0.1], NodeKind::Joint),
        node("mixamorig:Spine", Some(1), [0.0, 0.2, 0.01], [-0.3, 1.2, 0.4], NodeKind::Joint),
        node("Kopf hinten", Some(2), [0.0, 0.4, 0.02], [0.1, -1.5, 2.8], NodeKind::Joint),
        node("Kopf hinten", Some(3), [0.0, 0.2, 0.0], [0.0, 0.0, 0.0], NodeKind::Tip),
    ];
    nodes[0].rest.scale = DVec3::new(1.1, 1.1, 1.1);
    let frames = 61;
    let time = |frame: usize| frame as f64 / fps;
    let turning = |pace: f64| {
        (0..frames)
            .map(|frame| {
                let angle = pace * time(frame);
                DQuat::from_euler(EulerRot::YXZ, 5.0 * angle, 2.0 * (1.3 * angle).sin(), (0.7 * angle).cos())
            })
            .collect()
    };
    let tracks = vec![
        Track {
            node: 1,
            translation: Some((0..frames).map(|i| DVec3::new(0.3 * time(i), 0.95, (2.0 * time(i)).sin())).collect()),
            rotation: Some(turning(1.0)),
            scale: None,
        },
        Track { node: 2, translation: None, rotation: Some(turning(1.7)), scale: None },
        Track {
            node: 3,
            translation: None,
            rotation: Some(turning(-0.6)),
            scale: Some((0..frames).map(|i| DVec3::splat(1.0 + 0.2 * time(i))).collect()),
        },
    ];
    let take = Take { name: "winken & gehen".to_owned(), fps, frames, tracks, ..Take::default() };
    Scene { nodes, takes: vec![take], ..Scene::default() }
}

/// Largest distance between the nodes of two scenes at rest and in all frames of the first takes.
fn distance(found: &Scene, wanted: &Scene) -> f64 {
    assert_eq!(found.nodes.len(), wanted.nodes.len());
    let mut worst = farthest(&global_positions(&found.nodes, None), &global_positions(&wanted.nodes, None));
    if let (Some(found_take), Some(wanted_take)) = (found.takes.first(), wanted.takes.first()) {
        assert_eq!((found_take.frames, found_take.fps), (wanted_take.frames, wanted_take.fps));
        for frame in 0..wanted_take.frames {
            let found = global_positions(&found.nodes, Some((found_take, frame)));
            worst = worst.max(farthest(&found, &global_positions(&wanted.nodes, Some((wanted_take, frame)))));
        }
    }
    worst
}

#[test]
fn a_written_scene_is_read_alike_at_every_rate_and_unit() {
    for fps in [20.0, 24.0, 25.0, 29.97, 30.0, 48.0, 59.94, 60.0, 120.0, 1000.0] {
        for metres_per_unit in [0.01, 1.0, 0.0254] {
            let scene = drawn(fps);
            let found = fbx::read(&fbx::write(&scene, &WriteOptions { metres_per_unit }).unwrap()).unwrap();
            let off = distance(&found, &scene);
            assert!(off < WRITTEN, "{off} m at {fps} fps in units of {metres_per_unit} m");
            assert_eq!(
                found.origin.metres_per_unit.map(|unit| (unit * 1e6).round()),
                Some((metres_per_unit * 1e6).round())
            );
            assert_eq!(found.takes[0].name, scene.takes[0].name);
            for (found, wanted) in found.nodes.iter().zip(&scene.nodes) {
                assert_eq!((&found.name, found.parent, found.kind), (&wanted.name, wanted.parent, wanted.kind));
            }
        }
    }
}

#[test]
fn every_file_of_the_corpus_survives_being_written() {
    for name in corpus() {
        let scene = read(&name);
        let written = fbx::write(&scene, &WriteOptions::default()).unwrap();
        let found = fbx::read(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
        let off = distance(&found, &scene);
        assert!(off < WRITTEN, "{name}: {off} m");
        assert_eq!(found.takes.len(), scene.takes.len(), "{name}");
        assert_eq!(fbx::write(&scene, &WriteOptions::default()).unwrap(), written, "{name}: not the same bytes twice");
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let refusal = |change: fn(&mut Scene)| {
        let mut scene = drawn(30.0);
        change(&mut scene);
        fbx::write(&scene, &WriteOptions::default()).unwrap_err().to_string()
    };
    assert!(refusal(|scene| scene.takes[0].frames = 7).contains("7 frames"));
    assert!(refusal(|scene| scene.takes[0].fps = f64::NAN).contains("frames per second"));
    assert!(refusal(|scene| scene.nodes[2].rest.translation.x = f64::INFINITY).contains("mixamorig:Spine"));
    assert!(refusal(|scene| scene.nodes[1].parent = Some(3)).contains("before its parent"));
    assert!(refusal(|scene| scene.nodes[1].name.push('\0')).contains("zero character"));
    assert!(refusal(|scene| scene.takes[0].tracks[0].node = 9).contains("moves node 9"));
    assert!(refusal(|scene| scene.takes[0].tracks[1].node = 1).contains("two tracks"));
    assert!(
        refusal(|scene| scene.takes[0].tracks[0].rotation.as_mut().unwrap()[5] = DQuat::from_xyzw(0.0, 0.0, 0.0, 0.0))
            .contains("frame 5")
    );
    let mixed = refusal(|scene| {
        let mut other = scene.takes[0].clone();
        other.fps = 24.0;
        scene.takes.push(other);
    });
    assert!(mixed.contains("one frame rate"), "{mixed}");
}

/// A take that moves every joint of `scene` away from its rest, in every way that `scale` allows.
fn restless(scene: &Scene, fps: f64, scale: bool) -> Take {
    let frames = 9;
    let tracks = scene
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.kind != NodeKind::Group)
        .map(|(index, node)| {
            let phase = |frame: usize| 0.4 * frame as f64 + index as f64;
            let turn =
                |frame| DQuat::from_euler(EulerRot::ZXY, phase(frame), 1.4 * phase(frame).sin(), 2.0 * phase(frame));
            let each = |value: &dyn Fn(usize) -> DVec3| Some((0..frames).map(value).collect::<Vec<_>>());
            Track {
                node: index,
                translation: each(&|i| node.rest.translation + 0.1 * DVec3::new(phase(i).sin(), 0.3, phase(i).cos()))
                    .filter(|_| index % 2 == 0),
                rotation: Some((0..frames).map(|frame| node.rest.rotation * turn(frame)).collect()),
                scale: each(&|i| node.rest.scale * (1.0 + 0.05 * i as f64)).filter(|_| scale && index % 3 == 0),
            }
        })
        .collect();
    Take { name: "neuer Take".to_owned(), fps, frames, tracks, ..Take::default() }
}

/// Files of version 7, binary and text.
fn insertable_files() -> Vec<String> {
    let names: Vec<String> = corpus().into_iter().filter(|name| name != "plain_6100").collect();
    assert!(names.len() >= 40);
    names
}

#[test]
fn an_inserted_take_plays_as_meant_whatever_the_nodes_properties_are() {
    for name in insertable_files() {
        let original = bytes(&name);
        let before = read(&name);
        let fps = before.takes.first().map_or(24.0, |take| take.fps);
        let take = restless(&before, fps, !name.contains("segment"));
        let after = fbx::read(&fbx::insert(&original, &take, &InsertOptions::default()).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));

        assert_eq!(after.nodes.len(), before.nodes.len(), "{name}");
        assert_eq!(after.takes.len(), before.takes.len() + 1, "{name}");
        assert_eq!(after.skins, before.skins, "{name}");
        assert_eq!(after.meshes, before.meshes, "{name}");
        for (before, after) in before.takes.iter().zip(&after.takes) {
            assert_eq!(before, after, "{name}: an older take changed");
        }
        for (before, after) in before.nodes.iter().zip(&after.nodes) {
            assert_eq!((&before.name, before.rest), (&after.name, after.rest), "{name}");
        }
        let found = after.takes.iter().find(|found| found.name == take.name).unwrap();
        assert_eq!((found.frames, found.fps), (take.frames, take.fps), "{name}");
        for frame in 0..take.frames {
            let wanted = global_positions(&before.nodes, Some((&take, frame)));
            let off = farthest(&global_positions(&after.nodes, Some((found, frame))), &wanted);
            assert!(off < WRITTEN, "{name}: frame {frame} {off} m off");
        }
    }
}

#[test]
fn a_take_of_the_same_name_is_replaced_without_a_trace() {
    for name in insertable_files() {
        let before = read(&name);
        let fps = before.takes.first().map_or(24.0, |take| take.fps);
        let take = restless(&before, fps, false);
        let once = fbx::insert(&bytes(&name), &take, &InsertOptions::default()).unwrap();
        let twice = fbx::insert(&once, &take, &InsertOptions::default()).unwrap();
        assert!(once == twice, "{name}: {} and {} bytes", once.len(), twice.len());
    }
}

#[test]
fn all_older_takes_can_go() {
    let before = read("binary_7400_two_takes");
    let take = restless(&before, 50.0, false);
    let options = InsertOptions { existing: ExistingTakes::Remove, ..InsertOptions::default() };
    let after = fbx::read(&fbx::insert(&bytes("binary_7400_two_takes"), &take, &options).unwrap()).unwrap();
    let names: Vec<&str> = after.takes.iter().map(|take| take.name.as_str()).collect();
    assert_eq!(names, ["neuer Take"]);
    assert_eq!(after.takes[0].fps, 50.0);

    // With the others kept, the file's rate rules.
    let error = fbx::insert(&bytes("binary_7400_two_takes"), &take, &InsertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("resample"), "{error}");
}

#[test]
fn tracks_of_another_scene_find_their_nodes_by_name() {
    let target = read("binary_7400_plain_7400");
    let mut source = read("plain_7400");
    // The other scene has one more root, so that all indices differ.
    source
        .nodes
        .insert(0, Node { name: "World".to_owned(), parent: None, rest: Transform::IDENTITY, kind: NodeKind::Group });
    for node in &mut source.nodes[1..] {
        node.parent = node.parent.map(|parent| parent + 1);
    }
    let mut take = restless(&target, 30.0, false);
    for track in &mut take.tracks {
        track.node += 1;
    }
    let options = InsertOptions { source: Some(&source), ..InsertOptions::default() };
    let original = bytes("binary_7400_plain_7400");
    let after = fbx::read(&fbx::insert(&original, &take, &options).unwrap()).unwrap();
    let by_index = fbx::insert(&original, &restless(&target, 30.0, false), &InsertOptions::default()).unwrap();
    assert_eq!(after.takes, fbx::read(&by_index).unwrap().takes);

    source.nodes[1].name = "Becken".to_owned();
    let options = InsertOptions { source: Some(&source), ..InsertOptions::default() };
    let error = fbx::insert(&original, &take, &options).unwrap_err();
    assert!(error.to_string().contains("`Becken`"), "{error}");
}

#[test]
fn old_files_say_that_they_have_to_be_converted() {
    let take = restless(&read("plain_6100"), 30.0, false);
    let error = fbx::insert(&bytes("plain_6100"), &take, &InsertOptions::default()).unwrap_err();
    assert!(matches!(error, FbxError::NotInsertable { .. }), "{error}");
    assert!(error.to_string().contains("of version 6.1; convert it first"), "{error}");
    let mut old = bytes("binary_7400_plain_7400");
    old[23..27].copy_from_slice(&6100_u32.to_le_bytes());
    let take = restless(&read("plain_7400"), 30.0, false);
    let error = fbx::insert(&old, &take, &InsertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("of version 6.1"), "{error}");
}

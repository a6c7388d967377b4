//! The records of FBX files as fbxcel sees them: what is written is well formed, and what is inserted leaves all else
//! as it was.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use common::data;
use fbxcel::low::v7400::AttributeValue;
use fbxcel::tree::any::AnyTree;
use fbxcel::tree::v7400::{NodeHandle, Tree};
use glam::DQuat;
use ropar_exporters::fbx::{self, ExistingTakes, InsertOptions, WriteOptions};
use ropar_exporters::scene::{NodeKind, Scene, Take, Track};

const TAKE_OBJECTS: [&str; 4] = ["AnimationStack", "AnimationLayer", "AnimationCurveNode", "AnimationCurve"];

fn tree(bytes: &[u8]) -> Tree {
    match AnyTree::from_seekable_reader(Cursor::new(bytes)).unwrap() {
        // fbxcel refuses footers whose padding is a whole 16 bytes, which Autodesk's files have one time in 16.
        AnyTree::V7400(_, tree, _footer) => tree,
        _ => panic!("not version 7"),
    }
}

/// A record and all that is in it, as text.
fn text(record: &NodeHandle<'_>) -> String {
    let inside: Vec<String> = record.children().map(|child| text(&child)).collect();
    format!("{} {:?} {inside:?}", record.name(), record.attributes())
}

fn children(tree: &Tree, section: &str) -> Vec<String> {
    tree.root()
        .first_child_by_name(section)
        .map(|list| list.children().map(|child| text(&child)).collect())
        .unwrap_or_default()
}

fn number(value: &AttributeValue) -> i64 {
    match value {
        AttributeValue::I32(value) => i64::from(*value),
        AttributeValue::I64(value) => *value,
        other => panic!("{other:?}"),
    }
}

/// How many objects of a kind there are, and how many the definitions count.
fn counts(tree: &Tree) -> BTreeMap<String, (usize, i64)> {
    let mut counts: BTreeMap<String, (usize, i64)> = BTreeMap::new();
    for object in tree.root().first_child_by_name("Objects").unwrap().children() {
        counts.entry(object.name().to_owned()).or_default().0 += 1;
    }
    let definitions = tree.root().first_child_by_name("Definitions");
    for entry in definitions.iter().flat_map(|list| list.children_by_name("ObjectType")) {
        let count = entry.first_child_by_name("Count").unwrap();
        counts.entry(entry.attributes()[0].get_string().unwrap().to_owned()).or_default().1 =
            number(&count.attributes()[0]);
    }
    counts
}

fn turning(scene: &Scene, name: &str, fps: f64) -> Take {
    let joints = scene.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Joint);
    let tracks = joints.map(|(index, node)| Track {
        node: index,
        rotation: Some((0..40).map(|i| node.rest.rotation * DQuat::from_rotation_y(0.1 * f64::from(i))).collect()),
        ..Track::default()
    });
    Take { name: name.to_owned(), fps, frames: 40, tracks: tracks.collect(), ..Take::default() }
}

#[test]
fn a_written_file_counts_its_objects_and_every_connection_has_two_ends() {
    let scene = fbx::read(&fs::read(data("fbx/two_takes.fbx")).unwrap()).unwrap();
    let tree = tree(&fbx::write(&scene, &WriteOptions::default()).unwrap());
    for (kind, (found, counted)) in counts(&tree) {
        if kind != "GlobalSettings" {
            assert_eq!(found as i64, counted, "{kind}");
        }
    }
    let objects = tree.root().first_child_by_name("Objects").unwrap();
    let mut ids: Vec<i64> = objects.children().map(|object| number(&object.attributes()[0])).collect();
    ids.push(0);
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an identifier is used twice");
    for connection in tree.root().first_child_by_name("Connections").unwrap().children() {
        for end in &connection.attributes()[1..3] {
            assert!(ids.binary_search(&number(end)).is_ok(), "{end:?}");
        }
    }
}

#[test]
fn an_inserted_take_leaves_all_other_records_as_they_were() {
    // The first is ours and has definitions, documents and takes; the others have a mesh with a skin, and two takes.
    let drawn = fbx::read(&fs::read(data("fbx/two_takes.fbx")).unwrap()).unwrap();
    let ours = fbx::write(&drawn, &WriteOptions::default()).unwrap();
    let skinned = fs::read(data("fbx/binary_7500_skinned_triangle.fbx")).unwrap();
    let two = fs::read(data("fbx/binary_7400_two_takes.fbx")).unwrap();
    for original in [ours, skinned, two] {
        let take = turning(&fbx::read(&original).unwrap(), "new", 30.0);
        let before = tree(&original);
        let after = tree(&fbx::insert(&original, &take, &InsertOptions::default()).unwrap());
        for section in ["Objects", "Connections"] {
            let (before, after) = (children(&before, section), children(&after, section));
            assert!(!before.is_empty());
            assert_eq!(before, after[..before.len()], "{section}");
            assert!(after.len() > before.len());
        }
        for record in before.root().children() {
            // These say which take is shown and how many objects there are.
            let may_change = ["Objects", "Connections", "Definitions", "Documents", "GlobalSettings", "Takes"];
            if !may_change.contains(&record.name()) {
                let same = after.root().first_child_by_name(record.name()).map(|record| text(&record));
                assert_eq!(Some(text(&record)), same);
            }
        }
        if before.root().first_child_by_name("Definitions").is_some() {
            for (kind, (found, counted)) in counts(&after).into_iter().filter(|(kind, _)| kind != "GlobalSettings") {
                assert_eq!(found as i64, counted, "{kind}");
            }
        }
    }
}

#[test]
fn an_inserted_take_leaves_all_other_lines_of_a_text_file_as_they_were() {
    for name in ["comments_and_carriage_returns", "skinned_triangle", "two_takes"] {
        let original = fs::read(data(&format!("fbx/{name}.fbx"))).unwrap();
        let take = turning(&fbx::read(&original).unwrap(), "new", 30.0);
        let options = InsertOptions { in_background: name == "two_takes", ..InsertOptions::default() };
        let after = String::from_utf8(fbx::insert(&original, &take, &options).unwrap()).unwrap();
        let mut found = after.split_inclusive('\n');
        for line in String::from_utf8(original).unwrap().split_inclusive('\n') {
            // These say which take is shown, how long it is, and how many objects there are.
            let may_change = ["Count:", "Current:", "TimeSpan", "ActiveAnimStackName"];
            if !may_change.iter().any(|word| line.contains(word)) {
                assert!(found.any(|other| other == line), "{name}: {line:?} is gone");
            }
        }
        let (breaks, with_return) = (after.matches('\n').count(), after.matches("\r\n").count());
        assert_eq!(with_return, if name == "comments_and_carriage_returns" { breaks } else { 0 });
    }
}

#[test]
fn long_takes_are_the_same_in_text_and_binary_files() {
    let file = |name: &str| fs::read(data(&format!("fbx/{name}.fbx"))).unwrap();
    let mut take = turning(&fbx::read(&file("plain_7400")).unwrap(), "long", 30.0);
    take.frames = 4_000;
    for track in &mut take.tracks {
        // To and fro: a turn that goes on grows to angles of which single precision keeps few digits.
        let rest = track.rotation.as_ref().unwrap()[0];
        let swing = |frame: usize| rest * DQuat::from_rotation_y(0.5 * (0.1 * frame as f64).sin());
        track.rotation = Some((0..take.frames).map(swing).collect());
    }
    let inserted = |name: &str| fbx::insert(&file(name), &take, &InsertOptions::default()).unwrap();
    let [text, binary] = ["plain_7400", "binary_7400_plain_7400"].map(inserted);
    let longest = text.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
    assert!(longest < Some(2_100), "a line of {longest:?} characters");
    let [text, binary] = [text, binary].map(|file| fbx::read(&file).unwrap().take("long").unwrap().clone());
    assert_eq!((text.frames, text.tracks.len()), (4_000, binary.tracks.len()));
    for (text, binary) in text.tracks.iter().zip(&binary.tracks) {
        let pairs = text.rotation.iter().flatten().zip(binary.rotation.iter().flatten());
        let apart = pairs.map(|(text, binary)| (*text - *binary).length()).fold(0.0, f64::max);
        assert!(apart < 1e-6, "{apart}");
        assert_eq!(text.rotation.as_ref().map(Vec::len), Some(4_000));
        assert_eq!((text.node, &text.translation, &text.scale), (binary.node, &binary.translation, &binary.scale));
    }
}

#[test]
fn in_the_background_a_take_changes_nothing_but_counts_and_lists() {
    let drawn = fbx::read(&fs::read(data("fbx/two_takes.fbx")).unwrap()).unwrap();
    let original = fbx::write(&drawn, &WriteOptions::default()).unwrap();
    let take = turning(&drawn, "new", 30.0);
    let options = InsertOptions { in_background: true, ..InsertOptions::default() };
    let before = tree(&original);
    let after = tree(&fbx::insert(&original, &take, &options).unwrap());
    for section in ["Documents", "GlobalSettings", "FBXHeaderExtension"] {
        assert_eq!(children(&before, section), children(&after, section), "{section}");
    }
    let shown = |tree: &Tree| children(tree, "Takes").into_iter().find(|entry| entry.starts_with("Current")).unwrap();
    assert_eq!(shown(&before), shown(&after));
}

#[test]
fn replaced_takes_leave_no_objects_behind() {
    let drawn = fbx::read(&fs::read(data("fbx/two_takes.fbx")).unwrap()).unwrap();
    let original = fbx::write(&drawn, &WriteOptions::default()).unwrap();
    let take = turning(&drawn, "only", 30.0);
    let options = InsertOptions { existing: ExistingTakes::Remove, ..InsertOptions::default() };
    let after = tree(&fbx::insert(&original, &take, &options).unwrap());
    let counts = counts(&after);
    let joints = take.tracks.len();
    let wanted = [1, 1, joints, 3 * joints];
    for (kind, wanted) in TAKE_OBJECTS.into_iter().zip(wanted) {
        assert_eq!(counts[kind], (wanted, wanted as i64), "{kind}");
    }
}

#[test]
fn a_clip_says_where_it_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.fbx");
    let clip = ropar_exporters::Clip::new(common::swinging(4, 30.0), common::metadata());
    ropar_exporters::write_clip(&path, &clip, None).unwrap();
    let tree = tree(&fs::read(&path).unwrap());
    let below = |record: NodeHandle<'_>, name: &str| record.first_child_by_name(name).unwrap().node_id();
    let header = below(tree.root(), "FBXHeaderExtension");
    let info = below(header.to_handle(&tree), "SceneInfo");
    let data = below(info.to_handle(&tree), "MetaData");
    let comment = below(data.to_handle(&tree), "Comment");
    let text = comment.to_handle(&tree).attributes()[0].get_string().unwrap().to_owned();
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said, serde_json::Value::Object(common::metadata()));
}

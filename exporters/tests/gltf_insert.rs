//! Animations put into files: everything else stays.

mod common;

use ::gltf::animation::util::ReadOutputs;
use common::data;
use glam::{DQuat, DVec3};
use ropar_exporters::gltf::{self, Existing, InsertOptions, Inserted, ReadOptions};
use ropar_exporters::scene::{Scene, Take, Track, global_positions};
use serde_json::Value;

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data("gltf").join(name)).unwrap()
}

fn read(bytes: &[u8]) -> Scene {
    gltf::read(bytes, &ReadOptions { fps: None, folder: Some(data("gltf")) }).unwrap()
}

fn names() -> Vec<String> {
    let index: serde_json::Map<String, Value> = serde_json::from_slice(&bytes("index.json")).unwrap();
    index.into_iter().map(|(name, _)| name).collect()
}

/// JSON part, binary chunk and what follows.
fn split(bytes: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    if !bytes.starts_with(b"glTF") {
        return (bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).to_vec(), Vec::new(), Vec::new());
    }
    let length = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let json_end = 20 + length(12);
    let json = bytes[20..json_end].to_vec();
    if bytes.get(json_end + 4..json_end + 8) != Some(b"BIN\0") {
        return (json, Vec::new(), bytes[json_end..].to_vec());
    }
    let binary_end = json_end + 8 + length(json_end);
    (json, bytes[json_end + 8..binary_end].to_vec(), bytes[binary_end..].to_vec())
}

fn nod(scene: &Scene, frames: usize) -> Take {
    let angle = |frame: usize, node: usize| 0.2 * frame as f64 + node as f64;
    let tracks = (0..scene.nodes.len().min(4))
        .map(|node| Track {
            node,
            rotation: Some((0..frames).map(|frame| DQuat::from_rotation_x(angle(frame, node).sin())).collect()),
            translation: (node == 0)
                .then(|| (0..frames).map(|frame| DVec3::new(0.0, 1.0 + angle(frame, 0).cos() * 0.1, 0.0)).collect()),
            scale: None,
        })
        .collect();
    Take { name: "nod".to_owned(), fps: 24.0, frames, tracks, ..Take::default() }
}

fn insert(bytes: &[u8], take: &Take) -> Inserted {
    gltf::insert(bytes, take, &InsertOptions::default()).unwrap()
}

/// Asserts that `after` holds all that `before` does: arrays may be longer, and only the places of `changed` differ.
fn assert_kept(before: &Value, after: &Value, at: &str, changed: &[&str]) {
    if changed.contains(&at) {
        return;
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                let found = after.get(key).unwrap_or_else(|| panic!("{at}.{key} is lost"));
                assert_kept(value, found, &format!("{at}.{key}"), changed);
            }
            let growing = ["animations", "accessors", "bufferViews", "buffers"];
            let new =
                after.keys().find(|key| !(before.contains_key(*key) || at == "$" && growing.contains(&key.as_str())));
            assert!(new.is_none(), "{at}: {new:?} is new");
        }
        (Value::Array(before), Value::Array(after)) => {
            let may_grow = ["$.animations", "$.accessors", "$.bufferViews", "$.buffers"].contains(&at);
            assert!(after.len() == before.len() || may_grow && after.len() > before.len(), "{at}");
            for (index, value) in before.iter().enumerate() {
                assert_kept(value, &after[index], &format!("{at}[{index}]"), changed);
            }
        }
        _ => assert_eq!(before, after, "{at}"),
    }
}

#[test]
fn a_take_goes_into_every_file_and_everything_else_stays() {
    for name in names() {
        let original = bytes(&name);
        let scene = read(&original);
        let take = nod(&scene, 10);
        // One of the files has a take of that name; there, both shall stay.
        let options = InsertOptions { existing: Existing::Keep, ..InsertOptions::default() };
        let inserted = gltf::insert(&original, &take, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (before, binary_before, rest_before) = split(&original);
        let (after, binary_after, rest_after) = split(&inserted.bytes);
        let tree = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
        let changed = ["$.buffers[0].byteLength"];
        let is_glb = original.starts_with(b"glTF");
        if name == "node_with_matrix.gltf" {
            assert_eq!(inserted.warnings.len(), 1, "{:?}", inserted.warnings);
        } else {
            assert_kept(&tree(&before), &tree(&after), "$", if is_glb { &changed } else { &[] });
            assert!(inserted.warnings.is_empty(), "{name}: {:?}", inserted.warnings);
        }
        assert!(binary_after.starts_with(&binary_before), "{name}");
        assert_eq!(rest_before, rest_after, "{name}");
        assert_eq!(original.starts_with(b"\xef\xbb\xbf"), inserted.bytes.starts_with(b"\xef\xbb\xbf"));

        let again = read(&inserted.bytes);
        assert_eq!((again.nodes.len(), again.takes.len()), (scene.nodes.len(), scene.takes.len() + 1), "{name}");
        for (old, new) in scene.takes.iter().zip(&again.takes) {
            assert_eq!(old, new, "{name}");
        }
        let new = again.takes.last().unwrap();
        assert_eq!((new.name.as_str(), new.frames, new.fps), ("nod", 10, 24.0), "{name}");
        for frame in 0..10 {
            let wanted = global_positions(&scene.nodes, Some((&take, frame)));
            for (a, b) in global_positions(&again.nodes, Some((new, frame))).iter().zip(wanted) {
                assert!(a.distance(b) < 1e-6, "{name}, frame {frame}");
            }
        }
    }
}

#[test]
fn the_text_of_an_avatar_stays_byte_for_byte() {
    for name in ["vrm_0.vrm", "vrm_1.vrm", "required_extension_of_a_material.glb"] {
        let original = bytes(name);
        let (before, ..) = split(&original);
        let (after, ..) = split(&insert(&original, &nod(&read(&original), 5)).bytes);
        let (before, after) = (String::from_utf8(before).unwrap(), String::from_utf8(after).unwrap());
        for key in ["\"extensions\"", "\"materials\"", "\"skins\"", "\"nodes\"", "\"asset\"", "\"meshes\""] {
            let Some(start) = before.find(key) else { continue };
            let piece = &before[start..];
            // Up to what an insertion touches.
            let ends = ["\"accessors\"", "\"bufferViews\"", "\"buffers\"", "\"animations\""];
            let end = ends.iter().filter_map(|end| piece.find(end)).min().unwrap_or(piece.len());
            assert!(end > 20 && after.contains(&piece[..end]), "{name}: {key}");
        }
        // A number that a serialiser would write otherwise.
        assert_eq!(before.contains("1.50e0"), name.starts_with("required"));
        assert_eq!(before.contains("1.50e0"), after.contains("1.50e0"));
    }
}

#[test]
fn a_take_of_the_same_name_makes_room_and_what_was_inserted_leaves_no_waste() {
    for name in ["swing.glb", "swing.gltf", "buffer_beside.gltf", "vrm_1.vrm", "glb_with_an_unknown_chunk.glb"] {
        let original = bytes(name);
        let scene = read(&original);
        let first = insert(&original, &nod(&scene, 10));
        assert!(!first.replaced);
        let longer = insert(&first.bytes, &nod(&scene, 50));
        assert!(longer.replaced && longer.bytes.len() > first.bytes.len());
        // Back to ten frames: the very bytes of the first time.
        let back = insert(&longer.bytes, &nod(&scene, 10));
        assert_eq!(back.bytes, first.bytes, "{name}");
        let both = InsertOptions { existing: Existing::Keep, ..InsertOptions::default() };
        let both = gltf::insert(&first.bytes, &nod(&scene, 7), &both).unwrap();
        assert!(!both.replaced);
        let takes: Vec<_> = read(&both.bytes).takes.iter().map(|take| (take.name.clone(), take.frames)).collect();
        assert_eq!(takes, [("swing".to_owned(), 6), ("nod".to_owned(), 10), ("nod".to_owned(), 7)], "{name}");
    }
}

#[test]
fn an_animation_of_another_program_is_replaced_in_its_place() {
    let original = bytes("two_takes_at_two_rates.gltf");
    let scene = read(&original);
    let options = InsertOptions { name: Some("swing".to_owned()), ..InsertOptions::default() };
    let inserted = gltf::insert(&original, &nod(&scene, 12), &options).unwrap();
    assert!(inserted.replaced);
    let again = read(&inserted.bytes);
    let takes: Vec<_> = again.takes.iter().map(|take| (take.name.as_str(), take.frames)).collect();
    assert_eq!(takes, [("swing", 12), ("nod", 9)]);
    assert_eq!(again.takes[1], scene.takes[1]);
}

#[test]
fn a_take_that_moves_nothing_keeps_its_name_length_and_rate() {
    for name in ["swing.glb", "swing.gltf", "node_with_matrix.gltf"] {
        let scene = read(&bytes(name));
        let still = Take { name: "still".to_owned(), fps: 24.0, frames: 7, tracks: Vec::new(), ..Take::default() };
        let inserted = insert(&bytes(name), &still);
        assert!(inserted.warnings.is_empty(), "{name}: {:?}", inserted.warnings);
        let again = read(&inserted.bytes);
        let take = again.take("still").unwrap();
        assert_eq!((take.frames, take.fps), (7, 24.0), "{name}");
        let rest = global_positions(&scene.nodes, None);
        for (found, wanted) in global_positions(&again.nodes, Some((take, 6))).iter().zip(rest) {
            assert!(found.distance(wanted) < 1e-6, "{name}");
        }
    }
}

#[test]
fn morph_weights_stay_when_the_take_is_exchanged() {
    let original = bytes("morph_weights_are_animated.glb");
    let scene = read(&original);
    let weights = |bytes: &[u8]| {
        let file = ::gltf::Gltf::from_slice(bytes).unwrap();
        let blob = file.blob.clone().unwrap();
        let animation = file.animations().next().unwrap();
        let mut found: Vec<(Vec<f32>, Vec<f32>)> = Vec::new();
        for channel in animation.channels() {
            let reader = channel.reader(|_| Some(&blob));
            let Some(ReadOutputs::MorphTargetWeights(values)) = reader.read_outputs() else { continue };
            found.push((reader.read_inputs().unwrap().collect(), values.into_f32().collect()));
        }
        found
    };
    let name = scene.takes[0].name.clone();
    let take = |frames: usize| Take { name: name.clone(), ..nod(&scene, frames) };
    assert_eq!(weights(&original).len(), 1);
    let once = gltf::insert(&original, &take(9), &InsertOptions::default()).unwrap();
    let twice = gltf::insert(&once.bytes, &take(5), &InsertOptions::default()).unwrap();
    for inserted in [&once, &twice] {
        assert!(inserted.replaced);
        assert_eq!(weights(&inserted.bytes), weights(&original));
    }
    assert_eq!(read(&twice.bytes).takes[0].frames, 5);
    // The numbers of the first insertion are gone.
    assert!(twice.bytes.len() < once.bytes.len());
}

#[test]
fn takes_that_do_not_fit_are_refused() {
    let original = bytes("swing.glb");
    let scene = read(&original);
    let refused = |change: &dyn Fn(&mut Take)| {
        let mut take = nod(&scene, 3);
        change(&mut take);
        let error = gltf::insert(&original, &take, &InsertOptions::default()).unwrap_err();
        assert!(error.is_unfit(), "{error}");
        error.to_string()
    };
    assert!(refused(&|take| take.tracks[0].node = 99).contains("node 99"));
    assert!(refused(&|take| take.frames = 0).contains("no frames"));
    assert!(
        refused(&|take| take.tracks[0].translation = Some(vec![DVec3::splat(1e300); 3])).contains("single precision")
    );
    assert!(gltf::insert(b"HIERARCHY", &nod(&scene, 3), &InsertOptions::default()).is_err());
}

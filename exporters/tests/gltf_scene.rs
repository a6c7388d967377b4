//! Scenes from glTF, GLB, VRM and VRMA files: `tests/data/gltf`, each named by what it holds.
//!
//! Where the nodes are was worked out by three.js (`tests/readers/three_expected.mjs`); rates and frame counts are those
//! with which the files were drawn.

mod common;

use std::collections::BTreeMap;

use common::{Dice, data, swinging};
use glam::{DQuat, DVec3};
use ropar_core::provenance::Provenance;
use ropar_exporters::gltf::{self, Container, GltfError, ReadOptions};
use ropar_exporters::scene::{NodeKind, Scene, from_motion, global_positions, to_motion};
use serde_json::Value;

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data("gltf").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read(name: &str) -> Result<Scene, GltfError> {
    gltf::read(&bytes(name), &ReadOptions { fps: None, folder: Some(data("gltf")) })
}

fn table<T: serde::de::DeserializeOwned>(name: &str) -> BTreeMap<String, T> {
    serde_json::from_slice(&bytes(name)).unwrap()
}

/// The JSON part of a file.
fn json(bytes: &[u8]) -> Value {
    let text = if bytes.starts_with(b"glTF") {
        let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
        &bytes[20..20 + length]
    } else {
        bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
    };
    serde_json::from_slice(text).unwrap()
}

/// For each node of the file its place in the scene: depth first, as a file's reader documents it.
fn places(file: &Value) -> Vec<usize> {
    let nodes = file["nodes"].as_array().unwrap();
    let children = |node: usize| -> Vec<usize> {
        nodes[node]["children"].as_array().into_iter().flatten().map(|child| child.as_u64().unwrap() as usize).collect()
    };
    let all_children: Vec<usize> = (0..nodes.len()).flat_map(children).collect();
    fn visit(node: usize, children: &dyn Fn(usize) -> Vec<usize>, order: &mut Vec<usize>) {
        order.push(node);
        children(node).into_iter().for_each(|child| visit(child, children, order));
    }
    let mut order = Vec::new();
    (0..nodes.len()).filter(|node| !all_children.contains(node)).for_each(|root| visit(root, &children, &mut order));
    (0..nodes.len()).map(|node| order.iter().position(|other| *other == node).unwrap()).collect()
}

#[test]
fn nodes_are_where_three_js_sees_them_in_every_frame() {
    let index: BTreeMap<String, Value> = table("index.json");
    let expected: BTreeMap<String, Vec<Vec<Vec<[f64; 3]>>>> = table("expected.json");
    assert!(index.len() >= 40 && index.keys().eq(expected.keys()));
    let mut worst = 0.0_f64;
    for (name, drawn) in &index {
        let scene = read(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scene.takes.len() as u64, drawn["takes"].as_u64().unwrap(), "{name}");
        let file = json(&bytes(name));
        let places = places(&file);
        if let Some(take) = scene.takes.first() {
            assert_eq!(take.frames as u64, drawn["frames"].as_u64().unwrap(), "{name}");
            assert!((take.fps / drawn["fps"].as_f64().unwrap() - 1.0).abs() < 1e-6, "{name}: {}", take.fps);
        }
        for (frame, nodes) in expected[name][0].iter().enumerate() {
            let found = global_positions(&scene.nodes, scene.takes.first().map(|take| (take, frame)));
            assert_eq!(found.len(), nodes.len(), "{name}");
            for (node, position) in nodes.iter().enumerate() {
                let distance = found[places[node]].distance(DVec3::from_array(*position));
                worst = worst.max(distance);
                assert!(distance < 2e-6, "{name}, frame {frame}, nodes[{node}]: {distance} m");
                assert_eq!(
                    scene.nodes[places[node]].name,
                    file["nodes"][node]["name"].as_str().unwrap_or(""),
                    "{name}"
                );
            }
        }
    }
    println!("{} files, largest distance {worst:e} m", index.len());
}

#[test]
fn a_second_take_has_its_own_rate_and_a_wish_is_granted() {
    let scene = read("two_takes_at_two_rates.gltf").unwrap();
    let takes: Vec<_> = scene.takes.iter().map(|take| (take.name.as_str(), take.frames, take.fps)).collect();
    assert_eq!(takes, [("swing", 6, 30.0), ("nod", 9, 24.0)]);
    let options = ReadOptions { fps: Some(60.0), folder: None };
    let scene = gltf::read(&bytes("two_takes_at_two_rates.gltf"), &options).unwrap();
    let takes: Vec<_> = scene.takes.iter().map(|take| (take.frames, take.fps)).collect();
    assert_eq!(takes, [(11, 60.0), (21, 60.0)]);
    for fps in [0.0, -1.0, f64::NAN, 1e9] {
        let options = ReadOptions { fps: Some(fps), folder: None };
        assert!(gltf::read(&bytes("swing.glb"), &options).unwrap_err().is_unfit(), "{fps}");
    }
}

/// Key times 0, 0.5 and 1 and as many weights, as `Float32Array` encodes them.
const MORPH: &str = r#"{"asset":{"version":"2.0"},"nodes":[{"name":"face"}],
    "buffers":[{"byteLength":12,"uri":"data:application/octet-stream;base64,AAAAAAAAAD8AAIA/"}],
    "bufferViews":[{"buffer":0,"byteLength":12}],
    "accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"SCALAR"}],
    "animations":[{"name":"smile","channels":[{"sampler":0,"target":{"node":0,"path":"weights"}}],
                   "samplers":[{"input":0,"output":0}]}]}"#;

#[test]
fn an_animation_of_morph_targets_alone_has_its_length() {
    let scene = gltf::read(MORPH.as_bytes(), &ReadOptions::default()).unwrap();
    let take = &scene.takes[0];
    assert_eq!((take.name.as_str(), take.frames, take.fps, take.tracks.len()), ("smile", 31, 30.0, 0));
    // A channel that cannot be read is passed over as before.
    let broken = MORPH.replace("AAAAAAAAAD8AAIA/", "");
    assert_eq!(gltf::read(broken.as_bytes(), &ReadOptions::default()).unwrap().takes[0].frames, 1);
}

#[test]
fn rates_that_key_times_do_not_tell_are_read_again() {
    let mut scene = from_motion(&swinging(4, 30.0), "slow");
    for (frames, fps) in [(4, 7.5), (4, 5.0), (4, 2.0), (4, 1.0), (1, 24.0), (1, 60.0), (4, 29.97)] {
        scene.takes[0] =
            ropar_exporters::scene::Take { fps, ..from_motion(&swinging(frames, 30.0), "slow").takes.remove(0) };
        for container in [Container::Binary, Container::Text] {
            let written = gltf::write(&scene, container).unwrap();
            let again = gltf::read(&written, &ReadOptions::default()).unwrap();
            assert_eq!((again.takes[0].frames, again.takes[0].fps), (frames, fps));
            assert!(again.warnings.is_empty(), "{:?}", again.warnings);
            // Anything may stand under `extras`.
            let text = String::from_utf8_lossy(&written);
            for (old, new) in [(r#"{"ropar":"#, r#"{"rapor":"#), (r#"{"fps":"#, r#"{"spf":"#)] {
                if container == Container::Text {
                    assert!(gltf::read(text.replace(old, new).as_bytes(), &ReadOptions::default()).is_ok());
                }
            }
        }
    }
    for extras in ["7", "[[1]]", "\"ropar\"", "null", "{\"ropar\":[]}", "{\"ropar\":{\"fps\":\"five\"}}"] {
        let odd = MORPH.replace("\"name\":\"smile\"", &format!("\"extras\":{extras}"));
        assert_eq!(gltf::read(odd.as_bytes(), &ReadOptions::default()).unwrap().takes[0].fps, 30.0, "{extras}");
    }
}

#[test]
fn skins_meshes_humanoids_and_kinds_are_read() {
    let kinds = |scene: &Scene| scene.nodes.iter().map(|node| node.kind).collect::<Vec<_>>();
    use NodeKind::{Group, Joint, Tip};
    let scene = read("skin_with_mesh.glb").unwrap();
    assert_eq!(kinds(&scene), [Joint, Joint, Joint, Joint, Group]);
    let skin = &scene.skins[0];
    assert_eq!((skin.name.as_str(), skin.joints.as_slice(), skin.inverse_bind.len()), ("rig", &[0, 1, 2, 3][..], 4));
    assert!(skin.inverse_bind[3].w_axis.truncate().distance(DVec3::new(-0.1, -1.2, 0.0)) < 1e-6);
    let mesh = &scene.meshes[0];
    assert_eq!((mesh.name.as_str(), mesh.node, mesh.skin, mesh.vertices), ("body", Some(4), Some(0), 3));
    assert!(read("skin_without_inverse_bind_matrices.glb").unwrap().skins[0].inverse_bind.is_empty());
    assert_eq!(kinds(&read("leaf_that_is_no_joint.glb").unwrap())[4], Tip);
    assert_eq!(kinds(&read("armature_with_z_up_in_centimetres.gltf").unwrap()), [Group, Joint, Joint, Joint, Joint]);
    for (name, format) in [
        ("vrm_0.vrm", "glTF 2.0, VRM 0.x"),
        ("vrm_1.vrm", "glTF 2.0, VRM 1.0"),
        ("vrm_animation.vrma", "glTF 2.0, VRMA 1.0"),
    ] {
        let scene = read(name).unwrap();
        let humanoid: Vec<_> = scene.humanoid.iter().map(|(bone, node)| (bone.as_str(), *node)).collect();
        assert_eq!(humanoid, [("hips", 0), ("leftHand", 3), ("leftUpperArm", 2), ("spine", 1)], "{name}");
        assert_eq!(scene.origin.format, format);
        assert_eq!(scene.origin.generator, "RoPAR test files");
    }
}

#[test]
fn what_is_odd_is_told() {
    let warnings = |name: &str| read(name).unwrap().warnings.join("; ");
    assert!(warnings("first_key_after_half_a_second.gltf").contains("first key at 0.500 s"));
    assert_eq!(warnings("swing.gltf"), "");
    assert_eq!(warnings("skin_with_mesh.glb"), "");
}

#[test]
fn wrong_files_are_refused_with_path_and_reason() {
    let table = [
        (
            "circle_of_nodes.gltf",
            "nodes[0]: it is its own ancestor|nodes[1]: it is its own ancestor|has another parent",
        ),
        ("node_with_two_parents.gltf", "nodes[1].children[0]: nodes[2] has another parent"),
        ("child_that_does_not_exist.gltf", "nodes[3].children[0]: nodes[99] does not exist"),
        ("animated_node_that_does_not_exist.gltf", "animations[0].channels[0].target.node: nodes[9]"),
        ("sampler_that_does_not_exist.gltf", "animations[0].channels[1].sampler: samplers[9] does not exist"),
        ("accessor_that_does_not_exist.gltf", "animations[0].samplers[1].output: accessors[1099511627776] does not"),
        ("accessor_beyond_its_view.gltf", "bufferViews[1]: 112 bytes from 0 on are not in it"),
        ("accessor_with_huge_count.gltf", "accessors[1]: more than 100000000 numbers"),
        ("accessor_with_overflowing_offset.gltf", "bufferViews[1]"),
        ("accessor_of_another_type.gltf", "accessors[1]: it should hold VEC4 and holds `VEC2`"),
        ("view_beyond_its_buffer.gltf", "bufferViews[1]: 96 bytes from 0 on are not in it"),
        ("fewer_values_than_keys.gltf", "animations[0].samplers[0].output: 5 values for 6"),
        ("unknown_interpolation.gltf", "animations[0].samplers[0].interpolation"),
        ("version_1.gltf", "glTF version `1.0`"),
        ("no_asset.gltf", "missing field `asset`"),
        ("name_that_is_a_number.gltf", "nodes[1].name: invalid type: integer `7`"),
        ("rotation_without_length.gltf", "nodes[2].rotation: it has no length"),
        ("matrix_that_flattens.gltf", "nodes[2].matrix: it flattens space"),
        ("compressed_with_meshopt.gltf", "bufferViews[1]: the animation is compressed with meshopt"),
        ("skin_with_missing_joint.gltf", "skins[0].joints[1]: nodes[77] does not exist"),
        ("humanoid_with_missing_node.gltf", "extensions.VRMC_vrm.humanoid.humanBones.hips.node: nodes[44]"),
        ("sparse_index_beyond_the_end.gltf", "accessors[1].sparse"),
        ("key_at_the_end_of_time.gltf", "animations[0]: more than 30000000 samples"),
        ("key_times_that_go_back.gltf", "key time 2 lies before the one before it"),
        ("nan_among_the_keys.glb", "accessors[5]: element 1 holds a number that is not finite"),
        ("buffer_that_is_not_there.gltf", "buffers[0]: `nowhere.bin` cannot be read"),
        ("buffer_in_the_folder_above.gltf", "buffers[0]: `../make_gltf_files.py` is not a file beside this one"),
        ("buffer_on_the_network.gltf", "buffers[0]: `https://example.org/a.bin` is not a file beside this one"),
        ("base64.gltf", "buffers[0]: the data: URI is damaged"),
        ("short_buffer.gltf", "buffers[0]: it should have"),
        ("json.gltf", "EOF while parsing"),
    ];
    let there = std::fs::read_dir(data("gltf"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("wrong_"));
    assert_eq!(there.count(), table.len());
    for (name, expected) in table {
        let message = read(&format!("wrong_{name}")).expect_err(name).to_string();
        assert!(expected.split('|').any(|text| message.contains(text)), "{name}: {message}");
    }
    // Without a folder, what lies beside a file is not looked for.
    let alone = gltf::read(&bytes("buffer_beside.gltf"), &ReadOptions::default()).unwrap_err().to_string();
    assert!(alone.contains("it is in another file, `buffer_beside.bin`"), "{alone}");
}

#[test]
fn ten_thousand_nested_nodes_and_a_million_nodes_are_refused() {
    let chain: Vec<String> = (1..10_000).map(|child| format!("{{\"children\":[{child}]}}")).collect();
    let deep = format!("{{\"asset\":{{\"version\":\"2.0\"}},\"nodes\":[{},{{}}]}}", chain.join(","));
    let message = |text: &str| gltf::read(text.as_bytes(), &ReadOptions::default()).unwrap_err().to_string();
    assert!(message(&deep).contains("nodes[256]: more than 256 nested nodes"), "{}", message(&deep));
    let many = format!("{{\"asset\":{{\"version\":\"2.0\"}},\"nodes\":[{}{{}}]}}", "{},".repeat(1_000_000));
    assert!(message(&many).contains("nodes: more than 65536 nodes"), "{}", message(&many));
    let nested = format!("{{\"asset\":{{\"version\":\"2.0\"}},\"extras\":{}", "[".repeat(100_000));
    // Passed over without recursion, up to where it breaks off.
    assert!(message(&nested).contains("extras: EOF while parsing a list"), "{}", message(&nested));
}

#[test]
fn every_truncation_is_an_error_or_a_whole_file() {
    // A file of some size: the canonical skeleton with 300 frames.
    let scene = from_motion(&swinging(300, 30.0), "swing");
    for container in [Container::Binary, Container::Text] {
        let bytes = gltf::write(&scene, container).unwrap();
        for length in (0..bytes.len()).step_by(1024).chain(0..40).chain(bytes.len() - 40..bytes.len()) {
            assert!(gltf::read(&bytes[..length], &ReadOptions::default()).is_err(), "{container:?}: {length}");
        }
    }
}

#[test]
fn damage_never_panics() {
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let folder = Some(data("gltf"));
    for name in table::<Value>("index.json").keys() {
        let original = bytes(name);
        for _ in 0..60 {
            let mut damaged = original.clone();
            for _ in 0..1 + dice.roll(4) {
                // Mostly the structure, which stands in front of the numbers.
                let place = dice.roll(damaged.len() * 3 / 5);
                damaged[place] = match dice.roll(3) {
                    0 => b'0' + dice.roll(10) as u8,
                    1 => damaged[place] ^ (1 << dice.roll(8)),
                    _ => b"{}[],:\"-9e."[dice.roll(11)],
                };
            }
            let Ok(scene) = gltf::read(&damaged, &ReadOptions { fps: None, folder: folder.clone() }) else { continue };
            for take in &scene.takes {
                let last = global_positions(&scene.nodes, Some((take, take.frames - 1)));
                assert_eq!(last.len(), scene.nodes.len());
                let _ = gltf::insert(&damaged, take, &gltf::InsertOptions::default());
            }
        }
    }
}

fn assert_same_positions(a: &Scene, b: &Scene, tolerance: f64) {
    assert_eq!(a.takes.len(), b.takes.len());
    for (first, second) in a.takes.iter().zip(&b.takes) {
        assert_eq!((&first.name, first.frames, first.fps), (&second.name, second.frames, second.fps));
        for frame in 0..first.frames {
            let places = global_positions(&a.nodes, Some((first, frame)));
            for (one, other) in places.iter().zip(global_positions(&b.nodes, Some((second, frame)))) {
                assert!(one.distance(other) < tolerance, "frame {frame}: {one} {other}");
            }
        }
    }
}

#[test]
fn scenes_are_written_and_read_again() {
    for name in table::<Value>("index.json").keys() {
        let scene = read(name).unwrap();
        for container in [Container::Binary, Container::Text] {
            let written = gltf::write(&scene, container).unwrap();
            assert_eq!(written, gltf::write(&scene, container).unwrap(), "{name}: not the same bytes");
            let again = gltf::read(&written, &ReadOptions { fps: scene.takes.first().map(|t| t.fps), folder: None });
            let again = again.unwrap_or_else(|error| panic!("{name}: {error}"));
            if name != "two_takes_at_two_rates.gltf" {
                assert_same_positions(&scene, &again, 1e-6);
            }
            let names = |scene: &Scene| scene.nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&again), names(&scene), "{name}");
        }
    }
}

#[test]
fn the_gltf_crate_reads_what_is_written() {
    let motion = swinging(50, 29.97);
    let written = gltf::write(&from_motion(&motion, "swing"), Container::Binary).unwrap();
    let file = ::gltf::Gltf::from_slice(&written).unwrap();
    let blob = file.blob.as_deref().unwrap();
    assert_eq!((file.nodes().count(), file.skins().count(), file.animations().count()), (22, 1, 1));
    let animation = file.animations().next().unwrap();
    assert_eq!((animation.name(), animation.channels().count()), (Some("swing"), 23));
    for channel in animation.channels() {
        let reader = channel.reader(|_| Some(blob));
        let times: Vec<f32> = reader.read_inputs().unwrap().collect();
        assert_eq!(times.len(), 50);
        assert!((f64::from(times[49]) - 49.0 / f64::from(29.97_f32)).abs() < 1e-6);
        let node = channel.target().node().index();
        match reader.read_outputs().unwrap() {
            ::gltf::animation::util::ReadOutputs::Rotations(values) => {
                for (frame, value) in values.into_f32().enumerate() {
                    let (a, b) = (glam::Quat::from_array(value), motion.rotations[frame][node]);
                    assert!(a.dot(b).abs() > 1.0 - 1e-6);
                }
            }
            ::gltf::animation::util::ReadOutputs::Translations(values) => {
                assert!(values.zip(&motion.root).all(|(value, root)| root.distance(value.into()) < 1e-7));
            }
            _ => panic!("there are only rotations and translations"),
        }
    }
    let skin = file.skins().next().unwrap();
    let matrices: Vec<_> = skin.reader(|_| Some(blob)).read_inverse_bind_matrices().unwrap().collect();
    // The left ankle stands at (0.085, 0.075, 0).
    let ankle = skin.joints().position(|joint| joint.name() == Some("left_ankle")).unwrap();
    assert!(glam::Vec4::from(matrices[ankle][3]).distance(glam::Vec4::new(-0.085, -0.075, 0.0, 1.0)) < 1e-6);
}

#[test]
fn bvh_goes_through_glb_and_comes_back_within_a_millimetre() {
    use ropar_exporters::bvh;
    let text = bvh::write(&swinging(90, 30.0)).unwrap();
    let scene = bvh::to_scene(&bvh::read(text.as_bytes()).unwrap(), None).unwrap();
    let glb = gltf::write(&scene, Container::Binary).unwrap();
    let middle = gltf::read(&glb, &ReadOptions::default()).unwrap();
    assert_same_positions(&scene, &middle, 1e-5);
    let kinds = |scene: &Scene| scene.nodes.iter().map(|node| node.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&middle), kinds(&scene));
    let back = bvh::write_scene(&middle, middle.takes.first()).unwrap().text;
    let back = bvh::to_scene(&bvh::read(back.as_bytes()).unwrap(), None).unwrap();
    assert_same_positions(&scene, &back, 1e-5);
}

#[test]
fn a_motion_becomes_a_vrma_file() {
    let motion = swinging(40, 30.0);
    let written = gltf::write_vrma(&motion, "wave", &Provenance::default()).unwrap();
    let file = json(&written);
    assert_eq!(file["extensionsUsed"][0], "VRMC_vrm_animation");
    assert!(file["asset"]["extras"].is_null());
    let with_origin = json(&gltf::write_vrma(&motion, "wave", &Provenance::new(common::metadata())).unwrap());
    assert_eq!(with_origin["asset"]["extras"], serde_json::Value::Object(common::metadata()));
    assert_eq!(with_origin["asset"]["generator"], file["asset"]["generator"]);
    let bones = file["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"].as_object().unwrap();
    assert_eq!(bones.len(), 22);
    // Bones that the specification requires of a humanoid.
    for bone in [
        "hips",
        "spine",
        "head",
        "leftUpperLeg",
        "leftLowerLeg",
        "leftFoot",
        "rightUpperLeg",
        "rightLowerLeg",
        "rightFoot",
        "leftUpperArm",
        "leftLowerArm",
        "leftHand",
        "rightUpperArm",
        "rightLowerArm",
        "rightHand",
    ] {
        assert!(bones.contains_key(bone), "{bone}");
    }
    let node = |bone: &str| bones[bone]["node"].as_u64().unwrap() as usize;
    assert_eq!(file["nodes"][node("leftUpperArm")]["name"], "left_shoulder");
    assert_eq!(file["nodes"][node("rightToes")]["name"], "right_foot");
    let scene = gltf::read(&written, &ReadOptions::default()).unwrap();
    assert_eq!(scene.nodes[scene.humanoid["upperChest"]].name, "spine3");
    let back = to_motion(&scene, &scene.takes[0]).unwrap();
    for (pose, expected) in back.positions().iter().flatten().zip(motion.positions().iter().flatten()) {
        assert!(pose.distance(*expected) < 1e-5);
    }
    // Nothing but the hips is moved.
    let moved: Vec<_> = scene.takes[0].tracks.iter().filter(|track| track.translation.is_some()).collect();
    assert_eq!(moved.len(), 1);
    assert!(scene.nodes.iter().all(|node| node.rest.rotation == DQuat::IDENTITY));
    assert!(gltf::write_vrma(&swinging(0, 30.0), "none", &Provenance::default()).unwrap_err().is_unfit());
}

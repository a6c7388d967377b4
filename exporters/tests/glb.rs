//! GLB: round trips, a second reader, damage.

mod common;

use common::{Dice, bits, metadata, swinging};
use glam::{Mat4, Quat, Vec3};
use gltf::animation::util::ReadOutputs;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};
use ropar_exporters::glb;

#[test]
fn motion_and_metadata_come_back_bit_for_bit() {
    for fps in [20.0, 24.0, 23.976, 30.0, 60.0, 120.0] {
        let motion = swinging(75, fps);
        let bytes = glb::write(&motion, &metadata()).unwrap();
        let (first, extras) = glb::read(&bytes).unwrap();
        assert_eq!(extras, metadata());
        assert_eq!(first.fps.to_bits(), fps.to_bits());
        for (wrote, read) in motion.rotations.iter().flatten().zip(first.rotations.iter().flatten()) {
            assert!(wrote == read || *wrote == -*read, "only the sign may differ: {wrote} {read}");
        }
        // What has been through a file once goes through unchanged.
        let again = glb::write(&first, &extras).unwrap();
        assert_eq!(again, bytes);
        assert_eq!(bits(&glb::read(&again).unwrap().0), bits(&first));
    }
}

#[test]
fn a_take_that_was_inserted_at_another_rate_is_read_at_its_own() {
    for fps in [60.0, 29.97, 7.5] {
        let motion = swinging(50, fps);
        let take = ropar_exporters::scene::from_motion(&motion, "motion").takes.remove(0);
        let bytes = glb::write(&swinging(75, 30.0), &metadata()).unwrap();
        let bytes = ropar_exporters::gltf::insert(&bytes, &take, &Default::default()).unwrap().bytes;
        let (read, extras) = glb::read(&bytes).unwrap();
        // The prompt of the motion that is gone does not speak of the new one.
        assert_eq!((read.frames(), extras), (50, Default::default()));
        assert!((read.fps / fps - 1.0).abs() < 1e-6, "{} for {fps}", read.fps);
        // An edit says it from then on.
        let edited = glb::replace(&bytes, &read, &[1], &metadata()).unwrap();
        assert_eq!(glb::read(&edited).unwrap().0.fps, read.fps);
    }
}

#[test]
fn rotations_are_continuous_in_sign() {
    let mut motion = swinging(40, 30.0);
    for rotations in motion.rotations.iter_mut().step_by(3) {
        *rotations = rotations.map(|rotation| -rotation);
    }
    let (read, _) = glb::read(&glb::write(&motion, &metadata()).unwrap()).unwrap();
    for pair in read.rotations.windows(2) {
        assert!(pair[0].iter().zip(&pair[1]).all(|(before, after)| before.dot(*after) > 0.0));
    }
}

#[test]
fn another_reader_finds_the_joints_where_core_puts_them() {
    let motion = swinging(50, 30.0);
    let bytes = glb::write(&motion, &metadata()).unwrap();
    let file = gltf::Gltf::from_slice(&bytes).unwrap();
    let blob = file.blob.as_deref().unwrap();
    let nodes: Vec<_> = file.nodes().collect();
    let animation = file.animations().next().unwrap();

    let mut rotations = vec![vec![Quat::IDENTITY; nodes.len()]; 50];
    let mut translations: Vec<Vec<Vec3>> =
        vec![nodes.iter().map(|node| Vec3::from(node.transform().decomposed().0)).collect(); 50];
    for channel in animation.channels() {
        let reader = channel.reader(|_| Some(blob));
        let times: Vec<f32> = reader.read_inputs().unwrap().collect();
        assert!((times[49] - 49.0 / 30.0).abs() < 1e-6);
        let node = channel.target().node().index();
        match reader.read_outputs().unwrap() {
            ReadOutputs::Translations(values) => {
                values.enumerate().for_each(|(frame, value)| translations[frame][node] = value.into());
            }
            ReadOutputs::Rotations(values) => {
                values.into_f32().enumerate().for_each(|(frame, v)| rotations[frame][node] = Quat::from_array(v));
            }
            _ => panic!("there are only translations and rotations"),
        }
    }
    let expected = motion.positions();
    fn visit(node: &gltf::Node, parent: Mat4, local: &dyn Fn(usize) -> Mat4, found: &mut dyn FnMut(&str, Vec3)) {
        let world = parent * local(node.index());
        found(node.name().unwrap(), world.transform_point3(Vec3::ZERO));
        node.children().for_each(|child| visit(&child, world, local, found));
    }
    for frame in 0..50 {
        let mut seen = 0;
        let local = |node: usize| Mat4::from_rotation_translation(rotations[frame][node], translations[frame][node]);
        let mut check = |name: &str, position: Vec3| {
            if let Some(joint) = JOINT_NAMES.iter().position(|other| *other == name) {
                assert!(position.distance(expected[frame][joint]) < 1e-5, "{name} in frame {frame}");
                seen += 1;
            }
        };
        for node in file.scenes().next().unwrap().nodes() {
            visit(&node, Mat4::IDENTITY, &local, &mut check);
        }
        assert_eq!(seen, JOINT_COUNT);
    }
}

#[test]
fn the_mannequin_is_closed_stands_on_the_floor_and_is_symmetric() {
    let bytes = glb::write(&swinging(1, 30.0), &metadata()).unwrap();
    assert!(bytes.len() < 160_000, "{} bytes", bytes.len());
    let file = gltf::Gltf::from_slice(&bytes).unwrap();
    let blob = file.blob.as_deref().unwrap();
    let mut all: Vec<Vec3> = Vec::new();
    for primitive in file.meshes().next().unwrap().primitives() {
        let reader = primitive.reader(|_| Some(blob));
        let positions: Vec<Vec3> = reader.read_positions().unwrap().map(Vec3::from).collect();
        let normals: Vec<Vec3> = reader.read_normals().unwrap().map(Vec3::from).collect();
        let indices: Vec<u32> = reader.read_indices().unwrap().into_u32().collect();
        let mut edges = std::collections::HashMap::new();
        for triangle in indices.chunks_exact(3) {
            let [a, b, c] = [triangle[0], triangle[1], triangle[2]];
            for (from, to) in [(a, b), (b, c), (c, a)] {
                assert!(edges.insert((from, to), ()).is_none(), "an edge is used twice in one direction");
            }
            let corners = [a, b, c].map(|vertex| positions[vertex as usize]);
            let face = (corners[1] - corners[0]).cross(corners[2] - corners[0]);
            let normal: Vec3 = [a, b, c].map(|vertex| normals[vertex as usize]).iter().sum();
            assert!(face.length() < 1e-7 || face.dot(normal) > 0.0, "a triangle faces inwards");
        }
        assert!(edges.keys().all(|(from, to)| edges.contains_key(&(*to, *from))), "the surface has a hole");
        all.extend(positions);
    }
    let low = all.iter().fold(Vec3::INFINITY, |low, position| low.min(*position));
    let high = all.iter().fold(Vec3::NEG_INFINITY, |high, position| high.max(*position));
    assert!(low.y.abs() < 0.004, "the soles are at {}", low.y);
    assert!((high.y - 1.70).abs() < 0.01, "the head ends at {}", high.y);
    assert!((low.x + high.x).abs() < 1e-4, "left and right differ: {} {}", low.x, high.x);
}

#[test]
fn replacing_joints_changes_their_rotations_and_nothing_else() {
    let original = glb::write(&swinging(60, 30.0), &metadata()).unwrap();
    let (motion, extras) = glb::read(&original).unwrap();
    // Nothing to change: the very same file.
    assert_eq!(glb::replace(&original, &motion, &[joint::LEFT_ELBOW], &extras).unwrap(), original);

    let mut other = swinging(60, 30.0).mirror();
    other.root.iter_mut().for_each(|root| root.y += 1.0);
    let span = 20..40;
    for frame in (0..60).filter(|frame| !span.contains(frame)) {
        other.rotations[frame] = motion.rotations[frame];
    }
    let joints = [joint::LEFT_SHOULDER, joint::LEFT_ELBOW];
    let mut new_extras = extras.clone();
    new_extras.insert("edited".to_owned(), "left_arm".into());
    let bytes = glb::replace(&original, &other, &joints, &new_extras).unwrap();
    let (read, read_extras) = glb::read(&bytes).unwrap();
    assert_eq!(read_extras, new_extras);
    let mut expected = motion.clone();
    for frame in span {
        for joint in joints {
            expected.rotations[frame][joint] = other.rotations[frame][joint];
        }
    }
    for frame in 0..60 {
        assert_eq!(read.root[frame], expected.root[frame]);
        for joint in 0..JOINT_COUNT {
            let (read, expected) = (read.rotations[frame][joint], expected.rotations[frame][joint]);
            let sign_is_free = joints.contains(&joint) && (20..40).contains(&frame);
            assert!(read == expected || (sign_is_free && read == -expected), "{frame} {joint}");
        }
    }
    // The mesh, byte for byte: everything in the binary part up to the animation.
    let binary = |bytes: &[u8]| gltf::Gltf::from_slice(bytes).unwrap().blob.unwrap();
    let (before, after) = (binary(&original), binary(&bytes));
    assert_eq!(before.len(), after.len());
    let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
    assert!(changed > 0 && changed <= 2 * 20 * 16, "{changed} bytes changed");
}

#[test]
fn a_motion_of_another_length_is_refused() {
    let original = glb::write(&swinging(60, 30.0), &metadata()).unwrap();
    let error = glb::replace(&original, &swinging(59, 30.0), &[0], &metadata()).unwrap_err();
    assert!(error.is_unfit_motion() && error.to_string().contains("59 frames but the file has 60"), "{error}");
}

#[test]
fn unusable_motions_are_refused() {
    let mut nan = swinging(5, 30.0);
    nan.rotations[3][joint::NECK].x = f32::NAN;
    let message = glb::write(&nan, &metadata()).unwrap_err().to_string();
    assert!(message.contains("frame 3") && message.contains("neck"), "{message}");
    assert!(glb::write(&swinging(0, 30.0), &metadata()).unwrap_err().to_string().contains("no frames"));
    let mut ragged = swinging(5, 30.0);
    ragged.root.pop();
    assert!(glb::write(&ragged, &metadata()).is_err());
    assert!(glb::write(&swinging(5, f32::INFINITY), &metadata()).is_err());
    let mut zero = swinging(5, 30.0);
    zero.rotations[0][0] = Quat::from_xyzw(0.0, 0.0, 0.0, 0.0);
    assert!(glb::write(&zero, &metadata()).is_err());
}

#[test]
fn rotations_of_another_length_are_normalised() {
    let mut motion = swinging(3, 30.0);
    motion.rotations[1][5] *= 2.0;
    let (read, _) = glb::read(&glb::write(&motion, &metadata()).unwrap()).unwrap();
    assert!(read.rotations.iter().flatten().all(|rotation| (rotation.length() - 1.0).abs() < 1e-6));
}

#[test]
fn files_of_other_programs_are_told_apart() {
    let join = |json: &str| {
        let mut padded = json.as_bytes().to_vec();
        padded.resize(padded.len().next_multiple_of(4), b' ');
        let mut bytes = b"glTF".to_vec();
        bytes.extend(2u32.to_le_bytes());
        bytes.extend((12 + 8 + padded.len() as u32 + 8).to_le_bytes());
        bytes.extend((padded.len() as u32).to_le_bytes());
        bytes.extend(b"JSON");
        bytes.extend(padded);
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(b"BIN\0");
        bytes
    };
    let message = |json: &str| glb::read(&join(json)).unwrap_err().to_string();
    let blender = message(r#"{"asset":{"version":"2.0","generator":"Khronos glTF Blender I/O v4.2.70"},"nodes":7}"#);
    assert!(blender.contains("not written by RoPAR") && blender.contains("Blender"), "{blender}");
    let newer =
        message(r#"{"asset":{"version":"2.0","generator":"RoPAR 9","extras":{"ropar":{"format":2,"fps":30}}}}"#);
    assert!(newer.contains("newer"), "{newer}");
    let empty =
        message(r#"{"asset":{"version":"2.0","generator":"RoPAR 1","extras":{"ropar":{"format":1,"fps":30}}}}"#);
    assert!(empty.contains("no animation"), "{empty}");
    assert!(glb::read(b"HIERARCHY").unwrap_err().to_string().contains("not a GLB file"));
    assert!(glb::read(b"").is_err());
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = glb::write(&swinging(2, 30.0), &metadata()).unwrap();
    for length in (0..bytes.len()).step_by(997).chain(0..64).chain(bytes.len() - 64..bytes.len()) {
        assert!(glb::read(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn damage_never_panics() {
    let bytes = glb::write(&swinging(2, 30.0), &metadata()).unwrap();
    let json_end = 20 + u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let mut damaged = bytes.clone();
        for _ in 0..1 + dice.roll(4) {
            // Mostly the structure: most of the rest are numbers that may be anything.
            let place = dice.roll(json_end);
            damaged[place] = match dice.roll(3) {
                0 => b'0' + dice.roll(10) as u8,
                1 => damaged[place] ^ (1 << dice.roll(8)),
                _ => dice.roll(256) as u8,
            };
        }
        if let Ok((motion, extras)) = glb::read(&damaged) {
            let _ = glb::replace(&damaged, &motion, &[1, 2, 3], &extras);
        }
    }
}

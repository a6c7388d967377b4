//! A character's file, read once, gives the same copies as reading it for each.

use std::fs;

use ropar_core::motion::Motion;
use ropar_core::skeleton::JOINT_COUNT;
use ropar_exporters::scene::from_motion;
use ropar_exporters::{InsertOptions, RigFile, WriteSceneOptions, insert_take, read_scene, write_scene};

fn motion(frames: usize) -> Motion {
    let turn = |frame: usize| glam::Quat::from_rotation_x(frame as f32 * 0.05);
    Motion {
        fps: 30.0,
        root: (0..frames).map(|frame| glam::Vec3::new(0.0, 0.9, frame as f32 * 0.01)).collect(),
        rotations: (0..frames).map(|frame| [turn(frame); JOINT_COUNT]).collect(),
    }
}

#[test]
fn copies_are_those_of_inserting_by_file_name() {
    let folder = tempfile::tempdir().expect("folder");
    let take = from_motion(&motion(9), "new").takes.remove(0);
    for extension in ["glb", "gltf", "fbx"] {
        let rig = folder.path().join(format!("rig.{extension}"));
        write_scene(&rig, &from_motion(&motion(5), "old"), &WriteSceneOptions::default()).expect("written");
        let file = RigFile::open(&rig).expect("opened");
        let (bytes, _) = file.with_take(&take).expect("inserted");
        assert!(bytes == file.with_take(&take).expect("inserted").0, "{extension}: two copies differ");
        let copy = folder.path().join(format!("copy.{extension}"));
        insert_take(&rig, &copy, &take, &InsertOptions::default()).expect("inserted");
        assert!(bytes == fs::read(&copy).expect("read"), "{extension}: another copy than that by file name");
        let names: Vec<String> = read_scene(&copy).expect("read").takes.into_iter().map(|take| take.name).collect();
        assert_eq!(names, ["old", "new"], "{extension}");
    }
}

#[test]
fn a_take_for_an_fbx_file_gets_the_rate_of_its_others() {
    let folder = tempfile::tempdir().expect("folder");
    let rig = folder.path().join("rig.fbx");
    write_scene(&rig, &from_motion(&motion(5), "old"), &WriteSceneOptions::default()).expect("written");
    let take = from_motion(&motion(9), "new").takes.remove(0).resampled(60.0);
    let (bytes, written) = RigFile::open(&rig).expect("opened").with_take(&take).expect("inserted");
    assert!(written.warnings.iter().any(|warning| warning.contains("from 60 to 30")), "{:?}", written.warnings);
    assert_eq!((written.frames, written.fps), (9, 30.0));
    let copy = folder.path().join("copy.fbx");
    fs::write(&copy, bytes).expect("written");
    let scene = read_scene(&copy).expect("read");
    assert_eq!(scene.take("new").map(|take| (take.frames, take.fps)), Some((9, 30.0)));
}

#[test]
fn a_bvh_file_is_written_with_the_take_in_place_of_its_own() {
    let folder = tempfile::tempdir().expect("folder");
    let rig = folder.path().join("rig.bvh");
    write_scene(&rig, &from_motion(&motion(5), "old"), &WriteSceneOptions::default()).expect("written");
    let take = from_motion(&motion(9), "new").takes.remove(0);
    let file = RigFile::open(&rig).expect("opened");
    assert_eq!(file.scene().takes[0].frames, 5);
    let text = String::from_utf8(file.with_take(&take).expect("exchanged").0).expect("text");
    assert!(text.contains("Frames: 9"), "{text}");
}

#[test]
fn a_gltf_file_that_needs_others_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let rig = folder.path().join("rig.gltf");
    let json = r#"{"asset":{"version":"2.0"},"buffers":[{"uri":"rig.bin","byteLength":4}]}"#;
    fs::write(&rig, json).expect("written");
    let message = RigFile::open(&rig).expect_err("refused").to_string();
    assert!(message.contains("rig.bin") && message.contains(".glb"), "{message}");
}

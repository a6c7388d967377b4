//! Scenes by file name, and what is found out about them.

mod common;

use std::path::Path;

use common::{data, swinging};
use ropar_core::motion::Motion;
use ropar_exporters::inspect::{RestPose, inspect};
use ropar_exporters::retarget_files::{Character, CharacterOptions};
use ropar_exporters::scene::{Node, Scene, Take, Track, from_motion, global_positions};
use ropar_exporters::{
    Clip, Error, ErrorKind, Format, InsertOptions, ReadSceneOptions, RigFile, WriteSceneOptions, insert_take,
    read_scene, read_scene_with, write_clip, write_scene,
};
use serde_json::Map;

fn scene() -> Scene {
    from_motion(&swinging(61, 30.0), "swing")
}

fn write(path: &Path, options: &WriteSceneOptions) -> Result<Vec<String>, Error> {
    write_scene(path, &scene(), options)
}

#[test]
fn scenes_go_through_every_format_that_holds_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.glb", "b.GLTF", "c.bvh", "d.vrma"] {
        let path = folder.path().join(name);
        assert!(write(&path, &WriteSceneOptions::default()).unwrap().is_empty(), "{name}");
        let read = read_scene(&path).unwrap();
        let (take, expected) = (&read.takes[0], &scene().takes[0]);
        assert_eq!((take.frames, take.fps), (61, 30.0), "{name}");
        for frame in [0, 17, 60] {
            let found = global_positions(&read.nodes, Some((take, frame)));
            let wanted = global_positions(&scene().nodes, Some((expected, frame)));
            for (node, wanted) in scene().nodes.iter().zip(wanted) {
                let index = read.nodes.iter().position(|other| other.name == node.name).unwrap();
                assert!(found[index].distance(wanted) < 1e-5, "{name}: {} in frame {frame}", node.name);
            }
        }
    }
    // Buffers beside the file are found by the file's own folder.
    assert_eq!(read_scene(&data("gltf/buffer_beside.gltf")).unwrap().takes[0].frames, 6);
    let metres = ReadSceneOptions { fps: None, metres_per_unit: Some(1.0) };
    assert_eq!(read_scene_with(&data("bvh/plain.bvh"), &metres).unwrap().nodes[1].rest.translation.y, 30.0);
}

#[test]
fn takes_are_chosen_cut_and_resampled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.glb");
    let options =
        WriteSceneOptions { take: Some("swing".to_owned()), fps: Some(60.0), start: Some(0.5), end: Some(1.5) };
    write(&path, &options).unwrap();
    let take = &read_scene(&path).unwrap().takes[0];
    assert_eq!((take.frames, take.fps), (61, 60.0));
    let refused = |options: WriteSceneOptions| {
        let error = write(&path, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        error.to_string()
    };
    let unknown = refused(WriteSceneOptions { take: Some("run".to_owned()), ..Default::default() });
    assert!(unknown.contains("the source has no take `run`: `swing`"), "{unknown}");
    let late = refused(WriteSceneOptions { start: Some(3.0), ..Default::default() });
    assert!(late.contains("no frame of `swing` lies from 3 s on; it lasts"), "{late}");
    assert!(refused(WriteSceneOptions { fps: Some(f64::NAN), ..Default::default() }).contains("frames per second"));

    let two = read_scene(&data("gltf/two_takes_at_two_rates.gltf")).unwrap();
    let warnings = write_scene(&folder.path().join("b.bvh"), &two, &WriteSceneOptions::default()).unwrap();
    assert!(warnings[0].contains("`swing` is written"), "{warnings:?}");
    let options = WriteSceneOptions { take: Some("nod".to_owned()), ..Default::default() };
    assert!(write_scene(&folder.path().join("b.bvh"), &two, &options).unwrap().is_empty());
    assert_eq!(read_scene(&folder.path().join("b.bvh")).unwrap().takes[0].fps, 24.0);
}

#[test]
fn rates_that_ask_for_more_than_memory_holds_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    // Two frames an hour apart become 3.6 million.
    let mut slow = scene();
    slow.takes[0] = slow.takes[0].cut(0.0, 1.0 / 30.0).unwrap();
    slow.takes[0].fps = 1.0 / 3600.0;
    let options = WriteSceneOptions { fps: Some(1000.0), ..Default::default() };
    for name in ["a.glb", "a.fbx", "a.bvh"] {
        let error = write_scene(&folder.path().join(name), &slow, &options).unwrap_err();
        assert!(error.to_string().contains("which are 3600001 at 1000"), "{error}");
    }
    let clip = Clip::new(Motion { fps: 1.0 / 3600.0, ..swinging(2, 30.0) }, Map::new());
    let error = write_clip(&folder.path().join("a.glb"), &clip, Some(1000.0)).unwrap_err();
    assert!(error.to_string().contains("choose a lower rate"), "{error}");
    // Each take alone would do: 60 of 30,000 frames with 23 tracks.
    let mut many = scene();
    many.takes = vec![many.takes[0].clone(); 60];
    many.takes.iter_mut().for_each(|take| take.fps = 2.0);
    let error = write_scene(&folder.path().join("a.glb"), &many, &options).unwrap_err();
    assert!(error.to_string().contains("values together"), "{error}");

    // A rig whose other takes have a rate that is a thousand times as high.
    let fast = Scene { takes: vec![Take { fps: 1000.0, ..scene().takes[0].clone() }], ..scene() };
    let rig = folder.path().join("rig.fbx");
    write_scene(&rig, &fast, &WriteSceneOptions::default()).unwrap();
    let take = Take { name: "slow".to_owned(), ..slow.takes[0].clone() };
    assert!(RigFile::open(&rig).unwrap().with_take(&take).is_err());
    let character = Character::read(&rig, &CharacterOptions::default()).unwrap();
    assert!(character.write(&folder.path().join("out.fbx"), &take).is_err());
    // A frame time that no reader would take is not written.
    let error = write_scene(&folder.path().join("a.bvh"), &slow, &WriteSceneOptions::default()).unwrap_err();
    assert!(error.to_string().contains("`Frame Time` is 3600; it is in seconds"), "{error}");
}

#[test]
fn a_take_that_moves_nothing_goes_along_with_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut two = scene();
    two.takes.push(Take { name: "still".to_owned(), tracks: Vec::new(), ..two.takes[0].clone() });
    for name in ["a.glb", "a.fbx"] {
        let path = folder.path().join(name);
        write_scene(&path, &two, &WriteSceneOptions::default()).unwrap();
        let read = read_scene(&path).unwrap();
        let takes: Vec<_> = read.takes.iter().map(|take| (take.name.as_str(), take.frames, take.fps)).collect();
        assert_eq!(takes, [("swing", 61, 30.0), ("still", 61, 30.0)], "{name}");
        // And into a file that has another one.
        let still = Take { name: "pause".to_owned(), ..two.takes[1].clone() };
        insert_take(&path, &path, &still, &InsertOptions::default()).unwrap();
        let read = read_scene(&path).unwrap();
        assert_eq!(read.take("pause").map(|take| take.frames), Some(61), "{name}");
        let (rest, found) =
            (global_positions(&read.nodes, None), global_positions(&read.nodes, read.take("pause").map(|t| (t, 60))));
        assert!(rest.iter().zip(found).all(|(rest, found)| rest.distance(found) < 1e-6), "{name}");
    }
}

#[test]
fn what_would_not_be_read_again_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let link =
        |index: usize| Node { name: format!("n{index}"), parent: index.checked_sub(1), ..scene().nodes[0].clone() };
    for (name, deepest) in [("a.glb", 256), ("a.gltf", 256), ("a.fbx", 1000)] {
        let path = folder.path().join(name);
        std::fs::write(&path, "precious").unwrap();
        let chain = |length: usize| Scene { nodes: (0..length).map(link).collect(), ..Scene::default() };
        let error = write_scene(&path, &chain(deepest + 1), &WriteSceneOptions::default()).unwrap_err();
        assert!(error.to_string().contains("nested nodes"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
        write_scene(&path, &chain(deepest - 1), &WriteSceneOptions::default()).unwrap();
        assert_eq!(read_scene(&path).unwrap().nodes.len(), deepest - 1, "{name}");
    }
    // As many takes as together have 30 million values and more.
    let mut many = scene();
    let frames = 100_000;
    let track = |node: usize| Track { node, rotation: Some(vec![glam::DQuat::IDENTITY; frames]), ..Track::default() };
    let take = Take { frames, tracks: (0..1).map(track).collect(), ..many.takes[0].clone() };
    many.takes = vec![take; 301];
    let error = write_scene(&folder.path().join("b.glb"), &many, &WriteSceneOptions::default()).unwrap_err();
    assert!(error.to_string().contains("values together"), "{error}");
}

#[test]
fn what_a_format_cannot_hold_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, scene: &Scene| {
        let path = folder.path().join(name);
        let error = write_scene(&path, scene, &WriteSceneOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(!path.exists());
        error.to_string()
    };
    assert!(refused("a.vrm", &scene()).contains("an avatar cannot be made from joints"));
    let foreign = read_scene(&data("gltf/skin_with_mesh.glb")).unwrap();
    assert!(refused("a.vrma", &foreign).contains("the joint `pelvis` is missing"));
    let warnings = write_scene(&folder.path().join("a.glb"), &foreign, &WriteSceneOptions::default()).unwrap();
    assert!(warnings[0].contains("1 meshes are left out"), "{warnings:?}");
    let two = read_scene(&data("gltf/two_takes_at_two_rates.gltf")).unwrap();
    let error = write_scene(&folder.path().join("a.fbx"), &two, &WriteSceneOptions::default()).unwrap_err();
    assert!(error.to_string().contains("one frame rate") && error.next_step().contains("--fps"), "{error}");
    for name in ["clip.vrm", "clip.gltf"] {
        let clip = Clip::new(swinging(3, 30.0), Map::new());
        let error = write_clip(&folder.path().join(name), &clip, None).unwrap_err();
        assert!(matches!(error, Error::Unfit { .. }), "{error}");
        assert!(Format::of_new_clip(Path::new(name)).is_err());
    }
}

#[test]
fn a_take_goes_into_a_file_and_the_source_stays() {
    let folder = tempfile::tempdir().unwrap();
    let target = data("gltf/vrm_1.vrm");
    let before = std::fs::read(&target).unwrap();
    let mut take = read_scene(&target).unwrap().takes.remove(0).resampled(60.0);
    take.name = "twice as many".to_owned();
    let output = folder.path().join("new.vrm");
    assert!(insert_take(&target, &output, &take, &InsertOptions::default()).unwrap().is_empty());
    assert_eq!(std::fs::read(&target).unwrap(), before);
    let takes: Vec<_> =
        read_scene(&output).unwrap().takes.into_iter().map(|take| (take.name, take.frames, take.fps)).collect();
    assert_eq!(takes, [("swing".to_owned(), 6, 30.0), ("twice as many".to_owned(), 11, 60.0)]);
    let error = insert_take(&target, &folder.path().join("new.glb"), &take, &InsertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("needs the target's extension"), "{error}");
    let bvh = data("bvh/plain.bvh");
    let error = insert_take(&bvh, &folder.path().join("new.bvh"), &take, &InsertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("holds one animation"), "{error}");
}

#[test]
fn a_rig_is_described() {
    let found = inspect(&scene());
    assert_eq!((found.nodes, found.joints, found.known_joints), (22, 22, 22));
    assert_eq!(found.naming.as_deref(), Some("ropar"));
    assert_eq!((found.rest_pose, found.facing.as_deref()), (RestPose::T, Some("+Z")));
    // From the ball of the foot to the head joint, by the skeleton's table of offsets.
    assert!((found.height - (0.935 + 0.11 + 0.13 + 0.055 + 0.21 + 0.09)).abs() < 1e-6, "{}", found.height);
    assert_eq!((found.takes[0].frames, found.takes[0].seconds), (61, 61.0 / 30.0));
    assert!(found.problems.is_empty(), "{:?}", found.problems);

    let turned = |degrees: f64| {
        let mut scene = scene();
        for (name, sign) in [("left_shoulder", -1.0), ("right_shoulder", 1.0)] {
            let node = scene.nodes.iter_mut().find(|node| node.name == name).unwrap();
            node.rest.rotation = glam::DQuat::from_rotation_z((sign * degrees).to_radians());
        }
        inspect(&scene).rest_pose
    };
    assert_eq!(
        [turned(10.0), turned(45.0), turned(85.0), turned(-40.0)],
        [RestPose::T, RestPose::A, RestPose::Other, RestPose::Other]
    );
}

#[test]
fn problems_are_found() {
    let problems = |change: &dyn Fn(&mut Scene)| {
        let mut scene = scene();
        change(&mut scene);
        inspect(&scene).problems.join("; ")
    };
    assert!(problems(&|scene| scene.takes.clear()).contains("there is no animation"));
    let giant = |scene: &mut Scene| scene.nodes.iter_mut().for_each(|node| node.rest.translation *= 100.0);
    assert!(problems(&giant).contains("m tall; is the unit right?"));
    let lying = |scene: &mut Scene| scene.nodes[0].rest.rotation = glam::DQuat::from_rotation_x(1.5);
    assert!(problems(&lying).contains("not up"));
    let backwards = |scene: &mut Scene| scene.nodes[0].rest.rotation = glam::DQuat::from_rotation_y(3.1);
    assert!(problems(&backwards).contains("faces -Z, not +Z"));
    // One name that says nothing leaves the rest of the names; without any, the shape alone is left.
    let unnamed = problems(&|scene| scene.nodes[4].name = "Bone".to_owned());
    assert!(unnamed.contains("by their place in the skeleton") && unnamed.contains("`Bone` as left_knee"), "{unnamed}");
    let nameless =
        |scene: &mut Scene| scene.nodes.iter_mut().enumerate().for_each(|(i, n)| n.name = format!("Bone{i}"));
    assert!(problems(&nameless).contains("by the shape of the skeleton"));
    assert!(problems(&|scene| scene.nodes[4].name = "spine1".to_owned()).contains("borne by several joints"));
    assert!(problems(&|scene| scene.nodes.clear()).contains("there is no skeleton"));
    let humanoid = inspect(&read_scene(&data("gltf/vrm_0.vrm")).unwrap());
    assert!(humanoid.problems.join("; ").contains("no legs"), "its table names four bones");
}

#[test]
fn a_file_that_is_not_there_yet_is_no_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    for name in ["a.glb", "a.vrm", "a.fbx", "a.bvh"] {
        let path = folder.path().join(name);
        for (content, said, next) in [(pointer, "Git LFS pointer", "git lfs pull"), ("", "is empty", "again")] {
            std::fs::write(&path, content).unwrap();
            let error = read_scene(&path).unwrap_err();
            assert!(error.to_string().contains(said) && error.next_step().contains(next), "{name}: {error}");
            assert_eq!(error.kind(), ErrorKind::Input, "{name}");
        }
    }
}

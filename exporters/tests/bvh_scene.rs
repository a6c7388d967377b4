//! Scenes from BVH files and back.

mod common;

use common::{data, swinging};
use glam::{DQuat, DVec3};
use ropar_exporters::bvh;
use ropar_exporters::scene::{Node, NodeKind, Scene, Take, Track, Transform, from_motion, global_positions, to_motion};

fn readable() -> Vec<(String, bvh::BvhClip)> {
    let mut found: Vec<_> = std::fs::read_dir(data("bvh"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| !name.starts_with("wrong_"))
        .map(|(name, path)| (name, bvh::read(&std::fs::read(path).unwrap()).unwrap()))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() >= 20);
    found
}

#[test]
fn every_file_becomes_a_scene_with_the_clips_positions_and_comes_back_within_a_micrometre() {
    for (name, clip) in readable() {
        let scene = bvh::to_scene(&clip, Some(0.01)).unwrap();
        let take = &scene.takes[0];
        assert_eq!((take.frames, take.fps), (clip.frame_count, clip.fps()), "{name}");
        let written = bvh::write_scene(&scene, Some(take)).unwrap();
        let again = bvh::to_scene(&bvh::read(written.text.as_bytes()).unwrap(), Some(0.01)).unwrap();
        assert_eq!((again.takes[0].frames, again.takes[0].fps), (take.frames, take.fps), "{name}");
        for frame in 0..take.frames {
            let expected = clip.global_positions(frame);
            let first = global_positions(&scene.nodes, Some((take, frame)));
            let second = global_positions(&again.nodes, Some((&again.takes[0], frame)));
            for (index, node) in scene.nodes.iter().enumerate() {
                assert!(first[index].distance(expected[index] * 0.01) < 1e-12, "{name}, {}", node.name);
                let twin = again.nodes.iter().position(|other| other.name == node.name);
                let twin = twin.unwrap_or_else(|| panic!("{name}: {} is lost: {}", node.name, written.text));
                let distance = first[index].distance(second[twin]);
                assert!(distance < 1e-6, "{name}, {} in frame {frame}: {distance} m", node.name);
            }
        }
    }
}

#[test]
fn channel_values_are_written_again_as_they_were_read() {
    // Orders and counts of channels are those that the writer chooses, so every value is comparable.
    let text = bvh::write(&swinging(40, 30.0)).unwrap();
    let clip = bvh::read(text.as_bytes()).unwrap();
    let scene = bvh::to_scene(&clip, None).unwrap();
    let again = bvh::read(bvh::write_scene(&scene, scene.takes.first()).unwrap().text.as_bytes()).unwrap();
    assert_eq!(again.joints, clip.joints);
    for (a, b) in again.frames.iter().zip(&clip.frames) {
        assert!((a - b).abs() <= 2e-6, "{a} {b}");
    }
}

#[test]
fn bvh_anim_reads_the_same_values_from_what_is_written() {
    for (name, clip) in readable() {
        if ["two_roots", "names_with_colon", "names_with_spaces", "latin1_name"].contains(&name.as_str()) {
            continue; // bvh_anim refuses the first and cuts such names
        }
        let scene = bvh::to_scene(&clip, Some(0.01)).unwrap();
        let text = bvh::write_scene(&scene, scene.takes.first()).unwrap().text;
        let ours = bvh::read(text.as_bytes()).unwrap();
        let theirs = bvh_anim::from_bytes(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!(theirs.num_frames(), clip.frame_count, "{name}");
        let bones = ours.joints.iter().filter(|joint| !joint.is_end_site).count();
        assert_eq!(theirs.joints().count(), bones, "{name}");
        for (frame, values) in theirs.frames().enumerate() {
            for (a, b) in values.as_slice().iter().zip(ours.frame(frame)) {
                assert!((f64::from(*a) - b).abs() < 1e-3, "{name}, frame {frame}");
            }
        }
    }
}

#[test]
fn the_unit_is_guessed_from_the_size_and_told() {
    let text = bvh::write(&swinging(2, 30.0)).unwrap();
    for (factor, metres) in [(1.0, 0.01), (0.01, 1.0), (10.0, 0.001), (100.0 / 2.54 / 100.0, 0.0254)] {
        let mut clip = bvh::read(text.as_bytes()).unwrap();
        clip.joints.iter_mut().for_each(|joint| joint.offset *= factor);
        let scene = bvh::to_scene(&clip, None).unwrap();
        let thigh = scene.nodes.iter().find(|node| node.name == "left_knee").unwrap().rest.translation.length();
        assert!((thigh - 0.4).abs() < 0.01, "{metres}: {thigh}");
        assert!(scene.warnings[0].contains(&format!("{metres} m")), "{:?}", scene.warnings);
    }
    // Nobody's names: 65 units from end to end are centimetres.
    let plain = bvh::read(&std::fs::read(data("bvh/plain.bvh")).unwrap()).unwrap();
    assert_eq!(bvh::to_scene(&plain, None).unwrap().nodes[1].rest.translation, DVec3::new(0.0, 0.3, 0.0));
    assert!(bvh::to_scene(&plain, Some(1.0)).unwrap().warnings.is_empty());
}

/// An armature object in centimetres with Z up, as many exporters write it, over two joints.
fn armature() -> Scene {
    let node = |name: &str, parent, rest, kind| Node { name: name.to_owned(), parent, rest, kind };
    let object = Transform {
        translation: DVec3::new(1.0, 0.0, 0.0),
        rotation: DQuat::from_rotation_x(-90_f64.to_radians()),
        scale: DVec3::splat(0.01),
    };
    // In the armature's own space: Z up, centimetres.
    let hip = Transform {
        translation: DVec3::new(0.0, 0.0, 100.0),
        rotation: DQuat::from_rotation_x(90_f64.to_radians()),
        ..Transform::IDENTITY
    };
    let knee = Transform { translation: DVec3::new(0.0, -50.0, 0.0), ..Transform::IDENTITY };
    let tip = Transform { translation: DVec3::new(0.0, -40.0, 10.0), ..Transform::IDENTITY };
    let bend = (0..3).map(|frame| DQuat::from_rotation_x((30.0 * frame as f64).to_radians())).collect();
    Scene {
        nodes: vec![
            node("Armature", None, object, NodeKind::Group),
            node("hip", Some(0), hip, NodeKind::Joint),
            node("knee", Some(1), knee, NodeKind::Joint),
            node("toe", Some(2), tip, NodeKind::Tip),
        ],
        takes: vec![Take {
            name: "kick".to_owned(),
            fps: 24.0,
            frames: 3,
            tracks: vec![Track { node: 2, rotation: Some(bend), ..Track::default() }],
            ..Take::default()
        }],
        ..Scene::default()
    }
}

#[test]
fn groups_and_scales_go_into_offsets() {
    let scene = armature();
    let written = bvh::write_scene(&scene, Some(&scene.takes[0])).unwrap();
    assert!(written.warnings.is_empty(), "{:?}", written.warnings);
    let clip = bvh::read(written.text.as_bytes()).unwrap();
    let names: Vec<&str> = clip.joints.iter().map(|joint| joint.name.as_str()).collect();
    assert_eq!(names, ["hip", "knee", "knee_end"]);
    // The armature turns Z up to Y up and the hip's own turn undoes it for what hangs below: by hand, in centimetres.
    let (cos, sin) = (60_f64.to_radians().cos(), 60_f64.to_radians().sin());
    for (frame, toe) in [
        (0, DVec3::new(100.0, 10.0, 10.0)),
        // About X by 60 degrees: (y, z) = (-40 cos - 10 sin, -40 sin + 10 cos) from the knee at (100, 50, 0).
        (2, DVec3::new(100.0, 50.0 - 40.0 * cos - 10.0 * sin, -40.0 * sin + 10.0 * cos)),
    ] {
        let at = clip.global_positions(frame);
        assert!(at[0].distance(DVec3::new(100.0, 100.0, 0.0)) < 1e-5, "{}", at[0]);
        assert!(at[1].distance(DVec3::new(100.0, 50.0, 0.0)) < 1e-5, "{}", at[1]);
        assert!(at[2].distance(toe) < 1e-5, "{frame}: {}", at[2]);
    }
}

#[test]
fn the_zero_pose_is_the_rest_pose() {
    let mut scene = armature();
    scene.nodes[2].rest.rotation = DQuat::from_rotation_z(1.0);
    let clip = bvh::read(bvh::write_scene(&scene, None).unwrap().text.as_bytes()).unwrap();
    assert_eq!((clip.frame_count, clip.fps()), (1, 30.0));
    let rotations: f64 = clip.frame(0)[3..].iter().map(|value| value.abs()).sum();
    assert!(rotations < 1e-5, "{:?}", clip.frame(0));
    let expected = global_positions(&scene.nodes, None);
    for (at, expected) in clip.global_positions(0).iter().zip(&expected[1..]) {
        assert!((*at / 100.0).distance(*expected) < 1e-7);
    }
}

#[test]
fn joints_that_move_within_their_parents_get_position_channels() {
    let mut scene = armature();
    let slide: Vec<DVec3> = (0..3).map(|frame| DVec3::new(0.0, -50.0 - 5.0 * frame as f64, 0.0)).collect();
    scene.takes[0].tracks[0].translation = Some(slide);
    let written = bvh::write_scene(&scene, Some(&scene.takes[0])).unwrap();
    assert_eq!(written.warnings, ["1 joints move within their parents and have position channels"]);
    let clip = bvh::read(written.text.as_bytes()).unwrap();
    assert_eq!(clip.joints[1].channels.len(), 6);
    assert!(clip.global_positions(2)[1].distance(DVec3::new(100.0, 40.0, 0.0)) < 1e-5);
}

#[test]
fn a_motion_goes_through_a_scene_and_a_file() {
    let motion = swinging(30, 30.0);
    let scene = from_motion(&motion, "swing");
    assert_eq!(to_motion(&scene, &scene.takes[0]).unwrap(), motion);
    let text = bvh::write_scene(&scene, scene.takes.first()).unwrap().text;
    let read = bvh::to_scene(&bvh::read(text.as_bytes()).unwrap(), None).unwrap();
    let back = to_motion(&read, &read.takes[0]).unwrap();
    for (pose, expected) in back.positions().iter().zip(motion.positions()) {
        assert!(pose.iter().zip(expected).all(|(a, b)| a.distance(b) < 1e-5));
    }
    let other = bvh::to_scene(&bvh::read(text.replace("left_knee", "LeftLeg").as_bytes()).unwrap(), None).unwrap();
    assert_eq!(to_motion(&other, &other.takes[0]).unwrap_err(), "the joint `left_knee` is missing");
}

#[test]
fn takes_are_resampled_and_cut() {
    let scene = from_motion(&swinging(61, 30.0), "swing");
    let take = &scene.takes[0];
    let double = take.resampled(60.0);
    assert_eq!((double.frames, double.fps), (121, 60.0));
    // Core's own resampling is the second opinion.
    let expected = swinging(61, 30.0).resample(60.0);
    let found = to_motion(&scene, &double).unwrap();
    for (a, b) in found.positions().iter().flatten().zip(expected.positions().iter().flatten()) {
        assert!(a.distance(*b) < 1e-5);
    }
    let middle = take.cut(0.5, 1.0).unwrap();
    assert_eq!(middle.frames, 16);
    assert_eq!(middle.local(&scene.nodes, 0, 0), take.local(&scene.nodes, 0, 15));
    assert_eq!(take.cut(-5.0, 99.0).as_ref(), Some(take));
    assert!(take.cut(2.5, 3.0).is_none() && take.cut(1.0, 0.5).is_none() && take.cut(f64::NAN, 1.0).is_none());
}

#[test]
fn unusable_scenes_are_refused_with_place_and_reason() {
    let message = |change: &dyn Fn(&mut Scene)| {
        let mut scene = armature();
        change(&mut scene);
        bvh::write_scene(&scene, scene.takes.first()).unwrap_err().to_string()
    };
    assert!(message(&|scene| scene.nodes.clear()).contains("nodes: there are none"));
    assert!(message(&|scene| scene.nodes[1].parent = Some(2)).contains("node 1 (`hip`): its parent"));
    assert!(message(&|scene| scene.nodes[3].rest.translation.x = f64::NAN).contains("node 3 (`toe`)"));
    assert!(message(&|scene| scene.takes[0].frames = 4).contains("take `kick`, node 2: 3 values for 4 frames"));
    assert!(message(&|scene| scene.takes[0].fps = 0.0).contains("its rate is 0"));
    assert!(message(&|scene| scene.takes[0].tracks[0].node = 9).contains("the scene has 4 nodes"));
    let zero = DQuat::from_xyzw(0.0, 0.0, 0.0, 0.0);
    let spoiled = message(&|scene| scene.takes[0].tracks[0].rotation.as_mut().unwrap()[1] = zero);
    assert!(spoiled.contains("frame 1"), "{spoiled}");
    let deep = message(&|scene| {
        let joint = |index: usize| Node { parent: Some(index - 1), ..scene.nodes[1].clone() };
        let more: Vec<Node> = (4..10_004).map(joint).collect();
        scene.nodes.extend(more);
    });
    assert!(deep.contains("more than 256 nested joints"), "{deep}");
}

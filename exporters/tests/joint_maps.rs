//! Joint names of other programs: each built-in map on a skeleton with that family's names.

mod common;

use common::{data, swinging};
use ropar_core::naming::{self, NamingFamily};
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};
use ropar_exporters::bvh::{self, BvhClip, BvhError, BvhJoint};

/// The made-up motion with the joints renamed, those without a name left out, and lengths multiplied by `units`.
fn renamed(map: &NamingFamily, units: f64) -> BvhClip {
    let mut clip = bvh::read(bvh::write(&swinging(5, 30.0)).unwrap().as_bytes()).unwrap();
    for joint in &mut clip.joints {
        joint.name = match map.joints.get(&joint.name) {
            Some(names) => {
                let prefix = map.prefixes.first().map(String::as_str).unwrap_or_default();
                format!("take 1:{}", format!("{prefix}{}", names[0]).to_uppercase())
            }
            None => format!("unknown {}", joint.name),
        };
        joint.offset *= units / 100.0;
    }
    for frame in 0..clip.frame_count {
        let width = clip.channel_count();
        clip.frames[frame * width..frame * width + 3].iter_mut().for_each(|value| *value *= units / 100.0);
    }
    for name in &map.requires {
        let known = map.joints.values().flatten().any(|other| other == name);
        if !known {
            let (parent, offset) = (Some(0), glam::DVec3::ZERO);
            let channels = Vec::new();
            clip.joints.push(BvhJoint { name: name.clone(), parent, offset, channels, is_end_site: false });
        }
    }
    clip
}

#[test]
fn every_map_finds_its_own_names_and_positions_in_metres() {
    let expected = swinging(5, 30.0).positions();
    // Motion capture needs a neck, which KayKit's figures do not have.
    for map in naming::built_in().iter().filter(|map| map.name != "kaykit") {
        let units_per_metre = map.metres_per_unit.map_or(1000.0, |metres| 1.0 / metres);
        let found = bvh::positions_22(&renamed(map, units_per_metre)).unwrap_or_else(|e| panic!("{}: {e}", map.name));
        assert_eq!(found.map, map.name);
        for (frame, pose) in expected.iter().enumerate() {
            for joint in (0..JOINT_COUNT).filter(|joint| map.joints.contains_key(JOINT_NAMES[*joint])) {
                let distance = found.positions[frame][joint].distance(pose[joint]);
                assert!(distance < 1e-3, "{}: {} is {distance} m off", map.name, JOINT_NAMES[joint]);
            }
        }
    }
}

#[test]
fn the_unit_is_told_from_the_legs() {
    let map = naming::built_in().iter().find(|map| map.name == "mixamo").unwrap();
    for (units_per_metre, metres) in [(1.0, 1.0), (100.0, 0.01), (1000.0, 0.001), (1.0 / 0.0254, 0.0254)] {
        assert_eq!(bvh::positions_22(&renamed(map, units_per_metre)).unwrap().metres_per_unit, metres);
    }
}

#[test]
fn the_unit_of_a_family_is_taken_only_where_it_gives_a_human_size() {
    for map in naming::built_in() {
        let Some(metres) = map.metres_per_unit else { continue };
        let clip = renamed(map, 1.0 / metres);
        let scene = bvh::to_scene(&clip, None).unwrap();
        assert!(
            scene.warnings[0].contains(&format!("{metres} m, judging by the joints' names")),
            "{:?}",
            scene.warnings
        );
        // In centimetres, as it is written, the skeleton is as large as it was.
        let text = bvh::write_scene(&scene, scene.takes.first()).unwrap().text;
        let again = bvh::to_scene(&bvh::read(text.as_bytes()).unwrap(), None).unwrap();
        for (node, twin) in scene.nodes.iter().zip(&again.nodes) {
            assert!(node.rest.translation.distance(twin.rest.translation) < 1e-6, "{}: {}", map.name, node.name);
        }
        if metres != 0.01 {
            assert!(again.warnings[0].contains("0.01 m, judging by the skeleton's size"), "{:?}", again.warnings);
        }
    }
}

#[test]
fn missing_spine_head_and_collars_are_interpolated() {
    let map = NamingFamily::from_json(&std::fs::read_to_string(data("joint_map_without_spine.json")).unwrap()).unwrap();
    let clip = renamed(&map, 100.0);
    let found = bvh::positions_22_with(&clip, &map).unwrap();
    let pose = &found.positions[3];
    let missing: Vec<&str> = (0..JOINT_COUNT).filter(|j| !found.mask[*j]).map(|j| JOINT_NAMES[j]).collect();
    assert_eq!(missing, ["spine1", "spine2", "spine3", "left_collar", "right_collar", "head"]);
    let (pelvis, neck) = (pose[joint::PELVIS], pose[joint::NECK]);
    assert!(pose[joint::SPINE1].distance(pelvis + 0.22 * (neck - pelvis)) < 1e-6);
    assert!(pose[joint::SPINE2].distance(pelvis + 0.48 * (neck - pelvis)) < 1e-6);
    assert!(pose[joint::SPINE3].distance(pelvis + 0.60 * (neck - pelvis)) < 1e-6);
    assert!(pose[joint::HEAD].distance(neck + 0.09 * (neck - pelvis).normalize()) < 1e-6);
    let collar = 0.6 * pose[joint::SPINE3] + 0.4 * pose[joint::LEFT_SHOULDER];
    assert!(pose[joint::LEFT_COLLAR].distance(collar) < 1e-6);
}

#[test]
fn a_file_that_no_map_fits_says_what_is_missing() {
    let clip = bvh::read(&std::fs::read(data("bvh/plain.bvh")).unwrap()).unwrap();
    assert!(matches!(bvh::positions_22(&clip), Err(BvhError::NoJointMap { .. })));
    let own = bvh::write(&swinging(2, 30.0)).unwrap().replace("left_wrist", "stump");
    let message = bvh::positions_22(&bvh::read(own.as_bytes()).unwrap()).unwrap_err().to_string();
    assert!(message.contains("`ropar`, lacks left_wrist"), "{message}");
}

#[test]
fn wrong_maps_are_refused() {
    let text = r#"{"name": "mine", "joints": {"pelvis": ["Hips"], "left_thigh": ["LThigh"]}}"#;
    let message = NamingFamily::from_json(text).unwrap_err().to_string();
    assert!(message.contains("`left_thigh` is not a canonical joint"), "{message}");
    assert!(NamingFamily::from_json("{").is_err());
    assert!(NamingFamily::from_json(r#"{"name": "mine", "metres_per_unit": -1, "joints": {}}"#).is_err());
}

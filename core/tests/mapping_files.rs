//! Mapping files: read back as they were written, their entries before what is found, and wrong ones refused in words.

mod rigs;

use rigs::labels::labels;
use rigs::people::{HORSE, person, together};
use ropar_core::retarget::mapping::RigMapping;
use ropar_core::skeleton::joint;

#[test]
fn a_mapping_file_comes_back_as_it_was() {
    for drawn in rigs::all() {
        let found = RigMapping::of(&drawn.rig).unwrap();
        let read = RigMapping::from_json(&found.to_json(&drawn.rig), &drawn.rig, None).unwrap();
        assert_eq!(read.family, "file");
        let nodes = |mapping: &RigMapping| labels(mapping);
        assert_eq!(nodes(&read), nodes(&found), "{}", drawn.name);
        assert_eq!(read.twists.len(), found.twists.len());
        assert!(read.joints.iter().flatten().all(|mapped| mapped.confidence == 1.0));
    }
}

#[test]
fn entries_of_a_mapping_file_win() {
    let drawn = rigs::load("ue4_mannequin");
    let text = r#"{ "joints": { "left_wrist": "lowerarm_twist_01_l", "right_foot": null }, "root": "" }"#;
    let found = RigMapping::from_json(text, &drawn.rig, None).unwrap();
    assert_eq!(RigMapping::from_json(&format!("\u{feff}{text}"), &drawn.rig, None).as_ref(), Ok(&found));
    assert_eq!(drawn.rig.nodes[found.node(joint::LEFT_WRIST).unwrap()].name, "lowerarm_twist_01_l");
    assert_eq!(found.node(joint::RIGHT_FOOT), None);
    assert_eq!(found.root, None);
    assert_eq!(found.node(joint::HEAD), drawn.truth.node(joint::HEAD));
}

#[test]
fn null_in_a_mapping_file_says_that_there_is_none() {
    let drawn = rigs::load("ue4_mannequin");
    let found = RigMapping::of(&drawn.rig).unwrap();
    assert!(found.root.is_some() && !found.spine.is_empty() && !found.neck.is_empty() && !found.twists.is_empty());
    let text = r#"{ "root": null, "spine": null, "neck": null, "twists": null }"#;
    let found = RigMapping::from_json(text, &drawn.rig, None).unwrap();
    assert!(found.root.is_none() && found.spine.is_empty() && found.neck.is_empty() && found.twists.is_empty());
}

#[test]
fn a_wrong_mapping_file_says_what_is_wrong_and_what_is_near() {
    let rig = rigs::load("ue4_mannequin").rig;
    let message = |text: &str| RigMapping::from_json(text, &rig, None).unwrap_err().to_string();
    let unknown = message(r#"{ "joints": { "left_wrist": "hand_left" } }"#);
    assert!(unknown.contains("`hand_left` (left_wrist)") && unknown.contains("`hand_l`"), "{unknown}");
    let joint = message(r#"{ "joints": { "left_wirst": "hand_l" } }"#);
    assert!(joint.contains("`left_wirst`") && joint.contains("`left_wrist`"), "{joint}");
    assert!(message(r#"{ "fingers": { "leftIndex": "index_01_l" } }"#).contains("`leftIndexProximal`"));
    assert!(message(r#"{ "joints": { "left_wrist": "hand_r" } }"#).contains("again"));
    let root = message(r#"{ "root": "hand_l" }"#);
    assert!(root.contains("`hand_l` as root is not above `pelvis`"), "{root}");
    let spine = message(r#"{ "spine": ["spine_03", "spine_02", "spine_01"] }"#);
    assert!(spine.contains("`spine_03` in spine hangs below `spine_02`"), "{spine}");
    let twist = message(r#"{ "twists": [{ "node": "thigh_twist_01_l", "segment": "pelvis", "place": 0.5 }] }"#);
    assert!(twist.contains("twists with `pelvis`") && twist.contains("left_hip"), "{twist}");
    assert!(message("{").contains("not JSON of the documented form"));
    assert!(message("[]").contains("not JSON of the documented form"));
    assert!(message(r#"{ "joint": {} }"#).contains("not JSON of the documented form"));
    // Two characters: bare names are not enough.
    let rig = together(person("mixamorig:", 0.0), person("mixamorig:", 1.0));
    let text = r#"{ "joints": { "pelvis": "mixamorig:Hips" } }"#;
    let message = RigMapping::from_json(text, &rig, Some(1)).unwrap_err().to_string();
    assert!(message.contains("several have that name"), "{message}");
}

#[test]
fn a_rig_that_nothing_tells_is_mapped_by_a_file() {
    let (nameless, original) = rigs::without_names(&rigs::load("bandai_namco").rig, 3);
    let mut truth = rigs::load("bandai_namco").truth;
    let place = |node: usize| original.iter().position(|old| *old == node).unwrap();
    truth.joints.iter_mut().flatten().for_each(|mapped| mapped.node = place(mapped.node));
    truth.spine.iter_mut().chain(&mut truth.neck).for_each(|node| *node = place(*node));
    truth.root = truth.root.map(place);
    let read = RigMapping::from_json(&truth.to_json(&nameless), &nameless, None).unwrap();
    assert_eq!(labels(&read), labels(&truth));
    // All that retargeting needs has to be in the file.
    let mut horse = rigs::draw("horse", HORSE);
    assert!(RigMapping::from_json(&horse.truth.to_json(&horse.rig), &horse.rig, None).is_ok());
    horse.truth.joints[joint::LEFT_WRIST] = None;
    let message = RigMapping::from_json(&horse.truth.to_json(&horse.rig), &horse.rig, None).unwrap_err().to_string();
    assert!(message.contains("lacks left_wrist"), "{message}");
}

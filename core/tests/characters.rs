//! Several characters in one rig: which are found, and which of them is taken.

mod rigs;

use rigs::people::{person, refusal, together};
use ropar_core::retarget::mapping::RigMapping;
use ropar_core::skeleton::joint;

#[test]
fn of_several_characters_one_must_be_chosen() {
    for (one, other) in [("mixamorig:", "mixamorig:"), ("mixamorig1:", "mixamorig2:"), ("Hero_", "Bad_")] {
        let rig = together(person(one, 0.0), person(other, 1.0));
        let message = refusal(&rig);
        assert!(message.contains("2 characters") && message.contains("Hips"), "{message}");
        let nodes = rig.nodes.len() / 2;
        let first = RigMapping::of_character(&rig, 1).unwrap();
        let second = RigMapping::of_character(&rig, 2).unwrap();
        for (a, b) in first.joints.iter().zip(&second.joints) {
            assert_eq!(a.map(|mapped| mapped.node + nodes), b.map(|mapped| mapped.node));
        }
        assert!(RigMapping::of_character(&rig, 3).unwrap_err().to_string().contains("no character 3"));
        assert!(RigMapping::of_character(&rig, 0).is_err());
    }
    // By shape as well.
    let (rig, _) = rigs::without_names(&together(person("", 0.0), person("", 1.5)), 7);
    assert!(refusal(&rig).contains("2 characters"));
}

#[test]
fn a_second_character_is_found_whatever_its_names() {
    let numbered = |number: &str, shift: f64| {
        let mut rig = person("mixamorig:", shift);
        rig.nodes.iter_mut().for_each(|node| node.name += number);
        rig
    };
    let (nameless, _) = rigs::without_names(&person("", 1.5), 7);
    let first = person("mixamorig:", 0.0);
    for (one, other) in [
        (first.clone(), nameless),
        (first.clone(), numbered(".001", 1.5)),
        (first, numbered("_01", 1.5)),
        (numbered(".001", 0.0), numbered(".002", 1.5)),
    ] {
        let split = one.nodes.len();
        let rig = together(one, other);
        let name = &rig.nodes[split].name;
        assert!(refusal(&rig).contains("2 characters"), "{name}");
        for (number, own) in [(1, 0..split), (2, split..rig.nodes.len())] {
            let found = RigMapping::of_character(&rig, number).unwrap();
            let stray = found.joints.iter().flatten().find(|mapped| !own.contains(&mapped.node));
            assert!(stray.is_none(), "{name}: character {number}: {stray:?}");
        }
    }
}

#[test]
fn a_control_rig_in_the_same_place_is_no_second_character() {
    let rig = together(person("Hero_", 0.0), person("Hero_Ctrl_", 0.0));
    let found = RigMapping::of(&rig).unwrap();
    assert!(found.warnings.iter().any(|warning| warning.contains("second skeleton")), "{:?}", found.warnings);
    assert_eq!(rig.nodes[found.node(joint::PELVIS).unwrap()].name, "Hero_Hips");
}

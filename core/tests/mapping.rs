//! Which node of a rig is which joint: rigs of many families against hand-written truth.

mod rigs;

use std::collections::{BTreeMap, BTreeSet};

use ropar_core::retarget::mapping::RigMapping;
use ropar_core::rig::{Rig, global_positions};
use ropar_core::skeleton::{JOINT_NAMES, joint};

#[test]
fn the_drawn_rigs_stand_upright_with_left_on_the_left() {
    for drawn in rigs::all() {
        if drawn.name == "bandai_namco" {
            continue;
        }
        let positions = global_positions(&drawn.rig.nodes, None);
        let at = |joint: usize| positions[drawn.truth.node(joint).unwrap()];
        let sign = if drawn.name == "vrm0" { -1.0 } else { 1.0 };
        for (left, right) in [
            (joint::LEFT_HIP, joint::RIGHT_HIP),
            (joint::LEFT_WRIST, joint::RIGHT_WRIST),
            (joint::LEFT_ANKLE, joint::RIGHT_ANKLE),
        ] {
            assert!(sign * (at(left).x - at(right).x) > 0.01, "{}", drawn.name);
            assert!((at(left).y - at(right).y).abs() < 1e-9, "{}", drawn.name);
        }
        assert!(at(joint::HEAD).y > at(joint::LEFT_SHOULDER).y, "{}", drawn.name);
        assert!(at(joint::LEFT_HIP).y > at(joint::LEFT_KNEE).y, "{}", drawn.name);
        assert!(at(joint::LEFT_ANKLE).y > 0.0, "{}", drawn.name);
    }
}

/// The joints of a mapping by name: canonical ones, all of spine and neck, fingers, root.
fn labels(mapping: &RigMapping) -> BTreeMap<String, usize> {
    let mut labels = BTreeMap::new();
    for (joint, mapped) in mapping.joints.iter().enumerate() {
        labels.extend(mapped.map(|mapped| (JOINT_NAMES[joint].to_owned(), mapped.node)));
    }
    labels.extend(mapping.spine.iter().enumerate().map(|(place, node)| (format!("spine[{place}]"), *node)));
    labels.extend(mapping.neck.iter().enumerate().map(|(place, node)| (format!("neck[{place}]"), *node)));
    labels.extend(mapping.fingers.iter().map(|(name, mapped)| (name.clone(), mapped.node)));
    labels.extend(mapping.root.map(|node| ("root".to_owned(), node)));
    labels
}

/// Joints of the truth that were found, joints in all, and each difference in words.
fn compare(rig: &Rig, truth: &RigMapping, found: &RigMapping) -> (usize, usize, Vec<String>) {
    let (truth, found) = (labels(truth), labels(found));
    let name = |node: Option<&usize>| node.map_or("none", |node| rig.nodes[*node].name.as_str());
    let all: BTreeSet<&String> = truth.keys().chain(found.keys()).collect();
    let wrong: Vec<String> = all
        .iter()
        .filter(|label| truth.get(**label) != found.get(**label))
        .map(|label| format!("{label}: {} instead of {}", name(found.get(*label)), name(truth.get(*label))))
        .collect();
    (all.len() - wrong.len(), all.len(), wrong)
}

#[test]
fn names_of_known_families_are_mapped_without_a_mistake() {
    for drawn in rigs::all().into_iter().filter(|drawn| drawn.family != "topology") {
        let found = RigMapping::of(&drawn.rig).unwrap_or_else(|error| panic!("{}: {error}", drawn.name));
        let (_, _, wrong) = compare(&drawn.rig, &drawn.truth, &found);
        assert!(wrong.is_empty(), "{}: {wrong:#?}", drawn.name);
        assert_eq!(found.family, drawn.family, "{}", drawn.name);
    }
}

#[test]
fn the_shape_alone_finds_95_of_100_joints() {
    let (mut right, mut all) = (0, 0);
    for drawn in rigs::all().into_iter().filter(|drawn| drawn.name != "bandai_namco") {
        for seed in [1, 2, 3] {
            let (rig, original) = rigs::without_names(&drawn.rig, seed);
            let found = match RigMapping::of(&rig) {
                Ok(found) => renumbered(found, &original),
                Err(error) => {
                    println!("{}: {error}", drawn.name);
                    all += labels(&drawn.truth).len();
                    continue;
                }
            };
            let (right_here, all_here, wrong) = compare(&drawn.rig, &drawn.truth, &found);
            right += right_here;
            all += all_here;
            if seed == 1 && !wrong.is_empty() {
                println!("{}: {right_here} of {all_here}: {wrong:#?}", drawn.name);
            }
        }
    }
    let accuracy = 100.0 * right as f64 / all as f64;
    println!("{right} of {all} joints by shape alone: {accuracy:.2} %");
    assert!(accuracy >= 95.0, "{right} of {all}");
}

/// The mapping in terms of the rig from which names and order were taken.
fn renumbered(mut mapping: RigMapping, original: &[usize]) -> RigMapping {
    mapping.joints.iter_mut().flatten().for_each(|mapped| mapped.node = original[mapped.node]);
    mapping.spine.iter_mut().chain(&mut mapping.neck).for_each(|node| *node = original[*node]);
    mapping.fingers.values_mut().for_each(|mapped| mapped.node = original[mapped.node]);
    mapping.twists.iter_mut().for_each(|twist| twist.node = original[twist.node]);
    mapping.twists.sort_by_key(|twist| twist.node);
    mapping.root = mapping.root.map(|node| original[node]);
    mapping
}

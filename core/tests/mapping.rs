//! Which node of a rig is which joint: rigs of many families against hand-written truth.

mod rigs;

use std::collections::BTreeSet;

use glam::DVec3;
use rigs::labels::labels;
use rigs::people::{HORSE, person, refusal, together};
use ropar_core::retarget::References;
use ropar_core::retarget::mapping::RigMapping;
use ropar_core::rig::{Node, NodeKind, Rig, Transform, global_positions};
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

/// The rig with two braids of five bones that begin beside the head.
fn with_braids(mut rig: Rig, head: usize) -> Rig {
    let poses = ropar_core::rig::global_poses(&rig.nodes, None);
    let place = poses[head].w_axis.truncate();
    for side in [1.0, -1.0] {
        let (mut parent, mut above) = (head, poses[head]);
        for bone in 0..5 {
            let at = place + DVec3::new(side * (0.1 + 0.05 * f64::from(bone)), 0.03 - 0.12 * f64::from(bone), -0.05);
            let translation = above.inverse().transform_point3(at);
            let rest = Transform { translation, ..Transform::IDENTITY };
            rig.nodes.push(Node { name: "braid".to_owned(), parent: Some(parent), rest, kind: NodeKind::Joint });
            parent = rig.nodes.len() - 1;
            above *= rest.matrix();
        }
    }
    rig
}

#[test]
fn braids_are_no_arms_where_hands_have_fingers_and_doubtful_where_not() {
    for drawn in rigs::all().into_iter().filter(|drawn| drawn.name != "bandai_namco") {
        let head = drawn.truth.node(joint::HEAD).unwrap();
        let (rig, original) = rigs::without_names(&with_braids(drawn.rig.clone(), head), 1);
        let found = renumbered(RigMapping::of(&rig).unwrap(), &original);
        let arms = [joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW];
        let wrong = arms.into_iter().find(|joint| found.node(*joint) != drawn.truth.node(*joint));
        let doubted = arms.into_iter().all(|joint| found.joints[joint].unwrap().confidence < 0.5)
            && found.warnings.iter().any(|warning| warning.contains("could be the arms"));
        if drawn.truth.fingers.len() >= 30 {
            assert_eq!(wrong, None, "{}", drawn.name);
        }
        // Without fingers these arms and braids are alike.
        let alike = ["classic", "cmu", "kaykit"].contains(&drawn.name.as_str());
        assert!(doubted || !(alike || wrong.is_some()), "{}: {wrong:?}: {:?}", drawn.name, found.warnings);
        let plain = RigMapping::of(&rigs::without_names(&drawn.rig, 1).0).unwrap();
        assert!(!plain.warnings.iter().any(|warning| warning.contains("could be the arms")), "{}", drawn.name);
    }
}

#[test]
fn numbers_that_programs_append_change_nothing() {
    let drawn = rigs::load("mixamo");
    for number in ["_01", ".001"] {
        let mut rig = drawn.rig.clone();
        rig.nodes.iter_mut().for_each(|node| node.name += number);
        let found = RigMapping::of(&rig).unwrap();
        let (_, _, wrong) = compare(&rig, &drawn.truth, &found);
        assert!(wrong.is_empty(), "{number}: {wrong:#?}");
        assert_eq!(found.family, drawn.family);
    }
}

#[test]
fn an_animal_is_refused() {
    assert!(refusal(&rigs::draw("horse", HORSE).rig).contains("animal"));
    // With the names of a person, too.
    let mut horse = rigs::draw("horse", HORSE).rig;
    for (from, to) in [
        ("l_hind_thigh", "LeftUpLeg"),
        ("r_hind_thigh", "RightUpLeg"),
        ("l_hind_shin", "LeftLeg"),
        ("r_hind_shin", "RightLeg"),
        ("l_hind_foot", "LeftFoot"),
        ("r_hind_foot", "RightFoot"),
        ("l_upper", "LeftArm"),
        ("r_upper", "RightArm"),
        ("l_lower", "LeftForeArm"),
        ("r_lower", "RightForeArm"),
        ("l_fetlock", "LeftHand"),
        ("r_fetlock", "RightHand"),
        ("back", "Spine"),
    ] {
        horse.nodes.iter_mut().filter(|node| node.name == from).for_each(|node| node.name = to.to_owned());
    }
    assert!(refusal(&horse).contains("animal"));
}

#[test]
fn what_is_no_body_is_refused_with_a_reason() {
    assert!(refusal(&Rig::default()).contains("no skeleton"));
    let chain = "height: 1\n---\na = - at ground\n  b = - at knee\n    c = - at hip\n      d = - at neck\n";
    assert!(refusal(&rigs::draw("chain", chain).rig).contains("no two limbs that mirror each other"));
    // A bust: everything above the pelvis.
    let mut bust = person("mixamorig:", 0.0);
    bust.nodes.truncate(bust.nodes.iter().position(|node| node.name.contains("UpLeg")).unwrap());
    let message = refusal(&bust);
    assert!(message.contains("no legs") && message.contains("left_knee"), "{message}");
    let mut flat = person("mixamorig:", 0.0);
    flat.nodes[5].rest.scale = glam::DVec3::ZERO;
    assert!(refusal(&flat).contains("scaled to nothing"));
}

#[test]
fn what_is_scaled_away_is_refused_only_where_a_joint_hangs_on_it() {
    let scaled_away = |name: &str, parent: Option<usize>, kind: NodeKind| Node {
        name: name.to_owned(),
        parent,
        rest: Transform { scale: DVec3::ZERO, ..Transform::IDENTITY },
        kind,
    };
    let hand = |rig: &Rig| rig.nodes.iter().position(|node| node.name.ends_with("RightHand"));
    for kind in [NodeKind::Joint, NodeKind::Group] {
        let mut armed = person("mixamorig:", 0.0);
        armed.nodes.push(scaled_away("Sword", hand(&armed), kind));
        let found = RigMapping::of(&armed).unwrap();
        assert_eq!(found, RigMapping::of(&person("mixamorig:", 0.0)).unwrap());
    }
    // What is above the joints, whatever it is, and before it a mesh that does not matter.
    let mut hidden = Rig::default();
    hidden.nodes.push(scaled_away("Mesh", None, NodeKind::Group));
    hidden.nodes.push(scaled_away("Armature", None, NodeKind::Group));
    let mut hidden = together(hidden, person("mixamorig:", 0.0));
    hidden.nodes[2].parent = Some(1);
    assert!(refusal(&hidden).contains("`Armature` is scaled to nothing"), "{}", refusal(&hidden));
    let (nameless, _) = rigs::without_names(&hidden, 1);
    assert!(refusal(&nameless).contains("scaled to nothing"), "{}", refusal(&nameless));
    // Of several characters only the one that is chosen.
    let mut two = together(person("mixamorig1:", 0.0), person("mixamorig2:", 1.0));
    let second = two.nodes.len() / 2;
    two.nodes[second + 5].rest.scale = DVec3::ZERO;
    assert!(RigMapping::of_character(&two, 1).is_ok());
    assert!(RigMapping::of_character(&two, 2).unwrap_err().to_string().contains("scaled to nothing"));
}

#[test]
fn names_that_contradict_the_shape_are_followed_and_told() {
    let mut rig = rigs::load("mixamo").rig;
    for node in &mut rig.nodes {
        node.name = match &node.name {
            name if name.contains("Left") => name.replace("Left", "Right"),
            name => name.replace("Right", "Left"),
        };
    }
    let found = RigMapping::of(&rig).unwrap();
    assert!(found.warnings.iter().any(|warning| warning.contains("left and right are exchanged")), "{found:?}");
    assert!(found.joints[joint::LEFT_KNEE].unwrap().confidence < 0.5);
    assert!(found.joints[joint::PELVIS].unwrap().confidence > 0.9);
    let knee = found.node(joint::LEFT_KNEE).unwrap();
    assert_eq!(rig.nodes[knee].name, "mixamorig:LeftLeg");
    // As they should be, there is nothing to tell.
    let right = RigMapping::of(&rigs::load("mixamo").rig).unwrap();
    assert!(right.warnings.is_empty(), "{:?}", right.warnings);
    assert!(right.joints.iter().flatten().all(|mapped| mapped.confidence > 0.9));
}

#[test]
fn a_pose_that_is_none_is_told() {
    let found = RigMapping::of(&rigs::load("bandai_namco").rig).unwrap();
    assert!(found.warnings.iter().any(|warning| warning.contains("no standing person")), "{:?}", found.warnings);
    let (nameless, _) = rigs::without_names(&rigs::load("bandai_namco").rig, 1);
    if let Ok(found) = RigMapping::of(&nameless) {
        assert!(found.joints.iter().flatten().all(|mapped| mapped.confidence < 0.9));
    }
}

#[test]
fn twist_joints_are_found_with_their_places() {
    for drawn in rigs::all() {
        let found = RigMapping::of(&drawn.rig).unwrap();
        let mut truth: Vec<_> = drawn.truth.twists.clone();
        truth.sort_by_key(|twist| twist.node);
        let nodes = |twists: &[ropar_core::retarget::mapping::TwistJoint]| {
            twists.iter().map(|twist| (drawn.rig.nodes[twist.node].name.clone(), twist.segment)).collect::<Vec<_>>()
        };
        assert_eq!(nodes(&found.twists), nodes(&truth), "{}", drawn.name);
        for (found, truth) in found.twists.iter().zip(&truth) {
            assert!((found.place - truth.place).abs() < 0.02, "{}: {found:?} {truth:?}", drawn.name);
        }
    }
}

#[test]
fn any_tree_is_mapped_or_refused_in_time() {
    let mut state = 1_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let number = |value: u64| value as f64 / 50.0 - 1.0;
    for round in 0..300 {
        let count = 1 + random(120) as usize;
        let names = ["Hips", "LeftUpLeg", "LeftLeg", "spine", "DEF-spine", "", "Bip001 Pelvis", "x:y|z", "n"];
        let nodes = (0..count)
            .map(|index| {
                let mut node = ropar_core::rig::Node {
                    name: names[random(names.len() as u64) as usize].to_owned(),
                    parent: (index > 0 && random(12) > 0)
                        .then(|| index - 1 - random((index as u64).min(1 + round % 4)) as usize),
                    rest: ropar_core::rig::Transform::IDENTITY,
                    kind: [
                        ropar_core::rig::NodeKind::Joint,
                        ropar_core::rig::NodeKind::Tip,
                        ropar_core::rig::NodeKind::Group,
                    ][random(3) as usize],
                };
                node.rest.translation = glam::DVec3::new(number(random(100)), number(random(100)), number(random(100)));
                if random(40) == 0 {
                    node.rest.translation.x = f64::NAN;
                }
                node
            })
            .collect();
        // Whatever comes, it is an answer.
        let _ = RigMapping::of_all(&Rig { nodes, ..Rig::default() });
    }
    // Two thousand tentacles, and a chain of five thousand bones.
    let comb = (0..8001).map(|index| ropar_core::rig::Node {
        name: format!("t{index}"),
        parent: (index > 0).then(|| if index % 4 == 1 { 0 } else { index - 1 }),
        rest: ropar_core::rig::Transform {
            translation: glam::DVec3::new(0.1, 0.2, 0.3),
            ..ropar_core::rig::Transform::IDENTITY
        },
        kind: ropar_core::rig::NodeKind::Joint,
    });
    assert!(RigMapping::of(&Rig { nodes: comb.collect(), ..Rig::default() }).is_err());
    let chain = (0..5000_usize).map(|index| ropar_core::rig::Node {
        name: format!("c{index}"),
        parent: index.checked_sub(1),
        rest: ropar_core::rig::Transform { translation: glam::DVec3::Y, ..ropar_core::rig::Transform::IDENTITY },
        kind: ropar_core::rig::NodeKind::Joint,
    });
    assert!(RigMapping::of(&Rig { nodes: chain.collect(), ..Rig::default() }).is_err());
    // Eight ropes of a few long bones each, with hundreds without length between them.
    let rope = (0..8 * 400 + 1_usize).map(|index| ropar_core::rig::Node {
        name: format!("r{index}"),
        parent: (index > 0).then(|| if index % 400 == 1 { 0 } else { index - 1 }),
        rest: ropar_core::rig::Transform {
            translation: glam::DVec3::new(0.1, -0.2, 0.3) * if index % 20 == 1 { 1.0 } else { 1e-5 },
            ..ropar_core::rig::Transform::IDENTITY
        },
        kind: ropar_core::rig::NodeKind::Joint,
    });
    assert!(RigMapping::of(&Rig { nodes: rope.collect(), ..Rig::default() }).is_err());
    // Each of ten thousand names ends like a pelvis: as many prefixes.
    let hips = (0..10_000_usize).map(|index| ropar_core::rig::Node {
        name: format!("p{index}hips"),
        parent: index.checked_sub(1).map(|_| 0),
        rest: ropar_core::rig::Transform { translation: glam::DVec3::Y, ..ropar_core::rig::Transform::IDENTITY },
        kind: ropar_core::rig::NodeKind::Joint,
    });
    assert!(RigMapping::of(&Rig { nodes: hips.collect(), ..Rig::default() }).is_err());
}

#[test]
fn nodes_of_one_name_are_told_apart_in_time() {
    let lamp = |name: String| ropar_core::rig::Node {
        name,
        parent: None,
        rest: ropar_core::rig::Transform::IDENTITY,
        kind: ropar_core::rig::NodeKind::Group,
    };
    // One is called what the numbering would call another.
    let mut nodes = vec![lamp("Lamp#3".to_owned())];
    nodes.extend((0..50_000).map(|_| lamp("Lamp".to_owned())));
    let references = References::new(&Rig { nodes, ..Rig::default() });
    let of = |node: usize| references.of(node);
    assert_eq!([of(0), of(1), of(2), of(3), of(4)], ["Lamp#3", "Lamp", "Lamp#2", "Lamp#4", "Lamp#5"]);
    assert_eq!(of(50_000), "Lamp#50001");
    assert_eq!(references.node("Lamp#50001"), Some(50_000));
}

/// Joints of limbs without their side.
const LIMBS: [&str; 6] = ["_hip", "_knee", "_ankle", "_shoulder", "_elbow", "_wrist"];
/// Joints that follow from lists of several.
const MIDLINE: [usize; 4] = [joint::SPINE1, joint::SPINE2, joint::SPINE3, joint::NECK];

/// The joints of a truth that names can be taken from: all but the twists.
fn named_nodes(truth: &RigMapping) -> Vec<usize> {
    labels(truth).into_values().collect::<BTreeSet<usize>>().into_iter().collect()
}

#[test]
fn a_few_names_that_say_nothing_are_made_up_for_by_the_others_and_the_shape() {
    let (mut right, mut all, mut rigs_right, mut rigs_all, mut limbs_wrong) = (0, 0, 0, 0, 0);
    for drawn in rigs::all() {
        // A table in the file needs no names, and a shape without names has none to lose.
        if ["topology", "vrm"].contains(&drawn.family.as_str()) || drawn.name == "bandai_namco" {
            continue;
        }
        let nodes = named_nodes(&drawn.truth);
        for garbled in 1..=5 {
            for seed in 0..6u64 {
                let mut rig = drawn.rig.clone();
                let mut state = seed * 1000 + garbled;
                let mut changed = Vec::new();
                while changed.len() < garbled as usize {
                    // The multiplier of Knuth's MMIX generator.
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let node = nodes[(state >> 33) as usize % nodes.len()];
                    if !changed.contains(&node) {
                        rig.nodes[node].name = format!("zz{:x}", state >> 40);
                        changed.push(node);
                    }
                }
                let said: Vec<&str> = changed.iter().map(|node| drawn.rig.nodes[*node].name.as_str()).collect();
                let what = format!("{}, seed {seed}, without {said:?}", drawn.name);
                let found = RigMapping::of(&rig).unwrap_or_else(|error| panic!("{what}: {error}"));
                let (right_here, all_here, wrong) = compare(&drawn.rig, &drawn.truth, &found);
                if !wrong.is_empty() {
                    println!("{what} ({}): {wrong:?}", found.family);
                }
                right += right_here;
                all += all_here;
                let limb = |text: &&String| {
                    LIMBS.iter().any(|limb| text.split(':').next().is_some_and(|word| word.ends_with(limb)))
                };
                limbs_wrong += wrong.iter().filter(limb).count();
                rigs_right += usize::from(wrong.is_empty());
                rigs_all += 1;
                // What a place tells is less sure than what a name tells.
                for joint in (0..JOINT_NAMES.len()).filter(|joint| !MIDLINE.contains(joint)) {
                    if let Some(mapped) = found.joints[joint].filter(|mapped| changed.contains(&mapped.node)) {
                        assert!(mapped.confidence < 0.95, "{what}: {} is {}", JOINT_NAMES[joint], mapped.confidence);
                    }
                }
            }
        }
    }
    println!(
        "{right} of {all} joints, {rigs_right} of {rigs_all} rigs without a mistake, {limbs_wrong} joints of limbs wrong"
    );
    // What is left: a name of one family that is another joint's in a second one (KayKit's `hand.l` is no wrist), and the same
    // finger joint or the clavicle without a name on both sides.
    assert!(right as f64 >= 0.996 * all as f64, "{right} of {all}");
    assert!(limbs_wrong <= 6, "{limbs_wrong} joints of limbs");
}

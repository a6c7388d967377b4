//! Which node of a rig is which joint: rigs of many families against hand-written truth.

mod rigs;

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec3;
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

/// A rig of four legs, of the same form as the files.
const HORSE: &str = "height: 1.6
---
root = root at ground
  hips = pelvis at pelvis
    tail1 = - at pelvis + 0 0 -0.1
      tail2 = - at pelvis + 0 -0.1 -0.2
    {l|r}_hind_thigh = hip
      {l|r}_hind_shin = knee
        {l|r}_hind_foot = ankle
          {l|r}_hind_hoof = foot
    back = spine at pelvis + 0 0.02 0.2
      shoulders = spine at pelvis + 0 0.03 0.5
        {l|r}_upper = shoulder at hip + 0 0 0.5
          {l|r}_lower = elbow at knee + 0 0 0.5
            {l|r}_fetlock = wrist at ankle + 0 0 0.5
              {l|r}_hoof = - at foot + 0 0 0.5
        neck = neck at pelvis + 0 0.2 0.65
          head = head at pelvis + 0 0.35 0.75
            muzzle = - at pelvis + 0 0.3 0.9
";

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

/// A body in one line per joint, with the names of `prefix`.
fn person(prefix: &str, shift: f64) -> Rig {
    let mut rig = rigs::load("mixamo").rig;
    for node in &mut rig.nodes {
        node.name = node.name.replace("mixamorig:", prefix);
    }
    rig.nodes[0].rest.translation.x = shift;
    rig
}

/// The nodes of both rigs in one.
fn together(one: Rig, other: Rig) -> Rig {
    let mut nodes = one.nodes;
    let offset = nodes.len();
    nodes.extend(other.nodes.into_iter().map(|mut node| {
        node.parent = node.parent.map(|parent| parent + offset);
        node
    }));
    Rig { nodes, ..Rig::default() }
}

fn refusal(rig: &Rig) -> String {
    RigMapping::of(rig).expect_err("a refusal").to_string()
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

#[test]
fn a_control_rig_in_the_same_place_is_no_second_character() {
    let rig = together(person("Hero_", 0.0), person("Hero_Ctrl_", 0.0));
    let found = RigMapping::of(&rig).unwrap();
    assert!(found.warnings.iter().any(|warning| warning.contains("second skeleton")), "{:?}", found.warnings);
    assert_eq!(rig.nodes[found.node(joint::PELVIS).unwrap()].name, "Hero_Hips");
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

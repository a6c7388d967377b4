//! From the text of a rig file to a rig and its truth.

use glam::{DMat4, DQuat, DVec3, EulerRot};
use ropar_core::retarget::mapping::{MappedJoint, RigMapping, TwistJoint};
use ropar_core::rig::{Node, NodeKind, Rig, Transform};
use ropar_core::skeleton::{joint, joint_index};

use super::TestRig;
use super::body::{Body, Shape};
use super::text::{Line, Side, parse};

/// What the header says beside the shape of the body.
struct Style {
    family: String,
    /// The nodes' own axes: `world`, `y_along` (the bone lies on +Y, as in Blender), `x_along` (on +X on the left, -X on
    /// the right, as in Unreal and Biped), `odd` (any).
    axes: String,
    /// A group above all: name, rotation about X in degrees, scale.
    wrapper: Option<(String, f64, f64)>,
    /// Degrees about Y by which the character is turned away from +Z.
    turned: f64,
    /// Whether the file has VRM's humanoid table.
    humanoid: bool,
    /// `zero`: the rest pose is a zero pose in which every bone lies along X, as in some motion capture files.
    zero_pose: bool,
    /// A line of the tree is on the other side than the body: files in which left and right are exchanged.
    swapped: bool,
}

pub fn build(name: &str, text: &str) -> TestRig {
    let (header, lines) = parse(text);
    let mut shape = Shape::default();
    let mut style = Style {
        family: "topology".to_owned(),
        axes: "world".to_owned(),
        wrapper: None,
        turned: 0.0,
        humanoid: false,
        zero_pose: false,
        swapped: false,
    };
    for (key, value) in header {
        let number = || value.parse::<f64>().unwrap_or_else(|_| panic!("{name}: {key} is no number"));
        match key.as_str() {
            "about" => {}
            "family" => style.family = value,
            "height" => shape.height = number(),
            "legs" => shape.legs = number(),
            "trunk" => shape.trunk = number(),
            "arms" => shape.arms = number(),
            "head" => shape.head = number(),
            "arms_down" => shape.arms_down = number(),
            "arms_forward" => shape.arms_forward = number(),
            "elbow_bend" => shape.elbow_bend = number(),
            "knee_bend" => shape.knee_bend = number(),
            "legs_spread" => shape.legs_spread = number(),
            "axes" => style.axes = value,
            "turned" => style.turned = number(),
            "humanoid_table" => style.humanoid = value == "yes",
            "zero_pose" => style.zero_pose = value == "yes",
            "swapped" => style.swapped = value == "yes",
            "wrapper" => {
                let words: Vec<&str> = value.split_whitespace().collect();
                style.wrapper =
                    Some((words[0].to_owned(), words[1].parse().expect("degrees"), words[2].parse().expect("scale")));
            }
            _ => panic!("{name}: unknown field `{key}`"),
        }
    }
    let body = Body::new(shape);
    let truth_offset = usize::from(style.wrapper.is_some());
    let mut truth = truth(name, &lines, truth_offset);
    truth.family.clone_from(&style.family);
    let mut rig = Rig { nodes: nodes(&lines, &body, &style), ..Rig::default() };
    if style.humanoid {
        rig.humanoid = humanoid(&truth);
    }
    TestRig { name: name.to_owned(), family: style.family, rig, truth }
}

/// Global position of every line.
fn positions(lines: &[Line], body: &Body, style: &Style) -> Vec<DVec3> {
    let turn = DQuat::from_rotation_y(style.turned.to_radians());
    lines.iter().map(|line| turn * position(line, body, if style.swapped { -1.0 } else { 1.0 })).collect()
}

fn position(line: &Line, body: &Body, mirror: f64) -> DVec3 {
    let mirror = mirror * line.side.mirror();
    let words: &[String] = if line.place.is_empty() { &line.label[..1] } else { &line.place };
    let number = |word: &String| word.parse::<f64>().unwrap_or_else(|_| panic!("`{word}` in {line:?}"));
    let (place, rest) = match words[0].split_once('>') {
        Some((from, to)) => {
            let from = body.point(from, mirror);
            (from.lerp(body.point(to, mirror), number(&words[1])), &words[2..])
        }
        None => (body.point(&words[0], mirror), &words[1..]),
    };
    match rest {
        [] => place,
        [plus, x, y, z] if plus == "+" => place + body.height() * DVec3::new(number(x) * mirror, number(y), number(z)),
        _ => panic!("{line:?}"),
    }
}

fn nodes(lines: &[Line], body: &Body, style: &Style) -> Vec<Node> {
    let positions = positions(lines, body, style);
    let rotations: Vec<DQuat> = (0..lines.len()).map(|index| axes(lines, &positions, index, &style.axes)).collect();
    let mut nodes = Vec::new();
    let mut globals = Vec::new();
    let mut offset = 0;
    if let Some((name, degrees, scale)) = &style.wrapper {
        let rest = Transform {
            translation: DVec3::ZERO,
            rotation: DQuat::from_rotation_x(degrees.to_radians()),
            scale: DVec3::splat(*scale),
        };
        nodes.push(Node { name: name.clone(), parent: None, rest, kind: NodeKind::Group });
        globals.push(rest.matrix());
        offset = 1;
    }
    let scale = style.wrapper.as_ref().map_or(1.0, |(_, _, scale)| *scale);
    for (index, line) in lines.iter().enumerate() {
        let parent = line.parent.map(|parent| parent + offset).or((offset == 1).then_some(0));
        let global = DMat4::from_scale_rotation_translation(DVec3::splat(scale), rotations[index], positions[index]);
        let local = parent.map_or(DMat4::IDENTITY, |parent: usize| globals[parent]).inverse() * global;
        let (scale, rotation, translation) = local.to_scale_rotation_translation();
        let mut rest = Transform { translation, rotation, scale };
        if style.zero_pose {
            let along = if line.side == Side::Right { -DVec3::X } else { DVec3::X };
            let sided_parent = line.parent.is_some_and(|parent| lines[parent].side != Side::Middle);
            if sided_parent || (line.side == Side::Middle && line.parent.is_some()) {
                rest.translation = along * translation.length();
            }
        }
        let kind = match line.kind {
            "tip" => NodeKind::Tip,
            "group" => NodeKind::Group,
            _ => NodeKind::Joint,
        };
        nodes.push(Node { name: line.name.clone(), parent, rest, kind });
        globals.push(global);
    }
    nodes
}

/// World rotation of a node by the style of its axes.
fn axes(lines: &[Line], positions: &[DVec3], index: usize, style: &str) -> DQuat {
    let child = (index + 1..lines.len()).find(|other| lines[*other].parent == Some(index));
    let along = child
        .map(|child| positions[child] - positions[index])
        .or_else(|| lines[index].parent.map(|parent| positions[index] - positions[parent]))
        .and_then(DVec3::try_normalize)
        .unwrap_or(DVec3::Y);
    match style {
        "world" => DQuat::IDENTITY,
        "y_along" => DQuat::from_rotation_arc(DVec3::Y, along),
        "x_along" => {
            let axis = if lines[index].side == Side::Right { -DVec3::X } else { DVec3::X };
            DQuat::from_rotation_arc(axis, along)
        }
        "odd" => {
            let angle = |step: f64| (index as f64 * step).rem_euclid(std::f64::consts::TAU);
            DQuat::from_euler(EulerRot::XYZ, angle(1.3), angle(2.1), angle(0.7))
        }
        _ => panic!("unknown axes `{style}`"),
    }
}

fn truth(name: &str, lines: &[Line], offset: usize) -> RigMapping {
    let mut truth = RigMapping::default();
    for (index, line) in lines.iter().enumerate() {
        let node = index + offset;
        let mapped = MappedJoint { node, confidence: 1.0 };
        let label = line.label[0].as_str();
        let sided = line.side.of(label);
        match label {
            "-" => {}
            "root" => truth.root = Some(node),
            "spine" => {
                truth.spine.push(node);
                if line.label.get(1).is_some_and(|word| word == "middle") {
                    truth.joints[joint::SPINE2] = Some(mapped);
                }
            }
            "neck" => truth.neck.push(node),
            "twist" => {
                let segment = joint_index(&line.side.of(&line.label[1])).expect("the segment of a twist joint");
                truth.twists.push(TwistJoint { node, segment, place: line.label[2].parse().expect("its place") });
            }
            _ if joint_index(&sided).is_some() => {
                let place = &mut truth.joints[joint_index(&sided).expect("found above")];
                assert!(place.replace(mapped).is_none(), "{name}: two nodes are {sided}");
            }
            _ if label.chars().next().is_some_and(char::is_uppercase) => {
                let finger = line.side.of(label).replace('_', "");
                assert!(truth.fingers.insert(finger, mapped).is_none(), "{name}: two nodes are {sided}");
            }
            _ => panic!("{name}: unknown label `{label}`"),
        }
    }
    let confident = |node: &usize| Some(MappedJoint { node: *node, confidence: 1.0 });
    truth.joints[joint::NECK] = truth.neck.first().and_then(confident);
    truth.joints[joint::SPINE1] = truth.spine.first().and_then(confident);
    if truth.spine.len() > 1 {
        truth.joints[joint::SPINE3] = truth.spine.last().and_then(confident);
    }
    assert_eq!(
        truth.spine.len() > 2,
        truth.joints[joint::SPINE2].is_some(),
        "{name}: `middle` marks one of three or more"
    );
    truth
}

/// The table that a VRM file would have.
fn humanoid(truth: &RigMapping) -> std::collections::BTreeMap<String, usize> {
    const BONES: [(&str, usize); 19] = [
        ("hips", joint::PELVIS),
        ("neck", joint::NECK),
        ("head", joint::HEAD),
        ("leftUpperLeg", joint::LEFT_HIP),
        ("leftLowerLeg", joint::LEFT_KNEE),
        ("leftFoot", joint::LEFT_ANKLE),
        ("leftToes", joint::LEFT_FOOT),
        ("rightUpperLeg", joint::RIGHT_HIP),
        ("rightLowerLeg", joint::RIGHT_KNEE),
        ("rightFoot", joint::RIGHT_ANKLE),
        ("rightToes", joint::RIGHT_FOOT),
        ("leftShoulder", joint::LEFT_COLLAR),
        ("leftUpperArm", joint::LEFT_SHOULDER),
        ("leftLowerArm", joint::LEFT_ELBOW),
        ("leftHand", joint::LEFT_WRIST),
        ("rightShoulder", joint::RIGHT_COLLAR),
        ("rightUpperArm", joint::RIGHT_SHOULDER),
        ("rightLowerArm", joint::RIGHT_ELBOW),
        ("rightHand", joint::RIGHT_WRIST),
    ];
    let mut table: std::collections::BTreeMap<String, usize> =
        BONES.iter().filter_map(|(bone, joint)| Some(((*bone).to_owned(), truth.node(*joint)?))).collect();
    for (bone, node) in ["spine", "chest", "upperChest"].into_iter().zip(&truth.spine) {
        table.insert(bone.to_owned(), *node);
    }
    table.extend(truth.fingers.iter().map(|(finger, mapped)| (finger.clone(), mapped.node)));
    table
}

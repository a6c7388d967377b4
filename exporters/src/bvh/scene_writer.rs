//! A scene as BVH text.

use std::fmt::Write;

use glam::{DMat4, DQuat, DVec3};
use ropar_core::provenance::licence_name;

use super::UNITS_PER_METRE;
use super::euler::zxy_degrees;
use super::frame_time;
use super::reader::Limits;
use super::writer::number;
use crate::scene::{NodeKind, Scene, Take, UnfitScene, check, check_take, global_poses};

/// How far, in metres, a joint may move within its parent without getting position channels.
const STILL: f64 = 1e-6;

/// BVH text and what it could not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenScene {
    /// The file.
    pub text: String,
    /// What was changed or left out, one plain sentence each.
    pub warnings: Vec<String>,
}

/// Writes the joints and tips of `scene` with the animation of `take` (one frame at rest without one).
///
/// The file is in centimetres with rotations in the order Z, X, Y. Its zero pose is the scene's rest pose: offsets lie
/// in world axes, and a rotation is the joint's turn away from rest. Groups and scales are worked into offsets and
/// positions. A joint that moves within its parent gets position channels; a root always has them, and a zero offset.
/// A leaf that is no tip gets an End Site of no length, because readers drop joints without one.
pub fn write_scene(scene: &Scene, take: Option<&Take>) -> Result<WrittenScene, UnfitScene> {
    check(scene)?;
    if let Some(take) = take {
        check_take(scene.nodes.len(), take)?;
    }
    let (name, fps) = take.map_or(("", f64::from(crate::DEFAULT_FPS)), |take| (&take.name, take.fps));
    let frame_time = frame_time::of_rate(name, fps)?;
    let skeleton = Skeleton::of(scene)?;
    let frames = take.map_or(1, |take| take.frames);
    let pose_at = |frame| skeleton.pose(&global_poses(&scene.nodes, take.map(|take| (take, frame))));

    let mut moves: Vec<bool> = skeleton.bones.iter().map(|bone| bone.parent.is_none()).collect();
    for frame in 0..frames {
        for (index, (offset, _)) in pose_at(frame).into_iter().enumerate() {
            moves[index] |= offset.distance(skeleton.bones[index].offset) > STILL;
        }
    }
    let mut text = String::from("HIERARCHY\n");
    skeleton.write_hierarchy(&mut text, &moves);
    let _ = writeln!(text, "MOTION\nFrames: {frames}\nFrame Time: {frame_time}");
    let mut previous = vec![[0.0; 3]; skeleton.bones.len()];
    for frame in 0..frames {
        let mut separator = "";
        for (index, (offset, rotation)) in pose_at(frame).into_iter().enumerate() {
            if skeleton.bones[index].is_tip {
                continue;
            }
            previous[index] = zxy_degrees(rotation, previous[index]);
            let position = offset * UNITS_PER_METRE;
            if !(position.is_finite() && rotation.is_finite()) {
                return Err(too_far(skeleton.bones[index].node, &skeleton.bones[index].name));
            }
            let position = position.to_array();
            for value in position.into_iter().filter(|_| moves[index]).chain(previous[index]) {
                let _ = write!(text, "{separator}{}", number(value));
                separator = " ";
            }
        }
        text.push('\n');
    }

    let mut warnings = skeleton.warnings;
    let others = moves.iter().zip(&skeleton.bones).filter(|(moves, bone)| **moves && bone.parent.is_some()).count();
    if others > 0 {
        warnings.push(format!("{others} joints move within their parents and have position channels"));
    }
    if let Some(licence) = take.and_then(|take| licence_name(&take.provenance)) {
        warnings.push(format!("BVH has no place for the licence of the take, {licence}; hand it on beside the file"));
    }
    Ok(WrittenScene { text, warnings })
}

/// The part of a scene that BVH can hold.
struct Skeleton {
    /// Depth first; parents come before their children.
    bones: Vec<Bone>,
    warnings: Vec<String>,
}

struct Bone {
    node: usize,
    name: String,
    /// Index in [`Skeleton::bones`].
    parent: Option<usize>,
    children: Vec<usize>,
    is_tip: bool,
    /// From the parent's origin to this one's at rest, world axes, metres.
    offset: DVec3,
    /// World rotation at rest, inverted.
    unrest: DQuat,
}

impl Skeleton {
    fn of(scene: &Scene) -> Result<Self, UnfitScene> {
        let has_joints = scene.nodes.iter().any(|node| node.kind == NodeKind::Joint);
        let is_bone = |node: usize| !has_joints || scene.nodes[node].kind != NodeKind::Group;
        // The nearest bone above each node, itself included.
        let mut nearest: Vec<Option<usize>> = Vec::with_capacity(scene.nodes.len());
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); scene.nodes.len()];
        let mut roots = Vec::new();
        for (index, node) in scene.nodes.iter().enumerate() {
            let above = node.parent.and_then(|parent| nearest[parent]);
            if is_bone(index) {
                above.map_or(&mut roots, |parent| &mut children[parent]).push(index);
            }
            nearest.push(if is_bone(index) { Some(index) } else { above });
        }

        let limits = Limits::default();
        let rest = global_poses(&scene.nodes, None);
        let mut bones: Vec<Bone> = Vec::new();
        let mut waiting: Vec<(usize, Option<usize>, usize)> = roots.iter().rev().map(|root| (*root, None, 1)).collect();
        while let Some((node, parent, depth)) = waiting.pop() {
            if depth > limits.nesting {
                let reason = format!("more than {} nested joints, which no BVH reader takes", limits.nesting);
                return Err(UnfitScene::new(format!("node {node} (`{}`)", scene.nodes[node].name), reason));
            }
            let (position, rotation) = rigid(&rest[node]);
            let offset = match parent {
                Some(parent) => position - rigid(&rest[bones[parent].node]).0,
                None => DVec3::ZERO,
            };
            if let Some(parent) = parent {
                let index = bones.len();
                bones[parent].children.push(index);
            }
            let is_tip =
                scene.nodes[node].kind == NodeKind::Tip && children[node].is_empty() && parent.is_some() && has_joints;
            waiting.extend(children[node].iter().rev().map(|child| (*child, Some(bones.len()), depth + 1)));
            let name = spelled(&scene.nodes[node].name, node);
            if !(offset * UNITS_PER_METRE).is_finite() {
                return Err(too_far(node, &name));
            }
            bones.push(Bone { node, name, parent, children: Vec::new(), is_tip, offset, unrest: rotation.inverse() });
        }

        let mut warnings = Vec::new();
        if roots.len() > 1 {
            warnings.push(format!("the file has {} roots; some readers take only the first", roots.len()));
        }
        let mut names: Vec<&str> = bones.iter().filter(|bone| !bone.is_tip).map(|bone| bone.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            warnings.push(format!("several joints are called `{}`", pair[0]));
        }
        Ok(Skeleton { bones, warnings })
    }

    /// Per bone its place in the parent and its turn away from rest.
    fn pose(&self, global: &[DMat4]) -> Vec<(DVec3, DQuat)> {
        let mut world: Vec<(DVec3, DQuat)> = Vec::with_capacity(self.bones.len());
        let mut local = Vec::with_capacity(self.bones.len());
        for bone in &self.bones {
            let (position, rotation) = rigid(&global[bone.node]);
            let turn = rotation * bone.unrest;
            local.push(match bone.parent {
                None => (position, turn),
                Some(parent) => {
                    let (origin, above) = world[parent];
                    let back = above.inverse();
                    (back * (position - origin), back * turn)
                }
            });
            world.push((position, turn));
        }
        local
    }

    fn write_hierarchy(&self, text: &mut String, moves: &[bool]) {
        // Braces that are open, by the bone that they belong to.
        let mut open: Vec<usize> = Vec::new();
        for (index, bone) in self.bones.iter().enumerate() {
            while open.last().is_some_and(|last| Some(*last) != bone.parent) {
                close(text, &mut open);
            }
            let indent = "\t".repeat(open.len());
            let offset = bone.offset * UNITS_PER_METRE;
            let offset = format!("{} {} {}", number(offset.x), number(offset.y), number(offset.z));
            if bone.is_tip {
                let _ = write!(text, "{indent}End Site\n{indent}{{\n{indent}\tOFFSET {offset}\n{indent}}}\n");
                continue;
            }
            let keyword = if bone.parent.is_none() { "ROOT" } else { "JOINT" };
            let channels = if moves[index] { "6 Xposition Yposition Zposition" } else { "3" };
            let _ = write!(
                text,
                "{indent}{keyword} {}\n{indent}{{\n{indent}\tOFFSET {offset}\n\
                 {indent}\tCHANNELS {channels} Zrotation Xrotation Yrotation\n",
                bone.name,
            );
            if bone.children.is_empty() {
                let zero = number(0.0);
                let _ = write!(
                    text,
                    "{indent}\tEnd Site\n{indent}\t{{\n{indent}\t\tOFFSET {zero} {zero} {zero}\n{indent}\t}}\n"
                );
            }
            open.push(index);
        }
        while !open.is_empty() {
            close(text, &mut open);
        }
    }
}

/// Finite links can add up to a place that is not, as can metres in centimetres.
fn too_far(node: usize, name: &str) -> UnfitScene {
    UnfitScene::new(format!("node {node} (`{name}`)"), "it is farther away than numbers go")
}

fn close(text: &mut String, open: &mut Vec<usize>) {
    open.pop();
    let _ = writeln!(text, "{}}}", "\t".repeat(open.len()));
}

/// Position and rotation of a world matrix.
fn rigid(matrix: &DMat4) -> (DVec3, DQuat) {
    let (_, rotation, position) = matrix.to_scale_rotation_translation();
    // A node that is scaled to nothing has no rotation of its own.
    (position, if rotation.is_finite() { rotation } else { DQuat::IDENTITY })
}

/// A name that a BVH file can hold: one line, no braces, not empty.
fn spelled(name: &str, node: usize) -> String {
    let name: String = name.chars().map(|c| if c.is_control() || matches!(c, '{' | '}') { '_' } else { c }).collect();
    let name = name.trim();
    if name.is_empty() { format!("joint_{node}") } else { name.to_owned() }
}

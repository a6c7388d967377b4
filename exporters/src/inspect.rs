//! What a scene is, for a person who decides what to do with it.

use std::collections::BTreeSet;

use glam::DVec3;
use ropar_core::provenance::licence_name;
use ropar_core::retarget::mapping::RigMapping;
use ropar_core::skeleton::joint;
use serde::Serialize;

use crate::scene::{NodeKind, Scene, global_positions};

/// Heights, in metres, between which a character is not remarkable: a toddler to a giant.
const USUAL_HEIGHT: std::ops::RangeInclusive<f64> = 0.5..=3.0;

/// Findings about a scene. Lengths are in metres.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The format and its version.
    pub format: String,
    /// The program that wrote the file; empty where it does not say.
    pub generator: String,
    /// Metres in a unit of the file; null where the format does not say.
    pub metres_per_unit: Option<f64>,
    /// The file's up axis; empty where the format does not say.
    pub up_axis: String,
    /// All nodes.
    pub nodes: usize,
    /// Joints of skeletons.
    pub joints: usize,
    /// Skins.
    pub skins: usize,
    /// Meshes, as nodes carry them.
    pub meshes: usize,
    /// Vertices of these.
    pub vertices: usize,
    /// From the lowest to the highest joint or tip at rest.
    pub height: f64,
    /// The animations.
    pub takes: Vec<TakeSummary>,
    /// The pose at rest.
    pub rest_pose: RestPose,
    /// Characters that were recognised; what follows is of the first.
    pub characters: usize,
    /// Naming family or humanoid table by which the joints are known; null where their names say nothing.
    pub naming: Option<String>,
    /// Canonical joints that are known by table, name or shape, of 22.
    pub known_joints: usize,
    /// Direction that the character faces at rest, such as `+Z`; null where left and right are not known.
    pub facing: Option<String>,
    /// What the reader put up with, and what looks wrong.
    pub problems: Vec<String>,
}

/// An animation in brief.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TakeSummary {
    /// Name in the file, possibly empty.
    pub name: String,
    /// Samples.
    pub frames: usize,
    /// Samples per second.
    pub fps: f64,
    /// Frames over rate.
    pub seconds: f64,
    /// Nodes that it moves.
    pub nodes: usize,
    /// Name of the licence that it is under; null where the file does not say.
    pub licence: Option<String>,
}

/// How the arms hang when nothing moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RestPose {
    /// Within 15 degrees of level.
    T,
    /// 15 to 70 degrees below level.
    A,
    /// Anything else.
    Other,
    /// The arms are not known.
    Unknown,
}

/// Looks at `scene`.
pub fn inspect(scene: &Scene) -> Inspection {
    let positions = global_positions(&scene.nodes, None);
    let is_bone = |index: &usize| scene.nodes[*index].kind != NodeKind::Group;
    let heights: Vec<f64> = (0..scene.nodes.len()).filter(is_bone).map(|index| positions[index].y).collect();
    let low = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let high = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = if heights.is_empty() { 0.0 } else { high - low };
    let (characters, mapping_problem) = match scene.rig_mappings() {
        Ok(found) => (found, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let mapping = characters.first();
    let at = |joint: usize| mapping?.node(joint).map(|node| positions[node]);
    let takes = scene.takes.iter().map(|take| TakeSummary {
        name: take.name.clone(),
        frames: take.frames,
        fps: take.fps,
        seconds: take.seconds(),
        nodes: take.tracks.len(),
        licence: licence_name(&take.provenance).map(str::to_owned),
    });
    let mut found = Inspection {
        format: scene.origin.format.clone(),
        generator: scene.origin.generator.clone(),
        metres_per_unit: scene.origin.metres_per_unit,
        up_axis: scene.origin.up_axis.clone(),
        nodes: scene.nodes.len(),
        joints: scene.nodes.iter().filter(|node| node.kind == NodeKind::Joint).count(),
        skins: scene.skins.len(),
        meshes: scene.meshes.len(),
        vertices: scene.meshes.iter().map(|mesh| mesh.vertices).sum(),
        height,
        takes: takes.collect(),
        rest_pose: rest_pose(&at),
        characters: characters.len(),
        naming: mapping.map(|mapping| mapping.family.clone()).filter(|family| family != "topology"),
        known_joints: mapping.map_or(0, |mapping| mapping.joints.iter().flatten().count()),
        facing: facing(&at),
        problems: scene.warnings.clone(),
    };
    // Without a skeleton there is a plainer word for it.
    found.problems.extend(mapping_problem.filter(|_| found.joints > 0));
    found.problems.extend(mapping.into_iter().flat_map(|mapping: &RigMapping| mapping.warnings.clone()));
    found.problems.extend(problems(scene, &found, &at));
    found
}

fn rest_pose(at: &dyn Fn(usize) -> Option<DVec3>) -> RestPose {
    let arms = [(joint::LEFT_SHOULDER, joint::LEFT_ELBOW), (joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW)];
    let slopes: Vec<f64> = arms
        .into_iter()
        .filter_map(|(shoulder, elbow)| (at(elbow)? - at(shoulder)?).try_normalize())
        .map(|arm| (-arm.y).clamp(-1.0, 1.0).asin().to_degrees())
        .collect();
    if slopes.is_empty() {
        return RestPose::Unknown;
    }
    if slopes.iter().all(|slope| slope.abs() <= 15.0) {
        RestPose::T
    } else if slopes.iter().all(|slope| (15.0..=70.0).contains(slope)) {
        RestPose::A
    } else {
        RestPose::Other
    }
}

/// Forward is where the left hip is left.
fn facing(at: &dyn Fn(usize) -> Option<DVec3>) -> Option<String> {
    let forward = (at(joint::LEFT_HIP)? - at(joint::RIGHT_HIP)?).cross(DVec3::Y).try_normalize()?;
    let axes = [("+X", DVec3::X), ("-X", -DVec3::X), ("+Z", DVec3::Z), ("-Z", -DVec3::Z)];
    axes.into_iter().find(|(_, axis)| axis.dot(forward) > 0.9).map(|(name, _)| name.to_owned())
}

fn problems(scene: &Scene, found: &Inspection, at: &dyn Fn(usize) -> Option<DVec3>) -> Vec<String> {
    let mut problems = Vec::new();
    if found.joints == 0 {
        problems.push("there is no skeleton".to_owned());
    } else if !USUAL_HEIGHT.contains(&found.height) {
        problems.push(format!("the skeleton is {:.3} m tall; is the unit right?", found.height));
    }
    if scene.takes.is_empty() {
        problems.push("there is no animation".to_owned());
    }
    if found.characters > 1 {
        problems.push(format!("there are {} characters; what is said here is of the first", found.characters));
    }
    if let (Some(hips), Some(neck)) = (at(joint::PELVIS), at(joint::NECK)) {
        let up = (neck - hips).normalize_or_zero();
        if up.y < 0.7 {
            problems.push(format!("at rest the spine points along {:.1}, {:.1}, {:.1}, not up", up.x, up.y, up.z));
        }
    }
    if found.facing.as_deref().is_some_and(|facing| facing != "+Z") {
        problems.push(format!("the character faces {}, not +Z", found.facing.as_deref().unwrap_or_default()));
    }
    let mut seen = BTreeSet::new();
    let joints = scene.nodes.iter().filter(|node| node.kind == NodeKind::Joint);
    let doubles: BTreeSet<&str> = joints.map(|node| node.name.as_str()).filter(|name| !seen.insert(*name)).collect();
    if let Some(name) = doubles.first() {
        problems.push(format!("{} names are borne by several joints, such as `{name}`", doubles.len()));
    }
    problems
}

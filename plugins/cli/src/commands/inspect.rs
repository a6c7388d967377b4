//! `ropar inspect`: what a scene file holds.

use ropar_core::skeleton::JOINT_COUNT;
use ropar_exporters::{
    inspect::{Inspection, RestPose, inspect},
    read_scene,
};

use crate::{
    arguments::InspectArguments,
    failure::{Failure, Kind},
    terminal::Terminal,
};

pub fn run(arguments: &InspectArguments, terminal: &Terminal) -> Result<(), Failure> {
    let found = inspect(&read_scene(&arguments.file)?);
    let object = serde_json::to_value(&found)
        .map_err(|error| Failure::new(Kind::Internal, error.to_string(), "report this as a bug"))?;
    terminal.result(lines(&found).join("\n"), &object)
}

fn row(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name:<10} {value}")
}

fn lines(found: &Inspection) -> Vec<String> {
    let unit = match found.metres_per_unit {
        Some(metres) => format!("{metres} m, up is {}", found.up_axis),
        None => "not in the file".to_owned(),
    };
    let naming = found.naming.as_deref().unwrap_or(if found.known_joints > 0 {
        "of no family, known by shape"
    } else {
        "unknown"
    });
    let rest_pose = match found.rest_pose {
        RestPose::T => "T pose",
        RestPose::A => "A pose",
        RestPose::Other => "neither T nor A",
        RestPose::Unknown => "unknown",
    };
    let facing = found.facing.as_deref().map(|facing| format!(", facing {facing}")).unwrap_or_default();
    let mut lines = vec![row("format", &found.format)];
    if !found.generator.is_empty() {
        lines.push(row("written by", &found.generator));
    }
    lines.extend([
        row("unit", unit),
        row("rig", format_args!("{} joints among {} nodes, {:.3} m tall", found.joints, found.nodes, found.height)),
        row("names", format_args!("{naming} ({} of {JOINT_COUNT} joints known)", found.known_joints)),
        row("rest", format_args!("{rest_pose}{facing}")),
        row("meshes", format_args!("{} with {} vertices, {} skins", found.meshes, found.vertices, found.skins)),
    ]);
    lines.extend(found.takes.iter().map(|take| {
        let length = format!("{} frames at {} a second, {:.3} s", take.frames, take.fps, take.seconds);
        let licence = take.licence.as_ref().map(|licence| format!(", licence {licence}")).unwrap_or_default();
        row("take", format_args!("`{}`: {length}, {} nodes move{licence}", take.name, take.nodes))
    }));
    lines.extend(found.problems.iter().map(|problem| row("problem", problem)));
    lines
}

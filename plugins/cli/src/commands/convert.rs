//! `ropar convert`: a scene file in another format, or its takes in another file.

use std::slice;

use ropar_exporters::{
    InsertTakesOptions, ReadSceneOptions, WriteSceneOptions, insert_takes, read_scene, read_scene_with, write_scene,
};
use serde_json::json;

use crate::{arguments::ConvertArguments, failure::Failure, limits, output, takes, terminal::Terminal};

pub fn run(arguments: &ConvertArguments, terminal: &Terminal) -> Result<(), Failure> {
    output::check_scene(&arguments.output)?;
    limits::check_fps(arguments.fps)?;
    let unit_warning = limits::check_unit(arguments.unit, &arguments.input)?;
    let scene = read_scene_with(&arguments.input, &ReadSceneOptions { fps: None, metres_per_unit: arguments.unit })?;
    let takes = match &arguments.take {
        Some(name) => slice::from_ref(&scene.takes[takes::position(&arguments.input, &scene.takes, name)?]),
        None => scene.takes.as_slice(),
    };
    limits::check_span(&arguments.input, takes, arguments.start, arguments.end)?;
    let options = WriteSceneOptions {
        take: arguments.take.clone(),
        fps: arguments.fps,
        start: arguments.start,
        end: arguments.end,
    };
    let mut warnings: Vec<String> = unit_warning.into_iter().chain(scene.warnings.iter().cloned()).collect();
    warnings.extend(match &arguments.into {
        None => write_scene(&arguments.output, &scene, &options)?,
        Some(target) => {
            let how = InsertTakesOptions { name: arguments.name.clone(), replace: arguments.replace };
            insert_takes(&scene, target, &arguments.output, &options, &how)?
        }
    });
    for warning in &warnings {
        terminal.note(format!("warning: {warning}"));
    }
    // Read again: what is reported is in the file.
    let written = read_scene(&arguments.output)?;
    let takes: Vec<_> = written
        .takes
        .iter()
        .map(|take| json!({ "name": take.name, "frames": take.frames, "fps": take.fps, "seconds": take.seconds() }))
        .collect();
    let summary: Vec<String> = written
        .takes
        .iter()
        .map(|take| format!("`{}` with {} frames at {} a second", take.name, take.frames, take.fps))
        .collect();
    let summary = if summary.is_empty() { "no animation".to_owned() } else { summary.join(", ") };
    terminal.result(
        format!("{}: {} nodes, {summary}", arguments.output.display(), written.nodes.len()),
        &json!({
            "files": [{ "path": arguments.output.to_string_lossy(), "nodes": written.nodes.len(), "takes": takes }],
            "warnings": warnings,
        }),
    )
}

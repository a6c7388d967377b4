//! `ropar edit`: body parts of a clip made anew.

use std::time::Instant;

use ropar_core::{edit::RedoRequest, parts::PartScheme, provenance};
use ropar_exporters::{Format, read_clip, replace_joints};
use serde_json::json;

use super::{check_prompt, fresh_seed, open_engine, read_package};
use crate::{arguments::EditArguments, failure::Failure, interrupt, output, terminal::Terminal};

pub fn run(arguments: &EditArguments, terminal: &Terminal) -> Result<(), Failure> {
    output::check(&arguments.output)?;
    if Format::of(&arguments.clip)? != Format::of(&arguments.output)? {
        return Err(Failure::usage(
            "the clip and the output have different formats",
            "give the output the clip's extension: only then can everything else stay bit for bit as it was",
        ));
    }
    let clip = read_clip(&arguments.clip)?;
    let package = read_package(&arguments.engine)?;
    let mut warnings = clip.warnings.clone();
    warnings.extend(check_prompt(&package, &arguments.prompt)?);
    for warning in &warnings {
        terminal.note(format!("warning: {warning}"));
    }
    interrupt::listen();
    let engine = open_engine(&package, &arguments.engine)?;

    let request = RedoRequest {
        parts: arguments.redo.iter().map(|part| part.trim().to_owned()).collect(),
        start: arguments.start,
        end: arguments.end,
        prompt: arguments.prompt.clone(),
        in_step: arguments.in_step,
        seed: arguments.seed.unwrap_or_else(fresh_seed),
        guidance: arguments.guidance,
    };
    let start = Instant::now();
    let motion = {
        let progress = terminal.progress("redoing".to_owned());
        engine.redo(&clip.motion, &request, &mut |share| {
            progress.show(share);
            interrupt::control()
        })?
    };
    let edit = json!({
        "redo": request.parts,
        "start": request.start.map(provenance::decimal),
        "end": request.end.map(provenance::decimal),
        "prompt": request.prompt,
        "in_step": request.in_step,
        "seed": request.seed,
        "guidance": request.guidance.map(provenance::decimal),
    });
    let extras = provenance::of_edit(&clip.extras, engine.manifest(), edit);
    let joints = owned_joints(engine.scheme(), &request.parts);
    replace_joints(&arguments.clip, &arguments.output, &motion, &joints, &extras)?;

    if let Some(note) = provenance::licence_note(engine.manifest()) {
        terminal.note(note);
    }
    let wall_seconds = start.elapsed().as_secs_f32();
    let path = arguments.output.display();
    terminal.result(
        format!("{path}: {} made anew, seed {}, in {wall_seconds:.1} s", request.parts.join(", "), request.seed),
        &json!({
            "files": [{ "path": arguments.output.to_string_lossy(), "seed": request.seed, "wall_seconds": provenance::decimal(wall_seconds) }],
            "redo": request.parts,
            "warnings": warnings,
            "runtime": engine.report(),
        }),
    )
}

/// The joints that the named parts own. The engine has refused unknown names by now.
fn owned_joints(scheme: &PartScheme, parts: &[String]) -> Vec<usize> {
    let mut joints: Vec<usize> =
        parts.iter().filter_map(|name| scheme.part_index(name)).flat_map(|part| scheme.owned_joints(part)).collect();
    joints.sort_unstable();
    joints.dedup();
    joints
}

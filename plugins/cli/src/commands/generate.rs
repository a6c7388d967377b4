//! `ropar generate`: a prompt to one or more files.

use std::{path::Path, time::Instant};

use ropar_core::{
    engine::{Engine, GenerateRequest, Generated, check_seconds},
    provenance,
};
use ropar_exporters::{Clip, Format, check_joint_names, write_clip_named};
use serde_json::{Value, json};

use super::{check_prompt, fresh_seed, open_engine, read_package};
use crate::{arguments::GenerateArguments, failure::Failure, interrupt, limits, output, terminal::Terminal};

pub fn run(arguments: &GenerateArguments, terminal: &Terminal) -> Result<(), Failure> {
    let paths = output::sample_paths(&arguments.output, arguments.samples);
    for path in &paths {
        output::check(path)?;
        check_joint_names(path, Format::of(path)?, arguments.joint_names.into()).map_err(|error| Failure {
            next_step: "name an .fbx file, or leave --joint-names out".to_owned(),
            ..error.into()
        })?;
    }
    limits::check_fps(Some(arguments.fps))?;
    let package = read_package(&arguments.engine)?;
    if let Some(seconds) = arguments.seconds {
        check_seconds(seconds, package.manifest().limits.max_seconds)?;
    }
    let warnings = check_prompt(&package, &arguments.prompt)?;
    for warning in &warnings {
        terminal.note(format!("warning: {warning}"));
    }
    interrupt::listen();
    let engine = open_engine(&package, &arguments.engine)?;

    let first_seed = arguments.seed.unwrap_or_else(fresh_seed);
    let mut files = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let request = GenerateRequest {
            seconds: arguments.seconds,
            seed: first_seed.wrapping_add(number as u64),
            guidance: arguments.guidance,
            plant_feet: !arguments.no_plant_feet,
            ..GenerateRequest::new(arguments.prompt.as_str())
        };
        let label = match paths.len() {
            1 => "generating".to_owned(),
            count => format!("generating {}/{count}", number + 1),
        };
        let start = Instant::now();
        let made = {
            let progress = terminal.progress(label);
            engine.generate(&request, &mut |share| {
                progress.show(share);
                interrupt::control()
            })?
        };
        files.push(write(&engine, &request, made, arguments, path, start)?);
    }
    if let Some(note) = provenance::licence_note(engine.manifest()) {
        terminal.note(note);
    }
    let lines: Vec<String> = files.iter().map(describe).collect();
    let object = json!({ "files": files, "warnings": warnings, "runtime": engine.report() });
    terminal.result(lines.join("\n"), &object)
}

fn write(
    engine: &Engine,
    request: &GenerateRequest,
    made: Generated,
    arguments: &GenerateArguments,
    path: &Path,
    start: Instant,
) -> Result<Value, Failure> {
    let fps = arguments.fps;
    let extras =
        provenance::of_generation(engine.manifest(), &request.prompt, request.seed, made.seconds, made.guidance);
    let clip = Clip::new(made.motion.resample(fps), extras);
    write_clip_named(path, &clip, None, arguments.joint_names.into())?;
    Ok(json!({
        "path": path.to_string_lossy(),
        "seed": request.seed,
        "seconds": provenance::decimal(made.seconds),
        "frames": clip.motion.frames(),
        "fps": provenance::decimal(fps),
        "wall_seconds": provenance::decimal(start.elapsed().as_secs_f32()),
    }))
}

fn describe(file: &Value) -> String {
    format!(
        "{}: {} s, {} frames at {} fps, seed {}, made in {:.1} s",
        file["path"].as_str().unwrap_or_default(),
        file["seconds"],
        file["frames"],
        file["fps"],
        file["seed"],
        file["wall_seconds"].as_f64().unwrap_or_default(),
    )
}

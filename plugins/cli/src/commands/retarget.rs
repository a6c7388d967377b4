//! `ropar retarget`: a clip on another character.

use std::time::Instant;

use ropar_core::{
    provenance,
    retarget::{RetargetReport, report::Grade},
};
use ropar_exporters::{
    Format, ReadSceneOptions, WrittenTake, resampled,
    retarget_files::{Character, CharacterOptions, RetargetFileError, retargeter},
};
use serde_json::json;

use crate::{
    arguments::RetargetArguments, commands::map, failure::Failure, limits, output, terminal::Terminal, text_file,
};

pub fn run(arguments: &RetargetArguments, terminal: &Terminal) -> Result<(), Failure> {
    output::check_scene(&arguments.output)?;
    let (format, target_format) = (Format::of(&arguments.output)?, Format::of(&arguments.target)?);
    if format != target_format && matches!(format, Format::Vrm | Format::Vrma) {
        return Err(Failure::usage(
            format!("`{}` cannot be made from `{}`", arguments.output.display(), arguments.target.display()),
            "give the output the target's extension, or .glb, .gltf, .bvh or .fbx",
        ));
    }
    limits::check_fps(arguments.fps)?;
    let mut warnings: Vec<String> = limits::check_unit(arguments.unit, &arguments.clip)?.into_iter().collect();
    let start = Instant::now();
    let scene = ReadSceneOptions { fps: None, metres_per_unit: arguments.unit };
    let source = CharacterOptions {
        character: arguments.source_character,
        map: arguments.source_map.as_deref().map(text_file::read).transpose()?,
        scene,
    };
    let source = Character::read(&arguments.clip, &source).map_err(|error| match error {
        RetargetFileError::Mapping { path, source } => map::failure(&path.display().to_string(), &source, &map::CLIP),
        error => error.into(),
    })?;
    let target = CharacterOptions {
        character: arguments.character,
        map: arguments.map.as_deref().map(text_file::read).transpose()?,
        scene: ReadSceneOptions::default(),
    };
    let target = Character::read(&arguments.target, &target)?;
    let options = arguments.solve.options();
    let mut take = source.take(arguments.take.as_deref())?.clone();
    if let Some(fps) = arguments.fps {
        take = resampled(&arguments.clip, &take, fps)?;
    }
    take.name = arguments.name.clone().unwrap_or_else(|| source.title(&take));
    for character in [&source, &target] {
        let notes = character.scene.warnings.iter().chain(&character.mapping.warnings);
        warnings.extend(notes.map(|note| format!("`{}`: {note}", character.path.display())));
    }
    if options.ground_root && target.mapping.root.is_none() {
        warnings.push("the target has no joint on the floor; the hips carry the motion over the ground".to_owned());
    }
    let made = retargeter(&source, &target)?.retarget(&take, &options).map_err(|error| {
        let (clip, target) = (arguments.clip.clone(), arguments.target.clone());
        RetargetFileError::Retarget { clip, target, source: error }
    })?;
    let mut written = target.write(&arguments.output, &made.take)?;
    warnings.append(&mut written.warnings);
    for warning in &warnings {
        terminal.note(format!("warning: {warning}"));
    }
    let file = json!({
        "path": arguments.output.to_string_lossy(),
        "take": made.take.name,
        "frames": written.frames,
        "fps": written.fps,
        "seconds": written.seconds(),
        "report": made.report,
        "wall_seconds": provenance::decimal(start.elapsed().as_secs_f32()),
    });
    terminal
        .result(lines(arguments, &written, &made.report).join("\n"), &json!({ "files": [file], "warnings": warnings }))
}

fn lines(arguments: &RetargetArguments, written: &WrittenTake, report: &RetargetReport) -> Vec<String> {
    let row = |name: &str, value: String| format!("{name:<12} {value}");
    let [from, to] = &report.families;
    let mut lines = vec![
        format!(
            "{}: {} frames, {:.3} s, {from} to {to}",
            arguments.output.display(),
            written.frames,
            written.seconds()
        ),
        row("verdict", format!("{}: {}", report.verdict.grade, report.verdict.reason)),
    ];
    if report.verdict.grade == Grade::Good {
        return lines;
    }
    let (median, largest) = (report.limb_direction_median, report.limb_direction_largest);
    lines.push(row("limbs", format!("{median:.2} degrees off in the median, at most {largest:.1}")));
    if let Some(slide) = report.foot_slide {
        let contacts = report.contact_f1.unwrap_or(1.0);
        lines.push(row("feet", format!("slide at {slide:.2} cm/s, contacts agree (F1) to {contacts:.2}")));
    }
    lines.push(row("floor", format!("feet sink in by at most {:.1} mm", report.penetration)));
    let (turns, jerk) = (report.angular_velocity_ratio, report.jerk_ratio);
    lines.push(row("smoothness", format!("turns at most {turns:.2} times as fast, jerk {jerk:.2} times")));
    lines.push(row("mapping", format!("{:.0} % sure of the least certain joint", report.mapping_confidence * 100.0)));
    lines
}

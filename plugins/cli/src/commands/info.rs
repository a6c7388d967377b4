//! `ropar info`: what would be used, and under which terms.

use std::path::Path;

use ropar_core::{
    package::{Manifest, PartSchemeReference},
    runtime::RuntimeReport,
};
use serde_json::json;

use super::{open_engine, read_package};
use crate::{arguments::InfoArguments, failure::Failure, terminal::Terminal, user_folder};

pub fn run(arguments: &InfoArguments, terminal: &Terminal) -> Result<(), Failure> {
    let package = read_package(&arguments.engine)?;
    // Opening loads every graph: what is shown as in use has worked.
    let engine = open_engine(&package, &arguments.engine)?;
    let parts: Vec<&str> = engine.scheme().parts().iter().map(|part| part.name.as_str()).collect();
    let object = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "runtime": engine.report(),
        "runtime_folder": user_folder::runtime().as_deref().map(Path::to_string_lossy),
        "package": package.summary()?,
    });
    let mut lines = vec![format!("ropar {}", env!("CARGO_PKG_VERSION")), String::new()];
    lines.extend(runtime_lines(engine.report()));
    lines.push(String::new());
    lines.push(row("package", package.folder().display()));
    lines.extend(package_lines(engine.manifest(), &parts));
    terminal.result(lines.join("\n"), &object)
}

fn row(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name:<12} {value}")
}

fn runtime_lines(report: &RuntimeReport) -> Vec<String> {
    let mut lines =
        vec![row("backend", &report.backend), row("provider", report.provider), row("threads", report.threads)];
    lines.extend(report.fallbacks.iter().map(|reason| row("note", reason)));
    if report.backend == ropar_core::runtime::Backend::Embedded {
        lines.push(row("hint", "`ropar setup runtime` installs the faster ONNX Runtime"));
    }
    lines
}

fn package_lines(manifest: &Manifest, parts: &[&str]) -> Vec<String> {
    let limits = &manifest.limits;
    let scheme = match &manifest.part_scheme {
        PartSchemeReference::Named(name) => name.as_str(),
        PartSchemeReference::Inline(_) => "its own",
    };
    let commercial = if manifest.licence.commercial { "commercial use allowed" } else { "no commercial use" };
    let mut lines = vec![
        row("name", format_args!("{} {}", manifest.name, manifest.version)),
        row("licence", format_args!("{} ({commercial})", manifest.licence.id)),
        row("", &manifest.licence.notice),
        row("parts", format_args!("{} ({scheme} scheme)", parts.join(", "))),
        row("rate", format_args!("{} frames per second, {} per token", manifest.frame_rate, manifest.frames_per_token)),
        row("limits", format_args!("{} s, {} characters", limits.max_seconds, limits.max_prompt_characters)),
        row(
            "sampler",
            format_args!(
                "{} iterations, {} steps, guidance {} (decay {}), temperature {}",
                manifest.sampler.iterations,
                manifest.sampler.steps,
                manifest.sampler.guidance,
                manifest.sampler.guidance_decay,
                manifest.sampler.temperature
            ),
        ),
        row("text", &manifest.text_encoder),
    ];
    for data in &manifest.training_data {
        let (clips, hours) = (data.clips, data.hours);
        lines.push(row("trained on", format_args!("{}, {clips} clips, {hours:.2} h, {}", data.source, data.licence)));
    }
    for attribution in &manifest.attribution {
        lines.push(row(
            "credit",
            format_args!("{}, {} ({})", attribution.work, attribution.author, attribution.licence),
        ));
    }
    lines
}

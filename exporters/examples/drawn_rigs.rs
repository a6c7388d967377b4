//! The rigs that core's tests draw, as GLB files: skeletons of many naming families, free to use anywhere.
//!
//! Usage: `cargo run --release -p ropar-exporters --example drawn_rigs -- DIR [NAME ...]`
//!
//! Without names all are written.

#[path = "../../core/tests/rigs/mod.rs"]
mod rigs;

use std::path::Path;
use std::process::ExitCode;

use ropar_exporters::scene::Scene;
use ropar_exporters::{WriteSceneOptions, write_scene};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((folder, names)) = words.split_first() else {
        eprintln!("usage: drawn_rigs DIR [NAME ...]");
        return ExitCode::from(2);
    };
    for rig in rigs::all().into_iter().filter(|rig| names.is_empty() || names.contains(&rig.name)) {
        let scene = Scene { nodes: rig.rig.nodes, humanoid: rig.rig.humanoid, ..Scene::default() };
        let path = Path::new(folder).join(format!("{}.glb", rig.name));
        if let Err(error) = write_scene(&path, &scene, &WriteSceneOptions::default()) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

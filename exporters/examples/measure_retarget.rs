//! Measures what any program made of a clip on another rig by the figures of RoPAR's own report.
//!
//! Usage: `measure_retarget SOURCE TARGET` prints `{"pair": ..., "report": ...}` for RoPAR itself, with `--no-contacts` without
//! inverse kinematics; `measure_retarget SOURCE TARGET MOTION.json` for what another program made, as
//! `tests/readers/three_retarget.mjs` describes it. `pair` is what such a program has to be told: which node is which, and what
//! a user who poses one rig like the other would do (`facing` and `posed`, quaternions).

use std::path::Path;
use std::process::ExitCode;

use glam::{DMat4, DQuat, DVec3};
use ropar_core::retarget::{MappedRig, RetargetOptions, Retargeter};
use ropar_core::rig::{Rig, Take, Track};
use ropar_core::skeleton::{JOINT_COUNT, joint};
use ropar_exporters::read_scene;
use ropar_exporters::scene::{global_poses, global_positions};
use serde::Deserialize;
use serde_json::{Map, json};

/// Motions of nodes from their rest, in the world: quaternion and translation.
#[derive(Deserialize)]
struct Motion {
    nodes: Vec<String>,
    frames: Vec<Vec<[f64; 7]>>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (flags, files): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| word.starts_with("--"));
    let [source, target, motion @ ..] = files.as_slice() else {
        return Err("usage: SOURCE TARGET [MOTION.json]".into());
    };
    let (source, target) = (read_scene(Path::new(source))?, read_scene(Path::new(target))?);
    let (rigs, mappings) =
        ([source.rig(), target.rig()], [source.rig_mapping(None, None)?, target.rig_mapping(None, None)?]);
    let take = source.takes.first().ok_or("the source has no take")?;
    let mapped = [0, 1].map(|side| MappedRig { rig: &rigs[side], mapping: &mappings[side], takes: &[] });
    let retargeter = Retargeter::new(mapped[0], mapped[1])?;
    let options =
        RetargetOptions { contacts: !flags.iter().any(|flag| *flag == "--no-contacts"), ..Default::default() };
    let report = match motion.first() {
        None => retargeter.retarget(take, &options)?.report,
        Some(path) => {
            let motion: Motion = serde_json::from_slice(&std::fs::read(path)?)?;
            retargeter.measure(take, &to_take(&rigs[1], &motion, take.fps), &options)?
        }
    };
    let rests = retargeter.rest_difference().ok_or("the source's rest says nothing")?;
    let (mut names, mut posed) = (Map::new(), Map::new());
    for joint in 0..JOINT_COUNT {
        if let (Some(from), Some(to)) = (mappings[0].node(joint), mappings[1].node(joint)) {
            let name = &rigs[1].nodes[to].name;
            names.insert(name.clone(), rigs[0].nodes[from].name.clone().into());
            posed.insert(name.clone(), json!(rests.turns[joint].to_array()));
        }
    }
    let hips = mappings.iter().zip(&rigs).map(|(mapping, rig)| {
        let node = mapping.node(joint::PELVIS).ok_or("there is no pelvis")?;
        Ok::<_, &str>((rig.nodes[node].name.clone(), leg(rig, mapping)))
    });
    let hips: Vec<(String, f64)> = hips.collect::<Result<_, _>>()?;
    let pair = json!({
        "names": names, "posed": posed, "facing": rests.facing.to_array(), "hips": hips[0].0, "scale": hips[1].1 / hips[0].1, "frames": take.frames, "fps": take.fps,
    });
    println!("{}", json!({ "pair": pair, "report": report }));
    Ok(())
}

/// Length of the left leg.
fn leg(rig: &Rig, mapping: &ropar_core::retarget::mapping::RigMapping) -> f64 {
    let places = global_positions(&rig.nodes, None);
    let at = |joint: usize| mapping.node(joint).map_or(DVec3::ZERO, |node| places[node]);
    at(joint::LEFT_HIP).distance(at(joint::LEFT_KNEE)) + at(joint::LEFT_KNEE).distance(at(joint::LEFT_ANKLE))
}

/// Local transforms of all nodes from motions in the world; a node that is not named goes with its parent.
fn to_take(rig: &Rig, motion: &Motion, fps: f64) -> Take {
    let column = |name: &str| motion.nodes.iter().position(|other| other == name);
    let columns: Vec<Option<usize>> = rig.nodes.iter().map(|node| column(&node.name)).collect();
    let rest = global_poses(&rig.nodes, None);
    let mut tracks: Vec<Track> = (0..rig.nodes.len())
        .map(|node| Track { node, translation: Some(Vec::new()), rotation: Some(Vec::new()), scale: None })
        .collect();
    for frame in &motion.frames {
        let mut world: Vec<DMat4> = Vec::with_capacity(rest.len());
        for (index, node) in rig.nodes.iter().enumerate() {
            let above = node.parent.map_or(DMat4::IDENTITY, |parent| world[parent]);
            let own = match columns[index].map(|column| frame[column]) {
                Some([x, y, z, w, tx, ty, tz]) => {
                    let turn = DQuat::from_xyzw(x, y, z, w).normalize();
                    DMat4::from_rotation_translation(turn, DVec3::new(tx, ty, tz)) * rest[index]
                }
                None => above * node.rest.matrix(),
            };
            let (_, rotation, place) = (above.inverse() * own).to_scale_rotation_translation();
            if let Some(values) = &mut tracks[index].rotation {
                values.push(rotation);
            }
            if let Some(values) = &mut tracks[index].translation {
                values.push(place);
            }
            world.push(own);
        }
    }
    Take { name: "peer".to_owned(), fps, frames: motion.frames.len(), tracks, ..Take::default() }
}

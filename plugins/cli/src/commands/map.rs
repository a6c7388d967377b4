//! `ropar map`: which node of a rig is which joint of a human body.

use ropar_core::{
    retarget::{MappingError, References, mapping::RigMapping},
    rig::Rig,
    skeleton::{JOINT_COUNT, JOINT_NAMES, joint},
};
use ropar_exporters::{ReadSceneOptions, read_scene_with};
use serde_json::{Map, Value, json};

use crate::{arguments::MapArguments, failure::Failure, output, terminal::Terminal, text_file};

pub fn run(arguments: &MapArguments, terminal: &Terminal) -> Result<(), Failure> {
    if let Some(output) = &arguments.output {
        output::check_mapping(output, &arguments.file)?;
    }
    let file = arguments.map.as_deref().map(text_file::read).transpose()?;
    let scene = read_scene_with(&arguments.file, &ReadSceneOptions::default())?;
    let mapping = scene
        .rig_mapping(arguments.character, file.as_deref())
        .map_err(|error| failure(&arguments.file.display().to_string(), &error, &RIG))?;
    let rig = scene.rig();
    for warning in scene.warnings.iter().chain(&mapping.warnings) {
        terminal.note(format!("warning: {warning}"));
    }
    if let Some(output) = &arguments.output {
        ropar_exporters::atomic::write(output, mapping.to_json(&rig).as_bytes())?;
    }
    let references = References::new(&rig);
    let mut lines = table(&mapping, &references);
    if let Some(output) = &arguments.output {
        lines.push(format!("{}: written; edit it and pass it with --map", output.display()));
    }
    let mut object = object(&mapping, &references, &rig);
    object["files"] =
        json!(arguments.output.iter().map(|path| json!({ "path": path.to_string_lossy() })).collect::<Vec<_>>());
    object["warnings"] = json!(scene.warnings.iter().chain(&mapping.warnings).collect::<Vec<_>>());
    terminal.result(lines.join("\n"), &object)
}

/// How the user says which character of a file is meant, and which mapping file it has.
pub struct Choices {
    character: &'static str,
    map: &'static str,
}

/// Those of a rig that is looked at, or gets a motion.
pub const RIG: Choices = Choices { character: "--character 1", map: "--map" };
/// Those of the rig that a clip comes from.
pub const CLIP: Choices = Choices { character: "--source-character 1", map: "--source-map" };
/// Those of a target of a batch.
pub const BATCH_TARGET: Choices = Choices { character: "`character = 1` in a [[target]] of a job file", map: "--map" };

/// What is wrong with the rig or the mapping of `file`, and what to do.
pub fn failure(file: &str, error: &MappingError, choices: &Choices) -> Failure {
    let next_step = match error {
        MappingError::SeveralCharacters { .. } | MappingError::NoSuchCharacter { .. } => {
            &format!("name one, such as {}", choices.character)
        }
        MappingError::File(_) => "start from a file that `ropar map RIG -o mapping.json` writes",
        MappingError::UnknownNode { .. } | MappingError::AmbiguousNode { .. } | MappingError::NodeTwice { .. } => {
            "`ropar map RIG --json` lists the nodes under their full names; correct the mapping file"
        }
        MappingError::Misfit(_) => "correct the mapping file",
        MappingError::UnknownJoint { .. } => "use the names of docs/command-line.md, ropar map",
        MappingError::Quadruped => "use a rig of a person",
        MappingError::NoSkeleton { .. } | MappingError::BrokenNode { .. } | MappingError::ZeroBind { .. } => {
            "export the rig again; `ropar inspect FILE` shows what a file holds"
        }
        MappingError::NoLegs { .. } | MappingError::NothingHuman { .. } | MappingError::Incomplete { .. } => {
            &format!("name the joints in a mapping file and pass it with {}", choices.map)
        }
    };
    Failure::input(format!("`{file}`: {error}"), next_step)
}

/// Joints, nodes and confidences in columns.
fn table(mapping: &RigMapping, references: &References) -> Vec<String> {
    let mut rows: Vec<[String; 3]> = vec![["joint".into(), "node".into(), "confidence".into()]];
    let mut add = |joint: &str, node: usize, confidence: Option<f32>| {
        let confidence = confidence.map_or_else(String::new, |confidence| format!("{confidence:.2}"));
        rows.push([joint.to_owned(), references.of(node).to_owned(), confidence]);
    };
    for (name, mapped) in JOINT_NAMES.iter().zip(&mapping.joints) {
        if let Some(mapped) = mapped {
            add(name, mapped.node, Some(mapped.confidence));
        }
    }
    let canonical = |node: &usize| mapping.joints.iter().flatten().any(|mapped| mapped.node == *node);
    mapping.spine.iter().filter(|node| !canonical(node)).for_each(|node| add("(spine)", *node, None));
    mapping.neck.iter().filter(|node| !canonical(node)).for_each(|node| add("(neck)", *node, None));
    for (finger, mapped) in &mapping.fingers {
        add(finger, mapped.node, Some(mapped.confidence));
    }
    for twist in &mapping.twists {
        add(&format!("(twist of {} at {:.2})", JOINT_NAMES[twist.segment], twist.place), twist.node, None);
    }
    if let Some(root) = mapping.root {
        add("root", root, None);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let line = |[joint, node, confidence]: &[String; 3]| {
        format!("{joint:<first$}  {node:<second$}  {confidence}").trim_end().to_owned()
    };
    let mut lines = vec![format!("names       {}", mapping.family)];
    lines.extend(rows.iter().map(line));
    let missing: Vec<&str> = (0..JOINT_COUNT)
        .filter(|joint| mapping.joints[*joint].is_none())
        .filter(|joint| ![joint::SPINE1, joint::SPINE2, joint::SPINE3].contains(joint))
        .map(|joint| JOINT_NAMES[joint])
        .collect();
    if !missing.is_empty() {
        lines.push(format!("not there   {}", missing.join(", ")));
    }
    lines
}

fn object(mapping: &RigMapping, references: &References, rig: &Rig) -> Value {
    let name = |node: &usize| references.of(*node).to_owned();
    let joints: Map<String, Value> = (0..JOINT_COUNT)
        .map(|joint| {
            let mapped = mapping.joints[joint]
                .map(|mapped| json!({ "node": name(&mapped.node), "confidence": mapped.confidence }));
            (JOINT_NAMES[joint].to_owned(), mapped.unwrap_or(Value::Null))
        })
        .collect();
    let fingers: Map<String, Value> = mapping
        .fingers
        .iter()
        .map(|(finger, mapped)| {
            (finger.clone(), json!({ "node": name(&mapped.node), "confidence": mapped.confidence }))
        })
        .collect();
    let twists: Vec<Value> = mapping
        .twists
        .iter()
        .map(|twist| json!({ "node": name(&twist.node), "segment": JOINT_NAMES[twist.segment], "place": twist.place }))
        .collect();
    json!({
        "family": mapping.family,
        "joints": joints,
        "spine": mapping.spine.iter().map(name).collect::<Vec<_>>(),
        "neck": mapping.neck.iter().map(name).collect::<Vec<_>>(),
        "fingers": fingers,
        "twists": twists,
        "root": mapping.root.as_ref().map(name),
        "nodes": (0..rig.nodes.len()).map(|node| name(&node)).collect::<Vec<_>>(),
    })
}

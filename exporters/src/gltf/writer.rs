//! A new glTF file from a scene: its nodes and its takes.

use glam::{DMat4, DQuat, DVec3};
use ropar_core::provenance::Provenance;
use serde_json::{Map, Value, json};

use super::data_uri;
use super::document::Document;
use super::error::GltfError;
use super::insert::{Existing, InsertOptions, Target};
use super::limits;
use super::provenance::ToldBy;
use crate::glb::GENERATOR;
use crate::glb::container::{Parts, join_parts};
use crate::scene::limits::{channels, too_deep};
use crate::scene::{NodeKind, Scene, Take, UnfitScene, check, common_provenance, global_poses};

/// The form of a glTF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// One binary file, `.glb`.
    Binary,
    /// JSON with its numbers inside, `.gltf`.
    Text,
}

/// Writes the nodes and takes of `scene`. Equal scenes give equal bytes. What all takes say of where they come from stands
/// in `asset.extras`, and where they differ, in the extras of each animation.
///
/// The joints are listed in a skin, one for each root, by which programs know them as bones. Meshes are not in a scene
/// and so not in the file; to keep those of a file, [`insert`](super::insert) a take into it.
pub fn write(scene: &Scene, container: Container) -> Result<Vec<u8>, GltfError> {
    write_with(scene, container, Map::new())
}

/// As [`write`], with further members for the root of the JSON part.
pub(super) fn write_with(
    scene: &Scene,
    container: Container,
    further: Map<String, Value>,
) -> Result<Vec<u8>, GltfError> {
    check(scene)?;
    check_limits(scene)?;
    check_precision(scene)?;
    let is_glb = container == Container::Binary;
    let common = common_provenance(&scene.takes);
    let told_by = if common.is_some() { ToldBy::File } else { ToldBy::Animation };
    let (mut json, mut binary) = skeleton(scene, is_glb, asset(common), further);
    let options = InsertOptions { name: None, existing: Existing::Keep };
    let order: Vec<usize> = (0..scene.nodes.len()).collect();
    for take in &scene.takes {
        let document = Document::parse(&json)?;
        let target = Target { json: &json, binary: binary.as_deref(), is_glb, told_by: Some(told_by) };
        let changed = target.with(&document, &order, take, &options)?;
        (json, binary) = (changed.json, changed.binary);
    }
    match container {
        Container::Binary => Ok(join_parts(Parts { json: &json, binary: binary.as_deref(), rest: &[] })?),
        Container::Text => Ok(json),
    }
}

/// What a new file says of itself.
fn asset(provenance: Option<&Provenance>) -> Value {
    let mut asset = json!({ "version": "2.0", "generator": format!("{GENERATOR} {}", env!("CARGO_PKG_VERSION")) });
    if let Some(provenance) = provenance {
        asset["extras"] = Value::Object(Map::clone(provenance));
    }
    asset
}

/// What is written is read again, so it keeps to the limits of the reader.
fn check_limits(scene: &Scene) -> Result<(), UnfitScene> {
    if scene.nodes.len() > limits::NODES {
        let reason = format!("{} are more than {}, which no file of ours has", scene.nodes.len(), limits::NODES);
        return Err(UnfitScene::new("nodes", reason));
    }
    if let Some(index) = too_deep(&scene.nodes, limits::NESTING) {
        let at = format!("node {index} (`{}`)", scene.nodes[index].name);
        return Err(UnfitScene::new(
            at,
            format!("more than {} nested nodes, which are not read again", limits::NESTING),
        ));
    }
    let samples = |take: &Take| take.frames.saturating_mul(channels(take).max(1));
    if scene.takes.iter().map(samples).fold(0, usize::saturating_add) > limits::SAMPLES {
        let reason =
            format!("they have more than {} values together; write one of them, or at a lower rate", limits::SAMPLES);
        return Err(UnfitScene::new("takes", reason));
    }
    Ok(())
}

/// glTF's numbers are of single precision: what is farther away than these go cannot be written.
fn check_precision(scene: &Scene) -> Result<(), UnfitScene> {
    let places = global_poses(&scene.nodes, None);
    for (index, (node, pose)) in scene.nodes.iter().zip(places).enumerate() {
        let is_near = |place: DVec3| place.as_vec3().is_finite();
        if !(is_near(node.rest.translation) && is_near(node.rest.scale) && is_near(pose.w_axis.truncate())) {
            let at = format!("node {index} (`{}`)", node.name);
            return Err(UnfitScene::new(at, "its place or scale is beyond single precision"));
        }
    }
    Ok(())
}

/// The file without takes.
fn skeleton(scene: &Scene, is_glb: bool, asset: Value, further: Map<String, Value>) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); scene.nodes.len()];
    let mut roots = Vec::new();
    // Of each node, the root that it hangs on.
    let mut root_of: Vec<usize> = Vec::with_capacity(scene.nodes.len());
    for (index, node) in scene.nodes.iter().enumerate() {
        node.parent.map_or(&mut roots, |parent| &mut children[parent]).push(index);
        root_of.push(node.parent.map_or(index, |parent| root_of[parent]));
    }
    let nodes: Vec<Value> = scene
        .nodes
        .iter()
        .zip(&children)
        .map(|(node, children)| {
            let mut object = Map::new();
            if !node.name.is_empty() {
                object.insert("name".to_owned(), json!(node.name));
            }
            if node.rest.translation != DVec3::ZERO {
                object.insert("translation".to_owned(), json!(node.rest.translation.to_array()));
            }
            if node.rest.rotation != DQuat::IDENTITY {
                object.insert("rotation".to_owned(), json!(node.rest.rotation.normalize().to_array()));
            }
            if node.rest.scale != DVec3::ONE {
                object.insert("scale".to_owned(), json!(node.rest.scale.to_array()));
            }
            if !children.is_empty() {
                object.insert("children".to_owned(), json!(children));
            }
            Value::Object(object)
        })
        .collect();

    let rest = global_poses(&scene.nodes, None);
    let (mut skins, mut accessors, mut data) = (Vec::new(), Vec::new(), Vec::new());
    for root in &roots {
        let is_here = |index: &usize| root_of[*index] == *root && scene.nodes[*index].kind == NodeKind::Joint;
        let joints: Vec<usize> = (0..scene.nodes.len()).filter(is_here).collect();
        if joints.is_empty() {
            continue;
        }
        let start = data.len();
        for joint in &joints {
            let inverse = rest[*joint].inverse();
            // A joint that is scaled to nothing, or almost, has no inverse.
            let inverse = if inverse.to_cols_array().iter().all(|value| (*value as f32).is_finite()) {
                inverse
            } else {
                DMat4::IDENTITY
            };
            data.extend(inverse.to_cols_array().into_iter().flat_map(|value| (value as f32).to_le_bytes()));
        }
        skins.push(json!({ "joints": joints, "inverseBindMatrices": accessors.len() }));
        accessors.push(json!({
            "bufferView": 0, "byteOffset": start, "componentType": 5126, "count": joints.len(), "type": "MAT4",
        }));
    }

    let mut file = Map::new();
    file.insert("asset".to_owned(), asset);
    file.insert("scene".to_owned(), json!(0));
    file.insert("scenes".to_owned(), json!([{ "nodes": roots }]));
    file.insert("nodes".to_owned(), Value::Array(nodes));
    let mut binary = None;
    if !skins.is_empty() {
        file.insert("skins".to_owned(), Value::Array(skins));
        file.insert("accessors".to_owned(), Value::Array(accessors));
        file.insert("bufferViews".to_owned(), json!([{ "buffer": 0, "byteLength": data.len() }]));
        let buffer = if is_glb {
            json!({ "byteLength": data.len() })
        } else {
            json!({ "byteLength": data.len(), "uri": data_uri::encode(&data) })
        };
        file.insert("buffers".to_owned(), json!([buffer]));
        binary = is_glb.then_some(data);
    }
    file.extend(further);
    (Value::Object(file).to_string().into_bytes(), binary)
}

//! The JSON part of a GLB file: those objects of glTF 2.0 that RoPAR writes.
//!
//! The same types read and write. Fields stand in the order in which they are written, so that equal content gives
//! equal bytes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `componentType` and `target` numbers of glTF 2.0.
pub(super) mod code {
    pub const UNSIGNED_BYTE: u32 = 5121;
    pub const UNSIGNED_SHORT: u32 = 5123;
    pub const FLOAT: u32 = 5126;
    pub const ARRAY_BUFFER: u32 = 34962;
    pub const ELEMENT_ARRAY_BUFFER: u32 = 34963;
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub asset: Asset,
    #[serde(default)]
    pub scene: usize,
    #[serde(default)]
    pub scenes: Vec<Scene>,
    #[serde(default)]
    pub nodes: Vec<Node>,
    #[serde(default)]
    pub meshes: Vec<Mesh>,
    #[serde(default)]
    pub materials: Vec<Material>,
    #[serde(default)]
    pub skins: Vec<Skin>,
    #[serde(default)]
    pub animations: Vec<Animation>,
    #[serde(default)]
    pub accessors: Vec<Accessor>,
    #[serde(default)]
    pub buffer_views: Vec<BufferView>,
    #[serde(default)]
    pub buffers: Vec<Buffer>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Asset {
    pub version: String,
    #[serde(default)]
    pub generator: String,
    #[serde(default)]
    pub extras: Map<String, Value>,
}

/// What reading back needs, under `asset.extras.ropar`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OwnExtras {
    pub format: u32,
    /// Frames per second: key times are rounded, this is not.
    pub fps: f32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Scene {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub nodes: Vec<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Node {
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translation: Option<[f32; 3]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skin: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Mesh {
    #[serde(default)]
    pub name: String,
    pub primitives: Vec<Primitive>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Primitive {
    pub attributes: Attributes,
    pub indices: usize,
    pub material: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Attributes {
    #[serde(rename = "POSITION")]
    pub position: usize,
    #[serde(rename = "NORMAL")]
    pub normal: usize,
    #[serde(rename = "JOINTS_0")]
    pub joints: usize,
    #[serde(rename = "WEIGHTS_0")]
    pub weights: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Material {
    #[serde(default)]
    pub name: String,
    pub pbr_metallic_roughness: Surface,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Surface {
    pub base_color_factor: [f32; 4],
    pub metallic_factor: f32,
    pub roughness_factor: f32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Skin {
    #[serde(default)]
    pub name: String,
    pub inverse_bind_matrices: usize,
    pub skeleton: usize,
    pub joints: Vec<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Animation {
    #[serde(default)]
    pub name: String,
    pub channels: Vec<AnimationChannel>,
    pub samplers: Vec<Sampler>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extras: Map<String, Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AnimationChannel {
    pub sampler: usize,
    pub target: Target,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Target {
    pub node: usize,
    pub path: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sampler {
    pub input: usize,
    pub interpolation: String,
    pub output: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accessor {
    pub buffer_view: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub byte_offset: usize,
    pub component_type: u32,
    #[serde(default, skip_serializing_if = "is_false")]
    pub normalized: bool,
    pub count: usize,
    #[serde(rename = "type")]
    pub shape: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub min: Vec<f32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub max: Vec<f32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BufferView {
    pub buffer: usize,
    #[serde(default)]
    pub byte_offset: usize,
    pub byte_length: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Buffer {
    pub byte_length: usize,
}

fn is_zero(value: &usize) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The caller's metadata with RoPAR's own under `ropar`, keys sorted at every level.
///
/// Whether serde_json sorts keys or keeps their order depends on a feature that any crate of a build may switch on;
/// sorted here, equal metadata gives equal bytes in every build.
pub(super) fn extras(metadata: &Map<String, Value>, own: &OwnExtras) -> Result<Map<String, Value>, serde_json::Error> {
    let mut all = metadata.clone();
    all.insert("ropar".to_owned(), serde_json::to_value(own)?);
    Ok(sorted(&all))
}

fn sorted(map: &Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries.into_iter().map(|(key, value)| (key.clone(), sorted_value(value))).collect()
}

fn sorted_value(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(sorted(map)),
        Value::Array(values) => Value::Array(values.iter().map(sorted_value).collect()),
        other => other.clone(),
    }
}

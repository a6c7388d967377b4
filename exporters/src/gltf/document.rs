//! The JSON part of any glTF file: those objects that reading and inserting need.
//!
//! Everything else is checked to be JSON and passed over. Fields that the specification requires are required here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};

use super::error::GltfError;
use super::extras::Extras;
use super::limits;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub asset: Asset,
    #[serde(default, deserialize_with = "nodes")]
    pub nodes: Vec<Node>,
    #[serde(default)]
    pub skins: Vec<Skin>,
    #[serde(default)]
    pub meshes: Vec<Mesh>,
    #[serde(default)]
    pub animations: Vec<Animation>,
    #[serde(default)]
    pub accessors: Vec<Accessor>,
    #[serde(default)]
    pub buffer_views: Vec<BufferView>,
    #[serde(default)]
    pub buffers: Vec<Buffer>,
    #[serde(default)]
    pub extensions: Extensions,
}

#[derive(Debug, Deserialize)]
pub(super) struct Asset {
    pub version: String,
    pub generator: Option<String>,
    pub copyright: Option<String>,
    #[serde(default)]
    pub extras: Extras,
}

#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub name: Option<String>,
    #[serde(default)]
    pub children: Vec<usize>,
    pub matrix: Option<[f64; 16]>,
    pub translation: Option<[f64; 3]>,
    pub rotation: Option<[f64; 4]>,
    pub scale: Option<[f64; 3]>,
    pub mesh: Option<usize>,
    pub skin: Option<usize>,
    pub camera: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Skin {
    pub name: Option<String>,
    pub joints: Vec<usize>,
    pub inverse_bind_matrices: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mesh {
    pub name: Option<String>,
    pub primitives: Vec<Primitive>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Primitive {
    pub attributes: Attributes,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attributes {
    #[serde(rename = "POSITION")]
    pub position: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Animation {
    pub name: Option<String>,
    pub channels: Vec<Channel>,
    pub samplers: Vec<Sampler>,
    #[serde(default)]
    pub extras: Extras,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub sampler: usize,
    pub target: Target,
}

#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub node: Option<usize>,
    pub path: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sampler {
    pub input: usize,
    pub output: usize,
    pub interpolation: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accessor {
    pub buffer_view: Option<usize>,
    #[serde(default)]
    pub byte_offset: usize,
    pub component_type: u32,
    #[serde(default)]
    pub normalized: bool,
    pub count: usize,
    #[serde(rename = "type")]
    pub shape: String,
    pub sparse: Option<Sparse>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sparse {
    pub count: usize,
    pub indices: SparseIndices,
    pub values: SparseValues,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SparseIndices {
    pub buffer_view: usize,
    #[serde(default)]
    pub byte_offset: usize,
    pub component_type: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SparseValues {
    pub buffer_view: usize,
    #[serde(default)]
    pub byte_offset: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BufferView {
    pub name: Option<String>,
    pub buffer: usize,
    #[serde(default)]
    pub byte_offset: usize,
    pub byte_length: usize,
    pub byte_stride: Option<usize>,
    #[serde(default)]
    pub extensions: ViewExtensions,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ViewExtensions {
    #[serde(rename = "EXT_meshopt_compression")]
    pub ext_meshopt: Option<IgnoredAny>,
    #[serde(rename = "KHR_meshopt_compression")]
    pub khr_meshopt: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Buffer {
    pub byte_length: usize,
    pub uri: Option<String>,
}

/// The extensions that name humanoid bones.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Extensions {
    #[serde(rename = "VRM")]
    pub vrm_0: Option<Vrm0>,
    #[serde(rename = "VRMC_vrm")]
    pub vrm_1: Option<Vrm1>,
    #[serde(rename = "VRMC_vrm_animation")]
    pub vrm_animation: Option<Vrm1>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vrm0 {
    #[serde(default)]
    pub humanoid: Vrm0Humanoid,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Vrm0Humanoid {
    pub human_bones: Vec<Vrm0Bone>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vrm0Bone {
    pub bone: String,
    /// Some exporters write -1 for a bone that the avatar lacks.
    pub node: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vrm1 {
    #[serde(default)]
    pub humanoid: Vrm1Humanoid,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Vrm1Humanoid {
    pub human_bones: BTreeMap<String, Vrm1Bone>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vrm1Bone {
    pub node: usize,
}

impl Document {
    /// Reads the JSON part.
    pub fn parse(json: &[u8]) -> Result<Self, GltfError> {
        if json.len() > limits::JSON_BYTES && text_bytes(json) > limits::JSON_BYTES {
            return Err(GltfError::Limit { at: ".".to_owned(), what: "bytes of JSON", limit: limits::JSON_BYTES });
        }
        let mut input = serde_json::Deserializer::from_slice(json);
        let document: Document = serde_path_to_error::deserialize(&mut input)
            .map_err(|error| GltfError::Json { at: error.path().to_string(), reason: error.inner().to_string() })?;
        input.end().map_err(|error| GltfError::Json { at: ".".to_owned(), reason: error.to_string() })?;
        let version = &document.asset.version;
        if version != "2" && !version.starts_with("2.") {
            return Err(GltfError::Version(version.chars().take(20).collect()));
        }
        Ok(document)
    }
}

/// Bytes of JSON apart from `data:` URIs, which are buffers and images and have a limit of their own.
fn text_bytes(json: &[u8]) -> usize {
    let pieces = json.split(|byte| *byte == b'"');
    pieces.filter(|piece| !piece.starts_with(b"data:")).map(|piece| piece.len() + 1).sum()
}

/// Nodes can be as short as `{}`, so that their number, not the length of the text, has to be limited.
fn nodes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Node>, D::Error> {
    struct Limited;
    impl<'de> Visitor<'de> for Limited {
        type Value = Vec<Node>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
            formatter.write_str("an array of nodes")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
            let mut nodes = Vec::new();
            while let Some(node) = sequence.next_element()? {
                if nodes.len() == limits::NODES {
                    return Err(A::Error::custom(format!("more than {} nodes", limits::NODES)));
                }
                nodes.push(node);
            }
            Ok(nodes)
        }
    }
    deserializer.deserialize_seq(Limited)
}

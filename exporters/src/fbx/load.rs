//! ufbx with RoPAR's settings: metres, Y up, right-handed, bounded.
//!
//! Reading and inserting go through here alike, so that both speak of the same nodes in the same space.

use ufbx::{CoordinateAxes, CoordinateAxis, ErrorType, LoadOpts, MirrorAxis, SceneRoot, SpaceConversion};

use super::{FbxError, height, limits};

/// A file as ufbx sees it, in metres.
pub(super) struct Loaded {
    pub scene: SceneRoot,
    /// What the file's declared unit was multiplied by, because the skeleton is that much too large or small.
    pub unit_correction: f64,
    /// What was put up with.
    pub warnings: Vec<String>,
}

/// What is kept of the file beside the scene.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The scene alone.
    Scene,
    /// Also the records, which tell the identifiers of the nodes.
    Records,
}

/// Loads a file of any version, binary or text.
pub(super) fn load(bytes: &[u8], keep: Keep) -> Result<Loaded, FbxError> {
    if bytes.len() > limits::BYTES {
        return Err(FbxError::Limit { what: "bytes", found: bytes.len() as u64, limit: limits::BYTES as u64 });
    }
    let scene = load_in_unit(bytes, keep, 1.0)?;
    let verdict = height::judge(&scene);
    let Some(correction) = verdict.correction else {
        return Ok(Loaded { scene, unit_correction: 1.0, warnings: verdict.warning.into_iter().collect() });
    };
    // The same file, its unit taken to be another one. ufbx then converts everything alike, skins and curves too.
    drop(scene);
    let scene = load_in_unit(bytes, keep, correction)?;
    Ok(Loaded { scene, unit_correction: correction, warnings: verdict.warning.into_iter().collect() })
}

fn load_in_unit(bytes: &[u8], keep: Keep, correction: f64) -> Result<SceneRoot, FbxError> {
    let memory_limit = limits::memory(bytes.len());
    let mut options = LoadOpts {
        ignore_embedded: true,
        skip_skin_vertices: true,
        skip_mesh_parts: true,
        file_format: ufbx::FileFormat::Fbx,
        node_depth_limit: limits::DEPTH as u32,
        // Geometry is scaled along, so that nodes keep a scale of one and inverse bind matrices are in metres.
        space_conversion: SpaceConversion::ModifyGeometry,
        // Children of bones with segment scale compensation get a scale that undoes their parent's.
        inherit_mode_handling: ufbx::InheritModeHandling::Compensate,
        handedness_conversion_axis: MirrorAxis::X,
        target_axes: CoordinateAxes {
            right: CoordinateAxis::PositiveX,
            up: CoordinateAxis::PositiveY,
            front: CoordinateAxis::PositiveZ,
        },
        target_unit_meters: 1.0 / correction,
        retain_dom: keep == Keep::Records,
        ..LoadOpts::default()
    };
    options.temp_allocator.memory_limit = memory_limit;
    options.result_allocator.memory_limit = memory_limit;
    ufbx::load_memory(bytes, options).map_err(|error| in_words(&error, bytes.len(), memory_limit))
}

fn in_words(error: &ufbx::Error, bytes: usize, memory_limit: usize) -> FbxError {
    let description = error.description.to_string();
    match error.type_ {
        ErrorType::EmptyFile => FbxError::NotFbx("the file is empty".to_owned()),
        ErrorType::UnrecognizedFileFormat => {
            FbxError::NotFbx("it has neither the signature of binary FBX nor the text of ASCII FBX".to_owned())
        }
        ErrorType::TruncatedFile => FbxError::Truncated { bytes, reason: description.to_lowercase() },
        ErrorType::MemoryLimit | ErrorType::AllocationLimit | ErrorType::OutOfMemory => {
            FbxError::Memory { bytes, limit: memory_limit }
        }
        ErrorType::NodeDepthLimit => FbxError::Limit {
            what: "nodes below one another",
            found: limits::DEPTH as u64 + 1,
            limit: limits::DEPTH as u64,
        },
        _ => FbxError::Malformed(description.to_lowercase()),
    }
}

/// All nodes but ufbx's own root, parents before children, children in the file's order.
///
/// The position in this list is the index in [`crate::scene::Scene::nodes`].
pub(super) fn nodes_in_order(scene: &ufbx::Scene) -> Result<Vec<&ufbx::Node>, FbxError> {
    let count = scene.nodes.count;
    if count > limits::NODES {
        return Err(FbxError::Limit { what: "nodes", found: count as u64, limit: limits::NODES as u64 });
    }
    let mut nodes: Vec<&ufbx::Node> = Vec::with_capacity(count);
    let mut open: Vec<&ufbx::Node> = Vec::new();
    let push_children = |node: &ufbx::Node, open: &mut Vec<_>| {
        let from = open.len();
        open.extend(typed(&scene.nodes, &node.children));
        open[from..].reverse();
    };
    push_children(&scene.root_node, &mut open);
    while let Some(node) = open.pop() {
        if nodes.len() == count {
            return Err(FbxError::Malformed("the nodes form a circle".to_owned()));
        }
        nodes.push(node);
        push_children(node, &mut open);
    }
    Ok(nodes)
}

/// The nodes of `list`, borrowed from the scene's own list.
fn typed<'a>(all: &'a ufbx::RefList<ufbx::Node>, list: &ufbx::RefList<ufbx::Node>) -> Vec<&'a ufbx::Node> {
    let all: &[ufbx::Ref<ufbx::Node>] = all.as_ref();
    let list: &[ufbx::Ref<ufbx::Node>] = list.as_ref();
    list.iter().filter_map(|node| all.get(node.element.typed_id as usize)).map(|node| &**node).collect()
}

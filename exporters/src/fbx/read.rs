//! An FBX file into the neutral scene.

use std::collections::{HashMap, HashSet};

use super::load::{Keep, Loaded, load, nodes_in_order};
use super::{FbxError, TIP_PROPERTY, bindings, convert, provenance, takes};
use crate::scene::{Node, NodeKind, Origin, Scene};

/// How many different remarks of ufbx are passed on.
const WARNINGS: usize = 20;

/// Reads an FBX file of version 6.1 to 7.7, binary or text.
///
/// Metres, Y up, right-handed; left-handed files are mirrored along X. Rest is what the nodes' own properties say, which
/// in some files is a frame of the animation and not the bind pose; the latter is in the skins. Takes are sampled at the
/// file's frame rate by evaluating every animated node at every frame, layers and all. A person who by the file's unit
/// is larger than 10 m or smaller than 20 cm is scaled by a power of ten, with a warning.
pub fn read(bytes: &[u8]) -> Result<Scene, FbxError> {
    let Loaded { scene: file, unit_correction, mut warnings } = load(bytes, Keep::Scene)?;
    let order = nodes_in_order(&file)?;
    let index_of: HashMap<u32, usize> =
        order.iter().enumerate().map(|(index, node)| (node.element.typed_id, index)).collect();
    let remarks = file.metadata.warnings.as_ref().iter();
    warnings.extend(remarks.take(WARNINGS).map(|remark| match remark.count {
        0 | 1 => remark.description.to_string(),
        count => format!("{} ({count} times)", remark.description),
    }));

    let skins = bindings::skins(&file, &index_of);
    let bound: HashSet<usize> = skins.iter().flat_map(|skin| skin.joints.iter().copied()).collect();
    let nodes = order
        .iter()
        .enumerate()
        .map(|(index, node)| Node {
            name: node.element.name.to_string(),
            parent: node.parent.as_ref().and_then(|parent| index_of.get(&parent.element.typed_id).copied()),
            rest: convert::transform(node.local_transform),
            kind: kind(node, bound.contains(&index), !bound.is_empty()),
        })
        .collect();
    let takes = takes::sample(&file, &order, &provenance::of_file(bytes, &file), &mut warnings)?;
    let mut scene = Scene {
        nodes,
        skins,
        meshes: bindings::meshes(&file, &index_of),
        takes,
        origin: origin(&file),
        warnings,
        ..Scene::default()
    };
    turn_moving_tips_into_joints(&mut scene);
    if unit_correction != 1.0 {
        scene.origin.metres_per_unit = Some(file.settings.original_unit_meters);
    }
    if let Some(node) = scene.nodes.iter().find(|node| !node.rest.matrix().is_finite()) {
        return Err(FbxError::Malformed(format!("the transform of node `{}` is not finite", node.name)));
    }
    Ok(scene)
}

/// What a node is: bones and what skins hang on are joints, and a bone at the end of a chain that deforms nothing while
/// others do is a tip.
fn kind(node: &ufbx::Node, is_bound: bool, has_skins: bool) -> NodeKind {
    if is_bound {
        return NodeKind::Joint;
    }
    if node.bone.is_none() {
        return NodeKind::Group;
    }
    let is_leaf = node.children.as_ref().is_empty();
    let is_marked = ufbx::find_prop(&node.element.props, TIP_PROPERTY).is_some_and(|mark| mark.value_int != 0);
    if is_leaf && (is_marked || has_skins) { NodeKind::Tip } else { NodeKind::Joint }
}

/// A leaf that turns or moves by itself does more than show a length.
fn turn_moving_tips_into_joints(scene: &mut Scene) {
    for track in scene.takes.iter().flat_map(|take| &take.tracks) {
        let node = &mut scene.nodes[track.node];
        if node.kind == NodeKind::Tip {
            node.kind = NodeKind::Joint;
        }
    }
}

fn origin(file: &ufbx::Scene) -> Origin {
    let metadata = &file.metadata;
    let kind = if metadata.ascii { "ASCII" } else { "binary" };
    let application = [&metadata.latest_application, &metadata.original_application]
        .into_iter()
        .find(|application| !application.name.is_empty())
        .map(|application| format!("{} {}", &*application.name, &*application.version).trim().to_owned());
    Origin {
        format: format!("FBX {} {kind}", metadata.version),
        generator: application.unwrap_or_else(|| metadata.creator.to_string()),
        metres_per_unit: Some(file.settings.original_unit_meters),
        up_axis: axis_name(file.settings.axes.up).to_owned(),
    }
}

fn axis_name(axis: ufbx::CoordinateAxis) -> &'static str {
    match axis {
        ufbx::CoordinateAxis::PositiveX => "+X",
        ufbx::CoordinateAxis::NegativeX => "-X",
        ufbx::CoordinateAxis::PositiveY => "+Y",
        ufbx::CoordinateAxis::NegativeY => "-Y",
        ufbx::CoordinateAxis::PositiveZ => "+Z",
        ufbx::CoordinateAxis::NegativeZ => "-Z",
        ufbx::CoordinateAxis::Unknown => "",
    }
}

//! Meshes and skins of an FBX file.

use std::collections::HashMap;

use super::convert;
use crate::scene::{MeshReference, Skin};

/// The skins, and per skin deformer of the file its index.
pub(super) fn skins(scene: &ufbx::Scene, index_of: &HashMap<u32, usize>) -> Vec<Skin> {
    let deformers = scene.skin_deformers.as_ref().iter();
    deformers
        .map(|deformer| {
            let clusters = deformer.clusters.as_ref().iter();
            // A cluster whose bone was deleted moves nothing.
            let bound = clusters.filter_map(|cluster| {
                let joint = index_of.get(&cluster.bone_node.as_ref()?.element.typed_id)?;
                Some((*joint, convert::matrix(&cluster.geometry_to_bone)))
            });
            let (joints, inverse_bind) = bound.unzip();
            Skin { name: deformer.element.name.to_string(), joints, inverse_bind }
        })
        .collect()
}

/// The meshes, one entry for each node that shows one.
pub(super) fn meshes(scene: &ufbx::Scene, index_of: &HashMap<u32, usize>) -> Vec<MeshReference> {
    let mut references = Vec::new();
    for mesh in scene.meshes.as_ref() {
        let reference = |node: Option<usize>| MeshReference {
            name: mesh.element.name.to_string(),
            node,
            skin: mesh.skin_deformers.as_ref().first().map(|skin| skin.element.typed_id as usize),
            vertices: mesh.num_vertices,
        };
        let instances = mesh.element.instances.as_ref();
        if instances.is_empty() {
            references.push(reference(None));
        }
        references.extend(instances.iter().map(|node| reference(index_of.get(&node.element.typed_id).copied())));
    }
    references
}

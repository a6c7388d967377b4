//! VRMA: an animation for any VRM avatar (`VRMC_vrm_animation-1.0`).

use std::collections::BTreeMap;

use ropar_core::motion::Motion;
use ropar_core::skeleton::joint_index;
use serde_json::{Map, Value, json};

use super::error::GltfError;
use super::writer::{Container, asset, write_with};
use crate::scene::from_motion;

/// Canonical joint to VRM's humanoid bone.
const BONES: &str = include_str!("../../data/vrm_bones.json");

/// Writes `motion` as a VRMA file at its own rate.
///
/// The canonical skeleton is what the format asks of a humanoid: it stands in T pose facing +Z, and of its joints only
/// the hips move. A host turns the animation to the proportions of its avatar.
pub fn write_vrma(motion: &Motion, name: &str) -> Result<Vec<u8>, GltfError> {
    write_vrma_with(motion, name, &Map::new())
}

/// As [`write_vrma`], with `metadata` in `asset.extras`, as the GLB files of clips have it.
pub fn write_vrma_with(motion: &Motion, name: &str, metadata: &Map<String, Value>) -> Result<Vec<u8>, GltfError> {
    crate::motion_check::check(motion)?;
    let bones: BTreeMap<String, String> = serde_json::from_str(BONES)
        .map_err(|error| GltfError::Json { at: "data/vrm_bones.json".to_owned(), reason: error.to_string() })?;
    let mut human_bones = Map::new();
    for (joint, bone) in bones {
        if let Some(node) = joint_index(&joint) {
            human_bones.insert(bone, json!({ "node": node }));
        }
    }
    let mut further = Map::new();
    further.insert("extensionsUsed".to_owned(), json!(["VRMC_vrm_animation"]));
    further.insert(
        "extensions".to_owned(),
        json!({ "VRMC_vrm_animation": { "specVersion": "1.0", "humanoid": { "humanBones": human_bones } } }),
    );
    if !metadata.is_empty() {
        let mut asset = asset();
        asset["extras"] = Value::Object(metadata.clone());
        further.insert("asset".to_owned(), asset);
    }
    write_with(&from_motion(motion, name), Container::Binary, further)
}

//! VRMA: an animation for any VRM avatar (`VRMC_vrm_animation-1.0`).

use ropar_core::motion::Motion;
use ropar_core::naming;
use serde_json::{Map, Value, json};

use super::error::GltfError;
use super::writer::{Container, asset, write_with};
use crate::scene::from_motion;

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
    let mut human_bones = Map::new();
    for (joint, bone) in naming::bones().iter().enumerate() {
        if let Some(bone) = bone {
            human_bones.insert(bone.clone(), json!({ "node": joint }));
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

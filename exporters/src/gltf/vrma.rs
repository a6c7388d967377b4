//! VRMA: an animation for any VRM avatar (`VRMC_vrm_animation-1.0`).

use ropar_core::motion::Motion;
use ropar_core::naming;
use ropar_core::provenance::Provenance;
use serde_json::{Map, json};

use super::error::GltfError;
use super::writer::{Container, write_with};
use crate::scene::from_motion;

/// Writes `motion` as a VRMA file at its own rate.
///
/// The canonical skeleton is what the format asks of a humanoid: it stands in T pose facing +Z, and of its joints only
/// the hips move. A host turns the animation to the proportions of its avatar. Where it comes from stands in
/// `asset.extras`, as in the GLB files of clips.
pub fn write_vrma(motion: &Motion, name: &str, provenance: &Provenance) -> Result<Vec<u8>, GltfError> {
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
    let mut scene = from_motion(motion, name);
    for take in &mut scene.takes {
        take.provenance = Provenance::clone(provenance);
    }
    write_with(&scene, Container::Binary, further)
}

//! VRM's humanoid bones.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::skeleton::{JOINT_COUNT, joint_index};

static BONES: OnceLock<[Option<String>; JOINT_COUNT]> = OnceLock::new();

/// VRM's bone (`hips`, `leftUpperArm`, ...) for each canonical joint.
pub fn bones() -> &'static [Option<String>; JOINT_COUNT] {
    BONES.get_or_init(|| {
        let mut bones: [Option<String>; JOINT_COUNT] = Default::default();
        // The table is part of the build, and a test reads it.
        let table: BTreeMap<String, String> =
            serde_json::from_str(include_str!("../../data/vrm_bones.json")).unwrap_or_default();
        for (name, bone) in table {
            if let Some(joint) = joint_index(&name) {
                bones[joint] = Some(bone);
            }
        }
        bones
    })
}

/// VRM's bone for a canonical joint.
pub fn bone_of(joint: usize) -> Option<&'static str> {
    bones().get(joint)?.as_deref()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_joint_has_a_bone() {
        assert!(super::bones().iter().all(Option::is_some));
    }
}

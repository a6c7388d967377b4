//! What the joints of RoPAR's own skeleton are called in a file.

use ropar_core::naming;
use ropar_core::skeleton::JOINT_NAMES;

use crate::scene::Scene;

/// The names of the 22 joints in a file that is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JointNames {
    /// Those of SMPL: `pelvis`, `left_hip` and so on.
    #[default]
    Smpl,
    /// Those of Autodesk's HumanIK (`Hips`, `LeftUpLeg`, ...), which Maya and MotionBuilder characterise by name.
    HumanIk,
}

impl JointNames {
    /// Renames the joints of a scene on the canonical skeleton.
    pub(crate) fn apply(self, scene: &mut Scene) {
        if self == JointNames::Smpl {
            return;
        }
        let Some(family) = naming::built_in().iter().find(|family| family.name == "human_ik") else { return };
        for node in &mut scene.nodes {
            // The table's first name is the one that HumanIK's own definition uses.
            let known = JOINT_NAMES.contains(&node.name.as_str());
            if let Some(name) = known.then(|| family.joints.get(&node.name)?.first()).flatten() {
                node.name.clone_from(name);
            }
        }
    }
}

//! Whether the entries of a mapping fit the hierarchy of its rig: what would be passed over in silence is refused.

use super::body::ancestors;
use super::mapping::RigMapping;
use super::twists::SEGMENTS;
use crate::rig::Rig;
use crate::skeleton::{JOINT_NAMES, joint};

/// True where `node` is above the pelvis, and so moves the whole body.
pub(super) fn carries_pelvis(rig: &Rig, mapping: &RigMapping, node: usize) -> bool {
    mapping.node(joint::PELVIS).is_some_and(|pelvis| ancestors(rig, pelvis).any(|above| above == node))
}

/// Refuses a root that is not above the pelvis, chains that do not go from bottom to top, and twists of what is no segment
/// of a limb. All nodes must be in range.
///
/// # Errors
/// What is wrong, and what to write instead.
pub(super) fn check(rig: &Rig, mapping: &RigMapping) -> Result<(), String> {
    let name = |node: usize| &rig.nodes[node].name;
    if let (Some(root), Some(pelvis)) = (mapping.root, mapping.node(joint::PELVIS))
        && !carries_pelvis(rig, mapping, root)
    {
        let (root, pelvis) = (name(root), name(pelvis));
        return Err(format!(
            "`{root}` as root is not above `{pelvis}` as pelvis; name a joint above it, or none with \"\""
        ));
    }
    for (chain, nodes) in [("spine", &mapping.spine), ("neck", &mapping.neck)] {
        for (place, upper) in nodes.iter().enumerate() {
            if let Some(lower) =
                nodes[..place].iter().find(|lower| ancestors(rig, **lower).any(|above| above == *upper))
            {
                let (lower, upper) = (name(*lower), name(*upper));
                return Err(format!(
                    "`{lower}` in {chain} hangs below `{upper}` after it; list the joints bottom to top"
                ));
            }
        }
    }
    for twist in &mapping.twists {
        if !SEGMENTS.iter().any(|(start, _)| *start == twist.segment) {
            let (node, segment) = (name(twist.node), JOINT_NAMES.get(twist.segment).unwrap_or(&"?"));
            let known = SEGMENTS.map(|(start, _)| JOINT_NAMES[start]).join(", ");
            return Err(format!(
                "`{node}` twists with `{segment}`, where no segment of a limb starts; use one of {known}"
            ));
        }
    }
    Ok(())
}

//! Several people in one rig, and what is none.

use ropar_core::retarget::mapping::RigMapping;
use ropar_core::rig::Rig;

/// A rig of four legs, of the same form as the files.
pub const HORSE: &str = "height: 1.6
---
root = root at ground
  hips = pelvis at pelvis
    tail1 = - at pelvis + 0 0 -0.1
      tail2 = - at pelvis + 0 -0.1 -0.2
    {l|r}_hind_thigh = hip
      {l|r}_hind_shin = knee
        {l|r}_hind_foot = ankle
          {l|r}_hind_hoof = foot
    back = spine at pelvis + 0 0.02 0.2
      shoulders = spine at pelvis + 0 0.03 0.5
        {l|r}_upper = shoulder at hip + 0 0 0.5
          {l|r}_lower = elbow at knee + 0 0 0.5
            {l|r}_fetlock = wrist at ankle + 0 0 0.5
              {l|r}_hoof = - at foot + 0 0 0.5
        neck = neck at pelvis + 0 0.2 0.65
          head = head at pelvis + 0 0.35 0.75
            muzzle = - at pelvis + 0 0.3 0.9
";

/// A body in one line per joint, with the names of `prefix`.
pub fn person(prefix: &str, shift: f64) -> Rig {
    let mut rig = super::load("mixamo").rig;
    for node in &mut rig.nodes {
        node.name = node.name.replace("mixamorig:", prefix);
    }
    rig.nodes[0].rest.translation.x = shift;
    rig
}

/// The nodes of both rigs in one.
pub fn together(one: Rig, other: Rig) -> Rig {
    let mut nodes = one.nodes;
    let offset = nodes.len();
    nodes.extend(other.nodes.into_iter().map(|mut node| {
        node.parent = node.parent.map(|parent| parent + offset);
        node
    }));
    Rig { nodes, ..Rig::default() }
}

/// Why a rig is not mapped.
pub fn refusal(rig: &Rig) -> String {
    RigMapping::of(rig).expect_err("a refusal").to_string()
}

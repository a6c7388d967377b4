//! Where a body looks, and so which of its sides is the left one.

use glam::DVec3;

use super::bones::Bones;
use super::hypothesis::Hypothesis;

/// Forward, level, and how sure that is, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facing {
    pub forward: DVec3,
    pub certainty: f64,
}

/// Where the body of these limbs looks: feet point forward, knees bend forward, elbows backward, heads lean forward. A
/// body that shows nothing is taken to look along +Z, or where that is across the body along +X.
pub fn facing(bones: &Bones, limbs: &Hypothesis, head: &[usize]) -> Facing {
    let across = limbs.arms[0].shoulder;
    let across = level(bones.positions[across] - bones.positions[limbs.arms[1].shoulder]);
    let across = across.try_normalize().unwrap_or(DVec3::X);
    let axis = across.cross(DVec3::Y).normalize_or(DVec3::Z);
    let leg = limbs.legs.iter().map(|leg| bones.distance(leg.hip, leg.ankle)).sum::<f64>() / 2.0;
    let mut evidence = 0.0;
    for leg in &limbs.legs {
        let toe = bones.farthest[leg.ankle];
        evidence += 4.0 * (bones.positions[toe] - bones.positions[leg.ankle]).dot(axis);
        evidence += 2.0 * bend(bones, [leg.hip, leg.knee, leg.ankle]).dot(axis);
    }
    for arm in &limbs.arms {
        evidence -= bend(bones, [arm.shoulder, arm.elbow, arm.wrist]).dot(axis);
    }
    for pair in head.windows(2) {
        evidence += 0.5 * (bones.positions[pair[1]] - bones.positions[pair[0]]).dot(axis);
    }
    let strength = (evidence.abs() / leg.max(1e-9) * 4.0).min(1.0);
    if strength < 0.01 {
        let usual = if axis.z.abs() > 0.3 { axis * axis.z.signum() } else { axis * axis.x.signum() };
        return Facing { forward: usual, certainty: 0.0 };
    }
    Facing { forward: axis * evidence.signum(), certainty: strength }
}

/// How far the middle joint of a limb lies beside the line from its first to its last.
fn bend(bones: &Bones, nodes: [usize; 3]) -> DVec3 {
    let [first, middle, last] = nodes.map(|node| bones.positions[node]);
    let line = (last - first).normalize_or_zero();
    let along = middle - first;
    along - line * along.dot(line)
}

fn level(vector: DVec3) -> DVec3 {
    DVec3::new(vector.x, 0.0, vector.z)
}

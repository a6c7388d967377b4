//! Pelvis, spine, neck and head.

use glam::DVec3;

use super::bones::Bones;
use super::hypothesis::Hypothesis;

/// The joints on the midline.
#[derive(Debug, Clone, PartialEq)]
pub struct Trunk {
    pub pelvis: usize,
    pub spine: Vec<usize>,
    pub neck: Vec<usize>,
    pub head: Option<usize>,
}

/// A trunk node that lies this far above the shoulders, in lengths of the trunk, or higher, is a neck and no spine.
const NECK_ABOVE_SHOULDERS: f64 = -0.02;

/// A last bone longer than this many trunks shows the top of the head.
const HEAD_TOP: f64 = 0.25;

/// A joint of three or more above the shoulders that lies this many trunks above them, or higher, is the head.
const HEAD_ABOVE_SHOULDERS: f64 = 0.175;

/// The trunk of a body whose limbs are known.
pub fn trunk(bones: &Bones, limbs: &Hypothesis) -> Option<Trunk> {
    let (hips, shoulders) = (limbs.hips(bones), limbs.shoulders(bones));
    let up = (shoulders - hips).try_normalize()?;
    let size = (shoulders - hips).length();
    let place = |node: usize| (bones.positions[node] - hips).dot(up) / size;

    let mut path = midline(bones, limbs, up);
    // Where legs and spine hang side by side on a node far from the hips, the pelvis is where the spine begins.
    let far = bones.positions[path[0]].distance(hips) > 0.5 * size;
    if far && path.len() > 1 {
        path.remove(0);
    }
    let pelvis = path[0];
    let chest = path.iter().rposition(|node| *node == limbs.arm_parent);
    let is_neck = |index: usize| {
        let high = place(path[index]) > 1.0 + NECK_ABOVE_SHOULDERS;
        index > 0 && (high || chest.is_some_and(|chest| index > chest))
    };
    let mut first_neck = (1..path.len()).find(|index| is_neck(*index)).unwrap_or(path.len());
    // Arms that hang on a neck are Biped's; where there is another neck above, they hang on the chest.
    let above = |index: usize| head(bones, limbs, &path[index + 1..], up, size);
    if chest == Some(first_neck) && above(first_neck).is_some_and(|head| head > 0) {
        first_neck += 1;
    }
    let spine = path[1..first_neck].to_vec();
    let upper = &path[first_neck..];
    let head = head(bones, limbs, upper, up, size);
    let neck = head.map_or(Vec::new(), |head| upper[..head].to_vec());
    Some(Trunk { pelvis, spine, neck, head: head.map(|head| upper[head]) })
}

/// The path from the node above all limbs to the top of the head.
fn midline(bones: &Bones, limbs: &Hypothesis, up: DVec3) -> Vec<usize> {
    let in_limb = |node: usize| {
        limbs.legs.iter().any(|leg| bones.is_below(node, leg.hip))
            || limbs.arms.iter().any(|arm| bones.is_below(node, arm.collar.unwrap_or(arm.shoulder)))
    };
    // From where the arms hang, if that is on the midline: what is not an arm and goes highest.
    let from = limbs.arm_parent;
    let top = bones
        .subtree(from)
        .into_iter()
        .filter(|node| !in_limb(*node))
        .max_by(|a, b| bones.positions[*a].dot(up).total_cmp(&bones.positions[*b].dot(up)))
        .unwrap_or(from);
    bones.path(limbs.trunk, top)
}

/// Which of the nodes above the shoulders, bottom to top, is the head: where the face parts, or the last that does not
/// merely show the top.
fn head(bones: &Bones, limbs: &Hypothesis, upper: &[usize], up: DVec3, trunk: f64) -> Option<usize> {
    let last = upper.len().checked_sub(1)?;
    let is_arm = |node: usize| limbs.arms.iter().any(|arm| bones.is_below(arm.shoulder, node));
    let parts = |node: usize| bones.children[node].iter().filter(|child| !is_arm(**child)).count() >= 2;
    if let Some(index) = upper.iter().position(|node| parts(*node)) {
        // A face that hangs on a node of its own lies on the head.
        let lies_on_parent = index > 0 && bones.length(upper[index]) < 0.01 * trunk;
        return Some(if lies_on_parent { index - 1 } else { index });
    }
    // Two necks and a head, or neck, head and top of the head: told by the height.
    let shoulders = limbs.shoulders(bones);
    let is_high = |index: &usize| (bones.positions[upper[*index]] - shoulders).dot(up) > HEAD_ABOVE_SHOULDERS * trunk;
    if let Some(head) = (1..=last).find(is_high).filter(|_| last > 1) {
        return Some(head);
    }
    let is_long = || bones.length(upper[last]) > HEAD_TOP * trunk;
    // A jaw.
    let is_aside =
        || (bones.positions[upper[last]] - bones.positions[upper[last - 1]]).normalize_or_zero().dot(up) < 0.5;
    // Readers take a head at the end of its chain for a tip.
    let shows_top = last > 0 && ((bones.is_tip[upper[last]] && last > 1) || is_long() || is_aside());
    Some(if shows_top { last - 1 } else { last })
}

//! A mapped rig, checked and measured: what both ends of a retarget need to know.

use glam::{DQuat, DVec3};

use super::MappedRig;
use super::alignment::{self, ARMS, Alignment, LEGS, Landmarks};
use super::fit;
use super::posed::{Animation, Posed, with_ancestors};
use super::retarget_error::RetargetError;
use crate::cleanup::sole::Sole;
use crate::rig::{Rig, Take};
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, joint};

/// Scales along a node's axes may differ by this share.
const EVEN_SCALE: f64 = 0.01;
/// Frames of a take that are looked at for one in which the body stands.
const MOST_CANDIDATES: usize = 400;

/// Joints without which there is no body to retarget.
pub(super) const REQUIRED: [usize; 13] = [
    joint::PELVIS,
    joint::LEFT_HIP,
    joint::RIGHT_HIP,
    joint::LEFT_KNEE,
    joint::RIGHT_KNEE,
    joint::LEFT_ANKLE,
    joint::RIGHT_ANKLE,
    joint::LEFT_SHOULDER,
    joint::RIGHT_SHOULDER,
    joint::LEFT_ELBOW,
    joint::RIGHT_ELBOW,
    joint::LEFT_WRIST,
    joint::RIGHT_WRIST,
];

/// A mapped rig that stands: its joints, its alignment to the canonical T pose, its measures in metres.
#[derive(Clone)]
pub(super) struct Body {
    pub(super) joints: [Option<usize>; JOINT_COUNT],
    /// Spine joints that carry the legs.
    pub(super) with_legs: Vec<usize>,
    /// The other spine joints, bottom to top, and their places along the line from the pelvis (0) to the last of them (1).
    pub(super) spine: Vec<(usize, f64)>,
    /// Neck joints, bottom to top, and their places along the line from the last spine joint (0) to the head (1).
    pub(super) neck: Vec<(usize, f64)>,
    pub(super) alignment: Alignment,
    /// World rotations of all nodes in the pose that the alignment was taken from.
    pub(super) reference: Posed,
    /// The node that carries the whole body: the pelvis, or the joint above it on which the spine hangs too.
    pub(super) carrier: usize,
    /// Places in the pelvis's T frame relative to the middle of the hip joints: the carrier, left hip, right hip.
    pub(super) carrier_offset: DVec3,
    pub(super) hip_offsets: [DVec3; 2],
    /// Lengths of thigh and shank, left first.
    pub(super) leg: [[f64; 2]; 2],
    /// Lengths of upper arm and forearm, left first.
    pub(super) arm: [[f64; 2]; 2],
    pub(super) soles: [Sole; 2],
    /// Where the canonical origin lies in the rig's world, on the floor.
    pub(super) origin: DVec3,
}

impl Body {
    /// # Errors
    /// A joint that is missing or not in the rig, an uneven scale, a rest pose that says nothing where no take helps.
    pub(super) fn new(side: &'static str, mapped: MappedRig<'_>) -> Result<Body, RetargetError> {
        let MappedRig { rig, mapping, takes } = mapped;
        let joints: [Option<usize>; JOINT_COUNT] = std::array::from_fn(|joint| mapping.node(joint));
        for joint in REQUIRED {
            if joints[joint].is_none() {
                let family = mapping.family.clone();
                return Err(RetargetError::MissingJoint { side, joint: JOINT_NAMES[joint], family });
            }
        }
        check(side, mapped)?;

        let knuckles = ["left", "right"].map(|hand| {
            let node = |finger: &str| mapping.fingers.get(&format!("{hand}{finger}Proximal")).map(|found| found.node);
            Some([node("Index")?, node("Little").or_else(|| node("Ring"))?])
        });
        let rest = Posed::at_rest(rig);
        let at_rest = Landmarks::of(&joints, &knuckles, &rest);
        let stands_at_rest = at_rest.standing().is_some();
        let (reference, landmarks, up) = if stands_at_rest {
            let up = vertical(&at_rest, rig, &joints, takes);
            (rest, at_rest, up)
        } else {
            let needed = with_ancestors(rig, 0..rig.nodes.len());
            let found = takes.iter().filter_map(|take| standing_frame(rig, &joints, &knuckles, take, &needed));
            let Some((_, reference)) = found.max_by(|a, b| a.0.total_cmp(&b.0)) else {
                let reason = "at rest the legs do not hang below the trunk, or left and right are unclear, \
                              and no frame of an animation shows it standing";
                return Err(RetargetError::Alignment { side, reason: reason.to_owned() });
            };
            let landmarks = Landmarks::of(&joints, &knuckles, &reference);
            let up = alignment::nearest_axis(landmarks.stature());
            (reference, landmarks, up)
        };
        // Where the rest says nothing, the takes' own world is kept as it is.
        let stage =
            if stands_at_rest { alignment::stage(&landmarks, up) } else { DQuat::from_rotation_arc(DVec3::Y, up) };
        let alignment = alignment::align(&landmarks, stage, stands_at_rest).ok_or_else(|| {
            let reason = "joints of a limb lie in one place, or the hips in one line with the trunk".to_owned();
            RetargetError::Alignment { side, reason }
        })?;
        Ok(measure(mapped, joints, reference, &landmarks, alignment, stands_at_rest))
    }

    /// The node's global rotation when the body stands in the canonical T pose, in the canonical world.
    pub(super) fn t_pose(&self, node: usize, joint: usize) -> DQuat {
        let stage = self.alignment.stage.inverse();
        (self.alignment.turn[joint] * stage * self.reference.rotation[node]).normalize()
    }

    /// Mean length of a leg from hip to ankle, metres.
    pub(super) fn leg_length(&self) -> f64 {
        self.leg.as_flattened().iter().sum::<f64>() / 2.0
    }

    /// The highest spine joint, or what carries the body where there is none.
    pub(super) fn chest(&self) -> usize {
        self.spine.last().map_or(self.carrier, |(node, _)| *node)
    }
}

/// Indices in range, entries that fit the hierarchy, joints of a limb below each other, even scales above joints.
fn check(side: &'static str, MappedRig { rig, mapping, .. }: MappedRig<'_>) -> Result<(), RetargetError> {
    let count = rig.nodes.len();
    let all = mapping.nodes();
    if let Some(node) = all.iter().find(|node| **node >= count) {
        let reason = format!("it names node {node}, and the rig has {count} nodes");
        return Err(RetargetError::Mapping { side, reason });
    }
    fit::check(rig, mapping).map_err(|reason| RetargetError::Mapping { side, reason })?;
    let below = |node: usize, above: usize| ancestors(rig, node).any(|ancestor| ancestor == above);
    for [_, first, second, third] in LEGS.map(|[hip, knee, ankle, _]| [0, hip, knee, ankle]).into_iter().chain(ARMS) {
        for (above, joint) in [(first, second), (second, third)] {
            if let (Some(upper), Some(node)) = (mapping.node(above), mapping.node(joint))
                && !below(node, upper)
            {
                let (above, joint) = (JOINT_NAMES[above], JOINT_NAMES[joint]);
                let name = &rig.nodes[node].name;
                let reason = format!("`{name}` as {joint} does not hang below `{}` as {above}", rig.nodes[upper].name);
                return Err(RetargetError::Mapping { side, reason });
            }
        }
    }
    for node in with_ancestors(rig, all) {
        let scale = rig.nodes[node].rest.scale;
        let largest = scale.abs().max_element();
        if scale.min_element() <= 0.0 || largest - scale.min_element() > EVEN_SCALE * largest {
            let node = rig.nodes[node].name.clone();
            return Err(RetargetError::Scale { side, node, scale: scale.to_array() });
        }
    }
    Ok(())
}

/// The parent of `node`, its parent, and so on.
pub(super) fn ancestors(rig: &Rig, node: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(rig.nodes[node].parent, |node| rig.nodes[*node].parent)
}

/// The rig's vertical: that of its rest, unless its animations stand along another axis, most of the time Y.
fn vertical(at_rest: &Landmarks, rig: &Rig, joints: &[Option<usize>; JOINT_COUNT], takes: &[Take]) -> DVec3 {
    let up = alignment::nearest_axis(at_rest.stature());
    if up == DVec3::Y {
        return up;
    }
    let needed = with_ancestors(rig, joints.iter().flatten().copied());
    let mut posed = Posed::at_rest(rig);
    let mut sum = DVec3::ZERO;
    for take in takes {
        let animation = Animation::of(rig, take);
        for frame in (0..take.frames).step_by(take.frames.div_ceil(MOST_CANDIDATES).max(1)) {
            posed.go_to(rig, &needed, &animation, frame);
            sum += Landmarks::of(joints, &[None, None], &posed).trunk();
        }
    }
    if sum.length() > 1e-6 { alignment::nearest_axis(sum) } else { up }
}

/// The frame in which a body stands best, with its score.
fn standing_frame(
    rig: &Rig,
    joints: &[Option<usize>; JOINT_COUNT],
    knuckles: &[Option<[usize; 2]>; 2],
    take: &Take,
    needed: &[usize],
) -> Option<(f64, Posed)> {
    let animation = Animation::of(rig, take);
    let mut posed = Posed::at_rest(rig);
    let mut best: Option<(f64, Posed)> = None;
    for frame in (0..take.frames).step_by(take.frames.div_ceil(MOST_CANDIDATES).max(1)) {
        posed.go_to(rig, needed, &animation, frame);
        let score = Landmarks::of(joints, knuckles, &posed).standing();
        if let Some(score) = score.filter(|score| best.as_ref().is_none_or(|(best, _)| score > best)) {
            best = Some((score, posed.clone()));
        }
    }
    best
}

fn measure(
    MappedRig { rig, mapping, .. }: MappedRig<'_>,
    joints: [Option<usize>; JOINT_COUNT],
    reference: Posed,
    landmarks: &Landmarks,
    alignment: Alignment,
    stands_at_rest: bool,
) -> Body {
    let place = |joint: usize| landmarks.at[joint].unwrap_or_default();
    let lengths = |[_, first, second, third]: [usize; 4]| {
        [place(first).distance(place(second)), place(second).distance(place(third))]
    };
    let leg = LEGS.map(|[hip, knee, ankle, _]| lengths([0, hip, knee, ankle]));
    let size = leg.as_flattened().iter().sum::<f64>() / 2.0;
    let into_pelvis = alignment.turn[joint::PELVIS] * alignment.stage.inverse();
    let hips = landmarks.hips();
    let pelvis = joints[joint::PELVIS].unwrap_or_default();
    // A spine joint that carries the legs turns with the pelvis (Biped's triangle pelvis).
    let carries_legs =
        |node: &usize| joints[joint::LEFT_HIP].is_some_and(|hip| ancestors(rig, hip).any(|above| above == *node));
    let (with_legs, above): (Vec<usize>, Vec<usize>) = mapping.spine.iter().partition(|node| carries_legs(node));
    let spine = with_places(pelvis, above, None, &reference);
    let chest = spine.last().map_or(pelvis, |(node, _)| *node);
    let neck = with_places(chest, mapping.neck.clone(), joints[joint::HEAD], &reference);

    // Where the spine hangs beside the pelvis, what carries both has to move.
    let trunk = spine.first().map(|(node, _)| *node).or(joints[joint::LEFT_SHOULDER]);
    let carries = |node: usize| {
        let below = |other: Option<usize>| {
            other.is_none_or(|other| other == node || ancestors(rig, other).any(|ancestor| ancestor == node))
        };
        below(trunk) && below(joints[joint::LEFT_HIP]) && below(joints[joint::RIGHT_HIP])
    };
    let carrier = std::iter::once(pelvis).chain(ancestors(rig, pelvis)).find(|node| carries(*node)).unwrap_or(pelvis);

    let up = alignment.stage * DVec3::Y;
    let height = |position: DVec3| position.dot(up);
    let floor = super::floor::floor_at_rest(rig, &joints, &reference, &height, size).filter(|_| stands_at_rest);
    let soles = [0, 1].map(|side| {
        let [_, _, ankle, foot] = LEGS[side];
        let into = alignment.turn[ankle] * alignment.stage.inverse();
        let line = landmarks.at[foot].map(|foot| into * (foot - place(ankle)));
        Sole::new(floor.map(|floor| height(place(ankle)) - floor), line, size)
    });
    let flat = hips - up * height(hips);
    // A rig that stands elsewhere in its scene acts where it stands; a few centimetres are how its pelvis lies.
    let mut origin = if flat.length() > 0.5 * size { flat } else { DVec3::ZERO };
    if let Some(floor) = floor.filter(|floor| floor.abs() > 0.3 * size && height(hips).abs() > 0.3 * size) {
        origin += up * floor;
    }
    Body {
        carrier_offset: into_pelvis * (reference.position[carrier] - hips),
        hip_offsets: [joint::LEFT_HIP, joint::RIGHT_HIP].map(|hip| into_pelvis * (place(hip) - hips)),
        arm: ARMS.map(lengths),
        leg,
        joints,
        with_legs,
        spine,
        neck,
        alignment,
        reference,
        carrier,
        soles,
        origin,
    }
}

/// Nodes of a chain with their places between its start (0) and its end (1): `end`, or the last of them.
fn with_places(start: usize, chain: Vec<usize>, end: Option<usize>, posed: &Posed) -> Vec<(usize, f64)> {
    let mut length = 0.0;
    let mut last = start;
    let mut places = Vec::with_capacity(chain.len());
    for node in chain {
        length += posed.position[node].distance(posed.position[last]);
        places.push((node, length));
        last = node;
    }
    if let Some(end) = end {
        length += posed.position[end].distance(posed.position[last]);
    }
    let whole = if length > 1e-9 { length } else { 1.0 };
    places.into_iter().map(|(node, place)| (node, place / whole)).collect()
}

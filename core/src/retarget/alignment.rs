//! How a body must turn each of its joints to stand in the canonical T pose.
//!
//! Rests differ: T, A, arms hanging, knees slightly bent, facing anywhere, lying. What is the same on every body is where
//! its segments lie, so each joint gets the rotation `A` that lays its segment along the canonical one:
//!
//! - the trunk by left and right and the vertical, collars with it;
//! - upper arms and thighs by the smallest turn to the canonical direction, then about themselves so that a visibly bent
//!   elbow folds forward and a knee backward;
//! - forearms and shanks by the smallest turn that follows, which unfolds the hinge;
//! - hands by their knuckles where there are fingers, else with the forearm;
//! - feet by their heading over the floor; their slope stays, because at rest soles are flat.
//!
//! In a frame whose global rotation of the joint's node is `G`, the canonical rotation is then `R = S^-1 G T^-1` with
//! `T = A S^-1 G_rest`, where `S` turns the canonical world into the rig's; and a target takes the same `R` as
//! `G' = S' R T'`.

use glam::{DMat3, DQuat, DVec3};

use super::posed::Posed;
use crate::skeleton::{JOINT_COUNT, joint};
use crate::smoothstep::smoothstep;

/// Below the first bend a hinge at rest says nothing about its axis, above the second it says all, radians.
const BEND: (f64, f64) = (5.0 * RADIAN, 15.0 * RADIAN);
/// A hinge that seems to be turned further than this is folded the wrong way, not turned, radians.
const LARGEST_TURN: f64 = 100.0 * RADIAN;
/// A foot at rest that heads further aside than this is no standing foot, radians.
const LARGEST_HEADING: f64 = 60.0 * RADIAN;
/// A facing this near to an axis is meant to be that axis, radians.
const SNAP: f64 = 25.0 * RADIAN;
/// Cosine of the largest lean of a trunk that still counts as upright at rest.
const UPRIGHT: f64 = 0.85;

const RADIAN: f64 = std::f64::consts::PI / 180.0;

/// Hip, knee, ankle, foot; left first.
pub(super) const LEGS: [[usize; 4]; 2] = [
    [joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT],
    [joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT],
];
/// Collar, shoulder, elbow, wrist; left first.
pub(super) const ARMS: [[usize; 4]; 2] = [
    [joint::LEFT_COLLAR, joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST],
    [joint::RIGHT_COLLAR, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW, joint::RIGHT_WRIST],
];

/// The canonical line from ankle to foot, in double precision: its slope stands in where no rest shows a flat sole.
const FOOT_LINE: DVec3 = DVec3::new(0.0, -0.055, 0.13);

/// Where the joints are in the pose that a body is aligned by, and where the knuckles of its hands.
pub(super) struct Landmarks {
    pub(super) at: [Option<DVec3>; JOINT_COUNT],
    /// Per hand the first joints of the index and of the little (or ring) finger.
    pub(super) knuckles: [Option<[DVec3; 2]>; 2],
}

impl Landmarks {
    pub(super) fn of(
        joints: &[Option<usize>; JOINT_COUNT],
        knuckles: &[Option<[usize; 2]>; 2],
        posed: &Posed,
    ) -> Landmarks {
        Landmarks {
            at: joints.map(|node| node.map(|node| posed.position[node])),
            knuckles: knuckles.map(|pair| pair.map(|pair| pair.map(|node| posed.position[node]))),
        }
    }

    fn place(&self, joint: usize) -> DVec3 {
        self.at[joint].unwrap_or_default()
    }

    fn middle(&self, [left, right]: [usize; 2]) -> DVec3 {
        (self.place(left) + self.place(right)) / 2.0
    }

    /// Middle of the hip joints.
    pub(super) fn hips(&self) -> DVec3 {
        self.middle([joint::LEFT_HIP, joint::RIGHT_HIP])
    }

    /// From right to left, by hips and shoulders.
    pub(super) fn across(&self) -> DVec3 {
        self.place(joint::LEFT_HIP) - self.place(joint::RIGHT_HIP) + self.place(joint::LEFT_SHOULDER)
            - self.place(joint::RIGHT_SHOULDER)
    }

    /// From the hips to the shoulders.
    pub(super) fn trunk(&self) -> DVec3 {
        self.middle([joint::LEFT_SHOULDER, joint::RIGHT_SHOULDER]) - self.hips()
    }

    /// From the ankles to the shoulders: what is vertical where a body stands, however the trunk is drawn.
    pub(super) fn stature(&self) -> DVec3 {
        self.middle([joint::LEFT_SHOULDER, joint::RIGHT_SHOULDER])
            - self.middle([joint::LEFT_ANKLE, joint::RIGHT_ANKLE])
    }

    fn turned(&self, turn: DQuat) -> Landmarks {
        Landmarks {
            at: self.at.map(|place| place.map(|place| turn * place)),
            knuckles: self.knuckles.map(|pair| pair.map(|pair| pair.map(|place| turn * place))),
        }
    }

    fn direction(&self, from: usize, to: usize) -> Option<DVec3> {
        (self.at[to]? - self.at[from]?).try_normalize()
    }

    /// How well a body stands here, 4.5 with straight legs along the trunk and straight arms; `None` where legs do not hang
    /// below the trunk, arms are crossed or folded, or hips and shoulders contradict each other.
    ///
    /// Counted against the body's own trunk, so that a rest that lies on its back is as good as one that stands.
    pub(super) fn standing(&self) -> Option<f64> {
        let up = self.trunk().try_normalize()?;
        let across = self.across().try_normalize()?;
        let hips = self.direction(joint::RIGHT_HIP, joint::LEFT_HIP)?;
        let shoulders = self.direction(joint::RIGHT_SHOULDER, joint::LEFT_SHOULDER)?;
        if across.dot(up).abs() > 0.5 || hips.dot(shoulders) < 0.5 {
            return None;
        }
        let mut score = 0.0;
        for [hip, knee, ankle, _] in LEGS {
            for line in [self.direction(hip, knee)?, self.direction(knee, ankle)?] {
                if line.dot(up) > -0.6 {
                    return None;
                }
                score -= line.dot(up);
            }
        }
        for ([_, shoulder, elbow, wrist], side) in ARMS.into_iter().zip([1.0, -1.0]) {
            let (upper, lower) = (self.direction(shoulder, elbow)?, self.direction(elbow, wrist)?);
            if upper.dot(across) * side < -0.4 || upper.dot(lower) < -0.5 {
                return None;
            }
            score += 0.25 * upper.dot(lower);
        }
        Some(score)
    }
}

/// A body's place in its world, and the turns to the canonical T pose.
#[derive(Clone)]
pub(super) struct Alignment {
    /// From the canonical world (Y up, the body faces +Z at rest) to the rig's.
    pub(super) stage: DQuat,
    /// `A` of every canonical joint, in the canonical world; joints that a rig lacks have that of their parent.
    pub(super) turn: [DQuat; JOINT_COUNT],
}

/// The direction of the rig's world that is up, by the pose: the axis nearest to the trunk.
pub(super) fn nearest_axis(direction: DVec3) -> DVec3 {
    let magnitude = direction.abs();
    if magnitude.y >= magnitude.x && magnitude.y >= magnitude.z {
        DVec3::Y * direction.y.signum()
    } else if magnitude.z >= magnitude.x {
        DVec3::Z * direction.z.signum()
    } else {
        DVec3::X * direction.x.signum()
    }
}

/// The canonical world in the rig's: `up` is the rig's vertical, the body faces canonical +Z.
pub(super) fn stage(landmarks: &Landmarks, up: DVec3) -> DQuat {
    let upright = DQuat::from_rotation_arc(DVec3::Y, up);
    let forward = upright.inverse() * landmarks.across().cross(landmarks.trunk());
    let heading = forward.x.atan2(forward.z);
    let quarter = std::f64::consts::FRAC_PI_2;
    let snapped = (heading / quarter).round() * quarter;
    let heading = if (heading - snapped).abs() < SNAP { snapped } else { heading };
    (upright * DQuat::from_rotation_y(heading)).normalize()
}

/// The turns of a body that stands as `landmarks` say. `flat` tells that its soles are flat, as they are at rest.
pub(super) fn align(landmarks: &Landmarks, stage: DQuat, flat: bool) -> Option<Alignment> {
    let marks = landmarks.turned(stage.inverse());
    let lean = marks.trunk().try_normalize()?;
    let up = if flat && lean.y > UPRIGHT { DVec3::Y } else { lean };
    let trunk = basis(marks.across(), up)?.inverse();

    let mut turn = [trunk; JOINT_COUNT];
    for (hand, ([_, shoulder, elbow, wrist], side)) in ARMS.into_iter().zip([DVec3::X, DVec3::NEG_X]).enumerate() {
        let limb = Limb { along: side, folds_to: DVec3::Z };
        let (upper, lower) = limb.align(trunk, marks.direction(shoulder, elbow)?, marks.direction(elbow, wrist)?);
        turn[shoulder] = upper;
        turn[elbow] = lower;
        turn[wrist] = marks.knuckles[hand]
            .and_then(|knuckles| align_hand(marks.at[wrist]?, knuckles, side))
            .filter(|hand| hand.angle_between(lower) < 75.0 * RADIAN)
            .unwrap_or(lower);
    }
    for [hip, knee, ankle, foot] in LEGS {
        let limb = Limb { along: DVec3::NEG_Y, folds_to: DVec3::NEG_Z };
        let (upper, lower) = limb.align(trunk, marks.direction(hip, knee)?, marks.direction(knee, ankle)?);
        turn[hip] = upper;
        turn[knee] = lower;
        turn[ankle] = match marks.direction(ankle, foot) {
            Some(line) if flat => {
                let line = trunk * line;
                let heading = line.x.atan2(line.z);
                let heading = if heading.abs() < LARGEST_HEADING { heading } else { 0.0 };
                DQuat::from_rotation_y(-heading) * trunk
            }
            Some(line) => DQuat::from_rotation_arc(lower * line, FOOT_LINE.normalize()) * lower,
            None if flat => trunk,
            None => lower,
        };
        turn[foot] = turn[ankle];
    }
    Some(Alignment { stage, turn: turn.map(DQuat::normalize) })
}

/// A limb of the canonical T pose that ends in a hinge.
struct Limb {
    along: DVec3,
    folds_to: DVec3,
}

impl Limb {
    /// Turns of the segments before and beyond the hinge, from their directions at rest.
    fn align(&self, trunk: DQuat, upper: DVec3, lower: DVec3) -> (DQuat, DQuat) {
        let swing = DQuat::from_rotation_arc(trunk * upper, self.along) * trunk;
        let beyond = swing * lower;
        let side = self.along.cross(self.folds_to);
        let (fold, across) = (beyond.dot(self.folds_to), beyond.dot(side));
        let bend = fold.hypot(across).atan2(beyond.dot(self.along));
        // The bend is at this angle about the limb's axis, and should be at 0.
        let angle = across.atan2(fold);
        let believed = if angle.abs() > LARGEST_TURN { 0.0 } else { smoothstep(BEND.0, BEND.1, bend) };
        let upper = DQuat::from_axis_angle(self.along, -angle * believed) * swing;
        (upper, DQuat::from_rotation_arc(upper * lower, self.along) * upper)
    }
}

/// A flat hand along the arm with the palm down: the index finger lies before the little one.
fn align_hand(wrist: DVec3, [index, little]: [DVec3; 2], along: DVec3) -> Option<DQuat> {
    let palm = (index + little) / 2.0 - wrist;
    let hand = frame(palm, index - little)?;
    let rest = frame(along, DVec3::Z)?;
    Some(rest * hand.inverse())
}

/// The rotation whose X is `across` where `up` is Y, `up` exactly.
fn basis(across: DVec3, up: DVec3) -> Option<DQuat> {
    let y = up.try_normalize()?;
    let z = across.cross(y).try_normalize()?;
    Some(DQuat::from_mat3(&DMat3::from_cols(y.cross(z), y, z)))
}

/// The rotation that has `primary` as its X and `secondary` in the plane of X and Z.
fn frame(primary: DVec3, secondary: DVec3) -> Option<DQuat> {
    let x = primary.try_normalize()?;
    let y = secondary.cross(x).try_normalize()?;
    Some(DQuat::from_mat3(&DMat3::from_cols(x, y, x.cross(y))))
}

#[cfg(test)]
mod tests {
    use super::FOOT_LINE;
    use crate::skeleton::{joint, rest_offsets};

    #[test]
    fn the_foot_line_is_the_skeleton_s() {
        for foot in [joint::LEFT_FOOT, joint::RIGHT_FOOT] {
            assert!(FOOT_LINE.distance(rest_offsets()[foot].as_dvec3()) < 1e-7);
        }
    }
}

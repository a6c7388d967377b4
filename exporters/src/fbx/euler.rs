//! Rotation as the three angles of an FBX property, in any of the six orders.

use std::f64::consts::{PI, TAU};

use glam::{DMat3, DQuat, DVec3};

/// Cosines of the middle angle below this leave the first and the last angle undefined, but for their sum.
const GIMBAL_LOCK: f64 = 1e-7;

/// The order in which the turns about the axes follow one another: axes from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RotationOrder([usize; 3]);

impl RotationOrder {
    /// X first, then Y, then Z: `Rz * Ry * Rx` for column vectors.
    pub const XYZ: Self = RotationOrder([0, 1, 2]);

    /// The order of a node. The spheric one has no angles to speak of.
    pub fn of(order: ufbx::RotationOrder) -> Option<Self> {
        Some(RotationOrder(match order {
            ufbx::RotationOrder::Xyz => [0, 1, 2],
            ufbx::RotationOrder::Xzy => [0, 2, 1],
            ufbx::RotationOrder::Yzx => [1, 2, 0],
            ufbx::RotationOrder::Yxz => [1, 0, 2],
            ufbx::RotationOrder::Zxy => [2, 0, 1],
            ufbx::RotationOrder::Zyx => [2, 1, 0],
            ufbx::RotationOrder::Spheric => return None,
        }))
    }

    /// The rotation of `degrees` about X, Y and Z.
    pub fn compose(self, degrees: DVec3) -> DQuat {
        let turn = |axis: usize| DQuat::from_axis_angle(DVec3::AXES[axis], degrees[axis].to_radians());
        let [first, second, third] = self.0;
        turn(third) * turn(second) * turn(first)
    }

    /// Degrees about X, Y and Z that make `rotation`, of all that do those nearest to `previous`, so that curves do not
    /// jump.
    ///
    /// Every rotation has two triples within a turn, and any number of them with whole turns added. Where the middle
    /// angle is a quarter turn, the first one keeps its previous value.
    pub fn decompose(self, rotation: DQuat, previous: DVec3) -> DVec3 {
        let [i, j, k] = self.0;
        let rotation = rotation.normalize();
        let matrix = DMat3::from_quat(rotation);
        let at = |row: usize, column: usize| matrix.col(column)[row];
        // For X, Y, Z: row z of Rz * Ry * Rx is (-sin y, sin x cos y, cos x cos y). Odd orders turn the signs of sines.
        let sign = if (j + 3 - i) % 3 == 1 { 1.0 } else { -1.0 };
        let cosine = at(k, j).hypot(at(k, k));
        let second = (-sign * at(k, i)).atan2(cosine);
        let first = if cosine > GIMBAL_LOCK { (sign * at(k, j)).atan2(at(k, k)) } else { previous[i].to_radians() };
        // What remains is a turn about the last axis.
        let turn = |axis: usize, angle: f64| DQuat::from_axis_angle(DVec3::AXES[axis], angle);
        let rest = rotation * (turn(j, second) * turn(i, first)).inverse();
        let third = 2.0 * [rest.x, rest.y, rest.z][k].atan2(rest.w);

        let last = [previous[i].to_radians(), previous[j].to_radians(), previous[k].to_radians()];
        let near = nearest_turns([first, second, third], last);
        let far = nearest_turns([first + PI, PI - second, third + PI], last);
        let chosen = if distance(far, last) < distance(near, last) { far } else { near };
        let mut degrees = DVec3::ZERO;
        for (axis, angle) in self.0.into_iter().zip(chosen) {
            degrees[axis] = angle.to_degrees();
        }
        degrees
    }

    /// [`Self::decompose`] of a whole curve, from `start` on.
    pub fn unroll(self, rotations: &[DQuat], start: DVec3) -> Vec<DVec3> {
        let mut previous = start;
        rotations
            .iter()
            .map(|rotation| {
                previous = self.decompose(*rotation, previous);
                previous
            })
            .collect()
    }
}

/// Adds whole turns to each angle so that it comes nearest to `last`.
fn nearest_turns(angles: [f64; 3], last: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| angles[i] - TAU * ((angles[i] - last[i]) / TAU).round())
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [ufbx::RotationOrder; 6] = [
        ufbx::RotationOrder::Xyz,
        ufbx::RotationOrder::Xzy,
        ufbx::RotationOrder::Yzx,
        ufbx::RotationOrder::Yxz,
        ufbx::RotationOrder::Zxy,
        ufbx::RotationOrder::Zyx,
    ];

    fn all_angles() -> impl Iterator<Item = DVec3> {
        let steps = || (-180..=180).step_by(45).map(f64::from);
        steps().flat_map(move |x| steps().flat_map(move |y| steps().map(move |z| DVec3::new(x, y, z))))
    }

    #[test]
    fn angles_compose_as_ufbx_has_it() {
        for order in ORDERS {
            for angles in all_angles() {
                let ours = RotationOrder::of(order).unwrap().compose(angles);
                let theirs = ufbx::euler_to_quat(ufbx::Vec3 { x: angles.x, y: angles.y, z: angles.z }, order);
                let theirs = DQuat::from_xyzw(theirs.x, theirs.y, theirs.z, theirs.w);
                assert!(ours.abs_diff_eq(theirs, 1e-12) || ours.abs_diff_eq(-theirs, 1e-12), "{order:?} {angles}");
            }
        }
    }

    #[test]
    fn every_rotation_in_every_order_is_found_again_also_at_gimbal_lock() {
        for order in ORDERS {
            let order = RotationOrder::of(order).unwrap();
            for angles in all_angles() {
                let rotation = order.compose(angles);
                let found = order.compose(order.decompose(rotation, DVec3::ZERO));
                assert!(found.abs_diff_eq(rotation, 1e-8) || found.abs_diff_eq(-rotation, 1e-8), "{order:?} {angles}");
            }
        }
    }

    #[test]
    fn curves_run_on_over_whole_turns() {
        let order = RotationOrder::XYZ;
        let truth: Vec<DVec3> = (0..200)
            .map(|i| DVec3::new(7.0 * f64::from(i), 40.0 * (f64::from(i) * 0.1).sin(), -5.0 * f64::from(i)))
            .collect();
        let rotations: Vec<DQuat> = truth.iter().map(|angles| order.compose(*angles)).collect();
        let found = order.unroll(&rotations, DVec3::ZERO);
        for (found, truth) in found.iter().zip(&truth) {
            assert!(found.abs_diff_eq(*truth, 1e-6), "{found} {truth}");
        }
    }
}

//! Analytic inverse kinematics of a limb with two segments and a hinge.

use glam::{DQuat, DVec3};

use crate::smoothstep::smoothstep;

/// Below the first sine of its bend a limb says nothing about the plane in which it bends, above the second all.
const PLANE: (f64, f64) = (0.05, 0.2);

/// A limb in the canonical T pose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limb {
    /// Direction of both segments.
    pub along: DVec3,
    /// Axis about which a positive angle folds the second segment.
    pub hinge: DVec3,
    /// Lengths of the segments, metres.
    pub lengths: [f64; 2],
}

impl Limb {
    /// Where the end is, relative to the start.
    pub(crate) fn end(&self, upper: DQuat, lower: DQuat) -> DVec3 {
        upper * self.along * self.lengths[0] + lower * self.along * self.lengths[1]
    }

    /// Turns both segments so that the end comes to `target`, relative to the start, as far as `reach` allows.
    ///
    /// The hinge keeps its plane: it opens or closes by the law of cosines, then the whole limb swings by the smallest
    /// turn. A limb that is nearly straight bends about its own hinge axis, forward, never back.
    pub(crate) fn solve(&self, upper: DQuat, lower: DQuat, target: DVec3, reach: f64) -> (DQuat, DQuat) {
        let [a, b] = self.lengths;
        let (first, second) = (upper * self.along, lower * self.along);
        let hinge = upper * self.hinge;
        let across = first.cross(second);
        let axis = match across.try_normalize() {
            Some(plane) if plane.dot(hinge) > 0.0 => {
                hinge.lerp(plane, smoothstep(PLANE.0, PLANE.1, across.length())).normalize_or(hinge)
            }
            _ => hinge,
        };
        let longest = reach.min(a + b);
        // A second segment of hardly any length leaves nothing between folded and stretched.
        let shortest = ((a - b).abs() + 1e-3 * a).min(longest);
        let distance = target.length().clamp(shortest, longest);
        let wanted = (distance * distance - a * a - b * b) / (2.0 * a * b);
        let in_plane = second - axis * second.dot(axis);
        let now = first.cross(in_plane).dot(axis).atan2(first.dot(in_plane));
        let then = (wanted / in_plane.length().max(1e-6)).clamp(-1.0, 1.0).acos();
        let lower = DQuat::from_axis_angle(axis, then - now) * lower;
        let Some(direction) = target.try_normalize() else { return (upper, lower) };
        let swing = DQuat::from_rotation_arc(self.end(upper, lower).normalize_or(direction), direction);
        ((swing * upper).normalize(), (swing * lower).normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_comes_to_the_target_or_as_near_as_the_lengths_allow() {
        for lengths in [[0.4, 0.4], [0.4, 0.2], [0.2, 0.4], [0.4, 0.0002]] {
            let [a, b] = lengths;
            let limb = Limb { along: DVec3::NEG_Y, hinge: DVec3::X, lengths };
            let bent = DQuat::from_rotation_x(0.6);
            for target in [DVec3::new(0.1, -0.5, 0.2), DVec3::new(0.0, -0.3, 0.1), DVec3::NEG_Y, DVec3::Z * 1e-4] {
                for reach in [a + b, 0.9985 * (a + b)] {
                    let (upper, lower) = limb.solve(DQuat::IDENTITY, bent, target, reach);
                    let end = limb.end(upper, lower);
                    let nearest = target.length().clamp((a - b).abs().min(reach), reach);
                    assert!((end.length() - nearest).abs() < 1.5e-3 * a + 1e-9, "{lengths:?} {target} {reach}: {end}");
                    assert!(end.angle_between(target) < 1e-5, "{lengths:?} {target} {reach}: {end}");
                }
            }
        }
    }
}

//! Rotation as the three angles that a BVH file stores, in the order Z, X, Y.

use glam::DQuat;

/// The angles `[z, x, y]` in degrees with `rotation = Rz * Rx * Ry`, chosen nearest to `previous` so that curves do not
/// jump by whole turns.
///
/// Every rotation has two triples within a turn, `(z, x, y)` and `(z + 180, 180 - x, y + 180)`, and any number of them
/// with whole turns added. At `x = +-90` degrees only `z + y` or `z - y` is defined; there `z` keeps its previous value.
pub(crate) fn zxy_degrees(rotation: DQuat, previous: [f64; 3]) -> [f64; 3] {
    let matrix = glam::DMat3::from_quat(rotation.normalize());
    // R = Rz * Rx * Ry, element (row, column):
    //   (2,1) = sin x, (2,0) = -cos x sin y, (2,2) = cos x cos y, (0,1) = -sin z cos x, (1,1) = cos z cos x.
    let sin_x = matrix.y_axis.z;
    let cos_x = matrix.x_axis.z.hypot(matrix.z_axis.z);
    let x = sin_x.atan2(cos_x);
    let (z, y) = if cos_x > 1e-9 {
        ((-matrix.y_axis.x).atan2(matrix.y_axis.y), (-matrix.x_axis.z).atan2(matrix.z_axis.z))
    } else {
        // Gimbal lock: (0,0) = cos(z +- y), (1,0) = sin(z +- y), the sign being that of sin x.
        let z = previous[0].to_radians();
        let sum = matrix.x_axis.y.atan2(matrix.x_axis.x);
        (z, if sin_x > 0.0 { sum - z } else { z - sum })
    };
    let first = [z.to_degrees(), x.to_degrees(), y.to_degrees()];
    let second = [first[0] + 180.0, 180.0 - first[1], first[2] + 180.0];
    let first = nearest_turns(first, previous);
    let second = nearest_turns(second, previous);
    if distance(second, previous) < distance(first, previous) { second } else { first }
}

/// Adds whole turns to each angle so that it comes nearest to `previous`.
fn nearest_turns(angles: [f64; 3], previous: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| angles[i] - 360.0 * ((angles[i] - previous[i]) / 360.0).round())
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compose([z, x, y]: [f64; 3]) -> DQuat {
        DQuat::from_rotation_z(z.to_radians())
            * DQuat::from_rotation_x(x.to_radians())
            * DQuat::from_rotation_y(y.to_radians())
    }

    #[test]
    fn angles_compose_to_the_rotation_everywhere_also_at_gimbal_lock() {
        for z in (-180..=180).step_by(30) {
            for x in (-180..=180).step_by(30) {
                for y in (-180..=180).step_by(30) {
                    let rotation = compose([z as f64, x as f64, y as f64]);
                    let found = compose(zxy_degrees(rotation, [0.0; 3]));
                    assert!(found.angle_between(rotation) < 1e-7, "{z} {x} {y}");
                }
            }
        }
    }

    #[test]
    fn angles_follow_a_turn_past_half_a_circle_without_a_jump() {
        let mut previous = [0.0; 3];
        for step in 0..100 {
            let angles = zxy_degrees(compose([0.0, 20.0, step as f64 * 10.0]), previous);
            assert!((angles[2] - step as f64 * 10.0).abs() < 1e-6, "{step}: {angles:?}");
            previous = angles;
        }
    }

    #[test]
    fn angles_pass_the_gimbal_without_a_jump() {
        let mut previous = [5.0, 60.0, 10.0];
        for step in 60..=120 {
            let angles = zxy_degrees(compose([5.0, step as f64, 10.0]), previous);
            assert!(distance(angles, previous) < 5.0, "{step}: {previous:?} -> {angles:?}");
            previous = angles;
        }
    }
}

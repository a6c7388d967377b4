//! Small rotation helpers shared by features and solver.

use glam::{Mat3, Quat, Vec3};

/// Shortest vector that still counts as a direction, metres or unitless.
const SHORTEST: f32 = 1e-6;

/// The smallest rotation that turns the direction `from` into the direction `to`; identity when either has no length.
pub fn minimal_swing(from: Vec3, to: Vec3) -> Quat {
    match (from.try_normalize(), to.try_normalize()) {
        (Some(from), Some(to)) => Quat::from_rotation_arc(from, to),
        _ => Quat::IDENTITY,
    }
}

/// The rotation that turns `rest.0` into the direction `target.0` exactly and `rest.1` as near to `target.1` as that
/// allows. `None` when a pair is parallel or has no length.
pub fn align(rest: (Vec3, Vec3), target: (Vec3, Vec3)) -> Option<Quat> {
    Some(Quat::from_mat3(&(basis(target)? * basis(rest)?.transpose())).normalize())
}

fn basis((primary, secondary): (Vec3, Vec3)) -> Option<Mat3> {
    let first = primary.try_normalize()?;
    let across = first.cross(secondary.try_normalize()?);
    if across.length() < 1e-3 {
        return None;
    }
    let third = across.normalize();
    Some(Mat3::from_cols(first, third.cross(first), third))
}

/// The first two columns of the rotation matrix (Zhou et al. 2019, "On the Continuity of Rotation Representations").
pub fn to_six_d(rotation: Quat) -> [f32; 6] {
    let (x, y) = (rotation * Vec3::X, rotation * Vec3::Y);
    [x.x, x.y, x.z, y.x, y.y, y.z]
}

/// Gram-Schmidt on two columns; degenerate input gives the nearest axes of the identity, never NaN.
pub fn from_six_d(columns: &[f32]) -> Quat {
    let raw_x = Vec3::new(columns[0], columns[1], columns[2]);
    let raw_y = Vec3::new(columns[3], columns[4], columns[5]);
    let x = if raw_x.is_finite() { raw_x.try_normalize().unwrap_or(Vec3::X) } else { Vec3::X };
    let across = if raw_y.is_finite() { x.cross(raw_y) } else { Vec3::ZERO };
    let z =
        if across.length() > SHORTEST { across.normalize() } else { x.cross(x.any_orthonormal_vector()).normalize() };
    Quat::from_mat3(&Mat3::from_cols(x, z.cross(x), z)).normalize()
}

/// Angle (radians) of the twist of `rotation` about Y, with the length of the twist's quaternion: near 0 the angle has
/// no meaning, because the rotation turns Y upside down.
pub fn twist_about_y(rotation: Quat) -> (f32, f32) {
    (2.0 * rotation.y.atan2(rotation.w), rotation.y.hypot(rotation.w))
}

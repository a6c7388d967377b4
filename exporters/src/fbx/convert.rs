//! Between ufbx's vectors and glam's.

use glam::{DMat4, DQuat, DVec3, DVec4};

use crate::scene::Transform;

pub(super) fn vector(value: ufbx::Vec3) -> DVec3 {
    DVec3::new(value.x, value.y, value.z)
}

pub(super) fn quaternion(value: ufbx::Quat) -> DQuat {
    DQuat::from_xyzw(value.x, value.y, value.z, value.w)
}

pub(super) fn transform(value: ufbx::Transform) -> Transform {
    Transform {
        translation: vector(value.translation),
        rotation: quaternion(value.rotation),
        scale: vector(value.scale),
    }
}

pub(super) fn matrix(value: &ufbx::Matrix) -> DMat4 {
    DMat4::from_cols(
        DVec4::new(value.m00, value.m10, value.m20, 0.0),
        DVec4::new(value.m01, value.m11, value.m21, 0.0),
        DVec4::new(value.m02, value.m12, value.m22, 0.0),
        DVec4::new(value.m03, value.m13, value.m23, 1.0),
    )
}

//! From a place in the scene's sense back to the properties of the node that lead to it.
//!
//! ufbx computes, for column vectors and with what a file's `Model` says (FBX SDK, `FbxNode` transformation formula),
//!
//! ```text
//! local = adjust * T * Roff * Rp * Rpre * R * Rpost^-1 * Rp^-1 * Soff * Sp * S * Sp^-1 * adjust'
//! ```
//!
//! where the adjustments are those of axes and units. Here the same is solved for T, R and S.

use glam::{DQuat, DVec3};

use super::euler::RotationOrder;
use super::{FbxError, convert};
use crate::scene::Transform;

/// The properties of a node that can be animated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Properties {
    pub translation: DVec3,
    pub rotation: DQuat,
    pub scaling: DVec3,
}

/// What lies between the properties of a node and its place.
#[derive(Debug, Clone)]
pub(super) struct LocalSpace {
    pub order: RotationOrder,
    pre_rotation: DQuat,
    post_rotation: DQuat,
    rotation_pivot: DVec3,
    rotation_offset: DVec3,
    scaling_pivot: DVec3,
    scaling_offset: DVec3,
    adjust_pre_translation: DVec3,
    adjust_pre_rotation: DQuat,
    adjust_post_rotation: DQuat,
    adjust_translation: f64,
    adjust_scale: f64,
    mirror: Option<usize>,
}

impl LocalSpace {
    /// The space of a node, if one take can move it.
    pub fn of(node: &ufbx::Node) -> Result<Self, FbxError> {
        let refuse =
            |reason: &str| Err(FbxError::Target { node: node.element.name.to_string(), reason: reason.to_owned() });
        let below_helper = node.parent.as_ref().is_some_and(|parent| parent.scale_helper.is_some());
        if below_helper || node.scale_helper.is_some() || node.is_scale_helper || node.is_geometry_transform_helper {
            return refuse(
                "it inherits a scale that is animated or uneven in a way that only FBX knows (InheritType); \
                 bake or freeze the scale in the program that made the rig",
            );
        }
        let order =
            if node.use_rotation_space { RotationOrder::of(node.rotation_order) } else { Some(RotationOrder::XYZ) };
        let Some(order) = order else {
            return refuse("its rotation order is spheric; give it one of the six Euler orders");
        };
        let property = |name: &str| {
            ufbx::find_prop(&node.element.props, name).map_or(DVec3::ZERO, |property| {
                let value = property.value_vec4;
                DVec3::new(value.x, value.y, value.z)
            })
        };
        let fixed_rotation = |name: &str| {
            if node.use_rotation_space { RotationOrder::XYZ.compose(property(name)) } else { DQuat::IDENTITY }
        };
        let adjust_translation = node.adjust_translation_scale * node.adjust_pre_scale;
        let adjust_scale = node.adjust_pre_scale * node.adjust_post_scale;
        if adjust_translation == 0.0 || adjust_scale == 0.0 {
            return refuse("its scale is zero");
        }
        Ok(LocalSpace {
            order,
            pre_rotation: fixed_rotation("PreRotation"),
            post_rotation: fixed_rotation("PostRotation"),
            rotation_pivot: property("RotationPivot"),
            rotation_offset: property("RotationOffset"),
            scaling_pivot: property("ScalingPivot"),
            scaling_offset: property("ScalingOffset"),
            adjust_pre_translation: convert::vector(node.adjust_pre_translation),
            adjust_pre_rotation: convert::quaternion(node.adjust_pre_rotation),
            adjust_post_rotation: convert::quaternion(node.adjust_post_rotation),
            adjust_translation,
            adjust_scale,
            mirror: match node.adjust_mirror_axis {
                ufbx::MirrorAxis::None => None,
                ufbx::MirrorAxis::X => Some(0),
                ufbx::MirrorAxis::Y => Some(1),
                ufbx::MirrorAxis::Z => Some(2),
            },
        })
    }

    /// The properties that put the node into `place`.
    pub fn properties_for(&self, place: &Transform) -> Properties {
        let mut translation = place.translation;
        let mut turn = place.rotation.normalize();
        if let Some(axis) = self.mirror {
            translation[axis] = -translation[axis];
            // Mirroring keeps the part of a rotation about the mirror's axis and turns the others round.
            let [mut x, mut y, mut z, w] = turn.to_array();
            [&mut x, &mut y, &mut z]
                .into_iter()
                .enumerate()
                .filter(|(i, _)| *i != axis)
                .for_each(|(_, part)| *part = -*part);
            turn = DQuat::from_xyzw(x, y, z, w);
        }
        let scaling = place.scale / self.adjust_scale;
        // Rpre * R * Rpost^-1
        let inner = self.adjust_pre_rotation.inverse() * turn * self.adjust_post_rotation.inverse();
        let rotation = self.pre_rotation.inverse() * inner * self.post_rotation;
        let moved_by_pivots =
            inner * (self.scaling_pivot - scaling * self.scaling_pivot + self.scaling_offset - self.rotation_pivot);
        let translation = self.adjust_pre_rotation.inverse() * (translation / self.adjust_translation)
            - self.adjust_pre_translation
            - self.rotation_offset
            - self.rotation_pivot
            - moved_by_pivots;
        Properties { translation, rotation, scaling }
    }
}

//! Where the pictures are taken from.

use glam::{Mat4, Vec3};

use crate::clip::Pose;

const FIELD_OF_VIEW: f32 = 0.42;

/// A camera that follows the character without turning.
pub struct Camera {
    /// From the target to the eye.
    arm: Vec3,
    /// Height of the point that is looked at.
    target_height: f32,
    /// Width over height of a picture.
    aspect: f32,
}

impl Camera {
    /// A camera `view` radians to the character's left of its first facing, as near as all poses allow.
    pub fn fitting(poses: &[Pose], heading: f32, view: f32, aspect: f32) -> Self {
        let yaw = heading + view;
        let direction = Vec3::new(yaw.sin(), 0.22, yaw.cos()).normalize();
        let points = || poses.iter().flat_map(|pose| pose.positions.iter().map(|point| (pose.root, *point)));
        let low = points().map(|(_, point)| point.y).fold(0.0, f32::min);
        let high = points().map(|(_, point)| point.y).fold(1.6, f32::max);
        let mut camera = Camera { arm: direction, target_height: (low + high) / 2.0, aspect };
        // The nearest distance at which every point lies inside of the picture, in steps of 2 cm.
        let fits = |camera: &Camera| {
            points().all(|(root, point)| {
                let seen = camera.matrix(root).project_point3(point);
                seen.x.abs() < 0.90 && seen.y.abs() < 0.88
            })
        };
        for step in 0..400 {
            camera.arm = direction * (2.5 + 0.02 * step as f32);
            if fits(&camera) {
                break;
            }
        }
        camera
    }

    pub fn eye(&self, root: Vec3) -> Vec3 {
        self.target(root) + self.arm
    }

    fn target(&self, root: Vec3) -> Vec3 {
        Vec3::new(root.x, self.target_height, root.z)
    }

    /// World to clip space.
    pub fn matrix(&self, root: Vec3) -> Mat4 {
        let view = Mat4::look_at_rh(self.eye(root), self.target(root), Vec3::Y);
        Mat4::perspective_rh(FIELD_OF_VIEW, self.aspect, 0.1, 50.0) * view
    }
}

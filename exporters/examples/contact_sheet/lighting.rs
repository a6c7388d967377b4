//! One sun with soft shadows, a sky, and surfaces like painted plastic.

use glam::{Mat4, Vec3};

use crate::clip::Pose;
use crate::raster::DepthBuffer;

/// Texels of the shadow map along a side, and metres that it covers around the character.
const SHADOW_TEXELS: usize = 1200;
const SHADOW_REACH: f32 = 3.6;
/// Half width of the shadow filter in texels: 3 mm each.
const SOFTNESS: i32 = 4;

pub struct Lighting {
    /// Towards the sun.
    sun: Vec3,
    to_shadow: Mat4,
    shadow: DepthBuffer,
}

impl Lighting {
    /// Light from above and behind the camera's left shoulder.
    pub fn new(pose: &Pose, triangles: &[[u32; 3]], eye_direction: Vec3) -> Self {
        let flat = Vec3::new(eye_direction.x, 0.0, eye_direction.z).normalize();
        let left = Vec3::Y.cross(flat);
        let sun = (1.3 * Vec3::Y + 0.55 * flat - 0.75 * left).normalize();
        let target = Vec3::new(pose.root.x, 0.8, pose.root.z);
        let half = SHADOW_REACH / 2.0;
        let view = Mat4::look_at_rh(target + 4.0 * sun, target, Vec3::Z);
        let to_shadow = Mat4::orthographic_rh(-half, half, -half, half, 0.5, 9.0) * view;
        let shadow = DepthBuffer::draw(&pose.positions, triangles, to_shadow, SHADOW_TEXELS, SHADOW_TEXELS);
        Lighting { sun, to_shadow, shadow }
    }

    /// Share of the sun that reaches `point`, 0 to 1.
    pub fn sunlight(&self, point: Vec3) -> f32 {
        let seen = self.to_shadow.project_point3(point);
        let x = ((0.5 + 0.5 * seen.x) * SHADOW_TEXELS as f32) as i32;
        let y = ((0.5 - 0.5 * seen.y) * SHADOW_TEXELS as f32) as i32;
        let (mut lit, mut count) = (0, 0);
        for dy in (-SOFTNESS..=SOFTNESS).step_by(2) {
            for dx in (-SOFTNESS..=SOFTNESS).step_by(2) {
                let (x, y) = (x + dx, y + dy);
                let inside = (0..SHADOW_TEXELS as i32).contains(&x) && (0..SHADOW_TEXELS as i32).contains(&y);
                // The offset of about 2 cm keeps a surface from shading itself.
                let shaded = inside && self.shadow.depth[y as usize * SHADOW_TEXELS + x as usize] < seen.z - 0.0024;
                lit += i32::from(!shaded);
                count += 1;
            }
        }
        lit as f32 / count as f32
    }

    /// Linear colour of a surface point seen from `eye`.
    pub fn shade(&self, point: Vec3, normal: Vec3, albedo: Vec3, eye: Vec3) -> Vec3 {
        let to_eye = (eye - point).normalize();
        let sun = self.sunlight(point + 0.006 * normal);
        let diffuse = normal.dot(self.sun).max(0.0) * sun;
        let sky = Vec3::new(0.40, 0.44, 0.50) * (0.5 + 0.5 * normal.y) + Vec3::splat(0.16) * (0.5 - 0.5 * normal.y);
        // The floor takes light away near it.
        let open = 0.6 + 0.4 * (point.y / 0.35).clamp(0.0, 1.0);
        let half = (self.sun + to_eye).normalize();
        let highlight = 0.10 * normal.dot(half).max(0.0).powf(36.0) * sun;
        let rim = 0.10 * (1.0 - normal.dot(to_eye).max(0.0)).powf(4.0);
        albedo * (sky * open + Vec3::new(1.02, 0.98, 0.92) * diffuse) + Vec3::splat(highlight + rim * open)
    }
}

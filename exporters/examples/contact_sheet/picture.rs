//! One picture: the character on a floor.

use glam::{Vec3, Vec4Swizzles};

use crate::camera::Camera;
use crate::canvas::{Canvas, to_linear};
use crate::clip::{AnimatedMesh, Pose};
use crate::lighting::Lighting;
use crate::raster::DepthBuffer;

pub const PAPER: [u8; 3] = [250, 250, 251];
pub const INK: [u8; 3] = [32, 36, 42];
pub const FAINT_INK: [u8; 3] = [120, 126, 136];

/// Samples per pixel along a side.
const SAMPLES: usize = 3;
/// Side of a floor square and half width of its lines, metres.
const SQUARE: f32 = 0.5;
const LINE: f32 = 0.006;

pub fn draw(mesh: &AnimatedMesh, pose: &Pose, walked: &[Vec3], camera: &Camera, width: usize, height: usize) -> Canvas {
    let (wide, high) = (width * SAMPLES, height * SAMPLES);
    let matrix = camera.matrix(pose.root);
    let eye = camera.eye(pose.root);
    let seen = DepthBuffer::draw(&pose.positions, &mesh.triangles, matrix, wide, high);
    let lighting = Lighting::new(pose, &mesh.triangles, eye - pose.root);
    let inverse = matrix.inverse();

    let mut picture = Canvas::new(width, height, PAPER);
    for y in 0..height {
        for x in 0..width {
            let mut sum = Vec3::ZERO;
            for sample in 0..SAMPLES * SAMPLES {
                let (px, py) = (x * SAMPLES + sample % SAMPLES, y * SAMPLES + sample / SAMPLES);
                sum += match seen.hits[py * seen.width + px] {
                    Some(hit) => {
                        let triangle = mesh.triangles[hit.triangle as usize].map(|vertex| vertex as usize);
                        let blend = |values: &[Vec3]| {
                            let [a, b, c] = triangle.map(|vertex| values[vertex]);
                            a * hit.barycentric.x + b * hit.barycentric.y + c * hit.barycentric.z
                        };
                        let normal = blend(&pose.normals).normalize_or(Vec3::Y);
                        lighting.shade(blend(&pose.positions), normal, blend(&pose.colors), eye)
                    }
                    None => {
                        let ndc_x = (px as f32 + 0.5) / wide as f32 * 2.0 - 1.0;
                        let ndc_y = 1.0 - (py as f32 + 0.5) / seen.height as f32 * 2.0;
                        let far = inverse * glam::Vec4::new(ndc_x, ndc_y, 1.0, 1.0);
                        floor(eye, (far.xyz() / far.w - eye).normalize(), pose.root, walked, &lighting)
                    }
                };
            }
            picture.put(x, y, sum / (SAMPLES * SAMPLES) as f32);
        }
    }
    picture
}

/// The floor along a ray, fading into the background away from the character.
fn floor(eye: Vec3, ray: Vec3, root: Vec3, walked: &[Vec3], lighting: &Lighting) -> Vec3 {
    let background = to_linear([236, 239, 243]);
    if ray.y >= -1e-4 {
        return background;
    }
    let distance = -eye.y / ray.y;
    let point = eye + ray * distance;
    let away = Vec3::new(point.x - root.x, 0.0, point.z - root.z).length();
    let near = (-(away / 1.9).powi(4)).exp();
    if near < 1e-3 {
        return background;
    }
    let mut color = to_linear([222, 227, 233]);
    let to_line = |value: f32| (value / SQUARE - (value / SQUARE).round()).abs() * SQUARE;
    if to_line(point.x).min(to_line(point.z)) < LINE {
        color = to_linear([188, 196, 206]);
    }
    if walked.windows(2).any(|step| distance_to_segment(point, step[0], step[1]) < 0.012) {
        color = to_linear([225, 96, 84]);
    }
    let lit = lighting.sunlight(point);
    color *= 0.50 + 0.50 * lit;
    background.lerp(color, near)
}

fn distance_to_segment(point: Vec3, a: Vec3, b: Vec3) -> f32 {
    let flat = |v: Vec3| Vec3::new(v.x, 0.0, v.z);
    let (point, a, b) = (flat(point), flat(a), flat(b));
    let along = ((point - a).dot(b - a) / (b - a).length_squared().max(1e-9)).clamp(0.0, 1.0);
    point.distance(a.lerp(b, along))
}

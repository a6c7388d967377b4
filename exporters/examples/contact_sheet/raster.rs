//! Triangles to a depth buffer that remembers which triangle is seen where.

use glam::{Mat4, Vec3};

/// What a pixel sees: a triangle and the barycentric coordinates in it.
#[derive(Clone, Copy)]
pub struct Hit {
    pub triangle: u32,
    pub barycentric: Vec3,
}

pub struct DepthBuffer {
    pub width: usize,
    pub height: usize,
    pub depth: Vec<f32>,
    pub hits: Vec<Option<Hit>>,
}

impl DepthBuffer {
    /// Draws triangles seen through `matrix` (world to clip space). Perspective-correct; nothing lies behind the eye.
    pub fn draw(positions: &[Vec3], triangles: &[[u32; 3]], matrix: Mat4, width: usize, height: usize) -> Self {
        let mut buffer =
            DepthBuffer { width, height, depth: vec![f32::INFINITY; width * height], hits: vec![None; width * height] };
        let size = Vec3::new(width as f32, height as f32, 1.0);
        // Pixel coordinates, and 1 / w in the last component of a second vector.
        let screen: Vec<(Vec3, f32)> = positions
            .iter()
            .map(|position| {
                let clip = matrix * position.extend(1.0);
                let inverse = 1.0 / clip.w;
                let ndc = clip.truncate() * inverse;
                (Vec3::new(0.5 + 0.5 * ndc.x, 0.5 - 0.5 * ndc.y, ndc.z) * size, inverse)
            })
            .collect();
        for (index, triangle) in triangles.iter().enumerate() {
            let corners = triangle.map(|vertex| screen[vertex as usize]);
            buffer.triangle(index as u32, corners);
        }
        buffer
    }

    fn triangle(&mut self, index: u32, corners: [(Vec3, f32); 3]) {
        let [(a, wa), (b, wb), (c, wc)] = corners;
        let area = (b - a).truncate().perp_dot((c - a).truncate());
        // Counter-clockwise in the world is clockwise here, where Y points down: these face away.
        if area >= -1e-9 {
            return;
        }
        let low = a.min(b).min(c).max(Vec3::ZERO);
        let high = a.max(b).max(c);
        let last_x = (high.x.ceil().max(0.0) as usize).min(self.width);
        let last_y = (high.y.ceil().max(0.0) as usize).min(self.height);
        for y in low.y as usize..last_y {
            for x in low.x as usize..last_x {
                let point = glam::Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                let u = (b.truncate() - point).perp_dot(c.truncate() - point) / area;
                let v = (c.truncate() - point).perp_dot(a.truncate() - point) / area;
                let w = 1.0 - u - v;
                if u < 0.0 || v < 0.0 || w < 0.0 {
                    continue;
                }
                let depth = u * a.z + v * b.z + w * c.z;
                let pixel = y * self.width + x;
                if depth < self.depth[pixel] {
                    self.depth[pixel] = depth;
                    let weights = Vec3::new(u * wa, v * wb, w * wc);
                    let barycentric = weights / weights.element_sum();
                    self.hits[pixel] = Some(Hit { triangle: index, barycentric });
                }
            }
        }
    }
}

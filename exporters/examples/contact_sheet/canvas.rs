//! Pixels, text and the PNG file.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use ab_glyph::{Font, FontRef, Glyph, Point, ScaleFont, point};
use glam::Vec3;

pub struct Canvas {
    width: usize,
    height: usize,
    /// sRGB.
    pixels: Vec<[u8; 3]>,
}

pub fn to_linear(color: [u8; 3]) -> Vec3 {
    let channel = |value: u8| {
        let value = f32::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    Vec3::from(color.map(channel))
}

fn to_srgb(color: Vec3) -> [u8; 3] {
    color.to_array().map(|value| {
        let value = value.clamp(0.0, 1.0);
        let encoded = if value <= 0.003_130_8 { 12.92 * value } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (255.0 * encoded).round() as u8
    })
}

impl Canvas {
    pub fn new(width: usize, height: usize, color: [u8; 3]) -> Self {
        Canvas { width, height, pixels: vec![color; width * height] }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn put(&mut self, x: usize, y: usize, linear: Vec3) {
        self.pixels[y * self.width + x] = to_srgb(linear);
    }

    pub fn paste(&mut self, other: &Canvas, left: usize, top: usize) {
        for (y, row) in other.pixels.chunks_exact(other.width).enumerate() {
            let start = (top + y) * self.width + left;
            self.pixels[start..start + other.width].copy_from_slice(row);
        }
    }

    /// Writes one line of text with its baseline at `y`.
    pub fn text(&mut self, text: &str, x: f32, y: f32, size: f32, color: [u8; 3]) {
        let Ok(font) = FontRef::try_from_slice(dejavu::sans::regular()) else { return };
        let (glyphs, _) = layout(&font, text, size, point(x, y));
        for glyph in glyphs {
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let origin = outline.px_bounds().min;
            outline.draw(|dx, dy, coverage| {
                let (px, py) = (origin.x as i64 + i64::from(dx), origin.y as i64 + i64::from(dy));
                if (0..self.width as i64).contains(&px) && (0..self.height as i64).contains(&py) {
                    let pixel = &mut self.pixels[py as usize * self.width + px as usize];
                    *pixel = to_srgb(to_linear(*pixel).lerp(to_linear(color), coverage.min(1.0)));
                }
            });
        }
    }

    /// The same, smaller where the line would be wider than the canvas.
    pub fn text_fitting(&mut self, text: &str, x: f32, y: f32, size: f32, color: [u8; 3]) {
        let Ok(font) = FontRef::try_from_slice(dejavu::sans::regular()) else { return };
        let (_, length) = layout(&font, text, size, point(0.0, 0.0));
        let room = self.width as f32 - 2.0 * x;
        self.text(text, x, y, if length > room { size * room / length } else { size }, color);
    }

    pub fn save(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(self.pixels.as_flattened())?;
        Ok(())
    }
}

/// Glyphs of a line and its length in pixels.
fn layout(font: &FontRef, text: &str, size: f32, start: Point) -> (Vec<Glyph>, f32) {
    let scaled = font.as_scaled(size);
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut x = start.x;
    for character in text.chars().filter(|character| !character.is_control()) {
        let mut glyph = scaled.scaled_glyph(character);
        if let Some(previous) = glyphs.last() {
            x += scaled.kern(previous.id, glyph.id);
        }
        glyph.position = point(x, start.y);
        x += scaled.h_advance(glyph.id);
        glyphs.push(glyph);
    }
    (glyphs, x - start.x)
}

//! The body that a GLB file shows: the project's own drawing, `data/mannequin.json`, turned into triangles.
//!
//! The drawing is a list of parts. A *loft* is a tube of rings along one axis, a *ball* an ellipsoid; each belongs to a
//! material and to one joint, or to several joints along its length. Parts marked `mirror` are drawn for the left side
//! and repeated for the right.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use glam::{DVec3, Vec3};
use ropar_core::skeleton::{JOINT_COUNT, joint_index};
use serde::Deserialize;

use super::error::GlbError;

const DRAWING: &str = include_str!("../../data/mannequin.json");

/// Triangles in the rest pose, one surface per material.
#[derive(Debug)]
pub(super) struct Mannequin {
    pub surfaces: Vec<SurfaceMesh>,
}

/// The triangles of one material. All vectors but `indices` have one entry per vertex.
#[derive(Debug)]
pub(super) struct SurfaceMesh {
    pub material: String,
    /// Linear RGB.
    pub color: [f32; 3],
    pub roughness: f32,
    pub positions: Vec<[f32; 3]>,
    pub normals: Vec<[f32; 3]>,
    pub joints: Vec<[u8; 4]>,
    /// 255 is a whole; each row adds up to 255.
    pub weights: Vec<[u8; 4]>,
    pub indices: Vec<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Drawing {
    materials: Vec<MaterialEntry>,
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialEntry {
    name: String,
    color: [f32; 3],
    roughness: f32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    /// For the reader of the drawing.
    #[allow(dead_code)]
    name: String,
    #[serde(default)]
    mirror: bool,
    material: String,
    /// Joints and the place along a loft (as in the first number of a ring) where each has full weight.
    skin: Vec<(String, f64)>,
    shape: Shape,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Shape {
    Loft {
        /// Joint at place 0.
        from: String,
        /// Joint at place 1; without it, places are metres along `axis`.
        to: Option<String>,
        axis: Axis,
        /// Vertices around.
        sides: usize,
        /// Steps between two rings, on a smooth curve through the rings.
        #[serde(default = "one")]
        steps: usize,
        /// Exponent of the cross-section: 2 is an ellipse, more is boxier.
        #[serde(default = "ellipse")]
        exponent: f64,
        /// Length in metres of the rounded ends at the first and the last ring.
        round: [f64; 2],
        /// Place, half extents across, offset across; all but the place in metres. "Across" is X and Z for a loft along
        /// Y, Y and Z along X, X and Y along Z.
        rings: Vec<[f64; 5]>,
    },
    Ball {
        at: String,
        #[serde(default)]
        offset: [f64; 3],
        radii: [f64; 3],
        sides: usize,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Axis {
    X,
    Y,
    Z,
}

impl Axis {
    /// The axis itself and the two across, such that `across.0 x across.1` points along the axis or against it.
    fn directions(self) -> (DVec3, DVec3, DVec3) {
        match self {
            Axis::X => (DVec3::X, DVec3::Y, DVec3::Z),
            Axis::Y => (DVec3::Y, DVec3::X, DVec3::Z),
            Axis::Z => (DVec3::Z, DVec3::X, DVec3::Y),
        }
    }
}

fn one() -> usize {
    1
}

fn ellipse() -> f64 {
    2.0
}

/// Steps in a rounded end.
const ROUND_STEPS: usize = 2;

/// Builds the mannequin on the joints' rest positions (metres, world).
pub(super) fn build(rest: &[Vec3; JOINT_COUNT]) -> Result<Mannequin, GlbError> {
    let drawing: Drawing = serde_json::from_str(DRAWING).map_err(|error| GlbError::Mannequin(error.to_string()))?;
    let mut surfaces: Vec<SurfaceMesh> = drawing
        .materials
        .iter()
        .map(|material| SurfaceMesh {
            material: material.name.clone(),
            color: material.color,
            roughness: material.roughness,
            positions: Vec::new(),
            normals: Vec::new(),
            joints: Vec::new(),
            weights: Vec::new(),
            indices: Vec::new(),
        })
        .collect();
    for part in &drawing.parts {
        add(&mut surfaces, part, rest, false)?;
        if part.mirror {
            add(&mut surfaces, part, rest, true)?;
        }
    }
    surfaces.retain(|surface| !surface.indices.is_empty());
    Ok(Mannequin { surfaces })
}

/// The name on the other side of the body.
fn opposite(name: &str) -> String {
    match name.strip_prefix("left") {
        Some(rest) => format!("right{rest}"),
        None => name.to_owned(),
    }
}

fn find_joint(name: &str, mirrored: bool) -> Result<usize, GlbError> {
    let name = if mirrored { opposite(name) } else { name.to_owned() };
    joint_index(&name).ok_or_else(|| GlbError::Mannequin(format!("there is no joint `{name}`")))
}

fn add(surfaces: &mut [SurfaceMesh], part: &Part, rest: &[Vec3; JOINT_COUNT], mirrored: bool) -> Result<(), GlbError> {
    let material = if mirrored { opposite(&part.material) } else { part.material.clone() };
    let surface = surfaces
        .iter_mut()
        .find(|surface| surface.material == material)
        .ok_or_else(|| GlbError::Mannequin(format!("there is no material `{material}`")))?;
    let skin = part
        .skin
        .iter()
        .map(|(name, place)| Ok((find_joint(name, mirrored)?, *place)))
        .collect::<Result<Vec<_>, GlbError>>()?;

    // The left side is drawn in any case; the right one is its reflection.
    let shell = match &part.shape {
        Shape::Loft { from, to, axis, sides, steps, exponent, round, rings } => {
            let from = rest[find_joint(from, false)?].as_dvec3();
            let to = to.as_deref().map(|to| find_joint(to, false)).transpose()?.map(|to| rest[to].as_dvec3());
            loft(from, to, *axis, *sides, *steps, *exponent, *round, rings)
        }
        Shape::Ball { at, offset, radii, sides } => {
            ball(rest[find_joint(at, false)?].as_dvec3() + DVec3::from(*offset), DVec3::from(*radii), *sides)
        }
    };
    let first = surface.positions.len();
    if first + shell.positions.len() > usize::from(u16::MAX) {
        return Err(GlbError::Mannequin(format!("`{material}` has too many vertices")));
    }
    let normals = shell.normals();
    let side = if mirrored { DVec3::new(-1.0, 1.0, 1.0) } else { DVec3::ONE };
    for ((position, place), normal) in shell.positions.iter().zip(&shell.places).zip(normals) {
        // To whole micrometres, which hides last-bit differences of sine and cosine between systems.
        let position = (*position * side * 1e6).round() / 1e6;
        surface.positions.push(position.as_vec3().to_array());
        surface.normals.push((normal * side).normalize_or(DVec3::Y).as_vec3().to_array());
        let (joints, weights) = weights_at(&skin, *place);
        surface.joints.push(joints);
        surface.weights.push(weights);
    }
    for triangle in &shell.triangles {
        let [a, b, c] = triangle.map(|vertex| (first + vertex) as u16);
        surface.indices.extend(if mirrored { [a, c, b] } else { [a, b, c] });
    }
    Ok(())
}

/// The two nearest joints at `place` and their weights, blended smoothly between their places.
fn weights_at(skin: &[(usize, f64)], place: f64) -> ([u8; 4], [u8; 4]) {
    let after = skin.iter().position(|(_, at)| *at > place).unwrap_or(skin.len());
    if after == 0 || after == skin.len() {
        let joint = skin[after.min(skin.len() - 1)].0;
        return ([joint as u8, 0, 0, 0], [255, 0, 0, 0]);
    }
    let (a, start) = skin[after - 1];
    let (b, end) = skin[after];
    let t = (place - start) / (end - start);
    let weight = (255.0 * t * t * (3.0 - 2.0 * t)).round() as u8;
    match weight {
        // glTF wants joint 0 where the weight is 0.
        0 => ([a as u8, 0, 0, 0], [255, 0, 0, 0]),
        255 => ([b as u8, 0, 0, 0], [255, 0, 0, 0]),
        _ => ([a as u8, b as u8, 0, 0], [255 - weight, weight, 0, 0]),
    }
}

/// A closed surface with outward triangles, counter-clockwise.
#[derive(Debug, Default)]
struct Shell {
    positions: Vec<DVec3>,
    /// Place along a loft, for the weights.
    places: Vec<f64>,
    triangles: Vec<[usize; 3]>,
}

impl Shell {
    /// Vertex normals: the sum of the adjacent triangles' area vectors.
    fn normals(&self) -> Vec<DVec3> {
        let mut normals = vec![DVec3::ZERO; self.positions.len()];
        for &[a, b, c] in &self.triangles {
            let area = (self.positions[b] - self.positions[a]).cross(self.positions[c] - self.positions[a]);
            for vertex in [a, b, c] {
                normals[vertex] += area;
            }
        }
        normals
    }

    /// Joins rings of `sides` vertices each into a tube closed by a vertex at either end, and turns it inside out if its
    /// volume comes out negative.
    fn from_rings(start: (DVec3, f64), rings: Vec<(Vec<DVec3>, f64)>, end: (DVec3, f64)) -> Self {
        let sides = rings.first().map_or(0, |(ring, _)| ring.len());
        let count = rings.len();
        let mut shell = Shell::default();
        shell.positions.push(start.0);
        shell.places.push(start.1);
        for (ring, place) in rings {
            shell.places.extend(std::iter::repeat_n(place, ring.len()));
            shell.positions.extend(ring);
        }
        shell.positions.push(end.0);
        shell.places.push(end.1);
        let last = shell.positions.len() - 1;
        let at = |ring: usize, side: usize| 1 + ring * sides + side % sides;
        for side in 0..sides {
            shell.triangles.push([0, at(0, side + 1), at(0, side)]);
            for ring in 0..count - 1 {
                let [a, b] = [at(ring, side), at(ring, side + 1)];
                let [c, d] = [at(ring + 1, side), at(ring + 1, side + 1)];
                shell.triangles.extend([[a, b, c], [b, d, c]]);
            }
            shell.triangles.push([last, at(count - 1, side), at(count - 1, side + 1)]);
        }
        let volume: f64 = shell
            .triangles
            .iter()
            .map(|&[a, b, c]| shell.positions[a].dot(shell.positions[b].cross(shell.positions[c])))
            .sum();
        if volume < 0.0 {
            shell.triangles.iter_mut().for_each(|triangle| triangle.swap(1, 2));
        }
        shell
    }
}

#[allow(clippy::too_many_arguments)] // the fields of `Shape::Loft`
fn loft(
    from: DVec3,
    to: Option<DVec3>,
    axis: Axis,
    sides: usize,
    steps: usize,
    exponent: f64,
    round: [f64; 2],
    rings: &[[f64; 5]],
) -> Shell {
    let (along, across, across_too) = axis.directions();
    let center = |ring: &[f64; 5]| {
        let middle = match to {
            Some(to) => from.lerp(to, ring[0]),
            None => from + along * ring[0],
        };
        middle + across * ring[3] + across_too * ring[4]
    };
    let outline = |middle: DVec3, ring: &[f64; 5], scale: f64| -> Vec<DVec3> {
        (0..sides)
            .map(|side| {
                let (sin, cos) = (TAU * side as f64 / sides as f64).sin_cos();
                let bend = |value: f64| value.signum() * value.abs().powf(2.0 / exponent);
                middle + (across * bend(cos) * ring[1] + across_too * bend(sin) * ring[2]) * scale
            })
            .collect()
    };

    let profile = smooth(rings, steps);
    let (Some(first), Some(last)) = (profile.first(), profile.last()) else { return Shell::default() };
    let forward = if (center(last) - center(first)).dot(along) < 0.0 { -along } else { along };
    let mut tube = Vec::new();
    // Quarter circles: from the pole outwards at the start, towards the pole at the end.
    for step in 1..ROUND_STEPS {
        let angle = FRAC_PI_2 * step as f64 / ROUND_STEPS as f64;
        let middle = center(first) - forward * round[0] * angle.cos();
        tube.push((outline(middle, first, angle.sin()), first[0]));
    }
    tube.extend(profile.iter().map(|ring| (outline(center(ring), ring, 1.0), ring[0])));
    for step in 1..ROUND_STEPS {
        let angle = FRAC_PI_2 * step as f64 / ROUND_STEPS as f64;
        let middle = center(last) + forward * round[1] * angle.sin();
        tube.push((outline(middle, last, angle.cos()), last[0]));
    }
    let start = (center(first) - forward * round[0], first[0]);
    let end = (center(last) + forward * round[1], last[0]);
    Shell::from_rings(start, tube, end)
}

/// `steps` rings per span on the Catmull-Rom curve through `rings`.
fn smooth(rings: &[[f64; 5]], steps: usize) -> Vec<[f64; 5]> {
    let mut profile = Vec::new();
    for span in 0..rings.len().saturating_sub(1) {
        let at = |index: isize| rings[(span as isize + index).clamp(0, rings.len() as isize - 1) as usize];
        let [before, a, b, after] = [at(-1), at(0), at(1), at(2)];
        for step in 0..steps {
            let t = step as f64 / steps as f64;
            profile.push(std::array::from_fn(|i| {
                let slope_a = (b[i] - before[i]) / 2.0;
                let slope_b = (after[i] - a[i]) / 2.0;
                let (t2, t3) = (t * t, t * t * t);
                (2.0 * t3 - 3.0 * t2 + 1.0) * a[i]
                    + (t3 - 2.0 * t2 + t) * slope_a
                    + (3.0 * t2 - 2.0 * t3) * b[i]
                    + (t3 - t2) * slope_b
            }));
        }
    }
    profile.extend(rings.last());
    profile
}

fn ball(center: DVec3, radii: DVec3, sides: usize) -> Shell {
    let bands = sides / 2 + 1;
    let rings = (1..bands)
        .map(|band| {
            let (sin, cos) = (PI * band as f64 / bands as f64).sin_cos();
            let ring = (0..sides)
                .map(|side| {
                    let (s, c) = (TAU * side as f64 / sides as f64).sin_cos();
                    center + radii * DVec3::new(sin * c, -cos, sin * s)
                })
                .collect();
            (ring, 0.0)
        })
        .collect();
    Shell::from_rings((center - DVec3::Y * radii.y, 0.0), rings, (center + DVec3::Y * radii.y, 0.0))
}

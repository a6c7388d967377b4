//! A skinned, animated GLB, read through the `gltf` crate, and its triangles at any moment.

use std::error::Error;

use glam::{Mat4, Quat, Vec3};
use gltf::Gltf;
use gltf::animation::util::ReadOutputs;

pub struct AnimatedMesh {
    /// Rest translation and parent of each node, and the nodes in an order in which parents come first.
    nodes: Vec<(Vec3, Option<usize>)>,
    order: Vec<usize>,
    /// Node and inverse bind matrix of each skin joint.
    joints: Vec<(usize, Mat4)>,
    times: Vec<f32>,
    translations: Vec<(usize, Vec<Vec3>)>,
    rotations: Vec<(usize, Vec<Quat>)>,
    vertices: Vec<Vertex>,
    pub triangles: Vec<[u32; 3]>,
    /// `asset.extras.prompt`.
    pub prompt: Option<String>,
}

struct Vertex {
    position: Vec3,
    normal: Vec3,
    color: Vec3,
    joints: [u16; 4],
    weights: [f32; 4],
}

/// World positions and normals of all vertices, and the world position of the pelvis.
pub struct Pose {
    pub positions: Vec<Vec3>,
    pub normals: Vec<Vec3>,
    pub colors: Vec<Vec3>,
    pub root: Vec3,
}

impl AnimatedMesh {
    pub fn from_glb(bytes: &[u8]) -> Result<Self, Box<dyn Error>> {
        let file = Gltf::from_slice(bytes)?;
        let blob = file.blob.as_deref().ok_or("the file has no binary part")?;
        let skin = file.skins().next().ok_or("the file has no skin")?;
        let mesh = file.meshes().next().ok_or("the file has no mesh")?;
        let animation = file.animations().next().ok_or("the file has no animation")?;

        let mut nodes: Vec<(Vec3, Option<usize>)> =
            file.nodes().map(|node| (Vec3::from(node.transform().decomposed().0), None)).collect();
        for node in file.nodes() {
            for child in node.children() {
                nodes[child.index()].1 = Some(node.index());
            }
        }
        let mut order: Vec<usize> = file.scenes().flat_map(|scene| scene.nodes()).map(|node| node.index()).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            order.extend((0..nodes.len()).filter(|child| nodes[*child].1 == Some(node)));
            next += 1;
        }

        let inverse_bind = skin
            .reader(|_| Some(blob))
            .read_inverse_bind_matrices()
            .ok_or("the skin has no inverse bind matrices")?
            .map(|matrix| Mat4::from_cols_array_2d(&matrix));
        let joints = skin.joints().map(|joint| joint.index()).zip(inverse_bind).collect();

        let mut found = AnimatedMesh {
            nodes,
            order,
            joints,
            times: Vec::new(),
            translations: Vec::new(),
            rotations: Vec::new(),
            vertices: Vec::new(),
            triangles: Vec::new(),
            prompt: prompt(&file),
        };
        for primitive in mesh.primitives() {
            let reader = primitive.reader(|_| Some(blob));
            let first = found.vertices.len() as u32;
            let [r, g, b, _] = primitive.material().pbr_metallic_roughness().base_color_factor();
            let positions = reader.read_positions().ok_or("a primitive has no positions")?;
            let normals = reader.read_normals().ok_or("a primitive has no normals")?;
            let joints = reader.read_joints(0).ok_or("a primitive has no joints")?.into_u16();
            let weights = reader.read_weights(0).ok_or("a primitive has no weights")?.into_f32();
            for (((position, normal), joints), weights) in positions.zip(normals).zip(joints).zip(weights) {
                found.vertices.push(Vertex {
                    position: position.into(),
                    normal: normal.into(),
                    color: Vec3::new(r, g, b),
                    joints,
                    weights,
                });
            }
            let indices: Vec<u32> = reader.read_indices().ok_or("a primitive has no indices")?.into_u32().collect();
            found.triangles.extend(indices.chunks_exact(3).map(|t| [first + t[0], first + t[1], first + t[2]]));
        }
        for channel in animation.channels() {
            let reader = channel.reader(|_| Some(blob));
            let node = channel.target().node().index();
            found.times = reader.read_inputs().ok_or("a channel has no times")?.collect();
            match reader.read_outputs().ok_or("a channel has no values")? {
                ReadOutputs::Translations(values) => found.translations.push((node, values.map(Vec3::from).collect())),
                ReadOutputs::Rotations(values) => {
                    found.rotations.push((node, values.into_f32().map(Quat::from_array).collect()));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    pub fn frames(&self) -> usize {
        self.times.len()
    }

    pub fn duration(&self) -> f32 {
        self.times.last().copied().unwrap_or(0.0)
    }

    /// The key nearest to `time`.
    pub fn frame_at(&self, time: f32) -> usize {
        let distance = |frame: &usize| (self.times[*frame] - time).abs();
        (0..self.frames()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
    }

    /// Position of the moving node, the pelvis.
    pub fn root(&self, frame: usize) -> Vec3 {
        self.translations.first().map_or(Vec3::ZERO, |(_, values)| values[frame])
    }

    /// Angle about Y, in the first frame, of where the pelvis faces; 0 is +Z.
    pub fn heading(&self) -> f32 {
        let pelvis = self.translations.first().map(|(node, _)| *node);
        let first =
            self.rotations.iter().find(|(node, _)| Some(*node) == pelvis).and_then(|(_, values)| values.first());
        let forward = first.map_or(Vec3::Z, |rotation| *rotation * Vec3::Z);
        forward.x.atan2(forward.z)
    }

    pub fn pose(&self, time: f32) -> Pose {
        let frame = self.frame_at(time);
        let mut local: Vec<Mat4> = self.nodes.iter().map(|(offset, _)| Mat4::from_translation(*offset)).collect();
        for (node, values) in &self.rotations {
            let moved = self.translations.iter().find(|(other, _)| other == node);
            let offset = moved.map_or(self.nodes[*node].0, |(_, values)| values[frame]);
            local[*node] = Mat4::from_rotation_translation(values[frame], offset);
        }
        let mut world = local.clone();
        for &node in &self.order {
            if let Some(parent) = self.nodes[node].1 {
                world[node] = world[parent] * local[node];
            }
        }
        let skinning: Vec<Mat4> = self.joints.iter().map(|(node, inverse_bind)| world[*node] * *inverse_bind).collect();
        let mut pose = Pose { positions: vec![], normals: vec![], colors: vec![], root: self.root(frame) };
        for vertex in &self.vertices {
            let mut matrix = Mat4::ZERO;
            for (joint, weight) in vertex.joints.iter().zip(vertex.weights) {
                matrix += skinning[usize::from(*joint)] * weight;
            }
            pose.positions.push(matrix.transform_point3(vertex.position));
            pose.normals.push(matrix.transform_vector3(vertex.normal).normalize_or(Vec3::Y));
            pose.colors.push(vertex.color);
        }
        pose
    }
}

/// The prompt in the metadata of the file.
fn prompt(file: &Gltf) -> Option<String> {
    let extras = file.document.as_json().asset.extras.as_ref()?;
    let extras: serde_json::Value = serde_json::from_str(extras.get()).ok()?;
    Some(extras.get("prompt")?.as_str()?.to_owned())
}

//! A skinned, animated GLB, read through the `gltf` crate, and its triangles at any moment.

use std::collections::BTreeMap;
use std::error::Error;

use glam::{Mat4, Quat, Vec3};
use gltf::Gltf;
use gltf::animation::util::ReadOutputs;

pub struct AnimatedMesh {
    /// Rest transform and parent of each node, and the nodes in an order in which parents come first.
    nodes: Vec<(Local, Option<usize>)>,
    order: Vec<usize>,
    /// Node and inverse bind matrix of each skin joint.
    joints: Vec<(usize, Mat4)>,
    times: Vec<f32>,
    /// Values by node.
    translations: BTreeMap<usize, Vec<Vec3>>,
    rotations: BTreeMap<usize, Vec<Quat>>,
    scales: BTreeMap<usize, Vec<Vec3>>,
    /// The node that moves the body: the highest with translations.
    mover: Option<usize>,
    vertices: Vec<Vertex>,
    pub triangles: Vec<[u32; 3]>,
    /// `asset.extras.prompt`.
    pub prompt: Option<String>,
}

/// A node's transform in its parent.
#[derive(Clone, Copy)]
struct Local {
    translation: Vec3,
    rotation: Quat,
    scale: Vec3,
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
        // A take that was put into a character's file comes after those that it had.
        let animation = file.animations().last().ok_or("the file has no animation")?;

        let local = |node: gltf::Node| {
            let (translation, rotation, scale) = node.transform().decomposed();
            Local { translation: translation.into(), rotation: Quat::from_array(rotation), scale: scale.into() }
        };
        let mut nodes: Vec<(Local, Option<usize>)> = file.nodes().map(|node| (local(node), None)).collect();
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
            translations: BTreeMap::new(),
            rotations: BTreeMap::new(),
            scales: BTreeMap::new(),
            mover: None,
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
            let times: Vec<f32> = reader.read_inputs().ok_or("a channel has no times")?.collect();
            let keys = times.len();
            if found.times.is_empty() {
                found.times = times;
            } else if found.times != times {
                return Err("joints have keys at other times; `ropar convert` writes them evenly".into());
            }
            let values = match reader.read_outputs().ok_or("a channel has no values")? {
                ReadOutputs::Translations(values) => {
                    let values: Vec<Vec3> = values.map(Vec3::from).collect();
                    found.translations.entry(node).insert_entry(values).get().len()
                }
                ReadOutputs::Rotations(values) => {
                    let values: Vec<Quat> = values.into_f32().map(Quat::from_array).collect();
                    found.rotations.entry(node).insert_entry(values).get().len()
                }
                ReadOutputs::Scales(values) => {
                    let values: Vec<Vec3> = values.map(Vec3::from).collect();
                    found.scales.entry(node).insert_entry(values).get().len()
                }
                ReadOutputs::MorphTargetWeights(_) => keys,
            };
            if values != keys {
                return Err("a curve is a spline; `ropar convert` writes a value for each frame".into());
            }
        }
        found.mover = found.order.iter().copied().find(|node| found.translations.contains_key(node));
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
        self.mover.map_or(Vec3::ZERO, |mover| self.world(Some(frame))[mover].w_axis.truncate())
    }

    /// Angle about Y, in the first frame, of where the body faces that at rest faces +Z; 0 is +Z.
    pub fn heading(&self) -> f32 {
        let turn = self.mover.map_or(Quat::IDENTITY, |mover| {
            let rotation = |frame| self.world(frame)[mover].to_scale_rotation_translation().1;
            rotation(Some(0)) * rotation(None).inverse()
        });
        let forward = turn * Vec3::Z;
        forward.x.atan2(forward.z)
    }

    /// World matrices of all nodes, in a frame or at rest.
    fn world(&self, frame: Option<usize>) -> Vec<Mat4> {
        let mut world = vec![Mat4::IDENTITY; self.nodes.len()];
        for &node in &self.order {
            let (rest, parent) = self.nodes[node];
            let Local { translation, rotation, scale } = frame.map_or(rest, |frame| Local {
                translation: self.translations.get(&node).map_or(rest.translation, |values| values[frame]),
                rotation: self.rotations.get(&node).map_or(rest.rotation, |values| values[frame]),
                scale: self.scales.get(&node).map_or(rest.scale, |values| values[frame]),
            });
            let local = Mat4::from_scale_rotation_translation(scale, rotation, translation);
            world[node] = parent.map_or(local, |parent| world[parent] * local);
        }
        world
    }

    pub fn pose(&self, time: f32) -> Pose {
        let frame = self.frame_at(time);
        let world = self.world(Some(frame));
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

#[cfg(test)]
mod tests {
    use gltf::binary::Glb;
    use ropar_core::motion::Motion;
    use ropar_core::skeleton::{JOINT_COUNT, joint};
    use serde_json::{Map, json};

    use super::*;

    /// The positions of all vertices in the last frame, after `change` of the file's JSON.
    fn positions(change: impl Fn(&mut serde_json::Value)) -> Vec<Vec3> {
        let mut bent = [Quat::IDENTITY; JOINT_COUNT];
        bent[joint::LEFT_ELBOW] = Quat::from_rotation_y(-1.0);
        let motion = Motion { fps: 30.0, root: vec![Vec3::Y, Vec3::new(0.2, 1.0, 0.1)], rotations: vec![bent; 2] };
        let bytes = ropar_exporters::glb::write(&motion, &Map::new()).expect("written");
        let mut file = Glb::from_slice(&bytes).expect("GLB");
        let mut json = serde_json::from_slice(&file.json).expect("JSON");
        change(&mut json);
        file.json = serde_json::to_vec(&json).expect("JSON").into();
        AnimatedMesh::from_glb(&file.to_vec().expect("GLB")).expect("read").pose(1.0).positions
    }

    #[test]
    fn characters_of_others_stand_as_their_files_say() {
        let expected = positions(|_| ());
        // An armature that is turned and scaled, an elbow that is bent at rest and not moved, an older take.
        let found = positions(|file| {
            let armature = file["nodes"].as_array().expect("nodes").len();
            let turn = Quat::from_rotation_x(1.0).to_array();
            let node = json!({ "rotation": turn, "scale": [2, 2, 2], "children": [0] });
            file["nodes"].as_array_mut().expect("nodes").push(node);
            file["scenes"][0]["nodes"][0] = json!(armature);
            file["nodes"][joint::LEFT_ELBOW]["rotation"] = json!(Quat::from_rotation_y(-1.0).to_array());
            let older = file["animations"][0].clone();
            let channels = file["animations"][0]["channels"].as_array_mut().expect("channels");
            channels.retain(|channel| channel["target"]["node"] != joint::LEFT_ELBOW);
            let animations = file["animations"].as_array_mut().expect("animations");
            animations.insert(0, older);
            animations[0]["channels"] = json!([animations[0]["channels"][0]]);
        });
        for (a, b) in expected.iter().zip(&found) {
            assert!((Quat::from_rotation_x(1.0) * (2.0 * *a)).distance(*b) < 1e-4, "{a} {b}");
        }
    }
}

//! Motion to GLB bytes.

use glam::Quat;
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, JOINT_NAMES, PARENTS, STANDING_PELVIS_HEIGHT, rest_offsets};
use serde_json::{Map, Value};

use super::buffer::{BufferBuilder, Use};
use super::document::{
    Animation, AnimationChannel, Asset, Attributes, Document, Material, Mesh, Node, OwnExtras, Primitive, Sampler,
    Scene, Skin, Surface, Target, extras,
};
use super::error::GlbError;
use super::mannequin::{self, Mannequin};
use super::{FORMAT, GENERATOR, container};
use crate::motion_check;
use crate::scene::UNNAMED_TAKE;

/// Writes `motion` as a GLB file at its own rate, with `metadata` in `asset.extras`.
///
/// Equal input gives equal bytes. Root positions are stored bit for bit, and so are rotations, apart from two things:
/// rotations that are not of unit length are normalised, and signs are made continuous in time (`q` and `-q` are the
/// same rotation, but curves through a jump from one to the other are unreadable, and some players interpolate them the
/// long way round). A motion that was read from a file is therefore written back bit for bit.
pub fn write(motion: &Motion, metadata: &Map<String, Value>) -> Result<Vec<u8>, GlbError> {
    motion_check::check(motion)?;
    let body = mannequin::build(&rest_positions())?;
    let mut buffer = BufferBuilder::default();
    let (meshes, materials, skins) = write_body(&body, &mut buffer);
    let animation = write_animation(motion, &mut buffer);

    let mut nodes: Vec<Node> = (0..JOINT_COUNT).map(joint_node).collect();
    nodes.push(Node {
        name: "mannequin".to_owned(),
        translation: None,
        mesh: Some(0),
        skin: Some(0),
        children: Vec::new(),
    });
    let own = OwnExtras { format: FORMAT, fps: motion.fps };
    let document = Document {
        asset: Asset {
            version: "2.0".to_owned(),
            generator: format!("{GENERATOR} {}", env!("CARGO_PKG_VERSION")),
            extras: extras(metadata, &own)?,
        },
        scene: 0,
        scenes: vec![Scene { name: "motion".to_owned(), nodes: vec![0, JOINT_COUNT] }],
        nodes,
        meshes,
        materials,
        skins,
        animations: vec![animation],
        buffers: vec![buffer.buffer()],
        accessors: buffer.accessors,
        buffer_views: buffer.views,
    };
    container::join(&serde_json::to_vec(&document)?, &buffer.bytes)
}

/// World positions of the joints in the rest pose.
fn rest_positions() -> [glam::Vec3; JOINT_COUNT] {
    let root = glam::Vec3::new(0.0, STANDING_PELVIS_HEIGHT, 0.0);
    ropar_core::skeleton::forward_kinematics(root, &[Quat::IDENTITY; JOINT_COUNT]).0
}

fn joint_node(joint: usize) -> Node {
    let offset = if joint == 0 { rest_positions()[0] } else { rest_offsets()[joint] };
    Node {
        name: JOINT_NAMES[joint].to_owned(),
        translation: Some(offset.to_array()),
        mesh: None,
        skin: None,
        children: (0..JOINT_COUNT).filter(|child| PARENTS[*child] == Some(joint)).collect(),
    }
}

fn write_body(body: &Mannequin, buffer: &mut BufferBuilder) -> (Vec<Mesh>, Vec<Material>, Vec<Skin>) {
    // The rest pose has no rotations, so its inverse bind matrices are translations alone (column-major).
    let inverse_bind: Vec<[f32; 16]> =
        rest_positions().iter().map(|position| glam::Mat4::from_translation(-*position).to_cols_array()).collect();
    let inverse_bind_matrices = buffer.floats(&inverse_bind, Use::Plain);
    let skin =
        Skin { name: "skeleton".to_owned(), inverse_bind_matrices, skeleton: 0, joints: (0..JOINT_COUNT).collect() };
    let mut primitives = Vec::new();
    let mut materials = Vec::new();
    for surface in &body.surfaces {
        primitives.push(Primitive {
            attributes: Attributes {
                position: buffer.floats(&surface.positions, Use::Positions),
                normal: buffer.floats(&surface.normals, Use::Vertices),
                joints: buffer.bytes4(&surface.joints, false),
                weights: buffer.bytes4(&surface.weights, true),
            },
            indices: buffer.indices(&surface.indices),
            material: materials.len(),
        });
        let [r, g, b] = surface.color;
        materials.push(Material {
            name: surface.material.clone(),
            pbr_metallic_roughness: Surface {
                base_color_factor: [r, g, b, 1.0],
                metallic_factor: 0.0,
                roughness_factor: surface.roughness,
            },
        });
    }
    (vec![Mesh { name: "mannequin".to_owned(), primitives }], materials, vec![skin])
}

fn write_animation(motion: &Motion, buffer: &mut BufferBuilder) -> Animation {
    let times: Vec<[f32; 1]> =
        (0..motion.root.len()).map(|frame| [(frame as f64 / f64::from(motion.fps)) as f32]).collect();
    let input = buffer.floats(&times, Use::Times);
    let root: Vec<[f32; 3]> = motion.root.iter().map(|position| position.to_array()).collect();
    let mut outputs = vec![(0, "translation", buffer.floats(&root, Use::Plain))];
    for joint in 0..JOINT_COUNT {
        let mut rows: Vec<[f32; 4]> = Vec::with_capacity(motion.rotations.len());
        let mut previous = Quat::IDENTITY;
        for rotations in &motion.rotations {
            previous = continuous(unit(rotations[joint]), previous);
            rows.push(previous.to_array());
        }
        outputs.push((joint, "rotation", buffer.floats(&rows, Use::Plain)));
    }
    let mut animation =
        Animation { name: UNNAMED_TAKE.to_owned(), channels: Vec::new(), samplers: Vec::new(), extras: Map::new() };
    for (node, path, output) in outputs {
        animation.channels.push(AnimationChannel {
            sampler: animation.samplers.len(),
            target: Target { node, path: path.to_owned() },
        });
        animation.samplers.push(Sampler { input, interpolation: "LINEAR".to_owned(), output });
    }
    animation
}

/// `rotation` itself where its length is 1 to single precision, else normalised.
pub(super) fn unit(rotation: Quat) -> Quat {
    if (rotation.length_squared() - 1.0).abs() < 1e-5 { rotation } else { rotation.normalize() }
}

/// `rotation` or its negative, whichever is nearer to `previous`.
pub(super) fn continuous(rotation: Quat, previous: Quat) -> Quat {
    if rotation.dot(previous) < 0.0 { -rotation } else { rotation }
}

//! A glTF file as a scene.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use glam::{DMat4, DQuat, DVec3};

use super::accessor::Numbers;
use super::buffers::Buffers;
use super::document::{Animation, Document, Node as FileNode};
use super::error::GltfError;
use super::hierarchy::Hierarchy;
use super::keyframes::{Interpolation, Keys};
use super::{limits, provenance, rate};
use crate::DEFAULT_FPS;
use crate::glb::container::{is_glb, split_parts};
use crate::scene::{MeshReference, Node, NodeKind, Origin, Scene, Skin, Take, Track, Transform, UnfitScene};

/// How to read a file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Frames per second of the takes; found from the key times without one.
    pub fps: Option<f64>,
    /// Where buffers in files of their own are looked for; without one, a file that needs them is an error.
    pub folder: Option<PathBuf>,
}

/// The JSON and binary parts of a file, which may be GLB or plain JSON.
pub(super) fn parts(bytes: &[u8]) -> Result<(&[u8], Option<&[u8]>), GltfError> {
    if is_glb(bytes) {
        let parts = split_parts(bytes)?;
        // What pads the chunk is not part of the text.
        return Ok((parts.json.trim_ascii_end(), parts.binary));
    }
    Ok((bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), None))
}

/// Reads a `.gltf`, `.glb`, `.vrm` or `.vrma` file.
///
/// Nodes come depth first, roots and children in the order of the file. Each animation becomes a take, sampled from
/// second 0 to its last key; before its first key a channel holds that key's value. Morph targets are passed over;
/// where nothing else is animated, they give the take its length.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Scene, GltfError> {
    if let Some(fps) = options.fps.filter(|fps| !(*fps > 0.0 && *fps <= limits::MAX_FPS)) {
        let reason = format!("{fps} frames per second; it must be above 0 and at most {}", limits::MAX_FPS);
        return Err(UnfitScene::new("rate", reason).into());
    }
    let (json, binary) = parts(bytes)?;
    let document = Document::parse(json)?;
    let hierarchy = Hierarchy::of(&document)?;
    let buffers = Buffers::open(&document, binary, options.folder.as_deref());
    let mut numbers = Numbers::new(&document, &buffers);
    let mut warnings = Vec::new();

    let humanoid = humanoid(&document, &hierarchy)?;
    let mut nodes = Vec::with_capacity(hierarchy.order.len());
    for (index, parent) in hierarchy.order.iter().zip(&hierarchy.parents) {
        let node = &document.nodes[*index];
        let name = node.name.clone().unwrap_or_default();
        let rest = rest(node, *index, &mut warnings)?;
        nodes.push(Node { name, parent: *parent, rest, kind: NodeKind::Group });
    }
    let skins = skins(&document, &hierarchy, &mut numbers)?;
    let meshes = meshes(&document, &hierarchy, &numbers)?;
    let mut takes = Vec::with_capacity(document.animations.len());
    let mut inputs = Inputs::default();
    let mut left = limits::SAMPLES;
    let of_file = provenance::of_file(&document);
    for (index, animation) in document.animations.iter().enumerate() {
        let found = channels(animation, index, &hierarchy, &mut numbers, &mut inputs, &mut warnings)?;
        let weights = if found.is_empty() { weight_times(animation, &mut numbers, &mut inputs) } else { Vec::new() };
        let take = sample(found, &weights, animation, index, options, &mut left, &mut warnings)?;
        takes.push(Take { provenance: provenance::of_animation(animation, &of_file), ..take });
    }

    let mut scene = Scene { nodes, skins, meshes, takes, humanoid, origin: origin(&document), warnings };
    mark_joints(&mut scene, &document, &hierarchy);
    Ok(scene)
}

fn origin(document: &Document) -> Origin {
    let extensions = &document.extensions;
    let vrm = if extensions.vrm_1.is_some() {
        ", VRM 1.0"
    } else if extensions.vrm_0.is_some() {
        ", VRM 0.x"
    } else if extensions.vrm_animation.is_some() {
        ", VRMA 1.0"
    } else {
        ""
    };
    Origin {
        format: format!("glTF 2.0{vrm}"),
        generator: document.asset.generator.clone().unwrap_or_default(),
        metres_per_unit: Some(1.0),
        up_axis: "+Y".to_owned(),
    }
}

/// The transform of a node, from its parts or its matrix.
pub(super) fn rest(node: &FileNode, index: usize, warnings: &mut Vec<String>) -> Result<Transform, GltfError> {
    let Some(matrix) = node.matrix else {
        let mut rest = Transform::IDENTITY;
        if let Some(translation) = node.translation {
            rest.translation = DVec3::from_array(translation);
        }
        if let Some(rotation) = node.rotation {
            let rotation = DQuat::from_array(rotation);
            // The length of huge numbers overflows.
            if !(1e-12..f64::INFINITY).contains(&rotation.length_squared()) {
                return Err(GltfError::content(
                    format!("nodes[{index}].rotation"),
                    "it has no length, or an endless one",
                ));
            }
            rest.rotation = rotation.normalize();
        }
        if let Some(scale) = node.scale {
            rest.scale = DVec3::from_array(scale);
        }
        return Ok(rest);
    };
    let matrix = DMat4::from_cols_array(&matrix);
    let (scale, rotation, translation) = matrix.to_scale_rotation_translation();
    if !(rotation.is_finite() && scale.is_finite()) {
        return Err(GltfError::content(format!("nodes[{index}].matrix"), "it flattens space, which no joint does"));
    }
    let rest = Transform { translation, rotation: rotation.normalize(), scale };
    if !rest.matrix().abs_diff_eq(matrix, 1e-4 * scale.abs().max_element().max(1.0)) {
        warnings.push(format!("nodes[{index}].matrix is skewed; the skew is left out"));
    }
    Ok(rest)
}

fn humanoid(document: &Document, hierarchy: &Hierarchy) -> Result<BTreeMap<String, usize>, GltfError> {
    let mut found = BTreeMap::new();
    let mut add = |bone: &str, node: usize, at: String| match hierarchy.place.get(node) {
        Some(place) => {
            found.insert(bone.to_owned(), *place);
            Ok(())
        }
        None => Err(GltfError::content(at, format!("nodes[{node}] does not exist"))),
    };
    let extensions = &document.extensions;
    for (slot, bone) in extensions.vrm_0.iter().flat_map(|vrm| &vrm.humanoid.human_bones).enumerate() {
        if let Ok(node) = usize::try_from(bone.node) {
            add(&bone.bone, node, format!("extensions.VRM.humanoid.humanBones[{slot}].node"))?;
        }
    }
    for (name, vrm) in [("VRMC_vrm", &extensions.vrm_1), ("VRMC_vrm_animation", &extensions.vrm_animation)] {
        for (bone, target) in vrm.iter().flat_map(|vrm| &vrm.humanoid.human_bones) {
            add(bone, target.node, format!("extensions.{name}.humanoid.humanBones.{bone}.node"))?;
        }
    }
    Ok(found)
}

fn skins(document: &Document, hierarchy: &Hierarchy, numbers: &mut Numbers) -> Result<Vec<Skin>, GltfError> {
    let mut skins = Vec::with_capacity(document.skins.len());
    for (index, skin) in document.skins.iter().enumerate() {
        let mut joints = Vec::with_capacity(skin.joints.len());
        for (slot, joint) in skin.joints.iter().enumerate() {
            let missing = || {
                let at = format!("skins[{index}].joints[{slot}]");
                GltfError::content(at, format!("nodes[{joint}] does not exist"))
            };
            joints.push(*hierarchy.place.get(*joint).ok_or_else(missing)?);
        }
        let at = format!("skins[{index}].inverseBindMatrices");
        let values = match skin.inverse_bind_matrices {
            Some(accessor) => numbers.read(accessor, "MAT4", &at)?,
            None => Vec::new(),
        };
        let (matrices, rest) = values.as_chunks::<16>();
        if skin.inverse_bind_matrices.is_some() && (matrices.len() < joints.len() || !rest.is_empty()) {
            return Err(GltfError::content(at, format!("{} matrices for {} joints", matrices.len(), joints.len())));
        }
        let inverse_bind = matrices.iter().take(joints.len()).map(DMat4::from_cols_array).collect();
        skins.push(Skin { name: skin.name.clone().unwrap_or_default(), joints, inverse_bind });
    }
    Ok(skins)
}

fn meshes(document: &Document, hierarchy: &Hierarchy, numbers: &Numbers) -> Result<Vec<MeshReference>, GltfError> {
    let mut vertices = Vec::with_capacity(document.meshes.len());
    for (index, mesh) in document.meshes.iter().enumerate() {
        // Primitives often share their vertices.
        let mut seen = HashSet::new();
        let mut count = 0_usize;
        for (slot, primitive) in mesh.primitives.iter().enumerate() {
            let Some(position) = primitive.attributes.position.filter(|position| seen.insert(*position)) else {
                continue;
            };
            let at = format!("meshes[{index}].primitives[{slot}].attributes.POSITION");
            count = count.saturating_add(numbers.accessor(position, &at)?.count);
        }
        vertices.push(count);
    }
    let mut found = Vec::new();
    let mut carried = vec![false; document.meshes.len()];
    for (place, index) in hierarchy.order.iter().enumerate() {
        let node = &document.nodes[*index];
        let Some(mesh) = node.mesh else { continue };
        let Some(vertices) = vertices.get(mesh) else {
            return Err(GltfError::content(format!("nodes[{index}].mesh"), format!("meshes[{mesh}] does not exist")));
        };
        if let Some(skin) = node.skin.filter(|skin| *skin >= document.skins.len()) {
            return Err(GltfError::content(format!("nodes[{index}].skin"), format!("skins[{skin}] does not exist")));
        }
        carried[mesh] = true;
        let name = document.meshes[mesh].name.clone().unwrap_or_default();
        found.push(MeshReference { name, node: Some(place), skin: node.skin, vertices: *vertices });
    }
    for (index, mesh) in document.meshes.iter().enumerate().filter(|(index, _)| !carried[*index]) {
        let name = mesh.name.clone().unwrap_or_default();
        found.push(MeshReference { name, node: None, skin: None, vertices: vertices[index] });
    }
    Ok(found)
}

/// What a channel moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moved {
    Translation,
    Rotation,
    Scale,
}

/// Key times by accessor: most channels share theirs.
#[derive(Default)]
struct Inputs(HashMap<usize, Rc<Vec<f64>>>);

impl Inputs {
    fn get(&mut self, accessor: usize, at: &str, numbers: &mut Numbers) -> Result<Rc<Vec<f64>>, GltfError> {
        if let Some(times) = self.0.get(&accessor) {
            return Ok(Rc::clone(times));
        }
        let times = numbers.read(accessor, "SCALAR", at)?;
        let at = || format!("accessors[{accessor}]");
        if times.is_empty() {
            return Err(GltfError::content(at(), "there are no key times"));
        }
        if let Some(key) = times.windows(2).position(|pair| pair[1] < pair[0]) {
            return Err(GltfError::content(at(), format!("key time {} lies before the one before it", key + 1)));
        }
        let times = Rc::new(times);
        self.0.insert(accessor, Rc::clone(&times));
        Ok(times)
    }
}

/// The channels of an animation that move nodes, by node and component.
fn channels(
    animation: &Animation,
    index: usize,
    hierarchy: &Hierarchy,
    numbers: &mut Numbers,
    inputs: &mut Inputs,
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<(usize, Moved), Keys>, GltfError> {
    let mut found = BTreeMap::new();
    for (slot, channel) in animation.channels.iter().enumerate() {
        let at = || format!("animations[{index}].channels[{slot}]");
        let (moved, shape, width) = match channel.target.path.as_str() {
            "translation" => (Moved::Translation, "VEC3", 3),
            "rotation" => (Moved::Rotation, "VEC4", 4),
            "scale" => (Moved::Scale, "VEC3", 3),
            // Morph targets, and what extensions point at, are not in a scene.
            _ => continue,
        };
        let Some(node) = channel.target.node else { continue };
        let Some(place) = hierarchy.place.get(node) else {
            return Err(GltfError::content(format!("{}.target.node", at()), format!("nodes[{node}] does not exist")));
        };
        let Some(sampler) = animation.samplers.get(channel.sampler) else {
            let reason = format!("samplers[{}] does not exist", channel.sampler);
            return Err(GltfError::content(format!("{}.sampler", at()), reason));
        };
        let at = format!("animations[{index}].samplers[{}]", channel.sampler);
        let Some(interpolation) = Interpolation::of(sampler.interpolation.as_deref()) else {
            let reason = "it is none of LINEAR, STEP, CUBICSPLINE";
            return Err(GltfError::content(format!("{at}.interpolation"), reason));
        };
        let times = inputs.get(sampler.input, &format!("{at}.input"), numbers)?;
        let values = numbers.read(sampler.output, shape, &format!("{at}.output"))?;
        let (rows, wanted) = (values.len() / width, times.len() * interpolation.rows());
        if rows < wanted {
            return Err(GltfError::content(format!("{at}.output"), format!("{rows} values for {wanted}")));
        }
        if rows > wanted {
            warnings.push(format!("{at}.output has {rows} values, {wanted} are used"));
        }
        if found.insert((*place, moved), Keys { times, values, interpolation }).is_some() {
            warnings.push(format!("animations[{index}] moves nodes[{node}] twice; the last channel counts"));
        }
    }
    Ok(found)
}

/// The key times of morph targets, which give an animation of nothing else its length. Those that cannot be read are
/// passed over, as all of the channel is.
fn weight_times(animation: &Animation, numbers: &mut Numbers, inputs: &mut Inputs) -> Vec<Rc<Vec<f64>>> {
    let weights = animation.channels.iter().filter(|channel| channel.target.path == "weights");
    weights
        .filter_map(|channel| animation.samplers.get(channel.sampler))
        .filter_map(|sampler| inputs.get(sampler.input, "weights", numbers).ok())
        .collect()
}

/// Samples `channels` into a take. `weights` are the key times of what a scene does not hold.
fn sample(
    channels: BTreeMap<(usize, Moved), Keys>,
    weights: &[Rc<Vec<f64>>],
    animation: &Animation,
    index: usize,
    options: &ReadOptions,
    left: &mut usize,
    warnings: &mut Vec<String>,
) -> Result<Take, GltfError> {
    let name = animation.name.clone().unwrap_or_default();
    let shown = if name.is_empty() { format!("animations[{index}]") } else { format!("take `{name}`") };
    let mut inputs: Vec<&Rc<Vec<f64>>> = channels.values().map(|keys| &keys.times).chain(weights).collect();
    inputs.sort_by_key(|times| Rc::as_ptr(times));
    inputs.dedup_by_key(|times| Rc::as_ptr(times));
    let fps = match options.fps {
        Some(fps) => fps,
        None => rate::guess(animation.extras.fps(), inputs.iter().map(|times| times.as_slice())).unwrap_or_else(|| {
            warnings
                .push(format!("{shown} has keys at no common rate; it is sampled at {DEFAULT_FPS} frames a second"));
            f64::from(DEFAULT_FPS)
        }),
    };
    let first = inputs.iter().filter_map(|times| times.first()).fold(f64::INFINITY, |a, b| a.min(*b));
    let end = inputs.iter().filter_map(|times| times.last()).fold(0.0_f64, |a, b| a.max(*b));
    if first < -0.01 / fps {
        warnings.push(format!("{shown} has keys before second 0, which are left out"));
    } else if first.is_finite() && first * fps > 1.01 {
        warnings.push(format!("{shown} has its first key at {first:.3} s and holds it before"));
    }
    // Single precision times, to be rounded to the frame that they mean.
    let last = (end * fps - 0.02).ceil().max(0.0);
    let beyond = || GltfError::Limit { at: format!("animations[{index}]"), what: "samples", limit: limits::SAMPLES };
    // Compared before the conversion: a hostile time may be any number.
    if last >= limits::SAMPLES as f64 {
        return Err(beyond());
    }
    let frames = last as usize + 1;
    *left =
        frames.checked_mul(channels.len().max(1)).and_then(|samples| left.checked_sub(samples)).ok_or_else(beyond)?;

    let mut tracks: Vec<Track> = Vec::new();
    for ((node, moved), keys) in channels {
        if tracks.last().is_none_or(|track| track.node != node) {
            tracks.push(Track { node, ..Track::default() });
        }
        let Some(track) = tracks.last_mut() else { continue };
        match moved {
            Moved::Translation => track.translation = Some(keys.vectors(frames, fps)),
            Moved::Scale => track.scale = Some(keys.vectors(frames, fps)),
            Moved::Rotation => {
                let no_length = || GltfError::content(format!("animations[{index}]"), "a rotation has no length");
                track.rotation = Some(keys.rotations(frames, fps).ok_or_else(no_length)?);
            }
        }
    }
    Ok(Take { name, fps, frames, tracks, ..Take::default() })
}

/// Says which nodes are joints: those of skins and humanoids; in a file without either, what is animated and what hangs
/// on it. What lies between two joints is one; a leaf that nothing uses below a joint is a tip.
fn mark_joints(scene: &mut Scene, document: &Document, hierarchy: &Hierarchy) {
    let count = scene.nodes.len();
    let carries = |place: usize| {
        let node = &document.nodes[hierarchy.order[place]];
        node.mesh.is_some() || node.camera.is_some()
    };
    let mut animated = vec![false; count];
    for track in scene.takes.iter().flat_map(|take| &take.tracks) {
        animated[track.node] = true;
    }
    let mut joint = vec![false; count];
    for place in scene.skins.iter().flat_map(|skin| &skin.joints).chain(scene.humanoid.values()) {
        joint[*place] = true;
    }
    if !joint.contains(&true) {
        for place in 0..count {
            let hangs = scene.nodes[place].parent.is_some_and(|parent| joint[parent]);
            joint[place] = (animated[place] || hangs) && !carries(place);
        }
    }
    // Backwards, a joint is seen before what it hangs on; forwards, the other way round.
    let mut above_joint = vec![false; count];
    for place in (0..count).rev() {
        if let Some(parent) = scene.nodes[place].parent.filter(|_| joint[place] || above_joint[place]) {
            above_joint[parent] = true;
        }
    }
    let mut below_joint = vec![false; count];
    for place in 0..count {
        let Some(parent) = scene.nodes[place].parent else { continue };
        below_joint[place] = joint[parent] || below_joint[parent];
        joint[place] |= above_joint[place] && below_joint[place];
    }
    for place in 0..count {
        let is_leaf = document.nodes[hierarchy.order[place]].children.is_empty();
        let hangs = scene.nodes[place].parent.is_some_and(|parent| joint[parent]);
        scene.nodes[place].kind = if joint[place] {
            NodeKind::Joint
        } else if is_leaf && hangs && !carries(place) && !animated[place] {
            NodeKind::Tip
        } else {
            NodeKind::Group
        };
    }
}

//! An animation added to a file, or exchanged there, with everything else left alone.
//!
//! The JSON text is patched, not written anew, and new numbers go behind the old ones, so that materials, textures,
//! extensions, extras, morph targets and other animations stay byte for byte what they were.

use std::borrow::Cow;

use glam::{DQuat, DVec3};
use serde_json::{Value, json};

use super::data_uri;
use super::document::{Animation, Document};
use super::error::GltfError;
use super::hierarchy::Hierarchy;
use super::json_text::{Edits, Member, elements, members, root};
use super::kept_channels::Kept;
use super::provenance::{self, ToldBy};
use super::reader;
use crate::glb::container::{Parts, is_glb, join_parts, split_parts};
use crate::scene::still::held;
use crate::scene::{Take, UnfitScene, check_take};

/// Name of the buffer view that an inserted animation has for itself. By it, the next one knows what it may overwrite.
const OWN_VIEW: &str = "RoPAR clip";

/// How to insert an animation.
#[derive(Debug, Clone, Default)]
pub struct InsertOptions {
    /// Name of the animation in the file; the take's own without one.
    pub name: Option<String>,
    /// What to do where the file has an animation of that name.
    pub existing: Existing,
}

/// What to do with an animation of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// The new one takes its place.
    #[default]
    Replace,
    /// Both are in the file.
    Keep,
}

/// A file with its new animation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// The file, in the form of the original (GLB or JSON).
    pub bytes: Vec<u8>,
    /// True where an animation of the same name made room.
    pub replaced: bool,
    /// What else had to be changed, one plain sentence each.
    pub warnings: Vec<String>,
}

/// Puts `take`, whose nodes are those of the scene that [`read`](super::read) gives for `original`, into the file.
///
/// A GLB's binary chunk grows; a `.gltf` gets a buffer of its own, so that files beside it stay as they are. Where the
/// animation that makes room was inserted by this function and is the last thing in the file, its numbers go; otherwise
/// they stay, unused. Nodes that are animated and have a matrix get the equal translation, rotation and scale instead,
/// as the format demands.
///
/// Where the take comes from is said by the animation's extras. Where RoPAR wrote the file and `asset.extras` speak of the
/// animation that makes room and of no other, it is said there.
pub fn insert(original: &[u8], take: &Take, options: &InsertOptions) -> Result<Inserted, GltfError> {
    let whole_file = if is_glb(original) { Some(split_parts(original)?) } else { None };
    let (json, binary) = reader::parts(original)?;
    let document = Document::parse(json)?;
    let hierarchy = Hierarchy::of(&document)?;
    let target = Target { json, binary, is_glb: whole_file.is_some(), told_by: None };
    let changed = target.with(&document, &hierarchy.order, take, options)?;
    let bytes = match whole_file {
        Some(parts) => join_parts(Parts { json: &changed.json, binary: changed.binary.as_deref(), rest: parts.rest })?,
        None => {
            let mut bytes = original[..original.len() - json.len()].to_vec();
            bytes.extend_from_slice(&changed.json);
            bytes
        }
    };
    Ok(Inserted { bytes, replaced: changed.replaced, warnings: changed.warnings })
}

/// The parts of a file that an animation goes into.
pub(super) struct Target<'a> {
    pub json: &'a [u8],
    pub binary: Option<&'a [u8]>,
    pub is_glb: bool,
    /// Which extras say where an animation comes from; the file decides without one.
    pub told_by: Option<ToldBy>,
}

/// The parts with the animation.
pub(super) struct Changed {
    pub json: Vec<u8>,
    pub binary: Option<Vec<u8>>,
    pub replaced: bool,
    pub warnings: Vec<String>,
}

/// What the animation that is replaced leaves behind at the end of the file.
struct OwnTail {
    /// Accessors before it.
    accessors: usize,
    /// Buffer views before it.
    views: usize,
    /// Where its numbers begin in the binary chunk; `None` where they have a buffer of their own.
    start: Option<usize>,
}

impl Target<'_> {
    /// Adds `take`; `order` gives for each of its nodes the index in the file.
    pub fn with(
        &self,
        document: &Document,
        order: &[usize],
        take: &Take,
        options: &InsertOptions,
    ) -> Result<Changed, GltfError> {
        check_take(order.len(), take)?;
        let take = &*self.held(document, order, take)?;
        let name = options.name.as_deref().unwrap_or(&take.name);
        let old = match options.existing {
            Existing::Replace => {
                document.animations.iter().position(|other| other.name.as_deref().unwrap_or("") == name)
            }
            Existing::Keep => None,
        };
        let top = members(self.json, &root(self.json));
        let old_text = old
            .and_then(|old| elements(self.json, &top.iter().find(|m| m.key == "animations")?.value).get(old).cloned());
        let kept = old_text.as_ref().map_or_else(Kept::default, |text| Kept::of(&self.json[text.clone()]));
        let tail = old.and_then(|old| self.own_tail(document, old)).filter(|tail| !kept.uses(tail.accessors));
        let views = tail.as_ref().map_or(document.buffer_views.len(), |tail| tail.views);
        let accessors = tail.as_ref().map_or(document.accessors.len(), |tail| tail.accessors);
        let goes_with_file = old.is_some_and(|old| provenance::file_tells_only_of(document, old));
        let told_by = self.told_by.unwrap_or(if goes_with_file { ToldBy::File } else { ToldBy::Inserted });
        let extras = provenance::animation_extras(take, told_by);
        let clip = Clip::of(take, name, order, views, accessors, kept, extras)?;

        let mut edits = Edits::default();
        if self.told_by.is_none() && goes_with_file {
            provenance::replace_in_file(self.json, &top, &take.provenance, &mut edits);
        }
        let mut warnings = Vec::new();
        let buffers = document.buffers.len();
        let in_chunk = self.is_glb
            && match document.buffers.first() {
                None => true,
                Some(first) => first.uri.is_none() && self.binary.is_some(),
            };
        let (buffer, offset, binary) = if in_chunk {
            let old = self.binary.unwrap_or_default();
            let start = tail.as_ref().and_then(|tail| tail.start).unwrap_or(old.len());
            let offset = start.next_multiple_of(4);
            let mut binary = Vec::with_capacity(offset + clip.data.len());
            binary.extend_from_slice(&old[..start]);
            binary.resize(offset, 0);
            binary.extend_from_slice(&clip.data);
            match element(self.json, &top, "buffers", 0) {
                Some(first) => {
                    if let Some(length) = first.iter().find(|member| member.key == "byteLength") {
                        edits.replace(length.value.clone(), binary.len().to_string());
                    }
                }
                None => {
                    edits.set_tail(self.json, &top, "buffers", 0, &[json!({ "byteLength": binary.len() }).to_string()])
                }
            }
            (0, offset, Some(binary))
        } else {
            let keep = if tail.as_ref().is_some_and(|tail| tail.start.is_none()) { buffers - 1 } else { buffers };
            let own = json!({ "byteLength": clip.data.len(), "uri": data_uri::encode(&clip.data) });
            edits.set_tail(self.json, &top, "buffers", keep, &[own.to_string()]);
            (keep, 0, self.binary.map(<[u8]>::to_vec))
        };
        let view = json!({ "buffer": buffer, "byteOffset": offset, "byteLength": clip.data.len(), "name": OWN_VIEW });
        edits.set_tail(self.json, &top, "bufferViews", views, &[view.to_string()]);
        edits.set_tail(self.json, &top, "accessors", accessors, &clip.accessors);
        match old_text {
            Some(old) => edits.replace(old, clip.animation),
            None => {
                let count = document.animations.len();
                edits.set_tail(self.json, &top, "animations", count, &[clip.animation]);
            }
        }
        for node in take.tracks.iter().map(|track| order[track.node]) {
            self.resolve_matrix(document, node, &top, &mut edits, &mut warnings)?;
        }
        Ok(Changed { json: edits.apply(self.json), binary, replaced: old.is_some(), warnings })
    }

    /// `take` with something to animate; one that moves nothing holds a node at rest, if possible one without a matrix.
    fn held<'t>(&self, document: &Document, order: &[usize], take: &'t Take) -> Result<Cow<'t, Take>, GltfError> {
        let plain = order.iter().position(|node| document.nodes[*node].matrix.is_none()).unwrap_or(0);
        let Some(node) = order.get(plain) else { return Ok(Cow::Borrowed(take)) };
        // What there is to say of the node's matrix is said where the matrix goes.
        let rest = reader::rest(&document.nodes[*node], *node, &mut Vec::new())?;
        Ok(held(take, plain, rest.rotation))
    }

    /// The end of the file, where it is what an earlier insertion of animation `old` put there and nothing else uses it.
    fn own_tail(&self, document: &Document, old: usize) -> Option<OwnTail> {
        let views = document.buffer_views.len().checked_sub(1)?;
        let view = document.buffer_views.last().filter(|view| view.name.as_deref() == Some(OWN_VIEW))?;
        let accessors = document.accessors.iter().position(|accessor| accessor.buffer_view == Some(views))?;
        if document.accessors[accessors..].iter().any(|accessor| accessor.buffer_view != Some(views)) {
            return None;
        }
        let uses = |animation: &Animation| {
            animation.samplers.iter().flat_map(|sampler| [sampler.input, sampler.output]).any(|used| used >= accessors)
        };
        let used_elsewhere = document.animations.iter().enumerate().any(|(index, other)| index != old && uses(other));
        if used_elsewhere || !uses(&document.animations[old]) {
            return None;
        }
        let buffer = document.buffers.get(view.buffer)?;
        let end = view.byte_offset.checked_add(view.byte_length)?;
        if end != buffer.byte_length {
            return None;
        }
        let start = match &buffer.uri {
            None if self.is_glb && view.buffer == 0 && end <= self.binary.map_or(0, <[u8]>::len) => {
                Some(view.byte_offset)
            }
            Some(uri)
                if uri.starts_with("data:") && view.buffer + 1 == document.buffers.len() && view.byte_offset == 0 =>
            {
                None
            }
            _ => return None,
        };
        Some(OwnTail { accessors, views, start })
    }

    fn resolve_matrix(
        &self,
        document: &Document,
        node: usize,
        top: &[Member],
        edits: &mut Edits,
        warnings: &mut Vec<String>,
    ) -> Result<(), GltfError> {
        let found = &document.nodes[node];
        if found.matrix.is_none() {
            return Ok(());
        }
        let rest = reader::rest(found, node, warnings)?;
        let matrix = element(self.json, top, "nodes", node)
            .and_then(|members| members.into_iter().find(|member| member.key == "matrix"));
        if let Some(matrix) = matrix {
            let (translation, rotation, scale) =
                (rest.translation.to_array(), rest.rotation.to_array(), rest.scale.to_array());
            let text = format!(
                "\"translation\":{},\"rotation\":{},\"scale\":{}",
                json!(translation),
                json!(rotation),
                json!(scale)
            );
            edits.replace(matrix.whole, text);
            warnings.push(format!("nodes[{node}] has its matrix as translation, rotation and scale now"));
        }
        Ok(())
    }
}

/// The members of element `index` of the root's array `key`.
fn element(text: &[u8], top: &[Member], key: &str, index: usize) -> Option<Vec<Member>> {
    let array = top.iter().find(|member| member.key == key)?;
    elements(text, &array.value).get(index).map(|element| members(text, element))
}

/// A take in glTF's terms.
struct Clip {
    data: Vec<u8>,
    accessors: Vec<String>,
    animation: String,
}

impl Clip {
    /// `view` and `first` are the indices that its buffer view and its first accessor will have.
    fn of(
        take: &Take,
        name: &str,
        order: &[usize],
        view: usize,
        first: usize,
        kept: Kept,
        extras: Value,
    ) -> Result<Self, UnfitScene> {
        let mut clip = Clip { data: Vec::new(), accessors: Vec::new(), animation: String::new() };
        let times: Vec<f32> = (0..take.frames).map(|frame| (frame as f64 / take.fps) as f32).collect();
        let bounds = json!({ "min": [0.0], "max": [times.last().copied().unwrap_or(0.0)] });
        clip.push(&times, 1, take, view, Some(&bounds))?;
        let (mut channels, mut samplers) = (Vec::new(), Vec::new());
        for track in &take.tracks {
            let vectors = |values: &Vec<DVec3>| values.iter().flat_map(|value| value.as_vec3().to_array()).collect();
            let components: [(&str, usize, Option<Vec<f32>>); 3] = [
                ("translation", 3, track.translation.as_ref().map(vectors)),
                ("rotation", 4, track.rotation.as_ref().map(|values| rotations(values))),
                ("scale", 3, track.scale.as_ref().map(vectors)),
            ];
            for (path, width, values) in components {
                let Some(values) = values else { continue };
                channels
                    .push(json!({ "sampler": samplers.len(), "target": { "node": order[track.node], "path": path } }));
                let output = first + clip.accessors.len();
                samplers.push(json!({ "input": first, "interpolation": "LINEAR", "output": output }));
                clip.push(&values, width, take, view, None)?;
            }
        }
        if channels.is_empty() {
            return Err(UnfitScene::new(format!("take `{name}`"), "it animates nothing, and there is no node to hold"));
        }
        kept.append_to(&mut channels, &mut samplers);
        let animation = json!({ "name": name, "channels": channels, "samplers": samplers, "extras": extras });
        clip.animation = animation.to_string();
        Ok(clip)
    }

    fn push(
        &mut self,
        values: &[f32],
        width: usize,
        take: &Take,
        view: usize,
        bounds: Option<&Value>,
    ) -> Result<(), UnfitScene> {
        if values.iter().any(|value| !value.is_finite()) {
            return Err(UnfitScene::new(format!("take `{}`", take.name), "a value is beyond single precision"));
        }
        let shape = match width {
            1 => "SCALAR",
            3 => "VEC3",
            _ => "VEC4",
        };
        let mut accessor = json!({
            "bufferView": view, "byteOffset": self.data.len(), "componentType": 5126, "count": take.frames, "type": shape,
        });
        if let Some(bounds) = bounds {
            accessor["min"] = bounds["min"].clone();
            accessor["max"] = bounds["max"].clone();
        }
        self.accessors.push(accessor.to_string());
        self.data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        Ok(())
    }
}

/// Unit rotations, each with the sign that is nearer to the one before: curves through a jump from `q` to `-q` cannot be
/// edited by hand.
fn rotations(values: &[DQuat]) -> Vec<f32> {
    let mut previous = DQuat::IDENTITY;
    values
        .iter()
        .flat_map(|value| {
            let unit = value.normalize();
            previous = if unit.dot(previous) < 0.0 { -unit } else { unit };
            previous.as_quat().to_array()
        })
        .collect()
}

//! A take into an existing FBX file, with everything else kept.

use std::collections::{HashMap, HashSet};

use glam::{DQuat, DVec3};

use super::animation::{NodeCurves, TakeSpan, object_to_object, take_records};
use super::container::Container;
use super::load::{Keep, load, nodes_in_order};
use super::local_space::LocalSpace;
use super::removal::{TAKE_OBJECTS, animated_take_names, remove_takes, take_names};
use super::takes::TRANSFORM_PROPERTIES;
use super::{FbxError, bookkeeping, convert, fitness, provenance};
use crate::scene::limits::channels;
use crate::scene::still::held_track;
use crate::scene::{Scene, Take, Track, Transform};

/// Relative difference of rates that are the same.
const SAME_RATE: f64 = 1e-9;
/// A translation that stays this near to the property's own value, in units of the file, needs no curve.
const STILL: f64 = 1e-7;

/// What happens to the takes that a file has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExistingTakes {
    /// They stay, but for one of the same name, which is replaced.
    #[default]
    Keep,
    /// The new take is the only one afterwards.
    Remove,
}

/// How a take is inserted.
#[derive(Debug, Clone, Copy, Default)]
pub struct InsertOptions<'a> {
    /// The scene whose nodes the take's tracks count; they are found in the file by name. Without it the tracks count
    /// the nodes of [`super::read`] of the file.
    pub source: Option<&'a Scene>,
    /// What happens to the takes that are there.
    pub existing: ExistingTakes,
    /// Leaves the file's active take and timeline as they are, where the active one stays.
    pub in_background: bool,
}

/// Inserts `take` into an FBX file of version 7.1 to 7.7, binary or text, or replaces the one of its name.
///
/// The take speaks of local transforms as [`super::read`] gives them (metres, Y up); they are converted to every node's
/// own properties: rotation order, pre- and post-rotation, pivots, axes and unit of the file. Components without values
/// and nodes without a track keep what their properties say. All records of the file but those of replaced takes, counts
/// and the choice of the active take stay byte for byte, with the comments of a text file; packed arrays are not even
/// unpacked.
///
/// A replaced take loses what it says of nodes; its curves for other things, as the weights of blend shapes, play in the
/// new one.
///
/// Where the take comes from is said by its description, as JSON. Where RoPAR wrote the file and its comment speaks of
/// replaced takes only, it is said there.
///
/// Fails where the file is of another version, a track has no node or none that one take can move, or
/// other takes stay and have another frame rate.
pub fn insert(original: &[u8], take: &Take, options: &InsertOptions<'_>) -> Result<Vec<u8>, FbxError> {
    let mut container = Container::parse(original)?;
    let loaded = load(original, Keep::Records)?;
    let order = nodes_in_order(&loaded.scene)?;
    fitness::check_take(take, options.source.map_or(order.len(), |source| source.nodes.len()))?;
    let targets = targets(&order, take, options.source)?;
    let mut curves = Vec::with_capacity(take.tracks.len());
    for (track, target) in take.tracks.iter().zip(targets) {
        curves.push(node_curves(order[target], track, take.frames)?);
    }
    if channels(take) == 0 {
        let held = order.iter().enumerate().find_map(|(index, node)| {
            let rest = convert::transform(node.local_transform).rotation;
            node_curves(node, &held_track(take, index, rest), take.frames).ok()
        });
        curves.extend(held);
    }
    let file_fps = loaded.scene.settings.frames_per_second;
    drop(order);
    drop(loaded);

    let unwanted = |name: &[u8]| options.existing == ExistingTakes::Remove || name == take.name.as_bytes();
    let comment_told = provenance::comment_tells_of_takes(&container);
    // A new take says nothing of faces, visibility or cameras, so what the old one said of them goes on.
    let goes_on = |property: &[u8]| {
        options.existing == ExistingTakes::Keep && !TRANSFORM_PROPERTIES.iter().any(|own| own.as_bytes() == property)
    };
    let removed = remove_takes(&mut container, unwanted, goes_on);
    let takes_comment = comment_told && !provenance::comment_tells_of_takes(&container);
    let has_others = !take_names(&container).is_empty();
    let sets_rate = animated_take_names(&container).is_empty();
    if (take.fps / file_fps - 1.0).abs() > SAME_RATE {
        if !sets_rate {
            return Err(FbxError::Unfit(format!(
                "the take `{}` has {} frames per second, but the file and its other takes have {file_fps}; resample the \
                 take, or remove the others",
                take.name, take.fps
            )));
        }
        bookkeeping::set_rate(&mut container, take.fps);
    }

    let description = if takes_comment {
        provenance::replace_comment(&mut container, &take.provenance);
        None
    } else {
        provenance::description(&container, &take.provenance)
    };
    let span = TakeSpan { name: &take.name, frames: take.frames, fps: take.fps, description: description.as_deref() };
    let mut ids = FreeIds::of(&container);
    let mut records = take_records(span, &curves, &mut || ids.next());
    let home = removed.homeless.iter().map(|curve_node| object_to_object(*curve_node, records.layer));
    records.connections.extend(home.collect::<Vec<_>>());
    let added = TAKE_OBJECTS.map(|kind| records.objects.iter().filter(|object| object.is(kind)).count() as i64);
    bookkeeping::count(&mut container, std::array::from_fn(|kind| added[kind] - removed.counts[kind]));
    for (section, new) in [("Objects", records.objects), ("Connections", records.connections)] {
        let Some(list) = container.find_mut(section) else {
            return Err(FbxError::Malformed(format!("there is no section `{section}`")));
        };
        new.into_iter().for_each(|record| list.append(record));
    }
    bookkeeping::list_take(&mut container, &take.name, span.take_entry());
    if !options.in_background || !has_others {
        bookkeeping::activate(&mut container, &take.name, span.stop());
    }
    container.to_bytes()
}

/// For every track the position of its node in `order`.
fn targets(order: &[&ufbx::Node], take: &Take, source: Option<&Scene>) -> Result<Vec<usize>, FbxError> {
    let Some(source) = source else { return Ok(take.tracks.iter().map(|track| track.node).collect()) };
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, node) in order.iter().enumerate() {
        by_name.entry(node.element.name.as_ref()).or_default().push(index);
    }
    let find = |track: &Track| {
        let name = source.nodes[track.node].name.as_str();
        let refuse = |reason: &str| Err(FbxError::Target { node: name.to_owned(), reason: reason.to_owned() });
        match by_name.get(name).map(Vec::as_slice) {
            Some([only]) => Ok(*only),
            Some(_) => refuse("the file has several nodes of this name; rename them, or count the nodes by index"),
            None => refuse("the file has no node of this name; leave its track out, or retarget the take first"),
        }
    };
    take.tracks.iter().map(find).collect()
}

/// A track in the properties of its node.
fn node_curves(node: &ufbx::Node, track: &Track, frames: usize) -> Result<NodeCurves, FbxError> {
    let refuse = |reason: &str| FbxError::Target { node: node.element.name.to_string(), reason: reason.to_owned() };
    let model = node
        .element
        .dom_node
        .as_ref()
        .and_then(|record| record.values.as_ref().first())
        .map(|value| value.value_int)
        .filter(|id| *id != 0)
        .ok_or_else(|| refuse("it has no identifier in the file; leave its track out"))?;
    let space = LocalSpace::of(node)?;
    let rest = convert::transform(node.local_transform);
    let at = |frame: usize| Transform {
        translation: track.translation.as_ref().map_or(rest.translation, |values| values[frame]),
        rotation: track.rotation.as_ref().map_or(rest.rotation, |values| values[frame]),
        scale: track.scale.as_ref().map_or(rest.scale, |values| values[frame]),
    };
    let own = space.properties_for(&rest);
    let mut translation: Vec<DVec3> = Vec::with_capacity(frames);
    let mut rotation: Vec<DQuat> = Vec::with_capacity(frames);
    let mut scaling: Vec<DVec3> = Vec::with_capacity(frames);
    for properties in (0..frames).map(|frame| space.properties_for(&at(frame))) {
        translation.push(properties.translation);
        rotation.push(properties.rotation);
        scaling.push(properties.scaling);
    }
    let is_finite = |values: &[DVec3]| values.iter().all(|value| value.as_vec3().is_finite());
    if !(is_finite(&translation) && is_finite(&scaling) && rotation.iter().all(|value| value.is_finite())) {
        return Err(refuse("its pivots, axes or scale lead to values that are not finite; leave its track out"));
    }
    // About a pivot, turning and scaling move a node, which its translation has to undo.
    let needs_translation =
        track.translation.is_some() || translation.iter().any(|value| !value.abs_diff_eq(own.translation, STILL));
    let start = ufbx::find_prop(&node.element.props, "Lcl Rotation")
        .map_or(DVec3::ZERO, |angles| DVec3::new(angles.value_vec4.x, angles.value_vec4.y, angles.value_vec4.z));
    Ok(NodeCurves {
        model,
        translation: needs_translation.then_some(translation),
        rotation: track.rotation.as_ref().map(|_| space.order.unroll(&rotation, start)),
        scaling: track.scale.as_ref().map(|_| scaling),
    })
}

/// Identifiers that no object of a file has.
struct FreeIds {
    used: HashSet<i64>,
    last: i64,
}

impl FreeIds {
    fn of(container: &Container<'_>) -> Self {
        let ids = |section: &str, value: u64| {
            let list = container.find(section).map(|section| section.children.as_slice()).unwrap_or_default();
            list.iter().filter_map(move |record| record.integer(value)).collect::<Vec<_>>()
        };
        // Connections may name objects that are not there.
        let used: HashSet<i64> =
            [ids("Objects", 0), ids("Connections", 1), ids("Connections", 2)].concat().into_iter().collect();
        let last = used.iter().copied().max().unwrap_or(0).max(1_000_000);
        FreeIds { used, last }
    }

    fn next(&mut self) -> i64 {
        loop {
            self.last = if self.last == i64::MAX { 1_000_000 } else { self.last + 1 };
            if self.used.insert(self.last) {
                return self.last;
            }
        }
    }
}

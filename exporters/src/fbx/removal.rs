//! Takes out of a file: the stack and what belongs to it alone.

use std::collections::{HashMap, HashSet};

use super::container::Container;
use super::record::{NAME_END, Record, Spelling};
use super::text_values::CLASS_END;

/// The kinds of objects that make a take, each hanging on the one before.
pub(super) const TAKE_OBJECTS: [&str; 4] = ["AnimationStack", "AnimationLayer", "AnimationCurveNode", "AnimationCurve"];

/// The name of an object without its class, which comes after it in binary files and before it in text files.
pub(super) fn plain_name(object: &Record<'_>) -> Vec<u8> {
    let name = object.bytes(1).unwrap_or_default();
    let find = |pair: &[u8; 2]| name.windows(2).position(|found| found == pair);
    match object.spelling {
        Spelling::Encoded => name[..find(NAME_END).unwrap_or(name.len())].to_vec(),
        Spelling::Written { .. } => name[find(CLASS_END).map_or(0, |at| at + 2)..].to_vec(),
    }
}

/// The takes of a file, by name.
pub(super) fn take_names(container: &Container<'_>) -> Vec<Vec<u8>> {
    let objects = container.find("Objects").map(|objects| objects.children.as_slice()).unwrap_or_default();
    objects.iter().filter(|object| object.is(TAKE_OBJECTS[0])).map(plain_name).collect()
}

/// As [`take_names`], without those that have no curve: an empty stack has no frames that a rate could change.
pub(super) fn animated_take_names(container: &Container<'_>) -> Vec<Vec<u8>> {
    let objects = container.find("Objects").map(|objects| objects.children.as_slice()).unwrap_or_default();
    let ids = |level: usize| -> HashSet<i64> {
        objects.iter().filter(|object| object.is(TAKE_OBJECTS[level])).filter_map(|object| object.integer(0)).collect()
    };
    let parents_of = parents_of(container);
    let mut animated = ids(TAKE_OBJECTS.len() - 1);
    for level in (0..TAKE_OBJECTS.len() - 1).rev() {
        let owners = ids(level);
        let parents = animated.iter().filter_map(|id| parents_of.get(id)).flatten().copied();
        animated = parents.filter(|parent| owners.contains(parent)).collect();
    }
    let stacks = objects.iter().filter(|object| object.is(TAKE_OBJECTS[0]));
    stacks.filter(|stack| stack.integer(0).is_some_and(|id| animated.contains(&id))).map(plain_name).collect()
}

/// Of each object what it is connected to.
fn parents_of(container: &Container<'_>) -> HashMap<i64, Vec<i64>> {
    let mut parents_of: HashMap<i64, Vec<i64>> = HashMap::new();
    for connection in container.find("Connections").map(|list| list.children.as_slice()).unwrap_or_default() {
        if let (Some(child), Some(parent)) = (connection.integer(1), connection.integer(2)) {
            parents_of.entry(child).or_default().push(parent);
        }
    }
    parents_of
}

/// What has become of removed takes.
#[derive(Debug, Default)]
pub(super) struct Removed {
    /// How many objects of each kind in [`TAKE_OBJECTS`] went.
    pub counts: [i64; 4],
    /// Curve nodes that stayed and hang on no layer now.
    pub homeless: Vec<i64>,
}

/// Removes the takes that `unwanted` names, without the curves that `keeps` names by their property.
pub(super) fn remove_takes(
    container: &mut Container<'_>,
    unwanted: impl Fn(&[u8]) -> bool,
    keeps: impl Fn(&[u8]) -> bool,
) -> Removed {
    let mut removed = Removed::default();
    let Some(objects) = container.find("Objects") else { return removed };
    let kind_of: HashMap<i64, usize> = objects
        .children
        .iter()
        .filter_map(|object| {
            let kind = TAKE_OBJECTS.iter().position(|kind| object.is(kind))?;
            Some((object.integer(0)?, kind))
        })
        .collect();
    let mut gone: HashSet<i64> = objects
        .children
        .iter()
        .filter(|object| object.is(TAKE_OBJECTS[0]) && unwanted(&plain_name(object)))
        .filter_map(|object| object.integer(0))
        .collect();
    let parents_of = parents_of(container);
    let kept = curve_nodes_of(container, &kind_of, keeps);
    // A layer, a curve node or a curve goes when all that it served is gone; one that served nothing stays.
    for level in 1..TAKE_OBJECTS.len() {
        let served = |id: &i64| {
            let parents = parents_of.get(id).map(Vec::as_slice).unwrap_or_default();
            let mut owners = parents.iter().filter(|parent| kind_of.get(parent) == Some(&(level - 1))).peekable();
            owners.peek().is_some() && owners.all(|owner| gone.contains(owner))
        };
        let going: Vec<i64> =
            kind_of.iter().filter(|(id, kind)| **kind == level && served(id)).map(|(id, _)| *id).collect();
        let (homeless, going): (Vec<i64>, Vec<i64>) = going.into_iter().partition(|id| kept.contains(id));
        removed.homeless.extend(homeless);
        gone.extend(going);
    }
    removed.homeless.sort_unstable();
    for id in &gone {
        if let Some(kind) = kind_of.get(id) {
            removed.counts[*kind] += 1;
        }
    }
    if let Some(objects) = container.find_mut("Objects") {
        objects.children.retain(|object| !object.integer(0).is_some_and(|id| gone.contains(&id)));
    }
    if let Some(connections) = container.find_mut("Connections") {
        let touches = |connection: &Record<'_>, value| connection.integer(value).is_some_and(|id| gone.contains(&id));
        connections.children.retain(|connection| !touches(connection, 1) && !touches(connection, 2));
    }
    if let Some(takes) = container.find_mut("Takes") {
        takes.children.retain(|take| !(take.is("Take") && take.bytes(0).is_some_and(|name| unwanted(&name))));
    }
    removed
}

/// Curve nodes that serve a property which `wanted` names.
fn curve_nodes_of(
    container: &Container<'_>,
    kind_of: &HashMap<i64, usize>,
    wanted: impl Fn(&[u8]) -> bool,
) -> HashSet<i64> {
    let connections = container.find("Connections").map(|list| list.children.as_slice()).unwrap_or_default();
    let serves = |connection: &&Record<'_>| {
        connection.bytes(0).is_some_and(|kind| &kind[..] == b"OP")
            && connection.integer(2).is_some_and(|owner| !kind_of.contains_key(&owner))
            && connection.bytes(3).is_some_and(|property| wanted(&property))
    };
    let ids = connections.iter().filter(serves).filter_map(|connection| connection.integer(1));
    ids.filter(|id| kind_of.get(id) == Some(&2)).collect()
}

//! Where the takes of a file come from, as JSON.
//!
//! In files that RoPAR wrote, the scene's comment speaks of all takes without a description of their own. Whoever else
//! wrote a file may mean anything by its comment, so there only the descriptions of takes count.

use std::sync::Arc;

use ropar_core::provenance::Provenance;
use serde_json::Value;

use super::container::Container;
use super::record::Record;
use super::removal::TAKE_OBJECTS;
use crate::glb::GENERATOR;

/// The property of a take that programs show as its description.
pub(super) const DESCRIPTION: &str = "Description";
/// Bytes of a text that are looked at; ours have a few hundred.
const BYTES: usize = 1 << 20;

/// The text for a file; empty where there is nothing to say.
pub(super) fn comment(provenance: &Provenance) -> String {
    if provenance.is_empty() { String::new() } else { json(provenance) }
}

/// The description of a take that goes into a file; none where the file need not say anything.
pub(super) fn description(container: &Container<'_>, provenance: &Provenance) -> Option<String> {
    // What the comment says of others shall not be taken for what it says of this one.
    let is_spoken_for = || !parse(&own_comment(container)).is_empty();
    (!provenance.is_empty() || is_spoken_for()).then(|| json(provenance))
}

/// JSON without `&`, which is an escape in text files.
pub(super) fn json(provenance: &Provenance) -> String {
    Value::Object(serde_json::Map::clone(provenance)).to_string().replace('&', "\\u0026")
}

/// What the comment of a file says of takes without a description.
pub(super) fn of_file(bytes: &[u8], file: &ufbx::Scene) -> Provenance {
    if !file.metadata.creator.starts_with(GENERATOR) {
        return Provenance::default();
    }
    Container::parse(bytes).map(|container| parse(&own_comment(&container))).unwrap_or_default()
}

/// Where the take of `stack` comes from.
pub(super) fn of_take(stack: &ufbx::AnimStack, file: &Provenance) -> Provenance {
    let description = ufbx::find_prop(&stack.element.props, DESCRIPTION);
    let told = description.and_then(|description| object(description.value_str.as_bytes()));
    told.unwrap_or_else(|| file.clone())
}

/// True where RoPAR wrote the file and its comment speaks of some take.
pub(super) fn comment_tells_of_takes(container: &Container<'_>) -> bool {
    let objects = container.find("Objects").map(|objects| objects.children.as_slice()).unwrap_or_default();
    let mut stacks = objects.iter().filter(|object| object.is(TAKE_OBJECTS[0]));
    is_ours(container) && stacks.any(|stack| !is_described(stack))
}

/// Puts `provenance` in place of what the comment says.
pub(super) fn replace_comment(container: &mut Container<'_>, provenance: &Provenance) {
    let header = container.find_mut("FBXHeaderExtension");
    let meta_data = header.and_then(|header| header.find_mut("SceneInfo")).and_then(|info| info.find_mut("MetaData"));
    if let Some(old) = meta_data.and_then(|meta_data| meta_data.find_mut("Comment")) {
        *old = Record::new("Comment").text(comment(provenance));
    }
}

fn is_described(stack: &Record<'_>) -> bool {
    let properties = stack.children.iter().filter(|list| list.is("Properties70")).flat_map(|list| &list.children);
    let mut descriptions = properties.filter(|entry| entry.bytes(0).as_deref() == Some(DESCRIPTION.as_bytes()));
    descriptions.any(|entry| entry.bytes(4).is_some_and(|text| object(&text).is_some()))
}

fn is_ours(container: &Container<'_>) -> bool {
    let creator = container.find("Creator").and_then(|creator| creator.bytes(0));
    creator.is_some_and(|creator| creator.starts_with(GENERATOR.as_bytes()))
}

/// The comment of a file that RoPAR wrote.
fn own_comment(container: &Container<'_>) -> Vec<u8> {
    fn inside<'r, 'a>(record: Option<&'r Record<'a>>, name: &str) -> Option<&'r Record<'a>> {
        record?.children.iter().find(|child| child.is(name))
    }
    let header = container.find("FBXHeaderExtension").filter(|_| is_ours(container));
    let comment = inside(inside(inside(header, "SceneInfo"), "MetaData"), "Comment");
    comment.and_then(|comment| comment.bytes(0)).unwrap_or_default().into_owned()
}

fn parse(text: &[u8]) -> Provenance {
    object(text).unwrap_or_default()
}

fn object(text: &[u8]) -> Option<Provenance> {
    if text.len() > BYTES {
        return None;
    }
    serde_json::from_slice(text).ok().map(Arc::new)
}

//! Where the animations of a file come from.
//!
//! `asset.extras` speak of all animations but two kinds: those with extras of their own, and those that were inserted
//! later, which say so (`extras.ropar.inserted`), be it that nobody knows where they come from.

use std::sync::Arc;

use ropar_core::provenance::Provenance;
use serde_json::{Map, Value, json};

use super::document::{Animation, Document};
use super::json_text::{Edits, Member, members};
use crate::glb::GENERATOR;
use crate::scene::Take;

/// What stands under it is for reading back, and says nothing of where something comes from.
const OWN: &str = "ropar";
/// A member of a file's `asset` (glTF 2.0, 5.9) that goes on with its animations.
const COPYRIGHT: &str = "copyright";

/// Which extras say where a new animation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToldBy {
    /// Those of the file.
    File,
    /// Those of the animation.
    Animation,
    /// Those of the animation, whatever the file says of others.
    Inserted,
}

/// The extras of an animation with its rate, which the times of few or slow keys do not tell.
pub(super) fn animation_extras(take: &Take, told_by: ToldBy) -> Value {
    let mut extras = if told_by == ToldBy::File { Map::new() } else { Map::clone(&take.provenance) };
    let mut own = json!({ "fps": take.fps });
    if told_by == ToldBy::Inserted {
        own["inserted"] = json!(true);
    }
    extras.insert(OWN.to_owned(), own);
    Value::Object(extras)
}

/// What all animations share that say nothing themselves.
pub(super) fn of_file(document: &Document) -> Provenance {
    let mut told = without_own(document.asset.extras.members());
    if let Some(copyright) = document.asset.copyright.as_deref().filter(|text| !text.trim().is_empty()) {
        told.entry(COPYRIGHT).or_insert_with(|| copyright.into());
    }
    Arc::new(told)
}

/// Where an animation comes from.
pub(super) fn of_animation(animation: &Animation, file: &Provenance) -> Provenance {
    let extras = animation.extras.members();
    let is_inserted = is_inserted(&extras);
    let mut told = without_own(extras);
    if is_inserted {
        return Arc::new(told);
    }
    if told.is_empty() {
        return file.clone();
    }
    // Extras may be anything; a copyright is that of the whole file.
    if let Some(copyright) = file.get(COPYRIGHT) {
        told.entry(COPYRIGHT).or_insert_with(|| copyright.clone());
    }
    Arc::new(told)
}

/// True where RoPAR wrote the file and its extras speak of animation `index` alone: when that goes, they shall go, too.
///
/// What another program says of a file is about its meshes as well.
pub(super) fn file_tells_only_of(document: &Document, index: usize) -> bool {
    let is_ours = document.asset.generator.as_deref().is_some_and(|generator| generator.starts_with(GENERATOR));
    let mut told = document.animations.iter().enumerate().filter(|(_, other)| {
        let extras = other.extras.members();
        !is_inserted(&extras) && without_own(extras).is_empty()
    });
    is_ours && told.next().is_some_and(|(first, _)| first == index) && told.next().is_none()
}

/// Puts `provenance` into the file's extras in place of what they say, but for what reading back needs.
pub(super) fn replace_in_file(text: &[u8], top: &[Member], provenance: &Provenance, edits: &mut Edits) {
    let Some(asset) = top.iter().find(|member| member.key == "asset") else { return };
    let asset = members(text, &asset.value);
    let old = asset.iter().find(|member| member.key == "extras");
    let mut extras = Map::clone(provenance);
    let own = old.and_then(|old| members(text, &old.value).into_iter().find(|member| member.key == OWN));
    if let Some(own) = own.and_then(|own| serde_json::from_slice(&text[own.value]).ok()) {
        extras.insert(OWN.to_owned(), own);
    }
    match (old, asset.last()) {
        (Some(old), _) => edits.replace(old.value.clone(), Value::Object(extras).to_string()),
        (None, Some(last)) if !extras.is_empty() => {
            edits.replace(last.whole.end..last.whole.end, format!(",\"extras\":{}", Value::Object(extras)));
        }
        _ => {}
    }
}

fn is_inserted(extras: &Map<String, Value>) -> bool {
    extras.get(OWN).is_some_and(|own| own["inserted"] == true)
}

fn without_own(mut extras: Map<String, Value>) -> Map<String, Value> {
    extras.remove(OWN);
    extras
}

//! What a file says elsewhere about its takes: counts, the take that is shown first, the frame rate.

use super::container::Container;
use super::properties;
use super::record::Record;
use super::removal::TAKE_OBJECTS;

/// Corrects the counts of `Definitions` by how many objects of each kind came (or, negative, went).
pub(super) fn count(container: &mut Container<'_>, change: [i64; 4]) {
    let Some(definitions) = container.find_mut("Definitions") else { return };
    for (kind, change) in TAKE_OBJECTS.into_iter().zip(change) {
        let is_kind =
            |entry: &&mut Record<'_>| entry.is("ObjectType") && entry.bytes(0).as_deref() == Some(kind.as_bytes());
        match definitions.children.iter_mut().find(is_kind) {
            Some(entry) => add(entry.find_mut("Count"), change),
            None if change > 0 => {
                let count = Record::new("Count").int(i32::try_from(change).unwrap_or(i32::MAX));
                definitions.append(Record::new("ObjectType").text(kind).child(count));
            }
            None => {}
        }
    }
    add(definitions.find_mut("Count"), change.iter().sum());
}

fn add(count: Option<&mut Record<'_>>, change: i64) {
    if let Some(count) = count
        && let Some(old) = count.integer(0)
    {
        count.set_integer(old.saturating_add(change).max(0));
    }
}

/// Makes `name` the take that programs show first.
pub(super) fn activate(container: &mut Container<'_>, name: &str, stop: i64) {
    let documents = container.find_mut("Documents").map(|documents| documents.children.as_mut_slice());
    for document in documents.unwrap_or_default().iter_mut().filter(|entry| entry.is("Document")) {
        set_property(document, properties::string("ActiveAnimStackName", name));
    }
    if let Some(current) = container.find_mut("Takes").and_then(|takes| takes.find_mut("Current")) {
        *current = Record::new("Current").text(name);
    }
    if let Some(settings) = container.find_mut("GlobalSettings") {
        set_property(settings, properties::time("TimeSpanStart", 0));
        set_property(settings, properties::time("TimeSpanStop", stop));
    }
}

/// Sets the frame rate of the file.
pub(super) fn set_rate(container: &mut Container<'_>, fps: f64) {
    if let Some(settings) = container.find_mut("GlobalSettings") {
        set_property(settings, properties::enumeration("TimeMode", properties::time_mode(fps)));
        set_property(settings, properties::real("CustomFrameRate", fps));
    }
}

/// Enters a take into the `Takes` section, which is made where there is none.
pub(super) fn list_take(container: &mut Container<'_>, name: &str, entry: Record<'static>) {
    match container.find_mut("Takes") {
        Some(takes) => takes.append(entry),
        None => {
            let takes = Record::new("Takes").child(Record::new("Current").text(name)).child(entry);
            container.records.push(takes);
        }
    }
}

/// Replaces the property of the same name, or adds it.
fn set_property(object: &mut Record<'_>, property: Record<'static>) {
    let Some(list) = object.find_mut("Properties70") else {
        object.append(properties::list(vec![property]));
        return;
    };
    let name = property.bytes(0).unwrap_or_default().into_owned();
    match list.children.iter_mut().find(|entry| entry.bytes(0).as_deref() == Some(name.as_slice())) {
        Some(entry) => *entry = property,
        None => list.append(property),
    }
}

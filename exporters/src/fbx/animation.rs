//! The objects that make a take: one stack, one layer, a curve node per animated property, three curves in each.

use glam::DVec3;

use super::properties::{self, list, property};
use super::provenance::DESCRIPTION;
use super::record::{EncodedArray, Record, object_name};

/// Keys are joined by straight lines; Blender writes the same flags.
const LINEAR: i32 = 0x104;
/// Version of the curve objects.
const KEY_VERSION: i32 = 4008;

/// The motion of one node in the file's own properties, a value per frame.
#[derive(Debug, Clone, Default)]
pub(super) struct NodeCurves {
    /// Identifier of the node's `Model`.
    pub model: i64,
    /// `Lcl Translation`, units of the file.
    pub translation: Option<Vec<DVec3>>,
    /// `Lcl Rotation`, degrees.
    pub rotation: Option<Vec<DVec3>>,
    /// `Lcl Scaling`.
    pub scaling: Option<Vec<DVec3>>,
}

/// Name, length, rate and origin of a take.
#[derive(Debug, Clone, Copy)]
pub(super) struct TakeSpan<'a> {
    pub name: &'a str,
    pub frames: usize,
    pub fps: f64,
    /// Where it comes from, as JSON.
    pub description: Option<&'a str>,
}

impl TakeSpan<'_> {
    /// Tick of the last frame.
    pub fn stop(&self) -> i64 {
        properties::ticks(self.frames.saturating_sub(1), self.fps)
    }

    /// The entry of the `Takes` section, which old readers look at.
    pub fn take_entry(&self) -> Record<'static> {
        Record::new("Take")
            .text(self.name)
            .child(Record::new("FileName").text(format!("{}.tak", self.name)))
            .child(Record::new("LocalTime").long(0).long(self.stop()))
            .child(Record::new("ReferenceTime").long(0).long(self.stop()))
    }
}

/// Objects of one take and how they hang together.
#[derive(Debug, Default)]
pub(super) struct TakeRecords {
    /// Identifier of the layer that holds the curve nodes.
    pub layer: i64,
    pub objects: Vec<Record<'static>>,
    pub connections: Vec<Record<'static>>,
}

/// Makes the objects of a take. `next_id` gives identifiers that no other object has.
pub(super) fn take_records(span: TakeSpan<'_>, nodes: &[NodeCurves], next_id: &mut impl FnMut() -> i64) -> TakeRecords {
    let (stack, layer) = (next_id(), next_id());
    let mut records = TakeRecords { layer, ..TakeRecords::default() };
    let stop = span.stop();
    let times = [("LocalStart", 0), ("LocalStop", stop), ("ReferenceStart", 0), ("ReferenceStop", stop)];
    let description = span.description.map(|text| properties::string(DESCRIPTION, text));
    let about = description.into_iter().chain(times.map(|(name, ticks)| properties::time(name, ticks)));
    records.objects.push(
        Record::new("AnimationStack")
            .long(stack)
            .text(object_name(span.name, "AnimStack"))
            .text("")
            .child(list(about.collect())),
    );
    records.objects.push(
        Record::new("AnimationLayer")
            .long(layer)
            .text(object_name("BaseLayer", "AnimLayer"))
            .text("")
            // assimp sees no animation where the weight is left to its default.
            .child(list(vec![property("Weight", "Number", "", "A").real(100.0)])),
    );
    records.connections.push(object_to_object(layer, stack));

    let keys = Keys::new(span);
    for node in nodes {
        let animated = [
            ("T", "Lcl Translation", &node.translation),
            ("R", "Lcl Rotation", &node.rotation),
            ("S", "Lcl Scaling", &node.scaling),
        ];
        for (letter, property_name, values) in animated {
            let Some(values) = values else { continue };
            let curve_node = next_id();
            let first = values.first().copied().unwrap_or_default();
            let axes = [("d|X", 0), ("d|Y", 1), ("d|Z", 2)];
            records.objects.push(
                Record::new("AnimationCurveNode")
                    .long(curve_node)
                    .text(object_name(letter, "AnimCurveNode"))
                    .text("")
                    .child(list(axes.map(|(name, axis)| property(name, "Number", "", "A").real(first[axis])).to_vec())),
            );
            records.connections.push(object_to_object(curve_node, layer));
            records.connections.push(object_to_property(curve_node, node.model, property_name));
            for (name, axis) in axes {
                let curve = next_id();
                let values: Vec<f32> = values.iter().map(|value| value[axis] as f32).collect();
                records.objects.push(keys.curve(curve, &values));
                records.connections.push(object_to_property(curve, curve_node, name));
            }
        }
    }
    records
}

/// What all curves of a take have in common, encoded once.
struct Keys {
    times: EncodedArray,
    flags: EncodedArray,
    data: EncodedArray,
    uses: EncodedArray,
}

impl Keys {
    fn new(span: TakeSpan<'_>) -> Self {
        let times: Vec<i64> = (0..span.frames).map(|frame| properties::ticks(frame, span.fps)).collect();
        Keys {
            times: EncodedArray::longs(&times),
            flags: EncodedArray::ints(&[LINEAR]),
            data: EncodedArray::floats(&[0.0; 4]),
            uses: EncodedArray::ints(&[span.frames as i32]),
        }
    }

    fn curve(&self, id: i64, values: &[f32]) -> Record<'static> {
        Record::new("AnimationCurve")
            .long(id)
            .text(object_name("", "AnimCurve"))
            .text("")
            .child(Record::new("Default").real(values.first().copied().map_or(0.0, f64::from)))
            .child(Record::new("KeyVer").int(KEY_VERSION))
            .child(Record::new("KeyTime").array(&self.times))
            .child(Record::new("KeyValueFloat").array(&EncodedArray::floats(values)))
            .child(Record::new("KeyAttrFlags").array(&self.flags))
            .child(Record::new("KeyAttrDataFloat").array(&self.data))
            .child(Record::new("KeyAttrRefCount").array(&self.uses))
    }
}

/// The connection of a child to its parent.
pub(super) fn object_to_object(child: i64, parent: i64) -> Record<'static> {
    Record::new("C").text("OO").long(child).long(parent)
}

/// The connection of an object to a property of another.
pub(super) fn object_to_property(child: i64, parent: i64, property: &str) -> Record<'static> {
    Record::new("C").text("OP").long(child).long(parent).text(property)
}

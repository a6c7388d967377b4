//! The neutral scene as a new FBX 7.4 file: nodes, a bind pose and takes.

use std::borrow::Cow;

use glam::{DQuat, DVec3};

use super::animation::{NodeCurves, TakeSpan, object_to_object, take_records};
use super::container::{CREATION_TIME, Container, FILE_ID};
use super::euler::RotationOrder;
use super::properties::{self, animatable, boolean, enumeration, int, list, real, string, time, vector};
use super::record::{EncodedArray, Record, object_name};
use super::{FbxError, TIP_PROPERTY, fitness, provenance};
use crate::scene::still::held;
use crate::scene::{Node, NodeKind, Scene, Take, common_provenance, global_poses};

const VERSION: u32 = 7400;
const CREATOR: &str = concat!("RoPAR ", env!("CARGO_PKG_VERSION"));
/// Rate of a file without takes.
const DEFAULT_FPS: f64 = 30.0;
/// Identifiers from here on; zero is the root, and small numbers have been taken for something else.
const FIRST_ID: i64 = 1_000_000;
/// A child is placed by its parent's whole matrix, as in the scene.
const INHERIT_ALL: i32 = 1;

/// How a scene is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WriteOptions {
    /// Metres in one unit of the file. 0.01, a centimetre, is what Maya, MotionBuilder and Unreal work in.
    pub metres_per_unit: f64,
}

impl Default for WriteOptions {
    fn default() -> Self {
        WriteOptions { metres_per_unit: 0.01 }
    }
}

/// Writes the nodes and takes of `scene` as binary FBX 7.4; equal scenes give equal bytes.
///
/// Joints become limb nodes whose pre-rotation (joint orient) is their rest, so that zero is the rest pose. Curves are
/// Euler angles in the order X, Y, Z without jumps, keys lie exactly on frames and are joined by straight lines. Meshes
/// and skins are references in a scene and are not written. All takes must have the same rate, because an FBX file
/// has only one. What all takes say of where they come from becomes the scene's comment, as JSON; where they differ, each
/// says it in its description.
pub fn write(scene: &Scene, options: &WriteOptions) -> Result<Vec<u8>, FbxError> {
    if !(options.metres_per_unit.is_finite() && options.metres_per_unit > 0.0) {
        return Err(FbxError::Unfit(format!("{} metres per unit; it must be positive", options.metres_per_unit)));
    }
    fitness::check_nodes(scene)?;
    for take in &scene.takes {
        fitness::check_take(take, scene.nodes.len())?;
    }
    let fps = scene.takes.first().map_or(DEFAULT_FPS, |take| take.fps);
    if let Some(other) = scene.takes.iter().find(|take| take.fps != fps) {
        return Err(FbxError::Unfit(format!(
            "an FBX file has one frame rate, but the take `{}` has {fps} and `{}` has {} frames per second; resample one",
            scene.takes[0].name, other.name, other.fps
        )));
    }
    let units_per_metre = 1.0 / options.metres_per_unit;

    let mut last_id = FIRST_ID;
    let mut next_id = || {
        last_id += 1;
        last_id
    };
    let models: Vec<i64> = scene.nodes.iter().map(|_| next_id()).collect();
    let mut objects = Vec::new();
    let mut connections = Vec::new();
    for (node, model) in scene.nodes.iter().zip(&models) {
        let attribute = next_id();
        objects.push(attribute_record(node, attribute));
        objects.push(model_record(node, *model, units_per_metre));
        connections.push(object_to_object(attribute, *model));
        connections.push(object_to_object(*model, node.parent.map_or(0, |parent| models[parent])));
    }
    if scene.nodes.iter().any(|node| node.kind != NodeKind::Group) {
        objects.push(bind_pose(scene, &models, next_id(), units_per_metre));
    }
    let common = common_provenance(&scene.takes);
    let document = next_id();
    let has_own = |take: &Take| common.is_none() && !take.provenance.is_empty();
    let own = |take: &Take| has_own(take).then(|| provenance::json(&take.provenance));
    let descriptions: Vec<Option<String>> = scene.takes.iter().map(own).collect();
    let mut takes = Vec::new();
    for (take, description) in scene.takes.iter().zip(&descriptions) {
        let span = TakeSpan { name: &take.name, frames: take.frames, fps, description: description.as_deref() };
        let take = scene.nodes.first().map_or(Cow::Borrowed(take), |first| held(take, 0, first.rest.rotation));
        let curves: Vec<NodeCurves> = curves(scene, &take, &models, units_per_metre);
        let records = take_records(span, &curves, &mut next_id);
        objects.extend(records.objects);
        connections.extend(records.connections);
        takes.push(span);
    }
    let stop = takes.iter().map(TakeSpan::stop).max().unwrap_or_default();
    let current = takes.first().map_or("", |take| take.name);
    let records = vec![
        header(&common.map(provenance::comment).unwrap_or_default()),
        Record::new("FileId").raw(&FILE_ID),
        Record::new("CreationTime").text(CREATION_TIME),
        Record::new("Creator").text(CREATOR),
        global_settings(fps, stop, 100.0 * options.metres_per_unit),
        documents(document, current),
        Record::new("References").children([]),
        definitions(&objects),
        Record::new("Objects").children(objects),
        Record::new("Connections").children(connections),
        Record::new("Takes")
            .child(Record::new("Current").text(current))
            .children(takes.iter().map(TakeSpan::take_entry)),
    ];
    Container::new(VERSION, records).to_bytes()
}

fn is_bone(node: &Node) -> bool {
    node.kind != NodeKind::Group
}

/// The joint orient: the rest of bones, so that their angles are zero at rest.
fn pre_rotation(node: &Node) -> DQuat {
    if is_bone(node) { node.rest.rotation.normalize() } else { DQuat::IDENTITY }
}

fn attribute_record(node: &Node, id: i64) -> Record<'static> {
    let (kind, flags) = if is_bone(node) { ("LimbNode", "Skeleton") } else { ("Null", "Null") };
    Record::new("NodeAttribute")
        .long(id)
        .text(object_name(&node.name, "NodeAttribute"))
        .text(kind)
        .child(Record::new("TypeFlags").text(flags))
}

fn model_record(node: &Node, id: i64, units_per_metre: f64) -> Record<'static> {
    let order = RotationOrder::XYZ;
    let pre_rotation = pre_rotation(node);
    let rotation = order.decompose(pre_rotation.inverse() * node.rest.rotation, DVec3::ZERO);
    let mut properties = vec![
        vector("PreRotation", order.decompose(pre_rotation, DVec3::ZERO)),
        boolean("RotationActive", true),
        enumeration("InheritType", INHERIT_ALL),
        animatable("Lcl Translation", node.rest.translation * units_per_metre),
        animatable("Lcl Rotation", rotation),
        animatable("Lcl Scaling", node.rest.scale),
    ];
    if node.kind == NodeKind::Tip {
        properties.push(properties::property(TIP_PROPERTY, "bool", "", "U").int(1));
    }
    Record::new("Model")
        .long(id)
        .text(object_name(&node.name, "Model"))
        .text(if is_bone(node) { "LimbNode" } else { "Null" })
        .child(Record::new("Version").int(232))
        .child(list(properties))
        .child(Record::new("Culling").text("CullingOff"))
}

fn bind_pose(scene: &Scene, models: &[i64], id: i64, units_per_metre: f64) -> Record<'static> {
    let nodes = global_poses(&scene.nodes, None).into_iter().zip(models).map(|(mut matrix, model)| {
        matrix.w_axis *= glam::DVec4::new(units_per_metre, units_per_metre, units_per_metre, 1.0);
        Record::new("PoseNode")
            .child(Record::new("Node").long(*model))
            .child(Record::new("Matrix").array(&EncodedArray::reals(&matrix.to_cols_array())))
    });
    Record::new("Pose")
        .long(id)
        .text(object_name("BindPose", "Pose"))
        .text("BindPose")
        .child(Record::new("Type").text("BindPose"))
        .child(Record::new("Version").int(100))
        .child(Record::new("NbPoseNodes").int(models.len() as i32))
        .children(nodes)
}

fn curves(scene: &Scene, take: &Take, models: &[i64], units_per_metre: f64) -> Vec<NodeCurves> {
    let curves = take.tracks.iter().map(|track| {
        let undo = pre_rotation(&scene.nodes[track.node]).inverse();
        NodeCurves {
            model: models[track.node],
            translation: track
                .translation
                .as_ref()
                .map(|values| values.iter().map(|value| *value * units_per_metre).collect()),
            rotation: track.rotation.as_ref().map(|values| {
                let local: Vec<DQuat> = values.iter().map(|value| undo * *value).collect();
                RotationOrder::XYZ.unroll(&local, DVec3::ZERO)
            }),
            scaling: track.scale.clone(),
        }
    });
    curves.collect()
}

fn header(comment: &str) -> Record<'static> {
    let stamp = [
        ("Version", 1000),
        ("Year", 1970),
        ("Month", 1),
        ("Day", 1),
        ("Hour", 10),
        ("Minute", 0),
        ("Second", 0),
        ("Millisecond", 0),
    ];
    let application = |which: &str| {
        [
            property_string(which, "ApplicationVendor", "RoPAR"),
            property_string(which, "ApplicationName", "RoPAR"),
            property_string(which, "ApplicationVersion", env!("CARGO_PKG_VERSION")),
        ]
    };
    let info = application("Original").into_iter().chain(application("LastSaved")).collect();
    Record::new("FBXHeaderExtension")
        .child(Record::new("FBXHeaderVersion").int(1003))
        .child(Record::new("FBXVersion").int(VERSION as i32))
        .child(Record::new("EncryptionType").int(0))
        .child(Record::new("CreationTimeStamp").children(stamp.map(|(name, value)| Record::new(name).int(value))))
        .child(Record::new("Creator").text(CREATOR))
        .child(
            Record::new("SceneInfo")
                .text(object_name("GlobalInfo", "SceneInfo"))
                .text("UserData")
                .child(Record::new("Type").text("UserData"))
                .child(Record::new("Version").int(100))
                .child(meta_data(comment))
                .child(list(info)),
        )
}

/// The texts that Autodesk's programs show as a scene's information.
fn meta_data(comment: &str) -> Record<'static> {
    let texts = ["Title", "Subject", "Author", "Keywords", "Revision"].map(|name| Record::new(name).text(""));
    Record::new("MetaData")
        .child(Record::new("Version").int(100))
        .children(texts)
        .child(Record::new("Comment").text(comment))
}

fn property_string(which: &str, name: &str, value: &str) -> Record<'static> {
    string(&format!("{which}|{name}"), value)
}

fn global_settings(fps: f64, stop: i64, centimetres_per_unit: f64) -> Record<'static> {
    Record::new("GlobalSettings").child(Record::new("Version").int(1000)).child(list(vec![
        int("UpAxis", 1),
        int("UpAxisSign", 1),
        int("FrontAxis", 2),
        int("FrontAxisSign", 1),
        int("CoordAxis", 0),
        int("CoordAxisSign", 1),
        int("OriginalUpAxis", 1),
        int("OriginalUpAxisSign", 1),
        real("UnitScaleFactor", centimetres_per_unit),
        real("OriginalUnitScaleFactor", centimetres_per_unit),
        enumeration("TimeMode", properties::time_mode(fps)),
        time("TimeSpanStart", 0),
        time("TimeSpanStop", stop),
        real("CustomFrameRate", fps),
    ]))
}

fn documents(id: i64, current: &str) -> Record<'static> {
    let properties = list(vec![string("ActiveAnimStackName", current)]);
    let document = Record::new("Document")
        .long(id)
        .text("Scene")
        .text("Scene")
        .child(properties)
        .child(Record::new("RootNode").long(0));
    Record::new("Documents").child(Record::new("Count").int(1)).child(document)
}

/// How many objects of each kind there are.
fn definitions(objects: &[Record<'_>]) -> Record<'static> {
    let mut kinds: Vec<(String, i32)> = vec![("GlobalSettings".to_owned(), 1)];
    for object in objects {
        let name = String::from_utf8_lossy(&object.name);
        match kinds.iter_mut().find(|(kind, _)| *kind == name) {
            Some((_, count)) => *count += 1,
            None => kinds.push((name.into_owned(), 1)),
        }
    }
    let total = kinds.iter().map(|(_, count)| count).sum();
    let types =
        kinds.iter().map(|(kind, count)| Record::new("ObjectType").text(kind).child(Record::new("Count").int(*count)));
    Record::new("Definitions")
        .child(Record::new("Version").int(100))
        .child(Record::new("Count").int(total))
        .children(types.collect::<Vec<_>>())
}

//! `Properties70`: the named properties of objects, and the settings of a whole file.

use glam::DVec3;

use super::record::Record;

/// FBX time counts in these.
pub(super) const TICKS_PER_SECOND: f64 = 46_186_158_000.0;

/// Time modes of FBX with a rate of their own; any other rate is a custom one.
const TIME_MODES: [(f64, i32); 11] = [
    (120.0, 1),
    (100.0, 2),
    (60.0, 3),
    (50.0, 4),
    (48.0, 5),
    (30.0, 6),
    (25.0, 10),
    (24.0, 11),
    (1000.0, 12),
    (96.0, 15),
    (72.0, 16),
];
const CUSTOM_TIME_MODE: i32 = 14;

/// Ticks of a frame.
pub(super) fn ticks(frame: usize, fps: f64) -> i64 {
    (frame as f64 * TICKS_PER_SECOND / fps).round() as i64
}

/// Number of the time mode that stands for `fps`.
pub(super) fn time_mode(fps: f64) -> i32 {
    TIME_MODES.iter().find(|(rate, _)| *rate == fps).map_or(CUSTOM_TIME_MODE, |(_, mode)| *mode)
}

/// A property without its values.
pub(super) fn property(name: &str, kind: &str, label: &str, flags: &str) -> Record<'static> {
    Record::new("P").text(name).text(kind).text(label).text(flags)
}

pub(super) fn int(name: &str, value: i32) -> Record<'static> {
    property(name, "int", "Integer", "").int(value)
}

pub(super) fn real(name: &str, value: f64) -> Record<'static> {
    property(name, "double", "Number", "").real(value)
}

pub(super) fn enumeration(name: &str, value: i32) -> Record<'static> {
    property(name, "enum", "", "").int(value)
}

pub(super) fn boolean(name: &str, value: bool) -> Record<'static> {
    property(name, "bool", "", "").int(i32::from(value))
}

pub(super) fn time(name: &str, ticks: i64) -> Record<'static> {
    property(name, "KTime", "Time", "").long(ticks)
}

pub(super) fn string(name: &str, value: &str) -> Record<'static> {
    property(name, "KString", "", "").text(value)
}

/// A property that is three numbers and whose type is named like itself, such as `Lcl Rotation`.
pub(super) fn animatable(name: &str, value: DVec3) -> Record<'static> {
    property(name, name, "", "A").real(value.x).real(value.y).real(value.z)
}

pub(super) fn vector(name: &str, value: DVec3) -> Record<'static> {
    property(name, "Vector3D", "Vector", "").real(value.x).real(value.y).real(value.z)
}

/// A `Properties70` record.
pub(super) fn list(properties: Vec<Record<'static>>) -> Record<'static> {
    Record::new("Properties70").children(properties)
}

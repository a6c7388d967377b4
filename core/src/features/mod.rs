//! What the networks see of a motion, and back.
//!
//! One frame is [`FEATURE_COUNT`] channels, following the per-part representation of RoPAR (arXiv 2512.12703, section
//! 3.1), in this order:
//!
//! | channels | content |
//! | --- | --- |
//! | 0 | yaw velocity of the heading, rad/s |
//! | 1..3 | planar root velocity x, z in the heading frame of that frame, m/s |
//! | 3 | root height, m |
//! | 4..10 | pelvis rotation relative to the heading, first two matrix columns |
//! | 10 + 12 (j - 1) .. | for joint j = 1..=21: position (x and z relative to the pelvis, y absolute), velocity in m/s, global rotation as two matrix columns; all in the heading frame |
//!
//! The heading is the twist of the pelvis rotation about Y. Velocities are forward differences in world space, turned
//! into the heading frame of the earlier frame; the last frame repeats the one before.
//!
//! Joint rotations are global rather than local to the parent, so that errors do not add up along a chain
//! (docs/decisions).

mod positions;
mod root_height;
mod root_velocity;
mod standing;

use std::f64::consts::{PI, TAU};
use std::ops::Range;

use glam::{DVec2, DVec3, Quat, Vec3};

use self::root_velocity::turned;
use crate::motion::Motion;
use crate::rotation::{from_six_d, minimal_swing, to_six_d, twist_about_y};
use crate::skeleton::{JOINT_COUNT, forward_kinematics, joint, local_rotations, rest_offsets};

/// The name by which model packages call this layout.
pub const LAYOUT_NAME: &str = "heading-262";
/// Channels per frame.
pub const FEATURE_COUNT: usize = 10 + 12 * (JOINT_COUNT - 1);
/// Channels of the root: yaw velocity, planar velocity x and z, height.
pub const ROOT_CHANNELS: Range<usize> = 0..4;
/// Channels of the pelvis rotation.
pub const PELVIS_CHANNELS: Range<usize> = 4..10;

/// Below this length of the twist quaternion (pelvis within 4 degrees of upside down) the heading is held.
const DEGENERATE_TWIST: f32 = 0.03;
/// Shorter position differences than this, in metres, say nothing about a limb's direction.
const SHORTEST_LIMB: f32 = 0.01;

/// Joints with one obvious child, whose direction therefore shows in positions as well as in rotations, and how much the
/// positions count in it: more in legs, at whose ends feet stand where their positions say.
const LIMBS: [(usize, usize, f32); 15] = [
    (joint::LEFT_HIP, joint::LEFT_KNEE, 0.8),
    (joint::RIGHT_HIP, joint::RIGHT_KNEE, 0.8),
    (joint::LEFT_KNEE, joint::LEFT_ANKLE, 0.8),
    (joint::RIGHT_KNEE, joint::RIGHT_ANKLE, 0.8),
    (joint::LEFT_ANKLE, joint::LEFT_FOOT, 0.8),
    (joint::RIGHT_ANKLE, joint::RIGHT_FOOT, 0.8),
    (joint::SPINE1, joint::SPINE2, 0.5),
    (joint::SPINE2, joint::SPINE3, 0.5),
    (joint::NECK, joint::HEAD, 0.5),
    (joint::LEFT_COLLAR, joint::LEFT_SHOULDER, 0.5),
    (joint::RIGHT_COLLAR, joint::RIGHT_SHOULDER, 0.5),
    (joint::LEFT_SHOULDER, joint::LEFT_ELBOW, 0.5),
    (joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW, 0.5),
    (joint::LEFT_ELBOW, joint::LEFT_WRIST, 0.5),
    (joint::RIGHT_ELBOW, joint::RIGHT_WRIST, 0.5),
];

/// Where a motion starts: what the features, which are relative, leave out.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Origin {
    /// World x of the pelvis in the first frame, metres.
    pub x: f32,
    /// World z of the pelvis in the first frame, metres.
    pub z: f32,
    /// Heading of the first frame, radians about Y; 0 faces +Z.
    pub heading: f32,
}

/// Features of a motion, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Frames per second.
    pub fps: f32,
    /// Number of rows.
    pub frames: usize,
    /// `frames * FEATURE_COUNT` values, frame by frame.
    pub data: Vec<f32>,
    /// Position and heading of the first frame.
    pub origin: Origin,
}

/// Features that cannot be read as a motion.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum FeatureError {
    /// The number of values does not fit the number of frames.
    #[error(
        "features hold {found} values, but {frames} frames of {FEATURE_COUNT} channels need {expected}; check the feature layout of the model package"
    )]
    Length { frames: usize, found: usize, expected: usize },
    /// The rate is unusable.
    #[error("features have a rate of {0} frames per second; it must be positive and finite")]
    Rate(f32),
    /// A network put out NaN or infinity.
    #[error("features hold a value that is not finite in frame {frame}, channel {channel}")]
    NotFinite { frame: usize, channel: usize },
}

/// Channels of a joint other than the pelvis: position, velocity, rotation.
///
/// The pelvis has no such block; its rotation lies in [`PELVIS_CHANNELS`].
pub fn joint_channels(joint: usize) -> Range<usize> {
    if joint == joint::PELVIS {
        return PELVIS_CHANNELS;
    }
    let start = PELVIS_CHANNELS.end + 12 * (joint - 1);
    start..start + 12
}

/// Features of `motion`.
pub fn from_motion(motion: &Motion) -> Features {
    let frames = motion.frames();
    let headings = headings(motion);
    let poses: Vec<_> =
        (0..frames).map(|frame| forward_kinematics(motion.root[frame], &motion.rotations[frame])).collect();
    let fps = f64::from(motion.fps);
    let mut data = vec![0.0; frames * FEATURE_COUNT];
    for frame in 0..frames {
        let row = &mut data[frame * FEATURE_COUNT..(frame + 1) * FEATURE_COUNT];
        let (positions, global) = &poses[frame];
        let root = motion.root[frame];
        // Forward difference; the last frame has no successor and repeats the difference before it.
        let from = if frame + 1 < frames { frame } else { frame.saturating_sub(1) };
        let to = (from + 1).min(frames - 1);
        let to_heading = Quat::from_rotation_y(-headings[frame] as f32);
        let velocity_frame = Quat::from_rotation_y(-headings[from] as f32);
        let velocity = |joint: usize| velocity_frame * ((poses[to].0[joint] - poses[from].0[joint]) * motion.fps);

        let planar = turned(
            DVec2::new(
                f64::from(motion.root[to].x) - f64::from(motion.root[from].x),
                f64::from(motion.root[to].z) - f64::from(motion.root[from].z),
            ) * fps,
            -headings[from],
        );
        row[0] = ((headings[to] - headings[from]) * fps) as f32;
        row[1] = planar.x as f32;
        row[2] = planar.y as f32;
        row[3] = root.y;
        row[PELVIS_CHANNELS].copy_from_slice(&to_six_d(to_heading * global[joint::PELVIS]));
        for joint in 1..JOINT_COUNT {
            let block = &mut row[joint_channels(joint)];
            let position = to_heading * (positions[joint] - Vec3::new(root.x, 0.0, root.z));
            block[0..3].copy_from_slice(&position.to_array());
            block[3..6].copy_from_slice(&velocity(joint).to_array());
            block[6..12].copy_from_slice(&to_six_d(to_heading * global[joint]));
        }
    }
    let origin = match (motion.root.first(), headings.first()) {
        (Some(root), Some(heading)) => Origin { x: root.x, z: root.z, heading: *heading as f32 },
        _ => Origin::default(),
    };
    Features { fps: motion.fps, frames, data, origin }
}

/// The motion that `features` describe, starting at their origin.
///
/// The root is integrated in double precision. Generated features disagree with themselves: positions are laid along the
/// velocities; where positions and rotations differ on a limb's direction, the limb takes a mean of the two; where
/// standing feet and root differ on the root's velocity or height, so does the root. Consistent features come back exactly.
pub fn to_motion(features: &Features) -> Result<Motion, FeatureError> {
    let expected = features.frames * FEATURE_COUNT;
    if features.data.len() != expected {
        return Err(FeatureError::Length { frames: features.frames, found: features.data.len(), expected });
    }
    if !(features.fps.is_finite() && features.fps > 0.0) {
        return Err(FeatureError::Rate(features.fps));
    }
    if let Some(index) = features.data.iter().position(|value| !value.is_finite()) {
        return Err(FeatureError::NotFinite { frame: index / FEATURE_COUNT, channel: index % FEATURE_COUNT });
    }
    let fps = f64::from(features.fps);
    let mut heading = f64::from(features.origin.heading);
    let mut headings = Vec::with_capacity(features.frames);
    for row in features.data.chunks_exact(FEATURE_COUNT) {
        headings.push(heading);
        heading += f64::from(row[0]) / fps;
    }
    let path = root_path(&features.data, &rotations(&features.data, &headings), &headings, features);
    let mut data = features.data.clone();
    positions::follow_velocities(&mut data, &path, &headings, fps);
    let mut rotations = rotations(&data, &headings);
    let root = root_path(&data, &rotations, &headings, features).iter().map(DVec3::as_vec3).collect();
    make_continuous(&mut rotations);
    Ok(Motion { fps: features.fps, root, rotations })
}

/// Local rotations of all frames.
fn rotations(data: &[f32], headings: &[f64]) -> Vec<[Quat; JOINT_COUNT]> {
    let frames = data.chunks_exact(FEATURE_COUNT).zip(headings);
    frames
        .map(|(row, heading)| {
            let turn = Quat::from_rotation_y((heading % TAU) as f32);
            local_rotations(&relative_rotations(row).map(|rotation| turn * rotation))
        })
        .collect()
}

/// Where the root is in all frames, metres.
fn root_path(
    data: &[f32],
    rotations: &[[Quat; JOINT_COUNT]],
    headings: &[f64],
    Features { fps, origin, .. }: &Features,
) -> Vec<DVec3> {
    let fps = f64::from(*fps);
    let rows: Vec<&[f32]> = data.chunks_exact(FEATURE_COUNT).collect();
    let above_origin = |(row, rotations): (&&[f32], &_)| forward_kinematics(Vec3::Y * row[3], rotations).0;
    let mut places: Vec<[Vec3; JOINT_COUNT]> = rows.iter().zip(rotations).map(above_origin).collect();
    let rises = root_height::corrections(&rows, &places, fps);
    for (places, rise) in places.iter_mut().zip(rises) {
        for place in places {
            place.y += rise as f32;
        }
    }
    let mut planar = DVec2::new(f64::from(origin.x), f64::from(origin.z));
    let velocities = root_velocity::settled(&rows, headings, &places, fps);
    let frames = places.iter().zip(velocities).zip(headings);
    frames
        .map(|((places, velocity), heading)| {
            let here = DVec3::new(planar.x, f64::from(places[joint::PELVIS].y), planar.y);
            planar += turned(velocity, *heading) / fps;
            here
        })
        .collect()
}

/// Global rotations of one frame relative to its heading, limb directions drawn to those of the positions.
fn relative_rotations(row: &[f32]) -> [Quat; JOINT_COUNT] {
    let mut global: [Quat; JOINT_COUNT] = std::array::from_fn(|joint| {
        let channels = joint_channels(joint);
        from_six_d(&row[channels.end - 6..channels.end])
    });
    let position = |joint: usize| Vec3::from_slice(&row[joint_channels(joint)][0..3]);
    for (parent, child, share) in LIMBS {
        let from_rotation = global[parent] * rest_offsets()[child].normalize();
        let difference = position(child) - position(parent);
        if difference.length() > SHORTEST_LIMB {
            let mean = from_rotation.lerp(difference.normalize(), share);
            global[parent] = minimal_swing(from_rotation, mean) * global[parent];
        }
    }
    global
}

/// Heading per frame, radians, without jumps of a full turn; held where the pelvis is upside down.
fn headings(motion: &Motion) -> Vec<f64> {
    let mut headings: Vec<f64> = Vec::with_capacity(motion.frames());
    for frame in &motion.rotations {
        let (angle, certainty) = twist_about_y(frame[joint::PELVIS]);
        let angle = f64::from(angle);
        let heading = match headings.last() {
            Some(last) if certainty < DEGENERATE_TWIST => *last,
            Some(last) => last + (angle - last + PI).rem_euclid(TAU) - PI,
            None => (angle + PI).rem_euclid(TAU) - PI,
        };
        headings.push(heading);
    }
    headings
}

/// Picks of each quaternion and its negative the one nearer to the frame before, so that hosts may interpolate.
pub(crate) fn make_continuous(rotations: &mut [[Quat; JOINT_COUNT]]) {
    for frame in 1..rotations.len() {
        let (before, after) = rotations.split_at_mut(frame);
        for (last, rotation) in before[frame - 1].iter().zip(&mut after[0]) {
            if rotation.dot(*last) < 0.0 {
                *rotation = -*rotation;
            }
        }
    }
}

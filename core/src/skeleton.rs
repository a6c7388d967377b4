//! The canonical skeleton: 22 joints in HumanML3D/SMPL order, T rest pose, an average adult of 1.70 m.
//!
//! Metres, Y up, facing +Z, left is +X. In the rest pose every rotation is the identity, the arms lie along +-X with
//! the elbow hinge vertical (forearms fold forward), the knee hinge is X (shanks fold backward) and the soles are flat
//! on the floor at `y = 0`. Segment lengths follow Winter, "Biomechanics and Motor Control of Human Movement"
//! (body segment lengths as fractions of stature), with joints placed as in SMPL.

use glam::{Quat, Vec3};

/// The name by which model packages call the canonical skeleton.
pub const SKELETON_NAME: &str = "canonical-22";

/// Number of joints of the canonical skeleton.
pub const JOINT_COUNT: usize = 22;

/// Joint names, in the order of every `[_; JOINT_COUNT]` array of this crate. Parents come before their children.
pub const JOINT_NAMES: [&str; JOINT_COUNT] = [
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
];

/// Parent of every joint; `None` for the pelvis.
pub const PARENTS: [Option<usize>; JOINT_COUNT] = [
    None,
    Some(joint::PELVIS),
    Some(joint::PELVIS),
    Some(joint::PELVIS),
    Some(joint::LEFT_HIP),
    Some(joint::RIGHT_HIP),
    Some(joint::SPINE1),
    Some(joint::LEFT_KNEE),
    Some(joint::RIGHT_KNEE),
    Some(joint::SPINE2),
    Some(joint::LEFT_ANKLE),
    Some(joint::RIGHT_ANKLE),
    Some(joint::SPINE3),
    Some(joint::SPINE3),
    Some(joint::SPINE3),
    Some(joint::NECK),
    Some(joint::LEFT_COLLAR),
    Some(joint::RIGHT_COLLAR),
    Some(joint::LEFT_SHOULDER),
    Some(joint::RIGHT_SHOULDER),
    Some(joint::LEFT_ELBOW),
    Some(joint::RIGHT_ELBOW),
];

/// The joint on the other side of the body, or the joint itself on the midline.
pub const MIRRORED: [usize; JOINT_COUNT] =
    [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20];

/// Indices of the joints by name.
pub mod joint {
    pub const PELVIS: usize = 0;
    pub const LEFT_HIP: usize = 1;
    pub const RIGHT_HIP: usize = 2;
    pub const SPINE1: usize = 3;
    pub const LEFT_KNEE: usize = 4;
    pub const RIGHT_KNEE: usize = 5;
    pub const SPINE2: usize = 6;
    pub const LEFT_ANKLE: usize = 7;
    pub const RIGHT_ANKLE: usize = 8;
    pub const SPINE3: usize = 9;
    pub const LEFT_FOOT: usize = 10;
    pub const RIGHT_FOOT: usize = 11;
    pub const NECK: usize = 12;
    pub const LEFT_COLLAR: usize = 13;
    pub const RIGHT_COLLAR: usize = 14;
    pub const HEAD: usize = 15;
    pub const LEFT_SHOULDER: usize = 16;
    pub const RIGHT_SHOULDER: usize = 17;
    pub const LEFT_ELBOW: usize = 18;
    pub const RIGHT_ELBOW: usize = 19;
    pub const LEFT_WRIST: usize = 20;
    pub const RIGHT_WRIST: usize = 21;
}

/// Height of the pelvis above the floor in the rest pose, metres.
pub const STANDING_PELVIS_HEIGHT: f32 = 0.955;

/// Height of the ankle above the floor when the sole is flat, metres.
pub const STANDING_ANKLE_HEIGHT: f32 = 0.075;

static REST_OFFSETS: [Vec3; JOINT_COUNT] = [
    Vec3::ZERO,                       // pelvis
    Vec3::new(0.085, -0.08, 0.0),     // left_hip
    Vec3::new(-0.085, -0.08, 0.0),    // right_hip
    Vec3::new(0.0, 0.11, -0.015),     // spine1
    Vec3::new(0.0, -0.40, 0.0),       // left_knee
    Vec3::new(0.0, -0.40, 0.0),       // right_knee
    Vec3::new(0.0, 0.13, 0.0),        // spine2
    Vec3::new(0.0, -0.40, 0.0),       // left_ankle
    Vec3::new(0.0, -0.40, 0.0),       // right_ankle
    Vec3::new(0.0, 0.055, 0.01),      // spine3
    Vec3::new(0.0, -0.055, 0.13),     // left_foot
    Vec3::new(0.0, -0.055, 0.13),     // right_foot
    Vec3::new(0.0, 0.21, -0.02),      // neck
    Vec3::new(0.075, 0.115, -0.015),  // left_collar
    Vec3::new(-0.075, 0.115, -0.015), // right_collar
    Vec3::new(0.0, 0.09, 0.03),       // head
    Vec3::new(0.10, 0.025, -0.01),    // left_shoulder
    Vec3::new(-0.10, 0.025, -0.01),   // right_shoulder
    Vec3::new(0.27, 0.0, 0.0),        // left_elbow
    Vec3::new(-0.27, 0.0, 0.0),       // right_elbow
    Vec3::new(0.25, 0.0, 0.0),        // left_wrist
    Vec3::new(-0.25, 0.0, 0.0),       // right_wrist
];

/// Offset of every joint from its parent in the rest pose, metres. The pelvis has none: its position is the root's.
pub fn rest_offsets() -> &'static [Vec3; JOINT_COUNT] {
    &REST_OFFSETS
}

/// Index of the joint called `name`, if the canonical skeleton has it.
pub fn joint_index(name: &str) -> Option<usize> {
    JOINT_NAMES.iter().position(|candidate| *candidate == name)
}

/// World positions (metres) and world rotations of all joints.
///
/// `root` is the world position of the pelvis; `rotations` are local to the parent, the pelvis's own to the world.
pub fn forward_kinematics(root: Vec3, rotations: &[Quat; JOINT_COUNT]) -> ([Vec3; JOINT_COUNT], [Quat; JOINT_COUNT]) {
    let mut positions = [root; JOINT_COUNT];
    let mut global = *rotations;
    for (index, parent) in PARENTS.iter().enumerate() {
        if let Some(parent) = *parent {
            positions[index] = positions[parent] + global[parent] * REST_OFFSETS[index];
            global[index] = global[parent] * rotations[index];
        }
    }
    (positions, global)
}

/// Local rotations from world rotations; the inverse of the rotational half of [`forward_kinematics`].
pub fn local_rotations(global: &[Quat; JOINT_COUNT]) -> [Quat; JOINT_COUNT] {
    let mut local = *global;
    for (index, parent) in PARENTS.iter().enumerate() {
        if let Some(parent) = *parent {
            local[index] = (global[parent].inverse() * global[index]).normalize();
        }
    }
    local
}

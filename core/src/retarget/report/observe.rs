//! Positions and rotations of a rig's joints over a take, in the canonical world.

use glam::{DMat3, DQuat, DVec3};

use super::super::alignment::LEGS;
use super::super::body::Body;
use super::Side;
use crate::rig::global_poses;
use crate::skeleton::{JOINT_COUNT, joint};

/// What must be known of a rig to look at it: its joints, its stage, its soles.
pub(crate) struct Observer {
    pub(super) joints: [Option<usize>; JOINT_COUNT],
    stage: DQuat,
    origin: DVec3,
    pub(crate) leg_length: f64,
    /// Lengths of arms and legs: left and right wrist, left and right ankle.
    pub(super) limb_lengths: [f64; 4],
    /// Heights of the ankles over a flat sole, metres.
    pub(super) ankle_heights: [f64; 2],
    /// Heel and ball of both feet in the frame of the ankle's node, metres.
    soles: [[DVec3; 2]; 2],
}

/// A take as it looks.
pub(crate) struct Observed {
    pub(crate) positions: Vec<[Option<DVec3>; JOINT_COUNT]>,
    pub(super) rotations: Vec<[Option<DQuat>; JOINT_COUNT]>,
    /// Heel and ball of both feet over the floor.
    pub(super) soles: [[Vec<DVec3>; 2]; 2],
    pub(super) fps: f64,
}

impl Observed {
    /// False where a place or a rotation of a joint is infinite or no number.
    pub(super) fn is_finite(&self) -> bool {
        self.positions.iter().flatten().flatten().all(|place| place.is_finite())
            && self.rotations.iter().flatten().flatten().all(|turn| turn.is_finite())
    }
}

impl Observer {
    pub(crate) fn new(body: &Body) -> Observer {
        let sum = |lengths: [f64; 2]| lengths.iter().sum();
        Observer {
            joints: body.joints,
            stage: body.alignment.stage,
            origin: body.origin,
            leg_length: body.leg_length(),
            limb_lengths: [sum(body.arm[0]), sum(body.arm[1]), sum(body.leg[0]), sum(body.leg[1])],
            ankle_heights: body.soles.map(|sole| -sole.heel.y),
            soles: std::array::from_fn(|side| {
                let ankle = LEGS[side][2];
                let into = body.joints[ankle].map_or(DQuat::IDENTITY, |node| body.t_pose(node, ankle).inverse());
                [into * body.soles[side].heel, into * body.soles[side].ball]
            }),
        }
    }

    pub(crate) fn watch(&self, side: Side<'_>) -> Observed {
        let into = self.stage.inverse();
        let mut observed = Observed {
            positions: Vec::with_capacity(side.take.frames),
            rotations: Vec::with_capacity(side.take.frames),
            soles: Default::default(),
            fps: side.take.fps,
        };
        for frame in 0..side.take.frames {
            let poses = global_poses(&side.rig.nodes, Some((side.take, frame)));
            let place = |position: DVec3| into * (position - self.origin) - DVec3::Y * side.floor;
            let turn = |node: usize| {
                let matrix = DMat3::from_mat4(poses[node]);
                let even = DMat3::from_cols(
                    matrix.x_axis.normalize_or_zero(),
                    matrix.y_axis.normalize_or_zero(),
                    matrix.z_axis.normalize_or_zero(),
                );
                DQuat::from_mat3(&even)
            };
            observed.positions.push(self.joints.map(|node| node.map(|node| place(poses[node].w_axis.truncate()))));
            observed.rotations.push(self.joints.map(|node| node.map(|node| into * turn(node))));
            for ((points, sole), ankle) in
                observed.soles.iter_mut().zip(&self.soles).zip([joint::LEFT_ANKLE, joint::RIGHT_ANKLE])
            {
                let Some(node) = self.joints[ankle] else { continue };
                let at = poses[node].w_axis.truncate();
                for (points, point) in points.iter_mut().zip(sole) {
                    points.push(place(at + turn(node) * *point));
                }
            }
        }
        observed
    }
}

//! Bodies that walk, turn, sidestep and crouch on the canonical skeleton, in closed form: planted feet do not move at all.
#![allow(dead_code)] // Every test program uses another part of it.

use std::f32::consts::{PI, TAU};

use glam::{Quat, Vec3};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{
    JOINT_COUNT, STANDING_ANKLE_HEIGHT, STANDING_PELVIS_HEIGHT, forward_kinematics, joint, local_rotations,
    rest_offsets,
};

/// A way to get about.
#[derive(Debug, Clone, Copy)]
pub struct Stroll {
    pub name: &'static str,
    /// Metres per second ahead and to the left.
    pub ahead: f32,
    pub aside: f32,
    /// Radians per second to the left.
    pub turn: f32,
    /// Seconds of a whole cycle of two steps.
    pub cycle: f32,
    /// Share of the cycle in which a foot stands.
    pub stance: f32,
    /// Height to which a foot is lifted, metres.
    pub lift: f32,
    /// How far the pelvis is below standing, metres.
    pub crouch: f32,
    /// Amplitude of the arms' swing and bend of the elbows, radians.
    pub arms: f32,
    pub elbows: f32,
    /// Largest pitch of a swinging foot, toes down, radians.
    pub pitch: f32,
}

const WALK: Stroll = Stroll {
    name: "walk",
    ahead: 0.9,
    aside: 0.0,
    turn: 0.0,
    cycle: 0.95,
    stance: 0.6,
    lift: 0.12,
    crouch: 0.06,
    arms: 0.5,
    elbows: 0.4,
    pitch: 0.5,
};

/// Ten ways.
pub fn all() -> [Stroll; 10] {
    [
        WALK,
        Stroll { name: "slow walk", ahead: 0.6, cycle: 1.3, stance: 0.66, ..WALK },
        Stroll {
            name: "fast walk",
            ahead: 1.3,
            cycle: 0.8,
            stance: 0.52,
            crouch: 0.08,
            arms: 0.8,
            elbows: 0.9,
            ..WALK
        },
        Stroll { name: "walk to the left", turn: 0.7, ahead: 0.8, ..WALK },
        Stroll { name: "walk to the right", turn: -0.7, ahead: 0.8, ..WALK },
        Stroll { name: "walk back", ahead: -0.8, pitch: 0.3, ..WALK },
        Stroll { name: "sidestep", ahead: 0.0, aside: 0.5, pitch: 0.2, ..WALK },
        Stroll { name: "turn on the spot", ahead: 0.0, turn: 1.2, lift: 0.08, pitch: 0.2, ..WALK },
        Stroll { name: "creep", ahead: 0.4, cycle: 1.6, stance: 0.7, crouch: 0.22, elbows: 1.4, lift: 0.18, ..WALK },
        Stroll { name: "march", ahead: 0.5, cycle: 1.0, lift: 0.3, arms: 1.0, ..WALK },
    ]
}

impl Stroll {
    /// Place and heading of the body over the ground.
    fn way(&self, t: f32) -> (Vec3, f32) {
        // Integrated in steps of a millisecond: a turning body walks an arc.
        if self.turn == 0.0 {
            return (Vec3::new(self.aside * t, 0.0, self.ahead * t), 0.0);
        }
        let heading = self.turn * t;
        let (sin, cos) = heading.sin_cos();
        let along = Vec3::new(1.0 - cos, 0.0, sin) * (self.ahead / self.turn);
        let across = Vec3::new(sin, 0.0, cos - 1.0) * (self.aside / self.turn);
        (along + across, heading)
    }

    /// Ankle position, heading and pitch of a foot; `side` is 1 on the left.
    fn foot(&self, t: f32, side: f32) -> (Vec3, f32, f32) {
        let shift = if side > 0.0 { 0.0 } else { 0.5 };
        let phase = t / self.cycle + shift;
        let (number, share) = (phase.floor(), phase.rem_euclid(1.0));
        let stand = |number: f32| {
            let middle = (number - shift + self.stance / 2.0) * self.cycle;
            let (place, heading) = self.way(middle);
            (place + Quat::from_rotation_y(heading) * Vec3::X * (0.09 * side), heading)
        };
        let (from, to) = (stand(number), stand(number + 1.0));
        let swing = ((share - self.stance) / (1.0 - self.stance)).clamp(0.0, 1.0);
        // Starts and ends at rest.
        let ease = swing * swing * swing * (swing * (swing * 6.0 - 15.0) + 10.0);
        let hump = (PI * swing).sin().powi(2);
        let place = from.0.lerp(to.0, ease) + Vec3::Y * (STANDING_ANKLE_HEIGHT + self.lift * hump);
        (place, from.1 + (to.1 - from.1) * ease, self.pitch * hump * (1.0 - swing))
    }

    /// The motion, and for each frame whether the left and the right foot stand.
    pub fn motion(&self, fps: f32, seconds: f32) -> (Motion, Vec<[bool; 2]>) {
        let frames = (fps * seconds) as usize + 1;
        let offsets = rest_offsets();
        let mut motion = Motion { fps, root: Vec::new(), rotations: Vec::new() };
        let mut stands = Vec::new();
        for frame in 0..frames {
            let t = frame as f32 / fps;
            let (place, heading) = self.way(t);
            let facing = Quat::from_rotation_y(heading);
            let step = TAU * t / self.cycle;
            let mut pose = [Quat::IDENTITY; JOINT_COUNT];
            pose[joint::PELVIS] =
                facing * Quat::from_rotation_y(0.1 * step.sin()) * Quat::from_rotation_z(0.04 * step.cos());
            pose[joint::SPINE1] = Quat::from_rotation_y(-0.08 * step.sin());
            pose[joint::SPINE2] = Quat::from_rotation_x(0.05);
            pose[joint::SPINE3] = Quat::from_rotation_y(-0.08 * step.sin());
            pose[joint::NECK] = Quat::from_rotation_x(-0.04);
            pose[joint::HEAD] = Quat::from_rotation_y(0.06 * step.sin());
            for (side, shoulder, elbow) in
                [(1.0, joint::LEFT_SHOULDER, joint::LEFT_ELBOW), (-1.0, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW)]
            {
                let swing = self.arms * side * step.cos();
                pose[shoulder] = Quat::from_rotation_x(swing) * Quat::from_rotation_z(-side * 1.35);
                pose[elbow] = Quat::from_rotation_y(-side * (self.elbows + 0.2 * (1.0 + step.sin())));
            }
            let height = STANDING_PELVIS_HEIGHT - self.crouch - 0.012 * (2.0 * step).cos();
            let root = place + Vec3::Y * height;
            let (positions, mut global) = forward_kinematics(root, &pose);
            let mut standing = [false; 2];
            for (index, (side, hip, knee, ankle, foot)) in [
                (1.0, joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_FOOT),
                (-1.0, joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_FOOT),
            ]
            .into_iter()
            .enumerate()
            {
                let (at, yaw, pitch) = self.foot(t, side);
                let line = at - positions[hip];
                let (thigh, shank) = (-offsets[knee].y, -offsets[ankle].y);
                let distance = line.length();
                assert!(distance < 0.9995 * (thigh + shank), "{}: a leg would have to be {distance} m long", self.name);
                // Law of cosines; the knee lies in the plane of the leg and the direction ahead.
                let at_hip = ((thigh * thigh + distance * distance - shank * shank) / (2.0 * thigh * distance)).acos();
                let at_knee = PI
                    - ((thigh * thigh + shank * shank - distance * distance) / (2.0 * thigh * shank))
                        .clamp(-1.0, 1.0)
                        .acos();
                let down = line.normalize();
                let across = (facing * Vec3::X - down * down.dot(facing * Vec3::X)).normalize();
                let ahead = across.cross(-down);
                let plane = Quat::from_mat3(&glam::Mat3::from_cols(across, -down, ahead));
                global[hip] = plane * Quat::from_rotation_x(-at_hip);
                global[knee] = global[hip] * Quat::from_rotation_x(at_knee);
                global[ankle] = Quat::from_rotation_y(yaw) * Quat::from_rotation_x(pitch);
                global[foot] = global[ankle];
                let shift = if side > 0.0 { 0.0 } else { 0.5 };
                standing[index] = (t / self.cycle + shift).rem_euclid(1.0) < self.stance;
            }
            motion.root.push(root);
            motion.rotations.push(local_rotations(&global));
            stands.push(standing);
        }
        (motion, stands)
    }
}

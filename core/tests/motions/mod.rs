//! Procedural motions with known rotations.
#![allow(dead_code)] // Every test program uses another part of it.

use glam::{Quat, Vec3};
use ropar_core::motion::Motion;
use ropar_core::skeleton::{JOINT_COUNT, STANDING_PELVIS_HEIGHT, joint};

/// A wave of `cycles` per second with a phase of its own for every joint.
fn wave(time: f32, cycles: f32, phase: usize) -> f32 {
    (std::f32::consts::TAU * cycles * time + phase as f32 * 1.7).sin()
}

/// All joints rotate about changing axes while the body walks a curve: nothing is symmetric, nothing stands still.
pub fn wild(fps: f32, seconds: f32) -> Motion {
    let frames = (fps * seconds) as usize + 1;
    let time = |frame: usize| frame as f32 / fps;
    Motion {
        fps,
        root: (0..frames)
            .map(|frame| {
                let t = time(frame);
                Vec3::new(1.5 * (0.6 * t).sin(), 0.9 + 0.1 * wave(t, 1.3, 2), 1.2 * t)
            })
            .collect(),
        rotations: (0..frames)
            .map(|frame| {
                let t = time(frame);
                std::array::from_fn(|index| {
                    let axis = Vec3::new(wave(t, 0.3, index), wave(t, 0.2, index + 5), 1.0).normalize();
                    let turn = Quat::from_axis_angle(axis, 0.8 * wave(t, 0.7, index + 9));
                    // The body turns around more than once, so that the heading must be unwrapped.
                    if index == joint::PELVIS { Quat::from_rotation_y(1.4 * t) * turn } else { turn }
                })
            })
            .collect(),
    }
}

/// What a body with hinges can do: knees and elbows only fold, and the twist of thighs and upper arms is `twist`
/// radians in both directions; `fold` is the smallest and largest bend of elbows and knees.
pub fn hinged(fps: f32, seconds: f32, twist: f32, fold: (f32, f32)) -> Motion {
    let frames = (fps * seconds) as usize + 1;
    let mut motion = Motion { fps, root: Vec::new(), rotations: Vec::new() };
    for frame in 0..frames {
        let t = frame as f32 / fps;
        let bend = |phase: usize| fold.0 + (fold.1 - fold.0) * (0.5 + 0.5 * wave(t, 0.5, phase));
        let mut pose = [Quat::IDENTITY; JOINT_COUNT];
        pose[joint::PELVIS] = Quat::from_rotation_y(0.8 * t) * Quat::from_rotation_x(0.2 * wave(t, 0.4, 0));
        pose[joint::SPINE1] = Quat::from_rotation_x(0.15 * wave(t, 0.3, 1));
        pose[joint::SPINE2] = Quat::from_rotation_z(0.1 * wave(t, 0.3, 2));
        pose[joint::NECK] = Quat::from_rotation_x(0.3 * wave(t, 0.3, 3));
        for (side, hip, knee, ankle, shoulder, elbow) in [
            (1.0, joint::LEFT_HIP, joint::LEFT_KNEE, joint::LEFT_ANKLE, joint::LEFT_SHOULDER, joint::LEFT_ELBOW),
            (-1.0, joint::RIGHT_HIP, joint::RIGHT_KNEE, joint::RIGHT_ANKLE, joint::RIGHT_SHOULDER, joint::RIGHT_ELBOW),
        ] {
            pose[hip] = Quat::from_rotation_x(-0.4 + 0.5 * wave(t, 0.5, hip))
                * Quat::from_rotation_z(side * 0.1)
                * Quat::from_rotation_y(twist * wave(t, 0.35, hip + 4));
            pose[knee] = Quat::from_rotation_x(bend(knee));
            pose[ankle] = Quat::from_rotation_x(0.2 * wave(t, 0.5, ankle));
            pose[shoulder] = Quat::from_rotation_z(side * (-0.9 + 0.6 * wave(t, 0.4, shoulder)))
                * Quat::from_rotation_x(twist * wave(t, 0.3, shoulder + 4));
            // Left forearms fold forward about -Y, right ones about +Y.
            pose[elbow] = Quat::from_rotation_y(-side * bend(elbow));
        }
        motion.root.push(Vec3::new(0.3 * t, STANDING_PELVIS_HEIGHT + 0.02 * wave(t, 1.0, 0), 0.8 * t));
        motion.rotations.push(pose);
    }
    motion
}

/// The rest pose held for `frames` frames.
pub fn standing(fps: f32, frames: usize) -> Motion {
    Motion {
        fps,
        root: vec![Vec3::new(0.0, STANDING_PELVIS_HEIGHT, 0.0); frames],
        rotations: vec![[Quat::IDENTITY; JOINT_COUNT]; frames],
    }
}

/// Angle between two rotations, degrees; exact for small angles, unlike an arc cosine.
pub fn degrees_between(a: Quat, b: Quat) -> f32 {
    let difference = a.inverse() * b;
    2.0 * difference.xyz().length().atan2(difference.w.abs()).to_degrees()
}

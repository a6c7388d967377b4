//! Joint positions that move as joint velocities say.
//!
//! Features hold where a joint is and how fast it moves. A network gets both about right, each with errors of its own: a
//! position is right on average and trembles from frame to frame, a velocity is smooth and drifts when it is added up. The path
//! p of a joint is therefore the one that minimises
//!
//! ```text
//! sum over frames  |p(t) - position(t)|² + TRUST |p(t + 1) - p(t) - velocity(t) / fps|²
//! ```
//!
//! which is what a Kalman smoother (Rauch, Tung and Striebel 1965) makes of the two with equal errors in all frames. Consistent
//! features come back exactly ([decision 49](../../../docs/decisions/0049-positions-follow-velocities.md)).

use std::ops::Range;

use glam::{DVec2, DVec3};

use super::root_velocity::turned;
use super::{FEATURE_COUNT, joint_channels};
use crate::skeleton::JOINT_COUNT;

/// How much more a step between two frames counts than a position: the square of their errors' ratio. The P-VAE's
/// positions are 7.6 mm off, its velocities 0.10 m/s, which is 5 mm a frame of 1/20 s.
const TRUST: f64 = 2.0;

/// Lays the joints' positions in `data` along their velocities, in place.
///
/// `root` is where the root is in each frame, metres, and `headings` the heading, radians.
pub(super) fn follow_velocities(data: &mut [f32], root: &[DVec3], headings: &[f64], fps: f64) {
    let frames = root.len();
    let solver = Smoother::new(frames);
    let mut path = vec![DVec3::ZERO; frames];
    let mut steps = vec![DVec3::ZERO; frames];
    for joint in 1..JOINT_COUNT {
        let Range { start, .. } = joint_channels(joint);
        for frame in 0..frames {
            let values = &data[frame * FEATURE_COUNT + start..][..6];
            let world = |at: usize| {
                let flat = DVec2::new(f64::from(values[at]), f64::from(values[at + 2]));
                let flat = turned(flat, headings[frame]);
                DVec3::new(flat.x, f64::from(values[at + 1]), flat.y)
            };
            path[frame] = world(0) + root[frame].with_y(0.0);
            steps[frame] = world(3) / fps;
        }
        solver.solve(&mut path, &steps);
        for frame in 0..frames {
            let from_root = path[frame] - root[frame];
            let flat = turned(DVec2::new(from_root.x, from_root.z), -headings[frame]);
            let values = &mut data[frame * FEATURE_COUNT + start..][..3];
            values.copy_from_slice(&[flat.x as f32, path[frame].y as f32, flat.y as f32]);
        }
    }
}

/// The symmetric tridiagonal system of the sum above, eliminated once for all joints (Thomas's algorithm).
struct Smoother {
    /// What is left of the diagonal, frame by frame.
    pivots: Vec<f64>,
}

impl Smoother {
    fn new(frames: usize) -> Self {
        let mut pivots = Vec::with_capacity(frames);
        for frame in 0..frames {
            let neighbours = f64::from(u8::from(frame > 0)) + f64::from(u8::from(frame + 1 < frames));
            let above = pivots.last().map_or(0.0, |pivot| TRUST * TRUST / pivot);
            pivots.push(1.0 + TRUST * neighbours - above);
        }
        Self { pivots }
    }

    /// Replaces positions by the path; `steps[t]` leads from frame t to the next.
    fn solve(&self, path: &mut [DVec3], steps: &[DVec3]) {
        let frames = path.len();
        for frame in 0..frames.saturating_sub(1) {
            path[frame] -= TRUST * steps[frame];
            path[frame + 1] += TRUST * steps[frame];
        }
        for frame in 1..frames {
            let before = path[frame - 1];
            path[frame] += TRUST / self.pivots[frame - 1] * before;
        }
        if let (Some(last), Some(pivot)) = (path.last_mut(), self.pivots.last()) {
            *last /= *pivot;
        }
        for frame in (0..frames.saturating_sub(1)).rev() {
            path[frame] = (path[frame] + TRUST * path[frame + 1]) / self.pivots[frame];
        }
    }
}

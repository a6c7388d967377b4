//! From joint positions of any human skeleton to a motion of the canonical one.
//!
//! Rotations of different sources cannot be mixed, because their rest frames differ; positions can. The solver takes
//! the direction of every limb from the positions and lays the canonical segment along it:
//!
//! - The body is scaled by the ratio of leg lengths and set on the floor, so that steps keep their proportion.
//! - The pelvis follows the line of the hips and the start of the spine, the chest the end of the spine and the line of
//!   the shoulders; the spine between them is resampled by arc length, because sources place its joints differently.
//! - Legs reach for the scaled ankles, so that a planted foot stays planted; arms keep the directions of the source.
//! - Twist of thighs and upper arms comes from the hinge planes of knees and elbows ([`twist`]), and where a limb is
//!   straight from its neighbours in time.
//!
//! Positions hold one value per canonical joint. Joints that a source lacks are interpolated by the reader and marked
//! in the mask; hips, knees, ankles, shoulders, elbows, wrists and neck must be real.

mod calibration;
mod head;
mod limbs;
mod trunk;
mod twist;

use glam::{Quat, Vec3};

pub use calibration::Calibration;
pub use head::head_yaw;

use crate::features::make_continuous;
use crate::motion::Motion;
use crate::skeleton::{JOINT_COUNT, JOINT_NAMES, forward_kinematics, joint, local_rotations, rest_offsets};
use limbs::Side;

/// Length of a canonical leg from hip to ankle, metres.
pub(crate) fn canonical_leg() -> f32 {
    rest_offsets()[joint::LEFT_KNEE].length() + rest_offsets()[joint::LEFT_ANKLE].length()
}

/// Largest turn of the head against the chest, radians.
const LARGEST_HEAD_YAW: f32 = 80.0 * std::f32::consts::PI / 180.0;

/// Joints without which a body cannot be solved.
const REQUIRED: [usize; 13] = [
    joint::LEFT_HIP,
    joint::RIGHT_HIP,
    joint::LEFT_KNEE,
    joint::RIGHT_KNEE,
    joint::LEFT_ANKLE,
    joint::RIGHT_ANKLE,
    joint::NECK,
    joint::LEFT_SHOULDER,
    joint::RIGHT_SHOULDER,
    joint::LEFT_ELBOW,
    joint::RIGHT_ELBOW,
    joint::LEFT_WRIST,
    joint::RIGHT_WRIST,
];

/// What the caller may know beyond the positions.
#[derive(Debug, Clone, Copy, Default)]
pub struct SolveOptions<'a> {
    /// How the source's body stands, measured once over many clips of one skeleton; from this clip when `None`.
    pub calibration: Option<Calibration>,
    /// Turn of the head against the chest per frame, radians, positive to the left; the head follows the neck when
    /// `None`. Limited to 80 degrees.
    pub head_yaw: Option<&'a [f32]>,
}

/// A solved clip.
#[derive(Debug, Clone)]
pub struct Solved {
    /// The motion of the canonical skeleton.
    pub motion: Motion,
    /// Distance in millimetres between the solved joint and the scaled source joint, per frame.
    pub residual_mm: Vec<[f32; JOINT_COUNT]>,
    /// Factor from source to canonical lengths.
    pub scale: f32,
}

/// Positions that cannot be solved.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SolveError {
    #[error("the clip has no frames")]
    Empty,
    #[error("the rate is {0} frames per second; it must be positive and finite")]
    Rate(f32),
    #[error(
        "the source skeleton has no joint for `{joint}`; the solver needs hips, knees, ankles, neck, shoulders, elbows and wrists"
    )]
    MissingJoint { joint: &'static str },
    #[error("the position of `{joint}` in frame {frame} is not finite")]
    NotFinite { frame: usize, joint: &'static str },
    #[error("the legs are {0} m long; check that positions are in metres")]
    LegLength(f32),
    #[error("there are {found} head turns or rotations for {frames} frames")]
    HeadYaw { found: usize, frames: usize },
}

/// Brings source joint positions (metres, Y up, one row per frame) to the canonical skeleton.
///
/// `mapped` tells which joints the source really has.
pub fn solve(
    positions: &[[Vec3; JOINT_COUNT]],
    mapped: &[bool; JOINT_COUNT],
    fps: f32,
    options: SolveOptions<'_>,
) -> Result<Solved, SolveError> {
    if !(fps.is_finite() && fps > 0.0) {
        return Err(SolveError::Rate(fps));
    }
    if let Some(yaw) = options.head_yaw
        && yaw.len() != positions.len()
    {
        return Err(SolveError::HeadYaw { found: yaw.len(), frames: positions.len() });
    }
    check(positions, mapped)?;
    let leg = leg_length(positions)?;
    let calibration = match options.calibration {
        Some(calibration) => calibration,
        None => Calibration::measure(positions, mapped)?,
    };
    let scale = canonical_leg() / leg;
    let lift = Vec3::Y * calibration.lift();
    let source: Vec<[Vec3; JOINT_COUNT]> =
        positions.iter().map(|frame| frame.map(|position| position * scale + lift)).collect();

    let mut global = trunk::solve(&source, &calibration, options.head_yaw);
    let root: Vec<Vec3> = source
        .iter()
        .zip(&global)
        .map(|(frame, rotations)| {
            let offsets = rest_offsets();
            let hips = (frame[joint::LEFT_HIP] + frame[joint::RIGHT_HIP]) / 2.0;
            let rest_hips = (offsets[joint::LEFT_HIP] + offsets[joint::RIGHT_HIP]) / 2.0;
            hips - rotations[joint::PELVIS] * rest_hips
        })
        .collect();
    for side in [Side::Left, Side::Right] {
        limbs::solve_arm(side, &source, &calibration, fps, &mut global);
        limbs::solve_leg(side, &source, mapped, &calibration, fps, &root, &mut global);
    }
    let mut rotations: Vec<[Quat; JOINT_COUNT]> = global.iter().map(local_rotations).collect();
    make_continuous(&mut rotations);

    let residual_mm = source
        .iter()
        .zip(root.iter().zip(&rotations))
        .map(|(frame, (root, rotations))| {
            let (solved, _) = forward_kinematics(*root, rotations);
            std::array::from_fn(|index| solved[index].distance(frame[index]) * 1000.0)
        })
        .collect();
    Ok(Solved { motion: Motion { fps, root, rotations }, residual_mm, scale })
}

/// Checks what every part of the solver relies on.
fn check(positions: &[[Vec3; JOINT_COUNT]], mapped: &[bool; JOINT_COUNT]) -> Result<(), SolveError> {
    if positions.is_empty() {
        return Err(SolveError::Empty);
    }
    if let Some(missing) = REQUIRED.into_iter().find(|&joint| !mapped[joint]) {
        return Err(SolveError::MissingJoint { joint: JOINT_NAMES[missing] });
    }
    for (frame, row) in positions.iter().enumerate() {
        if let Some(index) = row.iter().position(|position| !position.is_finite()) {
            return Err(SolveError::NotFinite { frame, joint: JOINT_NAMES[index] });
        }
    }
    Ok(())
}

/// Median length of a leg, hip to knee to ankle.
fn leg_length(positions: &[[Vec3; JOINT_COUNT]]) -> Result<f32, SolveError> {
    let mut lengths: Vec<f32> = positions
        .iter()
        .flat_map(|frame| {
            [Side::Left, Side::Right].map(|side| {
                let [hip, knee, ankle, _] = side.leg();
                frame[hip].distance(frame[knee]) + frame[knee].distance(frame[ankle])
            })
        })
        .collect();
    let length = percentile(&mut lengths, 0.5);
    if (0.05..5.0).contains(&length) { Ok(length) } else { Err(SolveError::LegLength(length)) }
}

/// The value below which `fraction` of `values` lie; 0 when there are none.
fn percentile(values: &mut [f32], fraction: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let index = ((values.len() - 1) as f32 * fraction).round() as usize;
    *values.select_nth_unstable_by(index, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::canonical_leg;
    use crate::cleanup::sole::LEG;

    #[test]
    fn a_leg_is_as_long_for_soles_as_for_limbs() {
        assert!((f64::from(canonical_leg()) - LEG).abs() < 1e-6);
    }
}

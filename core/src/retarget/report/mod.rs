//! How well a clip came over, measured on the finished take by the target's own kinematics.
//!
//! Nothing here knows what the solver did: positions and rotations of both rigs are computed anew from their takes, with
//! full matrices. Only where the soles are and which way a rig stands is shared, because that is part of what a rig is.

mod figures;
mod observe;
mod verdict;

use serde::Serialize;

use super::RetargetOptions;
use super::mapping::RigMapping;
use crate::cleanup::contacts::Contact;
use crate::rig::{Rig, Take};
pub(super) use observe::Observer;
pub use verdict::{Grade, Verdict};

/// Figures of one retargeted clip. Lengths are those of the target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetargetReport {
    /// Frames of the take.
    pub frames: usize,
    /// Seconds of the take.
    pub seconds: f64,
    /// Angle between the directions of upper arms, forearms, thighs and shanks of both, degrees: median over limbs and
    /// frames.
    pub limb_direction_median: f64,
    /// The same, the largest.
    pub limb_direction_largest: f64,
    /// The limb that this is, by the canonical joint at which it starts.
    pub limb_direction_at: String,
    /// Distance of wrists and ankles from where they would be on a scaled source, relative to the hips, as a share of the
    /// limb's length: mean.
    pub end_effector_error: f64,
    /// Speed of heels and balls over the floor while they stand in the source, cm/s: mean. `None` where the clip was put in
    /// place, which makes feet slide, or nothing stands.
    pub foot_slide: Option<f64>,
    /// The same of the source, in the target's scale.
    pub source_foot_slide: Option<f64>,
    /// How deep soles sink into the floor, millimetres: the largest.
    pub penetration: f64,
    /// Agreement of the target's contacts with the source's: F1 over frames, feet, heels and balls. `None` as above.
    pub contact_f1: Option<f64>,
    /// Largest change of any bone's length, millimetres.
    pub bone_length_drift: f64,
    /// Mean third derivative of joint positions over the source's in the target's scale.
    pub jerk_ratio: f64,
    /// Fastest turn of a joint over the fastest turn of the same joint in the source: the largest.
    pub angular_velocity_ratio: f64,
    /// The joint that this is.
    pub angular_velocity_at: String,
    /// The least certain joint of either mapping, 0 to 1.
    pub mapping_confidence: f64,
    /// The names by which the source and the target were mapped.
    pub families: [String; 2],
    /// What to think of it.
    pub verdict: Verdict,
}

/// One end of a retarget.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) rig: &'a Rig,
    pub(super) mapping: &'a RigMapping,
    pub(super) take: &'a Take,
    /// Height of the floor on its stage, metres.
    pub(super) floor: f64,
}

/// Measures a target's take against the source's. `contacts` are the source's.
pub(super) fn measure(
    sides: [Side<'_>; 2],
    observers: &[Observer; 2],
    contacts: &[Vec<Contact>; 2],
    options: &RetargetOptions,
) -> RetargetReport {
    let [source, target] = sides;
    let observed = [observers[0].watch(source), observers[1].watch(target)];
    let scale = observers[1].leg_length / observers[0].leg_length;
    let (limb_direction_median, limb_direction_largest, limb) = figures::limb_directions(&observed);
    let (angular_velocity_ratio, fastest) = figures::angular_velocity(&observed);
    let grounded = !options.in_place;
    let confidences = sides.map(|side| side.mapping.joints.iter().flatten().map(|joint| f64::from(joint.confidence)));
    let mut report = RetargetReport {
        frames: target.take.frames,
        seconds: target.take.seconds(),
        limb_direction_median,
        limb_direction_largest,
        limb_direction_at: limb.to_owned(),
        end_effector_error: figures::end_effectors(&observed, observers, scale),
        foot_slide: figures::slide(&observed[1], contacts, target.take.fps).filter(|_| grounded),
        source_foot_slide: figures::slide(&observed[0], contacts, target.take.fps).map(|slide| slide * scale),
        penetration: figures::penetration(&observed[1]),
        contact_f1: grounded
            .then(|| figures::contact_f1(&observed[1], observers[1].leg_length, contacts, target.take.fps)),
        bone_length_drift: figures::bone_length_drift(target),
        jerk_ratio: figures::jerk_ratio(&observed, scale),
        angular_velocity_ratio,
        angular_velocity_at: fastest.to_owned(),
        mapping_confidence: confidences.into_iter().flatten().fold(1.0, f64::min),
        families: sides.map(|side| side.mapping.family.clone()),
        verdict: Verdict::default(),
    };
    report.verdict = verdict::judge(&report, options);
    report
}

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
use crate::rig::{Rig, Take, Track};
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
    /// Distance of wrists and ankles from where they would be on a source with the target's limbs, as a share of the limb's
    /// length: the mean of [`hand_error`](Self::hand_error) and [`foot_error`](Self::foot_error).
    pub end_effector_error: f64,
    /// The same of the wrists, seen from the shoulders: mean.
    pub hand_error: f64,
    /// The same of the ankles, over the floor: mean. Where a foot of the source lies flat, it is expected where it lies on
    /// average, and where it is below the source's floor, on it.
    pub foot_error: f64,
    /// Speed of heels and balls over the floor while they stand in the source, cm/s: mean. `None` where the clip was put in
    /// place, which makes feet slide, or nothing stands.
    pub foot_slide: Option<f64>,
    /// The same of the source, in the target's scale.
    pub source_foot_slide: Option<f64>,
    /// How deep soles sink into the floor, millimetres: the largest.
    pub penetration: f64,
    /// How deep soles of the source sink into its floor, in the target's scale, millimetres: the largest.
    pub source_penetration: f64,
    /// Agreement of the target's contacts with the source's: F1 over frames, feet, heels and balls, where a contact of one
    /// has to be near to standing in the other. `None` as above.
    pub contact_f1: Option<f64>,
    /// The longest time that a foot stands where it moves in the source, seconds. `None` as above.
    pub added_contact: Option<f64>,
    /// The longest time that a foot moves where it stands in the source, seconds. `None` as above.
    pub missing_contact: Option<f64>,
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
    let legs = observers.each_ref().map(|observer| observer.leg_length);
    let agreement = grounded.then(|| figures::contacts_agree(&observed, legs, contacts));
    let hand_error = figures::hands(&observed, observers);
    let foot_error = figures::feet(&observed, observers, contacts, options.in_place);
    let mut report = RetargetReport {
        frames: target.take.frames,
        seconds: target.take.seconds(),
        limb_direction_median,
        limb_direction_largest,
        limb_direction_at: limb.to_owned(),
        end_effector_error: (hand_error + foot_error) / 2.0,
        hand_error,
        foot_error,
        foot_slide: figures::slide(&observed[1], contacts, target.take.fps).filter(|_| grounded),
        source_foot_slide: figures::slide(&observed[0], contacts, target.take.fps).map(|slide| slide * scale),
        penetration: figures::penetration(&observed[1]),
        source_penetration: figures::penetration(&observed[0]) * scale,
        contact_f1: agreement.as_ref().map(|agreement| agreement.f1),
        added_contact: agreement.as_ref().map(|agreement| agreement.longest[0]),
        missing_contact: agreement.as_ref().map(|agreement| agreement.longest[1]),
        bone_length_drift: figures::bone_length_drift(target),
        jerk_ratio: figures::jerk_ratio(&observed, scale),
        angular_velocity_ratio,
        angular_velocity_at: fastest.to_owned(),
        mapping_confidence: confidences.into_iter().flatten().fold(1.0, f64::min),
        families: sides.map(|side| side.mapping.family.clone()),
        verdict: Verdict::default(),
    };
    // Figures cannot tell: the largest of some values passes over those that are no numbers.
    let finite = target.take.tracks.iter().all(Track::is_finite) && observed[1].is_finite();
    report.verdict = verdict::judge(&report, finite, options);
    report
}

//! One line for the person who has a thousand clips to look at.

use std::fmt;

use serde::Serialize;

use super::RetargetReport;
use crate::retarget::RetargetOptions;

/// What to do with a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Use it.
    #[default]
    Good,
    /// Something is unusual.
    LookAtIt,
    /// Not usable.
    Failed,
}

impl fmt::Display for Grade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Grade::Good => "good",
            Grade::LookAtIt => "look at it",
            Grade::Failed => "failed",
        })
    }
}

/// A grade with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Verdict {
    pub grade: Grade,
    /// One plain sentence without a full stop: the worst finding, or what was checked.
    pub reason: String,
}

/// Longer than this no foot stands where it moves in the source, or the other way round, seconds: less is seen by nobody.
const LONGEST_OTHER_CONTACT: f64 = 0.25;
/// A limb that points further away from the source's than this is told, degrees.
const LARGEST_ANGLE: f64 = 35.0;
/// Feet of the source that sink in deeper than this are why legs are bent, millimetres.
const DEEP: f64 = 50.0;

/// From the worst finding to the least; the first that applies is the reason. `finite` tells that every value of the take,
/// and every place that follows from it, is a number.
pub(super) fn judge(report: &RetargetReport, finite: bool, options: &RetargetOptions) -> Verdict {
    let failed = |reason: String| Verdict { grade: Grade::Failed, reason };
    let look = |reason: String| Verdict { grade: Grade::LookAtIt, reason };
    if !(finite && report.limb_direction_median.is_finite() && report.jerk_ratio.is_finite()) {
        return failed("a value of the result is no number".to_owned());
    }
    if report.bone_length_drift > 1.0 {
        return failed(format!("bones change their length by up to {:.1} mm", report.bone_length_drift));
    }
    if report.limb_direction_median > 20.0 {
        return failed(format!(
            "limbs point {:.0} degrees away from the source's in half of all cases; is the mapping right?",
            report.limb_direction_median
        ));
    }
    if report.mapping_confidence < 0.5 {
        let share = report.mapping_confidence * 100.0;
        return look(format!("the mapping is only {share:.0} % sure of one of the joints"));
    }
    if report.angular_velocity_ratio > 2.0 {
        return look(format!(
            "{} turns {:.1} times as fast as in the source",
            report.angular_velocity_at, report.angular_velocity_ratio
        ));
    }
    if report.limb_direction_median > 3.0 {
        return look(format!("limbs point {:.1} degrees away from the source's", report.limb_direction_median));
    }
    if report.limb_direction_largest > LARGEST_ANGLE {
        // Legs are bent as far as keeps feet out of the floor.
        if options.contacts && report.source_penetration > DEEP {
            return look(format!(
                "the source's feet sink {:.0} cm into its floor; to keep them out of it a limb is turned by {:.0} degrees",
                report.source_penetration / 10.0,
                report.limb_direction_largest
            ));
        }
        return look(format!(
            "the limb from {} points {:.0} degrees away from the source's in some frame",
            report.limb_direction_at, report.limb_direction_largest
        ));
    }
    if options.contacts {
        if let Some(slide) = report.foot_slide.filter(|slide| *slide > 2.0) {
            return look(format!("standing feet slide at {slide:.1} cm/s"));
        }
        if report.penetration > 10.0 {
            return look(format!("a foot sinks {:.0} mm into the floor", report.penetration));
        }
        if let Some(seconds) = report.added_contact.filter(|seconds| *seconds > LONGEST_OTHER_CONTACT) {
            return look(format!("a foot stands for {seconds:.1} s where it moves in the source"));
        }
        if let Some(seconds) = report.missing_contact.filter(|seconds| *seconds > LONGEST_OTHER_CONTACT) {
            return look(format!("a foot moves for {seconds:.1} s where it stands in the source"));
        }
    }
    if report.jerk_ratio > 2.0 {
        return look(format!("the motion is {:.1} times as jerky as the source", report.jerk_ratio));
    }
    let feet = report.foot_slide.map(|slide| format!(", standing feet slide at {slide:.1} cm/s")).unwrap_or_default();
    Verdict {
        grade: Grade::Good,
        reason: format!("limbs within {:.1} degrees of the source's (median){feet}", report.limb_direction_median),
    }
}

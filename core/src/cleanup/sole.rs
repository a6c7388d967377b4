//! The soles of a body: where its feet touch the floor.

use glam::DVec3;

use crate::skeleton::STANDING_ANKLE_HEIGHT;

/// Length of a canonical leg, metres: what the constants below are fractions of.
pub(crate) const LEG: f64 = 0.8;
/// From the ankle to the ball of the foot where a rig has no joint there.
const BALL: f64 = 0.13 / LEG;
/// The heel touches the floor this far behind the ankle.
const HEEL: f64 = 0.05 / LEG;
/// Heights of an ankle above the floor that are believed, in legs; figures with stubby legs stand on thick shoes.
const ANKLE_HEIGHTS: std::ops::RangeInclusive<f64> = 0.02..=0.6;
/// The two points of a foot that touch the floor, relative to the ankle in its T frame (Y up, Z ahead), metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sole {
    /// Below and a little behind the ankle.
    pub heel: DVec3,
    /// Below the joint of the toes.
    pub ball: DVec3,
}

impl Sole {
    /// From the height of the ankle above the floor and the line from ankle to toes, where they are known; `leg` is the
    /// leg's length.
    pub(crate) fn new(ankle_height: Option<f64>, line: Option<DVec3>, leg: f64) -> Sole {
        let usual = f64::from(STANDING_ANKLE_HEIGHT) / LEG * leg;
        let height = ankle_height.filter(|height| ANKLE_HEIGHTS.contains(&(height / leg))).unwrap_or(usual);
        let line = line.unwrap_or(DVec3::Z * BALL * leg);
        Sole { heel: DVec3::new(0.0, -height, -HEEL * leg), ball: DVec3::new(line.x, -height, line.z) }
    }
}

impl Sole {
    /// Of the canonical skeleton, whose toes lie at `line` from the ankle at rest.
    pub(crate) fn of_canonical(line: DVec3) -> Sole {
        Sole::new(Some(f64::from(STANDING_ANKLE_HEIGHT)), Some(line), LEG)
    }
}

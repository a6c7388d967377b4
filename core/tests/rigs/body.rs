//! Where the joints of a body lie, in fractions of an adult's stature.

use std::collections::BTreeMap;

use glam::{DQuat, DVec3};

/// Points on the midline and on the left side, T pose, fractions of stature, facing +Z, floor at 0. After Winter,
/// "Biomechanics and Motor Control of Human Movement" (segment lengths) and an adult's hand.
const POINTS: &[(&str, [f64; 3])] = &[
    ("ground", [0.0, 0.0, 0.0]),
    ("pelvis", [0.0, 0.54, 0.0]),
    ("neck", [0.0, 0.835, -0.012]),
    ("head", [0.0, 0.88, 0.006]),
    ("head_end", [0.0, 1.0, 0.006]),
    ("jaw", [0.0, 0.885, 0.025]),
    ("eye", [0.018, 0.935, 0.055]),
    ("ear", [0.042, 0.93, 0.0]),
    ("breast", [0.055, 0.74, 0.065]),
    ("hip", [0.052, 0.52, 0.0]),
    ("knee", [0.052, 0.283, 0.004]),
    ("ankle", [0.052, 0.046, -0.006]),
    ("foot", [0.054, 0.012, 0.072]),
    ("toe_end", [0.055, 0.01, 0.112]),
    ("heel", [0.052, 0.005, -0.035]),
    ("collar", [0.014, 0.80, -0.006]),
    ("shoulder", [0.105, 0.812, -0.012]),
    ("elbow", [0.264, 0.812, -0.016]),
    ("wrist", [0.41, 0.812, -0.012]),
    ("palm", [0.44, 0.812, -0.01]),
    ("hand_end", [0.52, 0.812, -0.01]),
    ("ThumbMetacarpal", [0.424, 0.806, 0.008]),
    ("ThumbProximal", [0.443, 0.80, 0.026]),
    ("ThumbDistal", [0.459, 0.797, 0.038]),
    ("thumb_end", [0.472, 0.795, 0.046]),
    ("index_metacarpal", [0.422, 0.812, 0.004]),
    ("IndexProximal", [0.464, 0.813, 0.012]),
    ("IndexIntermediate", [0.487, 0.813, 0.014]),
    ("IndexDistal", [0.501, 0.813, 0.015]),
    ("index_end", [0.514, 0.813, 0.016]),
    ("middle_metacarpal", [0.423, 0.813, -0.006]),
    ("MiddleProximal", [0.466, 0.815, -0.003]),
    ("MiddleIntermediate", [0.491, 0.815, -0.003]),
    ("MiddleDistal", [0.507, 0.815, -0.003]),
    ("middle_end", [0.521, 0.815, -0.003]),
    ("ring_metacarpal", [0.422, 0.812, -0.015]),
    ("RingProximal", [0.462, 0.813, -0.017]),
    ("RingIntermediate", [0.485, 0.813, -0.019]),
    ("RingDistal", [0.50, 0.813, -0.02]),
    ("ring_end", [0.513, 0.813, -0.021]),
    ("little_metacarpal", [0.42, 0.81, -0.022]),
    ("LittleProximal", [0.455, 0.809, -0.03]),
    ("LittleIntermediate", [0.473, 0.809, -0.034]),
    ("LittleDistal", [0.484, 0.809, -0.036]),
    ("little_end", [0.494, 0.809, -0.038]),
];

/// How a rig's body differs from the average adult in T pose.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Stature, metres.
    pub height: f64,
    /// Factors on the lengths of legs, trunk, arms and head.
    pub legs: f64,
    pub trunk: f64,
    pub arms: f64,
    pub head: f64,
    /// Degrees by which the arms hang below level, are brought forward, the elbows and the knees are bent and the legs
    /// are spread.
    pub arms_down: f64,
    pub arms_forward: f64,
    pub elbow_bend: f64,
    pub knee_bend: f64,
    pub legs_spread: f64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            height: 1.7,
            legs: 1.0,
            trunk: 1.0,
            arms: 1.0,
            head: 1.0,
            arms_down: 0.0,
            arms_forward: 0.0,
            elbow_bend: 0.0,
            knee_bend: 0.0,
            legs_spread: 0.0,
        }
    }
}

/// Points of a body in metres, facing +Z, left is +X.
pub struct Body {
    left: BTreeMap<&'static str, DVec3>,
    shape: Shape,
}

impl Body {
    pub fn new(shape: Shape) -> Self {
        let hips = 0.54 * shape.legs;
        let neck = hips + (0.835 - 0.54) * shape.trunk;
        let stature = neck + (1.0 - 0.835) * shape.head;
        let unit = shape.height / stature;
        let left = POINTS
            .iter()
            .map(|(name, [x, y, z])| {
                let head = ["head", "head_end", "jaw", "eye", "ear"].contains(name);
                let (x, y, z) = if *y < 0.54 {
                    (*x, y * shape.legs, *z)
                } else if head {
                    (x * shape.head, neck + (y - 0.835) * shape.head, z * shape.head)
                } else {
                    let x = if *x > 0.105 { 0.105 + (x - 0.105) * shape.arms } else { *x };
                    (x, hips + (y - 0.54) * shape.trunk, *z)
                };
                (*name, DVec3::new(x, y, z) * unit)
            })
            .collect();
        let mut body = Self { left, shape };
        body.pose();
        body
    }

    fn turn(&mut self, about: &str, names: &dyn Fn(&str) -> bool, rotation: DQuat) {
        let centre = self.left[about];
        for (name, point) in &mut self.left {
            if names(name) {
                *point = centre + rotation * (*point - centre);
            }
        }
    }

    fn pose(&mut self) {
        let shape = self.shape.clone();
        let beyond_elbow = |name: &str| {
            !["shoulder", "elbow", "collar"].contains(&name)
                && (["wrist", "palm", "hand_end"].contains(&name)
                    || name.ends_with("_metacarpal")
                    || name.chars().next().is_some_and(char::is_uppercase)
                    || ["thumb_end", "index_end", "middle_end", "ring_end", "little_end"].contains(&name))
        };
        let arm = |name: &str| name == "elbow" || beyond_elbow(name);
        self.turn("elbow", &beyond_elbow, DQuat::from_rotation_y(-shape.elbow_bend.to_radians()));
        let down = DQuat::from_rotation_z(-shape.arms_down.to_radians());
        self.turn("shoulder", &arm, DQuat::from_rotation_y(-shape.arms_forward.to_radians()) * down);
        let below_knee = |name: &str| ["ankle", "foot", "toe_end", "heel"].contains(&name);
        self.turn("knee", &below_knee, DQuat::from_rotation_x(shape.knee_bend.to_radians()));
        let leg = |name: &str| name == "knee" || below_knee(name);
        self.turn("hip", &leg, DQuat::from_rotation_x(-0.5 * shape.knee_bend.to_radians()));
        self.turn("hip", &leg, DQuat::from_rotation_z(shape.legs_spread.to_radians()));
    }

    /// A point by name; `mirror` is -1 on the right side.
    pub fn point(&self, name: &str, mirror: f64) -> DVec3 {
        let point = self.left.get(name).unwrap_or_else(|| panic!("the body has no point `{name}`"));
        DVec3::new(point.x * mirror, point.y, point.z)
    }

    /// Stature in metres.
    pub fn height(&self) -> f64 {
        self.shape.height
    }
}

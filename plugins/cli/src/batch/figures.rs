//! Stick figures of a clip and its source: a few poses as numbers, small enough for the journal.

use glam::DVec3;
use ropar_core::{
    retarget::JointPlaces,
    skeleton::{JOINT_COUNT, PARENTS},
};
use serde_json::{Value, json};

/// Poses of a clip, evenly over its time.
pub const POSES: usize = 6;
/// Height of the tallest pose, in the unit of the numbers.
pub const HEIGHT: f64 = 100.0;
/// From where one looks, degrees from the front: limbs before and beside the body are told apart.
const TURN: f64 = 35.0;

/// The frames to draw of a clip.
pub fn frames(count: usize) -> Vec<usize> {
    let poses = POSES.min(count);
    (0..poses).map(|pose| if poses < 2 { 0 } else { pose * (count - 1) / (poses - 1) }).collect()
}

/// Both rows of poses as JSON: a line of numbers per pose, x and y of every joint, `-` where there is none; x from the
/// pelvis, y from the floor. Text, because thousands of clips are held in memory for the contact sheet.
pub fn flattened(rows: &[Vec<JointPlaces>; 2]) -> Value {
    let heights = rows.iter().flatten().map(|pose| {
        let ys = || pose.iter().flatten().map(|place| place.y);
        ys().fold(f64::MIN, f64::max) - ys().fold(f64::MAX, f64::min)
    });
    let tallest = heights.fold(1e-6, f64::max);
    let row =
        |poses: &Vec<JointPlaces>| -> Vec<String> { poses.iter().map(|pose| flat(pose, HEIGHT / tallest)).collect() };
    json!([row(&rows[0]), row(&rows[1])])
}

fn flat(pose: &JointPlaces, scale: f64) -> String {
    let (sin, cos) = TURN.to_radians().sin_cos();
    let middle = pose[0].unwrap_or(DVec3::ZERO);
    let numbers = pose.iter().map(|place| match place {
        Some(place) => {
            let across = (place.x - middle.x) * cos + (place.z - middle.z) * sin;
            format!("{} {}", (across * scale).round() as i64, (place.y * scale).round() as i64)
        }
        None => "- -".to_owned(),
    });
    numbers.collect::<Vec<_>>().join(" ")
}

/// The lines of a pose: pairs of joints, where a joint that the rig lacks is passed over.
pub fn bones(pose: &[Option<(i64, i64)>]) -> Vec<(usize, usize)> {
    (0..JOINT_COUNT.min(pose.len()))
        .filter(|joint| pose[*joint].is_some())
        .filter_map(|joint| {
            let mut parent = PARENTS[joint];
            while let Some(up) = parent.filter(|up| pose[*up].is_none()) {
                parent = PARENTS[up];
            }
            parent.map(|parent| (parent, joint))
        })
        .collect()
}

/// A pose out of its line.
pub fn pose(line: &str) -> Vec<Option<(i64, i64)>> {
    let numbers: Vec<Option<i64>> = line.split(' ').map(|number| number.parse().ok()).collect();
    numbers.chunks(2).map(|pair| Some((pair[0]?, (*pair.get(1)?)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_span_the_clip() {
        assert_eq!(frames(1), [0]);
        assert_eq!(frames(3), [0, 1, 2]);
        assert_eq!(frames(101), [0, 20, 40, 60, 80, 100]);
        assert!(frames(0).is_empty());
    }

    #[test]
    fn a_pose_survives_and_missing_joints_are_passed_over() {
        // An upright pole: every joint 10 cm above its parent, without joint 3 (the first spine joint).
        let mut places: JointPlaces = [None; JOINT_COUNT];
        for joint in 0..JOINT_COUNT {
            let below = PARENTS[joint].map_or(1.0, |parent| 1.1 + 0.1 * parent as f64);
            places[joint] = (joint != 3).then_some(DVec3::new(0.0, below, 0.0));
        }
        let rows = flattened(&[vec![places], vec![places]]);
        let seen = pose(rows[0][0].as_str().expect("text"));
        assert_eq!(seen.len(), JOINT_COUNT);
        assert!(seen[3].is_none() && seen[0].is_some_and(|(x, _)| x == 0));
        let lines = bones(&seen);
        assert_eq!(lines.len(), JOINT_COUNT - 2);
        assert!(lines.contains(&(0, 6)), "spine2 hangs on the pelvis where spine1 is missing");
    }
}

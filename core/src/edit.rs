//! Redoing body parts of a clip: an intention turned into cell states, and the result put back into the clip.
//!
//! Only the joints that the named parts own change, and only inside the span; every other number of the clip is left
//! as it is, bit for bit.

use std::ops::Range;

use glam::{Quat, Vec3};

use crate::{
    error::Error,
    grid::{CellState, TokenGrid},
    motion::Motion,
    parts::PartScheme,
    skeleton::{JOINT_NAMES, joint},
    smoothstep::smoothstep,
};

/// Over this many seconds from a border of the span, what is left of the difference between old and new fades out.
const BLEND_SECONDS: f32 = 0.75;
/// The first seconds of new motion behind a border that are passed over: one token of the first package. There the
/// decoder turns from the kept motion into the new one as quickly as it likes.
const TURN_SECONDS: f32 = 0.2;
/// Guidance scale of parts that go in step, unless the request names one. Guidance leads away from what would be made without
/// the prompt. Where the other parts are seen that is what goes with them, and leading far away from it makes jumps (decision 56).
const IN_STEP_GUIDANCE: f32 = 1.5;

/// What to make anew.
#[derive(Debug, Clone, PartialEq)]
pub struct RedoRequest {
    /// Part names of the package's scheme, such as `left_arm`.
    pub parts: Vec<String>,
    /// First second; `None`: the start of the clip.
    pub start: Option<f32>,
    /// Last second; `None`: the end of the clip.
    pub end: Option<f32>,
    /// What the parts shall do.
    pub prompt: String,
    /// Whether the parts are made in sight of what the rest of the body does at the same time: an arm that swings with the
    /// gait. Without it they follow the prompt alone.
    pub in_step: bool,
    /// Seed of the noise; the same seed gives the same motion.
    pub seed: u64,
    /// Guidance scale; `None`: the package's default, or 1.5 in step.
    pub guidance: Option<f32>,
}

impl RedoRequest {
    /// The guidance scale that is asked for, by name or by what is to be made; `None`: the package's default.
    pub(crate) fn guidance(&self) -> Option<f32> {
        self.guidance.or(self.in_step.then_some(IN_STEP_GUIDANCE))
    }
}

/// A checked request on one clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Redo {
    /// Part indices, ascending, each once.
    pub parts: Vec<usize>,
    /// Frames of the clip, at its own rate, that may change.
    pub frames: Range<usize>,
    /// Tokens to make anew: those that lie wholly inside the span, so that both sides of a border were seen.
    pub tokens: Range<usize>,
    /// Whether the sampler sees the other parts.
    pub in_step: bool,
}

impl Redo {
    /// Checks `request` against a clip of `motion`'s length and a token grid of `tokens` columns.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] for an unknown or missing part, and for a span that is outside of the clip, reversed or
    /// shorter than a token or a frame.
    pub fn plan(
        request: &RedoRequest,
        scheme: &PartScheme,
        motion: &Motion,
        tokens: usize,
        tokens_per_second: f32,
    ) -> Result<Self, Error> {
        let mut parts = Vec::new();
        for name in &request.parts {
            parts.push(scheme.part_index(name).ok_or_else(|| {
                let names: Vec<&str> = scheme.parts().iter().map(|part| part.name.as_str()).collect();
                Error::invalid_request(
                    format!("there is no body part `{name}`"),
                    format!("name one or more of {}", names.join(", ")),
                )
            })?);
        }
        parts.sort_unstable();
        parts.dedup();
        if parts.is_empty() {
            return Err(Error::invalid_request("no body part is named", "name at least one, such as left_arm"));
        }
        let frames = motion.frames();
        let seconds = frames as f32 / motion.fps;
        let start = request.start.unwrap_or(0.0);
        let end = request.end.unwrap_or(seconds);
        // Negated so that NaN is refused as well; half a frame of slack for typed decimals.
        if !(start >= 0.0 && start < end && end <= seconds + 0.5 / motion.fps) {
            return Err(Error::invalid_request(
                format!("the span {start} s to {end} s is not inside the clip"),
                format!("choose 0 <= start < end <= {seconds:.2}"),
            ));
        }
        let whole_end = end >= seconds - 0.5 / motion.fps;
        let first_token = (start * tokens_per_second - 1e-3).ceil().max(0.0) as usize;
        let last_token = if whole_end { tokens } else { (end * tokens_per_second + 1e-3).floor() as usize }.min(tokens);
        if first_token >= last_token {
            return Err(Error::invalid_request(
                format!("the span {start} s to {end} s holds no whole token of {:.2} s", 1.0 / tokens_per_second),
                format!("choose a span of at least {:.1} s", 2.0 / tokens_per_second),
            ));
        }
        let first_frame = (start * motion.fps).round() as usize;
        let last_frame = if whole_end { frames } else { (end * motion.fps).round() as usize }.min(frames);
        if first_frame >= last_frame {
            return Err(Error::invalid_request(
                format!(
                    "the span {start} s to {end} s holds no frame of the clip, which has {} per second",
                    motion.fps
                ),
                format!("choose a span of at least {} s", 1.0 / motion.fps),
            ));
        }
        Ok(Self { parts, frames: first_frame..last_frame, tokens: first_token..last_token, in_step: request.in_step })
    }

    /// Masks the cells to be made.
    ///
    /// Unless they shall be in step, the other parts are made anew beside them within the span, and thrown away by
    /// [`merge`](Self::merge): a leg rises in a body that raises its leg. All that lies outside of the span is hidden then
    /// as noisy cells are; seen there, what the body does would be continued, or jumped out of.
    pub fn mask(&self, grid: &mut TokenGrid) {
        for part in 0..grid.parts() {
            if !self.in_step {
                grid.set_states(part, 0..grid.tokens(), CellState::Noisy);
            }
            if self.parts.contains(&part) || !self.in_step {
                grid.set_states(part, self.tokens.clone(), CellState::Masked);
            }
        }
    }

    /// Puts the made joints of `made` (same rate and length as `original`) into a copy of `original`.
    ///
    /// At a border inside the clip the joints go on with the place and speed that they had, and what separates them from
    /// the new motion fades over [`BLEND_SECONDS`] along a quintic (inertialisation, Bollo, GDC 2018). The new motion
    /// itself is entered behind its first [`TURN_SECONDS`], from rest.
    pub fn merge(&self, original: &Motion, made: &Motion, scheme: &PartScheme) -> Motion {
        let mut merged = original.clone();
        let borders = Borders::new(self.frames.clone(), original.frames(), original.fps);
        for joint_index in self.joints(scheme) {
            let bridges = borders.bridges(original, made, joint_index);
            for frame in self.frames.clone() {
                let mut rotation = sample(made, joint_index, borders.source(frame));
                for bridge in bridges.iter().flatten() {
                    rotation = bridge.offset(frame, borders.blend) * rotation;
                }
                merged.rotations[frame][joint_index] = rotation.normalize();
            }
            if joint_index == joint::PELVIS {
                let offset = |kept: Kept| original.root[kept.frame] - made.root[kept.frame];
                let [before, after] = borders.kept.map(|kept| kept.map(offset));
                for frame in self.frames.clone() {
                    merged.root[frame] = made.root[frame] + self.root_offset(frame, before, after);
                }
            }
        }
        merged
    }

    /// The joints that change, ascending.
    pub fn joints(&self, scheme: &PartScheme) -> Vec<usize> {
        let mut joints: Vec<usize> = self.parts.iter().flat_map(|&part| scheme.owned_joints(part)).collect();
        joints.sort_unstable();
        debug_assert!(joints.iter().all(|&joint| joint < JOINT_NAMES.len()));
        joints
    }

    /// A path cannot fade back to where it was: the offset of the root goes from one border to the other over the span.
    fn root_offset(&self, frame: usize, before: Option<Vec3>, after: Option<Vec3>) -> Vec3 {
        let share = (frame - self.frames.start + 1) as f32 / (self.frames.len() + 1) as f32;
        match (before, after) {
            (Some(before), Some(after)) => before.lerp(after, smoothstep(0.0, 1.0, share)),
            (Some(offset), None) | (None, Some(offset)) => offset,
            (None, None) => Vec3::ZERO,
        }
    }
}

/// A kept frame next to the span.
#[derive(Clone, Copy)]
struct Kept {
    frame: usize,
    /// +1 where the span lies after it, -1 where it lies before.
    inward: f32,
}

impl Kept {
    /// Frames from here to `frame`, counted into the span.
    fn distance(self, frame: usize) -> f32 {
        (frame as f32 - self.frame as f32) * self.inward
    }
}

/// The borders of a span inside the clip.
struct Borders {
    /// Before and after the span; `None` where the span reaches the end of the clip.
    kept: [Option<Kept>; 2],
    /// Frames over which differences fade.
    blend: f32,
    /// Frames of new motion that are passed over behind a border.
    turn: f32,
}

impl Borders {
    fn new(frames: Range<usize>, clip: usize, fps: f32) -> Self {
        let before = frames.start.checked_sub(1).map(|frame| Kept { frame, inward: 1.0 });
        let after = (frames.end < clip).then_some(Kept { frame: frames.end, inward: -1.0 });
        // With two borders the fades must not meet, or neither border would be met exactly.
        let borders = usize::from(before.is_some()) + usize::from(after.is_some());
        let room = if borders == 2 { (frames.len() + 1) as f32 / 2.0 } else { frames.len() as f32 };
        Self {
            kept: [before, after],
            blend: (BLEND_SECONDS * fps).min(room).max(1.0),
            turn: (TURN_SECONDS * fps).min(room / 3.0),
        }
    }

    /// Where in the new motion, in frames, `frame` of the span is taken from: behind a border time starts from rest
    /// after the turn, and is the frame's own twice as far in (a cubic Hermite curve).
    fn source(&self, frame: usize) -> f32 {
        for kept in self.kept.into_iter().flatten() {
            let (distance, whole) = (kept.distance(frame), 2.0 * self.turn);
            if distance < whole {
                let u = distance / whole;
                let rise = smoothstep(0.0, 1.0, u);
                let along = self.turn * (1.0 - rise) + whole * rise + whole * u * u * (u - 1.0);
                return kept.frame as f32 + kept.inward * along;
            }
        }
        frame as f32
    }

    fn bridges(&self, original: &Motion, made: &Motion, joint: usize) -> [Option<Bridge>; 2] {
        self.kept.map(|kept| {
            let kept = kept?;
            let old = original.rotations[kept.frame][joint];
            // A clip has no frame beyond its ends: there the joint is taken to rest.
            let further = (kept.frame as f32 - kept.inward).clamp(0.0, (original.frames() - 1) as f32) as usize;
            let step = shortest(old * original.rotations[further][joint].inverse());
            let entered = sample(made, joint, kept.frame as f32 + kept.inward * self.turn);
            let apart = shortest(old * entered.inverse());
            let place = apart.to_scaled_axis();
            // Near half a turn the next step may come out on the other side of the sphere; then the step itself will do.
            let next = shortest(step * apart).to_scaled_axis() - place;
            let speed = if next.length() < 1.0 { next } else { step.to_scaled_axis() };
            Some(Bridge { kept, place, speed })
        })
    }
}

/// What separates a joint's kept motion from the new one at a border, as a rotation vector in radians.
struct Bridge {
    kept: Kept,
    place: Vec3,
    /// Per frame, into the span.
    speed: Vec3,
}

impl Bridge {
    /// What is left of the difference at `frame`: a quintic from place and speed to nothing, without acceleration at
    /// either end.
    fn offset(&self, frame: usize, blend: f32) -> Quat {
        let s = (self.kept.distance(frame) / blend).min(1.0);
        let cube = s * s * s;
        let place = 1.0 - cube * (10.0 - 15.0 * s + 6.0 * s * s);
        let speed = s - cube * (6.0 - 8.0 * s + 3.0 * s * s);
        Quat::from_scaled_axis(self.place * place + self.speed * (speed * blend))
    }
}

/// Rotation of a joint at a place between frames.
fn sample(motion: &Motion, joint: usize, at: f32) -> Quat {
    let last = motion.frames() - 1;
    let at = at.clamp(0.0, last as f32);
    let (before, rest) = (at.floor() as usize, at.fract());
    let first = motion.rotations[before][joint];
    if rest == 0.0 { first } else { first.slerp(motion.rotations[(before + 1).min(last)][joint], rest) }
}

fn shortest(rotation: Quat) -> Quat {
    if rotation.w < 0.0 { -rotation } else { rotation }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swinging(frames: usize, speed: f32, amplitude: f32) -> Motion {
        Motion {
            fps: 30.0,
            root: (0..frames).map(|frame| Vec3::new(0.0, 0.9, frame as f32 * 0.02)).collect(),
            rotations: (0..frames)
                .map(|frame| {
                    let angle = amplitude * (frame as f32 * speed).sin();
                    std::array::from_fn(|joint| Quat::from_rotation_x(angle + joint as f32 * 0.01))
                })
                .collect(),
        }
    }

    fn request(parts: &[&str], start: Option<f32>, end: Option<f32>) -> RedoRequest {
        RedoRequest {
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
            start,
            end,
            prompt: String::new(),
            in_step: false,
            seed: 0,
            guidance: None,
        }
    }

    fn plan(request: &RedoRequest, motion: &Motion) -> Result<Redo, Error> {
        let scheme = PartScheme::built_in("five").expect("built in");
        Redo::plan(request, &scheme, motion, motion.frames().div_ceil(6), 5.0)
    }

    #[test]
    fn keeps_everything_else_bit_for_bit_and_meets_both_borders() {
        let scheme = PartScheme::built_in("five").expect("built in");
        let (original, made) = (swinging(120, 0.1, 0.4), swinging(120, 0.07, 0.9));
        let redo = plan(&request(&["left_arm"], Some(1.0), Some(3.0)), &original).expect("valid");
        assert_eq!((redo.frames.clone(), redo.tokens.clone()), (30..90, 5..15));
        let merged = redo.merge(&original, &made, &scheme);
        let changed = redo.joints(&scheme);
        assert_eq!(changed, [joint::LEFT_COLLAR, joint::LEFT_SHOULDER, joint::LEFT_ELBOW, joint::LEFT_WRIST]);
        assert_eq!(merged.root, original.root);
        for frame in 0..120 {
            for joint in 0..JOINT_NAMES.len() {
                if !changed.contains(&joint) || !redo.frames.contains(&frame) {
                    assert_eq!(merged.rotations[frame][joint].to_array(), original.rotations[frame][joint].to_array());
                }
            }
        }
        // The step across a border is no larger than the largest step of the two motions plus what one frame of the
        // fade gives away: 1.3 rad of offset at most, 1.5 / 12 of it per frame.
        let step = |a: &Motion, frame: usize| {
            a.rotations[frame][joint::LEFT_SHOULDER].angle_between(a.rotations[frame + 1][joint::LEFT_SHOULDER])
        };
        for border in [29, 89] {
            assert!(step(&merged, border) < 0.07 + 1.3 * 1.5 / 12.0, "{}", step(&merged, border));
        }
        // Far from the borders it is the new motion.
        let middle = merged.rotations[60][joint::LEFT_SHOULDER];
        assert!(middle.angle_between(made.rotations[60][joint::LEFT_SHOULDER]) < 1e-3);
    }

    #[test]
    fn a_new_motion_that_starts_with_a_jump_is_entered_smoothly() {
        let scheme = PartScheme::built_in("five").expect("built in");
        let original = swinging(120, 0.1, 0.1);
        // Two radians away from one frame to the next, and fast: what a decoder may do at the border of a masked span.
        let mut made = swinging(120, 0.5, 0.8);
        for frame in 30..90 {
            for rotation in &mut made.rotations[frame] {
                *rotation = Quat::from_rotation_z(2.0) * *rotation;
            }
        }
        let redo = plan(&request(&["left_arm"], Some(1.0), Some(3.0)), &original).expect("valid");
        let merged = redo.merge(&original, &made, &scheme);
        let turn = |a: usize, b: usize| {
            let [a, b] = [a, b].map(|frame| merged.rotations[frame][joint::LEFT_SHOULDER]);
            shortest(b * a.inverse()).to_scaled_axis()
        };
        for border in [28, 29, 88, 89] {
            let change = (turn(border, border + 1) - turn(border + 1, border + 2)).length();
            // The fade turns by 2 rad within 22 frames; a quintic has done 0.1 % of that in its first frame, 0.7 % in two.
            assert!(change < 0.04, "frame {border}: {change} rad per frame");
        }
        let middle = merged.rotations[60][joint::LEFT_SHOULDER];
        assert!(middle.angle_between(made.rotations[60][joint::LEFT_SHOULDER]) < 1e-3);
    }

    #[test]
    fn guidance_in_step_is_weak_unless_it_is_named() {
        let asked =
            |in_step, guidance| RedoRequest { in_step, guidance, ..request(&["left_arm"], None, None) }.guidance();
        assert_eq!([asked(false, None), asked(true, None)], [None, Some(1.5)]);
        assert_eq!([asked(false, Some(4.0)), asked(true, Some(4.0))], [Some(4.0), Some(4.0)]);
    }

    #[test]
    fn what_is_there_is_seen_only_in_step() {
        let motion = swinging(120, 0.1, 0.4);
        let beside = [(false, [CellState::Masked, CellState::Noisy]), (true, [CellState::Known, CellState::Known])];
        for (in_step, [inside, outside]) in beside {
            let request = RedoRequest { in_step, ..request(&["left_arm"], Some(1.0), Some(3.0)) };
            let redo = plan(&request, &motion).expect("valid");
            let mut grid = TokenGrid::known(vec![0.0; 20 * 5], 5, 1).expect("fits");
            redo.mask(&mut grid);
            for (cell, state) in grid.states().iter().enumerate() {
                let expected = match (redo.tokens.contains(&(cell / 5)), redo.parts.contains(&(cell % 5))) {
                    (true, true) => CellState::Masked,
                    (true, false) => inside,
                    (false, _) => outside,
                };
                assert_eq!(*state, expected, "cell {cell}");
            }
        }
    }

    #[test]
    fn a_redone_torso_leaves_the_path_joined_at_both_ends() {
        let scheme = PartScheme::built_in("five").expect("built in");
        let original = swinging(120, 0.1, 0.4);
        let mut made = swinging(120, 0.1, 0.4);
        for root in &mut made.root {
            root.x += 0.5 + root.z * 0.2;
        }
        let redo = plan(&request(&["torso"], Some(1.0), Some(3.0)), &original).expect("valid");
        let merged = redo.merge(&original, &made, &scheme);
        for pair in merged.root.windows(2) {
            assert!((pair[1] - pair[0]).length() < 0.04, "{pair:?}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_do() {
        let motion = swinging(90, 0.1, 0.4);
        for (parts, start, end) in [
            (vec!["tail"], None, None),
            (vec![], None, None),
            (vec!["torso"], Some(-1.0), None),
            (vec!["torso"], Some(2.0), Some(1.0)),
            (vec!["torso"], Some(0.0), Some(9.0)),
            (vec!["torso"], Some(f32::NAN), None),
            (vec!["torso"], Some(1.05), Some(1.15)),
        ] {
            let error = plan(&request(&parts, start, end), &motion).expect_err("refused");
            assert!(!error.next_step().is_empty());
        }
    }

    #[test]
    fn a_span_between_two_frames_is_refused() {
        // Frames at 0 s, 1 s, 2 s, ...; the span holds four tokens and would be frames 1 to 1.
        let motion = Motion { fps: 1.0, ..swinging(10, 0.1, 0.4) };
        let scheme = PartScheme::built_in("five").expect("built in");
        let error = Redo::plan(&request(&["torso"], Some(0.6), Some(1.4)), &scheme, &motion, 50, 5.0);
        let error = error.expect_err("refused");
        assert!(error.to_string().contains("holds no frame"), "{error}");
    }
}

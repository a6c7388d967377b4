//! The retargeter: tables made once per pair of rigs, and the passes over a clip.

use glam::{DQuat, DVec3};

use super::alignment::{ARMS, LEGS};
use super::body::Body;
use super::floor::floor_of_clip;
use super::hands;
use super::plan::Plan;
use super::posed::{Animation, Posed, with_ancestors};
use super::report::{self, Observer};
use super::retarget_error::RetargetError;
use super::write::{Ground, Writer};
use super::{JointPlaces, MappedRig, RetargetOptions, RetargetReport, Retargeted};
use crate::cleanup::contacts::{Contact, ContactLimits, detect};
use crate::cleanup::plant::{Leg, Planting};
use crate::cleanup::sole::LEG;
use crate::cleanup::two_bone::Limb;
use crate::motion::Motion;
use crate::retarget::mapping::RigMapping;
use crate::rig::{Rig, Take, canonical_mapping, canonical_rig};
use crate::skeleton::joint;

/// Time over which the path over the ground is smoothed, seconds: longer than a step, so that sway stays with the hips.
const PATH_SECONDS: f64 = 0.8;

/// Frames per second of takes. At others, windows of a part of a second are no frame long, or more than memory holds.
const RATES: std::ops::RangeInclusive<f64> = 0.1..=2000.0;

/// From the ball of a foot to the tip of its toes, in legs.
const TOES: f64 = 0.06 / LEG;

/// Carries clips of one rig to another. Thread-safe; clips may be retargeted in parallel.
pub struct Retargeter {
    source: Side,
    target: Side,
    /// `None` where the source's rest pose says nothing and each clip has to.
    pub(super) pair: Option<Pair>,
}

/// One of the two rigs.
struct Side {
    rig: Rig,
    mapping: RigMapping,
    takes: Vec<Take>,
}

/// What is worked out once.
pub(super) struct Pair {
    pub(super) source: Body,
    pub(super) target: Body,
    plan: Plan,
    writer: Writer,
    /// The source's nodes that are read, with their ancestors.
    read: Vec<usize>,
    legs: [Leg; 2],
    observers: [Observer; 2],
}

/// Tables that were made with the retargeter, or for one clip.
enum Made<'a> {
    Before(&'a Pair),
    Now(Box<Pair>),
}

impl std::ops::Deref for Made<'_> {
    type Target = Pair;

    fn deref(&self) -> &Pair {
        match self {
            Made::Before(pair) => pair,
            Made::Now(pair) => pair,
        }
    }
}

/// A clip as it is carried over: canonical rotations and places in the canonical world.
struct Clip {
    rotations: Vec<DQuat>,
    hips: Vec<DVec3>,
    /// Heel and ball of both feet.
    soles: [[Vec<DVec3>; 2]; 2],
    wrists: [Vec<DVec3>; 2],
}

impl Retargeter {
    /// Prepares a pair of rigs.
    ///
    /// Where neither the source's rest pose nor a take given with it says how it stands, the alignment is worked out per
    /// clip.
    ///
    /// # Errors
    /// A missing joint, a mapping that does not fit, an uneven scale, a rest pose that cannot be used.
    pub fn new(source: MappedRig<'_>, target: MappedRig<'_>) -> Result<Retargeter, RetargetError> {
        let target_body = Body::new("target", target)?;
        let pair = match Body::new("source", source) {
            Ok(body) => Some(Pair::new((body, source), (target_body, target))),
            Err(RetargetError::Alignment { .. }) => None,
            Err(error) => return Err(error),
        };
        let side = |mapped: MappedRig<'_>| Side {
            rig: mapped.rig.clone(),
            mapping: mapped.mapping.clone(),
            takes: if pair.is_none() { mapped.takes.to_vec() } else { Vec::new() },
        };
        Ok(Retargeter { source: side(source), target: side(target), pair })
    }

    /// Prepares motions of the canonical skeleton for `target`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_canonical(target: MappedRig<'_>) -> Result<Retargeter, RetargetError> {
        let (rig, mapping) = (canonical_rig(), canonical_mapping());
        Self::new(MappedRig { rig: &rig, mapping: &mapping, takes: &[] }, target)
    }

    /// Carries a take of the source rig over.
    ///
    /// # Errors
    /// A take that is not one of the source's, that has less than 0.1 or more than 2000 frames per second, or that never shows
    /// it standing where the rest pose does not.
    pub fn retarget(&self, take: &Take, options: &RetargetOptions) -> Result<Retargeted, RetargetError> {
        check(&self.source.rig, take)?;
        let pair = self.pair(take)?;
        let (retargeted, contacts, floor) = pair.carry([&self.source.rig, &self.target.rig], take, options);
        let report = report::measure(self.sides(take, &retargeted, floor), &pair.observers, &contacts, options);
        Ok(Retargeted { take: retargeted, report })
    }

    /// The report of [`retarget`](Self::retarget) for a take of the target rig that something else made of `take`: what
    /// two programs did with one clip, in the same figures.
    ///
    /// # Errors
    /// As [`retarget`](Self::retarget), for either take, and takes of different length.
    pub fn measure(
        &self,
        take: &Take,
        made: &Take,
        options: &RetargetOptions,
    ) -> Result<RetargetReport, RetargetError> {
        check(&self.source.rig, take)?;
        check(&self.target.rig, made)?;
        if made.frames != take.frames {
            let reason = format!("it has {} frames, the other has {}", take.frames, made.frames);
            return Err(RetargetError::Take { take: take.name.clone(), reason });
        }
        let pair = self.pair(take)?;
        let (_, contacts, floor) = pair.carry([&self.source.rig, &self.target.rig], take, options);
        Ok(report::measure(self.sides(take, made, floor), &pair.observers, &contacts, options))
    }

    /// Where the joints of both rigs are in some frames of `take` and of the take `made` of it: for pictures of the two
    /// side by side.
    ///
    /// Metres of the target (the source is scaled by the legs), Y up, facing as the canonical skeleton, canonical joints;
    /// `None` where a rig has no such joint.
    ///
    /// # Errors
    /// As [`retarget`](Self::retarget), for either take, and frames that one of them lacks.
    pub fn poses(&self, take: &Take, made: &Take, frames: &[usize]) -> Result<[Vec<JointPlaces>; 2], RetargetError> {
        check(&self.source.rig, take)?;
        check(&self.target.rig, made)?;
        if let Some(beyond) = frames.iter().find(|frame| **frame >= take.frames.min(made.frames)) {
            return Err(RetargetError::Take { take: take.name.clone(), reason: format!("it has no frame {beyond}") });
        }
        let pair = self.pair(take)?;
        let floor = pair.floor(&pair.read(&self.source.rig, take), take.fps);
        let picked = [take, made].map(|take| take.picked(frames));
        let [source, target] = self.sides(&picked[0], &picked[1], floor);
        let scale = pair.observers[1].leg_length / pair.observers[0].leg_length;
        let mut poses = [pair.observers[0].watch(source).positions, pair.observers[1].watch(target).positions];
        poses[0].iter_mut().flatten().flatten().for_each(|place| *place *= scale);
        Ok(poses)
    }

    /// The tables of this pair; where the source's rest pose says nothing, those that `take` says.
    fn pair(&self, take: &Take) -> Result<Made<'_>, RetargetError> {
        if let Some(pair) = &self.pair {
            return Ok(Made::Before(pair));
        }
        let source = MappedRig { takes: std::slice::from_ref(take), ..self.source.mapped() };
        let bodies = (Body::new("source", source)?, Body::new("target", self.target.mapped())?);
        Ok(Made::Now(Box::new(Pair::new((bodies.0, source), (bodies.1, self.target.mapped())))))
    }

    fn sides<'a>(&'a self, take: &'a Take, made: &'a Take, floor: f64) -> [report::Side<'a>; 2] {
        let (source, target) = (&self.source, &self.target);
        [
            report::Side { rig: &source.rig, mapping: &source.mapping, take, floor },
            report::Side { rig: &target.rig, mapping: &target.mapping, take: made, floor: 0.0 },
        ]
    }

    /// Only the take of [`retarget`](Self::retarget), without the time that measuring takes.
    ///
    /// # Errors
    /// As [`retarget`](Self::retarget).
    pub fn solve(&self, take: &Take, options: &RetargetOptions) -> Result<Take, RetargetError> {
        match &self.pair {
            Some(pair) => {
                check(&self.source.rig, take)?;
                Ok(pair.carry([&self.source.rig, &self.target.rig], take, options).0)
            }
            None => self.retarget(take, options).map(|made| made.take),
        }
    }

    /// Carries a motion of the canonical skeleton over; the source must be that ([`from_canonical`](Self::from_canonical)).
    ///
    /// # Errors
    /// As [`retarget`](Self::retarget).
    pub fn retarget_motion(
        &self,
        motion: &Motion,
        name: &str,
        options: &RetargetOptions,
    ) -> Result<Retargeted, RetargetError> {
        self.retarget(&Take::from_motion(motion, name), options)
    }
}

impl Side {
    fn mapped(&self) -> MappedRig<'_> {
        MappedRig { rig: &self.rig, mapping: &self.mapping, takes: &self.takes }
    }
}

fn check(rig: &Rig, take: &Take) -> Result<(), RetargetError> {
    let wrong = |reason: String| Err(RetargetError::Take { take: take.name.clone(), reason });
    if take.frames == 0 {
        return wrong("it has no frames".to_owned());
    }
    if !RATES.contains(&take.fps) {
        return Err(RetargetError::Rate { take: take.name.clone(), fps: take.fps, rates: RATES });
    }
    for track in &take.tracks {
        if track.node >= rig.nodes.len() {
            return wrong(format!("it moves node {}, and the rig has {} nodes", track.node, rig.nodes.len()));
        }
        let vectors = [&track.translation, &track.scale];
        let short = vectors.iter().any(|values| values.as_ref().is_some_and(|values| values.len() != take.frames))
            || track.rotation.as_ref().is_some_and(|values| values.len() != take.frames);
        let broken = !track.is_finite() || track.rotation.iter().flatten().any(|q| q.length_squared() < 1e-12);
        if short || broken {
            let what = if short { "another number of values than frames" } else { "a value that is no number" };
            return wrong(format!("`{}` has {what}", rig.nodes[track.node].name));
        }
    }
    Ok(())
}

impl Pair {
    fn new(source: (Body, MappedRig<'_>), target: (Body, MappedRig<'_>)) -> Pair {
        let plan = Plan::new((&source.0, source.1), (&target.0, target.1));
        let writer = Writer::new(target.1.rig, target.1.mapping.root, &target.0, &plan);
        let limbs = source.0.joints.iter().flatten().copied();
        let read = with_ancestors(source.1.rig, plan.channels.iter().map(|channel| channel.node).chain(limbs));
        let legs = std::array::from_fn(|side| {
            let [hip, knee, ankle, foot] = LEGS[side];
            let limb = Limb { along: DVec3::NEG_Y, hinge: DVec3::X, lengths: target.0.leg[side] };
            let (offset, sole) = (target.0.hip_offsets[side], target.0.soles[side]);
            let toes = if target.0.joints[foot].is_some() { TOES * target.0.leg_length() } else { 0.0 };
            Leg { offset, limb, sole, toes, hip, knee, ankle, foot }
        });
        let observers = [Observer::new(&source.0), Observer::new(&target.0)];
        Pair { source: source.0, target: target.0, plan, writer, read, legs, observers }
    }

    /// The take on the target, the contacts of the source's feet, and the height of the source's floor.
    fn carry(
        &self,
        [rig, target]: [&Rig; 2],
        take: &Take,
        options: &RetargetOptions,
    ) -> (Take, [Vec<Contact>; 2], f64) {
        let mut clip = self.read(rig, take);
        let floor = self.floor(&clip, take.fps);
        for points in clip.soles.as_flattened_mut().iter_mut().chain(&mut clip.wrists) {
            points.iter_mut().for_each(|point| point.y -= floor);
        }
        let leg = self.source.leg_length();
        let contacts: [Vec<Contact>; 2] =
            clip.soles.each_ref().map(|[heel, ball]| detect(heel, ball, leg, take.fps, &ContactLimits::CAPTURED));
        self.scale(&mut clip.hips, floor);

        let stride = self.plan.channels.len();
        if options.contacts {
            let (hips, rotations) = (&mut clip.hips, &mut clip.rotations);
            let (legs, pelvis, fps) = (self.legs, joint::PELVIS, take.fps);
            Planting { hips, rotations, stride, pelvis, legs, contacts: &contacts, fps }.plant();
        }
        if options.contacts && options.hand_contacts {
            let resting = hands::contacts(&clip.wrists, leg, take.fps);
            if resting.iter().flatten().any(|contact| contact.any()) {
                // Where shoulders are, only the target's own kinematics tell.
                let so_far = self.writer.write("", take.fps, (&clip.rotations, stride), &clip.hips, None);
                hands::hold(target, &self.target, &so_far, &resting, &mut clip.rotations, stride);
            }
        }
        let path = (options.in_place || options.ground_root).then(|| path(&clip, stride, take.fps));
        if let Some(path) = path.as_ref().filter(|_| options.in_place) {
            let start = path[0].place;
            for (hips, ground) in clip.hips.iter_mut().zip(path) {
                *hips += start - ground.place;
            }
        }
        let ground = path.filter(|_| options.ground_root).map(|mut path| {
            if options.in_place {
                let start = path[0].place;
                path.iter_mut().for_each(|ground| ground.place = start);
            }
            path
        });
        let rotations = (clip.rotations.as_slice(), stride);
        let made = self.writer.write(&take.name, take.fps, rotations, &clip.hips, ground.as_deref());
        let take = Take { provenance: take.provenance.clone(), ..made };
        (take, contacts, floor)
    }

    /// Reads canonical rotations and places off the source.
    fn read(&self, rig: &Rig, take: &Take) -> Clip {
        let body = &self.source;
        let animation = Animation::of(rig, take);
        let mut posed = Posed::at_rest(rig);
        let into = body.alignment.stage.inverse();
        let node = |joint: usize| body.joints[joint].unwrap_or_default();
        let hips = [node(joint::LEFT_HIP), node(joint::RIGHT_HIP)];
        let ankles = LEGS.map(|[_, _, ankle, _]| (node(ankle), ankle));
        let mut clip = Clip {
            rotations: Vec::with_capacity(take.frames * self.plan.channels.len()),
            hips: Vec::with_capacity(take.frames),
            soles: std::array::from_fn(|_| std::array::from_fn(|_| Vec::with_capacity(take.frames))),
            wrists: std::array::from_fn(|_| Vec::with_capacity(take.frames)),
        };
        for frame in 0..take.frames {
            posed.go_to(rig, &self.read, &animation, frame);
            let place = |node: usize| into * (posed.position[node] - body.origin);
            clip.hips.push((place(hips[0]) + place(hips[1])) / 2.0);
            for (places, [_, _, _, wrist]) in clip.wrists.iter_mut().zip(ARMS) {
                places.push(place(node(wrist)));
            }
            let start = clip.rotations.len();
            let rotations =
                self.plan.channels.iter().map(|channel| into * posed.rotation[channel.node] * channel.t_inverse);
            clip.rotations.extend(rotations);
            for ((points, sole), (node, joint)) in clip.soles.iter_mut().zip(&body.soles).zip(ankles) {
                let (ankle, turn) = (place(node), clip.rotations[start + joint]);
                points[0].push(ankle + turn * sole.heel);
                points[1].push(ankle + turn * sole.ball);
            }
        }
        clip
    }

    /// Height of the floor on which the clip happens, by soles and palms: who stands on the hands has the floor there.
    fn floor(&self, clip: &Clip, fps: f64) -> f64 {
        let leg = self.source.leg_length();
        let palms = clip
            .wrists
            .each_ref()
            .map(|wrist| -> Vec<DVec3> { wrist.iter().map(|place| *place - DVec3::Y * hands::PALM * leg).collect() });
        let points: Vec<&[DVec3]> = clip.soles.as_flattened().iter().chain(&palms).map(Vec::as_slice).collect();
        floor_of_clip(&points, leg, fps)
    }

    /// The hips in the scale of the target's legs, over its floor at height 0.
    ///
    /// Heights count from the ankle of a flat foot, because shoes and flesh below it do not scale with legs.
    fn scale(&self, hips: &mut [DVec3], floor: f64) {
        let ankle = |body: &Body| -(body.soles[0].heel.y + body.soles[1].heel.y) / 2.0;
        let (from, to) = (ankle(&self.source), ankle(&self.target));
        let factor = self.target.leg_length() / self.source.leg_length();
        for place in hips {
            place.y = (place.y - floor - from) * factor + to;
            place.x *= factor;
            place.z *= factor;
        }
    }
}

/// The smoothed path of the hips over the ground, and the heading.
fn path(clip: &Clip, stride: usize, fps: f64) -> Vec<Ground> {
    let radius = (PATH_SECONDS * fps / 2.0).round() as usize;
    let last = clip.hips.len() - 1;
    let mut heading = 0.0;
    (0..clip.hips.len())
        .map(|frame| {
            // Symmetric around the frame also near the ends, so that a straight path stays where it is.
            let radius = radius.min(frame).min(last - frame);
            let near = &clip.hips[frame - radius..=frame + radius];
            let mean = near.iter().sum::<DVec3>() / near.len() as f64;
            let facing = clip.rotations[frame * stride + joint::PELVIS] * DVec3::Z;
            let angle = facing.x.atan2(facing.z);
            let turn = std::f64::consts::TAU;
            heading = angle + ((heading - angle) / turn).round() * turn;
            Ground { place: DVec3::new(mean.x, 0.0, mean.z), heading }
        })
        .collect()
}

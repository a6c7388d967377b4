//! From canonical rotations to the local rotations of a target's nodes.

use glam::{DQuat, DVec3};

use super::body::{Body, ancestors};
use super::plan::{Drive, Plan, TwistDrive};
use super::posed::Posed;
use crate::rig::{Rig, Take, Track};

/// What moves a node.
#[derive(Clone, Copy)]
enum Mover {
    Drive(Drive),
    Twist(TwistDrive, usize),
    /// The rest relative to its parent, whose turn is needed further down.
    Rest(DQuat),
    /// The joint on the floor that carries the motion over the ground: its world rotation at rest.
    Ground(DQuat),
}

/// A node that is moved, or that hangs on one that is and carries others that are. In order of the nodes.
#[derive(Clone, Copy)]
struct Step {
    node: usize,
    /// The parent's step, where the parent moves; the parent's rotation at rest otherwise.
    parent: Result<usize, DQuat>,
    mover: Mover,
}

/// Where a body is over the ground: the place on the floor and the heading about the vertical, in the canonical world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    pub(super) place: DVec3,
    pub(super) heading: f64,
}

/// The tables of a target.
pub(super) struct Writer {
    steps: Vec<Step>,
    /// Track of each step; none for those that only hand on.
    tracks: Vec<Option<usize>>,
    track_nodes: Vec<usize>,
    stage: DQuat,
    origin: DVec3,
    carrier: Carrier,
    /// The joint on the floor, where the rig has one above the carrier.
    root: Option<Root>,
    twists: usize,
}

/// The joint on the floor at rest: world position, and rotation, position and scale of its parent.
struct Root {
    node: usize,
    place: DVec3,
    parent: (DQuat, DVec3, f64),
}

/// The node that carries the body.
struct Carrier {
    node: usize,
    offset: DVec3,
    /// World rotation, position and scale of its parent, which stands still.
    parent: (DQuat, DVec3, f64),
}

impl Writer {
    pub(super) fn new(rig: &Rig, root: Option<usize>, body: &Body, plan: &Plan) -> Writer {
        let rest = Posed::at_rest(rig);
        let count = rig.nodes.len();
        let mut movers: Vec<Option<Mover>> = vec![None; count];
        for drive in &plan.drives {
            movers[drive.node] = Some(Mover::Drive(*drive));
        }
        for (number, twist) in plan.twists.iter().enumerate() {
            movers[twist.node].get_or_insert(Mover::Twist(*twist, number));
        }
        let above = |node: usize| match rig.nodes[node].parent {
            Some(parent) => (rest.rotation[parent], rest.position[parent], rest.scale[parent]),
            None => (DQuat::IDENTITY, DVec3::ZERO, 1.0),
        };
        let root = root.filter(|root| ancestors(rig, body.carrier).any(|ancestor| ancestor == *root)).map(|node| {
            movers[node] = Some(Mover::Ground(rest.rotation[node]));
            Root { node, place: rest.position[node], parent: above(node) }
        });
        let mut carries = vec![false; count];
        for node in (0..count).filter(|node| movers[*node].is_some()) {
            for ancestor in ancestors(rig, node) {
                carries[ancestor] = true;
            }
        }
        let mut writer = Writer {
            steps: Vec::new(),
            tracks: Vec::new(),
            track_nodes: Vec::new(),
            stage: body.alignment.stage,
            origin: body.origin,
            carrier: Carrier { node: body.carrier, offset: body.carrier_offset, parent: above(body.carrier) },
            root,
            twists: plan.twists.len(),
        };
        let mut step_of: Vec<Option<usize>> = vec![None; count];
        for (node, entry) in rig.nodes.iter().enumerate() {
            let parent = match entry.parent {
                Some(parent) => step_of[parent].ok_or(rest.rotation[parent]),
                None => Err(DQuat::IDENTITY),
            };
            let mover = match (movers[node], parent) {
                (Some(mover), _) => mover,
                (None, Ok(_)) if carries[node] => Mover::Rest(entry.rest.rotation.normalize()),
                _ => continue,
            };
            step_of[node] = Some(writer.steps.len());
            writer.steps.push(Step { node, parent, mover });
            let has_track = !matches!(mover, Mover::Rest(_));
            writer.tracks.push(has_track.then_some(writer.track_nodes.len()));
            if has_track {
                writer.track_nodes.push(node);
            }
        }
        writer
    }

    /// The take whose frames are `rotations` (`stride` channels each) with the middle of the hips at `hips`, both in
    /// the canonical world. With `ground`, the joint on the floor moves along it, where the rig has one.
    pub(super) fn write(
        &self,
        name: &str,
        fps: f64,
        (rotations, stride): (&[DQuat], usize),
        hips: &[DVec3],
        ground: Option<&[Ground]>,
    ) -> Take {
        let frames = hips.len();
        let mut tracks: Vec<Vec<DQuat>> = self.track_nodes.iter().map(|_| Vec::with_capacity(frames)).collect();
        let mut places: Vec<DVec3> = Vec::with_capacity(frames);
        let mut global = vec![DQuat::IDENTITY; self.steps.len()];
        let mut angles = vec![0.0; self.twists];
        let mut root_places: Vec<DVec3> = Vec::with_capacity(frames);
        for (frame, (pose, hips)) in rotations.chunks_exact(stride).zip(hips).enumerate() {
            // From where the joint on the floor is at rest to where it is now.
            let mut moved = (DQuat::IDENTITY, DVec3::ZERO);
            for (index, step) in self.steps.iter().enumerate() {
                let parent = match step.parent {
                    Ok(step) => global[step],
                    Err(rest) => rest,
                };
                let rotation = match step.mover {
                    Mover::Rest(local) => {
                        global[index] = parent * local;
                        continue;
                    }
                    Mover::Ground(rest) => match (ground, &self.root) {
                        (Some(ground), Some(root)) => {
                            let Ground { place, heading } = ground[frame];
                            let turn = self.stage * DQuat::from_rotation_y(heading) * self.stage.conjugate();
                            let place = self.origin + self.stage * place;
                            moved = (turn, place - turn * root.place);
                            root_places.push(root.parent.0.conjugate() * (place - root.parent.1) / root.parent.2);
                            turn * rest
                        }
                        _ => rest,
                    },
                    Mover::Drive(drive) => {
                        let (from, to) = drive.from;
                        let rotation = if from == to { pose[from] } else { pose[from].slerp(pose[to], drive.weight) };
                        self.stage * rotation * drive.t
                    }
                    Mover::Twist(twist, number) => self.stage * twisted(&twist, pose, &mut angles[number]) * twist.t,
                };
                global[index] = rotation;
                if let Some(track) = self.tracks[index] {
                    let local = (parent.conjugate() * rotation).normalize();
                    let values = &mut tracks[track];
                    // Of q and -q the one nearer to the frame before, so that hosts may interpolate.
                    let flipped = values.last().is_some_and(|last: &DQuat| last.dot(local) < 0.0);
                    values.push(if flipped { -local } else { local });
                }
                if step.node == self.carrier.node {
                    // The carrier turns with the pelvis: channel 0.
                    let world = self.origin + self.stage * (*hips + pose[0] * self.carrier.offset);
                    let (turn, place, scale) = self.carrier.parent;
                    let (turn, place) = (moved.0 * turn, moved.0 * place + moved.1);
                    places.push(turn.conjugate() * (world - place) / scale);
                }
            }
        }
        let mut tracks: Vec<Track> = self
            .track_nodes
            .iter()
            .zip(tracks)
            .map(|(node, rotation)| Track { node: *node, rotation: Some(rotation), ..Track::default() })
            .collect();
        if let Some(track) = tracks.iter_mut().find(|track| track.node == self.carrier.node) {
            track.translation = Some(places);
        }
        if let Some(root) = &self.root {
            match ground {
                Some(_) => {
                    if let Some(track) = tracks.iter_mut().find(|track| track.node == root.node) {
                        track.translation = Some(root_places);
                    }
                }
                None => tracks.retain(|track| track.node != root.node),
            }
        }
        Take { name: name.to_owned(), fps, frames, tracks, ..Take::default() }
    }
}

/// The rotation of a joint that carries a share of a limb's twist (swing-twist decomposition).
fn twisted(twist: &TwistDrive, pose: &[DQuat], last: &mut f64) -> DQuat {
    let (first, second) = (pose[twist.from.0], pose[twist.from.1]);
    let relative = first.conjugate() * second;
    let turn = std::f64::consts::TAU;
    let mut angle = 2.0 * relative.xyz().dot(twist.axis).atan2(relative.w);
    // Counted on from the frame before: a share of a full turn is none.
    angle += ((*last - angle) / turn).round() * turn;
    *last = angle;
    if twist.before {
        first * DQuat::from_axis_angle(twist.axis, angle * twist.place)
    } else {
        second * DQuat::from_axis_angle(twist.axis, angle * (twist.place - 1.0))
    }
}

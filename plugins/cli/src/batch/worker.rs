//! A unit of a batch: a clip or a motion onto every target that does not have it yet.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use ropar_core::{
    engine::GenerateRequest,
    provenance,
    retarget::{Retargeter, mapping::RigMapping},
    rig::{Rig, Take, canonical_mapping, canonical_rig},
};
use ropar_exporters::{Error, ReadSceneOptions, atomic, read_bytes, read_scene_bytes, resampled};
use serde_json::{Value, json};

use super::{
    figures,
    generator::Generator,
    job::Job,
    journal::{Journal, Record, sha256},
    plan::{Plan, Source, Unit},
    rigs::{TargetRig, mapping},
};
use crate::{
    commands,
    failure::{Failure, Kind},
    interrupt, takes,
};

/// Grows when the same input and options shall no longer give the same files.
const FORMAT: u32 = 2;

/// What became of a file.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Made by this run.
    Made(Record),
    /// Made by an earlier run.
    Kept(Record),
    /// Not made, with a record where it is known what would have been made.
    Failed(Value),
    /// Not tried: another share's, or the run was stopped.
    Open,
}

/// What all workers share.
pub struct Shared<'a> {
    pub job: &'a Job,
    pub plan: &'a Plan,
    pub targets: &'a [TargetRig],
    /// Text of the mapping file of the clips.
    pub source_map: Option<&'a str>,
    pub generator: Option<&'a Generator>,
    pub journal: &'a Journal,
    /// Only look, make nothing.
    pub look_only: bool,
    /// Replace also what no batch has made.
    pub overwrite: bool,
}

/// A worker and the source rig that it saw last: clips of one recording session share theirs.
pub struct Worker<'a> {
    shared: &'a Shared<'a>,
    last: Option<Prepared>,
}

struct Prepared {
    rig: Rig,
    mapping: RigMapping,
    /// By target, made when first needed.
    retargeters: Vec<Option<Retargeter>>,
}

/// What is known of a source before it is read as a scene.
struct Content {
    bytes: Vec<u8>,
    identity: Value,
}

/// A source as an animation of a rig.
struct Motion {
    take: Take,
    /// `None` for a motion of the canonical skeleton.
    rig: Option<(Rig, RigMapping)>,
    warnings: Vec<String>,
    /// What is said of the source in the results.
    said: Value,
}

impl<'a> Worker<'a> {
    pub fn new(shared: &'a Shared<'a>) -> Self {
        Worker { shared, last: None }
    }

    /// Does a unit; answers an outcome per target, and never panics.
    pub fn work(&mut self, unit: usize) -> Vec<Outcome> {
        let source = self.shared.plan.units[unit].source.describe();
        let done = self.guarded(&source, |worker| Ok(worker.attempt(unit)));
        done.unwrap_or_else(|failure| self.all_failed(&failure))
    }

    /// What `step` answers, or a failure where it panics.
    fn guarded<T>(&mut self, what: &str, step: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        catch_unwind(AssertUnwindSafe(|| step(self))).unwrap_or_else(|_| {
            // It may have been left half done.
            self.last = None;
            let message = format!("{what}: this is a bug in ropar");
            Err(Failure::new(Kind::Internal, message, "please report it with clip and target"))
        })
    }

    fn all_failed(&self, failure: &Failure) -> Vec<Outcome> {
        vec![Outcome::Failed(described(failure)); self.shared.targets.len()]
    }

    fn attempt(&mut self, index: usize) -> Vec<Outcome> {
        let Shared { plan, targets, journal, look_only, .. } = *self.shared;
        let unit = &plan.units[index];
        let content = match self.content(unit) {
            Ok(content) => content,
            Err(failure) => return self.all_failed(&failure),
        };
        let keys: Vec<String> = targets.iter().map(|target| self.key(unit, &content.identity, target)).collect();
        let mut outcomes: Vec<Outcome> = (0..targets.len())
            .map(|target| match journal.made(&plan.output(index, target), &keys[target]) {
                Some(record) => Outcome::Kept(record.clone()),
                None => Outcome::Open,
            })
            .collect();
        let open: Vec<usize> = (0..targets.len()).filter(|target| matches!(outcomes[*target], Outcome::Open)).collect();
        if look_only {
            for target in open {
                if let Some(record) = journal.failed(&plan.output(index, target), &keys[target]) {
                    outcomes[target] = Outcome::Failed(record.details["failure"].clone());
                }
            }
            return outcomes;
        }
        if open.is_empty() {
            return outcomes;
        }
        let source = unit.source.describe();
        let motion = self.guarded(&source, |worker| worker.motion(unit, content.bytes));
        for target in open {
            if interrupt::control() == ControlFlow::Break(()) {
                break;
            }
            let output = plan.output(index, target);
            let made = motion.as_ref().map_err(Failure::clone).and_then(|motion| {
                let what = format!("{source} onto `{}`", plan.targets[target].folder);
                self.guarded(&what, |worker| worker.put(motion, target, &output, &keys[target]))
            });
            outcomes[target] = match made {
                Ok(record) => Outcome::Made(record),
                Err(failure) if failure.kind == Kind::Cancelled => Outcome::Open,
                Err(failure) => {
                    let failure = described(&failure);
                    let details = json!({ "failure": failure });
                    let record = Record { output, key: keys[target].clone(), bytes: None, sha256: None, details };
                    // The summary says it in any case; the journal only tells later runs.
                    let _ = journal.add(&record);
                    Outcome::Failed(failure)
                }
            };
        }
        outcomes
    }

    fn content(&self, unit: &Unit) -> Result<Content, Failure> {
        match &unit.source {
            Source::Clip(path) => {
                let bytes = read_bytes(path)?;
                let map = self.shared.source_map.map(|map| sha256(map.as_bytes()));
                let beside = files_beside(path, &bytes);
                let mut identity = json!({ "clip": sha256(&bytes), "map": map, "beside": beside });
                // Nothing where nobody chose: what was made before there was a choice stays made.
                if let Some(character) = self.shared.job.source_character {
                    identity["character"] = json!(character);
                }
                Ok(Content { bytes, identity })
            }
            Source::Prompt { .. } => {
                let request = request(unit);
                let identity = self.shared.generator.map(|generator| generator.identity(&request));
                Ok(Content { bytes: Vec::new(), identity: json!(identity) })
            }
        }
    }

    /// Hash of all that decides the content of a file.
    fn key(&self, unit: &Unit, source: &Value, target: &TargetRig) -> String {
        let job = self.shared.job;
        let options = &job.options;
        let parts = json!([
            FORMAT,
            env!("CARGO_PKG_VERSION"),
            source,
            target.identity,
            take_name(unit),
            job.take,
            job.fps,
            [options.contacts, options.hand_contacts, options.in_place, options.ground_root],
        ]);
        sha256(parts.to_string().as_bytes())
    }

    fn motion(&mut self, unit: &Unit, bytes: Vec<u8>) -> Result<Motion, Failure> {
        let mut motion = match &unit.source {
            Source::Clip(path) => self.read(path, bytes)?,
            Source::Prompt { .. } => self.generate(unit)?,
        };
        motion.take.name = take_name(unit).to_owned();
        Ok(motion)
    }

    fn read(&mut self, path: &Path, bytes: Vec<u8>) -> Result<Motion, Failure> {
        let mut scene = read_scene_bytes(path, &bytes, &ReadSceneOptions::default())?;
        drop(bytes);
        let unfit = |reason: String| Failure::from(Error::Unfit { path: path.to_owned(), reason });
        let names: Vec<String> = scene.takes.iter().map(|take| format!("`{}`", take.name)).collect();
        let mut warnings = std::mem::take(&mut scene.warnings);
        let chosen = match &self.shared.job.take {
            Some(name) => takes::position(path, &scene.takes, name)?,
            None if names.is_empty() => return Err(unfit("there is no animation in it".to_owned())),
            None => {
                if names.len() > 1 {
                    warnings.push(format!("of {} takes the first is used: {}", names.len(), names.join(", ")));
                }
                0
            }
        };
        let mut take = scene.takes.swap_remove(chosen);
        if let Some(fps) = self.shared.job.fps {
            take = resampled(path, &take, fps)?;
        }
        scene.takes.clear();
        let rig = scene.rig();
        let mapping = match &self.last {
            Some(last) if last.rig == rig => last.mapping.clone(),
            _ => {
                let (map, character) = (self.shared.source_map, self.shared.job.source_character);
                mapping(path, &scene, map, character, &commands::map::CLIP)?
            }
        };
        warnings.extend(mapping.warnings.iter().cloned());
        Ok(Motion {
            said: json!({ "clip": path.to_string_lossy(), "take": take.name }),
            take,
            rig: Some((rig, mapping)),
            warnings,
        })
    }

    fn generate(&self, unit: &Unit) -> Result<Motion, Failure> {
        let request = request(unit);
        let generator = self.shared.generator.ok_or_else(|| Failure::input("there is no model", ""))?;
        let made = generator.generate(&request)?;
        let said = json!({
            "prompt": request.prompt,
            "seed": request.seed,
            "seconds": provenance::decimal(made.seconds),
            "guidance": provenance::decimal(made.guidance),
        });
        // The model's own rate is too low for most hosts.
        let fps = self.shared.job.fps.unwrap_or(ropar_exporters::DEFAULT_FPS.into());
        let provenance = generator.provenance(&request, &made);
        let take = Take { fps, provenance, ..Take::from_motion(&made.motion.resample(fps as f32), "") };
        Ok(Motion { take, rig: None, warnings: Vec::new(), said })
    }

    /// Retargets, records, writes.
    fn put(&mut self, motion: &Motion, target: usize, output: &str, key: &str) -> Result<Record, Failure> {
        let Shared { job, targets, journal, overwrite, .. } = *self.shared;
        if !overwrite && journal.holds_other_content(output)? {
            return Err(super::not_ours(&job.out.join(output), ""));
        }
        let retargeter = self.retargeter(motion, target)?;
        let made = retargeter.retarget(&motion.take, &job.options)?;
        let frames = figures::frames(made.take.frames);
        let poses = figures::flattened(&retargeter.poses(&motion.take, &made.take, &frames)?);
        let (bytes, written) = targets[target].file.with_take(&made.take)?;
        let warnings = [motion.warnings.as_slice(), &written.warnings].concat();
        // Through text, as a record of an earlier run is: the same results, whoever made them.
        let details = through_text(&json!({
            "source": motion.said,
            "fps": rounded(written.fps.into()),
            "report": rounded(serde_json::to_value(&made.report).unwrap_or_default()),
            "warnings": warnings,
            "poses": poses,
        }));
        let (output, key) = (output.to_owned(), key.to_owned());
        let record = Record { output, key, bytes: Some(bytes.len() as u64), sha256: Some(sha256(&bytes)), details };
        let path = job.out.join(&record.output);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, error))?;
        }
        journal.add(&record)?;
        atomic::write(&path, &bytes)?;
        Ok(record)
    }

    /// The retargeter of a motion's rig, kept for the next clip of the same rig.
    fn retargeter(&mut self, motion: &Motion, target: usize) -> Result<&Retargeter, Failure> {
        let targets = self.shared.targets;
        let canonical;
        let (rig, mapping) = match &motion.rig {
            Some((rig, mapping)) => (rig, mapping),
            None => {
                canonical = (canonical_rig(), canonical_mapping());
                (&canonical.0, &canonical.1)
            }
        };
        if self.last.as_ref().is_none_or(|last| last.rig != *rig || last.mapping != *mapping) {
            let retargeters = targets.iter().map(|_| None).collect();
            self.last = Some(Prepared { rig: rig.clone(), mapping: mapping.clone(), retargeters });
        }
        let slot = self.last.as_mut().and_then(|last| last.retargeters.get_mut(target));
        let slot = slot.ok_or_else(|| Failure::new(Kind::Internal, "a target is missing", ""))?;
        if slot.is_none() {
            *slot = Some(targets[target].retargeter(rig, mapping)?);
        }
        slot.as_ref().ok_or_else(|| Failure::new(Kind::Internal, "a retargeter is missing", ""))
    }
}

/// The take is called as the file: names inside of files say little (`mixamo.com`, `Take 001`).
fn take_name(unit: &Unit) -> &str {
    unit.name.rsplit('/').next().unwrap_or(&unit.name)
}

fn request(unit: &Unit) -> GenerateRequest {
    match &unit.source {
        Source::Prompt { text, seed, seconds, guidance } => GenerateRequest {
            seed: *seed,
            seconds: *seconds,
            guidance: *guidance,
            ..GenerateRequest::new(text.as_str())
        },
        Source::Clip(_) => GenerateRequest::new(""),
    }
}

fn described(failure: &Failure) -> Value {
    failure.to_json()["error"].clone()
}

/// Hashes of the buffers that a `.gltf` has beside itself.
fn files_beside(path: &Path, bytes: &[u8]) -> Vec<String> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("gltf")) {
        return Vec::new();
    }
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let buffers = document["buffers"].as_array().into_iter().flatten();
    let names = buffers.filter_map(|buffer| buffer["uri"].as_str()).filter(|uri| !uri.starts_with("data:"));
    // What is missing is told by the reader.
    names.filter_map(|name| read_bytes(&path.with_file_name(name)).ok()).map(|bytes| sha256(&bytes)).collect()
}

fn through_text(value: &Value) -> Value {
    serde_json::from_str(&value.to_string()).unwrap_or_default()
}

/// Figures with as many digits as mean something.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or(Value::Null, |number| ((number * 1e4).round() / 1e4).into())
        }
        Value::Array(values) => values.into_iter().map(rounded).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use glam::{Quat, Vec3};
    use ropar_core::{motion::Motion, retarget::RetargetOptions, skeleton::JOINT_COUNT};
    use ropar_exporters::{Clip, write_clip};
    use serde_json::Map;

    use super::*;
    use crate::batch::job::Target;

    #[test]
    fn a_panic_on_one_target_spoils_no_other() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let standing = Motion {
            fps: 30.0,
            root: vec![Vec3::Y * ropar_core::skeleton::STANDING_PELVIS_HEIGHT; 10],
            rotations: vec![[Quat::IDENTITY; JOINT_COUNT]; 10],
        };
        for name in ["clip.glb", "first.glb", "broken.glb", "last.glb"] {
            write_clip(&folder.path().join(name), &Clip::new(standing.clone(), Map::new()), None).expect("clip");
        }
        let target = |name: &str| Target { file: folder.path().join(name), name: None, map: None, character: None };
        let job = Job {
            out: folder.path().join("out"),
            clips: vec![(folder.path().to_owned(), "clip.glb".to_owned())],
            source_map: None,
            source_character: None,
            take: None,
            fps: None,
            options: RetargetOptions::default(),
            targets: ["first.glb", "broken.glb", "last.glb"].map(target).into(),
            prompts: Vec::new(),
        };
        let plan = Plan::of(&job).expect("plan");
        let mut targets: Vec<TargetRig> =
            job.targets.iter().map(|target| TargetRig::open(target).expect("rig")).collect();
        // No file gives such a rig: whatever looks at it panics.
        targets[1].rig.nodes[1].parent = Some(usize::MAX);
        let journal = Journal::open(&job.out, (1, 1)).expect("journal");
        let shared = Shared {
            job: &job,
            plan: &plan,
            targets: &targets,
            source_map: None,
            generator: None,
            journal: &journal,
            look_only: false,
            overwrite: false,
        };
        let outcomes = Worker::new(&shared).work(0);
        let [Outcome::Made(_), Outcome::Failed(failure), Outcome::Made(_)] = outcomes.as_slice() else {
            panic!("{outcomes:?}");
        };
        let message = failure["message"].as_str().expect("text");
        assert!(message.contains("clip.glb") && message.contains("`broken`") && message.contains("bug"), "{message}");
        assert!(job.out.join("first/clip.glb").exists() && job.out.join("last/clip.glb").exists());
    }
}

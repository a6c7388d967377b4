//! What a batch shall do: a job file or the command line, resolved to paths that the process can open.

use std::path::{Path, PathBuf};

use ropar_core::retarget::RetargetOptions;
use serde::Deserialize;

use crate::{arguments::BatchArguments, failure::Failure, limits, text_file};

/// The job file. Paths are relative to its folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobFile {
    out: Option<PathBuf>,
    #[serde(default)]
    clips: Vec<String>,
    source_map: Option<PathBuf>,
    source_character: Option<usize>,
    take: Option<String>,
    fps: Option<f64>,
    #[serde(default)]
    retarget: RetargetEntry,
    #[serde(default)]
    target: Vec<Target>,
    /// A text file with a prompt per line.
    prompts: Option<PathBuf>,
    #[serde(default)]
    generate: Generate,
    #[serde(default)]
    prompt: Vec<PromptEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetargetEntry {
    contacts: Option<bool>,
    hand_contacts: Option<bool>,
    in_place: Option<bool>,
    ground_root: Option<bool>,
}

/// What holds for every prompt that does not say otherwise.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    seconds: Option<f32>,
    seed: Option<u64>,
    samples: Option<u16>,
    guidance: Option<f32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PromptEntry {
    text: String,
    name: Option<String>,
    seconds: Option<f32>,
    seed: Option<u64>,
    samples: Option<u16>,
    guidance: Option<f32>,
}

/// A character to put the clips on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The rig file.
    pub file: PathBuf,
    /// Folder of its results; the file's name without extension where it says nothing.
    pub name: Option<String>,
    /// A mapping by `ropar map`.
    pub map: Option<PathBuf>,
    /// Which of several characters, from 1.
    pub character: Option<usize>,
}

/// A motion to make.
#[derive(Debug, Clone)]
pub struct PromptJob {
    pub text: String,
    pub name: Option<String>,
    pub seconds: Option<f32>,
    /// Seed of the first sample; the others count up.
    pub seed: u64,
    pub samples: u16,
    pub guidance: Option<f32>,
}

/// A resolved job.
#[derive(Debug)]
pub struct Job {
    pub out: PathBuf,
    /// Glob patterns, each with the folder that it is relative to.
    pub clips: Vec<(PathBuf, String)>,
    pub source_map: Option<PathBuf>,
    /// Which of several characters of each clip, from 1.
    pub source_character: Option<usize>,
    pub take: Option<String>,
    pub fps: Option<f64>,
    pub options: RetargetOptions,
    pub targets: Vec<Target>,
    pub prompts: Vec<PromptJob>,
}

impl Job {
    /// The job of a command line, which names a job file or says everything itself.
    pub fn of(arguments: &BatchArguments) -> Result<Job, Failure> {
        let (file, folder) = match &arguments.job {
            Some(path) => (read(path)?, path.parent().unwrap_or(Path::new("")).to_owned()),
            None => (from_options(arguments), PathBuf::new()),
        };
        let at = |path: &Path| folder.join(path);
        // A folder on the command line is the caller's; one in the job file lies beside it.
        let out = arguments.out.clone().or_else(|| file.out.as_deref().map(at));
        let mut prompts: Vec<PromptJob> = Vec::new();
        if let Some(path) = file.prompts.as_deref().map(at) {
            prompts.extend(lines(&path)?.into_iter().map(|text| resolved(PromptEntry::plain(text), &file.generate)));
        }
        prompts.extend(file.prompt.into_iter().map(|entry| resolved(entry, &file.generate)));
        let defaults = RetargetOptions::default();
        let job = Job {
            out: out.ok_or_else(|| {
                Failure::usage("the batch has no output folder", "name one with --out, or `out` in the job file")
            })?,
            clips: file.clips.into_iter().map(|pattern| (folder.clone(), pattern)).collect(),
            source_map: file.source_map.as_deref().map(at),
            source_character: file.source_character,
            take: file.take,
            fps: file.fps,
            options: RetargetOptions {
                contacts: file.retarget.contacts.unwrap_or(defaults.contacts),
                hand_contacts: file.retarget.hand_contacts.unwrap_or(defaults.hand_contacts),
                in_place: file.retarget.in_place.unwrap_or(defaults.in_place),
                ground_root: file.retarget.ground_root.unwrap_or(defaults.ground_root),
            },
            targets: file
                .target
                .into_iter()
                .map(|target| Target { file: at(&target.file), map: target.map.as_deref().map(at), ..target })
                .collect(),
            prompts,
        };
        job.check()?;
        Ok(job)
    }

    fn check(&self) -> Result<(), Failure> {
        if self.targets.is_empty() {
            let next = "name a rig file with --target, or a [[target]] in the job file; `ropar generate` makes clips without one";
            return Err(Failure::usage("the batch has no target", next));
        }
        if self.clips.is_empty() && self.prompts.is_empty() {
            return Err(Failure::usage(
                "the batch has neither clips nor prompts",
                "name clips with --glob 'clips/*.bvh' or `clips`, prompts with --prompts FILE or [[prompt]]",
            ));
        }
        limits::check_fps(self.fps)?;
        if let Some(prompt) = self.prompts.iter().find(|prompt| !(1..=1000).contains(&prompt.samples)) {
            let message = format!("{} samples of the prompt `{}`", prompt.samples, prompt.text);
            return Err(Failure::input(message, "choose 1 to 1000"));
        }
        Ok(())
    }
}

impl PromptEntry {
    fn plain(text: String) -> Self {
        PromptEntry { text, name: None, seconds: None, seed: None, samples: None, guidance: None }
    }
}

fn resolved(entry: PromptEntry, common: &Generate) -> PromptJob {
    PromptJob {
        text: entry.text,
        name: entry.name,
        seconds: entry.seconds.or(common.seconds),
        // Not a fresh one: a batch that goes on after a stop makes what it would have made.
        seed: entry.seed.or(common.seed).unwrap_or(1),
        samples: entry.samples.or(common.samples).unwrap_or(1),
        guidance: entry.guidance.or(common.guidance),
    }
}

fn read(path: &Path) -> Result<JobFile, Failure> {
    toml::from_str(&text_file::read(path)?).map_err(|error| {
        Failure::input(
            format!("`{}` is not a job: {error}", path.display()),
            "see docs/batch.md for what a job file holds",
        )
    })
}

/// The prompts of a file: one a line; empty lines and those that start with `#` do not count.
fn lines(path: &Path) -> Result<Vec<String>, Failure> {
    let text = text_file::read(path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let prompts: Vec<String> = lines.map(str::to_owned).collect();
    if prompts.is_empty() {
        let message = format!("`{}` holds no prompt", path.display());
        return Err(Failure::input(message, "write one prompt a line"));
    }
    Ok(prompts)
}

fn from_options(arguments: &BatchArguments) -> JobFile {
    let target = |(index, file): (usize, &PathBuf)| Target {
        file: file.clone(),
        name: None,
        map: arguments.map.get(index).cloned(),
        character: None,
    };
    JobFile {
        clips: arguments.glob.clone(),
        source_map: arguments.source_map.clone(),
        source_character: arguments.source_character,
        take: arguments.take.clone(),
        fps: arguments.fps,
        retarget: RetargetEntry {
            contacts: Some(!arguments.solve.no_contacts),
            hand_contacts: Some(arguments.solve.hand_contacts),
            in_place: Some(arguments.solve.in_place),
            ground_root: Some(arguments.solve.ground_root),
        },
        target: arguments.target.iter().enumerate().map(target).collect(),
        prompts: arguments.prompts.clone(),
        generate: Generate {
            seconds: arguments.seconds,
            seed: arguments.seed,
            samples: arguments.samples,
            guidance: arguments.guidance,
        },
        ..JobFile::default()
    }
}

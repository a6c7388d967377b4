//! All that a batch makes, with the names of its files, known before anything is made.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Component, Path, PathBuf},
};

use ropar_exporters::Format;

use super::{job::Job, passed_over};
use crate::failure::Failure;

/// Longest file name that a prompt becomes, in characters.
const LONGEST_SLUG: usize = 60;

/// Where a motion comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A scene file.
    Clip(PathBuf),
    /// A prompt: what [`ropar_core::engine::GenerateRequest`] needs.
    Prompt { text: String, seed: u64, seconds: Option<f32>, guidance: Option<f32> },
}

/// A source that goes onto all targets.
#[derive(Debug, Clone)]
pub struct Unit {
    pub source: Source,
    /// Its name in the output folder, without extension, `/` between folders.
    pub name: String,
}

/// The units in a fixed order, and the targets' names.
#[derive(Debug, Default)]
pub struct Plan {
    pub units: Vec<Unit>,
    pub targets: Vec<TargetName>,
    /// Files that a pattern named and that are no scene files.
    pub ignored: usize,
    /// Clips that were not seen because their names are no Unicode.
    pub passed_over: usize,
}

/// The folder of a target's results and their extension.
#[derive(Debug, Clone)]
pub struct TargetName {
    pub folder: String,
    pub extension: String,
}

impl Plan {
    /// Lists everything, and refuses what would be written twice.
    pub fn of(job: &Job) -> Result<Plan, Failure> {
        let mut plan = Plan::default();
        plan.add_clips(job)?;
        plan.units.extend(prompts(job)?);
        plan.targets = targets(job)?;
        plan.refuse_collisions()?;
        Ok(plan)
    }

    /// Adds the clips that the patterns name, by path, and counts what else they name.
    fn add_clips(&mut self, job: &Job) -> Result<(), Failure> {
        let mut found: BTreeMap<PathBuf, String> = BTreeMap::new();
        let out = std::path::absolute(&job.out).unwrap_or_else(|_| job.out.clone());
        for (folder, pattern) in &job.clips {
            let literal = folder.join(pattern);
            let (paths, base, unseen) = if literal.is_file() {
                let base = literal.parent().unwrap_or(Path::new("")).to_owned();
                (vec![literal.clone()], base, 0)
            } else {
                let (base, whole) = (base(&literal), whole(folder, pattern));
                let paths = matches(&whole).map_err(|reason| {
                    Failure::usage(format!("the pattern `{pattern}` is wrong: {reason}"), "see docs/batch.md")
                })?;
                let unseen = passed_over::count(&base, &whole);
                (paths, base, unseen)
            };
            self.passed_over += unseen;
            let mut names_one = literal.is_file();
            for path in paths {
                // Results of an earlier run are no sources of the next one.
                if !path.is_file() || std::path::absolute(&path).is_ok_and(|path| path.starts_with(&out)) {
                    continue;
                }
                if Format::of(&path).is_err() {
                    self.ignored += 1;
                    continue;
                }
                let name = path.strip_prefix(&base).unwrap_or(&path).with_extension("");
                let parts = name.components().filter_map(|part| match part {
                    Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
                    _ => None,
                });
                let name = parts.collect::<Vec<_>>().join("/");
                found.entry(path).or_insert(name);
                names_one = true;
            }
            if !names_one {
                let unseen = match unseen {
                    0 => String::new(),
                    count => format!(" but {count} clips whose names are no Unicode"),
                };
                return Err(Failure::input(
                    format!("`{pattern}` names no clip{unseen}"),
                    "check the pattern: * within a folder, ** through folders; clips end in .bvh, .fbx, .glb, .gltf, .vrma",
                ));
            }
        }
        self.units.extend(found.into_iter().map(|(path, name)| Unit { source: Source::Clip(path), name }));
        Ok(())
    }

    /// The file of a unit on a target, relative to the output folder, `/` between folders.
    pub fn output(&self, unit: usize, target: usize) -> String {
        let TargetName { folder, extension } = &self.targets[target];
        format!("{folder}/{}.{extension}", self.units[unit].name)
    }

    /// The units of a share: every `count`th, from `number` (from 1).
    pub fn share(&self, number: usize, count: usize) -> Vec<usize> {
        (0..self.units.len()).filter(|index| index % count == number - 1).collect()
    }

    fn refuse_collisions(&self) -> Result<(), Failure> {
        // File systems that ignore case are common.
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (index, unit) in self.units.iter().enumerate() {
            if let Some(other) = seen.insert(unit.name.to_lowercase(), index) {
                return Err(Failure::input(
                    format!(
                        "{} and {} would both be written to `{}`",
                        self.units[other].source.describe(),
                        unit.source.describe(),
                        self.output(index, 0)
                    ),
                    "give one of them another name, or make two batches with two output folders",
                ));
            }
        }
        Ok(())
    }
}

impl Source {
    /// The source in words.
    pub fn describe(&self) -> String {
        match self {
            Source::Clip(path) => format!("`{}`", path.display()),
            Source::Prompt { text, seed, .. } => format!("the prompt `{text}` (seed {seed})"),
        }
    }
}

fn targets(job: &Job) -> Result<Vec<TargetName>, Failure> {
    let mut seen: BTreeMap<String, &Path> = BTreeMap::new();
    let mut names = Vec::new();
    for target in &job.targets {
        Format::of(&target.file)?;
        let stem = || target.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = target.name.clone().unwrap_or_else(stem);
        let usable = !folder.is_empty() && !folder.starts_with('.') && !folder.contains(['/', '\\', ':']);
        if !usable {
            let message = format!("the target `{}` cannot be named `{folder}`", target.file.display());
            return Err(Failure::input(message, "give it a `name` in the job file that can be a folder"));
        }
        if let Some(other) = seen.insert(folder.to_lowercase(), &target.file) {
            return Err(Failure::input(
                format!("the targets `{}` and `{}` are both named `{folder}`", other.display(), target.file.display()),
                "rename a file, or give one a `name` in the job file",
            ));
        }
        let extension = target.file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        names.push(TargetName { folder, extension });
    }
    Ok(names)
}

/// A pattern as the process can follow it.
fn whole(folder: &Path, pattern: &str) -> String {
    if Path::new(pattern).is_absolute() || folder.as_os_str().is_empty() {
        return pattern.to_owned();
    }
    format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()))
}

/// The files that a pattern names; else what is wrong with it.
fn matches(pattern: &str) -> Result<Vec<PathBuf>, String> {
    let paths = glob::glob(pattern).map_err(|error| error.to_string())?;
    paths.map(|path| path.map_err(|error| error.to_string())).collect()
}

/// The folder that every match of a pattern lies in.
fn base(pattern: &Path) -> PathBuf {
    let wild = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let fixed: PathBuf = pattern.components().take_while(|part| !wild(part)).collect();
    if fixed == pattern { fixed.parent().unwrap_or(Path::new("")).to_owned() } else { fixed }
}

fn prompts(job: &Job) -> Result<Vec<Unit>, Failure> {
    let mut units = Vec::new();
    for prompt in &job.prompts {
        let name = prompt.name.clone().unwrap_or_else(|| slug(&prompt.text));
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':']) {
            let message = format!("the prompt `{}` has no name that can be a file's", prompt.text);
            return Err(Failure::input(message, "give it a `name` of letters and digits in the job file"));
        }
        for sample in 0..prompt.samples {
            let number = if prompt.samples > 1 { format!("_{}", sample + 1) } else { String::new() };
            let source = Source::Prompt {
                text: prompt.text.clone(),
                seed: prompt.seed.wrapping_add(u64::from(sample)),
                seconds: prompt.seconds,
                guidance: prompt.guidance,
            };
            units.push(Unit { source, name: format!("{name}{number}") });
        }
    }
    Ok(units)
}

/// `a man waves!` as `a_man_waves`.
fn slug(prompt: &str) -> String {
    let mut slug = String::new();
    for word in prompt.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !slug.is_empty() && slug.len() + 1 + word.len() > LONGEST_SLUG {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(LONGEST_SLUG).map(|letter| letter.to_ascii_lowercase()));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_become_file_names() {
        assert_eq!(slug("A man waves, twice!"), "a_man_waves_twice");
        assert_eq!(slug("  "), "");
        assert_eq!(slug(&"x".repeat(200)).len(), 60);
        assert_eq!(slug(&"word ".repeat(50)), ["word"; 12].join("_"));
    }

    #[test]
    fn the_fixed_part_of_a_pattern_is_its_base() {
        assert_eq!(base(Path::new("a/b/**/*.bvh")), PathBuf::from("a/b"));
        assert_eq!(base(Path::new("*.bvh")), PathBuf::new());
        assert_eq!(base(Path::new("a/walk?/x.bvh")), PathBuf::from("a"));
    }

    #[test]
    fn shares_are_the_whole_and_do_not_overlap() {
        let unit = |name: usize| Unit { source: Source::Clip(PathBuf::new()), name: name.to_string() };
        let plan = Plan { units: (0..11).map(unit).collect(), ..Plan::default() };
        let mut all: Vec<usize> = (1..=4).flat_map(|number| plan.share(number, 4)).collect();
        all.sort_unstable();
        assert_eq!(all, (0..11).collect::<Vec<_>>());
        assert_eq!(plan.share(1, 1).len(), 11);
        assert!(plan.share(12, 12).is_empty());
    }
}

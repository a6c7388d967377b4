//! How a batch went: counts, JSON, CSV. Nothing in the files tells when or by how many workers they were made.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use serde_json::{Map, Value, json};

use super::{
    generator::Generator,
    plan::{Plan, Source},
    worker::Outcome,
};

/// Columns of the table that come from a report, as the report names them.
pub const FIGURES: [&str; 20] = [
    "frames",
    "seconds",
    "limb_direction_median",
    "limb_direction_largest",
    "limb_direction_at",
    "end_effector_error",
    "hand_error",
    "foot_error",
    "foot_slide",
    "source_foot_slide",
    "penetration",
    "source_penetration",
    "contact_f1",
    "added_contact",
    "missing_contact",
    "bone_length_drift",
    "jerk_ratio",
    "angular_velocity_ratio",
    "angular_velocity_at",
    "mapping_confidence",
];

/// How many reasons are told at the end of a run; all of them are in the results.
const REASONS: usize = 3;

/// The outcomes of a run.
pub struct Results<'a> {
    pub plan: &'a Plan,
    /// The units that were this run's.
    pub units: &'a [usize],
    /// By place in `units`, by target.
    pub outcomes: &'a [Vec<Outcome>],
    pub generator: Option<&'a Generator>,
}

/// A file of the batch and what became of it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub output: String,
    pub source: String,
    pub status: Status,
    /// Of what was made: the record's details. Of what failed: the failure. Else null.
    pub details: &'a Value,
    pub sha256: Option<&'a str>,
}

/// From worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// There is no file.
    Error,
    /// There is a file, which is not usable.
    Failed,
    /// A run was stopped, or it is another share's.
    NotMade,
    LookAtIt,
    Good,
}

impl Status {
    /// The word for it in all results.
    pub fn word(self) -> &'static str {
        match self {
            Status::Error => "error",
            Status::Failed => "failed",
            Status::NotMade => "not made",
            Status::LookAtIt => "look at it",
            Status::Good => "good",
        }
    }
}

/// Counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub made: usize,
    pub kept: usize,
    /// No file, for a reason that is told.
    pub errors: usize,
    /// No file yet.
    pub open: usize,
    pub good: usize,
    pub look: usize,
    /// A file that is not usable.
    pub unusable: usize,
}

impl Results<'_> {
    /// Everything, in the order of the plan.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries = Vec::with_capacity(self.units.len() * self.plan.targets.len());
        for (unit, outcomes) in self.units.iter().zip(self.outcomes) {
            for (target, outcome) in outcomes.iter().enumerate() {
                let (status, details, sha256) = match outcome {
                    Outcome::Made(record) | Outcome::Kept(record) => {
                        (grade(&record.details), &record.details, record.sha256.as_deref())
                    }
                    Outcome::Failed(failure) => (Status::Error, failure, None),
                    Outcome::Open => (Status::NotMade, &Value::Null, None),
                };
                let output = self.plan.output(*unit, target);
                let source = match &self.plan.units[*unit].source {
                    Source::Clip(path) => path.display().to_string(),
                    Source::Prompt { text, .. } => text.clone(),
                };
                entries.push(Entry { output, source, status, details, sha256 });
            }
        }
        entries
    }

    /// The first few reasons why files could not be made, each once, and what to do.
    pub fn reasons(&self) -> Vec<(String, String)> {
        let mut reasons: Vec<(String, String)> = Vec::new();
        for entry in self.entries().iter().filter(|entry| entry.status == Status::Error) {
            let reason = (entry.reason().to_owned(), entry.next_step().to_owned());
            if reasons.len() < REASONS && !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for outcome in self.outcomes.iter().flatten() {
            let record = match outcome {
                Outcome::Made(record) => {
                    tally.made += 1;
                    record
                }
                Outcome::Kept(record) => {
                    tally.kept += 1;
                    record
                }
                Outcome::Failed(_) => {
                    tally.errors += 1;
                    continue;
                }
                Outcome::Open => {
                    tally.open += 1;
                    continue;
                }
            };
            match grade(&record.details) {
                Status::Good => tally.good += 1,
                Status::LookAtIt => tally.look += 1,
                _ => tally.unusable += 1,
            }
        }
        tally
    }

    /// `results.json`.
    pub fn to_json(&self) -> String {
        let items: Vec<Value> = self
            .entries()
            .into_iter()
            .map(|entry| {
                let mut item = Map::new();
                item.insert("file".into(), entry.output.into());
                item.insert("status".into(), entry.status.word().into());
                item.insert("source".into(), entry.source.into());
                match (entry.status, entry.details) {
                    (Status::Error, failure) => {
                        item.insert("error".into(), failure.clone());
                    }
                    (_, Value::Object(details)) => {
                        for (name, value) in details.iter().filter(|(name, _)| *name != "poses") {
                            let name = if name == "source" { "made_of" } else { name };
                            item.insert(name.to_owned(), value.clone());
                        }
                        item.insert("sha256".into(), json!(entry.sha256));
                    }
                    _ => {}
                }
                Value::Object(item)
            })
            .collect();
        let package = self.generator.map(Generator::package);
        let whole = json!({ "summary": self.summary(), "package": package, "files": items });
        serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"
    }

    /// Counts that do not tell runs apart.
    pub fn summary(&self) -> Value {
        let tally = self.tally();
        json!({
            "files": tally.made + tally.kept + tally.errors + tally.open,
            "good": tally.good,
            "look_at_it": tally.look,
            "failed": tally.unusable,
            "errors": tally.errors,
            "not_made": tally.open,
        })
    }

    /// `results.csv`, with a header.
    pub fn to_csv(&self) -> String {
        let mut table = format!("file,status,reason,source,{}\n", FIGURES.join(","));
        for entry in self.entries() {
            let report = &entry.details["report"];
            let columns = [entry.output.as_str(), entry.status.word(), entry.reason(), entry.source.as_str()];
            let figures = FIGURES.map(|name| match &report[name] {
                Value::Null => String::new(),
                Value::String(text) => field(text),
                other => other.to_string(),
            });
            // Writing to a string does not fail.
            let _ = writeln!(table, "{},{}", columns.map(field).join(","), figures.join(","));
        }
        table
    }
}

impl Entry<'_> {
    /// Why it has its status, in one line.
    pub fn reason(&self) -> &str {
        match self.status {
            Status::Error => self.details["message"].as_str().unwrap_or_default(),
            Status::NotMade => "",
            _ => self.details["report"]["verdict"]["reason"].as_str().unwrap_or_default(),
        }
    }

    /// What to do about a status of error.
    pub fn next_step(&self) -> &str {
        self.details["next_step"].as_str().unwrap_or_default()
    }
}

fn grade(details: &Value) -> Status {
    match details["report"]["verdict"]["grade"].as_str() {
        Some("good") => Status::Good,
        Some("look_at_it") => Status::LookAtIt,
        _ => Status::Failed,
    }
}

/// A field of a CSV file after RFC 4180.
fn field(text: &str) -> String {
    // A spreadsheet takes what begins so for a formula.
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

impl Tally {
    /// Files that are missing or not usable.
    pub fn failed(&self) -> usize {
        self.errors + self.unusable
    }

    fn whole(&self) -> usize {
        self.made + self.kept + self.errors + self.open
    }

    /// For a person.
    pub fn lines(&self, out: &Path, files: &[String]) -> String {
        let mut line = format!("{} files: {} made", self.whole(), self.made);
        for (count, words) in [
            (self.kept, "there already"),
            (self.errors, "could not be made"),
            (self.open, "not made yet; the same command goes on"),
        ] {
            if count > 0 {
                let _ = write!(line, ", {count} {words}");
            }
        }
        let _ = write!(line, "\nverdicts: {} good, {} to look at, {} failed", self.good, self.look, self.unusable);
        if files.iter().any(|file| file == "index.html") {
            let _ = write!(line, "\nsee {}", out.join("index.html").display());
        }
        line
    }

    /// For a script.
    pub fn to_json(&self, files: &[String], warnings: &[String], results: &Results<'_>) -> Value {
        let mut errors: BTreeMap<String, Value> = BTreeMap::new();
        for entry in results.entries().into_iter().filter(|entry| entry.status == Status::Error) {
            errors.insert(entry.output, entry.details.clone());
        }
        json!({
            "summary": results.summary(),
            "made": self.made,
            "kept": self.kept,
            "results": files,
            "warnings": warnings,
            "errors": errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(field("plain"), "plain");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"so\""), "\"say \"\"so\"\"\"");
        assert_eq!(field("=1+1"), "'=1+1");
    }
}

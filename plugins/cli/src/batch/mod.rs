//! `ropar batch`: many clips and prompts onto many rigs, in parallel, to be stopped and gone on with at any moment.
//!
//! [`plan`] knows every file before anything is made; [`journal`] what has been made; [`worker`] makes a clip's files;
//! [`results`] and [`contact_sheet`] say how it went.

mod contact_sheet;
mod figures;
mod generator;
mod job;
mod journal;
mod passed_over;
mod plan;
mod results;
mod rigs;
mod worker;

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use ropar_exporters::atomic;

use self::{
    generator::Generator,
    job::Job,
    journal::Journal,
    plan::Plan,
    results::{Results, Tally},
    rigs::TargetRig,
    worker::{Outcome, Shared, Worker},
};
use crate::{
    arguments::BatchArguments,
    failure::{Failure, Kind},
    interrupt,
    terminal::Terminal,
    text_file,
};

/// Runs a batch; the exit code is its own where some files could not be made.
pub fn run(arguments: &BatchArguments, terminal: &Terminal) -> Result<u8, Failure> {
    let job = Job::of(arguments)?;
    let plan = Plan::of(&job)?;
    let workers =
        arguments.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let generator = Generator::of(&job, &arguments.engine, workers)?;
    let source_map = job.source_map.as_deref().map(text_file::read).transpose()?;
    let targets = job.targets.iter().map(TargetRig::open).collect::<Result<Vec<_>, _>>()?;
    let warnings = warnings(&plan, &targets, generator.as_ref());
    for warning in &warnings {
        terminal.note(format!("warning: {warning}"));
    }
    let share = arguments.shard.map_or((1, 1), |shard| (shard.number, shard.count));
    let journal = Journal::open(&job.out, share)?;
    let units = plan.share(share.0, share.1);
    if !arguments.overwrite && !arguments.report_only {
        refuse_foreign_files(&job.out, &plan, &units, &journal)?;
    }
    interrupt::listen();

    let shared = Shared {
        job: &job,
        plan: &plan,
        targets: &targets,
        source_map: source_map.as_deref(),
        generator: generator.as_ref(),
        journal: &journal,
        look_only: arguments.report_only,
        overwrite: arguments.overwrite,
    };
    let outcomes = work(&shared, &units, workers, terminal)?;
    let results = Results { plan: &plan, units: &units, outcomes: &outcomes, generator: generator.as_ref() };
    let tally = results.tally();
    // Shares run side by side; the results of the whole are written by a run of the whole.
    let files = if arguments.shard.is_none() { write_results(&job.out, &results)? } else { Vec::new() };
    for (reason, next_step) in results.reasons() {
        terminal.error(&reason, &next_step);
    }
    if let Some(note) = generator.as_ref().and_then(Generator::licence_note) {
        terminal.note(note);
    }
    terminal.result(tally.lines(&job.out, &files), &tally.to_json(&files, &warnings, &results))?;
    Ok(exit_code(&tally, arguments))
}

fn warnings(plan: &Plan, targets: &[TargetRig], generator: Option<&Generator>) -> Vec<String> {
    let mut warnings = Vec::new();
    if plan.ignored > 0 {
        warnings.push(format!("{} files that the patterns name are no scene files", plan.ignored));
    }
    if plan.passed_over > 0 {
        let count = plan.passed_over;
        warnings.push(format!("{count} clips are passed over because their names are no Unicode; rename them"));
    }
    for (target, name) in targets.iter().zip(&plan.targets) {
        let found = target.file.scene().warnings.iter().chain(&target.mapping.warnings);
        warnings.extend(found.map(|warning| format!("{}: {warning}", name.folder)));
    }
    warnings.extend(generator.into_iter().flat_map(|generator| generator.warnings.iter().cloned()));
    warnings
}

/// A batch replaces only what a batch has made.
fn refuse_foreign_files(out: &Path, plan: &Plan, units: &[usize], journal: &Journal) -> Result<(), Failure> {
    let outputs = units.iter().flat_map(|unit| (0..plan.targets.len()).map(|target| plan.output(*unit, target)));
    let foreign: Vec<String> = outputs.filter(|output| journal.is_foreign(output)).collect();
    let Some(first) = foreign.first() else { return Ok(()) };
    let others = if foreign.len() > 1 { format!(" and {} others", foreign.len() - 1) } else { String::new() };
    Err(not_ours(&out.join(first), &others))
}

/// A file, and others, that no batch has made as they are.
fn not_ours(path: &Path, others: &str) -> Failure {
    Failure::new(
        Kind::Output,
        format!(
            "{}{others} would be replaced, though this batch has not made it or it was changed since",
            path.display()
        ),
        "choose another --out, move the file away, or say --overwrite",
    )
}

/// Works off the units, `workers` at a time; answers outcomes by place in `units` and target.
fn work(
    shared: &Shared<'_>,
    units: &[usize],
    workers: usize,
    terminal: &Terminal,
) -> Result<Vec<Vec<Outcome>>, Failure> {
    let targets = shared.targets.len();
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<Vec<Outcome>>> = Mutex::new(vec![vec![Outcome::Open; targets]; units.len()]);
    let counter = terminal.counter(units.len() * targets);
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, units.len().max(1)) {
            scope.spawn(|| {
                let mut worker = Worker::new(shared);
                while interrupt::control() == ControlFlow::Continue(()) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(unit) = units.get(place) else { break };
                    let done = worker.work(*unit);
                    counter.add(
                        done.iter().filter(|outcome| matches!(outcome, Outcome::Made(_))).count(),
                        done.iter().filter(|outcome| matches!(outcome, Outcome::Kept(_))).count(),
                        done.iter().filter(|outcome| matches!(outcome, Outcome::Failed(_))).count(),
                    );
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes[place] = done;
                    }
                }
            });
        }
    });
    outcomes.into_inner().map_err(|error| Failure::new(Kind::Internal, error.to_string(), "please report it"))
}

fn write_results(out: &Path, results: &Results<'_>) -> Result<Vec<String>, Failure> {
    let files = [
        ("results.json", results.to_json()),
        ("results.csv", results.to_csv()),
        ("index.html", contact_sheet::html(results)),
    ];
    for (name, content) in &files {
        atomic::write(&out.join(name), content.as_bytes())?;
    }
    Ok(files.iter().map(|(name, _)| (*name).to_owned()).collect())
}

fn exit_code(tally: &Tally, arguments: &BatchArguments) -> u8 {
    if interrupt::control() == ControlFlow::Break(()) {
        Kind::Cancelled.exit_code()
    } else if !arguments.failed_ok && (tally.failed() > 0 || (arguments.report_only && tally.open > 0)) {
        Kind::Partial.exit_code()
    } else {
        0
    }
}

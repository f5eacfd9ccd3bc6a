//! `shipworthy-native ENVIRONMENT.toml`: what `shipworthy stack check --quiet --env` does, with the probe `http` called
//! natively. The same environment is read by the same crates, the same requests go the same way, the same judge judges,
//! and the same report is printed; there is no engine, no component and no command line to speak of.
//!
//! Only `builtin:http` is known. Containers, waivers, retry and recordings are not: a benchmark has none.

mod plan;
mod probe;

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    num::NonZero,
    path::Path,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use shipworthy_contract::{
    Report,
    evidence::ProbeRun,
    report::{self, EXIT_USAGE, EnvironmentRef, FailOn},
};
use shipworthy_plugins::{config::Schemas, environment};
use shipworthy_report::human::{self, Options};
use shipworthy_stack::{Case, Date, waiver};

use crate::{plan::Planned, probe::Job};

/// As the host's: runs at the same time, and from how many on there is a second thread.
const AT_ONCE: usize = 64;
const FLEET: usize = 8;

fn main() -> ExitCode {
    let ended = env::args_os().nth(1).ok_or_else(|| "usage: shipworthy-native ENVIRONMENT.toml".into());
    match ended.and_then(|file| check(Path::new(&file))) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(io::stderr(), "shipworthy-native: {error}"));
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn check(file: &Path) -> Result<u8, Box<dyn Error>> {
    let begun = Instant::now();
    Schemas::begin();
    let environment = environment::load(file)?;
    let planned = plan::plan(&environment)?;
    let count = planned.iter().map(|planned| planned.listed.instances).sum();
    let runs = run_all(planned.iter().flat_map(Planned::jobs), count)?;
    let listed: Vec<_> = planned.into_iter().map(|planned| planned.listed).collect();
    let policy = environment.policy.unwrap_or_default();
    let case = Case { requirements: &environment.requirements, listed: &listed, runs: &runs, policy };
    let results = waiver::apply(shipworthy_stack::judge(&case), &[], &[], Date::LAST);
    let (verdict, exit_code) = report::judge(&results, FailOn::Fail);
    let report = Report {
        schema: report::SCHEMA.to_owned(),
        verdict,
        exit_code,
        artifact: None,
        environment: Some(EnvironmentRef { name: environment.name, file: environment.file, project: None }),
        run: None,
        recording: None,
        part: None,
        policy,
        summary: report::summarize(&results),
        results,
    };
    let options = Options {
        color: false,
        unicode: true,
        verbose: false,
        quiet: true,
        plain: false,
        width: 100,
        elapsed: begun.elapsed(),
        source: None,
    };
    io::stdout().write_all(human::render(&report, &options).as_bytes())?;
    Ok(exit_code)
}

/// Runs every job, so many at once, as the host does: each thread with a runtime of its own.
fn run_all(jobs: impl Iterator<Item = Job> + Send, count: usize) -> Result<Vec<ProbeRun>, Box<dyn Error>> {
    let threads = if count < FLEET { 1 } else { thread::available_parallelism().map_or(1, NonZero::get).min(8) };
    let places = AT_ONCE / threads;
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let runs = runtime.block_on(async {
            let (mut runs, mut tasks) = (Vec::new(), tokio::task::JoinSet::new());
            loop {
                while tasks.len() < places {
                    match next() {
                        Some(job) => drop(tasks.spawn(job.run())),
                        None => break,
                    }
                }
                match tasks.join_next().await {
                    Some(run) => runs.push(run.map_err(io::Error::other)?),
                    None => return Ok::<_, io::Error>(runs),
                }
            }
        });
        runtime.shutdown_background();
        runs
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut runs: Vec<ProbeRun> = work()?;
        for other in others {
            runs.extend(other.join().map_err(|_| "a thread panicked")??);
        }
        Ok(runs)
    })
}

//! What an independent reference decided about every case of `tests/vectors/contract.json`, asked of the built binary: a
//! process for each case and generation, as a user would run it.
//!
//! A manifest with `runtime_stack` in 1.1 and 1.2 goes through `check`, with one `builtin:static` probe that says what
//! the case observed; everything else goes through `payload check`.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;
use shipworthy_stand_ins::{Output, Tree};

use crate::{sandbox, told::says_whose_it_is};

const CASES: &str = include_str!("../vectors/contract.json");

/// So many verdicts the reference gave when the file was copied. Fewer would mean that cases were lost.
const VERDICTS: usize = 778;

/// The machine that everything is built on has two cores.
const THREADS: usize = 2;

#[derive(Deserialize)]
struct Case {
    name: String,
    manifest: String,
    files: BTreeMap<String, String>,
    dirs: Vec<String>,
    links: BTreeMap<String, String>,
    secret_env: Option<String>,
    observed: Option<Observed>,
    /// By generation, with a policy where the case has both: `1.0-warn`.
    expected: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Observed {
    mode: String,
    esb_version: String,
}

#[derive(Deserialize)]
struct Expected {
    accept: bool,
    warnings: Option<usize>,
}

/// How one verdict is asked for.
struct Question<'a> {
    case: &'a Case,
    contract: &'a str,
    policy: &'a str,
    /// Whether the stack side is asked, too.
    stack: bool,
}

#[test]
fn the_binary_agrees_with_the_reference() -> Result<()> {
    let cases: Vec<Case> = serde_json::from_str(CASES)?;
    let verdicts: Vec<(&Case, &str, &Expected)> = cases
        .iter()
        .flat_map(|case| case.expected.iter().map(move |(generation, expected)| (case, generation.as_str(), expected)))
        .collect();
    let next = AtomicUsize::new(0);
    let disagreements = Mutex::new(Vec::new());
    let caches = tempfile::tempdir()?;
    let caches = caches.path().to_str().context("a folder's name that is text")?;
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((case, generation, expected)) = verdicts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = agrees(&Question::new(case, generation), expected, caches) {
                        let told = format!("{} [{generation}]: {error:#}", case.name);
                        disagreements.lock().unwrap_or_else(PoisonError::into_inner).push(told);
                    }
                }
            });
        }
    });
    let mut disagreements = disagreements.into_inner().unwrap_or_else(PoisonError::into_inner);
    disagreements.sort();
    println!("{} verdicts of {} cases", verdicts.len(), cases.len());
    assert!(disagreements.is_empty(), "{} disagreements:\n{}", disagreements.len(), disagreements.join("\n"));
    assert!(verdicts.len() >= VERDICTS, "expected at least {VERDICTS} verdicts, found {}", verdicts.len());
    Ok(())
}

impl<'a> Question<'a> {
    fn new(case: &'a Case, generation: &'a str) -> Self {
        let (contract, policy) = match generation.split_once('-') {
            Some(both) => both,
            None if generation == "1.3" => (generation, "strict"),
            None => (generation, "warn"),
        };
        let stack = matches!(contract, "1.1" | "1.2") && case.manifest.contains("runtime_stack");
        Self { case, contract, policy, stack }
    }

    /// Asks in a folder called `CASE`, by which manifests name themselves.
    fn ask(&self, caches: &str) -> Result<Output> {
        let mut sandbox = sandbox();
        sandbox.variable("XDG_CACHE_HOME", caches);
        sandbox.tree(&self.tree())?;
        let mut words = if self.stack {
            vec!["check", "CASE/artifact.yml", "--env", "CASE/vectors.toml"]
        } else {
            vec!["payload", "check", "CASE/artifact.yml"]
        };
        words.extend(["--contract", self.contract, "--policy", self.policy, "--format", "json"]);
        if self.case.secret_env.is_some() {
            words.extend(["--secret-env", "CASE/secrets.env"]);
        }
        sandbox.run(&words)
    }

    fn tree(&self) -> Tree {
        let inside = |path: &str| format!("CASE/{path}");
        let case = self.case;
        let mut tree = Tree::new().file("CASE/artifact.yml", &case.manifest);
        tree = case.dirs.iter().fold(tree, |tree, path| tree.dir(&inside(path)));
        tree = case.files.iter().fold(tree, |tree, (path, text)| tree.file(&inside(path), text));
        tree = case.links.iter().fold(tree, |tree, (path, target)| tree.link(&inside(path), target));
        tree = case.secret_env.iter().fold(tree, |tree, text| tree.file("CASE/secrets.env", text));
        if self.stack { tree.file("CASE/vectors.toml", environment(case.observed.as_ref())) } else { tree }
    }
}

/// An environment whose one probe says what was observed; what was not, it leaves out.
fn environment(observed: Option<&Observed>) -> String {
    let Some(Observed { mode, esb_version }) = observed else { return "policy = \"warn\"\n".to_owned() };
    let seen: Vec<String> = [("mode", mode), ("release", esb_version)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key} = {}", Value::from(value.as_str())))
        .collect();
    let seen = seen.join(", ");
    format!("policy = \"warn\"\n\n[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {{ {seen} }}\n")
}

/// Whether the verdict is the reference's, and the report bears it out.
fn agrees(question: &Question<'_>, expected: &Expected, caches: &str) -> Result<()> {
    let output = question.ask(caches)?;
    let judged = matches!(output.status, Some(0 | 1 | 3 | 4));
    anyhow::ensure!(judged, "nothing was judged\n{}", output.snapshot());
    let accepted = output.status == Some(0);
    anyhow::ensure!(accepted == expected.accept, "expected accepted: {}, found: {accepted}", expected.accept);

    let report = output.json()?;
    says_whose_it_is(&report);
    let exit_code = report["exit_code"].as_i64();
    anyhow::ensure!(exit_code == output.status.map(i64::from), "the report says exit code {exit_code:?}");
    anyhow::ensure!(!report["artifact"]["contract"].as_str().unwrap_or_default().is_empty(), "no generation is named");
    let failing = rules(&report, &["fail", "error"]);
    anyhow::ensure!(accepted == failing.is_empty(), "accepted: {accepted}, and failing: {failing:?}");
    if !accepted {
        return Ok(());
    }
    let passed = rules(&report, &["pass"]).iter().any(|rule| rule.starts_with("payload."));
    anyhow::ensure!(passed, "accepted without a payload rule that holds");
    let Some(count) = expected.warnings else { return Ok(()) };
    let warned = rules(&report, &["warn"]);
    // The reference told all of a stack's deviations in one warning.
    let same = if question.stack { warned.is_empty() == (count == 0) } else { warned.len() == count };
    anyhow::ensure!(same, "expected warnings: {count}, found: {warned:?}");
    Ok(())
}

/// The rules of all results with one of these outcomes.
fn rules(report: &Value, outcomes: &[&str]) -> Vec<String> {
    let results = report["results"].as_array().into_iter().flatten();
    results
        .filter(|result| result["outcome"].as_str().is_some_and(|outcome| outcomes.contains(&outcome)))
        .filter_map(|result| result["rule"].as_str().map(str::to_owned))
        .collect()
}

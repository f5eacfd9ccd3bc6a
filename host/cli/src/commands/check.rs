//! `check`, `payload check`, `stack check`: the phases in their order, and one report.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use shipworthy_contract::{
    CheckResult, Policy, Report, redact,
    report::{self, Artifact, EXIT_NOT_STARTED, EXIT_PASSED, EnvironmentRef, FailOn, Part, ProjectRef, RecordingRef},
    requirement::Requirement,
};
use shipworthy_payload::{Checked, Choice, Declared, Demands, Limits, Progress, Silent, Watched};
use shipworthy_plugins::{Environment, config::Schemas, trust};
use shipworthy_signatures::TrustedKey;
use shipworthy_stack::{Date, Material, Waiver, waiver};

use super::env::load;
use crate::{
    args::{CheckArgs, JudgingFlags, OutputFlags, PayloadArgs, PayloadFlags, StackArgs, StackFlags},
    clock::{self, Begun},
    deploy::{self, GateError, Told},
    interrupt::Interrupt,
    output::{self, Stream},
    progress::{Bar, Shown},
    refusal::{Refusal, UsageError},
    set::Set,
    signing::keys,
    stack::{self, Judged, Plan, Saw},
};

static NO_DEMANDS: LazyLock<Demands> = LazyLock::new(Demands::default);
/// What a manifest is called where it is named together with its path.
const MANIFEST: &str = "the manifest";

static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::default);

/// `check [ARTIFACT] --env NAME [-- COMMAND ...]`.
pub(crate) fn both(args: &CheckArgs, interrupt: &Interrupt) -> Result<u8, Refusal> {
    let begun = Begun::now();
    Schemas::begin();
    output::are_apart(&args.output, Some(&args.stack), &inputs(&args.artifact, &args.payload))?;
    if let (Some(part), false) = (args.part.partition, args.command.is_empty()) {
        return Err(UsageError::CommandOfAPart(part).into());
    }
    let set = Set::open(&args.env, &args.stack.plugins)?;
    let environment = &set.environment;
    output::spare_environment(&args.output, Some(&args.stack), environment)?;
    let flags = args.stack.of_part(&args.part);
    let plan = Plan::new(&set, &flags)?;
    let judging = Judging::new(&args.judging, &args.output, Some(environment));
    let progress = Bar::new(&args.output);
    let side = PayloadSide::new(&args.artifact, &args.payload, Some(environment), judging.policy, &progress)?;
    let gate = !args.command.is_empty();
    // What the verdict rests on is looked at again before a command is started.
    let (checked, watched) = if gate {
        let watched = Watched::check(&side.request(), clock::moment())?;
        (watched.checked.clone(), Some(watched))
    } else {
        (shipworthy_payload::check(&side.request())?, None)
    };
    let mut results = checked.results;
    let judged = stack_side(environment, &plan, checked.stack, checked.project, &flags, &judging)?;
    results.extend(judged.results);
    let environment = environment_ref(environment, set.file(), judged.project);
    let part = judging.part(&flags, judged.seen);
    let report = judging.report(&begun, Some(checked.artifact), Some(environment), judged.recording, part, results);
    output::publish(&report, &args.output, if gate { Stream::Err } else { Stream::Out }, begun.elapsed())?;
    let Some(watched) = watched else { return Ok(report.exit_code) };
    if report.exit_code != EXIT_PASSED {
        return Ok(EXIT_NOT_STARTED);
    }
    let changes = watched.changes(&side.request(), clock::moment());
    if !changes.is_empty() {
        return Err(GateError::Changed { changes }.into());
    }
    let told = Told::of(&report, &args.artifact, &args.output.output);
    Ok(deploy::run(&args.command, &told, interrupt)?)
}

/// `payload check [ARTIFACT]`: no engine is started and no socket is opened.
pub(crate) fn payload_only(args: &PayloadArgs) -> Result<u8, Refusal> {
    let begun = Begun::now();
    output::are_apart(&args.output, None, &inputs(&args.artifact, &args.payload))?;
    let environment = args.env.as_deref().map(load).transpose()?;
    if let Some(environment) = &environment {
        output::spare_environment(&args.output, None, environment)?;
    }
    let judging = Judging::new(&args.judging, &args.output, environment.as_ref());
    let progress = Bar::new(&args.output);
    let side = PayloadSide::new(&args.artifact, &args.payload, environment.as_ref(), judging.policy, &progress)?;
    let checked = shipworthy_payload::check(&side.request())?;
    let environment =
        environment.as_ref().map(|environment| environment_ref(environment, environment.file.clone(), None));
    let report = judging.report(&begun, Some(checked.artifact), environment, None, None, checked.results);
    output::publish(&report, &args.output, Stream::Out, begun.elapsed())?;
    Ok(report.exit_code)
}

/// `stack check [ARTIFACT] --env NAME`: of an artifact, only the manifest is opened.
pub(crate) fn stack_only(args: &StackArgs) -> Result<u8, Refusal> {
    let begun = Begun::now();
    Schemas::begin();
    let manifest: Vec<(&str, &Path)> = args.artifact.iter().map(|file| (MANIFEST, file.as_path())).collect();
    output::are_apart(&args.output, Some(&args.stack), &manifest)?;
    let set = Set::open(&args.env, &args.stack.plugins)?;
    let environment = &set.environment;
    output::spare_environment(&args.output, Some(&args.stack), environment)?;
    let flags = args.stack.of_part(&args.part);
    let plan = Plan::new(&set, &flags)?;
    let judging = Judging::new(&args.judging, &args.output, Some(environment));
    let read = match &args.artifact {
        Some(manifest) => {
            let contract = choice(args.contract, Some(environment));
            let limits = &environment.payload.limits;
            let request = shipworthy_payload::Request { limits, ..request(manifest, contract, judging.policy) };
            Some(shipworthy_payload::read_requirement(&request)?)
        }
        None => None,
    };
    let (artifact, mut results, declared, project) = match read {
        Some(Checked { artifact, results, stack, project, .. }) => (Some(artifact), results, stack, project),
        None => (None, Vec::new(), Declared::Nothing, None),
    };
    let judged = stack_side(environment, &plan, declared, project, &flags, &judging)?;
    results.extend(judged.results);
    let environment = environment_ref(environment, set.file(), judged.project);
    let part = judging.part(&flags, judged.seen);
    let report = judging.report(&begun, artifact, Some(environment), judged.recording, part, results);
    output::publish(&report, &args.output, Stream::Out, begun.elapsed())?;
    Ok(report.exit_code)
}

/// What the command line names to be read of the payload side.
fn inputs<'a>(manifest: &'a Path, flags: &'a PayloadFlags) -> Vec<(&'static str, &'a Path)> {
    let secrets = flags.secret_env.iter().map(|file| ("`--secret-env`", file.as_path()));
    let keys = flags.signers.artifact_key.iter().map(|file| ("`--artifact-key`", file.as_path()));
    [(MANIFEST, manifest)].into_iter().chain(secrets).chain(keys).collect()
}

/// All that the check of an artifact is asked with, so that it can be asked twice.
struct PayloadSide<'a> {
    manifest: &'a Path,
    flags: &'a PayloadFlags,
    environment: Option<&'a Environment>,
    policy: Policy,
    demands: Demands,
    progress: &'a dyn Progress,
}

impl<'a> PayloadSide<'a> {
    fn new(
        manifest: &'a Path,
        flags: &'a PayloadFlags,
        environment: Option<&'a Environment>,
        policy: Policy,
        progress: &'a dyn Progress,
    ) -> Result<Self, Refusal> {
        let demands = environment.map(|environment| Demands {
            signers: None,
            project: environment.payload.project.clone(),
            env: environment.payload.env.clone(),
            mode: environment.payload.mode.clone(),
            require_tree: environment.payload.require_tree,
        });
        let demands = Demands { signers: signers(flags, environment)?, ..demands.unwrap_or_default() };
        Ok(Self { manifest, flags, environment, policy, demands, progress })
    }

    fn request(&self) -> shipworthy_payload::Request<'_> {
        shipworthy_payload::Request {
            secret_env: self.flags.secret_env.as_deref(),
            artifact_sha256: self.flags.artifact_sha256,
            demands: &self.demands,
            limits: self.environment.map_or(&LIMITS, |environment| &environment.payload.limits),
            progress: self.progress,
            ..request(self.manifest, choice(self.flags.contract, self.environment), self.policy)
        }
    }
}

/// Whose signature the manifest must have; none if none is asked for. The command line wins over the environment.
fn signers(flags: &PayloadFlags, environment: Option<&Environment>) -> Result<Option<Vec<TrustedKey>>, Refusal> {
    if !flags.signers.artifact_key.is_empty() {
        return Ok(Some(keys::trusted(&flags.signers.artifact_key)?));
    }
    let trust = environment.map(|environment| &environment.trust);
    let Some((trust, names)) = trust.and_then(|trust| Some((trust, trust.artifact.as_ref()?))) else { return Ok(None) };
    Ok(Some(trust::keys(trust, names, clock::calendar_day())?))
}

/// What is asked of a manifest where nothing else is.
fn request(manifest: &Path, contract: Choice, policy: Policy) -> shipworthy_payload::Request<'_> {
    shipworthy_payload::Request {
        manifest,
        contract,
        policy,
        secret_env: None,
        artifact_sha256: None,
        demands: &NO_DEMANDS,
        limits: &LIMITS,
        progress: &Silent,
    }
}

/// The command line wins over the environment.
fn choice(flag: Option<Choice>, environment: Option<&Environment>) -> Choice {
    flag.or_else(|| environment?.payload.contract.as_deref()?.parse().ok()).unwrap_or(Choice::Auto)
}

fn stack_side(
    environment: &Environment,
    plan: &Plan,
    declared: Declared,
    project: Option<String>,
    flags: &StackFlags,
    judging: &Judging,
) -> Result<Judged, Refusal> {
    let mut requirements: Vec<Requirement> = Vec::new();
    match declared {
        Declared::Required(requirement) => requirements.push(requirement),
        Declared::Nothing | Declared::Ignored => {}
        Declared::Malformed | Declared::Unknown => {
            let reason = "what the artifact requires could not be read";
            let results = shipworthy_stack::skip_all(&environment.requirements, plan.listed(), reason);
            return Ok(Judged { results, project: None, recording: None, seen: None });
        }
    }
    requirements.extend(environment.requirements.iter().cloned());
    stack::observe_and_judge(environment, plan, &requirements, project, flags, judging.shown, judging.policy)
}

fn environment_ref(environment: &Environment, file: PathBuf, project: Option<ProjectRef>) -> EnvironmentRef {
    EnvironmentRef { name: environment.name.clone(), file, project }
}

/// How findings are taken.
struct Judging {
    policy: Policy,
    fail_on: FailOn,
    waivers: Vec<Waiver>,
    skips: Vec<(shipworthy_contract::RuleId, String)>,
    today: Date,
    /// How the probes are shown while they run.
    shown: Shown,
}

impl Judging {
    fn new(flags: &JudgingFlags, output: &OutputFlags, environment: Option<&Environment>) -> Self {
        let policy = flags.policy.or_else(|| environment?.policy).unwrap_or_default();
        let waivers = environment.map(|environment| environment.waivers.iter().map(from_spec).collect());
        Self {
            policy,
            fail_on: if flags.fail_on.is_some() { FailOn::Warn } else { FailOn::Fail },
            waivers: waivers.unwrap_or_default(),
            skips: flags.skip.iter().map(|skip| (skip.rule.clone(), skip.reason.clone())).collect(),
            today: clock::today(),
            shown: Shown::of(output),
        }
    }

    /// What `report merge` needs of a part; where the requirement could not be read there is nothing to judge by.
    fn part(&self, flags: &StackFlags, seen: Option<Saw>) -> Option<Part> {
        let part = flags.partition?;
        let is_judged = seen.is_some();
        let seen = seen.unwrap_or_default();
        let material = Material {
            requirements: seen.requirements,
            only: flags.only.clone(),
            left_out: seen.left_out,
            listed: seen.listed,
            instances: seen.instances,
            runs: seen.runs,
            waivers: self.waivers.clone(),
            skips: self.skips.clone(),
            today: self.today,
            is_judged,
        };
        Some(Part {
            number: part.number(),
            of: part.of(),
            shipworthy: env!("CARGO_PKG_VERSION").to_owned(),
            // Of nothing but text, numbers and lists, which all are JSON.
            material: serde_json::to_value(material).unwrap_or_default(),
        })
    }

    fn report(
        &self,
        begun: &Begun,
        artifact: Option<Artifact>,
        environment: Option<EnvironmentRef>,
        recording: Option<RecordingRef>,
        part: Option<Part>,
        results: Vec<CheckResult>,
    ) -> Report {
        let results = waiver::apply(results, &self.waivers, &self.skips, self.today);
        let (verdict, exit_code) = report::judge(&results, self.fail_on);
        let mut report = Report {
            schema: report::SCHEMA.to_owned(),
            verdict,
            exit_code,
            artifact,
            environment,
            run: Some(begun.run()),
            recording,
            part,
            policy: self.policy,
            summary: report::summarize(&results),
            results,
        };
        // What is judged is judged by what it is; what is told is told without secrets.
        redact::report(&mut report);
        report
    }
}

fn from_spec(spec: &shipworthy_plugins::environment::WaiverSpec) -> Waiver {
    Waiver {
        rule: spec.rule.clone(),
        service: spec.service.clone(),
        instance: spec.instance.clone(),
        path: spec.path.clone(),
        observed: spec.observed.clone(),
        reason: spec.reason.clone(),
        expires: clock::date(spec.expires),
        waivable_payload: spec.waivable,
        at: spec.at.to_string(),
    }
}

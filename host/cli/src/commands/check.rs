//! `check`, `payload check`, `stack check`: the phases in their order, and one report.

use std::{path::Path, sync::LazyLock, time::Instant};

use shipworthy_contract::{
    CheckResult, Policy, Report,
    report::{self, Artifact, EXIT_NOT_STARTED, EXIT_PASSED, EnvironmentRef, FailOn, ProjectRef, RecordingRef},
    requirement::Requirement,
};
use shipworthy_payload::{Checked, Choice, Declared, Demands, Limits, Progress, Silent};
use shipworthy_plugins::{Environment, config::Schemas};
use shipworthy_stack::{Date, Waiver, waiver};

use super::env::load;
use crate::{
    args::{CheckArgs, JudgingFlags, PayloadArgs, PayloadFlags, StackArgs, StackFlags},
    clock, deploy,
    interrupt::Interrupt,
    output::{self, Stream},
    progress::Bar,
    refusal::Refusal,
    signing::keys,
    stack::{self, Judged, Plan},
};

static NO_DEMANDS: LazyLock<Demands> = LazyLock::new(Demands::default);
static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::default);

/// `check [ARTIFACT] --env NAME [-- COMMAND ...]`.
pub(crate) fn both(args: &CheckArgs, interrupt: &Interrupt) -> Result<u8, Refusal> {
    let begun = Instant::now();
    Schemas::begin();
    let environment = load(&args.env)?;
    let plan = Plan::new(&environment, &args.stack)?;
    let judging = Judging::new(&args.judging, Some(&environment));
    let progress = Bar::new(&args.output);
    let checked = payload(&args.artifact, &args.payload, Some(&environment), judging.policy, &progress)?;
    let mut results = checked.results;
    let judged = stack_side(&environment, &plan, checked.stack, checked.project, &args.stack, &judging)?;
    results.extend(judged.results);
    let environment = environment_ref(&environment, judged.project);
    let report = judging.report(Some(checked.artifact), Some(environment), judged.recording, results);
    let stream = if args.command.is_empty() { Stream::Out } else { Stream::Err };
    output::publish(&report, &args.output, stream, begun.elapsed())?;
    if args.command.is_empty() {
        return Ok(report.exit_code);
    }
    if report.exit_code != EXIT_PASSED {
        return Ok(EXIT_NOT_STARTED);
    }
    interrupt.leave_to_the_command();
    Ok(deploy::run(&args.command))
}

/// `payload check [ARTIFACT]`: no engine is started and no socket is opened.
pub(crate) fn payload_only(args: &PayloadArgs) -> Result<u8, Refusal> {
    let begun = Instant::now();
    let environment = args.env.as_deref().map(load).transpose()?;
    let judging = Judging::new(&args.judging, environment.as_ref());
    let progress = Bar::new(&args.output);
    let checked = payload(&args.artifact, &args.payload, environment.as_ref(), judging.policy, &progress)?;
    let environment = environment.as_ref().map(|environment| environment_ref(environment, None));
    let report = judging.report(Some(checked.artifact), environment, None, checked.results);
    output::publish(&report, &args.output, Stream::Out, begun.elapsed())?;
    Ok(report.exit_code)
}

/// `stack check [ARTIFACT] --env NAME`: of an artifact, only the manifest is opened.
pub(crate) fn stack_only(args: &StackArgs) -> Result<u8, Refusal> {
    let begun = Instant::now();
    Schemas::begin();
    let environment = load(&args.env)?;
    let plan = Plan::new(&environment, &args.stack)?;
    let judging = Judging::new(&args.judging, Some(&environment));
    let read = match &args.artifact {
        Some(manifest) => {
            let contract = choice(args.contract, Some(&environment));
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
    let judged = stack_side(&environment, &plan, declared, project, &args.stack, &judging)?;
    results.extend(judged.results);
    let environment = environment_ref(&environment, judged.project);
    let report = judging.report(artifact, Some(environment), judged.recording, results);
    output::publish(&report, &args.output, Stream::Out, begun.elapsed())?;
    Ok(report.exit_code)
}

fn payload(
    manifest: &Path,
    flags: &PayloadFlags,
    environment: Option<&Environment>,
    policy: Policy,
    progress: &dyn Progress,
) -> Result<Checked, Refusal> {
    let demands = environment.map(|environment| Demands {
        signers: None,
        project: environment.payload.project.clone(),
        env: environment.payload.env.clone(),
        mode: environment.payload.mode.clone(),
        require_tree: environment.payload.require_tree,
    });
    let mut demands = demands.unwrap_or_default();
    if !flags.signers.artifact_key.is_empty() {
        demands.signers = Some(keys::trusted(&flags.signers.artifact_key)?);
    }
    let request = shipworthy_payload::Request {
        secret_env: flags.secret_env.as_deref(),
        artifact_sha256: flags.artifact_sha256,
        demands: &demands,
        limits: environment.map_or(&LIMITS, |environment| &environment.payload.limits),
        progress,
        ..request(manifest, choice(flags.contract, environment), policy)
    };
    Ok(shipworthy_payload::check(&request)?)
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
            return Ok(Judged { results, project: None, recording: None });
        }
    }
    requirements.extend(environment.requirements.iter().cloned());
    stack::observe_and_judge(environment, plan, &requirements, project, flags, judging.policy)
}

fn environment_ref(environment: &Environment, project: Option<ProjectRef>) -> EnvironmentRef {
    EnvironmentRef { name: environment.name.clone(), file: environment.file.clone(), project }
}

/// How findings are taken.
struct Judging {
    policy: Policy,
    fail_on: FailOn,
    waivers: Vec<Waiver>,
    skips: Vec<(shipworthy_contract::RuleId, String)>,
    today: Date,
}

impl Judging {
    fn new(flags: &JudgingFlags, environment: Option<&Environment>) -> Self {
        let policy = flags.policy.or_else(|| environment?.policy).unwrap_or_default();
        let waivers = environment.map(|environment| environment.waivers.iter().map(from_spec).collect());
        Self {
            policy,
            fail_on: if flags.fail_on.is_some() { FailOn::Warn } else { FailOn::Fail },
            waivers: waivers.unwrap_or_default(),
            skips: flags.skip.iter().map(|skip| (skip.rule.clone(), skip.reason.clone())).collect(),
            today: clock::today(),
        }
    }

    fn report(
        &self,
        artifact: Option<Artifact>,
        environment: Option<EnvironmentRef>,
        recording: Option<RecordingRef>,
        results: Vec<CheckResult>,
    ) -> Report {
        let results = waiver::apply(results, &self.waivers, &self.skips, self.today);
        let (verdict, exit_code) = report::judge(&results, self.fail_on);
        Report {
            schema: report::SCHEMA.to_owned(),
            verdict,
            exit_code,
            artifact,
            environment,
            recording,
            policy: self.policy,
            summary: report::summarize(&results),
            results,
        }
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

//! Runs what is planned, and hands over what was seen.

use std::sync::Arc;

use shipworthy_capabilities::{ContainerEngine, Masks, containers::engine::DEFAULT_SOCKET, tape::Room};
use shipworthy_contract::{
    Sha256,
    evidence::ProbeRun,
    report::{ProjectRef, ProjectSource, RecordingRef},
};
use shipworthy_plugins::{Environment, environment::Containers};
use shipworthy_stack::Listed;

use super::{
    attempt::Done,
    components::Components,
    crew,
    jobs::{Extent, Station, World},
    plan::{Plan, Planned},
    recording::{self, Recorded, Recording},
    targets::Targets,
};
use crate::{
    args::StackFlags,
    clock,
    progress::{Probes, Shown},
    refusal::{Refusal, UsageError},
};

/// What all probes saw.
pub(super) struct Observed {
    /// The plan's list, with the instances that were found.
    pub(super) listed: Vec<Listed>,
    /// For each of them, one digest of the names of all its instances.
    pub(super) instances: Vec<Sha256>,
    pub(super) runs: Vec<ProbeRun>,
    /// The compose project whose containers were looked at.
    pub(super) project: Option<ProjectRef>,
    /// What was read in place of a running stack.
    pub(super) recording: Option<RecordingRef>,
}

/// How many times its deadline the stack side of a replay may take, where the command line does not say: what was told in
/// time must be told to its end also on a busier machine.
const REPLAY: u32 = 10;

pub(super) fn observe(
    environment: &Environment,
    plan: &Plan,
    project: Option<String>,
    flags: &StackFlags,
    shown: Shown,
) -> Result<Observed, Refusal> {
    let replay = flags.replay.as_deref().map(Recording::read).transpose()?;
    let mut listed = plan.listed().to_vec();
    let at = clock::now();
    let recording = replay.as_ref().map(|recording| recording.told(&environment.name, &plan.probes, flags));
    if plan.probes.is_empty() {
        if let Some(file) = &flags.record {
            Recording::new(&environment.name, at, None, Vec::new()).write(file)?;
        }
        return Ok(Observed { listed, instances: Vec::new(), runs: Vec::new(), project: None, recording });
    }
    let targets = targets(environment, plan, replay.as_ref())?;
    let containers = match replay {
        Some(_) => None,
        None => Some(Arc::new(container_engine(environment, project)?)),
    };
    let world = World {
        masks: Masks::new(&targets.secrets),
        targets: &targets,
        containers: containers.clone(),
        names_containers: environment.containers != Containers::default(),
        replay: replay.as_ref(),
        record: flags.record.as_ref().map(|_| Arc::new(Room::new(recording::ROOM))),
        calendar: clock::calendar(),
        partition: flags.partition,
    };
    let mut instances = Vec::new();
    for (planned, listed) in plan.probes.iter().zip(&mut listed) {
        let extent = Extent::of(&world, planned);
        listed.instances = extent.all;
        listed.elsewhere = extent.all - extent.here;
        instances.push(extent.names);
    }
    let count = listed.iter().map(|listed| listed.instances - listed.elsewhere).sum();
    let here = plan.probes.iter().zip(&listed).filter(|(_, listed)| !is_all_elsewhere(listed));
    let watched =
        here.clone().map(|(planned, listed)| (planned.probe.name.as_str(), listed.instances - listed.elsewhere));
    let progress = Probes::new(watched);
    let stations = stations(&world, here.map(|(planned, _)| planned), &progress, count)?;
    let patience = environment.deadline.saturating_mul(if replay.is_some() { REPLAY } else { 1 });
    let within = flags.timeout.map_or(patience, |span| span.0);
    let run = || crew::run_all(stations.iter().flat_map(Station::work), count, within);
    let mut done = progress.during(shown, run)?;
    let project = match &replay {
        Some(recording) => recording.project.clone(),
        None => containers.as_deref().and_then(|engine| in_use(environment, engine)),
    };
    if let Some(file) = &flags.record {
        let recorded = done.iter_mut().map(|done| recorded(done, plan)).collect();
        Recording::new(&environment.name, at, project.clone(), recorded).write(file)?;
    }
    Ok(Observed { listed, instances, runs: done.into_iter().map(|done| done.run).collect(), project, recording })
}

/// What is kept of a run; also that it was not started, which must not be taken for a run that never was to be.
fn recorded(done: &mut Done, plan: &Plan) -> Recorded {
    if let Some(recorded) = done.recorded.take() {
        return *recorded;
    }
    let planned = plan.probes.iter().find(|planned| planned.probe.name == done.run.probe);
    let config = planned.map(|planned| planned.probe.config.to_string()).unwrap_or_default();
    Recorded::not_started(&done.run, &config)
}

fn targets(environment: &Environment, plan: &Plan, replay: Option<&Recording>) -> Result<Targets, Refusal> {
    if replay.is_some() {
        return Ok(Targets::none());
    }
    let names = plan.probes.iter().flat_map(|planned| planned.settled.endpoints.values());
    Targets::prepare(environment, names, &variable)
}

/// Every probe with its component made ready: what has to be compiled is, before any service is asked.
fn stations<'a>(
    world: &'a World<'a>,
    planned: impl Iterator<Item = &'a Planned> + Clone,
    progress: &Arc<Probes>,
    count: usize,
) -> Result<Vec<Station<'a>>, Refusal> {
    let memory = planned.clone().map(|planned| planned.probe.limits.memory.0).max().unwrap_or_default();
    let mut components = Components::new(count, crew::AT_ONCE, memory)?;
    let station = |(index, planned)| Ok(Station::new(world, planned, components.of(planned)?, progress.watch(index)));
    planned.enumerate().map(station).collect()
}

/// Whether no instance of a probe is this part's: then its plugin is not needed.
const fn is_all_elsewhere(listed: &Listed) -> bool {
    listed.elsewhere > 0 && listed.elsewhere == listed.instances
}

fn container_engine(environment: &Environment, project: Option<String>) -> Result<ContainerEngine, UsageError> {
    let containers = &environment.containers;
    let socket = containers.socket.as_deref().unwrap_or(DEFAULT_SOCKET);
    let socket = socket.parse().map_err(UsageError::Socket)?;
    Ok(ContainerEngine::new(socket, containers.project.clone().or(project), containers.groups.clone()))
}

/// The compose project that somebody looked into, and who named it.
fn in_use(environment: &Environment, engine: &ContainerEngine) -> Option<ProjectRef> {
    let name = engine.project_in_use()?.to_owned();
    let by = match (&environment.containers.project, engine.named_project()) {
        (Some(_), _) => ProjectSource::Environment,
        (None, Some(_)) => ProjectSource::Artifact,
        (None, None) => ProjectSource::Found,
    };
    Some(ProjectRef { name, by })
}

#[expect(clippy::disallowed_methods, reason = "the door to secrets by reference")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

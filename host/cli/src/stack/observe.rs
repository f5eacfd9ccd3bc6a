//! Runs what is planned, all at once, and never lets one run's end touch another's.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities::{
    Access, ContainerEngine, Masks, Tape, Target as Endpoint, containers::engine::DEFAULT_SOCKET, tape::Room,
};
use shipworthy_contract::{
    Role,
    evidence::{Gap, OPTIONAL_NOT_GRANTED, ProbeRun, RunEnd},
    report::{ProjectRef, ProjectSource},
};
use shipworthy_engine::{Cache, Component, Engine, Limits, Target};
use shipworthy_plugins::{Environment, environment::Containers};
use shipworthy_stack::Listed;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    attempt::{Done, Job, Replay},
    plan::{Plan, Planned},
    recording::{self, Recorded, Recording},
    seed,
    targets::Targets,
};
use crate::{
    args::StackFlags,
    bundled,
    refusal::{Refusal, UsageError},
};

/// Runs at the same time: enough for a fleet of hundreds within seconds, and no more memory than 64 guests have.
const CONCURRENT: usize = 64;

/// From this many runs on a second thread pays for its start.
const FLEET: usize = 8;

/// What all probes saw.
pub(super) struct Observed {
    /// The plan's list, with the instances that were found.
    pub(super) listed: Vec<Listed>,
    pub(super) runs: Vec<ProbeRun>,
    /// The compose project whose containers were looked at.
    pub(super) project: Option<ProjectRef>,
}

pub(super) fn observe(
    environment: &Environment,
    plan: &Plan,
    project: Option<String>,
    flags: &StackFlags,
) -> Result<Observed, Refusal> {
    let replay = flags.replay.as_deref().map(Recording::read).transpose()?;
    let mut listed = plan.listed().to_vec();
    if plan.probes.is_empty() {
        return Ok(Observed { listed, runs: Vec::new(), project: None });
    }
    let preparation = Preparation::new(environment, plan, project, flags, replay.as_ref())?;
    let jobs = preparation.jobs(plan, &mut listed)?;
    let within = flags.timeout.map_or(environment.deadline, |span| span.0);
    let mut done = run_all(jobs, within)?;
    let project = match &replay {
        Some(recording) => recording.project.clone(),
        None => preparation.containers.as_deref().and_then(|engine| in_use(environment, engine)),
    };
    if let Some(file) = &flags.record {
        let recorded: Vec<Recorded> = done.iter_mut().filter_map(|done| done.recorded.take()).collect();
        Recording::new(&environment.name, project.clone(), recorded).write(file)?;
    }
    Ok(Observed { listed, runs: done.into_iter().map(|done| done.run).collect(), project })
}

/// What all jobs share.
struct Preparation<'a> {
    engine: Arc<Engine>,
    cache: Option<Cache>,
    targets: Targets,
    /// Every secret of every endpoint, for all runs.
    masks: Masks,
    containers: Option<Arc<ContainerEngine>>,
    /// Whether the environment has a `[containers]`.
    names_containers: bool,
    replay: Option<&'a Recording>,
    /// Where a recording is made, the room for it.
    record: Option<Arc<Room>>,
}

impl<'a> Preparation<'a> {
    fn new(
        environment: &Environment,
        plan: &Plan,
        project: Option<String>,
        flags: &StackFlags,
        replay: Option<&'a Recording>,
    ) -> Result<Self, Refusal> {
        let targets = match replay {
            Some(_) => Targets::none(),
            None => Targets::prepare(
                environment,
                plan.probes.iter().flat_map(|planned| planned.settled.endpoints.values()),
                &variable,
            )?,
        };
        let containers = match replay {
            Some(_) => None,
            None => Some(Arc::new(container_engine(environment, project)?)),
        };
        let cache = match cache_folder().map(|folder| Cache::open(&folder)) {
            Some(Ok(cache)) => Some(cache),
            Some(Err(error)) => {
                tracing::warn!(%error, "plugins are compiled without a cache");
                None
            }
            None => None,
        };
        let engine = Arc::new(Engine::new()?);
        let masks = Masks::new(&targets.secrets);
        Ok(Self {
            engine,
            cache,
            targets,
            masks,
            containers,
            names_containers: environment.containers != Containers::default(),
            replay,
            record: flags.record.as_ref().map(|_| Arc::new(Room::new(recording::ROOM))),
        })
    }

    fn jobs(&self, plan: &Plan, listed: &mut [Listed]) -> Result<Vec<Job>, Refusal> {
        let mut jobs = Vec::new();
        let mut components = BTreeMap::new();
        for (planned, listed) in plan.probes.iter().zip(listed) {
            let component = match components.entry(planned.plugin.sha256) {
                Entry::Occupied(loaded) => loaded.into_mut(),
                Entry::Vacant(place) => place.insert(Arc::new(self.component(planned)?)),
            };
            let before = jobs.len();
            match self.replay {
                Some(recording) => {
                    for recorded in recording.of(&planned.probe.name) {
                        jobs.push(self.replayed(planned, component, recorded));
                    }
                    if jobs.len() == before {
                        jobs.push(self.unrecorded(planned, component));
                    }
                }
                None => {
                    for (instance, roles) in self.instances(planned) {
                        jobs.push(self.job(planned, component, instance, roles, self.live_tape()));
                    }
                }
            }
            listed.instances = jobs.len() - before;
        }
        Ok(jobs)
    }

    fn live_tape(&self) -> Tape {
        self.record.clone().map_or(Tape::Off, Tape::Record)
    }

    fn component(&self, planned: &Planned) -> Result<Component, Refusal> {
        let (plugin, cache) = (&planned.plugin, self.cache.as_ref());
        let name = &plugin.descriptor.name;
        let component = match bundled::by_digest(plugin.sha256) {
            Some(embedded) => Component::load_bundled(
                &self.engine,
                name,
                embedded.precompiled,
                embedded.component,
                plugin.sha256,
                cache,
            )?,
            None => Component::load(&self.engine, name, &plugin.bytes, plugin.sha256, cache)?,
        };
        Ok(component)
    }

    /// One run per instance of the main endpoint; one run where the probe asks no endpoint.
    fn instances(&self, planned: &Planned) -> Vec<(String, BTreeMap<Role, Arc<Endpoint>>)> {
        let mut others = BTreeMap::new();
        let mut main = None;
        for (role, name) in &planned.settled.endpoints {
            if role.is_main() {
                main = Some(name);
            } else if let Some((_, target)) = self.targets.of(name).first() {
                others.insert(role.clone(), Arc::clone(target));
            }
        }
        let Some(main) = main else { return vec![(planned.probe.service.to_string(), others)] };
        let with_main = |(instance, target): &(String, Arc<Endpoint>)| {
            let mut roles = others.clone();
            roles.insert(Role::main(), Arc::clone(target));
            (instance.clone(), roles)
        };
        self.targets.of(main).iter().map(with_main).collect()
    }

    fn replayed(&self, planned: &Planned, component: &Arc<Component>, recorded: &Recorded) -> Job {
        let tape = Tape::Replay(Arc::new(recorded.told.clone()));
        let mut job = self.job(planned, component, recorded.instance.clone(), BTreeMap::new(), tape);
        job.target.seed = seed::from_hex(&recorded.seed);
        job.target.project.clone_from(&recorded.project);
        job.retry = None;
        if recorded.plugin != planned.listed.plugin {
            let was = &recorded.plugin;
            job.blank
                .notes
                .push(format!("recorded with another plugin: {} {} ({})", was.name, was.version, was.sha256));
        }
        job.replay = Some(Replay { attempts: recorded.attempts, ended_by_host: recorded.ended_by_host.clone() });
        job
    }

    /// A probe that the recording does not know is told that there is nothing to be told.
    fn unrecorded(&self, planned: &Planned, component: &Arc<Component>) -> Job {
        let tape = Tape::Replay(Arc::default());
        let mut job = self.job(planned, component, planned.probe.service.to_string(), BTreeMap::new(), tape);
        job.retry = None;
        job
    }

    /// The container engine for what answers at an endpoint. Where the environment says nothing of containers, those of
    /// this machine are asked; but they are no evidence of a service on another one, nor of a stack that has one there.
    fn engine_for(&self, main: Option<&Arc<Endpoint>>) -> Option<Arc<ContainerEngine>> {
        let elsewhere = main.map_or_else(|| self.targets.are_elsewhere(), |main| !main.is_local());
        self.containers.clone().filter(|_| self.names_containers || !elsewhere)
    }

    fn job(
        &self,
        planned: &Planned,
        component: &Arc<Component>,
        instance: String,
        roles: BTreeMap<Role, Arc<Endpoint>>,
        tape: Tape,
    ) -> Job {
        let (probe, limits) = (&planned.probe, &planned.probe.limits);
        let engine = self.engine_for(roles.get(&Role::main()));
        let refused = planned.settled.refused_optional.iter().map(|grant| format!("{OPTIONAL_NOT_GRANTED}{grant}"));
        Job {
            engine: Arc::clone(&self.engine),
            component: Arc::clone(component),
            access: Arc::new(Access {
                own: probe.service.clone(),
                grants: planned.settled.grants.clone(),
                roles,
                secrets: self.masks.clone(),
                limits: shipworthy_capabilities::Limits::within(limits.request, limits.response.0, limits.deadline),
                engine,
                tape,
            }),
            target: Target {
                service: probe.service.to_string(),
                instance: instance.clone(),
                project: self.containers.as_ref().and_then(|engine| engine.named_project().map(str::to_owned)),
                config: probe.config.to_string(),
                seed: seed::draw(),
            },
            limits: Limits { memory: limits.memory.0, deadline: limits.deadline, log: limits.log.0 },
            retry: probe.retry,
            blank: ProbeRun {
                probe: probe.name.clone(),
                service: probe.service.clone(),
                instance,
                plugin: planned.listed.plugin.clone(),
                evidence: Vec::new(),
                end: RunEnd::Completed,
                requests: Vec::new(),
                certificates: Vec::new(),
                log: Vec::new(),
                notes: refused.collect(),
                duration_ms: 0,
                attempts: 0,
            },
            replay: None,
        }
    }
}

fn run_all(jobs: Vec<Job>, within: Duration) -> Result<Vec<Done>, UsageError> {
    let mut builder = if jobs.len() < FLEET {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.enable_all().build().map_err(UsageError::Runtime)?;
    let deadline = Instant::now() + within;
    let done = runtime.block_on(async {
        let places = Arc::new(Semaphore::new(CONCURRENT));
        let mut tasks = JoinSet::new();
        let mut blanks = BTreeMap::new();
        for job in jobs {
            let places = Arc::clone(&places);
            let blank = job.blank.clone();
            let handle = tasks.spawn(async move {
                // The semaphore is never closed; without a place the run would only be less polite.
                let _place = places.acquire_owned().await.ok();
                job.run(deadline, within).await
            });
            blanks.insert(handle.id(), blank);
        }
        let mut done = Vec::new();
        while let Some(ended) = tasks.join_next_with_id().await {
            match ended {
                Ok((_, one)) => done.push(one),
                Err(panicked) => done.extend(blanks.remove(&panicked.id()).map(lost)),
            }
        }
        done
    });
    runtime.shutdown_background();
    Ok(done)
}

/// A panic of the host's own in one run becomes that run's defect; the report is kept.
fn lost(blank: ProbeRun) -> Done {
    let detail = "Shipworthy itself failed in this run; please report it with the output of `SHIPWORTHY_LOG=debug`";
    let end = RunEnd::NotStarted { why: Gap::Defect, detail: detail.to_owned() };
    Done { run: ProbeRun { end, ..blank }, recorded: None }
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
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// `$XDG_CACHE_HOME/shipworthy/compiled`, or below `~/.cache`.
#[expect(clippy::disallowed_methods, reason = "the door to where caches lie")]
fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(caches.join("shipworthy/compiled"))
}

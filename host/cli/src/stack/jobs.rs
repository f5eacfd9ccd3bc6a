//! What there is to run: one job for each probe and instance, made when its turn comes.

use std::{collections::BTreeMap, sync::Arc};

use shipworthy_capabilities::{
    Access, Calendar, ContainerEngine, Limits as Reach, Masks, Replay, Tape, Target as Endpoint, tape::Room,
};
use shipworthy_contract::{
    Role, Service, Sha256,
    evidence::{NOT_RECORDED, OPTIONAL_NOT_GRANTED, ProbeRun, RunEnd},
    suggest::nearest,
};
use shipworthy_engine::{Limits, Target};
use shipworthy_stack::Partition;

use super::{
    attempt::{AsRecorded, Job},
    components::{Loaded, Ready},
    crew::Work,
    plan::Planned,
    recording::{Recorded, Recording},
    seed,
    targets::{Instances, Targets},
};
use crate::progress::Watch;

/// What all jobs share.
pub(super) struct World<'a> {
    pub(super) targets: &'a Targets,
    /// Every secret of every endpoint, for all runs.
    pub(super) masks: Masks,
    pub(super) containers: Option<Arc<ContainerEngine>>,
    /// Whether the environment has a `[containers]`.
    pub(super) names_containers: bool,
    pub(super) replay: Option<&'a Recording>,
    /// Where a recording is made, the room for it.
    pub(super) record: Option<Arc<Room>>,
    pub(super) calendar: Calendar,
    /// Of the instances, only those of this part are looked at.
    pub(super) partition: Option<Partition>,
}

impl World<'_> {
    fn has(&self, service: &Service, instance: &str) -> bool {
        self.partition.is_none_or(|part| part.has(service, instance))
    }
}

/// One probe, and all that it is to be run on.
pub(super) struct Station<'a> {
    world: &'a World<'a>,
    planned: &'a Planned,
    loaded: Loaded,
    places: Places<'a>,
    watch: Watch,
}

/// Where a probe looks.
enum Places<'a> {
    /// At the instances of its main endpoint.
    Instances(&'a Instances),
    /// At no main endpoint: once.
    Once,
    /// At what was recorded of it.
    Recorded(Vec<&'a Recorded>),
    /// Nowhere: the recording does not know it.
    Unrecorded,
}

impl<'a> Places<'a> {
    fn of(world: &'a World<'a>, planned: &Planned) -> Self {
        if let Some(recording) = world.replay {
            let recorded: Vec<&Recorded> = recording.of(&planned.probe.name).collect();
            return if recorded.is_empty() { Self::Unrecorded } else { Self::Recorded(recorded) };
        }
        match planned.settled.endpoints.get(&Role::main()) {
            Some(main) => Self::Instances(world.targets.of(main)),
            None => Self::Once,
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Instances(instances) => instances.len(),
            Self::Recorded(recorded) => recorded.len(),
            Self::Once | Self::Unrecorded => 1,
        }
    }

    /// The name of an instance; the service's where there is no list of them.
    fn name<'b>(&'b self, index: usize, service: &'b Service) -> &'b str {
        let listed = match self {
            Self::Instances(instances) => instances.get(index).map(|(name, _)| name.as_str()),
            Self::Recorded(recorded) => recorded.get(index).map(|recorded| recorded.instance.as_str()),
            Self::Once | Self::Unrecorded => None,
        };
        listed.unwrap_or(service.as_str())
    }
}

/// How often a planned probe is run: known before its component is made ready.
pub(super) struct Extent {
    /// In this check and in its other parts.
    pub(super) all: usize,
    /// In this one.
    pub(super) here: usize,
    /// One digest of the names of all instances.
    pub(super) names: Sha256,
}

impl Extent {
    pub(super) fn of(world: &World<'_>, planned: &Planned) -> Self {
        let (places, service) = (Places::of(world, planned), &planned.probe.service);
        let mut names: Vec<&str> = (0..places.count()).map(|index| places.name(index, service)).collect();
        let here = names.iter().filter(|name| world.has(service, name)).count();
        names.sort_unstable();
        Self { all: names.len(), here, names: Sha256::of(names.join("\n").as_bytes()) }
    }
}

impl<'a> Station<'a> {
    pub(super) fn new(world: &'a World<'a>, planned: &'a Planned, loaded: Loaded, watch: Watch) -> Self {
        Self { world, planned, loaded, places: Places::of(world, planned), watch }
    }

    /// The work here, piece by piece.
    pub(super) fn work(&self) -> impl Iterator<Item = Work> {
        let service = &self.planned.probe.service;
        let mine = |index: &usize| self.world.has(service, self.places.name(*index, service));
        (0..self.places.count()).filter(mine).filter_map(|index| self.piece(index)).inspect(|work| {
            if let Work::Ended(done) = work {
                self.watch.ended(&done.run.end);
            }
        })
    }

    fn piece(&self, index: usize) -> Option<Work> {
        let own = || self.planned.probe.service.to_string();
        let live = || self.world.record.clone().map_or(Tape::Off, Tape::Record);
        match &self.places {
            Places::Instances(instances) => {
                let (instance, target) = instances.get(index)?;
                let mut roles = self.other_roles();
                roles.insert(Role::main(), Arc::clone(target));
                Some(self.job(instance.clone(), roles, live()))
            }
            Places::Once => Some(self.job(own(), self.other_roles(), live())),
            Places::Recorded(recorded) => recorded.get(index).map(|recorded| self.replayed(recorded)),
            Places::Unrecorded => Some(self.unrecorded()),
        }
    }

    /// The first instance of each other endpoint.
    fn other_roles(&self) -> BTreeMap<Role, Arc<Endpoint>> {
        let others = self.planned.settled.endpoints.iter().filter(|(role, _)| !role.is_main());
        others
            .filter_map(|(role, name)| {
                let (_, target) = self.world.targets.of(name).first()?;
                Some((role.clone(), Arc::clone(target)))
            })
            .collect()
    }

    fn replayed(&self, recorded: &Recorded) -> Work {
        let Planned { probe, listed, .. } = self.planned;
        let is_same = recorded.is_of(&listed.plugin, probe);
        let told = Arc::new(recorded.told.clone());
        let mut work = self.job(recorded.instance.clone(), BTreeMap::new(), Tape::Replay(Replay { told, is_same }));
        let Work::Run(job) = &mut work else { return work };
        if let Some(end) = recorded.ended_before() {
            let end = if is_same { end.clone() } else { never_run(&probe.name, end) };
            return Work::ended(ProbeRun { end, ..job.blank.clone() });
        }
        job.target.seed = seed::from_hex(&recorded.seed);
        job.target.project.clone_from(&recorded.project);
        job.retry = None;
        job.replay =
            Some(AsRecorded { attempts: recorded.attempts, ended_by_host: recorded.ended_by_host.clone(), is_same });
        work
    }

    /// A probe that the recording does not know is not run: it would be told nothing.
    fn unrecorded(&self) -> Work {
        let Planned { probe, .. } = self.planned;
        let recorded = self.world.replay.map(Recording::probes).unwrap_or_default();
        let near = nearest(&probe.name, recorded.iter().copied());
        let rest = match near {
            Some(near) => format!("; nearest: probe `{near}`"),
            None if recorded.is_empty() => String::new(),
            None => format!("; it has {}", some(&recorded)),
        };
        let detail = format!("{NOT_RECORDED} probe `{}`{rest}", probe.name);
        let end = RunEnd::NotRecorded { detail, questions: Vec::new() };
        Work::ended(ProbeRun { end, ..self.blank(probe.service.to_string()) })
    }

    /// The container engine for what answers at an endpoint. Where the environment says nothing of containers, those of
    /// this machine are asked; but they are no evidence of a service on another one, nor of a stack that has one there.
    fn engine_for(&self, main: Option<&Arc<Endpoint>>) -> Option<Arc<ContainerEngine>> {
        let elsewhere = main.map_or_else(|| self.world.targets.are_elsewhere(), |main| !main.is_local());
        self.world.containers.clone().filter(|_| self.world.names_containers || !elsewhere)
    }

    fn job(&self, instance: String, roles: BTreeMap<Role, Arc<Endpoint>>, tape: Tape) -> Work {
        let Planned { probe, settled, .. } = self.planned;
        let limits = &probe.limits;
        let blank = self.blank(instance.clone());
        let Ready { engine, component } = match &self.loaded {
            Ok(ready) => ready.clone(),
            Err(end) => return Work::ended(ProbeRun { end: end.clone(), ..blank }),
        };
        Work::Run(Box::new(Job {
            engine,
            component,
            access: Arc::new(Access {
                own: probe.service.clone(),
                grants: settled.grants.clone(),
                engine: self.engine_for(roles.get(&Role::main())),
                roles,
                secrets: self.world.masks.clone(),
                limits: Reach {
                    requests: u32::try_from(limits.requests).unwrap_or(u32::MAX),
                    ..Reach::within(limits.request, limits.response.0, limits.deadline)
                },
                tape,
                calendar: self.world.calendar,
            }),
            target: Target {
                service: probe.service.to_string(),
                instance,
                project: self.world.containers.as_ref().and_then(|engine| engine.named_project().map(str::to_owned)),
                config: probe.config.to_string(),
                seed: seed::draw(),
            },
            limits: Limits { memory: limits.memory.0, deadline: limits.deadline, log: limits.log.0 },
            retry: probe.retry,
            blank,
            watch: self.watch.clone(),
            replay: None,
        }))
    }

    /// A run that has seen nothing yet.
    fn blank(&self, instance: String) -> ProbeRun {
        let Planned { probe, settled, listed, .. } = self.planned;
        let refused = settled.refused_optional.iter().map(|grant| format!("{OPTIONAL_NOT_GRANTED}{grant}"));
        ProbeRun {
            probe: probe.name.clone(),
            service: probe.service.clone(),
            instance,
            plugin: listed.plugin.clone(),
            evidence: Vec::new(),
            end: RunEnd::Completed,
            requests: Vec::new(),
            certificates: Vec::new(),
            log: Vec::new(),
            notes: refused.collect(),
            duration_ms: 0,
            attempts: 0,
            memory_bytes: 0,
        }
    }
}

/// Another plugin than one that was not even started then has nothing to be told.
fn never_run(probe: &str, end: &RunEnd) -> RunEnd {
    let why = match end {
        RunEnd::NotStarted { detail, .. } | RunEnd::Failed { detail, .. } | RunEnd::NotRecorded { detail, .. } => {
            format!(": {detail}")
        }
        RunEnd::Limit { name, limit, .. } => format!(": limit `{name}` of {limit}"),
        RunEnd::Trapped { .. } | RunEnd::Completed => String::new(),
    };
    let detail = format!("{NOT_RECORDED} any answer to probe `{probe}`, which was not started then{why}");
    RunEnd::NotRecorded { detail, questions: Vec::new() }
}

/// A few names, and how many more there are.
fn some(names: &[&str]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

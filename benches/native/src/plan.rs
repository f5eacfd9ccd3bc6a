//! What will run, settled as the host settles it.

use std::{collections::BTreeMap, error::Error, sync::Arc};

use shipworthy_capabilities::{Access, Calendar, Limits, Masks, Tape, Target};
use shipworthy_contract::{
    PluginRef, Role, Secret, Sha256,
    evidence::{ProbeRun, RunEnd},
};
use shipworthy_plugins::{
    Bundled, Environment, Probe, config::Schemas, grants, grants::Settled, registry::Nobody, source::Finder,
};
use shipworthy_sdk::Request;
use shipworthy_stack::{Listed, OwnRule};

use crate::probe::{self, Job};

/// The one probe that is compiled in. There is no component of it.
const BUNDLED: &[Bundled] = &[Bundled {
    name: "http",
    component: &[],
    sha256: Sha256::from_bytes([0; 32]),
    descriptor: include_str!("../../../plugins/http/probe.json"),
}];

/// A probe that is to run, and on what.
pub(crate) struct Planned {
    probe: Probe,
    settled: Settled,
    pub(crate) listed: Listed,
    instances: Vec<(String, Arc<Target>)>,
    masks: Masks,
    asks: Arc<[Request]>,
}

/// What is asked, by configuration.
type Asks = BTreeMap<String, Arc<[Request]>>;

pub(crate) fn plan(environment: &Environment) -> Result<Vec<Planned>, Box<dyn Error>> {
    let (mut schemas, mut asks) = (Schemas::default(), Asks::new());
    // No key is asked for, so any day will do.
    let mut finder = Finder::new(environment, BUNDLED, &Nobody, time::Date::MIN);
    environment.probes.iter().map(|probe| planned(environment, probe, &mut finder, &mut schemas, &mut asks)).collect()
}

fn planned(
    environment: &Environment,
    probe: &Probe,
    finder: &mut Finder<'_>,
    schemas: &mut Schemas,
    asks: &mut Asks,
) -> Result<Planned, Box<dyn Error>> {
    let plugin = finder.resolve(probe)?;
    schemas.validate(&plugin, probe)?;
    let settled = grants::settle(&plugin.descriptor, probe, plugin.bundled)?;
    let main = settled.endpoints.get(&Role::main()).and_then(|name| environment.endpoints.get(name));
    let endpoints = main.ok_or("expected every probe to have an endpoint")?.resolve(&|_| None)?;
    let secrets: Vec<Secret> = endpoints
        .first()
        .map(|first| first.headers.iter().map(|(_, secret)| secret.clone()).collect())
        .unwrap_or_default();
    let names: Vec<String> = endpoints.iter().map(|endpoint| endpoint.instance.clone()).collect();
    let targets = Target::prepare_all(endpoints).into_iter().map(|target| target.map(Arc::new));
    let instances: Vec<_> = names.into_iter().zip(targets.collect::<Result<Vec<_>, _>>()?).collect();
    let own_rules = plugin.descriptor.rules.iter().map(|rule| OwnRule {
        name: rule.name.clone(),
        severity: settled.severity.get(&rule.name).copied().unwrap_or(rule.severity),
        summary: rule.summary.clone(),
        hint: rule.hint.clone(),
    });
    let listed = Listed {
        probe: probe.name.clone(),
        service: probe.service.clone(),
        plugin: PluginRef {
            name: plugin.descriptor.name.as_str().into(),
            version: plugin.descriptor.version.as_str().into(),
            sha256: plugin.sha256,
        },
        own_rules: own_rules.collect(),
        instances: instances.len(),
        elsewhere: 0,
    };
    let config = probe.config.to_string();
    let asks = Arc::clone(asks.entry(config.clone()).or_insert_with(|| probe::asks(&config)));
    Ok(Planned { probe: probe.clone(), settled, listed, instances, masks: Masks::new(&secrets), asks })
}

impl Planned {
    /// One job for each instance, made when its turn comes.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = Job> {
        self.instances.iter().map(|(instance, target)| self.job(instance, target))
    }

    fn job(&self, instance: &str, target: &Arc<Target>) -> Job {
        let limits = &self.probe.limits;
        let blank = ProbeRun {
            probe: self.probe.name.clone(),
            service: self.probe.service.clone(),
            instance: instance.to_owned(),
            plugin: self.listed.plugin.clone(),
            evidence: Vec::new(),
            end: RunEnd::Completed,
            requests: Vec::new(),
            certificates: Vec::new(),
            log: Vec::new(),
            notes: Vec::new(),
            duration_ms: 0,
            attempts: 1,
            memory_bytes: 0,
        };
        let access = Access {
            own: self.probe.service.clone(),
            grants: self.settled.grants.clone(),
            engine: None,
            roles: BTreeMap::from([(Role::main(), Arc::clone(target))]),
            secrets: self.masks.clone(),
            limits: Limits {
                requests: u32::try_from(limits.requests).unwrap_or(u32::MAX),
                ..Limits::within(limits.request, limits.response.0, limits.deadline)
            },
            tape: Tape::Off,
            calendar: Calendar::default(),
        };
        Job {
            access: Arc::new(access),
            // Written anew for every run, as the host does.
            config: self.probe.config.to_string(),
            asks: Arc::clone(&self.asks),
            deadline: limits.deadline,
            blank,
        }
    }
}

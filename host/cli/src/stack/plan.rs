//! What will run, settled before anything does: plugins resolved, pins held, configs fitted to their schemas, needs
//! against grants. Nothing is compiled and no service is asked, so `env check` stops here.

use std::sync::Arc;

use shipworthy_contract::{PluginRef, Service, grant::Grant};
use shipworthy_plugins::{
    Environment, Plugin, Probe, config::Schemas, environment::Limits, grants, grants::Settled, source::Finder,
};
use shipworthy_stack::{Listed, OwnRule};

use super::targets::Targets;
use crate::{
    args::StackFlags,
    bundled,
    refusal::{Refusal, UsageError},
    set::Set,
};

/// The probes of an environment that are to run.
pub(crate) struct Plan {
    pub(super) probes: Vec<Planned>,
    listed: Vec<Listed>,
}

/// One of them.
pub(super) struct Planned {
    pub(super) probe: Probe,
    pub(super) plugin: Arc<Plugin>,
    pub(super) settled: Settled,
    pub(super) listed: Listed,
}

impl Plan {
    /// Settles every probe that `--only` leaves in, and tells everything that is wrong with any of them.
    pub(crate) fn new(set: &Set, flags: &StackFlags) -> Result<Self, Refusal> {
        check_only(&set.environment, &flags.only)?;
        Self::of(set, |service| flags.only.is_empty() || flags.only.contains(service))
    }

    /// Settles every probe of an environment.
    pub(crate) fn whole(set: &Set) -> Result<Self, Refusal> {
        Self::of(set, |_| true)
    }

    fn of(set: &Set, wanted: impl Fn(&Service) -> bool) -> Result<Self, Refusal> {
        let bundled = bundled::table();
        let mut finder = set.finder(&bundled);
        let mut schemas = Schemas::default();
        let mut refusal = Refusal { errors: Vec::new() };
        let mut probes = Vec::new();
        for probe in set.environment.probes.iter().filter(|probe| wanted(&probe.service)) {
            match planned(probe, &mut finder, &mut schemas) {
                Ok(planned) => probes.push(planned),
                Err(Refusal { errors }) => refusal.errors.extend(errors),
            }
        }
        if !refusal.errors.is_empty() {
            return Err(refusal);
        }
        let listed = probes.iter().map(|planned| planned.listed.clone()).collect();
        Ok(Self { probes, listed })
    }

    /// Whether certificates and keys can be read. Secrets are not fetched: they may be there only where the check runs.
    pub(crate) fn check_endpoints(&self, environment: &Environment) -> Result<(), Refusal> {
        let names = self.probes.iter().flat_map(|planned| planned.settled.endpoints.values());
        // A value that stands for every secret: an empty one would be refused as one.
        Targets::prepare(environment, names, &|_| Some("unknown".to_owned())).map(drop)
    }

    /// What a probe asks of a container engine: whether it may do so at all, and whether it cannot do without.
    pub(crate) fn asks_containers(&self) -> (bool, bool) {
        let about_containers = |grant: &&Grant| !matches!(grant, Grant::Http { .. } | Grant::Grpc { .. });
        let may = self.probes.iter().any(|planned| planned.settled.grants.iter().any(|grant| about_containers(&grant)));
        let must = self.probes.iter().any(|planned| {
            let descriptor = &planned.plugin.descriptor;
            descriptor.needs.iter().filter(about_containers).any(|need| !descriptor.is_optional(need))
        });
        (may, must)
    }

    /// Every probe's plugin, with what it may take.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = (&Plugin, &Limits)> {
        self.probes.iter().map(|planned| (&*planned.plugin, &planned.probe.limits))
    }

    /// Every probe with its plugin.
    pub(crate) fn probes(&self) -> impl Iterator<Item = (&Probe, &Plugin)> {
        self.probes.iter().map(|planned| (&planned.probe, &*planned.plugin))
    }

    /// As the judge wants to see them.
    pub(crate) fn listed(&self) -> &[Listed] {
        &self.listed
    }
}

fn planned(probe: &Probe, finder: &mut Finder<'_>, schemas: &mut Schemas) -> Result<Planned, Refusal> {
    let plugin = finder.resolve(probe)?;
    schemas.validate(&plugin, probe)?;
    let settled = grants::settle(&plugin.descriptor, probe, plugin.bundled)?;
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
        instances: 1,
        elsewhere: 0,
    };
    Ok(Planned { probe: probe.clone(), plugin, settled, listed })
}

fn check_only(environment: &Environment, only: &[Service]) -> Result<(), UsageError> {
    let has = |service: &Service| environment.probes.iter().any(|probe| probe.service == *service);
    match only.iter().find(|service| !has(service)) {
        None => Ok(()),
        Some(service) => {
            let known: Vec<&str> = environment.probes.iter().map(|probe| probe.service.as_str()).collect();
            Err(UsageError::Only { service: service.to_string(), known: known.join(", ") })
        }
    }
}

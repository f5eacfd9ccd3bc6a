//! `plugin list`: which plugins environments run. What cannot be used is listed with its reason, and told by the exit
//! status.

use shipworthy_contract::{Explain, Fault, Service, Sha256, grant::Grant, text::plural};
use shipworthy_plugins::{
    Descriptor, Plugin, Probe, Reference, component,
    environment::PluginSource,
    grants, lock,
    registry::{Registry, RegistryFault},
    source::Finder,
};
use shipworthy_report::sets::{self, Allowed, Listed, Loaded, Newer};

use crate::{
    args::{Form, ListArgs, PluginFlags},
    bundled,
    output::{Stream, look, print},
    refusal::{Refusal, chain},
    set::{self, Set},
};

/// Something that is listed cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used", plural(*.0, "plugin"))]
struct Unusable(usize);

impl Explain for Unusable {
    fn code(&self) -> &'static str {
        "plugin.unusable"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some("`shipworthy env check NAME` says what to do about each".to_owned())
    }
}

pub(super) fn run(args: &ListArgs) -> Result<(), Refusal> {
    let mut listed = Vec::new();
    for environment in set::environments(&args.env)? {
        let flags = PluginFlags { locked: Some(false), offline: args.offline, ..PluginFlags::default() };
        listed.push(list(&Set::with(environment, &flags)?, args.newer));
    }
    print(&match args.format {
        Form::Human => sets::render(&listed, &look(Stream::Out)),
        Form::Json => sets::json(&listed),
    })?;
    let unusable = listed.iter().flat_map(|set| &set.plugins).filter(|listed| listed.error.is_some()).count();
    if unusable == 0 { Ok(()) } else { Err(Unusable(unusable).into()) }
}

fn list(set: &Set, newer: bool) -> sets::Set {
    let environment = &set.environment;
    let bundled = bundled::table();
    let mut finder = set.finder(&bundled);
    let mut plugins = Vec::new();
    for probe in &environment.probes {
        let (plugin, error) = match finder.resolve(probe) {
            Ok(plugin) => (Some(plugin), None),
            Err(error) => (None, Some(chain(&error))),
        };
        // Of a registry that does not answer its own row says so: the others' are as good as before.
        let (newer, newer_error) = match &plugin {
            Some(plugin) if newer => match newer_than(set, probe, &plugin.descriptor) {
                Ok(newer) => (newer, None),
                Err(error) => (None, Some(chain(error.as_ref()))),
            },
            _ => (None, None),
        };
        plugins.push(Listed {
            probe: probe.name.clone(),
            service: probe.service.to_string(),
            source: lock::source_of(&probe.plugin, environment),
            plugin: plugin.map(|plugin| loaded(set, probe, &plugin, &finder)),
            error,
            newer,
            newer_error,
        });
    }
    sets::Set {
        environment: environment.name.clone(),
        file: environment.file.display().to_string(),
        lock: set.lock().map(|lock| lock.file.display().to_string()),
        plugins,
    }
}

fn loaded(set: &Set, probe: &Probe, plugin: &Plugin, finder: &Finder<'_>) -> Loaded {
    let by_environment =
        probe.sha256.is_some() || matches!(&probe.plugin, PluginSource::Oci(oci) if oci.digest.is_some());
    let pinned_by = if set.locked(probe).is_some() {
        Some("lock")
    } else if by_environment {
        Some("environment")
    } else {
        plugin.bundled.then_some("bundled")
    };
    Loaded {
        name: plugin.descriptor.name.clone(),
        version: plugin.descriptor.version.clone(),
        sha256: plugin.sha256,
        size_bytes: u64::try_from(plugin.bytes.len()).unwrap_or(u64::MAX),
        pinned_by,
        manifest: set.manifest(probe),
        signed_by: finder.signer(probe).map(str::to_owned),
        grants: allowed(grants::given(&plugin.descriptor, probe, plugin.bundled), &probe.service),
    }
}

fn allowed<'a>(lines: impl IntoIterator<Item = &'a Grant>, own: &Service) -> Vec<Allowed> {
    lines.into_iter().map(|line| Allowed { line: line.clone(), words: line.in_words(own) }).collect()
}

/// The newest version of the repository beyond this one, and what it needs.
fn newer_than(set: &Set, probe: &Probe, current: &Descriptor) -> Result<Option<Newer>, RegistryFault> {
    let PluginSource::Oci(reference) = &probe.plugin else { return Ok(None) };
    let own = version(&current.version);
    let tags = set.reach().tags(reference)?;
    let newest = tags.into_iter().filter_map(|tag| Some((version(&tag)?, tag))).max();
    let Some((found, tag)) = newest.filter(|(found, _)| own.as_ref().is_none_or(|own| found > own)) else {
        return Ok(None);
    };
    let tagged = Reference { tag: Some(tag.clone()), digest: None, ..reference.clone() };
    let manifest = set.reach().digest(&tagged)?;
    let Some(descriptor) = descriptor(set, &tagged, manifest)? else { return Ok(None) };
    let beyond = |lines: &[Grant], known: &[Grant]| {
        let lines = lines.iter().filter(|line| !known.iter().any(|known| known.covers(line, &probe.service)));
        allowed(lines, &probe.service)
    };
    Ok(Some(Newer {
        version: found.to_string(),
        tag,
        manifest,
        more_needs: beyond(&descriptor.needs, &current.needs),
        fewer_needs: beyond(&current.needs, &descriptor.needs),
    }))
}

fn descriptor(set: &Set, reference: &Reference, manifest: Sha256) -> Result<Option<Descriptor>, RegistryFault> {
    let bytes = set.reach().fetch(reference, manifest)?;
    Ok(component::inspect(&bytes).ok().and_then(|inspection| inspection.descriptor))
}

/// A tag that is a version: `1.2.3`, also as `v1.2.3`.
fn version(tag: &str) -> Option<semver::Version> {
    semver::Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok().filter(|version| version.pre.is_empty())
}

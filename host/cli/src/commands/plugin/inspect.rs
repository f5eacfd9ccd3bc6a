//! `plugin inspect FILE`: who a plugin is and what it needs, held against an environment if one is named. What is shown
//! goes to standard output before anything that is wrong is told, so that whoever has to grant something sees what to.

use std::collections::BTreeMap;

use shipworthy_contract::Explain;
use shipworthy_plugins::{
    Bundled, Descriptor, Probe,
    component::ImportKind,
    config::Schemas,
    grants,
    inspect::{self, ConfigKeys, Held, HeldNeed, HeldRole, Inspected, NeedState},
    source::Finder,
};
use shipworthy_report::plugin as page;

use crate::{
    args::{Form, InspectArgs},
    bundled,
    commands::env,
    output::{Stream, look, print},
    reach::Reach,
    refusal::Refusal,
    set::Set,
};

pub(super) fn run(args: &InspectArgs) -> Result<(), Refusal> {
    let bundled = bundled::table();
    let set = args
        .env
        .as_deref()
        .map(|name| env::load(name).map(|environment| Set::alone(environment, false)))
        .transpose()?;
    let alone = Reach::new(&BTreeMap::new(), false);
    let reach = set.as_ref().map_or(&alone, Set::reach);
    let inspected = inspect::inspect(inspect::named(&args.file)?, &bundled, reach)?;
    let mut refusal = Refusal { errors: Vec::new() };
    let held = set.as_ref().map(|set| held(&inspected, set, &bundled, &mut refusal));
    let shown = shown(inspected, args, held);
    print(&match args.format {
        Form::Human => page::render(&shown, &look(Stream::Out)),
        Form::Json => page::json(&shown),
    })?;
    if refusal.errors.is_empty() { Ok(()) } else { Err(refusal) }
}

fn shown(inspected: Inspected, args: &InspectArgs, held: Option<page::Held>) -> page::Plugin {
    let plugin = inspected.plugin;
    let config_keys = match inspect::config_keys(plugin.descriptor.config.as_ref()) {
        ConfigKeys::None => Some(Vec::new()),
        ConfigKeys::Unnamed => None,
        ConfigKeys::Named(keys) => Some(
            keys.into_iter()
                .map(|key| page::ConfigKey {
                    key: key.key,
                    required: key.required,
                    kind: key.kind,
                    description: key.description,
                })
                .collect(),
        ),
    };
    let imports = inspected.imports.into_iter().map(|import| page::Import {
        name: import.name,
        kind: match import.kind {
            ImportKind::Ours => page::ImportKind::Shipworthy,
            ImportKind::PlainWasi => page::ImportKind::Wasi,
            ImportKind::RefusedWasi | ImportKind::OtherVersion => page::ImportKind::Stubbed,
        },
    });
    page::Plugin {
        file: args.file.display().to_string(),
        size_bytes: u64::try_from(plugin.bytes.len()).unwrap_or(u64::MAX),
        sha256: plugin.sha256,
        wit_version: inspected.wit_version,
        imports: imports.collect(),
        extra_exports: inspected.extra_exports,
        descriptor: descriptor(plugin.descriptor),
        descriptor_file: inspected.descriptor_file.map(|file| file.display().to_string()),
        config_keys,
        held,
    }
}

fn descriptor(descriptor: Descriptor) -> page::Descriptor {
    let rules = descriptor.rules.into_iter().map(|rule| page::OwnRule {
        name: rule.name,
        severity: rule.severity,
        summary: rule.summary,
        hint: rule.hint,
    });
    page::Descriptor {
        name: descriptor.name,
        version: descriptor.version,
        services: descriptor.services,
        roles: descriptor.roles,
        needs: descriptor.needs,
        optional: descriptor.optional,
        rules: rules.collect(),
        config: descriptor.config,
    }
}

/// Every probe of the environment that uses the plugin, and everything that keeps one of them from running.
fn held(inspected: &Inspected, set: &Set, bundled: &[Bundled], refusal: &mut Refusal) -> page::Held {
    let environment = &set.environment;
    let mut schemas = Schemas::default();
    let mut finder = set.finder(bundled);
    let using = environment.probes.iter().filter(|probe| inspected.is_used_by(probe, bundled));
    let probes: Vec<page::Probe> =
        using.map(|probe| held_probe(inspected, probe, &mut finder, &mut schemas, refusal)).collect();
    let draft = probes.is_empty().then(|| inspect::draft(inspected, environment));
    page::Held {
        environment: environment.name.clone(),
        file: environment.file.display().to_string(),
        probes,
        draft: draft.map(|draft| page::Draft { text: draft.text, new_endpoints: draft.new_endpoints }),
    }
}

/// One of them. It is resolved as a check would, so that its own path, pin and descriptor hold.
fn held_probe(
    inspected: &Inspected,
    probe: &Probe,
    finder: &mut Finder<'_>,
    schemas: &mut Schemas,
    refusal: &mut Refusal,
) -> page::Probe {
    let mut errors: Vec<Box<dyn Explain>> = Vec::new();
    let mut held = None;
    let mut same_descriptor = true;
    match finder.resolve(probe) {
        Err(error) => errors.push(Box::new(error)),
        Ok(plugin) => {
            if let Err(error) = schemas.validate(&plugin, probe) {
                errors.push(Box::new(error));
            }
            if let Err(error) = grants::settle(&plugin.descriptor, probe, plugin.bundled) {
                errors.push(Box::new(error));
            }
            same_descriptor = plugin.descriptor == inspected.plugin.descriptor;
            held = Some(inspect::hold(&plugin.descriptor, probe, plugin.bundled));
        }
    }
    let told = errors.iter().map(ToString::to_string).collect();
    let usable = errors.is_empty();
    refusal.errors.extend(errors);
    let Held { needs, roles, unneeded, list } =
        held.unwrap_or_else(|| Held { needs: Vec::new(), roles: Vec::new(), unneeded: Vec::new(), list: None });
    page::Probe {
        probe: probe.name.clone(),
        service: probe.service.clone(),
        usable,
        same_descriptor,
        needs: needs.into_iter().map(need).collect(),
        roles: roles.into_iter().map(role).collect(),
        unneeded_grants: unneeded,
        grants_to_write: list,
        errors: told,
    }
}

fn need(held: HeldNeed) -> page::Need {
    let state = match held.state {
        NeedState::Granted => page::NeedState::Granted,
        NeedState::NotGranted => page::NeedState::NotGranted,
        NeedState::NoEndpoint => page::NeedState::NoEndpoint,
    };
    page::Need { line: held.need, optional: held.optional, state }
}

fn role(held: HeldRole) -> page::RoleOf {
    page::RoleOf { role: held.role, endpoint: held.endpoint, required: held.required }
}

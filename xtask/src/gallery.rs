//! The gallery of bundled probes, from their descriptors.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use shipworthy_plugins::{
    Descriptor,
    inspect::{ConfigKeys, config_keys},
};
use shipworthy_report::rules::ProbeRule;

/// The bundled probes, in the order of the page.
const PROBES: [&str; 9] =
    ["gateway", "agent", "provisioner", "runtime-node", "python-hooks", "http", "grpc-health", "container", "static"];

/// What each probe reads, needs and judges.
pub(crate) fn probes(root: &Path) -> Result<Vec<(&'static str, String)>> {
    PROBES.into_iter().map(|name| Ok((name, probe(root, name)?))).collect()
}

/// The rules of their own of those that look at one service, for the page of all rules.
pub(crate) fn rules(root: &Path) -> Result<Vec<ProbeRule>> {
    let mut rules = Vec::new();
    for name in PROBES {
        let descriptor = descriptor(root, name)?;
        for service in &descriptor.services {
            rules.extend(descriptor.rules.iter().map(|rule| ProbeRule {
                service: service.clone(),
                name: rule.name.clone(),
                severity: rule.severity.outcome(),
                summary: rule.summary.clone(),
                hint: rule.hint.clone(),
                plugin: format!("builtin:{name}"),
            }));
        }
    }
    Ok(rules)
}

fn descriptor(root: &Path, name: &str) -> Result<Descriptor> {
    let file = format!("plugins/{name}/probe.json");
    let text = fs::read_to_string(root.join(&file)).with_context(|| file.clone())?;
    Descriptor::parse(&text).with_context(|| file)
}

fn probe(root: &Path, name: &str) -> Result<String> {
    let descriptor = descriptor(root, name)?;
    let mut out = String::new();
    if !descriptor.roles.is_empty() {
        let roles = descriptor.roles.iter().map(|(role, about)| format!("`{role}`, {about}"));
        writeln!(out, "Endpoints: {}.\n", roles.collect::<Vec<_>>().join("; "))?;
    }
    if descriptor.needs.is_empty() {
        writeln!(out, "It reads nothing.\n")?;
    } else {
        writeln!(out, "| it reads | |\n|---|---|")?;
        for need in &descriptor.needs {
            let optional = if descriptor.optional.contains(need) { "optional" } else { "" };
            writeln!(out, "| `{need}` | {optional} |")?;
        }
        writeln!(out)?;
    }
    if !descriptor.rules.is_empty() {
        writeln!(out, "| rule of its own | broken | what holds |\n|---|---|---|")?;
        for rule in &descriptor.rules {
            writeln!(out, "| `{}` | {} | {} |", rule.name, rule.severity, rule.summary)?;
        }
        writeln!(out)?;
    }
    let keys = match config_keys(descriptor.config.as_ref()) {
        ConfigKeys::Named(keys) => keys.iter().map(|key| format!("`{}`", key.key)).collect::<Vec<_>>().join(", "),
        ConfigKeys::None | ConfigKeys::Unnamed => "none".to_owned(),
    };
    writeln!(out, "Config: {}.", if keys.is_empty() { "none".to_owned() } else { keys })?;
    Ok(out)
}

//! The gallery of bundled probes, from their descriptors.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use shipworthy_plugins::{
    Descriptor,
    inspect::{ConfigKeys, config_keys},
};

/// The bundled probes, in the order of the page.
const PROBES: [&str; 9] =
    ["gateway", "agent", "provisioner", "runtime-node", "python-hooks", "http", "grpc-health", "container", "static"];

/// What each probe reads, needs and judges.
pub(crate) fn probes(root: &Path) -> Result<Vec<(&'static str, String)>> {
    PROBES.into_iter().map(|name| Ok((name, probe(root, name)?))).collect()
}

fn probe(root: &Path, name: &str) -> Result<String> {
    let file = format!("plugins/{name}/probe.json");
    let text = fs::read_to_string(root.join(&file)).with_context(|| file.clone())?;
    let descriptor = Descriptor::parse(&text).with_context(|| file)?;
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

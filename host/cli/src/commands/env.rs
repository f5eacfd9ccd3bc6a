//! `env list`, `env show`, `env check`: environments looked at, nothing run and nobody asked.

pub(crate) mod diff;

use std::path::PathBuf;

use shipworthy_plugins::{
    Environment,
    environment::{self, Origin},
};

use crate::{
    args::PluginFlags,
    output::{Stream, print},
    refusal::{Refusal, UsageError},
    set::Set,
    stack::Plan,
};

pub(crate) fn list() -> Result<(), Refusal> {
    let found = environment::list(&current_folder()?);
    if found.is_empty() {
        Stream::Err.write("no environments/*.toml here or in a folder above\n");
    }
    let width = found.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, file) in found {
        print(&format!("{name:width$}  {}\n", file.display()))?;
    }
    Ok(())
}

/// The environment that a name or a path means.
pub(crate) fn load(name: &str) -> Result<Environment, Refusal> {
    let file = environment::find(name, &current_folder()?)?;
    environment::load(&file).map_err(|errors| Refusal::all(errors.into_vec()))
}

pub(crate) fn show(name: &str) -> Result<(), Refusal> {
    let environment = load(name)?;
    let settings = environment::show(&environment);
    let line = |key: &str, value: &str| format!("{key} = {value}");
    let width = settings.iter().map(|setting| line(&setting.key, &setting.value).chars().count()).max().unwrap_or(0);
    let width = width.min(72);
    for setting in settings {
        let origin = match &setting.origin {
            Origin::Written(place) => place.to_string(),
            Origin::Default => "default".to_owned(),
        };
        print(&format!("{:width$}  # {origin}\n", line(&setting.key, &setting.value)))?;
    }
    Ok(())
}

pub(crate) fn check(name: &str, plugins: &PluginFlags) -> Result<(), Refusal> {
    let set = Set::open(name, plugins)?;
    let environment = &set.environment;
    let plan = Plan::whole(&set)?;
    plan.check_endpoints(environment)?;
    let probes = plan.listed().iter().map(|listed| {
        format!(
            "  {} looks at {} with {} {}\n",
            listed.probe, listed.service, listed.plugin.name, listed.plugin.version
        )
    });
    let probes: String = probes.collect();
    let count = shipworthy_contract::text::plural(plan.listed().len(), "probe");
    print(&format!("environment `{}` can be used: {count}\n{probes}", environment.name))?;
    Ok(())
}

pub(crate) fn current_folder() -> Result<PathBuf, UsageError> {
    std::env::current_dir().map_err(UsageError::Folder)
}

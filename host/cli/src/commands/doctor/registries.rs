//! Registries: what docker's config knows of them, and whether those that an environment's plugins come from answer.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use shipworthy_contract::{Outcome, text::excerpt};
use shipworthy_plugins::files::{self, FileError};
use shipworthy_registry::{Client, RegistryError, Tried};
use shipworthy_report::doctor::Looked;
use tokio::runtime::Runtime;

use super::{Needs, seen};
use crate::reach::{Reach, docker_config};

/// How long one registry is waited for in all: longer than a credential helper may take, which asks a key ring.
const LIMIT: Duration = Duration::from_secs(25);

/// Largest config that is read, in bytes: that of the registry's client.
const LARGEST: u64 = 1 << 20;

/// Most registries that are asked.
const MOST: usize = 10;

pub(super) fn look(needs: &Needs, runtime: &Runtime) -> Vec<Looked> {
    let mut looked = vec![config(needs)];
    let Some(options) = Reach::options(&needs.access) else {
        looked.extend(
            needs
                .registries
                .iter()
                .map(|host| seen("registries", host, Outcome::Info, "not asked: SHIPWORTHY_OFFLINE is set")),
        );
        return looked;
    };
    let client = Client::new(options);
    for host in needs.registries.iter().take(MOST) {
        let asked = runtime.block_on(async { tokio::time::timeout(LIMIT, client.visit(host)).await });
        let outcome = if needs.all_here { Outcome::Warn } else { Outcome::Fail };
        looked.push(match asked {
            Ok(Ok(tried)) => seen("registries", host, Outcome::Pass, answers(&tried)),
            Ok(Err(error)) => refused(host, &error, needs, outcome),
            Err(_) => seen("registries", host, outcome, format!("no answer within {} s", LIMIT.as_secs()))
                .with("see how the registry and the way to it fare", &[]),
        });
    }
    looked
}

fn answers(tried: &Tried) -> String {
    match tried {
        Tried::Nothing => "answers; there are no credentials for it".to_owned(),
        tried => format!("answers, with {tried}"),
    }
}

fn refused(host: &str, error: &RegistryError, needs: &Needs, outcome: Outcome) -> Looked {
    let looked = Looked::error("registries", host, outcome, error);
    if !needs.all_here {
        return looked;
    }
    Looked { message: format!("{}; every plugin is in the store already", looked.message), ..looked }
}

/// Docker's config: whether it can be read, and whether the helpers that it names are there. None is run here.
fn config(needs: &Needs) -> Looked {
    let none = |text: String| seen("registries", "credentials", Outcome::Info, text);
    let Some(path) = docker_config() else { return none("no place for a docker config: `HOME` is not set".to_owned()) };
    let wrong = if needs.registries.is_empty() { Outcome::Warn } else { Outcome::Fail };
    let shown = path.display().to_string();
    let bytes = match files::read(&path, LARGEST) {
        Ok(bytes) => bytes,
        Err(FileError::Missing { .. }) => {
            return none(format!("`{shown}` is not there: registries are asked without credentials"));
        }
        Err(error) => {
            return seen("registries", "credentials", wrong, excerpt(&error.to_string(), 200)).with(
                "see that it is a file that this user may read:",
                &[&format!("ls -l {}", super::quoted(&shown))],
            );
        }
    };
    let config: serde_json::Value = match serde_json::from_slice(&bytes) {
        Ok(config) => config,
        Err(error) => {
            // The parser's own words could show a part of the file.
            let at = format!("`{shown}` is not JSON at line {}, column {}", error.line(), error.column());
            return seen("registries", "credentials", wrong, at)
                .with("docker writes it anew when you log in:", &["docker login REGISTRY"]);
        }
    };
    let helpers = helpers(&config);
    let missing = helpers.iter().find(|name| find(&format!("docker-credential-{name}")).is_none());
    if let Some(name) = missing {
        let program = format!("docker-credential-{}", excerpt(name, 60));
        return seen("registries", "credentials", wrong, format!("`{shown}` names `{program}`, which is not on PATH"))
            .with("install it, or take it out of the config and log in anew", &[]);
    }
    let count = config.get("auths").and_then(serde_json::Value::as_object).map_or(0, serde_json::Map::len);
    let helpers: Vec<String> = helpers.iter().map(|name| format!("docker-credential-{}", excerpt(name, 60))).collect();
    let by = if helpers.is_empty() { "no helpers".to_owned() } else { format!("by {}", helpers.join(", ")) };
    let logins = shipworthy_contract::text::plural(count, "login");
    seen("registries", "credentials", Outcome::Pass, format!("`{shown}`: {logins}, {by}"))
}

/// The names of credential helpers, each once.
fn helpers(config: &serde_json::Value) -> Vec<String> {
    let of_hosts = config.get("credHelpers").and_then(serde_json::Value::as_object);
    let of_hosts = of_hosts.into_iter().flat_map(serde_json::Map::values);
    let mut names: Vec<String> = of_hosts
        .chain(config.get("credsStore"))
        .filter_map(|name| name.as_str().filter(|name| !name.is_empty()).map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A program on PATH.
#[expect(clippy::disallowed_methods, reason = "the door to where programs lie")]
fn find(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return None;
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file: &PathBuf| Path::is_file(file))
}

//! Sets up a test: an environment's file that names the component and the sockets of the test's stack. From there on it is
//! a check as any other, with the same grants, limits and judging code.

use std::path::{Path, PathBuf};

use shipworthy_contract::{Role, grant::Grant};
use shipworthy_plugins::Descriptor;
use toml::{Table, Value};

use crate::{
    Case, KitError,
    fake::{self, Fake},
    files,
};

/// A test that can be run. What it serves ends when this is dropped.
#[derive(Debug)]
pub struct Stage {
    folder: tempfile::TempDir,
    roles: Vec<Role>,
    fake: Option<Fake>,
    environment: PathBuf,
}

impl Stage {
    /// Serves what the case says, and writes its environment. `component` is the plugin's file.
    ///
    /// # Errors
    ///
    /// If no socket can be made or no file be written.
    pub fn set(case: &Case, descriptor: &Descriptor, component: &Path) -> Result<Self, KitError> {
        let folder = tempfile::Builder::new().prefix("shipworthy-test-").tempdir().map_err(KitError::Serve)?;
        let roles = roles_of(descriptor);
        let service = service_of(case, descriptor);
        let fake = match case.recording {
            Some(_) => None,
            None => Some(Fake::serve(case, folder.path(), &roles, &service).map_err(KitError::Serve)?),
        };
        let component = files::absolute(component).map_err(|source| KitError::read(component, source))?;
        let environment = folder.path().join(format!("{}.toml", case.name));
        let text = environment_of(case, descriptor, &component, folder.path(), &roles, &service).to_string();
        files::write(&environment, text.as_bytes()).map_err(|source| KitError::write(&environment, source))?;
        Ok(Self { folder, roles, fake, environment })
    }

    /// The environment's file.
    pub fn environment(&self) -> &Path {
        &self.environment
    }

    /// A text in which sockets have the names of their roles, so that it is the same in every run.
    pub fn rename(&self, text: &str) -> String {
        let engine = fake::engine_in(self.folder.path());
        let renamed = text.replace(&format!("unix://{}", engine.display()), "containers");
        let renamed = renamed.replace(&engine.display().to_string(), "containers");
        self.roles.iter().fold(renamed, |text, role| {
            let socket = fake::socket_of(self.folder.path(), role);
            text.replace(&format!("unix://{}", socket.display()), role.as_str())
                .replace(&socket.display().to_string(), role.as_str())
        })
    }

    /// What was asked and the test has no answer to, as an answer's `to` is written.
    pub fn unanswered(&self) -> Vec<String> {
        self.fake.as_ref().map(Fake::unanswered).unwrap_or_default()
    }

    /// Answers that nothing asked for.
    pub fn unused(&self) -> Vec<String> {
        self.fake.as_ref().map(Fake::unused).unwrap_or_default()
    }
}

/// The main role, and all that the descriptor declares.
fn roles_of(descriptor: &Descriptor) -> Vec<Role> {
    let declared = descriptor.roles.keys().filter(|role| !role.is_main()).cloned();
    std::iter::once(Role::main()).chain(declared).collect()
}

fn service_of(case: &Case, descriptor: &Descriptor) -> String {
    let declared = descriptor.services.first().map(|service| service.as_str().to_owned());
    case.service.clone().or(declared).unwrap_or_else(|| descriptor.name.clone())
}

fn environment_of(
    case: &Case,
    descriptor: &Descriptor,
    component: &Path,
    folder: &Path,
    roles: &[Role],
    service: &str,
) -> Table {
    let text = |text: String| Value::String(text);
    let endpoint = |role: &Role| {
        let url = format!("unix://{}", fake::socket_of(folder, role).display());
        (role.to_string(), Value::Table(Table::from_iter([("url".to_owned(), text(url))])))
    };
    let others = roles.iter().filter(|role| !role.is_main());
    let others: Table = others.map(|role| (role.to_string(), text(role.to_string()))).collect();
    let needs = || descriptor.needs.iter().map(Grant::to_string).collect();
    let grants: Vec<String> = case.grants.clone().unwrap_or_else(needs);
    let mut probe = Table::from_iter([
        ("plugin".to_owned(), text(component.display().to_string())),
        ("service".to_owned(), text(service.to_owned())),
        ("endpoint".to_owned(), text(Role::main().to_string())),
        ("grants".to_owned(), Value::Array(grants.into_iter().map(text).collect())),
        ("config".to_owned(), Value::Table(case.config.clone())),
        ("limits".to_owned(), Value::Table(case.limits.clone())),
    ]);
    if !others.is_empty() {
        probe.insert("endpoints".to_owned(), Value::Table(others));
    }
    let containers = Table::from_iter([
        ("socket".to_owned(), text(format!("unix://{}", fake::engine_in(folder).display()))),
        ("project".to_owned(), text(fake::PROJECT.to_owned())),
    ]);
    let name = case.probe.clone().unwrap_or_else(|| descriptor.name.clone());
    Table::from_iter([
        ("endpoints".to_owned(), Value::Table(roles.iter().map(endpoint).collect())),
        ("containers".to_owned(), Value::Table(containers)),
        ("probes".to_owned(), Value::Table(Table::from_iter([(name, Value::Table(probe))]))),
    ])
}

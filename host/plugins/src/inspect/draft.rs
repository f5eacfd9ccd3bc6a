//! The lines that a plugin would take in an environment which does not use it yet.

use std::path::{Component, Path, PathBuf};

use shipworthy_contract::{Role, text::excerpt};

use super::{
    ConfigKeys, Inspected, config_keys,
    held::{all_roles, is_required},
};
use crate::{
    Descriptor, Environment,
    environment::PluginSource,
    files,
    grants::{Mark, key, listed, quoted},
};

/// Longest description of a role in a comment, in characters.
const LONGEST: usize = 200;

/// A `[probes.NAME]` to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The lines, as they are to be pasted.
    pub text: String,
    /// Endpoints that the lines name and the environment does not have.
    pub new_endpoints: Vec<String>,
}

/// The lines that a plugin would take in an environment.
pub fn draft(inspected: &Inspected, environment: &Environment) -> Draft {
    let descriptor = &inspected.plugin.descriptor;
    let service = descriptor.services.first().map_or(descriptor.name.as_str(), |service| service.as_str());
    let probe = free_name(service, &descriptor.name, environment);
    let mut lines = vec![format!("[probes.{}]", key(&probe))];
    if descriptor.services.is_empty() {
        lines.push(format!("# service = \"NAME\" # what it looks at; without this line, {}", quoted(&probe)));
    } else if probe != service {
        lines.push(format!("service = {}", quoted(service)));
    }
    lines.push(format!("plugin = {}", quoted(&plugin(&inspected.source, &environment.file))));
    let mut new_endpoints = Vec::new();
    for role in all_roles(descriptor) {
        let endpoint = if role.is_main() { service.to_owned() } else { format!("{service}-{role}") };
        let required = is_required(descriptor, &role);
        lines.push(endpoint_line(descriptor, &role, &endpoint, required));
        if required && !environment.endpoints.contains_key(&endpoint) {
            new_endpoints.push(endpoint);
        }
    }
    // A bundled plugin has what it declares, unless a list says otherwise.
    if !inspected.plugin.bundled && !descriptor.needs.is_empty() {
        let mark = |need| if descriptor.is_optional(need) { Mark::Optional } else { Mark::Kept };
        lines.push(listed(descriptor.needs.iter().map(|need| (need, mark(need)))));
    }
    lines.extend(config_line(descriptor));
    Draft { text: lines.join("\n"), new_endpoints }
}

fn endpoint_line(descriptor: &Descriptor, role: &Role, endpoint: &str, required: bool) -> String {
    let key = if role.is_main() { "endpoint".to_owned() } else { format!("endpoints.{}", key(role.as_str())) };
    let (before, optional) = if required { ("", "") } else { ("# ", "optional: ") };
    let described = descriptor.roles.get(role).map_or_else(|| "where it answers".into(), |text| excerpt(text, LONGEST));
    format!("{before}{key} = {} # {optional}{described}", quoted(endpoint))
}

fn config_line(descriptor: &Descriptor) -> Option<String> {
    let ConfigKeys::Named(keys) = config_keys(descriptor.config.as_ref()) else { return None };
    let keys: Vec<String> = keys.iter().filter(|key| key.required).map(|key| excerpt(&key.key, LONGEST)).collect();
    (!keys.is_empty()).then(|| format!("# config = {{ ... }} # must have: {}", excerpt(&keys.join(", "), LONGEST)))
}

/// A name that no probe of the environment has: its service's, its plugin's, or one with a number.
fn free_name(service: &str, plugin: &str, environment: &Environment) -> String {
    let is_free = |name: &str| environment.probes.iter().all(|probe| probe.name != name);
    let numbered = (2..).map(|number| format!("{plugin}-{number}"));
    [service.to_owned(), plugin.to_owned()]
        .into_iter()
        .chain(numbered)
        .find(|name| is_free(name))
        .unwrap_or_else(|| plugin.to_owned())
}

/// As `plugin` names it: a file from the environment's folder.
fn plugin(source: &PluginSource, environment: &Path) -> String {
    match source {
        PluginSource::Builtin(name) => format!("builtin:{name}"),
        PluginSource::Oci(reference) => reference.to_string(),
        PluginSource::File(path) => {
            let folder = environment.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = files::identity(folder.unwrap_or(Path::new(".")));
            relative(&files::identity(path), &folder).display().to_string()
        }
    }
}

/// Most steps up in a relative path that is still easier to read than an absolute one.
const MOST_STEPS_UP: usize = 4;

/// A path from a folder, both resolved.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let common = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().count().saturating_sub(common);
    if common == 0 || up > MOST_STEPS_UP {
        return path.to_owned();
    }
    std::iter::repeat_n(Component::ParentDir, up).chain(path.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_environments_folder() {
        for (path, folder, expected) in [
            ("/a/e/own.wasm", "/a/e", "own.wasm"),
            ("/a/plugins/own.wasm", "/a/environments", "../plugins/own.wasm"),
            ("/b/own.wasm", "/a/e", "../../b/own.wasm"),
            ("/b/own.wasm", "/1/2/3/4/5", "/b/own.wasm"),
            ("own.wasm", "/a", "own.wasm"),
        ] {
            assert_eq!(relative(Path::new(path), Path::new(folder)), Path::new(expected));
        }
    }

    #[test]
    fn a_name_with_a_dot_is_one_key() {
        assert_eq!((key("a-b_1").as_str(), key("a.b").as_str()), ("a-b_1", "\"a.b\""));
    }
}

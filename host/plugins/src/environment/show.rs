//! Everything that is in force, and where each value comes from: `env show`.

use shipworthy_contract::{
    Role,
    explain::Place,
    quantity::{Bytes, Span},
    redact,
    secret::MASK,
};

use super::{Environment, Limits, Written};
use crate::{
    document::{Item, Sources, Value},
    masking::{is_secret_path, mask_userinfo},
};

/// One value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key: `probes.agent.limits.memory`.
    pub key: String,
    /// Its value as TOML writes it; secrets as references, or masked.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is written there.
    Written(Place),
    /// Nobody wrote it.
    Default,
}

/// Everything in force: top-level keys, then the tables, each in written order, followed by the defaults.
pub fn show(environment: &Environment) -> Vec<Setting> {
    let Written { sources, document } = &environment.written;
    let mut settings = Vec::new();
    for entry in document.entries().iter().filter(|entry| entry.key != "extends") {
        let mut path = vec![entry.key.clone()];
        written(sources, &mut path, &entry.item, &mut settings);
    }
    for (key, value) in defaults(environment) {
        if !settings.iter().any(|setting| setting.key == key) {
            let key = redact::text(&key).into_owned();
            settings.push(Setting { key, value, origin: Origin::Default });
        }
    }
    // Stable, so that within its table what was written keeps its order, with the defaults behind it.
    settings.sort_by_key(|setting| rank(&setting.key));
    settings
}

/// The settings of an item: one for each value, a list of plain values being one.
fn written(sources: &Sources, path: &mut Vec<String>, item: &Item, settings: &mut Vec<Setting>) {
    match &item.value {
        Value::Table(entries) if !entries.is_empty() => {
            for entry in entries {
                path.push(entry.key.clone());
                written(sources, path, &entry.item, settings);
                path.pop();
            }
        }
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Table(_))) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                written(sources, path, item, settings);
                path.pop();
            }
        }
        _ => {
            let key = path.iter().map(|part| quoted(part)).collect::<Vec<_>>().join(".");
            let hidden = is_secret_path(path) && !is_reference(path);
            let hidden = hidden || is_secret_fact(path);
            let value =
                if hidden { MASK.to_owned() } else { redact::text(&mask_userinfo(&in_toml(item))).into_owned() };
            settings.push(Setting { key, value, origin: Origin::Written(sources.place(item.spot)) });
        }
    }
}

/// `endpoints.X.headers.NAME.env` and `.file` say where a secret is, and are shown.
fn is_reference(path: &[String]) -> bool {
    match path {
        [endpoints, _, headers, _, reference] => {
            endpoints == "endpoints" && headers == "headers" && (reference == "env" || reference == "file")
        }
        _ => false,
    }
}

/// `requirements.services.X.facts.NAME` and a probe's `config`: names that somebody outside chose.
fn is_secret_fact(path: &[String]) -> bool {
    let is_fact = path.iter().rev().nth(1).is_some_and(|table| table == "facts");
    is_fact && path.last().is_some_and(|name| redact::is_secret_key(name))
}

/// A key as TOML writes it.
fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare { key.to_owned() } else { text_in_toml(key) }
}

/// A value as TOML writes it, in one line.
fn in_toml(item: &Item) -> String {
    match &item.value {
        Value::Text(text) => text_in_toml(text),
        Value::Table(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{} = {}", quoted(&entry.key), in_toml(&entry.item))).collect();
            if entries.is_empty() { "{ }".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Value::List(items) => format!("[{}]", items.iter().map(in_toml).collect::<Vec<_>>().join(", ")),
        Value::Integer(..) | Value::Float(..) | Value::Boolean(_) | Value::Date(_) => item.scalar().unwrap_or_default(),
    }
}

/// A basic string of TOML. Control characters are escaped, so that the line can be shown.
fn text_in_toml(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.extend(["\\u".to_owned(), format!("{:04X}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What is in force without being written.
fn defaults(environment: &Environment) -> Vec<(String, String)> {
    let text = |text: &str| text_in_toml(text);
    let span = |duration| text_in_toml(&Span(duration).to_string());
    let mut defaults = vec![
        ("policy".to_owned(), text("strict")),
        ("deadline".to_owned(), span(environment.deadline)),
        ("payload.contract".to_owned(), text("auto")),
        ("payload.require_tree".to_owned(), "false".to_owned()),
    ];
    let limits = environment.payload.limits;
    for (key, bytes) in [
        ("document", limits.document_bytes),
        ("file", limits.file_bytes),
        ("tree", limits.tree_bytes),
        ("sums", limits.sums_bytes),
    ] {
        defaults.push((format!("payload.limits.{key}"), text(&Bytes(bytes).to_string())));
    }
    for (key, count) in [
        ("nesting", limits.depth.to_string()),
        ("nodes", limits.nodes.to_string()),
        ("files", limits.tree_files.to_string()),
        ("folders", limits.folders.to_string()),
    ] {
        defaults.push((format!("payload.limits.{key}"), count));
    }
    for name in environment.endpoints.keys() {
        defaults.push((format!("endpoints.{}.http2", quoted(name)), text("auto")));
    }
    for probe in &environment.probes {
        let key = |key: &str| format!("probes.{}.{key}", quoted(&probe.name));
        defaults.push((key("service"), text(probe.service.as_str())));
        if let Some(main) = probe.endpoints.get(&Role::main()) {
            defaults.push((key("endpoint"), text(main)));
        }
        let Limits { memory, deadline, request, response, log, requests, compile_time, compile_memory } = probe.limits;
        defaults.push((key("limits.memory"), text(&memory.to_string())));
        defaults.push((key("limits.deadline"), span(deadline)));
        defaults.push((key("limits.request"), span(request)));
        defaults.push((key("limits.response"), text(&response.to_string())));
        defaults.push((key("limits.log"), text(&log.to_string())));
        defaults.push((key("limits.requests"), requests.to_string()));
        defaults.push((key("limits.compile_time"), span(compile_time)));
        defaults.push((key("limits.compile_memory"), text(&compile_memory.to_string())));
        if let Some(retry) = probe.retry {
            defaults.push((key("retry.every"), span(retry.every)));
        }
    }
    defaults
}

/// The order of the tables, and within endpoints and probes that of their names.
fn rank(key: &str) -> (usize, String) {
    const TABLES: [&str; 10] = [
        "policy",
        "deadline",
        "payload",
        "requirements",
        "endpoints",
        "containers",
        "probes",
        "trust",
        "registries",
        "waivers",
    ];
    let mut parts = key.split('.');
    let table = parts.next().unwrap_or_default();
    let rank = TABLES.iter().position(|known| *known == table).unwrap_or(TABLES.len());
    let name = if matches!(table, "endpoints" | "probes") { parts.next().unwrap_or_default() } else { "" };
    (rank, name.to_owned())
}

//! A plugin for machines: `plugin inspect --format json`.

use serde::Serialize;
use shipworthy_contract::{Sha256, grant::Grant, text::excerpt};

use super::{Descriptor, Draft, Import, Plugin, Probe};
use crate::json::pretty;

/// The format, in its field `schema`.
const SCHEMA: &str = "shipworthy.plugin/1";

/// Longest name of an import or export that is told, in characters: a component may have one of megabytes.
const LONGEST: usize = 300;

/// What has no answer without an environment is null.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    file: &'a str,
    size_bytes: u64,
    sha256: Sha256,
    wit_version: &'a str,
    imports: Vec<Import>,
    extra_exports: Vec<String>,
    descriptor: &'a Descriptor,
    descriptor_from: &'static str,
    descriptor_file: Option<&'a str>,
    needs: Vec<NeedRecord<'a>>,
    environment: Option<EnvironmentRecord<'a>>,
    probes: Option<&'a [Probe]>,
    draft: Option<&'a Draft>,
}

#[derive(Serialize)]
struct NeedRecord<'a> {
    line: &'a Grant,
    optional: bool,
}

#[derive(Serialize)]
struct EnvironmentRecord<'a> {
    name: &'a str,
    file: &'a str,
}

/// A plugin as indented JSON with a line break at its end.
pub fn render(plugin: &Plugin) -> String {
    let descriptor = &plugin.descriptor;
    let need = |line| NeedRecord { line, optional: descriptor.optional.contains(line) };
    let import = |import: &Import| Import { name: excerpt(&import.name, LONGEST), kind: import.kind };
    let held = plugin.held.as_ref();
    pretty(&Document {
        schema: SCHEMA,
        file: &plugin.file,
        size_bytes: plugin.size_bytes,
        sha256: plugin.sha256,
        wit_version: &plugin.wit_version,
        imports: plugin.imports.iter().map(import).collect(),
        extra_exports: plugin.extra_exports.iter().map(|name| excerpt(name, LONGEST)).collect(),
        descriptor,
        descriptor_from: if plugin.descriptor_file.is_some() { "file" } else { "section" },
        descriptor_file: plugin.descriptor_file.as_deref(),
        needs: descriptor.needs.iter().map(need).collect(),
        environment: held.map(|held| EnvironmentRecord { name: &held.environment, file: &held.file }),
        probes: held.map(|held| held.probes.as_slice()),
        draft: held.and_then(|held| held.draft.as_ref()),
    })
}

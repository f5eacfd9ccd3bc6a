//! A component as a standard Wasm OCI artifact (CNCF TAG Runtime, "Wasm OCI Artifact layout"; `wkg` writes and reads it).

use serde::Serialize;
use serde_json::Map;
use shipworthy_contract::wit::{GUEST, PACKAGE};
use shipworthy_plugins::{Descriptor as Plugin, component};

use crate::{
    Problem,
    manifest::{Descriptor, IMAGE, Manifest, TITLE, WASM, WASM_CONFIG},
};

/// When it was made, by its own word: always the same, so that the same bytes have the same digest wherever and
/// whenever they are pushed.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// The config, in the shape that `wkg` gives it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: &'static str,
    author: Option<&'a str>,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [&'a str; 1],
    component: Names<'a>,
}

#[derive(Serialize)]
struct Names<'a> {
    exports: Vec<&'a str>,
    imports: Vec<&'a str>,
    target: Option<&'a str>,
}

/// What is pushed for one component.
pub(crate) struct Artifact {
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
    pub(crate) layer: Descriptor,
}

/// The artifact of a component that carries its descriptor.
pub(crate) fn of(component: &[u8]) -> Result<Artifact, Problem> {
    let inspection = component::inspect(component).map_err(Problem::Component)?;
    let Some(plugin) = &inspection.descriptor else { return Err(Problem::NoDescriptor) };
    let layer = Descriptor::of(WASM, component).with(TITLE, &format!("{}.wasm", plugin.name));
    let guest = format!("{PACKAGE}/{GUEST}@{}", inspection.wit_version);
    let mut exports: Vec<&str> = inspection.extra_exports.iter().map(String::as_str).chain([guest.as_str()]).collect();
    exports.sort_unstable();
    let config = Config {
        created: CREATED,
        author: None,
        architecture: "wasm",
        os: "wasip2",
        layer_digests: [&layer.digest],
        component: Names {
            exports,
            imports: inspection.imports.iter().map(|import| import.name.as_str()).collect(),
            target: None,
        },
    };
    let config = written(&config)?;
    let manifest = Manifest {
        schema_version: 2,
        media_type: IMAGE.to_owned(),
        artifact_type: None,
        config: Descriptor::of(WASM_CONFIG, &config),
        layers: vec![layer.clone()],
        subject: None,
        annotations: annotations(plugin),
    };
    Ok(Artifact { manifest: written(&manifest)?, config, layer })
}

fn annotations(plugin: &Plugin) -> Map<String, serde_json::Value> {
    let mut annotations = Map::new();
    annotations.insert(TITLE.to_owned(), plugin.name.clone().into());
    annotations.insert("org.opencontainers.image.version".to_owned(), plugin.version.clone().into());
    if !plugin.services.is_empty() {
        let services: Vec<String> = plugin.services.iter().map(ToString::to_string).collect();
        let description = format!("Shipworthy probe for {}", services.join(", "));
        annotations.insert("org.opencontainers.image.description".to_owned(), description.into());
    }
    annotations
}

/// As JSON. What is written here has no map with other keys than text, and so is always JSON.
pub(crate) fn written(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Problem::Malformed(error.to_string()))
}

//! Where plugins come from.

use shipworthy_contract::Sha256;
use std::sync::Arc;

use shipworthy_plugins::{Bundled, Environment, Plugin, PluginError, source::Finder};

use shipworthy_plugins::registry::Nobody;

use crate::support::{Folder, told};

/// A component that exports what a probe is called by, and nothing else.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0\x0b\x22\x01\0\x1cshipworthy:probe/guest@0.1.0\x05\0\0";
/// Any day.
const TODAY: time::Date = time::macros::date!(2026 - 12 - 04);
const DESCRIPTOR: &str = r#"{ "name": "own", "version": "1.0.0" }"#;

fn bundled() -> Vec<Bundled> {
    let sha256 = Sha256::of(COMPONENT);
    vec![Bundled { name: "gateway", component: COMPONENT, sha256, descriptor: DESCRIPTOR }]
}

struct Case {
    folder: Folder,
    environment: Environment,
}

impl Case {
    #[expect(clippy::disallowed_methods, reason = "sets up what is read")]
    fn new(plugin: &str, keys: &str, files: &[(&str, &[u8])]) -> Self {
        let text = format!("[probes.a]\nplugin = \"{plugin}\"\n{keys}");
        let folder = Folder::new(&[("env/e.toml", &text)]);
        for (name, bytes) in files {
            std::fs::write(folder.file(name), bytes).unwrap();
        }
        let environment = folder.load("env/e.toml").unwrap();
        Self { folder, environment }
    }

    fn found(&self) -> Result<Arc<Plugin>, PluginError> {
        Finder::new(&self.environment, &bundled(), &Nobody, TODAY).resolve(&self.environment.probes[0])
    }

    fn told(&self) -> String {
        let error: PluginError = self.found().unwrap_err();
        self.folder.clean(&told(&error))
    }
}

#[test]
fn a_bundled_plugin_is_taken_from_the_binary() {
    let sha256 = Sha256::of(COMPONENT);
    let case = Case::new("builtin:gateway", &format!("sha256 = \"{sha256}\""), &[]);
    let plugin = case.found().unwrap();
    assert!(plugin.bundled);
    assert_eq!((plugin.source.as_str(), plugin.sha256), ("builtin:gateway", sha256));
}

#[test]
fn a_file_is_a_plugin_with_its_descriptor_beside_it() {
    let case = Case::new(
        "../own.wasm",
        &format!("sha256 = \"{}\"", Sha256::of(COMPONENT)),
        &[("own.wasm", COMPONENT), ("own.probe.json", DESCRIPTOR.as_bytes())],
    );
    let plugin = case.found().unwrap();
    assert!(!plugin.bundled);
    assert_eq!(&*plugin.bytes, COMPONENT);
    assert_eq!((plugin.descriptor.name.as_str(), plugin.sha256), ("own", Sha256::of(COMPONENT)));
}

#[test]
fn every_plugin_that_is_not_to_be_had_is_told() {
    let pin = format!("sha256 = \"{}\"", Sha256::of(b"another"));
    let digest = Sha256::of(b"");
    let foreign: &[u8] = b"\0asm\x0d\0\x01\0\x0a\x08\x01\0\x03env\x05\0";
    let cases = [
        Case::new("builtin:gatway", "", &[]),
        Case::new("builtin:zzz", "", &[]),
        Case::new(&format!("oci://registry.example/probes/own@sha256:{digest}"), "", &[]),
        Case::new("none.wasm", "", &[]),
        Case::new("..", "", &[]),
        Case::new("builtin:gateway", &pin, &[]),
        Case::new("own.wasm", &pin, &[("env/own.wasm", COMPONENT)]),
        Case::new("own.wasm", "", &[("env/own.wasm", b"\0asm\x01\0\0\0")]),
        Case::new("own.wasm", "", &[("env/own.wasm", foreign)]),
        Case::new("own.wasm", "", &[("env/own.wasm", COMPONENT)]),
        Case::new("own.wasm", "", &[("env/own.wasm", COMPONENT), ("env/own.probe.json", b"{}")]),
    ];
    let page: Vec<String> = cases.iter().map(Case::told).collect();
    insta::assert_snapshot!(page.join("\n"));
}

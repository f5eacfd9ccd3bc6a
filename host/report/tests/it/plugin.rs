//! `plugin inspect`, as it reads.

#![expect(clippy::panic, reason = "a helper of tests may panic as a test may")]

use std::collections::BTreeMap;

use shipworthy_contract::{Severity, Sha256, grant::Grant};
use shipworthy_report::{
    Look,
    plugin::{
        ConfigKey, Descriptor, Draft, Held, Import, ImportKind, Need, NeedState, OwnRule, Plugin, Probe, RoleOf, json,
        render,
    },
};

const LOOK: Look = Look { color: false, unicode: true, width: 80, plain: false };

fn grant(line: &str) -> Grant {
    line.parse().unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn word<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// A plugin with every part, all of whose texts are this one.
fn plugin(text: &str, need: &str) -> Plugin {
    let import = |kind| Import { name: format!("{text}/x@0.2.0"), kind };
    let key = |required| ConfigKey {
        key: text.to_owned(),
        required,
        kind: Some(text.to_owned()),
        description: Some(text.to_owned()),
    };
    let probe = Probe {
        probe: "orders".to_owned(),
        service: word("orders"),
        usable: false,
        same_descriptor: false,
        needs: vec![
            Need { line: grant("http GET /info"), optional: false, state: NeedState::Granted },
            Need { line: grant(need), optional: false, state: NeedState::NotGranted },
            Need { line: grant(need), optional: true, state: NeedState::NotGranted },
            Need { line: grant("http GET /a"), optional: false, state: NeedState::NoEndpoint },
            Need { line: grant("http@metrics GET /a"), optional: true, state: NeedState::NoEndpoint },
        ],
        roles: vec![
            RoleOf { role: word("main"), endpoint: Some(text.to_owned()), required: true },
            RoleOf { role: word("metrics"), endpoint: None, required: false },
            RoleOf { role: word("admin"), endpoint: None, required: true },
        ],
        unneeded_grants: vec![grant("logs .")],
        grants_to_write: Some(format!("grants = [\n    \"{}\", # missing\n]", text.replace(['"', '\\', '\n'], ""))),
        errors: vec![text.to_owned()],
    };
    let unreadable = Probe { needs: Vec::new(), roles: Vec::new(), grants_to_write: None, ..probe.clone() };
    Plugin {
        file: text.to_owned(),
        size_bytes: 137_216,
        sha256: Sha256::of(b""),
        wit_version: "0.1.0".to_owned(),
        imports: [ImportKind::Shipworthy, ImportKind::Wasi, ImportKind::Stubbed].map(import).to_vec(),
        extra_exports: vec![text.to_owned()],
        descriptor: Descriptor {
            name: "orders".to_owned(),
            version: "1.0.0".to_owned(),
            services: vec![word("orders")],
            roles: BTreeMap::from([(word("main"), text.to_owned())]),
            needs: vec![grant("http GET /info"), grant(need)],
            optional: vec![grant(need)],
            rules: vec![OwnRule {
                name: "short".to_owned(),
                severity: Severity::Warn,
                summary: text.to_owned(),
                hint: None,
            }],
            config: Some(serde_json::json!({ text: text })),
        },
        descriptor_file: Some(text.to_owned()),
        config_keys: Some(vec![key(true), key(false)]),
        held: Some(Held {
            environment: "staging".to_owned(),
            file: "environments/staging.toml".to_owned(),
            probes: vec![probe, unreadable],
            draft: Some(Draft { text: format!("[probes.a]\n# {text}"), new_endpoints: vec![text.to_owned()] }),
        }),
    }
}

#[test]
fn the_page_reads_so() {
    insta::assert_snapshot!(render(&plugin("its own words", "env . TAG"), &LOOK));
}

#[test]
fn machines_read_the_same() {
    insta::assert_snapshot!(json(&plugin("its own words", "env . TAG")));
}

#[test]
fn a_plugin_that_takes_nothing_says_so() {
    let mut plugin = plugin("x", "env . TAG");
    plugin.held = None;
    plugin.config_keys = Some(Vec::new());
    plugin.descriptor_file = None;
    plugin.extra_exports = Vec::new();
    plugin.imports = Vec::new();
    let descriptor = &mut plugin.descriptor;
    (descriptor.needs, descriptor.rules, descriptor.config) = (Vec::new(), Vec::new(), None);
    descriptor.services = Vec::new();
    descriptor.roles = BTreeMap::new();
    insta::assert_snapshot!(render(&plugin, &Look { width: 40, unicode: false, ..LOOK }), @r"
    orders 1.0.0
    ------------
    file        x
    size        137216 bytes (134.0 KiB)
    sha256      e3b0c44298fc1c149afbf4c8996f
                b92427ae41e4649b934ca495991b
                7852b855
    built for   shipworthy:probe 0.1.0
    descriptor  a section of the component
    services    any

    needs
      nothing

    config
      takes none

    imports
      nothing
    ");
    let value: serde_json::Value = serde_json::from_str(&json(&plugin)).unwrap_or_default();
    for absent in ["environment", "probes", "draft", "descriptor_file"] {
        assert!(value.get(absent).is_some_and(serde_json::Value::is_null), "{absent}: {value}");
    }
}

#[test]
fn hostile_text_is_shown_as_text_and_bounded() {
    let hostile = "\u{1b}[31mred\u{1b}]8;;http://x\u{7}\r\n::error::gotcha\r##[error]no ##vso[task]x \u{202e}e\u{9b}2J";
    let need = "label . \u{1b}]0;t\u{7}\u{202e}##[error]x";
    for text in [hostile.to_owned(), format!("::error::{hostile}"), hostile.repeat(10_000)] {
        let plugin = plugin(&text, need);
        for page in [render(&plugin, &LOOK), json(&plugin)] {
            for line in page.lines() {
                assert!(!line.trim_start().starts_with("::"), "{line:?}");
                assert!(!line.contains("##[") && !line.contains("##vso["), "{line:?}");
                assert!(!line.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{line:?}");
            }
        }
        let length = render(&plugin, &LOOK).len();
        assert!(length < 100_000, "{length}");
    }
}

//! A probe's config against its plugin's schema.

use std::borrow::Cow;

use shipworthy_contract::Sha256;
use shipworthy_plugins::{Descriptor, Plugin, config::Schemas};

use crate::support::{probe, told};

fn check(schema: &str, config: &str) -> Result<(), String> {
    let schema = if schema.is_empty() { String::new() } else { format!(", \"config\": {schema}") };
    let descriptor = Descriptor::parse(&format!("{{ \"name\": \"http\", \"version\": \"1.0.0\"{schema} }}")).unwrap();
    let probe = probe(&format!("[probes.a]\nplugin = \"x\"\nconfig = {config}"));
    let plugin = |bundled| Plugin {
        beside: None,
        bytes: Cow::Borrowed(b""),
        sha256: Sha256::of(b""),
        descriptor: descriptor.clone(),
        bundled,
        source: String::new(),
    };
    let judged = |bundled| {
        Schemas::default().validate(&plugin(bundled), &probe).map_err(|error| {
            let told = told(&error);
            told.split_once("e.toml").map_or(told.clone(), |(_, rest)| format!("e.toml{rest}"))
        })
    };
    assert_eq!(judged(true), judged(false), "bundled or not, a config is judged alike");
    judged(false)
}

#[test]
fn a_config_that_fits_passes() {
    for (schema, config) in [
        ("", "{}"),
        (r#"{ "type": "object" }"#, "{ anything = 1 }"),
        (
            r#"{ "properties": { "paths": { "type": "array", "items": { "type": "string" } } } }"#,
            "{ paths = [\"/a\"] }",
        ),
        (r#"{ "properties": { "at": { "type": "string", "format": "date" } } }"#, "{ at = 2026-12-04 }"),
    ] {
        assert_eq!(check(schema, config), Ok(()), "{schema} {config}");
    }
}

#[test]
fn what_does_not_fit_is_told_with_pointer_expected_and_found() {
    let schema = r#"{ "type": "object", "required": ["path"], "additionalProperties": false,
        "properties": { "path": { "type": "string", "pattern": "^/" }, "status": { "type": "integer", "minimum": 100 },
          "kind": { "enum": ["a", "b"] }, "token": { "type": "integer" }, "list": { "type": "array", "maxItems": 1 } } }"#;
    let cases = [
        check("", "{ x = 1 }"),
        check(schema, "{}"),
        check(schema, "{ path = \"a\" }"),
        check(schema, "{ path = 1 }"),
        check(schema, "{ path = \"/\", status = 99, kind = \"c\", list = [1, 2], pth = 1 }"),
        check(schema, "{ path = \"/\", token = \"hunter2\" }"),
    ];
    let page: Vec<String> = cases.into_iter().map(Result::unwrap_err).collect();
    assert!(!page.concat().contains("hunter2"), "{page:?}");
    insta::assert_snapshot!(page.join("\n"));
}

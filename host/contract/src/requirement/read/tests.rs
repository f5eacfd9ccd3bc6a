use serde_json::{Value, json};

use super::*;

/// A document as JSON, so that a table's row is one line. Values stand at line 1, keys at line 2.
fn node(value: &Value) -> Node {
    let value = match value {
        Value::Null => NodeValue::Null,
        Value::Bool(boolean) => NodeValue::Scalar(boolean.to_string()),
        Value::Number(number) => NodeValue::Scalar(number.to_string()),
        Value::String(text) => NodeValue::Scalar(text.clone()),
        Value::Array(items) => NodeValue::Sequence(items.iter().map(node).collect()),
        Value::Object(map) => {
            let key = |text: &String| Key { text: text.clone(), at: Position { line: 2, column: 3 } };
            NodeValue::Mapping(map.iter().map(|(name, value)| (key(name), node(value))).collect())
        }
    };
    Node { at: Position { line: 1, column: 1 }, value }
}

fn read_json(value: &Value, demand: Demand) -> (Requirement, Vec<ShapeFault>) {
    read(&node(value), Source::Artifact { file: "artifact.yml".to_owned(), field: "runtime_stack".to_owned() }, demand)
}

/// Each fault as `field: message`.
fn faults(value: &Value, demand: Demand) -> Vec<String> {
    read_json(value, demand).1.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect()
}

fn service_faults(service: &Value) -> Vec<String> {
    let document = json!({ "services": { "gateway": service } });
    let strip = |fault: String| fault.trim_start_matches("services.gateway").trim_start_matches('.').to_owned();
    faults(&document, Demand::Nothing).into_iter().map(strip).collect()
}

#[test]
fn a_whole_requirement_is_read_and_trimmed() {
    let digest = Sha256::of(b"hook");
    let document = json!({
        "api_version": " 1.0 ", "mode": " docker ", "esb_version": " v1 ",
        "services": { "gateway": {
            "version": ">=2.0, <3", "release": 7, "api_version": 1, "mode": "containerd",
            "capabilities": ["route:/health", " invoke "],
            "sha256": { "sitecustomize.py": digest.to_string(), "trace_bridge.py": [digest.to_string()] },
            "facts": { "containers": "<= 100", "tls": true, "colour": " blue ", "mode": "docker", "ratio": "=0.5" },
        } },
    });
    let (read, faults) = read_json(&document, Demand::All);
    assert_eq!(faults, []);
    assert_eq!(read.api_version.unwrap().value, ApiVersion { major: 1, minor: 0 });
    assert_eq!(read.mode.unwrap().value, Mode::Docker);
    assert_eq!(read.release.unwrap().value, "v1");
    let gateway = &read.services[&"gateway".parse::<Service>().unwrap()];
    assert_eq!(gateway.version.as_ref().unwrap().value.to_string(), ">=2.0, <3");
    assert_eq!(gateway.release.as_ref().unwrap().value, "7");
    assert_eq!(gateway.api_version.as_ref().unwrap().value, ApiVersion { major: 1, minor: 0 });
    assert_eq!(gateway.mode.as_ref().unwrap().value, Mode::Containerd);
    let capabilities: Vec<_> = gateway.capabilities.iter().map(|wanted| wanted.value.as_str()).collect();
    assert_eq!(capabilities, ["route:/health", "invoke"]);
    assert!(gateway.sha256.values().all(|wanted| wanted.value == [digest]));
    let facts: Vec<_> = gateway.facts.iter().map(|(key, wanted)| (key.as_str(), wanted.value.clone())).collect();
    let equal = |text: &str| FactRequirement::Equal(text.to_owned());
    assert_eq!(
        facts,
        [
            ("colour", equal("blue")),
            ("containers", FactRequirement::Number(Comparison::AtMost, 100.0)),
            ("mode", equal("docker")),
            ("ratio", FactRequirement::Number(Comparison::Equal, 0.5)),
            ("tls", equal("true")),
        ]
    );
}

#[test]
fn each_generation_demands_its_own_fields() {
    let missing = |names: &[&str]| names.iter().map(|name| format!("{name}: `{name}` is missing")).collect::<Vec<_>>();
    for (demand, names) in [
        (Demand::All, &["api_version", "mode", "esb_version"][..]),
        (Demand::AllButRelease, &["api_version", "mode"]),
        (Demand::Nothing, &[]),
    ] {
        assert_eq!(faults(&json!({}), demand), missing(names), "{demand:?}");
    }
}

#[test]
fn a_blank_is_a_fault_unless_a_manifest_may_leave_it_out() {
    let blank = |field: &str| vec![format!("{field}: the value is blank")];
    for empty in [json!(null), json!(""), json!("  ")] {
        let document = json!({ "api_version": "1.0", "mode": "docker", "esb_version": empty });
        assert_eq!(faults(&document, Demand::All), blank("esb_version"));
        assert_eq!(faults(&document, Demand::AllButRelease), [] as [&str; 0]);
        assert_eq!(faults(&document, Demand::Nothing), blank("esb_version"));
        assert_eq!(faults(&json!({ "mode": empty }), Demand::Nothing), blank("mode"));
        assert_eq!(service_faults(&json!({ "version": empty })), blank("version"));
        assert_eq!(service_faults(&json!({ "facts": { "x": empty } })), blank("facts.x"));
    }
}

#[test]
fn every_wrong_shape_is_a_fault_of_its_own() {
    for (document, expected) in [
        (json!("x"), ": expected a map, found text"),
        (json!(null), ": expected a map, found nothing"),
        (json!([]), ": expected a map, found a list"),
        (json!({ "api_version": "1." }), "api_version: not an api version"),
        (json!({ "api_version": [1] }), "api_version: expected text, found a list"),
        (json!({ "mode": "Docker" }), "mode: not a mode"),
        (json!({ "mode": "podman" }), "mode: not a mode"),
        (json!({ "mode": {} }), "mode: expected text, found a map"),
        (json!({ "esb_version": ["v1"] }), "esb_version: expected text, found a list"),
        (json!({ "services": null }), "services: expected a map, found nothing"),
        (json!({ "services": ["gateway"] }), "services: expected a map, found a list"),
        (json!({ "services": { "gateway": null } }), "services.gateway: expected a map, found nothing"),
        (json!({ "services": { "gateway": "2.0" } }), "services.gateway: expected a map, found text"),
    ] {
        assert_eq!(faults(&document, Demand::Nothing), [expected], "{document}");
    }
    let upper = Sha256::of(b"").to_string().to_uppercase();
    for (service, expected) in [
        (json!({ "version": {} }), "version: expected text, found a map"),
        (json!({ "capabilities": "invoke" }), "capabilities: expected a list of names, found text"),
        (json!({ "capabilities": null }), "capabilities: expected a list of names, found nothing"),
        (json!({ "capabilities": ["a", " "] }), "capabilities[1]: the value is blank"),
        (json!({ "capabilities": [["a"]] }), "capabilities[0]: expected text, found a list"),
        (json!({ "sha256": "x" }), "sha256: expected a map, found text"),
        (json!({ "sha256": { "a": upper } }), "sha256.a: not a SHA-256 digest"),
        (json!({ "sha256": { "a": [] } }), "sha256.a: no digest is allowed"),
        (json!({ "sha256": { "a": ["x"] } }), "sha256.a[0]: not a SHA-256 digest"),
        (json!({ "sha256": { " ": "x" } }), "sha256.: the name is blank"),
        (json!({ "facts": [] }), "facts: expected a map, found a list"),
        (json!({ "facts": { "n": [1] } }), "facts.n: expected text, found a list"),
        (json!({ "facts": { "n": "<many" } }), "facts.n: not a comparison with a number"),
        (json!({ "facts": { "n": ">=inf" } }), "facts.n: not a comparison with a number"),
        (json!({ "facts": { "mode": "DOCKER" } }), "facts.mode: not a mode"),
        (json!({ "facts": { "api-version": "one" } }), "facts.api-version: not an api version"),
    ] {
        assert_eq!(service_faults(&service), [expected], "{service}");
    }
    assert!(service_faults(&json!({ "version": ">=two" }))[0].starts_with("version: not a range of versions: "));
    assert!(faults(&json!({ "services": { "Gate way": {} } }), Demand::All)[3].contains("expected a name"));
}

#[test]
fn unknown_fields_are_faults_where_a_typo_would_open_the_gate() {
    let hint = |document: &Value, demand| read_json(document, demand).1.into_iter().find_map(|fault| fault.hint);
    let manifest = json!({ "api_version": "1.0", "mode": "docker", "esb_version": "v1", "zz": 1, "mdoe": [] });
    assert_eq!(faults(&manifest, Demand::All), [] as [&str; 0]);
    for (key, expected) in [
        ("mdoe", "did you mean `mode`?"),
        ("release", "did you mean `esb_version`?"),
        ("zz", "known are `api_version`, `mode`, `esb_version`, `services`"),
    ] {
        assert_eq!(hint(&json!({ key: 1 }), Demand::Nothing).as_deref(), Some(expected));
    }
    for (key, expected) in [
        ("verison", "did you mean `version`?"),
        ("api-version", "did you mean `api_version`?"),
        ("digests", "did you mean `sha256`?"),
        ("esb_version", "did you mean `release`?"),
    ] {
        let document = json!({ "services": { "gateway": { key: 1 } } });
        assert_eq!(hint(&document, Demand::Nothing).as_deref(), Some(expected));
        let fault = &read_json(&document, Demand::AllButRelease).1[2];
        assert_eq!((fault.at.line, fault.hint.as_deref()), (2, Some(expected)), "the key's own place");
    }
}

#[test]
fn all_faults_are_told_and_what_is_whole_is_kept() {
    let document = json!({
        "api_version": "2.0", "mode": "k8s",
        "services": { "agent": { "version": "1.2", "sha": 1 }, "gateway": { "facts": { "a": "<x", "b": "1" } } },
    });
    let (read, faults) = read_json(&document, Demand::All);
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["esb_version", "mode", "services.agent.sha", "services.gateway.facts.a"]);
    assert_eq!(read.api_version.unwrap().value.major, 2, "another major is well-formed");
    assert_eq!(read.services.len(), 2);
}

#[test]
fn hostile_values_are_cut_and_cleaned() {
    let document = json!({ "mode": format!("\u{1b}[31m{}", "x".repeat(10_000)), "\u{1b}]0;k\u{7}y": 1 });
    for fault in read_json(&document, Demand::Nothing).1 {
        let shown = format!("{}{}{}", fault.field, fault.message, fault.observed.unwrap_or_default());
        assert!(!shown.contains('\u{1b}') && shown.len() < 500, "{shown}");
    }
}

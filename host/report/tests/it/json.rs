//! The JSON report and its schema say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shipworthy_contract::{
    Class, Fault, Outcome, Policy, Report, Side,
    report::{self, Differing, ProjectSource},
    rules,
};
use shipworthy_report::{REPORT_SCHEMA, json};

use crate::samples;

fn schema() -> Value {
    serde_json::from_str(REPORT_SCHEMA).unwrap_or_default()
}

/// What the schema objects to in a report.
fn objections(report: &Value) -> Vec<String> {
    match jsonschema::validator_for(&schema()) {
        Ok(validator) => validator.iter_errors(report).map(|error| error.to_string()).collect(),
        Err(error) => vec![format!("the schema itself: {error}")],
    }
}

fn value(report: &Report) -> Value {
    serde_json::from_str(&json::render(report)).unwrap_or_default()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn every_report_is_valid() {
    for (name, report) in samples::all() {
        assert_eq!(objections(&value(&report)), [""; 0], "{name}");
    }
}

#[test]
fn what_no_report_has_is_refused() {
    type Spoil = fn(&mut Value);
    let spoils: [(&str, Spoil); 8] = [
        ("another format", |report| report["schema"] = json!("shipworthy.report/2")),
        ("an unknown field", |report| report["extra"] = json!(1)),
        ("an unknown field of a result", |report| report["results"][0]["extra"] = json!(1)),
        ("an unknown outcome", |report| report["results"][0]["outcome"] = json!("maybe")),
        ("an unknown rule", |report| report["results"][0]["rule"] = json!("payload.no-such")),
        ("exit 2", |report| report["exit_code"] = json!(2)),
        ("line 0", |report| report["results"][0]["location"]["line"] = json!(0)),
        ("no policy", |report| drop(report.as_object_mut().and_then(|report| report.remove("policy")))),
    ];
    for (what, spoil) in spoils {
        let mut report = value(&samples::complete());
        spoil(&mut report);
        assert_ne!(objections(&report), [""; 0], "{what}");
    }
}

#[test]
fn every_field_stands_in_the_schema() {
    let schema = schema();
    let report = value(&samples::complete());
    let defined = |name: &str| &schema["$defs"][name]["properties"];
    let result = &report["results"][0];
    for (what, value, properties) in [
        ("report", &report, &schema["properties"]),
        ("artifact", &report["artifact"], defined("artifact")),
        ("tree", &report["artifact"]["trees"][0], defined("tree")),
        ("environment", &report["environment"], defined("environment")),
        ("project", &report["environment"]["project"], defined("project")),
        ("recording", &report["recording"], defined("recording")),
        ("difference", &report["recording"]["differences"][0], defined("difference")),
        ("part", &report["part"], defined("part")),
        ("summary", &report["summary"], defined("summary")),
        ("result", result, defined("result")),
        ("plugin", &result["plugin"], defined("plugin")),
        ("location", &result["location"], defined("location")),
        ("evidence", &result["evidence"][0], defined("evidence")),
        ("frame", &result["stack"][0], defined("frame")),
        ("log line", &result["log"][0], defined("log_line")),
    ] {
        assert!(!keys(value).is_empty(), "{what}");
        assert_eq!(keys(value), keys(properties), "{what}");
    }
}

#[test]
fn every_word_stands_in_the_schema() {
    let schema = schema();
    let words = |name: &str| schema["$defs"][name]["enum"].clone();
    let by = &schema["$defs"]["project"]["properties"]["by"]["enum"];
    assert_eq!(*by, json!([ProjectSource::Environment, ProjectSource::Artifact, ProjectSource::Found]));
    let what = &schema["$defs"]["difference"]["properties"]["what"]["enum"];
    let differing =
        [Differing::Environment, Differing::Shipworthy, Differing::Probe, Differing::Plugin, Differing::Config];
    assert_eq!(*what, json!(differing));
    assert_eq!(words("outcome"), json!(Outcome::ALL));
    assert_eq!(words("class"), json!(Class::ALL));
    let faults = [Fault::Plugin, Fault::Host, Fault::Environment, Fault::Service, Fault::Artifact];
    assert_eq!(words("fault"), json!(faults));
    assert_eq!(words("side"), json!([Side::Payload, Side::Stack]));
    assert_eq!(words("policy"), json!([Policy::Strict, Policy::Warn]));
    let verdicts = [report::Verdict::Pass, report::Verdict::Warn, report::Verdict::Fail, report::Verdict::Error];
    assert_eq!(words("verdict"), json!(verdicts));
    let ids: Vec<&str> = rules::all().map(|rule| rule.id).collect();
    assert_eq!(schema["$defs"]["rule"]["anyOf"][0]["enum"], json!(ids));
    let codes = [report::EXIT_PASSED, report::EXIT_PAYLOAD, report::EXIT_STACK, report::EXIT_UNDETERMINED];
    assert_eq!(schema["properties"]["exit_code"]["enum"], json!(codes));
    assert_eq!(schema["properties"]["schema"]["const"], json!(report::SCHEMA));
}

#[test]
fn everything_in_the_schema_is_described() {
    fn walk(at: &str, value: &Value, bare: &mut Vec<String>) {
        for (name, property) in value["properties"].as_object().into_iter().flatten() {
            if property["description"].as_str().is_none_or(str::is_empty) {
                bare.push(format!("{at}.{name}"));
            }
        }
        if value["type"] == "object" && value["additionalProperties"] != json!(false) {
            bare.push(format!("{at} is open"));
        }
    }
    let schema = schema();
    let mut bare = Vec::new();
    walk("report", &schema, &mut bare);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        walk(name, definition, &mut bare);
    }
    assert_eq!(bare, [""; 0]);
}

#[test]
fn a_report_is_read_back_as_it_was() {
    for (name, report) in samples::all() {
        assert_eq!(serde_json::from_str::<Report>(&json::render(&report)).ok(), Some(report), "{name}");
    }
}

#[test]
fn json_reads_as_published() {
    insta::assert_snapshot!(json::render(&samples::complete()));
}

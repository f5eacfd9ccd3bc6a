//! Descriptors, and that the published schema agrees with the parser.

use shipworthy_plugins::{Descriptor, descriptor::DESCRIPTOR_SCHEMA};

use crate::support::told;

/// The example of design.md, part 3, and others that are taken.
const GOOD: &[&str] = &[
    r#"{ "name": "agent", "version": "0.3.0", "services": ["agent"],
      "roles": { "main": "the agent's gRPC port", "metrics": "its Prometheus port" },
      "needs": ["grpc grpc.health.v1.Health/Check", "grpc esb.agent.v1.AgentService/ListContainers",
                "http@metrics GET /metrics", "container .", "env . ESB_TAG"],
      "optional": ["http@metrics GET /metrics", "container .", "env . ESB_TAG"],
      "rules": [{ "name": "owner-empty", "severity": "warn", "summary": "...", "hint": "..." }],
      "config": { "type": "object" } }"#,
    r#"{ "name": "http", "version": "1.0.0-rc.1+x", "services": ["*"], "needs": ["http GET /**"] }"#,
    r#"{ "name": "g", "version": "1.0.0",
      "needs": ["http POST /2015-03-31/functions/shipworthy-no-such-function-*/invocations", "label . *",
                "file functions /opt/python/*.py", "logs provisioner"] }"#,
    r#"{ "$schema": "descriptor.json", "name": "x", "version": "0.0.0", "services": [], "rules": [] }"#,
];

/// What is refused, by the schema as well.
const BAD: &[&str] = &[
    "[]",
    "{}",
    r#"{ "name": "x" }"#,
    r#"{ "name": "X", "version": "1.0.0" }"#,
    r#"{ "name": "x", "version": "1.0" }"#,
    r#"{ "name": "x", "version": 1 }"#,
    r#"{ "name": "x", "version": "1.0.0", "wit": "0.1.0" }"#,
    r#"{ "name": "x", "version": "1.0.0", "need": [] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": "container ." }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["containers ."] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http TRACE /"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http GET health"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http POST /functions/*"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http DELETE /functions/**"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http PUT /functions/x**"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http PATCH /functions/*-x"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["env . *"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["grpc Check"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["container .", "container ."] }"#,
    r#"{ "name": "x", "version": "1.0.0", "services": ["*", "gateway"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "roles": { "Main": "x" } }"#,
    r#"{ "name": "x", "version": "1.0.0", "roles": { "main": "" } }"#,
    r#"{ "name": "x", "version": "1.0.0", "roles": { "main": "a\u001b[31mb" } }"#,
    r#"{ "name": "x", "version": "1.0.0", "rules": [{ "name": "a_b", "severity": "warn", "summary": "s" }] }"#,
    r#"{ "name": "x", "version": "1.0.0", "rules": [{ "name": "a", "severity": "error", "summary": "s" }] }"#,
    r#"{ "name": "x", "version": "1.0.0", "rules": [{ "name": "a", "severity": "warn" }] }"#,
    r#"{ "name": "x", "version": "1.0.0", "rules": [{ "name": "a", "severity": "warn", "summary": "s", "help": "h" }] }"#,
    r#"{ "name": "x", "version": "1.0.0", "config": true }"#,
];

/// What the parser refuses and a schema cannot say.
const BEYOND: &[&str] = &[
    r#"{ "name": "x", "name": "y", "version": "1.0.0" }"#,
    "{ \"name\": ",
    r#"{ "name": "x", "version": "1.0.0", "optional": ["container ."] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http@metrics GET /metrics"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "needs": ["http GET /a/../b"] }"#,
    r#"{ "name": "x", "version": "1.0.0", "rules": [{ "name": "a", "severity": "warn", "summary": "s" }, { "name": "a", "severity": "fail", "summary": "t" }] }"#,
    r#"{ "name": "x", "version": "1.0.0", "config": { "$ref": "https://example.com/schema" } }"#,
    r#"{ "name": "x", "version": "1.0.0", "config": { "type": "nothing" } }"#,
];

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(DESCRIPTOR_SCHEMA).unwrap()).unwrap()
}

#[test]
fn what_the_parser_takes_the_schema_takes() {
    let schema = schema();
    for text in GOOD {
        Descriptor::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let document = serde_json::from_str(text).unwrap();
        let faults: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{text}: {faults:?}");
    }
}

#[test]
fn what_the_parser_refuses_the_schema_refuses() {
    let schema = schema();
    let mut page = Vec::new();
    for text in BAD {
        let error = Descriptor::parse(text).expect_err(text);
        assert!(!schema.is_valid(&serde_json::from_str(text).unwrap()), "the schema takes {text}");
        page.push(format!("{text}\n{}", told(&error)));
    }
    insta::assert_snapshot!(page.join("\n"));
}

#[test]
fn some_faults_only_the_parser_sees() {
    let page: Vec<String> =
        BEYOND.iter().map(|text| format!("{text}\n{}", told(&Descriptor::parse(text).expect_err(text)))).collect();
    insta::assert_snapshot!(page.join("\n"));
}

#[test]
fn sizes_and_counts_are_bounded() {
    let lines = (0..257).map(|index| format!("\"http GET /{index}\"")).collect::<Vec<_>>().join(",");
    for (text, part) in [
        (" ".repeat(300 << 10), "at most 262144 bytes"),
        (
            format!("{{ \"name\": \"x\", \"version\": \"1.0.0\", \"needs\": [{lines}] }}"),
            "expected at most 256, found 257",
        ),
        (format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)), "recursion limit"),
    ] {
        let error = Descriptor::parse(&text).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn all_faults_are_told() {
    let error = Descriptor::parse(r#"{ "nam": "x", "needs": ["x"], "roles": [], "rules": [1] }"#).unwrap_err();
    assert_eq!(error.faults().len(), 6, "{:?}", error.faults());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}", key in "(name|version|services|roles|needs|rules|config|x)", value in "(1|\"\\PC{0,9}\"|\\[1\\]|\\{\\}|null)") {
        proptest::prop_assert!(Descriptor::parse(&text).is_err());
        let document = format!("{{ \"name\": \"x\", \"version\": \"1.0.0\", \"{key}\": {value} }}");
        let taken = Descriptor::parse(&document).is_ok();
        if taken {
            proptest::prop_assert!(schema().is_valid(&serde_json::from_str(&document).unwrap()), "{}", document);
        }
    }
}

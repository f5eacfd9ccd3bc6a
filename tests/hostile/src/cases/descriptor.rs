//! What a plugin says of itself, forged, doubled, huge or made to hurt whoever reads it.

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use shipworthy_stand_ins::hostile;

use crate::{
    Case, Lab, Told,
    component::{COMPONENT, COMPONENT_HEADER, CORE_MODULE, MODULE_HEADER, described, only_described, with_section},
    guest::Guest,
};

/// A descriptor of a plugin that would be granted nothing and is for another service.
const FORGED: &str = r#"{ "name": "forged", "version": "9.9.9", "services": ["neighbour"] }"#;

fn honest() -> Guest {
    Guest::new().fact("seen", "before")
}

/// A config schema that is refused, and quickly.
fn schema(lab: &Lab, schema: Value, words: &[&str]) -> Result<Told> {
    let trial = lab.wat(&honest())?.descriptor("config", schema);
    trial.config(&json!({ "a": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" })).run()?.refused(words)
}

/// A key of the descriptor that is refused.
fn key(lab: &Lab, key: &str, value: Value, words: &[&str]) -> Result<Told> {
    lab.wat(&honest())?.descriptor(key, value).run()?.refused(words)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("descriptor", name, attack, play);
    let mut cases = of_sections(case);
    cases.extend(of_rights(case));
    cases.extend(of_schemas(case));
    cases.extend(of_patterns(case));
    cases.extend(of_texts(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_sections(case: Of) -> Vec<Case> {
    vec![
        case("twice", "two descriptors in one component", |lab| {
            lab.bytes(described(honest().bytes(), FORGED))?.run()?.refused(&["found 2"])
        }),
        case("in-module", "a forged descriptor in a core module within, which does not count", |lab| {
            let module = only_described(MODULE_HEADER, FORGED);
            let bytes = with_section(honest().bytes(), CORE_MODULE, &module);
            lab.bytes(bytes)?.requires_seen().run()?.completed()?.seen_before()?.lacks("forged")
        }),
        case("in-component", "a forged descriptor in a component within, which does not count", |lab| {
            let component = only_described(COMPONENT_HEADER, FORGED);
            let bytes = with_section(honest().bytes(), COMPONENT, &component);
            lab.bytes(bytes)?.requires_seen().run()?.completed()?.seen_before()?.lacks("forged")
        }),
        case("only-in-module", "no descriptor but one in a core module within", |lab| {
            let module = only_described(MODULE_HEADER, FORGED);
            let bytes = with_section(honest().bytes(), CORE_MODULE, &module);
            let trial = lab.bare(bytes)?;
            trial.write_plugin()?;
            std::fs::remove_file(trial.sandbox.dir().join("hostile.probe.json"))?;
            trial.run_as_it_lies()?.refused(&["has no descriptor"])
        }),
        case("beside", "a descriptor beside the file that contradicts the one within: that one counts", |lab| {
            let trial = lab.wat(&honest())?.file("hostile.probe.json", FORGED)?;
            trial.requires_seen().run()?.completed()?.seen_before()?.lacks("forged")
        }),
        case("half-a-section", "a descriptor's section that is longer than the file", |lab| {
            let mut bytes = honest().bytes();
            bytes.extend_from_slice(b"\x00\xff\xff\x03\x15shipworthy:descriptor{");
            lab.bare(bytes)?.run()?.refused(&["cannot read the component"])
        }),
        case("large-within", "a descriptor of 10 MB in the component", |lab| {
            key(lab, "description", json!("x".repeat(10_000_000)), &["at most"])
        }),
        case("large-beside", "a descriptor of 10 MB beside the component", |lab| {
            let trial = lab.bare(honest().bytes())?.descriptor("description", json!("x".repeat(10_000_000)));
            trial.run()?.refused(&["at most 262144 bytes"])
        }),
        case("endless-beside", "a link to an endless device where the descriptor should be", |lab| {
            let trial = lab.bare(honest().bytes())?;
            trial.write_plugin()?;
            let file = trial.sandbox.dir().join("hostile.probe.json");
            std::fs::remove_file(&file)?;
            std::os::unix::fs::symlink("/dev/zero", &file)?;
            trial.run_as_it_lies()?.refused(&["expected a regular file"])
        }),
        case("not-text", "a descriptor that is not UTF-8", |lab| {
            let mut bytes = honest().bytes();
            crate::guests::append_section(&mut bytes, crate::component::DESCRIPTOR, b"{\"name\": \"\xff\xfe\"}");
            lab.bare(bytes)?.run()?.refused(&["its descriptor cannot be used"])
        }),
        case("double-key", "a key twice, so that two readers would see two plugins", |lab| {
            let text = r#"{ "name": "hostile", "version": "1.0.0", "needs": [], "needs": ["http GET /**"] }"#;
            lab.bare(described(honest().bytes(), text))?.run()?.refused(&["needs"])
        }),
        case("nested-json", "JSON that is a hundred thousand deep", |lab| {
            let text = format!("{{ \"name\": {}", "[".repeat(100_000));
            lab.bare(described(honest().bytes(), &text))?.run()?.refused(&["its descriptor cannot be used"])
        }),
    ]
}

fn of_rights(case: Of) -> Vec<Case> {
    vec![
        case("service", "a plugin for other services than the one that it is used for", |lab| {
            key(lab, "services", json!(["neighbour"]), &["hostile"])
        }),
        case("need-not-granted", "a need that the environment does not grant", |lab| {
            let trial = lab.wat(&honest())?.descriptor("needs", json!(["http GET /admin"]));
            trial.endpoint("http://127.0.0.1:9").run()?.refused(&["http GET /admin"])
        }),
        case("need-wildcard", "a need with a wildcard where a real name would have an effect", |lab| {
            key(lab, "needs", json!(["http DELETE /**"]), &["http DELETE /**"])
        }),
        case("need-trace", "a need of a method that is never granted", |lab| {
            key(lab, "needs", json!(["http TRACE /"]), &["TRACE"])
        }),
        case("optional", "an optional need that is not granted, used all the same", |lab| {
            let service = hostile::fixed("{}")?;
            let steps = json!([{ "do": "http", "requests": [{ "path": "/admin" }] }]);
            let trial = lab.rust(&steps)?.descriptor("needs", json!(["http GET /admin"]));
            let trial = trial.descriptor("optional", json!(["http GET /admin"])).endpoint(&service.url());
            let told = trial.grants(&[]).run()?.completed()?.steps(&["0: not-granted"])?;
            ensure!(service.connections() == 0, "the service was reached");
            told.notes("http GET /admin")
        }),
    ]
}

fn of_schemas(case: Of) -> Vec<Case> {
    vec![
        case("schema-exponential", "a config schema of thirty lines that asks for 2^30 looks at one value", |lab| {
            let mut levels = Map::new();
            for level in 0..30 {
                let next = json!({ "$ref": format!("#/$defs/d{}", level + 1) });
                levels.insert(format!("d{level}"), json!({ "allOf": [next, next] }));
            }
            levels.insert("d30".to_owned(), json!(true));
            schema(lab, json!({ "$defs": levels, "$ref": "#/$defs/d0" }), &["at most 20000 parts"])
        }),
        case("schema-remote", "a config schema that is to be fetched from a server", |lab| {
            let server = hostile::fixed("true")?;
            let told =
                schema(lab, json!({ "$ref": format!("{}/schema", server.url()) }), &["a reference into the schema"])?;
            ensure!(server.connections() == 0, "the server was asked");
            Ok(told.because("nobody was asked"))
        }),
        case("schema-dialect", "a config schema whose dialect is to be fetched from a server", |lab| {
            let server = hostile::fixed("true")?;
            let told = schema(lab, json!({ "$schema": format!("{}/dialect", server.url()) }), &["JSON Schema"])?;
            ensure!(server.connections() == 0, "the server was asked");
            Ok(told.because("nobody was asked"))
        }),
        case("schema-file", "a config schema that is to be read from a file", |lab| {
            schema(lab, json!({ "$ref": "file:///etc/passwd" }), &["a reference into the schema"])
        }),
        case("schema-circle", "a config schema that refers to itself", |lab| {
            schema(lab, json!({ "properties": { "a": { "$ref": "#" } } }), &["refer to itself"])
        }),
        case("schema-deep", "a config schema that is a hundred deep", |lab| {
            let deep = (0..100).fold(json!({}), |inner, _| json!({ "not": inner }));
            schema(lab, deep, &["deep"])
        }),
    ]
}

fn of_patterns(case: Of) -> Vec<Case> {
    vec![
        case("schema-catastrophic", "a pattern that takes for ever on most readers of regular expressions", |lab| {
            let pattern = json!({ "properties": { "a": { "type": "string", "pattern": "^(a+)+$" } } });
            schema(lab, pattern, &["text that matches"])
        }),
        case("schema-repetition", "a pattern that stands for a million letters", |lab| {
            let pattern = json!({ "properties": { "a": { "pattern": "(a{1000}){1000}" } } });
            schema(lab, pattern, &["JSON Schema"])
        }),
        case(
            "schema-repetitions",
            "a pattern of sixty thousand bytes, full of repetitions of classes of letters",
            |lab| {
                let pattern = json!({ "properties": { "a": { "pattern": "\\w{1000}".repeat(6_000) } } });
                schema(lab, pattern, &["JSON Schema"])
            },
        ),
        case("schema-many-patterns", "two thousand patterns, each as large as is taken by itself", |lab| {
            let one = |number: usize| (format!("p{number}"), json!({ "pattern": "(\\w{30}){2}" }));
            let properties: Map<String, Value> = (0..1_500).map(one).collect();
            let trial = lab.wat(&honest())?.descriptor("config", json!({ "properties": properties }));
            let told = trial.config(&json!({ "p1": "a" })).run()?;
            told.refused(&["hostile"])
        }),
        case("schema-lookaround", "a pattern that only a backtracking reader takes", |lab| {
            schema(lab, json!({ "properties": { "a": { "pattern": "(?=(a+))\\1" } } }), &["JSON Schema"])
        }),
        case("schema-numbers", "limits that no number holds", |lab| {
            let schema_of = json!({ "properties": { "a": { "minLength": 1e300 } } });
            schema(lab, schema_of, &["hostile"])
        }),
    ]
}

fn of_texts(case: Of) -> Vec<Case> {
    vec![
        case("hostile-name", "a name with escapes for a terminal", |lab| {
            key(lab, "name", json!("\u{1b}[2J::error::x\n::error::y"), &["/name"])
        }),
        case("hostile-key", "an unknown key with escapes for a terminal", |lab| {
            key(lab, "\u{1b}[2J\r::error::x\n::error::y", json!(1), &["unknown"])
        }),
        case("hostile-version", "a version with a workflow command", |lab| {
            key(lab, "version", json!("1.0.0\n::error::x"), &["/version"])
        }),
        case("hostile-rule", "a rule's summary and hint with escapes and turned text", |lab| {
            let rule = json!([{ "name": "x", "severity": "fail", "summary": "a\u{202e}b", "hint": "c\u{1b}[2Jd" }]);
            let told = lab.wat(&honest())?.descriptor("rules", rule).in_all_formats().run()?;
            told.refused(&["/rules/0"])
        }),
        case("turned-rule", "a rule's summary that turns what stands behind it", |lab| {
            let rule = json!([{ "name": "told", "severity": "fail", "summary": "::error::a\u{202e}b", "hint": "::error::c\u{2066}d" }]);
            let steps = json!([{ "do": "say", "field": "message", "text": "no" }]);
            lab.rust(&steps)?.descriptor("rules", rule).in_all_formats().run()?.exits(3)
        }),
        case("hostile-pattern", "a schema's pattern with escapes, shown where a config does not fit", |lab| {
            let pattern = "\u{1b}2J\n::error::x\u{202e}";
            schema(lab, json!({ "properties": { "a": { "pattern": pattern } } }), &["text that matches"])
        }),
    ]
}

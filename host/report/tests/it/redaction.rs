//! A report that was redacted is without secrets in every format, whichever field they stood in.

use std::time::Duration;

use shipworthy_contract::{Location, redact, rules};
use shipworthy_report::{github, html, human, json, junit, markdown, sarif};

use crate::samples::{complete, evidence, fail, frame, line, of};

#[test]
fn no_field_of_a_report_gives_a_secret_away() {
    let mut planted = Vec::new();
    let mut plant = || {
        let canary = format!("Cnry{:04}x", planted.len());
        planted.push(canary.clone());
        format!("postgres://app:{canary}@db")
    };
    let mut report = complete();
    let mut result = of("agent", fail(rules::FACT, &plant()));
    result.instance = Some(plant());
    result.expected = Some(plant());
    result.observed = Some(plant());
    result.hint = Some(plant());
    result.items = vec![plant()];
    result.location = Some(Location { field: Some(plant()), ..Location::default() });
    result.evidence = vec![evidence(&plant(), &plant(), &plant()), evidence("x-auth", "CnryAuth", "s")];
    result.evidence[0].subject = Some(plant());
    result.log =
        ["-----BEGIN PRIVATE KEY-----", "CnryKey", "-----END PRIVATE KEY-----"].map(|text| line("info", text)).into();
    result.log.extend([line("last-words", &plant()), line(&plant(), "found `password: CnryTicks`")]);
    result.stack = vec![frame(&plant(), None)];
    let mut by_name =
        of("agent", fail(rules::FACT, "expected fact `password` to be `CnryExpected`, found `CnryFound`"));
    by_name.expected = Some("CnryExpected".to_owned());
    by_name.observed = Some("CnryFound".to_owned());
    by_name.location =
        Some(Location { field: Some("runtime_stack.services.agent.facts.password".to_owned()), ..Location::default() });
    let mut seen = of("agent", fail(rules::VERSION, "the log says CnrySeen"));
    seen.evidence =
        vec![evidence("db_password", "CnrySeen", "env . DB_PASSWORD"), evidence("route:/token", "present", "s")];
    report.results.extend([result, by_name, seen]);
    if let Some(part) = &mut report.part {
        part.material = serde_json::json!({ "runs": [{ "value": plant(), "name": plant() }, { "detail": "CnrySeen", "service": "agent" }] });
    }
    redact::report(&mut report);
    let options = human::Options {
        color: false,
        unicode: true,
        verbose: true,
        quiet: false,
        plain: false,
        width: 200,
        elapsed: Duration::ZERO,
        source: None,
    };
    for shown in [
        human::render(&report, &options),
        json::render(&report),
        html::render(&report),
        junit::render(&report),
        sarif::render(&report),
        github::render(&report),
        markdown::render(&report),
    ] {
        assert!(!shown.contains("Cnry"), "{shown}");
        assert!(shown.contains("[secret]"), "{shown}");
    }
    assert!(json::render(&report).contains("present"), "a route whose name sounds secret is none");
}

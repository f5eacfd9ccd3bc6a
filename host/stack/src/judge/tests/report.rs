use std::fmt::Write as _;

use super::*;

/// All that a person is told, one block for each result.
fn told(results: &[CheckResult]) -> String {
    let mut text = String::new();
    for result in results {
        let whom = result.service.as_ref().map_or("stack", Service::as_str);
        writeln!(text, "{} {} [{whom}] {}", result.outcome, result.rule, result.message).unwrap();
        for line in &result.evidence {
            writeln!(text, "    {} = {} ({})", line.name, line.value, line.source).unwrap();
        }
        if let Some(hint) = &result.hint {
            writeln!(text, "    hint: {hint}").unwrap();
        }
    }
    text
}

#[test]
fn a_whole_report_reads_well() {
    let required = requires(&[
        ("api_version", "1.0"),
        ("mode", "docker"),
        ("esb_version", "v2"),
        ("services.gateway.version", ">=3"),
        ("services.gateway.capabilities", "invoke route:/orders"),
        ("services.agent.release", "v2"),
        ("services.provisioner.facts.exit-code", "0"),
    ]);
    let runs = [
        run(
            "gateway",
            vec![
                fact("version", "2.0.0"),
                fact("mode", "docker"),
                fact("release", "v2"),
                capability("invoke", true),
                complete("route:"),
            ],
        ),
        ended("agent", vec![], down("connection refused")),
    ];
    insta::assert_snapshot!(told(&judged(&[required], &runs, Policy::Strict)), @"");
}

#[test]
fn when_nothing_can_be_judged_every_rule_says_so() {
    let runs = [run("agent", vec![])];
    let mut listed = listed(&runs);
    listed[0].own_rules.push(own_rule("owner-empty", Severity::Warn));
    let results = crate::skip_all(&[requires(&[("mode", "docker")])], &listed, "the manifest cannot be read");
    assert!(results.iter().all(|result| result.outcome == Outcome::Skip));
    insta::assert_snapshot!(told(&results), @"");
}

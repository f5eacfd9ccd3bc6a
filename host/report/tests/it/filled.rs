//! A report in which every text is the same foreign one.

use shipworthy_contract::{CheckResult, Class, Location, Outcome, Policy, Report, RuleId, rules};

use super::samples;

pub(crate) fn report_of(text: &str) -> Report {
    let filled = |rule: &RuleId, outcome: Outcome| {
        let class = if outcome == Outcome::Skip { Class::Skipped } else { Class::Unreadable };
        let mut result = CheckResult::new(rule.clone(), outcome, class, format!("{text} ({text})"));
        result.expected = Some(text.to_owned());
        result.observed = Some(text.to_owned());
        result.hint = Some(text.to_owned());
        result.instance = Some(text.to_owned());
        result.items = vec![text.to_owned(); 12];
        result.evidence = vec![samples::evidence(text, text, text)];
        result.stack = vec![samples::frame(text, Some(text)); 7];
        result.log = vec![samples::line(text, text); 7];
        result.location = Some(Location {
            entry: Some(1),
            field: Some(text.to_owned()),
            file: Some(text.to_owned()),
            line: Some(1),
            column: Some(1),
        });
        result.plugin = Some(samples::plugin(text));
        result
    };
    // A cause with its consequence, checks that were skipped for one reason, and each outcome on its own.
    let judged = [rules::FACT, rules::OBSERVATION];
    let mut results: Vec<_> =
        judged.iter().flat_map(|rule| Outcome::ALL.map(|outcome| filled(rule, outcome))).collect();
    for _ in 0..2 {
        let mut unjudged = filled(&rules::MODE, Outcome::Skip);
        unjudged.observed = None;
        results.push(unjudged);
    }
    let mut report = samples::report(Policy::Strict, results);
    if let Some(artifact) = &mut report.artifact {
        text.clone_into(&mut artifact.path);
        text.clone_into(&mut artifact.contract_reason);
    }
    if let Some(environment) = &mut report.environment {
        text.clone_into(&mut environment.name);
        environment.file = text.into();
    }
    report
}

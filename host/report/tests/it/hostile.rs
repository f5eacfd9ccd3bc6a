//! Whatever a service, a plugin or an artifact wrote: no terminal, log or layout obeys it.

use std::time::Duration;

use proptest::prelude::*;
use shipworthy_contract::{CheckResult, Outcome, Report, rules};
use shipworthy_report::human::{Options, render};
use unicode_width::UnicodeWidthChar as _;

use crate::filled::report_of;

const HOSTILE: &str = "\u{1b}[31mred\u{1b}[0m \u{1b}]8;;http://x\u{7}link\n::error::gotcha\r\n##[error]no \
                       ##vso[task.complete]x \u{202e}evil\u{9b}2J a|b <script> 見見見 \u{0}\u{7f}end";

/// What is wrong with a rendered text, in words.
fn faults(text: &str, width: usize) -> Vec<String> {
    let mut faults = Vec::new();
    for line in text.lines() {
        let begins = line.trim_start();
        if begins.starts_with("::") || line.contains("##[") || line.contains("##vso[") {
            faults.push(format!("a workflow command: {line:?}"));
        }
        if line.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
            faults.push(format!("a control character: {line:?}"));
        }
        if line.ends_with(' ') {
            faults.push(format!("a blank at the end: {line:?}"));
        }
        let columns: usize = line.chars().map(|c| c.width().unwrap_or(0)).sum();
        if columns > width {
            faults.push(format!("{columns} columns: {line:?}"));
        }
    }
    faults
}

fn options(width: usize, unicode: bool, verbose: bool) -> Options<'static> {
    Options {
        color: false,
        unicode,
        verbose,
        quiet: false,
        plain: false,
        width,
        elapsed: Duration::from_millis(5),
        source: None,
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    let mut report = report_of(HOSTILE);
    report.results.retain(|result| result.outcome == Outcome::Fail && result.rule == rules::FACT);
    for result in &mut report.results {
        result.items.truncate(1);
    }
    insta::assert_snapshot!(render(&report, &options(80, true, true)));
}

/// A fleet whose instances have hostile names and say hostile things, some the same and some not.
fn fleet_of(text: &str) -> Report {
    let mut report = report_of(text);
    let mut results = Vec::new();
    for (number, result) in (0..).zip(report.results.iter().cycle().take(report.results.len() * 2)) {
        let name = if number % 2 == 0 { text.to_owned() } else { format!("{text}{number}") };
        let mut result = CheckResult { service: "agent".parse().ok(), instance: Some(name), ..result.clone() };
        if number % 3 == 0 {
            result.message = format!("{text} {number} {text}");
            result.observed = Some(format!("{number}{text}"));
        }
        results.push(result);
    }
    report.results.extend(results);
    report
}

proptest! {
    #[test]
    fn no_text_breaks_out(
        text in prop_oneof![
            "[a-z:# \\[\\]\u{1b}\n\u{202e}見é/-]{0,300}",
            any::<String>(),
            Just(HOSTILE.to_owned()),
            "(::|##\\[|##vso\\[|x| |\u{1b}\\[){1,80}",
        ],
        width in 40_usize..=200,
        unicode: bool,
        verbose: bool,
    ) {
        let rendered = render(&report_of(&text), &options(width, unicode, verbose));
        prop_assert_eq!(faults(&rendered, width), Vec::<String>::new());
        prop_assert!(unicode || rendered.is_ascii());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn no_text_of_a_fleet_breaks_out(
        text in prop_oneof!["[a-z:# \\[\\]\u{1b}\n\u{202e}見é/-]{0,60}", Just(HOSTILE.to_owned()), "(::|##\\[|x| ){1,20}"],
        width in 40_usize..=200,
        unicode: bool,
        verbose: bool,
    ) {
        let rendered = render(&fleet_of(&text), &options(width, unicode, verbose));
        prop_assert_eq!(faults(&rendered, width), Vec::<String>::new());
        prop_assert!(unicode || rendered.is_ascii());
    }
}

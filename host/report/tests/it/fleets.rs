//! How a fleet reads: the whole first, what is the same once, and every instance that blocks counted.

pub(crate) mod stack;

use std::time::Duration;

use proptest::prelude::*;
use shipworthy_contract::{CheckResult, Class, Outcome, Report, rules};
use shipworthy_report::human::{Options, render};

use stack::{Fleet, Seen, Stack};

const PLAIN: Options<'_> = Options {
    color: false,
    unicode: true,
    verbose: false,
    quiet: false,
    plain: false,
    width: 100,
    elapsed: Duration::from_millis(1_234),
    source: None,
};

fn report(count: usize, but: &[(usize, Seen)]) -> Report {
    Stack::of(&[Fleet::of(count, but)]).report()
}

fn three_incompatible() -> Report {
    report(1_000, &[(17, Seen::Version("1.9.0")), (204, Seen::Version("1.9.0")), (311, Seen::Version("1.8.4"))])
}

#[test]
fn a_thousand_with_three_incompatible() {
    insta::assert_snapshot!(render(&three_incompatible(), &PLAIN));
    insta::assert_snapshot!(
        "a_thousand_on_a_narrow_page",
        render(&three_incompatible(), &Options { width: 40, unicode: false, ..PLAIN })
    );
    insta::assert_snapshot!("a_thousand_quiet", render(&three_incompatible(), &Options { quiet: true, ..PLAIN }));
}

#[test]
fn a_verbose_fleet_names_all_and_shows_what_it_rests_on() {
    let but = [(3, Seen::Version("1.9.0")), (5, Seen::Version("1.8.4")), (12, Seen::Unreachable("connection refused"))];
    insta::assert_snapshot!(render(&report(12, &but), &Options { verbose: true, ..PLAIN }));
}

#[test]
fn two_unreachable_for_different_reasons() {
    let but = [(7, Seen::Unreachable("connection refused")), (9, Seen::Unreachable("no route to host"))];
    insta::assert_snapshot!(render(&report(1_000, &but), &PLAIN));
}

#[test]
fn everything_unreachable() {
    let mut fleet = Fleet::of(1_000, &[]);
    for (at, seen) in fleet.instances.iter_mut().enumerate() {
        *seen = Seen::Unreachable(if at % 10 == 0 { "no route to host" } else { "connection refused" });
    }
    insta::assert_snapshot!(render(&Stack::of(&[fleet]).report(), &PLAIN));
}

#[test]
fn one_trap_is_that_of_all() {
    let mut fleet = Fleet::of(1_000, &[]);
    fleet.instances.fill(Seen::Trapped);
    insta::assert_snapshot!(render(&Stack::of(&[fleet]).report(), &PLAIN));
}

#[test]
fn the_same_words_at_many_instances_are_told_once() {
    let mut fleet = Fleet::of(40, &[]);
    fleet.instances.iter_mut().take(12).for_each(|seen| *seen = Seen::Slow);
    insta::assert_snapshot!(render(&Stack::of(&[fleet]).report(), &PLAIN));
}

#[test]
fn two_services() {
    let gateway = Fleet { service: "gateway", name: "gateway", instances: vec![Seen::Version("1.9.0")] };
    let agents = Fleet::of(20, &[(2, Seen::Version("1.9.0")), (4, Seen::Trapped)]);
    insta::assert_snapshot!(render(&Stack::of(&[gateway, agents]).report(), &PLAIN));
}

#[test]
fn few_instances_are_told_one_by_one() {
    let but = [(1, Seen::Version("1.9.0")), (2, Seen::Version("1.9.0")), (3, Seen::Unreachable("connection refused"))];
    insta::assert_snapshot!(render(&report(3, &but), &PLAIN));
}

#[test]
fn what_is_waived_is_counted_apart() {
    let mut report = three_incompatible();
    let waive = |result: &mut CheckResult| {
        let known = result.observed.as_deref() == Some("1.9.0");
        if known {
            *result = result.clone().skipped(Class::Waived, "waived until 2026-12-04: rolls out until Friday");
        }
    };
    report.results.iter_mut().for_each(waive);
    insta::assert_snapshot!(render(&stack::report(report.results), &Options { quiet: true, ..PLAIN }));
}

#[test]
fn information_of_a_fleet_is_one_entry() {
    let mut results = report(20, &[]).results;
    let template = results.iter().find(|result| result.instance.is_some()).cloned();
    let template = template.expect("a fleet has results of its instances");
    for number in 1..=20 {
        let version = if number % 5 == 0 { "1.9.0" } else { "2.0.0" };
        let message = format!("observed, and not required: colour `{version}`");
        let mut result = CheckResult::new(rules::OBSERVATION, Outcome::Info, Class::Information, message);
        (result.service, result.instance) = (template.service.clone(), Some(format!("edge-{number}")));
        results.push(result);
    }
    let text = render(&stack::report(results), &PLAIN);
    let told: Vec<&str> = text.lines().skip_while(|line| !line.starts_with('·')).take(5).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    · all 20 instances: observed, and not required: colour … [stack.observation]
        of these  observed, and not required: colour `2.0.0` (16 instances: edge-1, edge-2, edge-3,
                  edge-4, edge-6, edge-7, edge-8, edge-9, edge-11, edge-12 and 6 more)
                  observed, and not required: colour `1.9.0` (edge-5, edge-10, edge-15, edge-20)
    ");
}

#[test]
fn an_instance_that_differs_in_what_is_stack_wide_is_not_as_required() {
    let mut results = report(20, &[]).results;
    for result in results.iter_mut().filter(|result| result.service.is_none()) {
        result.outcome = Outcome::Fail;
        result.items = vec!["agent edge-7: containerd".to_owned(), "gateway: containerd".to_owned()];
    }
    let text = render(&stack::report(results), &PLAIN);
    assert!(text.contains("19 of 20 instances compatible; 1 not: edge-7\n"), "{text}");
}

#[test]
fn the_whole_is_not_claimed_where_it_is_not_known() {
    // Only stack-wide things are required: of most instances nothing is told.
    let mut report = report(1_000, &[2, 3, 5, 7].map(|number| (number, Seen::Slow)));
    report.results.retain(|result| result.location.is_none());
    let text = render(&stack::report(report.results), &PLAIN);
    assert!(text.contains("? 4 instances: probe `agent` could not see anything: timed out after 2s"), "{text}");
    assert!(!text.contains("instances compatible"), "{text}");
}

#[test]
fn a_fleet_is_a_page_however_large_it_is() {
    for seen in
        [Seen::Version("2.0.0"), Seen::Version("1.9.0"), Seen::Unreachable("refused"), Seen::Slow, Seen::Trapped]
    {
        let mut fleet = Fleet::of(3_000, &[]);
        fleet.instances.fill(seen.clone());
        let lines = render(&Stack::of(&[fleet]).report(), &PLAIN).lines().count();
        assert!(lines < 50, "{lines} lines of {seen:?}");
    }
}

/// The number before a word of the line on the whole.
fn told(text: &str, word: &str) -> usize {
    let Some(line) = text.lines().find(|line| line.contains(" instances compatible")) else { return 0 };
    let before = line.split(word).next().filter(|before| before.len() < line.len());
    before.and_then(|before| before.trim_end().rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}

fn seen() -> impl Strategy<Value = Seen> {
    prop_oneof![
        4 => Just(Seen::Version("2.0.0")),
        1 => Just(Seen::Version("1.9.0")),
        1 => Just(Seen::Version("1.8.4")),
        1 => Just(Seen::Version("latest")),
        1 => Just(Seen::Unreachable("connection refused")),
        1 => Just(Seen::Slow),
        1 => Just(Seen::Trapped),
    ]
}

proptest! {
    #[test]
    fn counts_add_up(instances in prop::collection::vec(seen(), 4..40)) {
        let broken = instances.iter().filter(|seen| matches!(seen, Seen::Version("1.9.0" | "1.8.4"))).count();
        let held = instances.iter().filter(|seen| matches!(seen, Seen::Version("2.0.0"))).count();
        let whole = instances.len();
        let fleet = Fleet { service: "agent", name: "edge", instances };
        let report = Stack::of(&[fleet]).report();
        let text = render(&report, &Options { width: 200, verbose: true, ..PLAIN });
        if held == whole {
            let all = format!("all {whole} instances compatible");
            prop_assert!(text.contains(&all), "{}", text);
            return Ok(());
        }
        prop_assert_eq!(told(&text, &format!("of {whole} instances compatible")), held);
        prop_assert_eq!(told(&text, "not: "), broken);
        prop_assert_eq!(told(&text, "undetermined: "), whole - held - broken);
        for result in report.results.iter().filter(|result| matches!(result.outcome, Outcome::Fail | Outcome::Error)) {
            let name = result.instance.as_deref().unwrap_or_default();
            prop_assert!(text.contains(name), "{} is not named", name);
        }
    }
}

use shipworthy_contract::{Location, report};

use super::*;

const TODAY: &str = "2026-12-04";

fn waiver(rule: &str) -> Waiver {
    Waiver {
        rule: rule.parse().unwrap(),
        service: None,
        instance: None,
        path: None,
        observed: None,
        reason: "hotfix rolls out".to_owned(),
        expires: TODAY.parse().unwrap(),
        waivable_payload: false,
        at: "environments/staging.toml:12".to_owned(),
    }
}

fn result(rule: &str, outcome: Outcome) -> CheckResult {
    let mut result = CheckResult::new(rule.parse().unwrap(), outcome, Class::Violated, "differs");
    if result.side == Side::Stack {
        result.service = Some("agent".parse().unwrap());
    }
    result.observed = Some("v2".to_owned());
    result
}

fn apply_one(result: CheckResult, waiver: Waiver) -> CheckResult {
    apply(vec![result], &[waiver], &[], TODAY.parse().unwrap()).remove(0)
}

#[test]
fn a_waived_result_stays_in_the_report() {
    let waived = apply_one(result("stack.release", Outcome::Fail), waiver("stack.release"));
    assert_eq!((waived.outcome, waived.class), (Outcome::Skip, Class::Waived));
    assert_eq!(waived.would_be, Some(Outcome::Fail));
    assert_eq!(waived.message, "differs (waived until 2026-12-04: hotfix rolls out)");
}

#[test]
fn a_waiver_covers_no_more_than_it_names() {
    let narrow = |change: fn(&mut Waiver)| {
        let mut waiver = waiver("stack.release");
        change(&mut waiver);
        waiver
    };
    for (waiver, waived) in [
        (narrow(|_| {}), true),
        (narrow(|waiver| waiver.rule = rules::MODE), false),
        (narrow(|waiver| waiver.service = "agent".parse().ok()), true),
        (narrow(|waiver| waiver.service = "gateway".parse().ok()), false),
        (narrow(|waiver| waiver.instance = Some("agent".to_owned())), true),
        (narrow(|waiver| waiver.instance = Some("agent-2".to_owned())), false),
        (narrow(|waiver| waiver.observed = Some(" v2 ".to_owned())), true),
        (narrow(|waiver| waiver.observed = Some("v3".to_owned())), false),
        (narrow(|waiver| waiver.path = Some("artifact.yml".to_owned())), true),
        (narrow(|waiver| waiver.path = Some("runtime_stack.esb_version".to_owned())), true),
        (narrow(|waiver| waiver.path = Some("other.yml".to_owned())), false),
    ] {
        let mut result = result("stack.release", Outcome::Fail);
        result.location = Some(Location {
            file: Some("artifact.yml".to_owned()),
            field: Some("runtime_stack.esb_version".to_owned()),
            ..Location::default()
        });
        let outcome = apply_one(result, waiver.clone()).outcome;
        assert_eq!(outcome == Outcome::Skip, waived, "{waiver:?}");
    }
}

#[test]
fn only_what_counts_against_the_deploy_is_waived() {
    for outcome in Outcome::ALL {
        let after = apply_one(result("stack.release", outcome), waiver("stack.release"));
        let waived = matches!(outcome, Outcome::Warn | Outcome::Fail | Outcome::Error);
        assert_eq!(after.class == Class::Waived, waived, "{outcome}");
    }
}

#[test]
fn a_waiver_holds_through_its_last_day() {
    for (today, waived) in [("2026-12-03", true), ("2026-12-04", true), ("2026-12-05", false), ("2027-01-01", false)] {
        let results = vec![result("stack.release", Outcome::Fail)];
        let after = apply(results, &[waiver("stack.release")], &[], today.parse().unwrap()).remove(0);
        assert_eq!(after.outcome == Outcome::Skip, waived, "{today}");
        let named = after.message.contains("`environments/staging.toml:12` expired on 2026-12-04");
        assert_eq!(named, !waived, "{}", after.message);
    }
}

#[test]
fn a_valid_waiver_wins_over_an_expired_one() {
    let mut expired = waiver("stack.release");
    expired.expires = "2020-01-01".parse().unwrap();
    let waivers = [expired, waiver("stack.release")];
    let after = apply(vec![result("stack.release", Outcome::Warn)], &waivers, &[], TODAY.parse().unwrap()).remove(0);
    assert_eq!((after.class, after.would_be), (Class::Waived, Some(Outcome::Warn)));
}

#[test]
fn payload_failures_need_leave_of_their_own() {
    for (outcome, leave, waived) in
        [(Outcome::Fail, false, false), (Outcome::Fail, true, true), (Outcome::Warn, false, true)]
    {
        let mut waiver = waiver("payload.tree-mode");
        waiver.waivable_payload = leave;
        let after = apply_one(result("payload.tree-mode", outcome), waiver);
        assert_eq!(after.outcome == Outcome::Skip, waived, "{outcome}, {leave}");
        assert_eq!(after.hint.is_some_and(|hint| hint.contains("waivable = true")), !waived);
    }
}

#[test]
fn every_item_has_to_be_covered() {
    let at = |path: &str| Waiver { path: Some(path.to_owned()), waivable_payload: true, ..waiver("payload.tree-mode") };
    let mut tree = result("payload.tree-mode", Outcome::Fail);
    tree.items = vec!["a".to_owned(), "b".to_owned()];
    for (waivers, waived) in [(vec![at("a")], false), (vec![at("a"), at("b")], true), (vec![at("c")], false)] {
        let after = apply(vec![tree.clone()], &waivers, &[], TODAY.parse().unwrap()).remove(0);
        assert_eq!(after.outcome == Outcome::Skip, waived, "{waivers:?}");
    }
}

#[test]
fn a_stack_wide_result_is_waived_if_no_other_service_differs() {
    let of = |service: &str| Waiver { service: service.parse().ok(), ..waiver("stack.release") };
    let at = |instance: &str| Waiver { instance: Some(instance.to_owned()), ..of("agent") };
    let with = |observed: &str| Waiver { observed: Some(observed.to_owned()), ..of("agent") };
    let mut release = result("stack.release", Outcome::Fail);
    release.service = None;
    for (items, waivers, waived) in [
        (&["agent: v2"][..], vec![of("agent")], true),
        (&["agent: v2"], vec![of("gateway")], false),
        (&["agent: v2"], vec![with("v2")], true),
        (&["agent: v3"], vec![with("v9")], false),
        (&["agent: v2", "gateway: v2"], vec![of("agent")], false),
        (&["agent: v2", "gateway: v2"], vec![of("agent"), of("gateway")], true),
        (&["agent: v2", "gateway: v2"], vec![waiver("stack.release")], true),
        (&["agent agent-1: v2"], vec![at("agent-1")], true),
        (&["agent agent-1: v2", "agent agent-2: v2"], vec![at("agent-1")], false),
    ] {
        release.items = items.iter().map(|item| (*item).to_owned()).collect();
        let after = apply(vec![release.clone()], &waivers, &[], TODAY.parse().unwrap()).remove(0);
        assert_eq!(after.outcome == Outcome::Skip, waived, "{items:?}, {waivers:?}");
    }
}

#[test]
fn a_rule_is_skipped_by_name_whatever_became_of_it() {
    let skips = [("stack.release".parse().unwrap(), "known".to_owned())];
    for outcome in [Outcome::Pass, Outcome::Warn, Outcome::Fail] {
        let results = vec![result("stack.release", outcome), result("stack.mode", outcome)];
        let after = apply(results, &[], &skips, TODAY.parse().unwrap());
        assert_eq!((after[0].outcome, after[0].class), (Outcome::Skip, Class::Skipped));
        assert_eq!((after[0].would_be, after[1].outcome), (Some(outcome), outcome));
        assert_eq!(after[0].message, "differs (skipped by name: known)");
    }
}

/// A cause at one instance, and the same cause at another that was told with it.
fn cause_and_dependent() -> Vec<CheckResult> {
    let seen = |instance: &str| {
        let mut result = CheckResult::new(rules::OBSERVATION, Outcome::Error, Class::Unreachable, "down");
        result.instance = Some(instance.to_owned());
        result.observed = Some("connection refused".to_owned());
        result
    };
    vec![seen("gw-2").skipped(Class::Skipped, "same cause as `gw-1`"), seen("gw-1")]
}

#[test]
fn waiving_a_cause_does_not_waive_what_the_waiver_does_not_name() {
    let at = |instance: Option<&str>| Waiver { instance: instance.map(str::to_owned), ..waiver("stack.observation") };
    let outcomes = |waivers: &[Waiver], skips: &[(RuleId, String)]| {
        let after = apply(cause_and_dependent(), waivers, skips, TODAY.parse().unwrap());
        let verdict = report::judge(&after, report::FailOn::Fail).1;
        (after.iter().map(|result| (result.outcome, result.class)).collect::<Vec<_>>(), verdict)
    };
    let (told, waived, skipped) =
        ((Outcome::Error, Class::Unreachable), (Outcome::Skip, Class::Waived), (Outcome::Skip, Class::Skipped));
    for (waivers, expected, code) in [
        (vec![], [skipped, told], 4),
        (vec![at(Some("gw-1"))], [told, waived], 4),
        (vec![at(Some("gw-2"))], [waived, told], 4),
        (vec![at(Some("gw-1")), at(Some("gw-2"))], [waived, waived], 0),
        (vec![at(None)], [waived, waived], 0),
    ] {
        assert_eq!(outcomes(&waivers, &[]), (expected.to_vec(), code), "{waivers:?}");
    }
    let skips = [(rules::OBSERVATION, "known".to_owned())];
    assert_eq!(outcomes(&[], &skips), (vec![skipped, skipped], 0));
}

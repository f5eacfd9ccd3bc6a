//! `stack.certificate`.

use shipworthy_contract::{
    certificate::{Certificate, Presented},
    evidence::{Gap, ProbeRun, RunEnd},
};

use super::*;

const URL: &str = "https://127.0.0.1:8443";
const DAY: i64 = 86_400;
/// 2026-11-26.
const NOW: i64 = 1_795_651_200;

fn presented(left: i64) -> Presented {
    let certificate = |subject: &str, not_after| Certificate {
        subject: format!("CN={subject}"),
        issuer: "CN=authority".to_owned(),
        names: vec!["localhost".to_owned(), "agent".to_owned()],
        not_before: 0,
        not_after,
        sha256: Sha256::of(subject.as_bytes()),
    };
    let chain = vec![certificate("leaf", NOW + left), certificate("between", NOW + 1)];
    Presented { url: URL.to_owned(), seen_at: NOW, expired: left < 0, chain }
}

fn seen(run: ProbeRun, left: i64) -> ProbeRun {
    ProbeRun { certificates: vec![presented(left)], ..run }
}

fn judged(runs: &[ProbeRun], policy: Policy) -> Vec<CheckResult> {
    crate::judge(&Case { requirements: &[], listed: &[], runs, policy })
}

fn outcomes(results: &[CheckResult]) -> Vec<(&str, Outcome)> {
    results.iter().map(|result| (result.rule.as_str(), result.outcome)).collect()
}

#[test]
fn a_certificate_is_judged_by_what_is_left_of_it() {
    let message = |left: i64| {
        let results = judged(&[seen(run("gateway", vec![]), left)], Policy::Strict);
        let result = results.iter().find(|result| result.rule.as_str() == "stack.certificate").unwrap().clone();
        let by_warn = judged(&[seen(run("gateway", vec![]), left)], Policy::Warn);
        assert!(by_warn.iter().any(|other| other.outcome == result.outcome), "policy does not touch it");
        (result.outcome, result.message.replace(&format!("the certificate of `{URL}` "), ""))
    };
    for (left, outcome, words) in [
        (90 * DAY, Outcome::Pass, "is valid until 2027-02-24"),
        (14 * DAY + 1, Outcome::Pass, "is valid until 2026-12-10"),
        (14 * DAY, Outcome::Warn, "ends on 2026-12-10, in 14 days"),
        (DAY, Outcome::Warn, "ends on 2026-11-27, in 1 day"),
        (0, Outcome::Warn, "ends on 2026-11-26, in less than a day"),
        (-1, Outcome::Fail, "expired on 2026-11-25, less than a day ago"),
        (-3 * DAY, Outcome::Fail, "expired on 2026-11-23, 3 days ago"),
        (i64::MIN / 2, Outcome::Fail, "expired on 0000-01-01, 53375995583650 days ago"),
    ] {
        assert_eq!(message(left), (outcome, words.to_owned()), "{left}");
    }
}

#[test]
fn every_certificate_of_the_chain_is_evidence_and_the_first_is_judged() {
    let results = judged(&[seen(run("gateway", vec![fact("version", "1")]), 90 * DAY)], Policy::Strict);
    let lines = &results[0].evidence;
    let subjects: Vec<&str> = lines.iter().filter_map(|line| line.subject.as_deref()).collect();
    assert_eq!((lines.len(), subjects[0], subjects[6]), (12, "certificate 1 of 2", "certificate 2 of 2"));
    assert_eq!((results[0].outcome, lines[4].value.as_str()), (Outcome::Pass, "2027-02-24"));
}

#[test]
fn one_certificate_that_two_probes_of_a_service_see_is_told_once() {
    let second = ProbeRun { probe: "second".to_owned(), ..run("gateway", vec![fact("version", "1")]) };
    let runs = [seen(run("gateway", vec![fact("version", "1")]), 90 * DAY), seen(second, 90 * DAY)];
    let told = judged(&runs, Policy::Strict);
    assert_eq!(told.iter().filter(|result| result.rule.as_str() == "stack.certificate").count(), 1);
}

#[test]
fn what_rests_on_an_expired_certificate_refers_to_it() {
    let tls = |detail: &str| RunEnd::Failed { why: Gap::Tls, detail: detail.to_owned() };
    let expired = format!("`{URL}`: the certificate expired on 2026-11-23");
    let results = judged(&[seen(ended("gateway", vec![], tls(&expired)), -3 * DAY)], Policy::Strict);
    assert_eq!(outcomes(&results), [("stack.certificate", Outcome::Fail), ("stack.observation", Outcome::Skip)]);
    assert_eq!(results[0].observed, results[1].observed);

    // The same for a role of its own, whose gap ends nothing.
    let gap = vec![fact("health", "SERVING"), missing("prometheus", Gap::Tls, &expired)];
    let results = judged(&[seen(run("agent", gap), -3 * DAY)], Policy::Strict);
    assert_eq!(results[0].observed.as_deref(), Some("`https://127.0.0.1:8443`: 2026-11-23"));
}

#[test]
fn a_waiver_or_a_skip_brings_back_all_that_was_missing_for_an_expired_certificate() {
    // Two requests, and the SDK puts each before the host's words.
    let details = ["b", "c"].map(|name| {
        missing(name, Gap::Tls, &format!("GET /{name}: `{URL}`: the certificate expired on 2026-11-23; trusted: x"))
    });
    let evidence = [vec![fact("a", "1")], details.to_vec()].concat();
    let required = requires(&[("services.gateway.facts.b", "1"), ("services.gateway.facts.c", "1")]);
    let runs = [seen(run("gateway", evidence), -3 * DAY)];
    let listed = listed(&runs);
    let case = Case { requirements: &[required], listed: &listed, runs: &runs, policy: Policy::Strict };
    let results = crate::judge(&case);
    let blocking = |results: &[CheckResult]| {
        let counts = |result: &&CheckResult| matches!(result.outcome, Outcome::Fail | Outcome::Error);
        results.iter().filter(counts).map(|result| (result.rule.to_string(), result.class)).collect::<Vec<_>>()
    };
    assert_eq!(blocking(&results), [("stack.certificate".to_owned(), shipworthy_contract::Class::Violated)]);
    let waiver = crate::Waiver {
        rule: shipworthy_contract::rules::CERTIFICATE,
        service: None,
        instance: None,
        path: None,
        observed: None,
        reason: "renewed tonight".to_owned(),
        expires: crate::Date::LAST,
        waivable_payload: false,
        at: "env.toml:1".to_owned(),
    };
    let skip = (shipworthy_contract::rules::CERTIFICATE, "renewed tonight".to_owned());
    let today = crate::Date::of_unix(NOW);
    for left in [
        crate::waiver::apply(results.clone(), &[waiver], &[], today),
        crate::waiver::apply(results.clone(), &[], &[skip], today),
    ] {
        assert_eq!(blocking(&left), [("stack.observation".to_owned(), shipworthy_contract::Class::Tls)]);
    }
}

#[test]
fn an_authority_that_has_ended_fails_for_the_service_that_sends_it() {
    let mut chain = presented(90 * DAY);
    chain.expired = true;
    chain.chain[1].not_after = NOW - 3 * DAY;
    let run = ProbeRun { certificates: vec![chain], ..run("gateway", vec![]) };
    for policy in [Policy::Strict, Policy::Warn] {
        let results = judged(std::slice::from_ref(&run), policy);
        let words =
            "the certificate `CN=between` that `https://127.0.0.1:8443` sends along expired on 2026-11-23, 3 days ago";
        assert_eq!((results[0].outcome, results[0].message.as_str()), (Outcome::Fail, words));
    }
}

#[test]
fn a_certificate_that_is_valid_hides_no_other_trouble_with_tls() {
    let refused = format!("`{URL}`: the server asks for a client certificate, and the endpoint has no `client_cert`");
    let end = RunEnd::Failed { why: Gap::Tls, detail: refused };
    for left in [90 * DAY, 3 * DAY] {
        let results = judged(&[seen(ended("agent", vec![], end.clone()), left)], Policy::Strict);
        assert_eq!(outcomes(&results)[1], ("stack.observation", Outcome::Error), "{left}");
    }
    // Nor does an expired one of another address.
    let elsewhere = RunEnd::Failed { why: Gap::Tls, detail: "`https://other:1`: expired".to_owned() };
    let results = judged(&[seen(ended("agent", vec![], elsewhere), -DAY)], Policy::Strict);
    assert_eq!(outcomes(&results)[1], ("stack.observation", Outcome::Error));
}

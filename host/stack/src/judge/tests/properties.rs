use std::collections::BTreeMap;

use proptest::prelude::*;
use shipworthy_contract::{Class, evidence::NOT_RECORDED, report, rules};

use super::*;
use crate::{Material, Partition, part};

const KEYS: [&str; 6] = ["mode", "release", "version", "api-version", "colour", "hook"];
const VALUES: [&str; 8] = ["docker", "containerd", "v1", "2.0.0", "1.0", "1.1", "", "\u{1b}[31m::error"];

fn gap() -> impl Strategy<Value = Gap> {
    prop::sample::select(vec![Gap::Unreachable, Gap::TimedOut, Gap::NotGranted, Gap::NotOffered, Gap::Unreadable])
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let (key, value) = (|| prop::sample::select(KEYS.to_vec()), prop::sample::select(VALUES.to_vec()));
    prop_oneof![
        (key(), value).prop_map(|(key, value)| fact(key, value)),
        (key(), any::<f64>()).prop_map(|(key, number)| Evidence::Fact {
            key: key.to_owned(),
            value: Value::Number(number),
            origin: origin(None)
        }),
        any::<bool>().prop_map(|present| capability("route:/a", present)),
        Just(complete("route:")),
        prop::sample::select(vec!["hook", "other"]).prop_map(|of| digest("hook", of, "c")),
        (key(), gap(), ".{0,3}").prop_map(|(name, why, detail)| missing(name, why, &detail)),
        any::<bool>().prop_map(|holds| finding("owner-empty", holds)),
    ]
}

fn end() -> impl Strategy<Value = RunEnd> {
    prop_oneof![
        3 => Just(RunEnd::Completed),
        1 => (gap(), ".{0,3}").prop_map(|(why, detail)| RunEnd::Failed { why, detail }),
        1 => ".{0,3}".prop_map(|message| RunEnd::Trapped { message, stack: Vec::new() }),
        1 => ".{0,3}".prop_map(|of| RunEnd::NotRecorded { detail: format!("{NOT_RECORDED} {of}"), questions: vec![of] }),
        1 => Just(RunEnd::Limit { name: "deadline".to_owned(), limit: "5s".to_owned(), observed: "6s".to_owned() }),
    ]
}

/// Runs of three probes, each of which may have a second instance.
fn runs() -> impl Strategy<Value = Vec<ProbeRun>> {
    let one = (prop::collection::vec(evidence(), 0..5), end());
    prop::collection::vec((prop::sample::select(vec!["agent", "gateway", "node"]), one), 0..6).prop_map(|all| {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        let numbered = all.into_iter().map(|(probe, (evidence, end))| {
            let number = count.entry(probe).or_default();
            *number += 1;
            instance(ended(probe, evidence, end), &format!("{probe}-{number}"))
        });
        numbered.collect()
    })
}

fn everything() -> Requirement {
    let hook = Sha256::of(b"hook").to_string();
    let of_service = [
        ("version", ">=2"),
        ("release", "v1"),
        ("api_version", "1.0"),
        ("mode", "docker"),
        ("capabilities", "route:/a"),
        ("sha256.hook", hook.as_str()),
        ("facts.colour", "<2"),
    ];
    let mut fields =
        vec![("api_version".to_owned(), "1.0"), ("mode".to_owned(), "docker"), ("esb_version".to_owned(), "v1")];
    for service in ["agent", "gateway"] {
        fields.extend(of_service.map(|(field, value)| (format!("services.{service}.{field}"), value)));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(field, value)| (field.as_str(), *value)).collect();
    requires(&fields)
}

proptest! {
    #[test]
    fn the_order_of_runs_changes_nothing(
        (runs, shuffled) in runs().prop_flat_map(|runs| (Just(runs.clone()), Just(runs).prop_shuffle())),
        strict in any::<bool>(),
    ) {
        let policy = if strict { Policy::Strict } else { Policy::Warn };
        let required = [everything()];
        let listed = listed(&runs);
        let judge = |runs: &[ProbeRun]| {
            super::super::judge(&Case { requirements: &required, listed: &listed, runs, policy })
        };
        prop_assert_eq!(judge(&runs), judge(&shuffled));
    }

    #[test]
    fn every_want_has_one_result_and_no_gap_passes(runs in runs()) {
        let results = judged(&[everything()], &runs, Policy::Strict);
        // Wants are told apart by the place they are required at, and by the instance.
        let mut wants: BTreeMap<(String, Option<&str>), usize> = BTreeMap::new();
        for result in &results {
            if let Some(field) = result.location.as_ref().and_then(|location| location.field.clone()) {
                *wants.entry((field, result.instance.as_deref())).or_default() += 1;
            }
        }
        prop_assert!(wants.values().all(|count| *count == 1), "{wants:?}");
        let fields: std::collections::BTreeSet<&String> = wants.keys().map(|(field, _)| field).collect();
        prop_assert_eq!(fields.len(), 17);
        for result in &results {
            let skipped = result.outcome == Outcome::Skip;
            prop_assert_eq!(skipped, result.would_be.is_some());
            prop_assert!(!skipped || result.rule == rules::OBSERVATION);
            prop_assert_eq!(result.outcome == Outcome::Pass, result.class == Class::Satisfied);
            let nobodys = matches!(result.class, Class::Satisfied | Class::Information);
            prop_assert_eq!(result.fault.is_none(), nobodys, "{:?}", result);
            prop_assert!(!format!("{result:?}").contains("\\u{1b}"), "hostile text is shown");
        }
    }

    #[test]
    fn what_is_skipped_has_a_cause_that_counts(runs in runs()) {
        let results = judged(&[everything()], &runs, Policy::Strict);
        for result in results.iter().filter(|result| result.outcome == Outcome::Skip) {
            let told = |other: &CheckResult| other.observed == result.observed && other.outcome == Outcome::Error;
            prop_assert!(results.iter().any(told), "{result:?}");
        }
    }

    #[test]
    fn warn_is_never_harder_than_strict(runs in runs()) {
        let code = |policy| report::judge(&judged(&[everything()], &runs, policy), report::FailOn::Fail).1;
        prop_assert!(code(Policy::Warn) == 0 || code(Policy::Strict) == code(Policy::Warn));
    }

    #[test]
    fn parts_make_the_whole(runs in runs(), of in 1_u32..6, strict in any::<bool>()) {
        let policy = if strict { Policy::Strict } else { Policy::Warn };
        let required = vec![everything()];
        let whole = judged(&required, &runs, policy);
        let parts = parts(&required, &runs, of);
        for (part, material) in &parts {
            let case = Case { requirements: &required, listed: &material.listed, runs: &material.runs, policy };
            let results = part::judge_part(&case, *part);
            // What a part says is true of the whole as well.
            for result in results.iter().filter(|result| result.outcome == Outcome::Fail) {
                let same = |other: &CheckResult| {
                    (&other.rule, &other.service, &other.instance, &other.location, other.outcome)
                        == (&result.rule, &result.service, &result.instance, &result.location, result.outcome)
                };
                prop_assert!(whole.iter().any(same), "{part}: {result:?}");
            }
            let results = crate::waiver::apply(results, &[], &[], crate::Date::LAST);
            let code = |results: &[CheckResult]| report::judge(results, report::FailOn::Fail).1;
            prop_assert!(code(&results) == 0 || code(&whole) != 0, "{part}: {results:?}");
        }
        // As JSON, which is how one job tells another.
        let parts = parts.into_iter().map(|(part, material)| {
            let json = serde_json::to_string(&material).unwrap();
            (part, serde_json::from_str(&json).unwrap())
        });
        let merged: Material = part::merge(parts.collect()).unwrap();
        let case = Case { requirements: &merged.requirements, listed: &merged.listed, runs: &merged.runs, policy };
        prop_assert_eq!(super::super::judge(&case), whole);
    }
}

/// What each part sees of these runs.
fn parts(required: &[Requirement], runs: &[ProbeRun], of: u32) -> Vec<(Partition, Material)> {
    let part = |number| {
        let part = Partition::new(number, of).unwrap();
        let mine = |run: &&ProbeRun| part.has(&run.service, &run.instance);
        let mut listed = listed(runs);
        for listed in &mut listed {
            let here = runs.iter().filter(mine).filter(|run| run.probe == listed.probe).count();
            listed.elsewhere = listed.instances - here;
        }
        let instances = vec![Sha256::of(b""); listed.len()];
        let material = Material {
            requirements: required.to_vec(),
            only: Vec::new(),
            left_out: Vec::new(),
            listed,
            instances,
            runs: runs.iter().filter(mine).cloned().collect(),
            waivers: Vec::new(),
            skips: Vec::new(),
            today: crate::Date::LAST,
            is_judged: true,
        };
        (part, material)
    };
    (1..=of).map(part).collect()
}

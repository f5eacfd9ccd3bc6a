//! `rules` and `explain`, as they read.

use shipworthy_contract::{Explain as _, Outcome, rules as table};
use shipworthy_report::{
    Look,
    rules::{ProbeRule, explain, explain_json, list, list_json},
};

const LOOK: Look = Look { color: false, unicode: true, width: 100, plain: false };
const EXPIRES: &str = "2026-12-04";

fn own() -> Vec<ProbeRule> {
    "provisioner"
        .parse()
        .into_iter()
        .map(|service| ProbeRule {
            service,
            name: "run-succeeded".to_owned(),
            severity: Outcome::Fail,
            summary: "the last run ended with exit code 0".to_owned(),
            hint: Some("read the container's last log lines".to_owned()),
            plugin: "builtin:provisioner".to_owned(),
        })
        .collect()
}

#[test]
fn the_list_reads_so() {
    insta::assert_snapshot!(list(&own(), &LOOK));
}

#[test]
fn each_rule_is_listed_once() {
    let text = list(&own(), &LOOK);
    let ids = table::all().map(|rule| rule.id.to_owned()).chain(["stack.provisioner.run-succeeded".to_owned()]);
    for id in ids {
        let lines = text.lines().filter(|line| line.split(' ').next() == Some(&id)).count();
        assert_eq!(lines, 1, "{id}");
    }
}

#[test]
fn every_rule_is_explained_and_its_waiver_is_toml() {
    for rule in table::all() {
        let text = explain(rule.id, &[], EXPIRES, &LOOK).unwrap_or_default();
        assert!(text.starts_with(rule.id), "{text}");
        let block: Option<String> = text.split_once("[[waivers]]").map(|(_, block)| format!("[[waivers]]{block}"));
        let counts = rule.rows.iter().any(|row| row.strict != Outcome::Info);
        assert_eq!(block.is_some(), counts, "{}", rule.id);
        let Some(block) = block else { continue };
        let parsed = match toml::de::DeTable::parse(&block) {
            Ok(parsed) => toml::de::DeValue::Table(parsed.into_inner()),
            Err(error) => panic!("{}: {error}\n{block}", rule.id),
        };
        let waiver = parsed["waivers"].as_ref()[0].as_ref();
        assert_eq!(waiver["rule"].as_ref().as_str(), Some(rule.id));
        assert_eq!(waiver["expires"].as_ref().as_datetime().map(ToString::to_string).as_deref(), Some(EXPIRES));
        assert!(waiver["reason"].as_ref().is_str());
    }
}

#[test]
fn a_stack_rule_is_explained() {
    insta::assert_snapshot!(explain("stack.observation", &[], EXPIRES, &LOOK).unwrap_or_default());
}

#[test]
fn a_payload_rule_is_explained_on_a_narrow_page() {
    let look = Look { width: 40, ..LOOK };
    insta::assert_snapshot!(explain("payload.hooks-digest", &[], EXPIRES, &look).unwrap_or_default());
}

#[test]
fn a_probes_own_rule_is_explained() {
    insta::assert_snapshot!(explain("stack.provisioner.run-succeeded", &own(), EXPIRES, &LOOK).unwrap_or_default());
}

#[test]
fn the_rule_about_signatures_reads_so() {
    insta::assert_snapshot!(explain("payload.signature", &[], EXPIRES, &LOOK).unwrap_or_default());
}

#[test]
fn an_unknown_rule_gives_the_nearest() {
    for (asked, nearest) in [
        ("payload.pth", Some("payload.path")),
        ("mode", Some("stack.mode")),
        ("mod", Some("stack.mode")),
        ("versio", Some("stack.version")),
        ("stack.provisioner.run-succeded", Some("stack.provisioner.run-succeeded")),
        ("something else", None),
    ] {
        let error = explain(asked, &own(), EXPIRES, &LOOK).map_err(|error| (error.nearest.clone(), error.help()));
        let Err((found, help)) = error else { panic!("{asked} is known") };
        assert_eq!(found.as_deref(), nearest, "{asked}");
        assert!(help.is_some_and(|help| nearest.is_none_or(|nearest| help.contains(nearest))));
    }
}

#[test]
fn a_side_gives_its_rules() {
    let error = explain("payload", &own(), EXPIRES, &LOOK).map_err(|error| error.help().unwrap_or_default());
    let Err(help) = error else { panic!("a side is no rule") };
    assert!(help.starts_with("it is a side, whose rules are: payload."), "{help}");
    assert!(help.contains("payload.path") && !help.contains("stack."), "{help}");
}

#[test]
fn a_rule_is_explained_to_those_who_listen() {
    let look = Look { plain: true, ..LOOK };
    insta::assert_snapshot!(explain("payload.hooks-digest", &[], EXPIRES, &look).unwrap_or_default());
}

#[test]
fn an_example_is_no_wider_than_a_narrow_page() {
    for width in 40..44 {
        let look = Look { width, ..LOOK };
        for rule in table::all() {
            let text = explain(rule.id, &[], EXPIRES, &look).unwrap_or_default();
            // What is there to be pasted is never broken.
            let laid_out = text.split("how to waive it").next().unwrap_or_default();
            // Nor is what stands between backticks.
            let wide = laid_out.lines().find(|line| line.chars().count() > width && !line.contains('`'));
            assert_eq!(wide, None, "{} at {width}", rule.id);
        }
    }
}

#[test]
fn machines_read_the_same() {
    let list: serde_json::Value = serde_json::from_str(&list_json(&own(), EXPIRES)).unwrap_or_default();
    let rules = list["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert_eq!(rules.len(), table::all().count() + 1);
    for rule in rules {
        let id = rule["id"].as_str().unwrap_or_default();
        let one: serde_json::Value =
            serde_json::from_str(&explain_json(id, &own(), EXPIRES).unwrap_or_default()).unwrap_or_default();
        assert_eq!(one["rules"][0], *rule, "{id}");
    }
    insta::assert_snapshot!(explain_json("stack.mode", &[], EXPIRES).unwrap_or_default());
}

#[test]
fn hostile_descriptors_are_shown_as_text() {
    let mut own = own();
    for rule in &mut own {
        rule.name = "x\u{1b}[31m\n::error::y\"".to_owned();
        rule.summary = "\u{1b}]0;t\u{7}::set-output\n::warning::z".to_owned();
        rule.hint = Some("::stop-commands::t".to_owned());
        rule.plugin = "a\r::debug::b".to_owned();
    }
    let id = own.first().map(ProbeRule::id).unwrap_or_default();
    for text in [list(&own, &LOOK), explain(&id, &own, EXPIRES, &LOOK).unwrap_or_default()] {
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }
}

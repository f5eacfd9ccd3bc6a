//! Which result of two reports is the other's, with results as the judge makes them.

use shipworthy_contract::{
    CheckResult, Class, Location, Outcome, Policy, Report, Sha256,
    report::{Part, Tree},
    rules,
};
use shipworthy_report::{
    Look,
    since::{self, Kind, Since},
};

use crate::samples::{fail, of, pass, report, result};

const LOOK: Look = Look { color: false, unicode: true, width: 100, plain: false };
const REFUSED: &str = "cannot connect to `https://127.0.0.1:9`: connection refused";

fn at(entry: usize, rest: &str, mut result: CheckResult) -> CheckResult {
    result.location = Some(Location {
        entry: Some(entry),
        field: Some(format!("artifacts[{entry}]{rest}")),
        file: Some("artifact.yml".to_owned()),
        ..Location::default()
    });
    result
}

/// An entry whose root is there.
fn sound(entry: usize) -> Vec<CheckResult> {
    vec![
        at(entry, "", pass(rules::CONFIG_FILE, "the runtime config files are there, each a map")),
        at(entry, "", pass(rules::PATH, "every path stays inside the root")),
    ]
}

/// One whose root is not.
fn rootless(entry: usize, root: &str) -> Vec<CheckResult> {
    let mut path = fail(rules::PATH, &format!("`artifacts[{entry}].artifact_root` does not exist"));
    path.observed = Some(root.to_owned());
    let unseen = "the config files cannot be looked for without a root and a config folder";
    let unseen = result(rules::CONFIG_FILE, Outcome::Skip, Class::Skipped, unseen);
    vec![at(entry, ".artifact_root", path), at(entry, "", unseen)]
}

fn altered(files: &[&str]) -> Vec<CheckResult> {
    let mut digest = fail(rules::TREE_DIGEST, "files altered");
    digest.items = files.iter().map(|file| (*file).to_owned()).collect();
    vec![at(0, ".payload_manifest", digest)]
}

fn of_gateway(field: Option<&str>, mut result: CheckResult) -> CheckResult {
    result.location = field.map(|field| Location { field: Some(field.to_owned()), ..Location::default() });
    of("gateway", result)
}

fn outage() -> Vec<CheckResult> {
    let unseen = |what: &str| {
        let mut unseen = result(rules::OBSERVATION, Outcome::Error, Class::Unreachable, &format!("{what}: {REFUSED}"));
        unseen.observed = Some(REFUSED.to_owned());
        unseen
    };
    let version = unseen("version was not observed").skipped(Class::Skipped, "same cause as probe `gateway`");
    vec![
        of_gateway(None, unseen("probe `gateway` could not see any more")),
        of_gateway(Some("runtime_stack.services.gateway.version"), version),
    ]
}

fn served() -> Vec<CheckResult> {
    vec![
        of_gateway(Some("runtime_stack.services.gateway.version"), pass(rules::VERSION, "version is `2.0.0`")),
        of_gateway(None, pass(rules::CERTIFICATE, "the certificate is valid until 2099-12-31")),
    ]
}

fn reports(old: Vec<CheckResult>, new: Vec<CheckResult>) -> (Report, Report) {
    (report(Policy::Strict, old), report(Policy::Strict, new))
}

fn since_of((old, new): &(Report, Report)) -> Since {
    since::compare(("old.json", old), ("new.json", new))
}

fn kinds(since: &Since) -> Vec<Kind> {
    since.changes.iter().map(|change| change.kind).collect()
}

#[test]
fn what_is_mended_is_fixed_and_what_breaks_is_told_once() {
    for (old, new, expected) in [
        (rootless(0, "orders"), sound(0), &[Kind::Fixed][..]),
        // That config files are not looked for any more is another thing than that the root is gone.
        (sound(0), rootless(0, "orders"), &[Kind::NewFailure, Kind::Unseen]),
        (rootless(0, "orders"), rootless(0, "orders"), &[Kind::StillFailing]),
        (outage(), served(), &[Kind::Fixed]),
        (served(), outage(), &[Kind::NewFailure, Kind::Unseen, Kind::Unseen]),
        (outage(), vec![], &[Kind::NoLongerChecked]),
        // What was seen before is seen still: it says nothing of the outage.
        ([outage(), served()].concat(), served(), &[Kind::NoLongerChecked]),
    ] {
        let case = format!("{old:?} -> {new:?}");
        assert_eq!(kinds(&since_of(&reports(old, new))), expected, "{case}");
    }
}

/// A name of a list that holds is no other name that failed.
#[test]
fn a_rule_that_holds_for_something_else_mends_nothing() {
    let has = |name: &str, made: CheckResult| CheckResult { expected: Some(name.to_owned()), ..made };
    let field = "runtime_stack.services.gateway.capabilities";
    let old = vec![of_gateway(Some(field), has("auth", fail(rules::CAPABILITY, "auth")))];
    let new = vec![of_gateway(Some("services.gateway.capabilities"), has("invoke", pass(rules::CAPABILITY, "invoke")))];
    assert_eq!(kinds(&since_of(&reports(old, new))), [Kind::NoLongerChecked]);
}

#[test]
fn another_file_of_the_same_rule_is_another_failure() {
    for (old, new, kind, code) in [
        (&["a.txt"][..], &["b.txt"][..], Kind::NewFailure, 1),
        (&["a.txt"], &["a.txt", "b.txt"], Kind::NewFailure, 1),
        (&["a.txt", "b.txt"], &["b.txt"], Kind::StillFailing, 0),
        (&["a.txt"], &["a.txt"], Kind::StillFailing, 0),
    ] {
        let both = reports(altered(old), altered(new));
        assert_eq!(kinds(&since_of(&both)), [kind], "{old:?} -> {new:?}");
        assert_eq!(
            since::exit_code(&since::compare(("old.json", &both.0), ("new.json", &both.1))),
            code,
            "{old:?} -> {new:?}"
        );
    }
    let many: Vec<String> = (0..500).map(|number| format!("{number:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let since = since_of(&reports(altered(&["007", "a.txt"]), altered(&many)));
    assert_eq!(
        (since.changes[0].new_items.len(), since.changes[0].gone_items.as_slice()),
        (499, &["a.txt".into()][..])
    );
    let page = since::render(&since, &LOOK);
    insta::assert_snapshot!(page.split_once("new failures").unwrap().1, @r"

    ------------
    × files altered [payload.tree-digest]
        new       000, 001, 002, 003, 004, 005, 006, 008, 009, 010 and 489 more
        gone      a.txt

    × worse than before: 1 new failure, 0 checks as before
    ");
}

#[test]
fn an_entry_in_front_moves_those_behind_it_and_breaks_none() {
    let old = [rootless(0, "orders"), sound(1)].concat();
    let new = [sound(0), rootless(1, "orders"), sound(2)].concat();
    let both = reports(old, new);
    let since = since_of(&both);
    assert_eq!(kinds(&since), [Kind::StillFailing]);
    assert_eq!(since::exit_code(&since::compare(("old.json", &both.0), ("new.json", &both.1))), 0);
    let moved: Vec<_> = since.moved.iter().map(|moved| (moved.what.as_str(), moved.now.as_deref())).collect();
    assert_eq!(moved, [("entries", Some("3"))]);
    // And what is wrong with the new one is new.
    let both = reports(sound(0), [rootless(0, "shop"), sound(1)].concat());
    assert_eq!(kinds(&since_of(&both)), [Kind::NewFailure]);
    assert_eq!(since::exit_code(&since::compare(("old.json", &both.0), ("new.json", &both.1))), 1);
    let both = reports(rootless(0, "orders"), [rootless(0, "shop"), rootless(1, "orders")].concat());
    assert_eq!(kinds(&since_of(&both)), [Kind::NewFailure, Kind::StillFailing]);
}

#[test]
fn an_entry_is_known_by_its_root() {
    let tree = |entry: usize, root: &str| Tree { entry, root: format!("/srv/{root}"), digest: Sha256::of(b"") };
    let mut both = reports(
        [sound(0), rootless(1, "orders"), sound(2)].concat(),
        [sound(0), sound(1), rootless(2, "orders"), sound(3)].concat(),
    );
    for (report, trees) in
        [(&mut both.0, vec![tree(0, "a"), tree(2, "c")]), (&mut both.1, vec![tree(0, "x"), tree(1, "a"), tree(3, "c")])]
    {
        report.artifact.as_mut().unwrap().trees = trees;
    }
    let since = since_of(&both);
    assert_eq!(kinds(&since), [Kind::StillFailing]);
    let moved: Vec<_> = since.moved.iter().map(|moved| (moved.of.as_str(), moved.what.as_str())).collect();
    assert_eq!(moved, [("the check", "entries"), ("/srv/a", "entry"), ("/srv/c", "entry")]);
}

#[test]
fn a_part_may_not_go_ahead_by_itself() {
    let (mut old, new) = reports(sound(0), sound(0));
    let material = serde_json::json!({});
    old.part = Some(Part { number: 1, of: 2, shipworthy: "0.1.0".to_owned(), material });
    let page = since::render(&since_of(&(old, new)), &LOOK);
    assert!(page.contains("(nothing in this part stands in the way)") && page.contains("(may go ahead)"), "{page}");
}

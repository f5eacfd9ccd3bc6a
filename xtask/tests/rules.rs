//! `docs/rules.md` has each rule under its anchor, and links to rules lead there.

#![expect(clippy::disallowed_methods, reason = "reads the tree it stands in")]
#![expect(clippy::expect_used, reason = "a test may stop where the tree cannot be read")]

use std::{collections::BTreeSet, fs, path::PathBuf};

fn docs() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let entries = fs::read_dir(folder).expect("docs");
    let pages = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"));
    pages.map(|path| (path.clone(), fs::read_to_string(path).expect("a page"))).collect()
}

#[test]
fn every_rule_stands_once_on_its_page() {
    let pages = docs();
    let (_, page) = pages.iter().find(|(path, _)| path.ends_with("rules.md")).expect("docs/rules.md");
    for rule in shipworthy_contract::rules::all() {
        let heading = format!("\n### `{}`\n", rule.id);
        assert_eq!(page.matches(&heading).count(), 1, "{}", rule.id);
        let section = page.split(&heading).nth(1).and_then(|rest| rest.split("\n### ").next()).expect("a section");
        for part in [rule.explanation, rule.hint, rule.clause, rule.evidence, "\n```text\n"] {
            assert!(section.contains(part), "{}: {part}", rule.id);
        }
    }
}

#[test]
fn every_link_to_a_rule_leads_to_its_heading() {
    let pages = docs();
    let (_, page) = pages.iter().find(|(path, _)| path.ends_with("rules.md")).expect("docs/rules.md");
    let anchors: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .map(|id| id.replace('.', ""))
        .collect();
    for (path, text) in &pages {
        let prefix = if path.ends_with("rules.md") { "](#" } else { "](rules.md#" };
        for link in text.split(prefix).skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(anchors.contains(link), "{}: {link}", path.display());
        }
    }
}

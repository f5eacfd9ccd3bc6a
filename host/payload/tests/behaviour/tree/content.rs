//! Bytes and the closed set: every file that differs is told, and none that does not.

use std::fs;

use shipworthy_contract::{Outcome, Sha256, rules};

use super::{broken, told, tree};
use crate::sandbox::{Artifact, SOUND};

#[test]
fn a_sound_tree_passes_and_has_a_root_digest() {
    let artifact = tree().folder("a/nothing/here").sealed();
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
    let (outcome, message, _) = told(&artifact, &rules::TREE_DIGEST);
    assert_eq!((outcome, message.as_str()), (Outcome::Pass, "5 files (37 B) are what the sums file lists"));
    for rule in
        [rules::TREE_FILE, rules::TREE_LINK, rules::TREE_SPECIAL, rules::TREE_MODE, rules::TREE_NAME, rules::LIMIT]
    {
        assert_eq!(told(&artifact, &rule).0, Outcome::Pass, "{rule}");
    }
    let checked = artifact.ask().unwrap();
    let [tree] = checked.artifact.trees.as_slice() else { panic!("{:?}", checked.artifact.trees) };
    // Written by us, the sums file is canonical: its own digest is the tree's.
    let sums = fs::read(artifact.place("a/SHA256SUMS")).unwrap();
    assert_eq!((tree.entry, tree.digest), (0, Sha256::of(&sums)));
    assert_eq!(tree.root, fs::canonicalize(artifact.place("a")).unwrap().display().to_string());
    // Folders with nothing in them are not covered, and that is said.
    let coverage = artifact.results().into_iter().filter(|result| result.rule == rules::COVERAGE);
    let told: Vec<_> = coverage.filter(|result| !result.items.is_empty()).collect();
    assert_eq!((told.len(), told[0].outcome, told[0].items.join(" ").as_str()), (1, Outcome::Info, "nothing/here"));
}

#[test]
fn the_root_digest_does_not_depend_on_how_the_sums_are_written() {
    let sound = tree().sealed();
    let sums = fs::read_to_string(sound.place("a/SHA256SUMS")).unwrap();
    let digest = |artifact: &Artifact| artifact.ask().unwrap().artifact.trees[0].digest;
    let expected = digest(&sound);
    let mut lines: Vec<String> = sums.lines().map(|line| line.replace("  ", " *./")).collect();
    lines.reverse();
    let loose = tree().listed(lines.join("\n").as_bytes());
    assert_eq!(digest(&loose), expected);
    let own = format!("{}  SHA256SUMS\n{sums}", "0".repeat(64));
    assert_eq!(digest(&tree().listed(own.as_bytes())), expected, "the sums file itself is not part of it");
}

#[test]
fn all_files_that_differ_are_told_by_rule_in_order() {
    let artifact = tree()
        .file("a/z", "1")
        .file("a/y", "2")
        .sealed()
        .file("a/z", "another")
        .file("a/app/a.txt", "hellO\n")
        .without("a/y")
        .without("a/app/sub/b.txt")
        .file("a/evil.sh", "")
        .file("a/.hidden", "");
    assert_eq!(
        broken(&artifact),
        ["payload.tree-digest fail app/a.txt app/sub/b.txt y z", "payload.tree-file fail .hidden evil.sh"]
    );
    let result = artifact.result(&rules::TREE_DIGEST).unwrap();
    assert_eq!(result.message, "2 files altered, 2 files missing, of 7 listed");
    let evidence: Vec<_> = result.evidence.iter().map(|line| format!("{}: {}", line.name, line.value)).collect();
    let altered = |path: &str, text: &str| format!("{path}: altered: sha256 {}", Sha256::of(text.as_bytes()));
    assert_eq!(
        evidence,
        [
            altered("app/a.txt", "hellO\n"),
            "app/sub/b.txt: missing".to_owned(),
            "y: missing".to_owned(),
            altered("z", "another"),
        ]
    );
    assert!(artifact.ask().unwrap().artifact.trees.is_empty(), "nothing to bind");
}

#[test]
fn an_extra_hard_link_is_an_extra_file() {
    let artifact = tree().sealed();
    fs::hard_link(artifact.place("a/app/a.txt"), artifact.place("a/app/hard")).unwrap();
    fs::hard_link(artifact.place("a/SHA256SUMS"), artifact.place("a/copy")).unwrap();
    assert_eq!(broken(&artifact), ["payload.tree-file fail app/hard copy"]);
}

#[test]
fn the_manifest_may_lie_in_the_tree() {
    for root in [".", "../a"] {
        let artifact = Artifact::new(SOUND).file("a/x", "1").sealed();
        let manifest = fs::read_to_string(artifact.place("artifact.yml")).unwrap();
        let inside = manifest.replace("artifact_root: a", &format!("artifact_root: {root}"));
        let artifact = artifact.file("a/artifact.yml", inside);
        let checked = artifact.ask_about(&artifact.place("a/artifact.yml")).unwrap();
        assert!(checked.results.iter().all(|result| !result.outcome.blocks()), "{root}: {:#?}", checked.results);
        // Any other manifest in the tree is a file like any other.
        let artifact = artifact.file("a/app/artifact.yml", "x");
        let checked = artifact.ask_about(&artifact.place("a/artifact.yml")).unwrap();
        let extra = checked.results.iter().find(|result| result.rule == rules::TREE_FILE).unwrap();
        assert_eq!((extra.outcome, extra.items.as_slice()), (Outcome::Fail, &["app/artifact.yml".to_owned()][..]));
    }
}

#[test]
fn entries_that_share_a_tree_are_each_told() {
    let artifact = tree().sealed().file("a/evil", "");
    let manifest = fs::read_to_string(artifact.place("artifact.yml")).unwrap();
    let (_, entry) = manifest.split_once("artifacts:\n").unwrap();
    let artifact = artifact.file("artifact.yml", format!("{manifest}{entry}"));
    let extra: Vec<_> = artifact
        .results()
        .into_iter()
        .filter(|result| result.rule == rules::TREE_FILE)
        .map(|result| (result.location.unwrap().entry, result.items))
        .collect();
    assert_eq!(extra, [(Some(0), vec!["evil".to_owned()]), (Some(1), vec!["evil".to_owned()])]);
}

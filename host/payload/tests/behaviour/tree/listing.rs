//! The sums file itself: there, regular, well-formed, and the one that the manifest means.

use std::fs;

use shipworthy_contract::{Class, Outcome, Sha256, rules};

use super::{broken, told, tree};
use crate::sandbox::Artifact;

fn sums(artifact: &Artifact) -> String {
    fs::read_to_string(artifact.place("a/SHA256SUMS")).unwrap()
}

/// The one result about the sums file.
fn fault(artifact: &Artifact) -> String {
    let (outcome, message, items) = told(artifact, &rules::TREE_DIGEST);
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(told(artifact, &rules::TREE_FILE).0, Outcome::Skip, "nothing is listed");
    assert!(artifact.ask().unwrap().artifact.trees.is_empty());
    if items.is_empty() { message } else { format!("{message}: {}", items.join(", ")) }
}

#[test]
fn a_sums_file_that_cannot_be_one_is_told_as_what_it_is() {
    let sound = || tree().sealed();
    let without = || sound().without("a/SHA256SUMS");
    let missing = without();
    assert_eq!(fault(&missing), "the sums file does not exist");
    let place = missing.result(&rules::TREE_DIGEST).unwrap().location.unwrap();
    assert_eq!(place.field.as_deref(), Some("artifacts[0].payload_manifest.path"));
    assert_eq!(place.file.as_deref(), Some("DIR/a/SHA256SUMS"));

    assert_eq!(fault(&without().folder("a/SHA256SUMS")), "the sums file is a folder, not a regular file");
    assert_eq!(fault(&without().fifo("a/SHA256SUMS")), "the sums file is a FIFO, not a regular file");
    let linked = sound();
    fs::rename(linked.place("a/SHA256SUMS"), linked.place("sums")).unwrap();
    assert_eq!(fault(&linked.link("a/SHA256SUMS", "../sums")), "the sums file is a link, or behind one");
    // Also a link that stays inside: under no policy is the listing read through one.
    let mut behind =
        tree().folder("a/real").link("a/meta", "real").sealed_behind("a/real/SHA256SUMS", "meta/SHA256SUMS");
    behind.policy = shipworthy_contract::Policy::Warn;
    assert_eq!(fault(&behind), "the sums file is a link, or behind one");

    assert_eq!(fault(&tree().listed(b"")), "the sums file is empty");
    let twice = sound();
    let twice = twice_listed(&twice);
    assert_eq!(fault(&twice), "the sums file lists 1 name twice: app/a.txt");
    let malformed = tree().listed(format!("{}garbage\n\n{}  ../x\n", sums(&sound()), "0".repeat(64)).as_bytes());
    assert_eq!(
        fault(&malformed),
        "the sums file has 3 malformed lines: line 6 is not `DIGEST  NAME`, line 7 is not `DIGEST  NAME`, \
         line 8 names a path that is not canonical"
    );
}

fn twice_listed(sound: &Artifact) -> Artifact {
    tree().listed(format!("{}{}  ./app/a.txt\n", sums(sound), Sha256::of(b"hello\n")).as_bytes())
}

#[test]
fn another_sums_file_than_the_manifest_means_is_told_with_both_digests() {
    let artifact = tree().sealed();
    let meant = Sha256::of(sums(&artifact).as_bytes());
    let text = sums(&artifact) + "\n";
    let artifact = artifact.file("a/SHA256SUMS", &text).file("a/evil", "").link("a/out", "/etc");
    assert_eq!(fault(&artifact), "the sums file is another one");
    let result = artifact.result(&rules::TREE_DIGEST).unwrap();
    assert_eq!(result.expected, Some(meant.to_string()));
    assert_eq!(result.observed, Some(Sha256::of(text.as_bytes()).to_string()));
    // What needs no listing is judged all the same.
    assert_eq!(told(&artifact, &rules::TREE_LINK).2, ["out"]);
}

#[test]
fn upper_case_marks_dots_and_a_missing_last_line_end_are_understood() {
    let artifact = tree().sealed();
    let lines: Vec<String> = sums(&artifact)
        .lines()
        .map(|line| line.split_once("  ").map(|(digest, name)| format!("{} *./{name}", digest.to_uppercase())).unwrap())
        .collect();
    let artifact = tree().listed(lines.join("\r\n").as_bytes());
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
}

#[test]
fn limits_of_listing_and_tree_hold_before_anything_is_read() {
    let small = |change: fn(&mut shipworthy_payload::Limits)| {
        let mut artifact = tree().file("a/big", "0123456789").sealed().file("a/big", "9876543210");
        change(&mut artifact.limits);
        artifact
    };
    for (change, expected) in [
        ((|limits| limits.file_bytes = 13) as fn(&mut shipworthy_payload::Limits), "1 file too large"),
        (|limits| limits.tree_bytes = 40, "the tree is larger than what is read: nothing of it was read"),
        (|limits| limits.tree_files = 5, "the sums file has more than 5 files"),
        (|limits| limits.sums_bytes = 100, "the sums file has more than 100B"),
        (|limits| limits.folders = 1, "1 folder too deep"),
    ] {
        let artifact = small(change);
        let results = artifact.results().into_iter().filter(|result| result.rule == rules::LIMIT);
        let limits: Vec<_> = results.map(|result| (result.outcome, result.message)).collect();
        assert!(limits.contains(&(Outcome::Fail, expected.to_owned())), "{expected}: {limits:?}");
        // The altered file was not read, so nothing is said of its bytes.
        assert_eq!(told(&artifact, &rules::TREE_DIGEST).0, Outcome::Skip, "{expected}");
        assert!(artifact.ask().unwrap().artifact.trees.is_empty());
    }
    let mut many = tree().sealed().file("a/x1", "").file("a/x2", "");
    many.limits.tree_files = 6;
    let result = many.result(&rules::LIMIT).unwrap();
    assert_eq!((result.outcome, result.class), (Outcome::Fail, Class::Limit));
    assert_eq!(result.observed.as_deref(), Some("more than 6"));
}

#[test]
fn a_file_of_nothing_that_is_larger_than_any_disk_is_refused_at_once() {
    for name in ["a/app/a.txt", "a/huge"] {
        let artifact = tree().sealed().file("a/huge", "");
        fs::File::options().write(true).open(artifact.place(name)).unwrap().set_len(200 << 30).unwrap();
        let result = artifact.result(&rules::LIMIT).unwrap();
        assert_eq!(result.items, [name.strip_prefix("a/").unwrap()]);
        assert_eq!(result.evidence[0].value, "too large: 200GiB");
        assert!(broken(&artifact).iter().any(|line| line.starts_with("payload.limit fail")));
    }
}

#[test]
fn a_field_that_is_wrong_keeps_the_tree_from_being_judged_and_says_so() {
    let artifact = tree().sealed();
    let manifest = fs::read_to_string(artifact.place("artifact.yml")).unwrap();
    for (from, to, rule) in [
        ("path: SHA256SUMS", "path: ../SHA256SUMS", rules::PATH),
        ("path: SHA256SUMS, ", "", rules::ENTRY_FIELD),
        ("sha256: ", "sha256: x", rules::ENTRY_FIELD),
    ] {
        let artifact = tree().sealed().file("artifact.yml", manifest.replace(from, to));
        assert_eq!(told(&artifact, &rule).0, Outcome::Fail, "{to}");
        assert_eq!(told(&artifact, &rules::TREE_DIGEST).0, Outcome::Skip, "{to}");
    }
}

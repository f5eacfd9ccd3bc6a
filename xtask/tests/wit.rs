//! The WIT for years: a released folder never changes, and within a minor version a later one only adds
//! (`docs/wit-versioning.md`).

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test reads the tree, may stop where it cannot, and looks up what a parsed package refers to itself"
)]

#[path = "wit/growth.rs"]
mod growth;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use growth::changes;
use shipworthy_contract::{Sha256, wit};

/// The digests of all released files, as `sha256sum` writes them: `cd wit && sha256sum --check released.sha256`.
const RELEASED: &str = include_str!("../../wit/released.sha256");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Released files and their digests.
fn released() -> BTreeMap<&'static str, &'static str> {
    let line = |line: &'static str| line.split_once("  ").expect("a digest, two blanks and a path");
    RELEASED.lines().map(line).map(|(digest, path)| (path, digest)).collect()
}

/// Every file of every folder in `wit/`.
fn found() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("wit")).expect("wit/").map(|entry| entry.expect("an entry").path());
    let in_folder = |folder: PathBuf| {
        let files = fs::read_dir(&folder).expect("a folder of wit/").map(|file| file.expect("a file").path());
        files
            .map(|file| file.strip_prefix(root().join("wit")).expect("in wit/").display().to_string())
            .collect::<Vec<_>>()
    };
    folders.filter(|path| path.is_dir()).flat_map(in_folder).collect()
}

#[test]
fn a_released_folder_never_changes() {
    for (path, digest) in released() {
        let bytes = fs::read(root().join("wit").join(path)).unwrap_or_else(|error| panic!("wit/{path}: {error}"));
        let found = Sha256::of(&bytes).to_string();
        assert!(
            found == digest,
            "wit/{path} is released and has changed: put it back, and make a folder for the next version \
             (docs/wit-versioning.md)\nreleased: {digest}\nfound:    {found}"
        );
    }
}

#[test]
fn every_folder_is_released() {
    let listed: BTreeSet<String> = released().into_keys().map(str::to_owned).collect();
    assert_eq!(found(), listed, "add what is new: cd wit && sha256sum VERSION/*.wit >> released.sha256");
    assert_eq!(RELEASED.lines().count(), listed.len(), "a path stands twice in wit/released.sha256");
}

#[test]
fn a_folder_is_named_by_the_version_in_it() {
    for path in released().into_keys() {
        let (folder, _) = path.split_once('/').expect("a folder");
        assert_eq!(growth::version(&read(&root().join("wit").join(path))).ok().as_deref(), Some(folder));
    }
}

#[test]
fn within_a_minor_version_releases_only_grow() {
    let mut by_track: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in released().into_keys() {
        let (folder, _) = path.split_once('/').expect("a folder");
        by_track.entry(wit::track(folder).expect("a release")).or_default().push(folder);
    }
    for releases in by_track.values_mut() {
        releases.sort_by_key(|release| release.rsplit_once('.').and_then(|(_, patch)| patch.parse::<u32>().ok()));
        let text = |release: &str| read(&root().join("wit").join(release).join("probe.wit"));
        for (earlier, later) in releases.iter().zip(releases.iter().skip(1)) {
            assert_eq!(changes(&text(earlier), &text(later)).expect("WIT"), [""; 0], "{earlier} to {later}");
        }
        // The host serves the newest of each minor version that it serves at all.
        let newest = releases.last().expect("a release");
        assert_eq!(wit::serving(newest, &wit::SERVED), Some(*newest));
    }
}

const EARLIER: &str = include_str!("../../wit/0.1.0/probe.wit");

#[test]
fn one_function_more_is_growth() {
    let trial = include_str!("../../host/engine/tests/wit/0.1.1/probe.wit");
    assert_eq!(changes(EARLIER, trial).expect("WIT"), [""; 0]);
    assert_eq!(changes(EARLIER, EARLIER).expect("WIT"), [""; 0]);
    assert_eq!(changes(trial, EARLIER).expect("WIT"), ["function `evidence.fact-list` is gone"]);
}

#[test]
fn a_minor_version_may_change_what_a_release_may_not() {
    let trial = include_str!("../../host/engine/tests/wit/0.2.0/probe.wit");
    let told = "function `evidence.missing` was `Freestanding(name: string, why: evidence.gap, detail: string)`, and is \
                `Freestanding(names: list<string>, why: evidence.gap, detail: string)`";
    assert_eq!(changes(EARLIER, trial).expect("WIT"), [told]);
}

#[test]
fn every_change_is_seen() {
    for (from, to, told) in [
        ("complete: func(prefix: string);", "", "function `evidence.complete` is gone"),
        ("prefix: string", "prefix: list<u8>", "function `evidence.complete` was"),
        ("prefix: string", "begin: string", "function `evidence.complete` was"),
        ("-> result<reply, error>", "-> result<reply>", "function `grpc.invoke` was"),
        ("-> result<reply, error>", "", "function `grpc.invoke` was"),
        ("sha256: func(id: string, path: string)", "sha256: func(path: string, id: string)", "`containers.sha256` was"),
        ("        defect,\n", "        defect,\n        tired,\n", "type `gaps.gap` was"),
        ("boolean(bool)", "boolean(u8)", "type `evidence.value` was"),
        ("boolean(bool),", "", "type `evidence.value` was"),
        ("status: u16", "status: u32", "type `http.response` was"),
        ("limit-ms: u32", "limit-us: u32", "type `network.timeout` was"),
        ("subject: option<string>", "subject: string", "type `evidence.origin` was"),
        ("{ debug, info, warn, error }", "{ info, debug, warn, error }", "type `log.level` was"),
        ("    import grpc;\n", "", "world `probe` imports `shipworthy:probe/grpc` is gone"),
        (
            "    export guest;\n",
            "    export guest;\n    export log;\n",
            "world `probe` exports `shipworthy:probe/log` is new",
        ),
        ("    export guest;\n", "    import guest;\n", "world `probe` exports `shipworthy:probe/guest` is gone"),
    ] {
        assert_eq!(EARLIER.matches(from).count().min(1), 1, "{from}");
        let later = EARLIER.replacen(from, to, 1);
        let changes = changes(EARLIER, &later).unwrap_or_else(|error| panic!("{from}: {error:#}"));
        assert!(changes.iter().any(|change| change.contains(told)), "{from}: {changes:?}");
    }
}

#[test]
fn what_is_only_added_is_no_change() {
    let with = |text: &str, before: &str, added: &str| {
        assert!(text.contains(before), "{before}");
        text.replacen(before, &format!("{added}{before}"), 1)
    };
    let interface = with(EARLIER, "interface log {", "interface files { read: func(path: string) -> list<u8>; }\n");
    let import = with(&interface, "    import log;", "    import files;\n");
    let ty = with(EARLIER, "    write: func", "    record line { text: string }\n");
    let comment = with(EARLIER, "    write: func", "    /// One line.\n");
    for later in [interface, import, ty, comment] {
        assert_eq!(changes(EARLIER, &later).expect("WIT"), [""; 0], "{later}");
    }
}

//! An artifact that changes after it was checked.

#![expect(clippy::disallowed_methods, reason = "tests change what they made, and tell the time")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    time::{Duration, SystemTime},
};

use shipworthy_payload::{Silent, Watched};

use crate::sandbox::{Artifact, SOUND};

/// Something that happens to an artifact.
type Change<'a> = &'a dyn Fn(&Artifact);

/// A sealed tree.
fn tree() -> Artifact {
    Artifact::new(SOUND).file("a/app/a.jar", "hello").file("a/app/b.jar", "world").sealed()
}

/// What is told after a change, with the folder as `DIR`. With `is_old` the artifact is taken for one that lay there for
/// an hour, so that only what the file system says of it decides whether it is read again.
fn told(artifact: &Artifact, is_old: bool, change: impl FnOnce(&Artifact)) -> Vec<String> {
    let manifest = artifact.place("artifact.yml");
    let request = artifact.request(&manifest, &Silent);
    let later = Duration::from_secs(if is_old { 3_600 } else { 0 });
    let watched = Watched::check(&request, SystemTime::now() + later).unwrap();
    if is_old {
        tick(artifact);
    }
    change(artifact);
    let folder = format!("{}/", manifest.parent().unwrap().display());
    let changes = watched.changes(&request, SystemTime::now() + later);
    changes.iter().map(|change| change.replace(&folder, "")).collect()
}

/// Waits for the file system's clock: what changes within a tick of its making looks as it was made.
fn tick(artifact: &Artifact) {
    let changed = || {
        fs::write(artifact.place("tick"), "").unwrap();
        let metadata = fs::metadata(artifact.place("tick")).unwrap();
        (metadata.ctime(), metadata.ctime_nsec())
    };
    let first = changed();
    while changed() == first {}
}

/// The same for a new and for an old artifact.
fn both(artifact: impl Fn() -> Artifact, change: impl Fn(&Artifact)) -> Vec<String> {
    let [new, old] = [false, true].map(|is_old| told(&artifact(), is_old, &change));
    assert_eq!(new, old, "how long it lay there decides what is read again, and nothing else");
    old
}

/// Writes a file in its place and gives it the times that it had, as `touch -r` does.
fn rewrite(path: &Path, text: &str) {
    let before = fs::metadata(path).unwrap();
    assert_eq!(before.len(), text.len() as u64, "of the same size");
    fs::write(path, text).unwrap();
    let times = fs::FileTimes::new().set_accessed(before.accessed().unwrap()).set_modified(before.modified().unwrap());
    fs::File::options().write(true).open(path).unwrap().set_times(times).unwrap();
    assert_eq!(fs::metadata(path).unwrap().modified().unwrap(), before.modified().unwrap());
}

#[test]
fn what_did_not_change_stands() {
    assert!(both(tree, |_| {}).is_empty());
    assert!(both(|| Artifact::new(SOUND), |_| {}).is_empty());
    // Read, and written to with what it held.
    assert!(both(tree, |artifact| drop(fs::read(artifact.place("a/app/a.jar")).unwrap())).is_empty());
    assert!(both(tree, |artifact| fs::write(artifact.place("a/app/a.jar"), "hello").unwrap()).is_empty());
    assert!(
        both(tree, |artifact| fs::write(artifact.place("a/config/functions.yml"), "functions: {}\n").unwrap())
            .is_empty()
    );
}

#[test]
fn every_change_is_told_by_what_it_is() {
    let changed = |change: &dyn Fn(&Artifact)| both(tree, change).join("; ");
    let altered = "payload.tree-digest: 1 file altered, of 4 listed: app/a.jar";
    let table: &[(&str, Change<'_>)] = &[
        (altered, &|of| fs::write(of.place("a/app/a.jar"), "other").unwrap()),
        (altered, &|of| rewrite(&of.place("a/app/a.jar"), "HELLO")),
        (altered, &|of| {
            fs::write(of.place("beside"), "HELLO").unwrap();
            fs::rename(of.place("beside"), of.place("a/app/a.jar")).unwrap();
        }),
        ("payload.tree-digest: 1 file missing, of 4 listed: app/a.jar", &|of| {
            fs::remove_file(of.place("a/app/a.jar")).unwrap();
        }),
        ("payload.tree-file: 1 file not listed: app/new.jar", &|of| fs::write(of.place("a/app/new.jar"), "").unwrap()),
        ("payload.tree-mode", &|of| {
            fs::set_permissions(of.place("a/app/a.jar"), fs::Permissions::from_mode(0o4755)).unwrap();
        }),
        ("`a/config/functions.yml` has other bytes", &|of| {
            fs::write(of.place("a/config/functions.yml"), "a: 1\n").unwrap();
        }),
        ("`a/config/resources.yml` was not there", &|of| {
            fs::write(of.place("a/config/resources.yml"), "a: 1\n").unwrap();
        }),
        ("the manifest `artifact.yml`: sha256 was", &|of| {
            let text = fs::read_to_string(of.place("artifact.yml")).unwrap();
            fs::write(of.place("artifact.yml"), format!("{text}# more\n")).unwrap();
        }),
        ("the manifest does not exist", &|of| fs::remove_file(of.place("artifact.yml")).unwrap()),
        ("`artifacts[0].artifact_root` does not exist", &|of| fs::rename(of.place("a"), of.place("b")).unwrap()),
    ];
    for (expected, change) in table {
        let told = changed(*change);
        assert!(told.contains(expected), "expected {expected}\nfound {told}");
    }
}

#[test]
fn a_root_that_leads_elsewhere_is_seen() {
    let artifact = || {
        let artifact = tree();
        fs::rename(artifact.place("a"), artifact.place("v1")).unwrap();
        fs::create_dir(artifact.place("v2")).unwrap();
        artifact.link("a", "v1")
    };
    let swap = |artifact: &Artifact| {
        fs::remove_file(artifact.place("a")).unwrap();
        std::os::unix::fs::symlink("v2", artifact.place("a")).unwrap();
    };
    let told = both(artifact, swap).join("; ");
    assert!(told.contains("`a/config/functions.yml` is gone"), "{told}");
}

#[test]
fn without_a_payload_manifest_only_what_is_read_is_watched() {
    let untold = both(|| Artifact::new(SOUND), |of| fs::write(of.place("a/app.jar"), "anything").unwrap());
    assert!(untold.is_empty(), "{untold:?}");
    let told = both(|| Artifact::new(SOUND), |of| rewrite(&of.place("a/config/routing.yml"), "routes: {}\n"));
    assert_eq!(told, ["`a/config/routing.yml` has other bytes"]);
}

#[test]
fn a_link_that_is_only_warned_of_may_not_lead_elsewhere_either() {
    let artifact = || {
        let mut artifact = tree().link("a/app/link", "a.jar");
        artifact.policy = shipworthy_contract::Policy::Warn;
        artifact
    };
    let told = both(artifact, |of| {
        fs::remove_file(of.place("a/app/link")).unwrap();
        std::os::unix::fs::symlink("b.jar", of.place("a/app/link")).unwrap();
    });
    assert!(told.join("; ").contains("payload.tree-link"), "{told:?}");
}

#[test]
fn many_changes_are_counted() {
    let told = told(&tree(), true, |of| {
        for number in 0..30 {
            fs::write(of.place(&format!("a/app/{number}.jar")), "").unwrap();
        }
    });
    let told = told.join("; ");
    assert!(told.contains("30 files not listed") && told.contains("25 more"), "{told}");
}

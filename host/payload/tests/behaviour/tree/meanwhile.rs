//! What happens while we look: the tree is written to between the look at it and the reading, and in the middle of a
//! file. [`Progress`] tells when, so no test depends on time.

use std::{
    fmt, fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use shipworthy_contract::{CheckResult, Outcome, rules};
use shipworthy_payload::Progress;

use super::tree;
use crate::sandbox::Artifact;

/// More than is read at a time, so that something can happen in the middle.
const LONG: usize = 1 << 20;

/// When something is done to the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// It was looked at, and nothing is read yet.
    Looked,
    /// The first bytes were read.
    Reading,
}

struct Meddler<'a> {
    when: When,
    done: AtomicBool,
    act: &'a (dyn Fn() + Sync),
}

impl fmt::Debug for Meddler<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meddler").field("when", &self.when).finish_non_exhaustive()
    }
}

impl Meddler<'_> {
    fn act(&self, now: When) {
        if self.when == now && !self.done.swap(true, Ordering::Relaxed) {
            (self.act)();
        }
    }
}

impl Progress for Meddler<'_> {
    fn begin(&self, _files: u64, _bytes: u64) {
        self.act(When::Looked);
    }

    fn advance(&self, bytes: u64) {
        // Only the long file comes in pieces, and whoever reads it waits while we act.
        if bytes > 1_000 {
            self.act(When::Reading);
        }
    }

    fn end(&self) {}
}

/// Acts after every piece.
struct Always<'a> {
    act: &'a (dyn Fn() + Sync),
}

impl fmt::Debug for Always<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Always")
    }
}

impl Progress for Always<'_> {
    fn begin(&self, _files: u64, _bytes: u64) {}

    fn advance(&self, _bytes: u64) {
        (self.act)();
    }

    fn end(&self) {}
}

/// A tree with one long file.
fn long() -> Artifact {
    tree().file("a/long", vec![b'x'; LONG]).sealed()
}

/// What is told of the bytes when something is done meanwhile.
fn meanwhile(artifact: &Artifact, when: When, act: impl Fn(&Path) + Sync) -> (CheckResult, Vec<String>) {
    let folder: PathBuf = artifact.place("a/x").with_file_name("");
    let act = || act(&folder);
    let meddler = Meddler { when, done: AtomicBool::new(false), act: &act };
    let checked = artifact.ask_with(&artifact.place("artifact.yml"), &meddler).unwrap();
    assert!(meddler.done.into_inner(), "nothing was done");
    assert!(checked.artifact.trees.is_empty(), "a tree that changed has no digest");
    let result = checked.results.into_iter().find(|result| result.rule == rules::TREE_DIGEST).unwrap();
    assert_eq!(result.outcome, Outcome::Fail);
    let told = result.evidence.iter().map(|line| format!("{}: {}", line.name, line.value)).collect();
    (result, told)
}

#[test]
fn a_file_that_grows_while_it_is_read_is_told() {
    let grow = |folder: &Path| {
        fs::File::options().append(true).open(folder.join("long")).unwrap().write_all(b"more").unwrap();
    };
    for when in [When::Looked, When::Reading] {
        let (result, told) = meanwhile(&long(), when, grow);
        assert_eq!(result.message, "1 file changed while the tree was checked, of 6 listed", "{told:?}");
        assert_eq!(result.items, ["long"]);
        assert_eq!(
            result.hint.as_deref(),
            Some("let nobody write to the artifact while it is checked, and check it again")
        );
    }
}

#[test]
fn a_file_that_grows_for_ever_is_not_followed() {
    // Each piece that is read makes it longer: without an end of our own this would not end.
    let artifact = long();
    let path = artifact.place("a/long");
    let grow = || fs::File::options().append(true).open(&path).unwrap().write_all(&vec![b'x'; 256 << 10]).unwrap();
    let checked = artifact.ask_with(&artifact.place("artifact.yml"), &Always { act: &grow }).unwrap();
    let result = checked.results.into_iter().find(|result| result.rule == rules::TREE_DIGEST).unwrap();
    assert_eq!((result.outcome, result.items.as_slice()), (Outcome::Fail, &["long".to_owned()][..]));
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_told() {
    let shrink =
        |folder: &Path| fs::File::options().write(true).open(folder.join("long")).unwrap().set_len(10).unwrap();
    for (when, how) in [(When::Looked, "it shrank"), (When::Reading, "it shrank")] {
        let (_, told) = meanwhile(&long(), when, shrink);
        assert_eq!(told, [format!("long: changed while it was checked: {how} while it was read")]);
    }
}

#[test]
fn a_file_that_is_replaced_by_the_same_bytes_is_told() {
    let replace = |folder: &Path| {
        fs::write(folder.join("../new"), vec![b'x'; LONG]).unwrap();
        fs::rename(folder.join("../new"), folder.join("long")).unwrap();
    };
    for when in [When::Looked, When::Reading] {
        let (_, told) = meanwhile(&long(), when, replace);
        assert_eq!(told, ["long: changed while it was checked: it was written to, replaced or removed meanwhile"]);
    }
}

#[test]
fn a_file_that_becomes_something_else_is_told() {
    let meddle = |make: fn(&Path)| {
        move |folder: &Path| {
            fs::remove_file(folder.join("app/a.txt")).unwrap();
            make(&folder.join("app/a.txt"));
        }
    };
    let fifo = |path: &Path| {
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::from_bits_truncate(0o600)).unwrap();
    };
    let changed = "app/a.txt: changed while it was checked: it ";
    for make in [|_: &Path| (), fifo, |path: &Path| std::os::unix::fs::symlink("/etc/passwd", path).unwrap()] {
        let (_, told) = meanwhile(&long(), When::Looked, meddle(make));
        assert!(told.len() == 1 && told[0].starts_with(changed), "{told:?}");
    }
}

#[test]
fn a_folder_that_becomes_a_link_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(outside.path().join("sub")).unwrap();
    fs::write(outside.path().join("a.txt"), "hello\n").unwrap();
    fs::write(outside.path().join("empty"), "").unwrap();
    fs::write(outside.path().join("sub/b.txt"), "world\n").unwrap();
    // The same bytes outside: only who follows the link is satisfied.
    let (result, _) = meanwhile(&long(), When::Looked, |folder| {
        fs::rename(folder.join("app"), folder.join("../was-app")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.join("app")).unwrap();
    });
    assert_eq!(result.items, ["app", "app/sub"]);
}

#[test]
fn a_sums_file_that_changes_meanwhile_changes_nothing() {
    // It was read and held against its digest before; who rewrites it later cannot have his own bytes pass.
    let (result, _) = meanwhile(&long(), When::Looked, |folder| {
        let evil = format!("{}  app/a.txt\n", shipworthy_contract::Sha256::of(b"evil"));
        fs::write(folder.join("SHA256SUMS"), evil).unwrap();
        fs::write(folder.join("app/a.txt"), "evil").unwrap();
    });
    assert_eq!(result.items, ["app/a.txt"]);
}

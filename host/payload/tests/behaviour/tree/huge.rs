//! Trees and sums files at the limits and beyond, on a real file system: refused or checked, within bounded memory and
//! in the time of one walk.

use std::{ffi::CString, fs, io::Write as _, path::Path};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use shipworthy_contract::{Outcome, rules};

use super::{broken, told, tree};

/// Empty files in one folder: links to a few, which a file system makes and removes faster than files of their own.
fn files(folder: &Path, count: usize) {
    /// Links that ext4 allows to a file.
    const MOST: usize = 65_000;
    for first in (0..count).step_by(MOST) {
        let file = folder.join(format!("f{first}"));
        fs::write(&file, "").unwrap();
        for number in first + 1..count.min(first + MOST) {
            fs::hard_link(&file, folder.join(format!("f{number}"))).unwrap();
        }
    }
}

#[test]
fn a_million_files_are_checked_and_one_more_is_refused() {
    let mut artifact = tree();
    let folder = artifact.place("a/many/x").with_file_name("");
    // With the two config files this is the limit.
    files(&folder, 1_000_000 - 5);
    artifact = artifact.sealed();
    let checked = artifact.ask().unwrap();
    let result = checked.results.iter().find(|result| result.rule == rules::TREE_DIGEST).unwrap();
    let (outcome, message) = (result.outcome, &result.message);
    assert_eq!((outcome, message.as_str()), (Outcome::Pass, "1000000 files (37 B) are what the sums file lists"));
    artifact = artifact.file("a/one-more", "");
    let result = artifact.result(&rules::LIMIT).unwrap();
    assert_eq!((result.outcome, result.observed.as_deref()), (Outcome::Fail, Some("more than 1000000")));
}

#[test]
fn a_sums_file_of_hundreds_of_megabytes_is_read_once_and_not_held() {
    // 999,990 names of 200 bytes that are not there: 256 MiB are not reached, but nearly.
    let mut sums = Vec::with_capacity(270 << 20);
    for number in 0..999_990 {
        writeln!(sums, "{number:064x}  gone/{number:0195}").unwrap();
    }
    assert!(sums.len() > 250 << 20);
    let artifact = tree().listed(&sums);
    let (outcome, message, items) = told(&artifact, &rules::TREE_DIGEST);
    assert_eq!((outcome, message.as_str()), (Outcome::Fail, "999990 files missing, of 999990 listed"));
    assert_eq!((items.len(), items[1].len()), (999_990, 200));
    // Beyond the limit it is refused by its size alone.
    let file = fs::File::options().write(true).open(artifact.place("a/SHA256SUMS")).unwrap();
    file.set_len(200 << 30).unwrap();
    assert_eq!(told(&artifact, &rules::LIMIT).1, "the sums file has more than 256MiB");
}

#[test]
fn a_line_of_64_megabytes_is_a_malformed_line() {
    let mut sums = format!("{}  ", "0".repeat(64)).into_bytes();
    sums.resize(64 << 20, b'a');
    let (outcome, _, items) = told(&tree().listed(&sums), &rules::TREE_DIGEST);
    assert_eq!((outcome, items.as_slice()), (Outcome::Fail, &["line 1 is longer than any path".to_owned()][..]));
}

/// Folders within folders, far beyond what one path can name.
fn nested(at: &Path, depth: usize) -> rustix::fd::OwnedFd {
    let name = CString::new("d".repeat(200)).unwrap();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut folder = rustix::fs::openat(CWD, at, flags, Mode::empty()).unwrap();
    for _ in 0..depth {
        rustix::fs::mkdirat(&folder, &name, Mode::from_bits_truncate(0o755)).unwrap();
        folder = rustix::fs::openat(&folder, &name, flags, Mode::empty()).unwrap();
    }
    folder
}

#[test]
fn paths_beyond_what_the_system_can_name_are_checked() {
    // 250 folders of 200 bytes: a path of 50,000 bytes, where the system takes 4,096.
    let artifact = tree();
    let deepest = nested(&artifact.place("a/x").with_file_name(""), 250);
    let mode = Mode::from_bits_truncate(0o644);
    let leaf = rustix::fs::openat(&deepest, "leaf", OFlags::CREATE | OFlags::WRONLY, mode).unwrap();
    rustix::io::write(&leaf, b"deep down").unwrap();
    let artifact = artifact.sealed();
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
    rustix::io::write(&leaf, b", altered").unwrap();
    rustix::fs::mkfifoat(&deepest, "pipe", mode).unwrap();
    rustix::fs::symlinkat("leaf", &deepest, "link").unwrap();
    let path = |name: &str| format!("{}{name}", format!("{}/", "d".repeat(200)).repeat(250));
    assert_eq!(
        broken(&artifact),
        [
            format!("payload.tree-digest fail {}", path("leaf")),
            format!("payload.tree-link fail {}", path("link")),
            format!("payload.tree-special fail {}", path("pipe")),
        ]
    );
    for name in ["leaf", "pipe", "link"] {
        rustix::fs::unlinkat(&deepest, name, AtFlags::empty()).unwrap();
    }
}

#[test]
fn folders_below_the_limit_are_not_walked() {
    let artifact = tree().sealed();
    drop(nested(&artifact.place("a/x").with_file_name(""), 300));
    let result = artifact.result(&rules::LIMIT).unwrap();
    assert_eq!((result.outcome, result.message.as_str()), (Outcome::Fail, "1 folder too deep"));
    assert_eq!(result.items[0].len(), 257 * 201 - 1);
}

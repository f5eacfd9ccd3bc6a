//! `payload sums`: what it writes, `sha256sum` accepts, and what `sha256sum` writes, we accept.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    process::Command,
};

use shipworthy_contract::Explain as _;
use shipworthy_payload::{Limits, Silent, SumsError, SumsOf, sums_of};

use super::tree;
use crate::sandbox::Artifact;

fn sums(artifact: &Artifact) -> Result<SumsOf, SumsError> {
    sums_of(&artifact.place("a"), None, &Limits::default(), &Silent)
}

/// Names that a line has to escape, or that look like something else.
fn odd_names() -> Artifact {
    let artifact =
        tree().file("a/new\nline", "1").file("a/back\\slash", "2").file("a/re\rturn", "3").file("a/end\r", "4");
    let artifact = artifact.file("a/ lead", "5").file("a/*star", "6").file("a/d'\"q", "7").file("a/\u{e9}t\u{e9}", "8");
    let artifact = artifact.file("a/#x", "9").file("a/\\n", "10").file("a/-c", "11").file("a/x\u{1b}[0m", "12");
    fs::write(artifact.place("a/x").with_file_name("").join(OsStr::from_bytes(b"\xff")), "13").unwrap();
    artifact
}

#[test]
fn sha256sum_accepts_what_we_write_and_we_accept_what_it_writes() {
    let artifact = odd_names();
    let ours = sums(&artifact).unwrap();
    assert_eq!(ours.files, 18);
    fs::write(artifact.place("ours"), &ours.text).unwrap();
    let folder = artifact.place("a");
    let check = Command::new("sha256sum").args(["--strict", "--quiet", "-c", "../ours"]).current_dir(&folder).output();
    let check = check.unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));

    let find = ["-c", "find . -type f -exec sha256sum {} +"];
    let theirs = Command::new("sh").args(find).current_dir(&folder).output().unwrap().stdout;
    let listed = odd_names().listed(&theirs);
    assert!(listed.broken().is_empty(), "{:?}", listed.broken());

    // Sorted, and without the dots of `find`, both are the same to the byte.
    let mut lines: Vec<Vec<u8>> = theirs.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let mut own: Vec<Vec<u8>> = ours.text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for line in &mut lines {
        let at = line.windows(4).position(|four| four == b"  ./").map(|at| at + 2);
        line.drain(at.unwrap_or(0)..at.map_or(0, |at| at + 2));
    }
    lines.sort();
    own.sort();
    assert_eq!(own, lines);
}

#[test]
fn lines_stand_in_the_order_of_the_names() {
    let text = sums(&tree().file("a/app.txt", "").file("a/app-x", "")).unwrap().text;
    let text = String::from_utf8(text).unwrap();
    let names: Vec<&str> = text.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    assert_eq!(
        names,
        ["app-x", "app.txt", "app/a.txt", "app/empty", "app/sub/b.txt", "config/functions.yml", "config/routing.yml"]
    );
}

#[test]
fn the_file_that_is_written_to_is_left_out() {
    let artifact = tree().file("a/SHA256SUMS", "half");
    let metadata = fs::metadata(artifact.place("a/SHA256SUMS")).unwrap();
    let own = Some((metadata.dev(), metadata.ino()));
    // As many files as may be: the one that is written to is not among them.
    let limits = Limits { tree_files: 5, ..Limits::default() };
    let text = sums_of(&artifact.place("a"), own, &limits, &Silent).unwrap().text;
    assert!(!String::from_utf8(text).unwrap().contains("SHA256SUMS"));
}

#[test]
fn what_no_check_would_pass_has_no_sums() {
    let artifact = tree().fifo("a/app/pipe").link("a/out", "/etc");
    let error = sums(&artifact).unwrap_err();
    assert_eq!(error.code(), "payload.sums-refused");
    let text = error.to_string();
    assert!(
        text.ends_with(
            "cannot be a payload: 1 link leads outside: `out`; 1 special file where only files and folders may be: \
             `app/pipe`"
        ),
        "{text}"
    );
    for (path, code) in [("a/nowhere", "payload.sums-folder"), ("a/app/a.txt", "payload.sums-folder")] {
        let error = sums_of(&tree().place(path), None, &Limits::default(), &Silent).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.help().is_some());
    }
}

#[test]
fn what_a_check_warns_of_is_told() {
    let warnings = sums(&tree().link("a/in", "app/a.txt").file("a/APP", "")).unwrap().warnings;
    assert_eq!(warnings, ["1 link stays inside: `in`", "2 names collide on other systems: `APP`, `app`"]);
}

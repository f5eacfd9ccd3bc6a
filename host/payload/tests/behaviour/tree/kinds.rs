//! What is no plain file: links, special files, permissions, names.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{PermissionsExt as _, symlink},
        net::UnixListener,
    },
    path::Path,
};

use shipworthy_contract::{Outcome, Policy, rules};

use super::{broken, told, tree};
use crate::sandbox::Artifact;

fn chmod(artifact: &Artifact, path: &str, mode: u32) {
    fs::set_permissions(artifact.place(path), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn links_are_told_by_where_they_lead() {
    let artifact = tree()
        .sealed()
        .link("a/out", "/etc/passwd")
        .link("a/up", "../artifact.yml")
        .link("a/dangling", "nowhere")
        .link("a/dangling-out", "../../nowhere")
        .link("a/loop", "loop")
        .link("a/in", "app/a.txt")
        .link("a/folder", "app");
    let all = "dangling dangling-out folder in loop out up";
    assert_eq!(broken(&artifact), [format!("payload.tree-link fail {all}")]);
    let result = artifact.result(&rules::TREE_LINK).unwrap();
    assert_eq!(
        result.message,
        "2 links lead outside, 2 links lead to nothing, 1 link leads in a circle, 2 links stay inside"
    );
    let told: Vec<_> = result.evidence.iter().map(|line| format!("{}: {}", line.name, line.value)).collect();
    assert_eq!(told[0], "dangling: a link that leads to nothing: leads to nowhere");
    assert_eq!(told[5], "out: a link that leads outside: leads to /etc/passwd");
}

#[test]
fn a_link_that_stays_inside_is_a_warning_where_the_policy_says_so() {
    let mut artifact = tree().sealed().link("a/in", "app/a.txt");
    assert_eq!(told(&artifact, &rules::TREE_LINK).0, Outcome::Fail);
    artifact.policy = Policy::Warn;
    assert_eq!(told(&artifact, &rules::TREE_LINK).0, Outcome::Warn);
    assert!(artifact.ask().unwrap().artifact.trees.is_empty(), "no digest has the link's target");
    let artifact = artifact.link("a/out", "/etc");
    assert_eq!(told(&artifact, &rules::TREE_LINK).0, Outcome::Fail);
}

#[test]
fn a_link_in_place_of_what_is_listed_is_not_followed() {
    let artifact = tree().file("outside/a.txt", "hello\n").file("outside/b.txt", "world\n").sealed();
    fs::remove_file(artifact.place("a/app/a.txt")).unwrap();
    fs::remove_dir_all(artifact.place("a/app/sub")).unwrap();
    let artifact = artifact.link("a/app/a.txt", "../../outside/a.txt").link("a/app/sub", "../../outside");
    assert_eq!(
        broken(&artifact),
        ["payload.tree-digest fail app/sub/b.txt", "payload.tree-link fail app/a.txt app/sub"]
    );
}

#[test]
fn special_files_are_told_and_never_opened() {
    let artifact = tree().file("a/will-be-fifo", "").file("a/will-be-folder", "").sealed().fifo("a/app/pipe");
    for path in ["a/will-be-fifo", "a/will-be-folder"] {
        fs::remove_file(artifact.place(path)).unwrap();
    }
    let artifact = artifact.fifo("a/will-be-fifo").folder("a/will-be-folder");
    let _socket = UnixListener::bind(artifact.place("a/app/socket")).unwrap();
    assert_eq!(broken(&artifact), ["payload.tree-special fail app/pipe app/socket will-be-fifo will-be-folder"]);
    assert_eq!(
        told(&artifact, &rules::TREE_SPECIAL).1,
        "2 special files where only files and folders may be, 2 listed names are no regular files"
    );
}

#[test]
fn devices_are_told_and_never_opened() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: a device can only be made by root");
        return;
    }
    let artifact = tree().sealed();
    fs::remove_file(artifact.place("a/app/a.txt")).unwrap();
    for path in ["a/app/a.txt", "a/zero"] {
        let (kind, mode) = (rustix::fs::FileType::CharacterDevice, rustix::fs::Mode::from_bits_truncate(0o600));
        rustix::fs::mknodat(rustix::fs::CWD, artifact.place(path), kind, mode, rustix::fs::makedev(1, 5)).unwrap();
    }
    assert_eq!(broken(&artifact), ["payload.tree-special fail app/a.txt zero"]);
}

#[test]
fn dangerous_permissions_are_told() {
    let artifact = tree().file("a/suid", "").file("a/sgid", "").file("a/open", "").folder("a/group").sealed();
    assert_eq!(told(&artifact, &rules::TREE_MODE).0, Outcome::Pass);
    chmod(&artifact, "a/open", 0o666);
    assert_eq!(broken(&artifact), ["payload.tree-mode warn open"]);
    assert_eq!(artifact.ask().unwrap().artifact.trees.len(), 1, "its bytes are bound all the same");
    for (path, mode) in [("a/suid", 0o4755), ("a/sgid", 0o2755), ("a/group", 0o2775)] {
        chmod(&artifact, path, mode);
    }
    assert_eq!(broken(&artifact), ["payload.tree-mode fail group open sgid suid"]);
    let result = artifact.result(&rules::TREE_MODE).unwrap();
    assert_eq!(result.message, "3 with a setuid or setgid bit, 1 file that everybody may write");
    assert_eq!(result.evidence[3].value, "setuid or setgid: mode 4755");
    // The sums file itself is a file of the tree, too.
    let artifact = tree().sealed();
    chmod(&artifact, "a/SHA256SUMS", 0o666);
    assert_eq!(broken(&artifact), ["payload.tree-mode warn SHA256SUMS"]);
}

#[test]
fn names_that_collide_elsewhere_are_a_warning() {
    let artifact = tree().file("a/App/readme", "").file("a/App/README", "").file("a/e\u{301}", "").file("a/\u{c9}", "");
    let artifact = artifact.sealed();
    assert_eq!(broken(&artifact), ["payload.tree-name warn App App/README App/readme app e\u{301} \u{c9}"]);
    assert_eq!(told(&artifact, &rules::TREE_NAME).1, "6 names collide on other systems");
}

#[test]
fn names_are_bytes() {
    let artifact =
        tree().file("a/new\nline", "1").file("a/back\\slash", "2").file("a/ret\rurn", "3").file("a/a b*", "4");
    let odd = artifact.place("a/x").with_file_name("").join(OsStr::from_bytes(b"\xff\xfe"));
    fs::write(&odd, "5").unwrap();
    let artifact = artifact.sealed();
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
    fs::remove_file(&odd).unwrap();
    let artifact = artifact.file("a/evil\u{1b}[2J", "");
    assert_eq!(broken(&artifact), ["payload.tree-digest fail \\xff\\xfe", "payload.tree-file fail evil\u{1b}[2J"]);
}

#[test]
fn a_link_that_is_the_root_is_resolved_once() {
    let artifact = tree().sealed();
    symlink("a", artifact.place("current")).unwrap();
    let manifest = fs::read_to_string(artifact.place("artifact.yml")).unwrap();
    let artifact = artifact.file("artifact.yml", manifest.replace("artifact_root: a", "artifact_root: current"));
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
    let tree = &artifact.ask().unwrap().artifact.trees[0];
    assert!(Path::new(&tree.root).ends_with("a"), "{}", tree.root);
}

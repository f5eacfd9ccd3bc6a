//! Files that are not what they should be: nothing hangs, nothing outside is read, limits hold.

use std::time::Duration;

use shipworthy_contract::{Class, Explain, Outcome, Sha256, quantity::Bytes, rules};
use shipworthy_payload::{Checked, Declared, PayloadError, SourceError};

use crate::sandbox::{Artifact, SOUND};

/// Runs what must not wait for anybody. Ten seconds are for a busy machine; a FIFO would wait for ever.
#[expect(clippy::expect_used, reason = "a helper of tests")]
fn promptly(artifact: Artifact) -> Result<Checked, PayloadError> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || drop(sender.send(artifact.ask())));
    receiver.recv_timeout(Duration::from_secs(10)).expect("the check waits for somebody")
}

#[expect(clippy::expect_used, reason = "a helper of tests")]
fn unreadable(checked: &Checked) -> &shipworthy_contract::CheckResult {
    assert_eq!((checked.stack.clone(), checked.project.clone()), (Declared::Unknown, None));
    let result = checked.results.first().expect("there is a result");
    assert_eq!((result.rule.clone(), result.outcome), (rules::MANIFEST_UNREADABLE, Outcome::Fail));
    result
}

#[test]
fn a_manifest_that_does_not_exist_is_usage() {
    for missing in ["nowhere.yml", "a/nowhere/artifact.yml", "artifact.yml/artifact.yml", "dangling"] {
        let artifact = Artifact::new(SOUND).link("dangling", "nowhere");
        let path = artifact.place("x").with_file_name("").join(missing);
        let error = artifact.ask_about(&path).expect_err(missing);
        assert!(matches!(error, PayloadError::NoManifest { .. }), "{missing}: {error}");
    }
}

#[test]
fn a_folder_is_no_manifest_and_the_manifest_in_it_is_named() {
    let artifact = Artifact::new(SOUND);
    let folder = artifact.place("x").with_file_name("");
    let checked = artifact.ask_about(&folder).unwrap();
    let result = unreadable(&checked);
    assert_eq!(result.message, "the manifest cannot be read: it is a folder");
    let hint = result.hint.clone().unwrap_or_default();
    assert!(hint.contains(&artifact.place("artifact.yml").display().to_string()), "{hint}");
    assert_eq!(checked.artifact.contract, "1.3");
    assert!(checked.artifact.sha256.is_none());
}

#[test]
fn a_manifest_that_is_a_fifo_is_unreadable_and_nobody_waits() {
    let artifact = Artifact::new(SOUND).without("artifact.yml").fifo("artifact.yml").contract("1.1");
    let checked = promptly(artifact).unwrap();
    assert_eq!(unreadable(&checked).message, "the manifest cannot be read: it is a FIFO, not a regular file");
    assert_eq!(checked.artifact.contract, "1.1");
}

#[test]
fn config_and_hook_files_that_are_fifos_are_not_waited_for() {
    let hook = "a/runtime-base/runtime-hooks/python/sitecustomize/site-packages/sitecustomize.py";
    let manifest = format!("{SOUND}    runtime_meta: {{runtime_hooks: {{python_sitecustomize_digest: abc}}}}\n");
    let artifact = Artifact::new(&manifest).without("a/config/functions.yml").fifo("a/config/functions.yml").fifo(hook);
    let checked = promptly(artifact).unwrap();
    for (rule, message) in [
        (rules::CONFIG_FILE, "`functions.yml` is a FIFO, not a regular file"),
        (rules::HOOKS_DIGEST, "is a FIFO, not a regular file"),
    ] {
        let told = |result: &shipworthy_contract::CheckResult| result.rule == rule && result.message.ends_with(message);
        assert!(checked.results.iter().any(told), "{message}: {:#?}", checked.results);
    }
}

#[test]
fn a_link_outside_is_never_read() {
    // Were it read, it would be told as what it is: not a map.
    let artifact = Artifact::new(SOUND)
        .file("outside.yml", "- list\n")
        .without("a/config/functions.yml")
        .link("a/config/functions.yml", "../../outside.yml");
    assert_eq!(
        artifact.broken(),
        ["payload.path fail artifacts[0].runtime_config_dir/functions.yml DIR/a/config/functions.yml"]
    );
}

#[test]
fn absolute_links_inside_the_root_are_followed() {
    let artifact = Artifact::new(SOUND).file("a/real.yml", "a: 1\n").without("a/config/functions.yml");
    let target = artifact.place("a/real.yml").display().to_string();
    let artifact = artifact.link("a/config/functions.yml", &target);
    assert!(artifact.broken().is_empty(), "{:?}", artifact.broken());
}

#[test]
fn a_root_may_be_absolute_or_a_link() {
    let artifact = Artifact::new(SOUND).folder("elsewhere").link("elsewhere/link", "../a");
    for root in [artifact.place("a").display().to_string(), "elsewhere/link".to_owned(), "./x/../a//".to_owned()] {
        let manifest = SOUND.replace("artifact_root: a", &format!("artifact_root: {root}"));
        let artifact =
            Artifact::new(SOUND).folder("elsewhere").link("elsewhere/link", "../a").file("artifact.yml", manifest);
        assert!(artifact.broken().is_empty(), "{root}: {:?}", artifact.broken());
    }
}

#[test]
fn limits_hold_before_anything_is_read() {
    let mut artifact = Artifact::new(SOUND).file("a/config/routing.yml", "a: ".to_owned() + &"x".repeat(2000));
    artifact.limits.document_bytes = 1 << 10;
    let results = artifact.results();
    let limit: Vec<_> = results.iter().filter(|result| result.rule == rules::LIMIT).collect();
    assert_eq!(limit.len(), 1);
    assert_eq!((limit[0].outcome, limit[0].class), (Outcome::Fail, Class::Limit));
    assert_eq!(limit[0].message, "`routing.yml` is not read: it has more than 1KiB");

    artifact.limits.document_bytes = 10;
    let checked = artifact.ask().unwrap();
    assert_eq!(checked.results[0].message, "the manifest is not read: it has more than 10B");
    assert_eq!((checked.results[0].rule.clone(), checked.stack), (rules::LIMIT, Declared::Unknown));
}

#[test]
fn the_reviewed_manifest_is_told_from_any_other() {
    let mut artifact = Artifact::new(SOUND);
    artifact.reviewed = Some(Sha256::of(SOUND.as_bytes()));
    assert!(artifact.broken().is_empty());
    let held = artifact.results().into_iter().find(|result| result.rule == rules::MANIFEST_DIGEST);
    assert_eq!(held.map(|result| result.outcome), Some(Outcome::Pass));

    artifact.reviewed = Some(Sha256::of(b"another"));
    assert_eq!(artifact.broken(), ["payload.manifest-digest fail - DIR/artifact.yml"]);

    // The bytes are bound also where they are not YAML.
    let artifact = artifact.file("artifact.yml", "{{{");
    assert_eq!(artifact.broken().first().map(String::as_str), Some("payload.manifest-digest fail - DIR/artifact.yml"));
}

#[test]
fn secret_values_appear_nowhere() {
    let manifest = format!("{SOUND}    required_secret_env: [PRESENT, MISSING, hunter2]\n");
    let mut artifact = Artifact::new(&manifest)
        .file("secrets.env", "PRESENT=s3cr3t-value\nKEY=-----BEGIN\nMISSINGX=\nbase64line==\nMISSIN=other-s3cr3t\n");
    artifact.secret_env = Some(artifact.place("secrets.env"));
    let checked = artifact.ask().unwrap();
    let text = format!("{checked:?}");
    for value in ["s3cr3t", "BEGIN", "base64line", "MISSINGX"] {
        assert!(!text.contains(value), "{value}");
    }
    assert_eq!(
        artifact.broken(),
        [
            "payload.secret-env fail artifacts[0].required_secret_env[1] DIR/artifact.yml:8:36",
            "payload.secret-env fail artifacts[0].required_secret_env[2] DIR/artifact.yml:8:45",
        ]
    );
}

#[test]
fn a_secret_file_that_cannot_be_read_is_usage() {
    for (path, reason) in
        [("nowhere", "it does not exist"), ("folder", "it is a folder"), ("fifo", "it is a FIFO, not a regular file")]
    {
        let mut artifact = Artifact::new(SOUND).folder("folder").fifo("fifo");
        artifact.secret_env = Some(artifact.place(path));
        let error = promptly(artifact).expect_err(path);
        assert_eq!(error.code(), "payload.secret-file");
        assert_eq!(std::error::Error::source(&error).map(ToString::to_string).as_deref(), Some(reason));
    }
}

#[test]
fn errors_read_well() {
    let missing = PayloadError::NoManifest { path: "dist/artifact.yml".into() };
    let secret = PayloadError::SecretEnv { path: "secrets.env".into(), source: SourceError::Missing };
    let text = |error: &PayloadError| format!("{}: {error} ({})", error.code(), error.help().unwrap_or_default());
    insta::assert_snapshot!(format!("{}\n{}", text(&missing), text(&secret)), @r"
    payload.no-manifest: the manifest does not exist: dist/artifact.yml (give the path of `artifact.yml`, or run in the folder that holds it)
    payload.secret-file: cannot use the secret file `secrets.env` (give a regular file of `KEY=VALUE` lines by `--secret-env FILE`; only the names are read)
    ");
    for (error, expected) in [
        (SourceError::Missing, "it does not exist"),
        (SourceError::Folder, "it is a folder"),
        (SourceError::Kind("a socket"), "it is a socket, not a regular file"),
        (SourceError::TooLarge(Bytes(1 << 20)), "it has more than 1MiB"),
        (SourceError::Io(std::io::ErrorKind::PermissionDenied.into()), "it cannot be opened or read"),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn files_of_the_manifests_own_folder_are_named_without_detours() {
    let manifest = SOUND.replace("artifact_root: a", "artifact_root: ./x/..");
    let artifact = Artifact::new(&manifest);
    let place = "payload.config-file fail artifacts[0].runtime_config_dir/functions.yml DIR/config/functions.yml";
    assert_eq!(artifact.broken().first().map(String::as_str), Some(place));
}

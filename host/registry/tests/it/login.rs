//! Who asks is proved by docker's credentials, to the registry and its token server and to nobody else.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Result;
use shipworthy_registry::{Client, RegistryAccess, RegistryOptions};
use shipworthy_stand_ins::{
    Certs, TokenServer,
    real::{Auth, Registry, registry::PASSWORD},
    tokens,
};
use tempfile::TempDir;

use crate::{agent, masked, options, or_skip, reference, run, store, told};

/// A registry with TLS, and a folder for configs.
struct Guarded {
    registry: Registry,
    folder: TempDir,
}

impl Guarded {
    fn start(certs: &Certs, auth: Auth<'_>) -> Result<Option<Self>> {
        let Some(()) = or_skip(Registry::available()) else { return Ok(None) };
        Ok(Some(Self { registry: Registry::start(Some(certs), auth)?, folder: tempfile::tempdir()? }))
    }

    /// A client with this docker config.
    fn client(&self, config: Option<&str>) -> Result<Client> {
        let access = RegistryAccess { plain_http: false, ca: Some(self.registry.ca()) };
        let docker_config = match config {
            None => None,
            Some(text) => {
                let path = self.config();
                fs::write(&path, text.replace("HOST", self.registry.host()))?;
                Some(path)
            }
        };
        Ok(Client::new(RegistryOptions { docker_config, ..options(self.registry.host(), access) }))
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config.json")
    }

    fn reference(&self, rest: &str) -> shipworthy_plugins::Reference {
        reference(self.registry.host(), rest)
    }

    fn refused(&self, config: Option<&str>, rest: &str) -> Result<String> {
        let (_folder, store) = store();
        let outcome = run(self.client(config)?.pull(&self.reference(rest), &store));
        Ok(masked(&told(outcome), &[self.folder.path()], &[self.registry.host()]))
    }
}

/// `probe` and its password, and those of somebody else.
const RIGHT: &str = r#"{"auths":{"HOST":{"username":"probe","password":"correct horse"}}}"#;
const WRONG: &str = r#"{"auths":{"HOST":{"username":"probe","password":"wrong horse"}}}"#;

/// A helper in a folder of its own, for a config that names it by its path's end.
fn helper(folder: &Path, name: &str, script: &str) -> Result<()> {
    let file = folder.join(format!("docker-credential-{name}"));
    fs::write(&file, format!("#!/bin/sh\n{script}\n"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[test]
fn a_name_and_a_password_open_what_they_are_for() -> Result<()> {
    let certs = Certs::generate()?;
    let Some(guarded) = Guarded::start(&certs, Auth::Basic)? else { return Ok(()) };
    let (_folder, store) = store();
    let pushed = run(guarded.client(Some(RIGHT))?.push(&guarded.reference("agent:1"), &agent()))?;
    let client = guarded.client(Some(RIGHT))?;
    let pulled = run(client.pull(&guarded.reference("agent:1"), &store))?;
    assert_eq!(
        (pulled.manifest, pulled.requests),
        (pushed.manifest, 3),
        "the first request finds out that one is asked"
    );
    let text = [
        guarded.refused(None, "agent:1")?,
        guarded.refused(Some("{}"), "agent:1")?,
        guarded.refused(Some(WRONG), "agent:1")?,
        guarded.refused(Some(r#"{"auths":{"HOST":{"auth":"!!!"}}}"#), "agent:1")?,
        guarded.refused(Some("{"), "agent:1")?,
        guarded.refused(Some(r#"{"auths":{"HOST":{"identitytoken":"t"}}}"#), "agent:1")?,
    ]
    .concat();
    assert!(!text.contains("horse"), "{text}");
    insta::assert_snapshot!(text);
    Ok(())
}

#[test]
fn a_token_server_is_shown_the_credentials_and_the_registry_the_token() -> Result<()> {
    let certs = Certs::generate()?;
    let server = TokenServer::start(&certs)?;
    let Some(guarded) = Guarded::start(&certs, Auth::Token(&server))? else { return Ok(()) };
    let (_folder, store) = store();
    for name in ["agent:1", "open/agent:1"] {
        run(guarded.client(Some(RIGHT))?.push(&guarded.reference(name), &agent()))?;
    }
    let before = server.requests().len();
    assert_eq!(before, 2, "one token for a whole push");
    let pulled = run(guarded.client(Some(RIGHT))?.pull(&guarded.reference("agent:1"), &store))?;
    assert_eq!((pulled.requests, server.requests().len()), (4, before + 1));
    // Without a name, what is open to everybody.
    let (_other, anonymous) = crate::store();
    assert_eq!(run(guarded.client(None)?.pull(&guarded.reference("open/agent:1"), &anonymous))?.bytes, agent());
    assert!(server.requests().last().is_some_and(|asked| asked.header("authorization").is_none()));
    // With an identity token, by OAuth2.
    let identity = format!(r#"{{"auths":{{"HOST":{{"identitytoken":"{}","auth":"cHJvYmU6"}}}}}}"#, tokens::IDENTITY);
    let (_third, again) = crate::store();
    assert_eq!(run(guarded.client(Some(&identity))?.pull(&guarded.reference("agent:1"), &again))?.bytes, agent());
    assert!(server.requests().last().is_some_and(|asked| asked.method == "POST"));

    let pushing = run(guarded.client(Some(&identity))?.push(&guarded.reference("agent:2"), &agent()));
    let text = [
        guarded.refused(None, "agent:1")?,
        guarded.refused(Some(WRONG), "agent:1")?,
        guarded.refused(Some(&identity.replace("an identity", "no identity")), "agent:1")?,
        masked(&told(pushing), &[guarded.folder.path()], &[guarded.registry.host()]),
    ]
    .concat();
    assert!(!text.contains("horse") && !text.contains("identity token"), "{text}");
    insta::assert_snapshot!(text);
    Ok(())
}

#[test]
fn a_credential_helper_is_asked_and_its_answer_never_shown() -> Result<()> {
    let certs = Certs::generate()?;
    let Some(guarded) = Guarded::start(&certs, Auth::Basic)? else { return Ok(()) };
    let programs = tempfile::tempdir()?;
    let answer = |password: &str| format!(r#"{{"Username":"probe","Secret":"{password}"}}"#);
    helper(programs.path(), "right", &format!("cat >\"$0.asked\"; echo '{}'", answer(PASSWORD)))?;
    helper(programs.path(), "wrong", &format!("echo '{}'", answer("wrong horse")))?;
    helper(programs.path(), "failing", "echo 'horse on stdout'; echo 'the key ring is locked' >&2; exit 3")?;
    helper(programs.path(), "nonsense", "echo horse")?;
    helper(programs.path(), "empty", "echo 'credentials not found in native keychain'; exit 1")?;
    let path = std::env::join_paths(
        [programs.path().to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    // The helper is found where the user's programs are: in a process of its own with another path.
    let run_with = |config: &str| -> Result<String> {
        fs::write(guarded.config(), config.replace("HOST", guarded.registry.host()))?;
        let work = [
            guarded.registry.host().to_owned(),
            guarded.registry.ca().display().to_string(),
            guarded.config().display().to_string(),
        ];
        let output = std::process::Command::new(std::env::current_exe()?)
            .args(["--exact", "login::pulling_with_helpers", "--nocapture"])
            .env("PATH", &path)
            .env(WORK, work.join("|"))
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = text.split("<<<").nth(1).and_then(|rest| rest.split(">>>").next()).unwrap_or(&text).to_owned();
        Ok(masked(&told, &[guarded.folder.path()], &[guarded.registry.host()]))
    };
    run(guarded.client(Some(RIGHT))?.push(&guarded.reference("agent:1"), &agent()))?;
    let named = |name: &str| run_with(&format!(r#"{{"credHelpers":{{"HOST":"{name}"}}}}"#));
    assert_eq!(named("right")?, "pulled");
    let asked = fs::read_to_string(programs.path().join("docker-credential-right.asked"))?;
    assert_eq!(asked, guarded.registry.host());
    assert_eq!(run_with(r#"{"credsStore":"right","auths":{"HOST":{}}}"#)?, "pulled");
    let text =
        ["wrong", "failing", "nonsense", "empty", "missing"].map(named).into_iter().collect::<Result<String>>()?;
    assert!(!text.contains("horse"), "{text}");
    insta::assert_snapshot!(text);
    Ok(())
}

/// Says what the process below is to pull.
const WORK: &str = "SHIPWORTHY_REGISTRY_LOGIN";

/// Not a test by itself: what the test above runs with another `PATH`.
#[test]
fn pulling_with_helpers() {
    let Ok(work) = std::env::var(WORK) else { return };
    let [host, ca, config] = work.split('|').collect::<Vec<_>>()[..] else { return };
    let access = RegistryAccess { plain_http: false, ca: Some(ca.into()) };
    let options = RegistryOptions { docker_config: Some(config.into()), ..options(host, access) };
    let (_folder, store) = store();
    match run(Client::new(options).pull(&reference(host, "agent:1"), &store)) {
        Ok(_) => println!("<<<pulled>>>"),
        Err(error) => println!("<<<{}>>>", told(Err::<(), _>(error))),
    }
}

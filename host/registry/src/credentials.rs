//! What docker's config knows of a registry. Its `auths` are read by `docker_credential`, which knows their spellings;
//! a credential helper is run here, since there it has no limit and its errors show its answer (decision 023).

mod helper;

use std::path::Path;

use docker_credential::{CredentialRetrievalError, DockerCredential};
use serde_json::Value;
use shipworthy_contract::{Secret, text::excerpt};
use shipworthy_plugins::files::{self, FileError};
use tokio::sync::oneshot;

use crate::{CredentialProblem, Tried, limits::LARGEST_CREDENTIALS};

/// What proves who asks, and where it is from.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) proof: Proof,
    pub(crate) from: Tried,
}

/// What proves who asks.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// A name and a password, or a token in a password's place.
    Password(String, Secret),
    /// A token for the token server alone.
    Identity(Secret),
}

/// What the config has for a registry; none if it has nothing, or there is no config. Not on the thread that waits for
/// the network: a helper takes its time.
pub(crate) async fn find(config: Option<&Path>, host: &str) -> Result<Option<Credential>, CredentialProblem> {
    let Some(config) = config.map(Path::to_owned) else { return Ok(None) };
    let lost = CredentialProblem::Config { path: config.clone(), what: "the reader ended".to_owned() };
    let host = host.to_owned();
    let (tell, told) = oneshot::channel();
    // A thread of its own rather than the runtime's: what hangs there would keep the runtime from ending.
    std::thread::spawn(move || drop(tell.send(look_up(&config, &host))));
    told.await.unwrap_or(Err(lost))
}

fn look_up(path: &Path, host: &str) -> Result<Option<Credential>, CredentialProblem> {
    let wrong = |what: String| CredentialProblem::Config { path: path.to_owned(), what };
    let bytes = match files::read(path, LARGEST_CREDENTIALS) {
        Ok(bytes) => bytes,
        Err(FileError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(wrong(excerpt(&error.to_string(), 200))),
    };
    // The parser's own words show no part of the file but a position.
    let config: Value = serde_json::from_slice(&bytes)
        .map_err(|error| wrong(format!("not JSON at line {}, column {}", error.line(), error.column())))?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(name) = text(config.get("credHelpers").and_then(|helpers| helpers.get(host))) {
        return helper::get(&name, host);
    }
    let auths = serde_json::json!({ "auths": config.get("auths") }).to_string();
    let entry = || CredentialProblem::Entry { path: path.to_owned() };
    match docker_credential::get_credential_from_reader(auths.as_bytes(), host) {
        Ok(found) => Ok(Some(Credential { proof: proof(found), from: Tried::Config(path.to_owned()) })),
        Err(CredentialRetrievalError::NoCredentialConfigured) => match text(config.get("credsStore")) {
            Some(name) => helper::get(&name, host),
            None => Ok(None),
        },
        Err(_) => Err(entry()),
    }
}

fn proof(found: DockerCredential) -> Proof {
    match found {
        DockerCredential::IdentityToken(token) => Proof::Identity(Secret::new(token)),
        DockerCredential::UsernamePassword(name, password) => Proof::Password(name, Secret::new(password)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(config: &str, host: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        #[expect(clippy::disallowed_methods, reason = "sets up what is read")]
        std::fs::write(&path, config).unwrap();
        match look_up(&path, host) {
            Ok(None) => "nothing".to_owned(),
            Ok(Some(Credential { proof: Proof::Password(name, password), .. })) => {
                format!("{name} {}", password.reveal())
            }
            Ok(Some(Credential { proof: Proof::Identity(token), .. })) => format!("token {}", token.reveal()),
            Err(error) => error.to_string().replace(&*folder.path().to_string_lossy(), "[DIR]"),
        }
    }

    #[test]
    fn the_config_is_read_as_docker_writes_it() {
        // `user:pass` and `user:a:b`.
        for (config, expected) in [
            (r#"{"auths":{"r.example:5000":{"auth":"dXNlcjpwYXNz"}}}"#, "user pass"),
            (r#"{"auths":{"https://r.example:5000/v2/":{"auth":"dXNlcjphOmI="}}}"#, "user a:b"),
            (r#"{"auths":{"r.example:5000":{"username":"u","password":"p"}}}"#, "u p"),
            (r#"{"auths":{"r.example:5000":{"auth":"dXNlcjpwYXNz","identitytoken":"t"}}}"#, "token t"),
            (r#"{"auths":{"other.example":{"auth":"dXNlcjpwYXNz"}}}"#, "nothing"),
            (r#"{"auths":{"r.example:5000":{}}}"#, "nothing"),
            ("{}", "nothing"),
            (
                r#"{"auths":{"r.example:5000":{"auth":"!"}}}"#,
                "the credentials in `[DIR]/config.json` are not as docker writes them",
            ),
            (r#"{"auths":"#, "cannot read the docker config `[DIR]/config.json` (not JSON at line 1, column 9)"),
            (
                r#"{"credHelpers":{"r.example:5000":"none-such-anywhere"}}"#,
                "cannot run `docker-credential-none-such-anywhere` (no such file or directory)",
            ),
            (
                r#"{"credsStore":"none-such-anywhere"}"#,
                "cannot run `docker-credential-none-such-anywhere` (no such file or directory)",
            ),
        ] {
            assert_eq!(found(config, "r.example:5000"), expected, "{config}");
        }
    }

    #[test]
    fn where_there_is_no_config_there_are_no_credentials() {
        assert!(look_up(Path::new("/nowhere/config.json"), "r.example").unwrap().is_none());
    }
}

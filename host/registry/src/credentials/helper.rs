//! `docker-credential-NAME get`: the registry's name on standard input, JSON on standard output (docker's credential
//! helper protocol). Bounded in time and size; what it writes to standard output is never shown.

use std::{
    io::{Read as _, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use shipworthy_contract::{Secret, text::excerpt};

use super::{Credential, Proof};
use crate::{CredentialProblem, Tried, limits::LARGEST_CREDENTIALS};

/// How long a helper may take: some unlock a key ring, or ask a cloud.
const LIMIT: Duration = Duration::from_secs(20);

/// How often it is seen whether it has ended, once its output has.
const TICK: Duration = Duration::from_millis(5);

/// What a helper says on standard output where it has nothing.
const NOT_FOUND: &str = "credentials not found";

/// A name that stands for an identity token.
const TOKEN: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// What the helper has for a registry.
pub(super) fn get(name: &str, host: &str) -> Result<Option<Credential>, CredentialProblem> {
    within(name, host, LIMIT)
}

fn within(name: &str, host: &str, limit: Duration) -> Result<Option<Credential>, CredentialProblem> {
    let named = || name.to_owned();
    let mut child = start(name, host).map_err(|error| CredentialProblem::NoHelper { name: named(), error })?;
    let end = Instant::now() + limit;
    let (out, err) = (read(child.stdout.take()), read(child.stderr.take()));
    let ended = (|| {
        let out = out.recv_timeout(limit).ok()?;
        let err = err.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
        Some((out, err, wait(&mut child, end)?))
    })();
    let Some((out, err, status)) = ended else {
        // It may have ended in between, and then there is nothing to end.
        drop(child.kill());
        drop(child.wait());
        return Err(CredentialProblem::HelperTime { name: named(), limit });
    };
    if !status.success() {
        if String::from_utf8_lossy(&out).contains(NOT_FOUND) {
            return Ok(None);
        }
        let said = match excerpt(&String::from_utf8_lossy(&err), 200) {
            said if said.is_empty() => "nothing on standard error".to_owned(),
            said => said,
        };
        return Err(CredentialProblem::HelperFailed { name: named(), status: status.to_string(), said });
    }
    let answer: Answer =
        serde_json::from_slice(&out).ok().ok_or_else(|| CredentialProblem::HelperAnswer { name: named() })?;
    let secret = Secret::new(answer.secret);
    let proof =
        if answer.username == TOKEN { Proof::Identity(secret) } else { Proof::Password(answer.username, secret) };
    Ok(Some(Credential { proof, from: Tried::Helper(named()) }))
}

#[expect(clippy::disallowed_methods, reason = "the door to docker's credential helpers, which the docker config names")]
fn start(name: &str, host: &str) -> std::io::Result<Child> {
    // A name, not a path: it is looked for where the user's programs are.
    if name.contains('/') {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    let mut command = Command::new(format!("docker-credential-{name}"));
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read is judged by what it answers.
        drop(input.write_all(host.as_bytes()));
    }
    Ok(child)
}

/// What a stream holds, once it has ended. Its reader is left behind where it does not end.
fn read(stream: Option<impl std::io::Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What breaks off is judged by what came.
            drop(stream.take(LARGEST_CREDENTIALS).read_to_end(&mut bytes));
        }
        drop(tell.send(bytes));
    });
    told
}

fn wait(child: &mut Child, end: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => thread::sleep(TICK),
            Ok(None) | Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_name() {
        let refused = within("../../bin/true", "r.example", LIMIT).unwrap_err();
        assert!(matches!(refused, CredentialProblem::NoHelper { .. }));
    }

    #[test]
    fn what_does_not_end_is_ended() {
        #[expect(clippy::disallowed_methods, reason = "a process that hangs")]
        let mut child = Command::new("sleep").arg("600").stdout(Stdio::piped()).spawn().unwrap();
        assert!(wait(&mut child, Instant::now()).is_none());
        let stream = read(child.stdout.take());
        assert!(stream.recv_timeout(Duration::from_millis(1)).is_err());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

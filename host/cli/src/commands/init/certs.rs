//! Where a stack's certificates are, and how an environment file names them.

use std::{
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use shipworthy_capabilities::{ConfigError, Target, survey::Survey};
use shipworthy_contract::endpoint::{Address, Endpoint, Http2, TlsSettings};

use super::InitError;

/// The folder inside gateway, agent and runtime-node that ESB mounts its certificates at.
const MOUNTED_AT: &str = "/app/config/ssl";

/// Services whose mounts are looked at, in this order.
const MOUNTED_IN: [&str; 3] = ["gateway", "agent", "runtime-node"];

/// Folders that are looked into where no mount helps, from the current one.
const USUAL: [&str; 2] = [".esb/certs", "certs"];

/// ESB's names.
const CA: &str = "rootCA.crt";
const CLIENT_CERT: &str = "client.crt";
const CLIENT_KEY: &str = "client.key";

/// What was found.
#[derive(Default)]
pub(super) struct Certs {
    /// The folder, and why it was looked into.
    pub(super) folder: Option<(PathBuf, String)>,
    /// The authority's certificate.
    pub(super) ca: Option<PathBuf>,
    /// The client's certificate and key, if both can be read.
    pub(super) client: Option<(PathBuf, PathBuf)>,
    /// What could not be read, in words.
    pub(super) unreadable: Vec<String>,
}

/// Looks into the named folder, else into the mounted ones, else into the usual ones.
pub(super) fn find(named: Option<&Path>, survey: &Survey, here: &Path) -> Result<Certs, InitError> {
    if let Some(folder) = named {
        let folder = here.join(folder);
        return match look_into(&folder, "named by `--certs`") {
            Ok(certs) => Ok(certs),
            Err(source) => Err(InitError::Certs { file: folder.join(CA), source }),
        };
    }
    let mut unreadable = Vec::new();
    for Candidate { folder, why, is_usual } in candidates(survey, here) {
        match look_into(&folder, &why) {
            Ok(certs) => return Ok(Certs { unreadable: [unreadable, certs.unreadable].concat(), ..certs }),
            // Of the usual folders nobody said that they hold a stack's certificates.
            Err(error) if is_usual && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => unreadable.push(format!("`{}`, {why}: {error}", folder.join(CA).display())),
        }
    }
    Ok(Certs { unreadable, ..Certs::default() })
}

/// A folder that may hold the certificates.
struct Candidate {
    folder: PathBuf,
    why: String,
    /// Not because a container mounts it.
    is_usual: bool,
}

fn candidates(survey: &Survey, here: &Path) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for service in MOUNTED_IN {
        for container in survey.containers.iter().filter(|container| container.service == service) {
            let source = container.mounts.get(MOUNTED_AT).map(PathBuf::from);
            if let Some(folder) = source.filter(|source| candidates.iter().all(|known| known.folder != *source)) {
                let why = format!("mounted at `{MOUNTED_AT}` of `{service}`");
                candidates.push(Candidate { folder, why, is_usual: false });
            }
        }
    }
    let usual = |folder: &&str| Candidate { folder: here.join(folder), why: format!("`./{folder}`"), is_usual: true };
    candidates.extend(USUAL.iter().map(usual));
    candidates
}

fn look_into(folder: &Path, why: &str) -> std::io::Result<Certs> {
    let folder = resolved(folder);
    let ca = folder.join(CA);
    can_be_read(&ca)?;
    can_be_used(TlsSettings { ca: Some(ca.clone()), ..TlsSettings::default() }).map_err(std::io::Error::other)?;
    let (cert, key) = (folder.join(CLIENT_CERT), folder.join(CLIENT_KEY));
    let mut unreadable = Vec::new();
    for file in [&cert, &key] {
        if let Err(error) = can_be_read(file) {
            unreadable.push(format!("`{}`: {error}", file.display()));
        }
    }
    if unreadable.is_empty() {
        let (client_cert, client_key) = (Some(cert.clone()), Some(key.clone()));
        let settings = TlsSettings { ca: Some(ca.clone()), client_cert, client_key, server_name: None };
        unreadable.extend(can_be_used(settings).err().map(|words| format!("`{}`: {words}", key.display())));
    }
    let client = unreadable.is_empty().then_some((cert, key));
    Ok(Certs { folder: Some((folder, why.to_owned())), ca: Some(ca), client, unreadable })
}

/// Whether files hold what they should, as a check will find; in words if not.
fn can_be_used(tls: TlsSettings) -> Result<(), String> {
    let address = Address::Tcp { host: "localhost".to_owned(), port: 1 };
    let (name, instance) = ("gateway".to_owned(), "gateway".to_owned());
    let endpoint = Endpoint { name, instance, address, tls: Some(tls), http2: Http2::Auto, headers: Vec::new() };
    Target::prepare(&endpoint).map(drop).map_err(|error| match error {
        ConfigError::Content { expected, found, .. } => format!("expected {expected}, found: {found}"),
        other => other.to_string(),
    })
}

/// A path as the environment file names it: relative if it lies in the project that the file belongs to.
pub(super) fn named(path: &Path, here: &Path) -> String {
    let beneath = here.join("environments");
    if let Ok(rest) = path.strip_prefix(&beneath) {
        return rest.display().to_string();
    }
    match path.strip_prefix(here) {
        Ok(rest) => Path::new("..").join(rest).display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the door to certificates that are looked for")]
fn can_be_read(file: &Path) -> std::io::Result<()> {
    // A FIFO would block once it is opened.
    if !std::fs::metadata(file)?.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    let mut byte = [0];
    std::fs::File::open(file)?.read(&mut byte).map(drop)
}

/// Without links and `..`, so that it can be compared with the current folder.
#[expect(clippy::disallowed_methods, reason = "the door to certificates that are looked for")]
fn resolved(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_within_the_project_and_absolute_beyond() {
        let here = Path::new("/srv/app");
        for (path, expected) in [
            ("/srv/app/.esb/certs/rootCA.crt", "../.esb/certs/rootCA.crt"),
            ("/srv/app/environments/certs/rootCA.crt", "certs/rootCA.crt"),
            ("/srv/application/rootCA.crt", "/srv/application/rootCA.crt"),
            ("/etc/esb/rootCA.crt", "/etc/esb/rootCA.crt"),
        ] {
            assert_eq!(named(Path::new(path), here), expected);
        }
    }
}

//! A real registry: Debian's `docker-registry` (CNCF distribution 2.8) on loopback, with its data in a folder of its own.
//! It ends when its handle is dropped, and when the process that has the handle ends in whatever way.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::certs::Certs;
use crate::sandbox::temp_dir;
use crate::tokens::{ISSUER, SERVICE, TokenServer};

/// The name that [`Auth::Basic`] and the token server know.
pub const USER: &str = "probe";

/// Its password.
pub const PASSWORD: &str = "correct horse";

/// Both, as `htpasswd -nbB` writes them.
const HTPASSWD: &str = "probe:$2y$05$Uen/2PSqUNojsk65M1AYHeFm4/8num5Xvy6EEMkL88QXkJMiL3eaS\n";

/// What is to be run.
const PROGRAM: &str = "docker-registry";

/// How long it may take to listen.
const START: Duration = Duration::from_secs(30);

/// Runs the registry until standard input ends: the handle holds its other end.
const UNTIL_DROPPED: &str = "\"$1\" serve \"$2\" </dev/null & pid=$!; cat >/dev/null; kill $pid; wait $pid";

/// Who is let in.
#[derive(Clone, Copy, Debug)]
pub enum Auth<'a> {
    /// Anybody.
    Open,
    /// Those with the name and password [`USER`] and [`PASSWORD`].
    Basic,
    /// Those with a token of this server, which is a stand-in.
    Token(&'a TokenServer),
}

/// A running registry.
#[derive(Debug)]
pub struct Registry {
    folder: TempDir,
    child: Child,
    address: String,
}

impl Registry {
    /// Whether there is one on this machine; in words why not.
    pub fn available() -> Result<(), String> {
        let found = Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        match found {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{PROGRAM} --version`: {status}")),
            Err(error) => Err(format!("`{PROGRAM}` cannot be run ({error}); it is Debian's package docker-registry")),
        }
    }

    /// Starts one: with the certificate of `certs`, or in plain HTTP.
    pub fn start(certs: Option<&Certs>, auth: Auth<'_>) -> Result<Self> {
        let folder = temp_dir()?;
        let at = |name: &str| folder.path().join(name);
        let storage = format!(
            "version: 0.1\nlog: {{ level: info }}\nstorage:\n  filesystem: {{ rootdirectory: {} }}\n  \
             delete: {{ enabled: true }}\nhttp:\n  addr: 127.0.0.1:0\n",
            at("data").display()
        );
        let tls = match certs {
            None => String::new(),
            Some(certs) => {
                certs.write_to(&at("certs"))?;
                let (cert, key) = (at("certs/server.crt"), at("certs/server.key"));
                format!("  tls: {{ certificate: {}, key: {} }}\n", cert.display(), key.display())
            }
        };
        let auth = match auth {
            Auth::Open => String::new(),
            Auth::Basic => {
                fs::write(at("htpasswd"), HTPASSWD)?;
                format!("auth: {{ htpasswd: {{ realm: stand-in, path: {} }} }}\n", at("htpasswd").display())
            }
            Auth::Token(server) => {
                fs::write(at("tokens.pem"), server.certificate())?;
                format!(
                    "auth: {{ token: {{ realm: \"{}\", service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {} }} }}\n",
                    server.realm(),
                    at("tokens.pem").display()
                )
            }
        };
        fs::write(at("config.yml"), [storage, tls, auth].concat())?;
        let log = at("log");
        let child = Command::new("sh")
            .args(["-c", UNTIL_DROPPED, "sh", PROGRAM])
            .arg(at("config.yml"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()
            .context("cannot run `sh`")?;
        let mut registry = Self { folder, child, address: String::new() };
        registry.address = registry.wait_for_address(&log)?;
        Ok(registry)
    }

    /// `127.0.0.1:PORT`, as references have it.
    pub fn host(&self) -> &str {
        &self.address
    }

    /// The authority that signed its certificate.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("certs/rootCA.crt")
    }

    /// An authority that did not.
    pub fn other_ca(&self) -> PathBuf {
        self.folder.path().join("certs/other-ca.crt")
    }

    /// The file in which it keeps a blob of this digest, in 64 digits.
    pub fn blob(&self, hex: &str) -> PathBuf {
        let first = hex.get(..2).unwrap_or_default();
        self.folder.path().join(format!("data/docker/registry/v2/blobs/sha256/{first}/{hex}/data"))
    }

    /// A docker config folder in which its login stands, for `DOCKER_CONFIG`.
    pub fn login(&self, folder: &Path) -> Result<()> {
        use base64::Engine as _;

        fs::create_dir_all(folder)?;
        let auth = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
        let config = serde_json::json!({ "auths": { self.host(): { "auth": auth } } });
        fs::write(folder.join("config.json"), config.to_string())?;
        Ok(())
    }

    fn wait_for_address(&mut self, log: &Path) -> Result<String> {
        let end = Instant::now() + START;
        loop {
            let text = fs::read_to_string(log)?;
            let told = text.split("listening on ").nth(1).and_then(|rest| rest.split(['"', ',']).next());
            if let Some(address) = told {
                return Ok(address.to_owned());
            }
            if self.child.try_wait()?.is_some() || Instant::now() > end {
                bail!("`{PROGRAM}` does not listen:\n{text}");
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // The end of its input is what its shell waits for.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

//! A real containerd of a test's own, on a socket of its own.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

/// After this long it will not come up any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs containerd until standard input ends, which it does with the process that holds the other end.
const RUN: &str = r#"
containerd --config "$1" >"$2" 2>&1 </dev/null &
cat >/dev/null
kill -9 $!
wait $!
"#;

/// A running containerd. It stops when this is dropped.
#[derive(Debug)]
pub struct Containerd {
    folder: TempDir,
    socket: PathBuf,
    shell: Child,
}

/// What the binary says of itself: version and revision. Or in words why there is none that tests can start.
pub fn version() -> Result<(String, String), String> {
    let output =
        Command::new("containerd").arg("--version").output().map_err(|error| format!("no containerd: {error}"))?;
    // containerd PACKAGE VERSION REVISION
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = told.split_whitespace().collect();
    let [_, _, version, revision] = words.as_slice() else {
        return Err(format!("`containerd --version` says: {}", told.trim()));
    };
    if fs::metadata("/proc/self").is_ok_and(|of| std::os::unix::fs::MetadataExt::uid(&of) != 0) {
        return Err("containerd is started by root only".to_owned());
    }
    Ok(((*version).to_owned(), (*revision).to_owned()))
}

impl Containerd {
    /// Starts one that listens in a temporary folder.
    pub fn start() -> Result<Self> {
        let folder = folder()?;
        let socket = folder.path().join("containerd.sock");
        Self::start_in(folder, socket)
    }

    /// Starts one that listens on `containerd.sock` in `folder`, such as that of a volume.
    pub fn start_at(place: &Path) -> Result<Self> {
        Self::start_in(folder()?, place.join("containerd.sock"))
    }

    fn start_in(folder: TempDir, socket: PathBuf) -> Result<Self> {
        ensure!(socket.as_os_str().len() < 100, "too long for a socket: {}", socket.display());
        let (config, log) = (folder.path().join("config.toml"), folder.path().join("log"));
        let place = folder.path().display();
        // The part for Kubernetes opens ports and wants networks; nothing here asks it.
        let text = format!(
            "version = 2\nroot = \"{place}/root\"\nstate = \"{place}/state\"\n\
             disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = \"{}\"\n",
            socket.display()
        );
        fs::write(&config, text)?;
        let shell = Command::new("setsid")
            .args(["sh", "-c", RUN, "run"])
            .args([&config, &log])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start containerd")?;
        let started = Self { folder, socket, shell };
        started.wait(&log)?;
        Ok(started)
    }

    /// Its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// `unix:///PATH`, as an endpoint's `url` has it.
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    fn wait(&self, log: &Path) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        // It listens before it can answer; what comes in between waits in the socket's queue.
        while UnixStream::connect(&self.socket).is_err() {
            if Instant::now() > end {
                bail!("containerd does not listen:\n{}", fs::read_to_string(log).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Containerd {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Without a status it is gone all the same.
        drop(self.shell.wait());
        drop(fs::remove_file(&self.socket));
        // Its root may hold mounts' leftovers that the folder's own removal would not tell.
        drop(fs::remove_dir_all(self.folder.path()));
    }
}

/// A temporary folder whose path is short: a socket's has 108 bytes.
fn folder() -> Result<TempDir> {
    tempfile::Builder::new().prefix("shipworthy-").tempdir_in("/tmp").context("cannot make a temporary folder")
}

//! Runs the real binary as a user would: in a fresh folder, with a cleared environment, and never for ever.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use crate::Tree;

/// After this long a run has hung: the slowest honest one, a cold compile of a big plugin, takes a tenth of it.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How often a running process is looked at.
const TICK: Duration = Duration::from_millis(2);

/// Begins the name of every temporary folder of this crate, so that [`Output::snapshot`] knows it again.
const PREFIX: &str = "shipworthy-";

/// A fresh folder to run the binary in. It goes when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    binary: PathBuf,
    folder: TempDir,
    variables: Vec<(OsString, OsString)>,
}

impl Sandbox {
    /// A sandbox for this binary: `Sandbox::new(env!("CARGO_BIN_EXE_shipworthy"))`.
    pub fn new(binary: impl AsRef<Path>) -> Result<Self> {
        let binary = fs::canonicalize(binary.as_ref())
            .with_context(|| format!("cannot find the binary `{}`", binary.as_ref().display()))?;
        let folder = temp_dir()?;
        let home = folder.path().join(".home");
        fs::create_dir_all(&home)?;
        let mut variables = vec![
            ("XDG_CACHE_HOME".into(), home.join("cache").into_os_string()),
            ("HOME".into(), home.into_os_string()),
        ];
        variables.extend(std::env::var_os("PATH").map(|path| ("PATH".into(), path)));
        Ok(Self { binary, folder, variables })
    }

    /// The folder that the binary runs in. `.home` in it is its home.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders it needs.
    pub fn file(&self, path: &str, text: impl AsRef<[u8]>) -> Result<&Self> {
        self.tree(&Tree::new().file(path, text))
    }

    /// Builds a tree in the folder.
    pub fn tree(&self, tree: &Tree) -> Result<&Self> {
        tree.write_to(self.dir())?;
        Ok(self)
    }

    /// Sets a variable for later runs. Besides these a run has `HOME`, `XDG_CACHE_HOME` and `PATH`, nothing else.
    pub fn variable(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The command that [`Sandbox::run`] runs, for tests that want their own hands on its streams.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.dir()).env_clear().stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary to its end. After 60 seconds it is killed, which is an error that shows what it had said.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.run_in("", arguments)
    }

    /// The same in a folder of the sandbox.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Result<Output> {
        // Files rather than pipes: nobody has to empty them, and a grandchild that keeps them open holds up nothing.
        let streams = temp_dir()?;
        let (stdout, stderr) = (streams.path().join("stdout"), streams.path().join("stderr"));
        let mut child = self
            .command(arguments)
            .current_dir(self.dir().join(folder))
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .spawn()
            .with_context(|| format!("cannot run `{}`", self.binary.display()))?;
        let status = wait(&mut child, TIMEOUT)?;
        let read = |path| Ok::<_, std::io::Error>(String::from_utf8_lossy(&fs::read(path)?).into_owned());
        let (stdout, stderr) = (read(&stdout)?, read(&stderr)?);
        match status {
            Some(status) => Ok(Output { status: status.code(), stdout, stderr, folder: self.dir().to_owned() }),
            None => bail!("`{}` hung\nstdout:\n{stdout}\nstderr:\n{stderr}", arguments.join(" ")),
        }
    }
}

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct Output {
    /// Exit status; none if a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    folder: PathBuf,
}

impl Output {
    /// Standard output, as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("standard output is not JSON\n{}", self.snapshot()))
    }

    /// Everything in one text: exit code, standard output, standard error. What differs from run to run is masked:
    /// temporary folders are `[DIR]`, loopback's ports `[PORT]`, measured times `[TIME]`, the version of Shipworthy
    /// `[VERSION]`, and a plugin's digest in a report and a certificate's `[SHA256]`, and how many days ago one ended `[DAYS]`. Nothing else is.
    pub fn snapshot(&self) -> String {
        let status = self.status.map_or_else(|| "none, ended by a signal".to_owned(), |code| code.to_string());
        let all = format!(
            "exit code: {status}\n----- stdout -----\n{}\n----- stderr -----\n{}",
            self.stdout.trim_end(),
            self.stderr.trim_end()
        );
        masked(&all.replace(&*self.folder.to_string_lossy(), "[DIR]"))
    }
}

/// A temporary folder that a snapshot knows for one. Its path holds no link, so that it reads the same resolved.
pub(crate) fn temp_dir() -> Result<TempDir> {
    let root = fs::canonicalize(std::env::temp_dir())?;
    tempfile::Builder::new().prefix(PREFIX).tempdir_in(root).context("cannot make a temporary folder")
}

/// The status, or none if the time ran out and the process was killed.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(TICK);
    }
}

fn masked(text: &str) -> String {
    FILTERS.iter().fold(text.to_owned(), |text, (pattern, mask)| pattern.replace_all(&text, *mask).into_owned())
}

/// The one list of what is masked. Times that somebody configured are whole seconds, and stay.
static FILTERS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let temporary = std::env::temp_dir();
    let temporary = regex::escape(&fs::canonicalize(&temporary).unwrap_or(temporary).to_string_lossy());
    [
        (format!(r"{temporary}/{PREFIX}\w+"), "[DIR]"),
        (r"\b(127\.0\.0\.1|localhost):\d+".to_owned(), "${1}:[PORT]"),
        (r#"("duration_ms": ?)\d+"#.to_owned(), r#"${1}"[TIME]""#),
        (r#"("started": ?)"[0-9TZ:-]+""#.to_owned(), r#"${1}"[TIME]""#),
        (r"\b\d+(\.\d+)? ?(ms|µs|us|ns)\b|\b\d+\.\d+ ?s\b".to_owned(), "[TIME]"),
        (r#"("plugin": ?\{[^}]*"sha256": ?")[0-9a-f]{64}"#.to_owned(), "${1}[SHA256]"),
        (r"(seen by [^\n]* sha256 )[0-9a-f]{64}".to_owned(), "${1}[SHA256]"),
        // Stand-ins make their certificates anew each time, and the old one grows older.
        (r"(sha256 = )[0-9a-f]{64}(\s+\(TLS)".to_owned(), "${1}[SHA256]${2}"),
        (r"(, )\d+( days ago)".to_owned(), "${1}[DAYS]${2}"),
        (r"\b(shipworthy) v?\d+\.\d+\.\d+[\w.+-]*".to_owned(), "${1} [VERSION]"),
    ]
    .into_iter()
    .filter_map(|(pattern, mask)| Some((Regex::new(&pattern).ok()?, mask)))
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_a_valid_pattern() {
        assert_eq!(FILTERS.len(), 10);
    }

    #[test]
    fn masks_what_differs_and_nothing_else() {
        let digest = "0f".repeat(32);
        let temporary = fs::canonicalize(std::env::temp_dir()).unwrap().join("shipworthy-aB3x9z");
        let table = [
            (format!("{}/artifact.yml", temporary.display()), "[DIR]/artifact.yml".to_owned()),
            ("https://127.0.0.1:40123/health".to_owned(), "https://127.0.0.1:[PORT]/health".to_owned()),
            ("in 12 ms, 0.41s, 3.5 ms".to_owned(), "in [TIME], [TIME], [TIME]".to_owned()),
            ("deadline 5s, version 2.0.0, port 8443".to_owned(), "deadline 5s, version 2.0.0, port 8443".to_owned()),
            (r#""duration_ms": 12,"#.to_owned(), r#""duration_ms": "[TIME]","#.to_owned()),
            (
                format!(r#""plugin": {{ "name": "x", "sha256": "{digest}" }}"#),
                r#""plugin": { "name": "x", "sha256": "[SHA256]" }"#.to_owned(),
            ),
            (format!("seen by static 0.1.0, sha256 {digest}"), "seen by static 0.1.0, sha256 [SHA256]".to_owned()),
            (format!("expected {digest}"), format!("expected {digest}")),
            ("shipworthy 0.1.0-rc1".to_owned(), "shipworthy [VERSION]".to_owned()),
        ];
        for (text, expected) in table {
            assert_eq!(masked(&text), expected);
        }
    }

    #[test]
    fn a_run_sees_a_fresh_folder_and_three_variables() {
        let mut sandbox = Sandbox::new("/bin/sh").unwrap();
        sandbox.file("sub/a.txt", "text").unwrap();
        let output = sandbox.run(&["-c", "cat sub/a.txt; echo problem >&2; exit 3"]).unwrap();
        assert_eq!(output.snapshot(), "exit code: 3\n----- stdout -----\ntext\n----- stderr -----\nproblem");
        sandbox.variable("TOKEN", "x");
        let output = sandbox.run(&["-c", "env"]).unwrap();
        for name in ["HOME=", "XDG_CACHE_HOME=", "PATH=", "TOKEN=x"] {
            assert!(output.stdout.contains(name), "{name} in {}", output.stdout);
        }
        assert!(!output.stdout.contains("CARGO"), "{}", output.stdout);
    }

    #[test]
    fn what_hangs_is_killed() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        assert_eq!(wait(&mut child, Duration::from_millis(20)).unwrap(), None);
        assert!(child.try_wait().unwrap().is_some(), "nothing is left running");
    }
}

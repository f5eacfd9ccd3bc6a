//! What tests leave on an engine, and how it goes, also when a process is killed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};

use super::{LABEL, docker};
use crate::sandbox::temp_dir;

/// Removes what carries the label in `$1`, and the folder in `$2`, once standard input ends: that is when the process
/// that holds its other end is no more, for whatever reason.
const WATCH: &str = r#"
cat >/dev/null
docker ps -aq --filter "label=$1" | xargs -r docker rm -fv
docker network ls -q --filter "label=$1" | xargs -r docker network rm
docker volume ls -q --filter "label=$1" | xargs -r docker volume rm
rm -rf "$2"
"#;

/// What this process leaves behind.
#[derive(Debug)]
struct Mine {
    label: String,
    folder: PathBuf,
    // Waits for the other end of its standard input to close, which it does when this process ends.
    _watcher: Child,
}

static MINE: LazyLock<Result<Mine, String>> = LazyLock::new(|| mine().map_err(|error| format!("{error:#}")));

fn mine() -> Result<Mine> {
    let process = std::process::id();
    let since = since(process).context("this process is not in /proc")?;
    let label = format!("{LABEL}={process}-{since}");
    let folder = temp_dir()?.keep();
    let watcher = Command::new("setsid")
        .args(["sh", "-c", WATCH, "watch", &label])
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start the watcher of leftovers")?;
    Ok(Mine { label, folder, _watcher: watcher })
}

/// `LABEL=VALUE` of everything that this process makes.
pub(crate) fn label() -> Result<&'static str> {
    MINE.as_ref().map(|mine| mine.label.as_str()).map_err(|error| anyhow::anyhow!(error.clone()))
}

/// A folder that goes when this process ends.
pub(crate) fn folder() -> Result<&'static Path> {
    MINE.as_ref().map(|mine| mine.folder.as_path()).map_err(|error| anyhow::anyhow!(error.clone()))
}

/// Removes what processes left that are no more. Their watchers do so too, unless they were killed as well.
pub(crate) fn remove() -> Result<()> {
    let shown = format!("{{{{.Label \"{LABEL}\"}}}}");
    let mut owners = BTreeSet::new();
    for kind in ["container", "network", "volume"] {
        let mut words = vec![kind, "ls", "--filter", "label=shipworthy.test", "--format", &shown];
        words.extend((kind == "container").then_some("--all"));
        owners.extend(docker::run(&words)?.lines().map(str::to_owned));
    }
    for owner in owners.iter().filter(|owner| is_gone(owner)) {
        of(&format!("{LABEL}={owner}"));
    }
    Ok(())
}

fn is_gone(owner: &str) -> bool {
    owner
        .split_once('-')
        .is_none_or(|(process, then)| process.parse().ok().and_then(since).is_none_or(|since| since != then))
}

/// Removes all that carries a label: `NAME=VALUE`. Another process may be about to remove the same, so that nothing
/// here is an error.
pub(crate) fn of(label: &str) {
    let filter = format!("label={label}");
    let remove = |list: &[&str], remove: &[&str]| {
        let found = docker::run(&[list, &["--filter", &filter]].concat()).unwrap_or_default();
        let found: Vec<&str> = found.split_whitespace().collect();
        if !found.is_empty() {
            drop(docker::run(&[remove, &found].concat()));
        }
    };
    remove(&["ps", "-aq"], &["rm", "-fv"]);
    remove(&["network", "ls", "-q"], &["network", "rm"]);
    remove(&["volume", "ls", "-q"], &["volume", "rm"]);
}

/// When a process began, in the kernel's ticks: with it a number that was given again is not taken for the old one.
fn since(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything; the 20th field after it is the 22nd of all.
    stat.rsplit_once(") ")?.1.split(' ').nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_that_is_alive_is_left_alone() {
        let process = std::process::id();
        let since = since(process).unwrap();
        assert!(!is_gone(&format!("{process}-{since}")));
        for gone in [format!("{process}-1{since}"), "4194305-1".to_owned(), "of-nobody".to_owned(), String::new()] {
            assert!(is_gone(&gone), "{gone}");
        }
    }
}

//! The `go` that is on PATH: whether it is there, how old it is, and how it is started.

use std::{
    io,
    path::Path,
    process::{Command, Output},
};

use crate::error::BuildError;

/// The oldest release that is known to build probes.
pub(crate) const OLDEST: (u32, u32) = (1, 24);

/// A `go` that is new enough.
#[derive(Debug)]
pub(crate) struct Go<'a> {
    folder: &'a Path,
}

impl<'a> Go<'a> {
    /// Looks for it. Which release is asked in the project's folder, since a project can choose a newer one.
    pub(crate) fn find(project: &'a Path) -> Result<Self, BuildError> {
        let go = Self { folder: project };
        let output = go.run(&["env", "GOVERSION"])?;
        if !output.status.success() {
            return Err(BuildError::Unreadable { said: text(&output.stderr) });
        }
        let found = text(&output.stdout).trim().to_owned();
        // What is no number is a development build; its owner knows.
        if release(&found).is_some_and(|release| release < OLDEST) {
            return Err(BuildError::OldGo { found });
        }
        Ok(go)
    }

    /// Runs it in the project's folder, for the component's target.
    #[expect(clippy::disallowed_methods, reason = "what this binary is for")]
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Output, BuildError> {
        let mut command = Command::new("go");
        command.args(arguments).current_dir(self.folder);
        command.envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("CGO_ENABLED", "0")]);
        command.output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BuildError::NoGo,
            _ => BuildError::Start(error),
        })
    }
}

/// What Go printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `go1.26.8`, `go1.27rc1`.
fn release(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.strip_prefix("go")?.split_once('.')?;
    let digits = rest.find(|symbol: char| !symbol.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, _) = rest.split_at_checked(digits)?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_from_what_go_says() {
        for (version, expected) in [
            ("go1.26.8", Some((1, 26))),
            ("go1.26", Some((1, 26))),
            ("go1.27rc1", Some((1, 27))),
            ("go1.26.8 X:nodwarf5", Some((1, 26))),
            ("devel go1.27-abc", None),
            ("", None),
        ] {
            assert_eq!(release(version), expected, "{version}");
        }
    }
}

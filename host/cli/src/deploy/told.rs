//! What a deploy command is told of the check that let it start: variables, and the report as a file.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use shipworthy_contract::{Report, report::Tree};

use super::GateError;
use crate::{
    args::{Format, OutputFile},
    replace,
};

/// Begins the names of the digests of single trees.
const TREE: &str = "SHIPWORTHY_TREE_";

/// What is told.
pub(crate) struct Told<'a> {
    report: &'a Report,
    manifest: &'a Path,
    outputs: &'a [OutputFile],
}

impl<'a> Told<'a> {
    pub(crate) const fn of(report: &'a Report, manifest: &'a Path, outputs: &'a [OutputFile]) -> Self {
        Self { report, manifest, outputs }
    }

    /// The report as a file: the one that was asked for, else one that goes when the command has ended.
    pub(super) fn report(&self) -> Result<ReportFile, GateError> {
        let asked = self.outputs.iter().find(|output| output.format == Format::Json && is_file(&output.file));
        if let Some(asked) = asked {
            return absolute(&asked.file).map(ReportFile::Kept).map_err(GateError::Report);
        }
        temporary(&shipworthy_report::json::render(self.report)).map_err(GateError::Report)
    }

    /// Writes the variables. What an outer check has told is no longer there.
    pub(super) fn write_to(&self, command: &mut Command, report: &Path) {
        let is_of_a_tree = |name: &OsString| name.to_str().is_some_and(|name| name.starts_with(TREE));
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_a_tree(name)) {
            command.env_remove(name);
        }
        let verdict = match self.report.verdict {
            shipworthy_contract::report::Verdict::Pass => "pass",
            shipworthy_contract::report::Verdict::Warn => "warn",
            shipworthy_contract::report::Verdict::Fail => "fail",
            shipworthy_contract::report::Verdict::Error => "error",
        };
        let artifact = self.report.artifact.as_ref();
        let sha256 = artifact.and_then(|artifact| artifact.sha256).map(|sha256| sha256.to_string());
        let trees = artifact.map(|artifact| artifact.trees.as_slice()).unwrap_or_default();
        command
            .env("SHIPWORTHY_REPORT", report)
            .env("SHIPWORTHY_VERDICT", verdict)
            .env("SHIPWORTHY_ARTIFACT", absolute(self.manifest).as_deref().unwrap_or(self.manifest))
            .env("SHIPWORTHY_ARTIFACT_SHA256", sha256.unwrap_or_default())
            .env("SHIPWORTHY_ENVIRONMENT", self.report.environment.as_ref().map_or("", |one| one.name.as_str()))
            .env("SHIPWORTHY_TREES", lines(trees));
        for tree in trees {
            command.env(format!("{TREE}{}", tree.entry), tree.digest.to_string());
        }
    }
}

/// A line for each tree: entry, digest, root. No root can make a line of its own.
fn lines(trees: &[Tree]) -> String {
    trees.iter().fold(String::new(), |mut lines, tree| {
        for word in [&*tree.entry.to_string(), " ", &*tree.digest.to_string(), " ", &*one_line(&tree.root), "\n"] {
            lines.push_str(word);
        }
        lines
    })
}

fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
        line
    })
}

/// A path that means the same in every folder.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}

/// Whether what was written can be read again and has nothing else in it: not so a pipe, or `/dev/stderr`.
#[expect(clippy::disallowed_methods, reason = "what kind of file an output is")]
fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

fn temporary(text: &str) -> io::Result<ReportFile> {
    let (path, file) = replace::private(&std::env::temp_dir(), "shipworthy-report.json")?;
    let report = ReportFile::Temporary(absolute(&path)?);
    written(file, text)?;
    Ok(report)
}

fn written(mut file: File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())
}

/// Where the report is.
pub(super) enum ReportFile {
    /// Where the user wanted it.
    Kept(PathBuf),
    /// For the command alone.
    Temporary(PathBuf),
}

impl ReportFile {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Kept(path) | Self::Temporary(path) => path,
        }
    }
}

impl Drop for ReportFile {
    #[expect(clippy::disallowed_methods, reason = "our own temporary file")]
    fn drop(&mut self) {
        if let Self::Temporary(path) = self
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::debug!(%error, "the command's report is gone already");
        }
    }
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::Sha256;

    use super::*;

    #[test]
    fn a_root_makes_no_line_of_its_own() {
        let tree = |entry, root: &str| Tree { entry, root: root.to_owned(), digest: Sha256::of(b"") };
        let digest = Sha256::of(b"");
        let text = lines(&[tree(0, "/srv/a b"), tree(2, "/srv/x\n0 0000 /etc\u{1b}[2J\r")]);
        assert_eq!(text, format!("0 {digest} /srv/a b\n2 {digest} /srv/x\\n0 0000 /etc\\u{{1b}}[2J\\r\n"));
        assert_eq!(lines(&[]), "");
    }
}

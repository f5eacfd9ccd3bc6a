//! Why a project could not be made, built or tested. Nothing has run by then but a toolchain.

use std::{
    io,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, explain::Place};
use shipworthy_plugins::descriptor::DescriptorError;

use crate::Language;

/// What goes wrong with a project, its toolchain or one of its test files.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// A file or folder cannot be read or written.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// `read`, `write`, `make the folder`.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// There is something where the project is to be.
    #[error("expected no folder or an empty one, found files in `{}`", folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder has no `probe.json`.
    #[error("expected a probe's project with a `probe.json`, found none in `{}`", folder.display())]
    NoProject {
        /// The folder.
        folder: PathBuf,
    },
    /// The descriptor is wrong.
    #[error("cannot use the descriptor `{}`", file.display())]
    Descriptor {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: DescriptorError,
    },
    /// No language can be made out, or more than one.
    #[error("expected one of Cargo.toml, probe.py, go.mod and package.json in `{}`, found {found}", folder.display())]
    NoLanguage {
        /// The folder.
        folder: PathBuf,
        /// `none`, or those that there are.
        found: String,
    },
    /// A part of the toolchain is not there.
    #[error("cannot build {}: {what} is not installed", spoken(*language))]
    Missing {
        /// Of which language.
        language: Language,
        /// What: `componentize-py`.
        what: &'static str,
        /// What to do, a line each.
        install: String,
    },
    /// A part of the toolchain is there and cannot be started.
    #[error("cannot start `{program}`")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The toolchain failed, and has said why.
    #[error("the build failed: `{program}` ended with {status}")]
    Build {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
        /// What it said, if it has not been shown already: whoever tells of the error shows it before.
        said: String,
    },
    /// The toolchain succeeded and left nothing.
    #[error("`{program}` succeeded and left no component{}", left(expected.as_deref()))]
    Nothing {
        /// The program.
        program: String,
        /// Where it was looked for.
        expected: Option<PathBuf>,
    },
    /// A test file is wrong.
    #[error("cannot use the test `{}`: {fault}", file.display())]
    Case {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        fault: String,
        /// Line and column from 1, where they are known.
        at: Option<(u32, u32)>,
        /// The line itself.
        line: Option<String>,
    },
    /// There is nothing to test with.
    #[error("expected test files, found none in `{}`", folder.display())]
    NoCases {
        /// Where they would be.
        folder: PathBuf,
    },
    /// The stack of a test cannot be served.
    #[error("cannot serve the stack of a test")]
    Serve(#[source] io::Error),
}

impl KitError {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Io { action: "read", path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Io { action: "write", path: path.to_owned(), source }
    }
}

const fn spoken(language: Language) -> &'static str {
    match language {
        Language::Rust => "a probe in Rust",
        Language::Python => "a probe in Python",
        Language::Go => "a probe in Go",
        Language::Js => "a probe in JavaScript",
    }
}

fn left(expected: Option<&Path>) -> String {
    expected.map(|path| format!(" at `{}`", path.display())).unwrap_or_default()
}

impl Explain for KitError {
    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "project.file",
            Self::Taken { .. } => "project.taken",
            Self::NoProject { .. } => "project.none",
            Self::Descriptor { .. } => "plugin.descriptor",
            Self::NoLanguage { .. } => "project.language",
            Self::Missing { .. } => "toolchain.missing",
            Self::Start { .. } => "toolchain.start",
            Self::Build { .. } | Self::Nothing { .. } => "toolchain.failed",
            Self::Case { .. } => "test.file",
            Self::NoCases { .. } => "test.none",
            Self::Serve(_) => "test.serve",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Descriptor { .. } | Self::Build { .. } | Self::Nothing { .. } | Self::Case { .. } => Fault::Plugin,
            Self::Serve(_) => Fault::Host,
            _ => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Io { .. } => "see that it is there, and that you may".to_owned(),
            Self::Taken { .. } => "choose another name, or another place with `--dir`".to_owned(),
            Self::NoProject { .. } => {
                "name the project's folder, or make one: shipworthy plugin new NAME --lang rust|python|go|js".to_owned()
            }
            Self::Descriptor { source, .. } => return source.help(),
            Self::NoLanguage { .. } => "say which with `--lang`".to_owned(),
            Self::Missing { install, .. } => install.clone(),
            Self::Start { .. } => "see that it is a program that you may run".to_owned(),
            Self::Build { .. } => "what it said stands above".to_owned(),
            Self::Nothing { program, .. } => format!("run `{program}` by hand in the project's folder"),
            Self::Case { .. } => "docs/testing-a-probe.md says what a test file may have".to_owned(),
            Self::NoCases { .. } => "write one, or name one with `--case FILE`".to_owned(),
            Self::Serve(_) => "see that temporary files can be made".to_owned(),
        })
    }

    fn place(&self) -> Option<Place> {
        let Self::Case { file, at: Some((line, column)), .. } = self else { return None };
        Some(Place { file: file.display().to_string(), line: Some(*line), column: Some(*column) })
    }

    fn excerpt(&self) -> Option<&str> {
        if let Self::Case { line, .. } = self { line.as_deref() } else { None }
    }
}

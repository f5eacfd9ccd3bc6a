//! Why a probe is not built, and how that is told.

use std::{io, path::PathBuf};

use shipworthy_contract::{Explain, Fault};

use crate::{project::SDK, toolchain::OLDEST};

/// Why a probe is not built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error("Go is not installed: there is no `go` on PATH")]
    NoGo,
    #[error("`go` cannot be started")]
    Start(#[source] io::Error),
    #[error("Go is too old: expected go{}.{} or newer, found {found}", OLDEST.0, OLDEST.1)]
    OldGo { found: String },
    #[error("`{}` is not a folder", .0.display())]
    NoProject(PathBuf),
    #[error("Go cannot read the project")]
    Unreadable { said: String },
    #[error("what `go list` says of the project cannot be read")]
    List(#[source] serde_json::Error),
    #[error("package {path} is a program: expected any other name than `package main`")]
    Program { path: String },
    #[error("the project belongs to no module: expected a go.mod in its folder or above")]
    NoModule,
    #[error("package {path} does not use the SDK: it does not import `{SDK}`")]
    NoSdk { path: String },
    #[error("package {path} exports no probe: nothing calls `shipworthy.Export`")]
    NoExport { path: String },
    #[error("the project does not compile")]
    Compile { said: String },
    #[error("the SDK of the project does not fit this builder")]
    SdkMismatch { said: String },
    #[error("the bindings cannot be generated")]
    Bindings(#[source] Chain),
    #[error("what Go built cannot be made a component")]
    Encode(#[source] Chain),
    #[error("`{}` cannot be read", file.display())]
    Read {
        file: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` cannot be written", file.display())]
    Write {
        file: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the description of the overlay cannot be written")]
    Overlay(#[source] serde_json::Error),
}

/// What a library of the component tools says: all its causes, as one text.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub(crate) struct Chain(pub(crate) anyhow::Error);

impl BuildError {
    pub(crate) fn bindings(error: anyhow::Error) -> Self {
        Self::Bindings(Chain(error))
    }

    pub(crate) fn encode(error: anyhow::Error) -> Self {
        Self::Encode(Chain(error))
    }

    /// What Go said, word for word.
    fn said(&self) -> Option<&str> {
        match self {
            Self::Unreadable { said } | Self::Compile { said } | Self::SdkMismatch { said } => Some(said),
            _ => None,
        }
    }
}

impl Explain for BuildError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoGo | Self::Start(_) => "go.missing",
            Self::OldGo { .. } => "go.old",
            Self::NoProject(_) | Self::Unreadable { .. } | Self::List(_) | Self::NoModule => "go.project",
            Self::Program { .. } => "go.program",
            Self::NoSdk { .. } => "go.no-sdk",
            Self::NoExport { .. } => "go.no-export",
            Self::Compile { .. } => "go.compile",
            Self::SdkMismatch { .. } => "go.sdk",
            Self::Bindings(_) | Self::Overlay(_) => "go.bindings",
            Self::Encode(_) => "go.encode",
            Self::Read { .. } => "go.read",
            Self::Write { .. } => "go.write",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Program { .. }
            | Self::NoModule
            | Self::NoSdk { .. }
            | Self::NoExport { .. }
            | Self::Unreadable { .. }
            | Self::Compile { .. }
            | Self::SdkMismatch { .. } => Fault::Plugin,
            Self::List(_) | Self::Bindings(_) | Self::Encode(_) | Self::Overlay(_) => Fault::Host,
            Self::NoGo
            | Self::Start(_)
            | Self::OldGo { .. }
            | Self::NoProject(_)
            | Self::Read { .. }
            | Self::Write { .. } => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        let (major, minor) = OLDEST;
        let help = match self {
            Self::NoGo | Self::OldGo { .. } => format!(
                "install Go {major}.{minor} or newer from https://go.dev/dl/ and put its folder `bin` on PATH\n\
                 nothing else is needed: no TinyGo, no C compiler"
            ),
            Self::NoProject(_) => "name the folder of the probe's package: `--project DIR`".to_owned(),
            Self::Program { .. } => "write `package probe` instead, and drop `func main`".to_owned(),
            Self::NoModule => "`shipworthy plugin new NAME --lang go` writes a whole project".to_owned(),
            Self::NoSdk { .. } => {
                format!("import `{SDK}`, and export the probe:\nfunc init() {{ shipworthy.Export(Orders{{}}) }}")
            }
            Self::NoExport { .. } => {
                "export the probe, once, in the package:\nfunc init() { shipworthy.Export(Orders{}) }".to_owned()
            }
            Self::SdkMismatch { .. } => {
                "replace the project's copy of the SDK by the one of this release, which `shipworthy plugin new` writes"
                    .to_owned()
            }
            Self::Write { .. } => "check that the folder is there and can be written".to_owned(),
            Self::Start(_)
            | Self::Unreadable { .. }
            | Self::List(_)
            | Self::Compile { .. }
            | Self::Bindings(_)
            | Self::Encode(_)
            | Self::Read { .. }
            | Self::Overlay(_) => return None,
        };
        Some(help)
    }
}

/// The error as `shipworthy` shows its own, beneath what Go said.
pub(crate) fn render(error: &BuildError) -> String {
    let mut page = String::new();
    if let Some(said) = error.said() {
        page.push_str(said);
        if !said.ends_with('\n') {
            page.push('\n');
        }
    }
    page.push_str("error: ");
    page.push_str(&error.to_string());
    page.push('\n');
    let mut cause = std::error::Error::source(error);
    while let Some(because) = cause {
        page.push_str("  because: ");
        page.push_str(&because.to_string());
        page.push('\n');
        cause = because.source();
    }
    // What stands behind a colon is there to be pasted.
    let mut lead = "  help: ";
    for help in error.help().iter().flat_map(|help| help.lines()) {
        page.push_str(lead);
        page.push_str(help);
        page.push('\n');
        if help.ends_with(':') {
            lead = "      ";
        }
    }
    page.push_str("  [");
    page.push_str(error.code());
    page.push_str("]\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_said_comes_first_and_word_for_word() {
        let said = "# example.com/a\n./a.go:1:2: undefined: b\n".to_owned();
        let page = "# example.com/a\n./a.go:1:2: undefined: b\nerror: the project does not compile\n  [go.compile]\n";
        assert_eq!(render(&BuildError::Compile { said }), page);
    }

    #[test]
    fn a_missing_toolchain_says_what_to_install() {
        let page = render(&BuildError::OldGo { found: "go1.22.3".to_owned() });
        let first =
            "error: Go is too old: expected go1.24 or newer, found go1.22.3\n  help: install Go 1.24 or newer from";
        assert!(page.starts_with(first), "{page}");
    }

    #[test]
    fn what_is_to_be_pasted_has_no_label() {
        let page = render(&BuildError::NoExport { path: "example.com/a".to_owned() });
        assert!(
            page.ends_with("package:\n      func init() { shipworthy.Export(Orders{}) }\n  [go.no-export]\n"),
            "{page}"
        );
    }

    #[test]
    fn causes_are_told_once_each() {
        let source = io::Error::new(io::ErrorKind::NotFound, "not there");
        let page = render(&BuildError::Write { file: PathBuf::from("/a"), source });
        assert_eq!(page.matches("not there").count(), 1, "{page}");
        let page = render(&BuildError::bindings(anyhow::anyhow!("inner").context("outer")));
        assert_eq!(page, "error: the bindings cannot be generated\n  because: outer: inner\n  [go.bindings]\n");
    }
}

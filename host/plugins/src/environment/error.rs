//! What can be wrong with an environment. Every fault of its files is told, each with its place.

use std::fmt;

use shipworthy_contract::{
    Explain, Fault,
    explain::Place,
    suggest,
    text::{excerpt, plural},
};

use crate::{document::Excerpt, files::FileError};

/// One thing that is wrong with an environment, and where.
#[derive(Debug)]
pub struct EnvironmentError {
    problem: Box<Problem>,
    at: Option<Place>,
    line: Option<Excerpt>,
}

impl EnvironmentError {
    /// Something wrong at a place, with the line that stands there, fit to be shown.
    pub(crate) fn at(problem: Problem, at: Place, line: Option<Excerpt>) -> Self {
        Self { problem: Box::new(problem), at: Some(at), line }
    }

    /// The same error, with a place if it had none.
    pub(crate) fn or_at(mut self, place: &Place) -> Self {
        self.at.get_or_insert_with(|| place.clone());
        self
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<Problem> for EnvironmentError {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), at: None, line: None }
    }
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for EnvironmentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problem.source()
    }
}

/// Everything that is wrong with an environment; never empty.
#[derive(Debug)]
pub struct EnvironmentErrors {
    first: EnvironmentError,
    more: Vec<EnvironmentError>,
}

impl EnvironmentErrors {
    /// All of them, in the order of the files' lines.
    pub fn iter(&self) -> impl Iterator<Item = &EnvironmentError> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// All of them, owned, in the same order.
    pub fn into_vec(self) -> Vec<EnvironmentError> {
        std::iter::once(self.first).chain(self.more).collect()
    }

    /// Collects errors, if there are any.
    pub(crate) fn collect(errors: Vec<EnvironmentError>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let first = errors.next()?;
        Some(Self { first, more: errors.collect() })
    }
}

impl From<EnvironmentError> for EnvironmentErrors {
    fn from(first: EnvironmentError) -> Self {
        Self { first, more: Vec::new() }
    }
}

impl fmt::Display for EnvironmentErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        match self.more.len() {
            0 => Ok(()),
            more => write!(f, " (and {})", plural(more, "more error")),
        }
    }
}

impl std::error::Error for EnvironmentErrors {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.first.source()
    }
}

/// The ways in which an environment can be wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No such environment.
    #[error("cannot find the environment `{}`", excerpt(name, 80))]
    NotFound {
        /// The name that was asked for.
        name: String,
        /// The nearest one that exists.
        nearest: Option<String>,
        /// All that exist.
        known: Vec<String>,
    },
    /// Text that is neither an environment's name nor a file ending with `.toml`.
    #[error("expected an environment's name, or a path that ends with `.toml`, found: {}", excerpt(found, 80))]
    NotAName {
        /// What was written.
        found: String,
    },
    /// A folder, which is no environment.
    #[error("expected an environment's name, or a path that ends with `.toml`, found a folder: {}", excerpt(found, 80))]
    Folder {
        /// What was written.
        found: String,
    },
    /// A file that cannot be read.
    #[error("cannot read a file of the environment")]
    File(#[source] FileError),
    /// A file that is not TOML.
    #[error("cannot read the file as TOML: {message}")]
    Syntax {
        /// What the reader says.
        message: String,
    },
    /// `extends` leads back to where it came from.
    #[error("`extends` goes in a circle: {}", chain.join(" -> "))]
    Cycle {
        /// The files in order, the first one again at the end.
        chain: Vec<String>,
    },
    /// More files on top of each other than anyone can follow.
    #[error("expected at most {limit} files that extend each other, found more")]
    Depth {
        /// The limit.
        limit: usize,
    },
    /// A key that nothing reads.
    #[error("unknown key `{}` in {table}", excerpt(key, 60))]
    UnknownKey {
        /// The key.
        key: String,
        /// Where, in words: `the environment`, `[probes.agent]`.
        table: String,
        /// The nearest key that is read there.
        nearest: Option<String>,
        /// All keys that are read there.
        known: Vec<&'static str>,
    },
    /// A value of another kind.
    #[error("`{key}`: expected {expected}, found {found}")]
    Kind {
        /// The key.
        key: String,
        /// What is read there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A value that cannot be used.
    #[error("`{key}`: {reason}")]
    Value {
        /// The key.
        key: String,
        /// What its reader says: expected before found.
        reason: String,
    },
    /// A key that must be there.
    #[error("expected the key `{key}` in {table}, found none")]
    Missing {
        /// The key.
        key: &'static str,
        /// Where.
        table: String,
        /// What to write.
        example: &'static str,
    },
    /// Keys that do not go together.
    #[error("in {table}: {reason}")]
    Conflict {
        /// Where.
        table: String,
        /// What does not go together.
        reason: String,
    },
    /// An amount outside its bounds.
    #[error("`{key}`: expected {least} to {most}, found {found}")]
    Bound {
        /// The key.
        key: String,
        /// The least that is taken.
        least: String,
        /// The most that is taken.
        most: String,
        /// What was written.
        found: String,
        /// Why these bounds.
        reason: &'static str,
    },
    /// An address that is not one.
    #[error("`{key}`: {reason}")]
    Url {
        /// The key.
        key: String,
        /// What is wrong; never shows a credential.
        reason: String,
    },
    /// A header that the host cannot be told to send.
    #[error("the header `{}` {reason}", excerpt(name, 60))]
    Header {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A secret that stands in the file itself.
    #[error("expected a reference for `{}`, found a value in the file", excerpt(name, 60))]
    PlainSecret {
        /// The header.
        name: String,
    },
    /// A name that refers to nothing.
    #[error("`{key}`: expected {what}, found: {}", excerpt(name, 80))]
    UnknownName {
        /// The key.
        key: String,
        /// What it must be the name of.
        what: &'static str,
        /// The name.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A requirement that is not one.
    #[error("`requirements.{field}`: {message}")]
    Requirement {
        /// The field, from the requirement's root.
        field: String,
        /// What is wrong, with what was expected and found.
        message: String,
        /// What to write.
        hint: Option<String>,
    },
    /// A secret that is not there when it is needed.
    #[error("the header `{header}` of the endpoint `{endpoint}`: {reason}")]
    Secret {
        /// The endpoint.
        endpoint: String,
        /// The header.
        header: String,
        /// What is wrong; never the value.
        reason: String,
    },
    /// A file of secrets that cannot be read.
    #[error("cannot read the header `{header}` of the endpoint `{endpoint}`")]
    SecretFile {
        /// The endpoint.
        endpoint: String,
        /// The header.
        header: String,
        /// Why not.
        #[source]
        source: FileError,
    },
}

impl Problem {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::NotAName { .. } | Self::Folder { .. } => "env.not-found",
            Self::File(_) => "env.file",
            Self::Syntax { .. } => "env.syntax",
            Self::Cycle { .. } => "env.cycle",
            Self::Depth { .. } => "env.depth",
            Self::UnknownKey { .. } => "env.unknown-key",
            Self::Kind { .. } | Self::Value { .. } => "env.value",
            Self::Missing { .. } => "env.missing-key",
            Self::Conflict { .. } => "env.conflict",
            Self::Bound { .. } => "env.limit",
            Self::Url { .. } => "env.url",
            Self::Header { .. } => "env.header",
            Self::PlainSecret { .. } => "env.plain-secret",
            Self::UnknownName { .. } => "env.unknown-name",
            Self::Requirement { .. } => "env.requirement",
            Self::Secret { .. } | Self::SecretFile { .. } => "env.secret",
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Self::NotFound { known, .. } if known.is_empty() => Some(
                "no folder `environments` with `.toml` files was found from here upwards; `--env PATH.toml` reads any file"
                    .to_owned(),
            ),
            Self::NotFound { known, .. } => Some(format!("there are: {}", known.join(", "))),
            Self::Folder { .. } => Some("name a file in it, such as `--env FOLDER/NAME.toml`".to_owned()),
            Self::NotAName { .. } => Some("`--env staging` reads `environments/staging.toml`".to_owned()),
            Self::UnknownKey { nearest: Some(nearest), .. } | Self::UnknownName { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            Self::UnknownKey { known, .. } => Some(format!("known keys are: {}", known.join(", "))),
            Self::Missing { example, .. } => Some(format!("write {example}")),
            Self::Bound { reason, .. } => Some((*reason).to_owned()),
            Self::Url { key, .. } if key == "containers.socket" => {
                Some("write `unix:///PATH`, `tcp://HOST:PORT` or `http://HOST:PORT`".to_owned())
            }
            Self::Url { .. } => Some("write `https://HOST:PORT`, `http://HOST:PORT` or `unix:///PATH`".to_owned()),
            Self::PlainSecret { name } => {
                let variable = name.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
                Some(format!("write `{name} = {{ env = \"{variable}\" }}` or `{name} = {{ file = \"PATH\" }}`"))
            }
            Self::Requirement { hint, .. } => hint.clone(),
            Self::Depth { .. } => Some("let the files extend one common base".to_owned()),
            Self::Secret { .. } => Some("the value is fetched where the command runs: set it there, or correct the reference".to_owned()),
            Self::SecretFile { .. } => Some("paths are relative to the file in which they stand".to_owned()),
            Self::Syntax { message } => Some(of_syntax(message).to_owned()),
            Self::Kind { expected: "text", .. } => Some("text stands in quotes: `KEY = \"VALUE\"`".to_owned()),
            Self::Value { reason, .. } => Some(match suggest::meant(reason) {
                Some(near) => format!("did you mean `{near}`?"),
                None => EVERY_KEY.to_owned(),
            }),
            Self::Cycle { .. } => Some("let one of them not extend the other".to_owned()),
            Self::File(error) => Some(of_file(error).to_owned()),
            Self::UnknownName { what, .. } => Some(format!("name {what}, or add it")),
            Self::Header { .. } => Some("take it out, or name another header".to_owned()),
            Self::Conflict { .. } | Self::Kind { .. } => Some(EVERY_KEY.to_owned()),
        }
    }
}

/// What to do about a file that cannot be read.
const fn of_file(error: &FileError) -> &'static str {
    match error {
        FileError::Missing { .. } => "paths are relative to the file in which they stand; see that it is there",
        FileError::NotRegular { .. } => "an environment is a regular file, or a link to one: name that",
        FileError::TooLarge { .. } => "an environment is a short text: see that this is one",
        FileError::NotText { .. } => "save it as UTF-8",
        FileError::Io { .. } => "see that you may read it",
    }
}

/// Where all of them are described.
const EVERY_KEY: &str =
    "docs/environments.md says what every key takes; `shipworthy schema environment` says it to editors";

/// What to do about a file that is not TOML, by the parser's words.
fn of_syntax(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "a key or a table stands once: remove one of the two, or put both into one table"
    } else if message.contains("unclosed table") {
        "close it: `[TABLE.NAME]` on a line of its own"
    } else if message.contains("string") || message.contains("quote") {
        "text stands in quotes, which are closed on the same line: `KEY = \"VALUE\"`"
    } else {
        "TOML is `KEY = VALUE`, a line each, below `[TABLE]`: https://toml.io"
    }
}

impl Explain for EnvironmentError {
    fn code(&self) -> &'static str {
        self.problem.code()
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        self.problem.help()
    }

    fn place(&self) -> Option<Place> {
        self.at.clone()
    }

    fn excerpt(&self) -> Option<&str> {
        self.line.as_ref().map(|excerpt| excerpt.line.as_str())
    }

    fn caret(&self) -> Option<u32> {
        let column = self.at.as_ref().and_then(|at| at.column);
        self.line.as_ref().filter(|_| column.is_some()).map(|excerpt| excerpt.caret)
    }
}

//! `env init`: writes an environment from a running compose project, such that a check works at once.
//!
//! The engine is only asked; endpoints are connected to and asked nothing. Of a container's environment only
//! `AGENT_RUNTIME` is seen.

mod certs;
mod doors;
mod draft;
mod file;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use shipworthy_capabilities::{ContainerEngine, containers::engine::DEFAULT_SOCKET, survey};
use shipworthy_contract::{Explain, Fault, Outcome};
use shipworthy_report::notice::{self, Notice};

use super::env::load;
use crate::{
    args::InitArgs,
    clock,
    output::{self, Stream, print},
    refusal::{Refusal, UsageError},
    set::Set,
    stack::Plan,
};

/// Why no environment was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    #[error("expected an environment's name without folder and ending, found: {0}")]
    Name(String),
    #[error("`{}` cannot be read", file.display())]
    Certs {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{}` cannot be written", file.display())]
    Write {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{}` was written and cannot be used, which is a defect of shipworthy", .0.display())]
    Defect(PathBuf),
}

impl Explain for InitError {
    fn code(&self) -> &'static str {
        match self {
            Self::Exists(_) => "init.exists",
            Self::Name(_) => "init.name",
            Self::Certs { .. } => "init.certs",
            Self::Write { .. } => "init.write",
            Self::Defect(_) => "init.defect",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Exists(_) | Self::Name(_) | Self::Certs { .. } | Self::Write { .. } => Fault::Environment,
            Self::Defect(_) => Fault::Host,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Exists(_) => Some(
                "name another one: `shipworthy env init NAME`\nsee what would be written by `--print`, or write over it \
                 by `--force`"
                    .to_owned(),
            ),
            Self::Name(_) => Some("`shipworthy env init staging` writes `environments/staging.toml`".to_owned()),
            Self::Certs { .. } => Some("`--certs DIR` names the folder that holds `rootCA.crt`".to_owned()),
            Self::Write { .. } => Some("check that the folder can be written, or use `--print`".to_owned()),
            Self::Defect(_) => Some("please report it with the file and what follows".to_owned()),
        }
    }
}

/// `env init [NAME]`.
pub(crate) fn run(args: &InitArgs) -> Result<(), Refusal> {
    let here = std::env::current_dir().map_err(UsageError::Folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::Runtime)?;
    let survey = runtime.block_on(survey::survey(&args.socket, args.project.as_deref()))?;
    let name = args.name.as_deref().unwrap_or(&survey.project);
    let written_to = Path::new("environments").join(format!("{}.toml", checked(name)?));
    if !args.print && !args.force && file::exists(&written_to) {
        return Err(InitError::Exists(written_to).into());
    }
    let certs = certs::find(args.certs.as_deref(), &survey, &here)?;
    let engine = Arc::new(ContainerEngine::new(
        args.socket.clone(),
        Some(survey.project.clone()),
        std::collections::BTreeMap::new(),
    ));
    let doors = runtime.block_on(doors::find(&survey, &certs, &engine));
    let draft = draft::Draft {
        at: &clock::now(),
        socket: (args.socket.to_string() != DEFAULT_SOCKET).then_some(&args.socket),
        survey: &survey,
        certs: &certs,
        doors: &doors,
        here: &here,
    };
    let text = draft.render();
    let mut notices = draft.notices();
    if args.print {
        print(&text)?;
    } else {
        file::write(&written_to, &text, args.force)?;
        let written = format!("written: {} from compose project `{}`", written_to.display(), survey.project);
        let next = format!("next: shipworthy stack check --env {}", shell(name));
        notices.insert(0, Notice::new(Outcome::Pass, written).advise(next));
    }
    Stream::Err.write(&notice::render(&notices, &output::look(Stream::Err)));
    if args.print { Ok(()) } else { usable(&written_to) }
}

/// A name that `--env` finds again.
fn checked(name: &str) -> Result<&str, InitError> {
    let wrong = name.is_empty()
        || name.len() > 200
        || name.starts_with('.')
        // Text with this ending would be taken for a path.
        || Path::new(name).extension().is_some_and(|ending| ending == "toml")
        || name.contains(['/', '\\'])
        || name.chars().any(char::is_control);
    if wrong { Err(InitError::Name(shipworthy_contract::text::excerpt(name, 80))) } else { Ok(name) }
}

/// A word as a shell takes it.
fn shell(word: &str) -> String {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// As `env check` sees it. Whatever is wrong with what was just written is ours, but for what the machine lacks.
fn usable(file: &Path) -> Result<(), Refusal> {
    let checked = load(&file.to_string_lossy()).and_then(|environment| {
        let set = Set::alone(environment, true);
        Plan::whole(&set)?.check_endpoints(&set.environment)
    });
    checked.map_err(|refusal| {
        // A machine without trust roots is told what to add.
        if refusal.errors.iter().all(|error| error.code() == "endpoint.system-roots") {
            return refusal;
        }
        let mut errors: Vec<Box<dyn Explain>> = vec![Box::new(InitError::Defect(file.to_owned()))];
        errors.extend(refusal.errors);
        Refusal { errors }
    })
}

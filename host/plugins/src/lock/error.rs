//! Why something may not run although it is there: the lock holds something else.

use std::path::PathBuf;

use shipworthy_contract::{Explain, Fault, Service, Sha256, grant::Grant, text::excerpt};

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Their digest.
    pub sha256: Sha256,
    /// How many there are.
    pub size: u64,
}

/// What the lock says against a plugin.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It has no entry.
    #[error("`{}` has no entry for it in the environment `{}`", lock.display(), excerpt(environment, 80))]
    NotLocked {
        /// The lock.
        lock: PathBuf,
        /// The environment.
        environment: String,
    },
    /// The environment names another plugin.
    #[error("expected the plugin `{}` that `{}` holds, found: {}", excerpt(locked, 160), lock.display(), excerpt(found, 160))]
    OtherSource {
        /// The lock.
        lock: PathBuf,
        /// The source that it holds.
        locked: String,
        /// The source that the environment names.
        found: String,
    },
    /// The bytes are others.
    #[error(
        "expected `{}` to be the {} bytes with sha256 {} that `{}` holds, found {} bytes with {}",
        excerpt(origin, 160),
        locked.size,
        locked.sha256,
        lock.display(),
        found.size,
        found.sha256
    )]
    OtherBytes {
        /// The lock.
        lock: PathBuf,
        /// Where they came from.
        origin: String,
        /// What it holds.
        locked: Box<Measured>,
        /// What was found.
        found: Box<Measured>,
    },
    /// What it needs or may do is not what was locked.
    #[error("expected its {what} to be those that `{}` holds, found {}", lock.display(), differing(more, fewer))]
    OtherLines {
        /// The lock.
        lock: PathBuf,
        /// `needs`, `optional` or `grants`.
        what: &'static str,
        /// Lines that are not locked.
        more: Vec<Grant>,
        /// Lines that are locked and are not there any more.
        fewer: Vec<Grant>,
    },
    /// The descriptor beside the component is another.
    #[error(
        "expected the descriptor beside it to be the one that `{}` holds ({}), found: {}",
        lock.display(),
        told(*locked),
        told(*found)
    )]
    OtherDescriptor {
        /// The lock.
        lock: PathBuf,
        /// The digest that it holds; none if the component carried the descriptor.
        locked: Option<Sha256>,
        /// The digest of what was found.
        found: Option<Sha256>,
    },
    /// It calls itself otherwise.
    #[error("expected its {what} to be `{locked}`, which `{}` holds, found: {found}", lock.display())]
    OtherWord {
        /// The lock.
        lock: PathBuf,
        /// `name` or `version`.
        what: &'static str,
        /// What it holds.
        locked: String,
        /// What was found.
        found: String,
    },
    /// It looks at another service.
    #[error("expected the service `{locked}` that `{}` holds, found: {found}", lock.display())]
    OtherService {
        /// The lock.
        lock: PathBuf,
        /// The service that it holds.
        locked: Service,
        /// The service that the environment names.
        found: Service,
    },
    /// There is no lock where one is asked for.
    #[error("it is not bundled, and there is no lock: {}", lock.display())]
    NoLock {
        /// Where the lock would be.
        lock: PathBuf,
    },
}

fn told(digest: Option<Sha256>) -> String {
    digest.map_or_else(|| "none: the component carries it".to_owned(), |digest| format!("sha256 {digest}"))
}

fn differing(more: &[Grant], fewer: &[Grant]) -> String {
    let list = |lines: &[Grant]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("`{}`", excerpt(&line.to_string(), 80))).collect();
        lines.join(", ")
    };
    match (more.is_empty(), fewer.is_empty()) {
        (false, false) => format!("{} in addition, and {} missing", list(more), list(fewer)),
        (false, true) => format!("{} in addition", list(more)),
        (true, _) => format!("{} missing", list(fewer)),
    }
}

impl Explain for LockError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotLocked { .. } => "lock.entry",
            Self::OtherSource { .. } => "lock.source",
            Self::OtherBytes { .. } => "lock.bytes",
            Self::OtherLines { what: "grants", .. } => "lock.grants",
            Self::OtherLines { .. } | Self::OtherDescriptor { .. } | Self::OtherWord { .. } => "lock.needs",
            Self::OtherService { .. } => "lock.service",
            Self::NoLock { .. } => "lock.missing",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::OtherBytes { origin, .. } if origin.starts_with("builtin:") => {
                "another version of shipworthy wrote this lock: use that one, or run `shipworthy plugin lock` and review it"
                    .to_owned()
            }
            Self::OtherBytes { .. } | Self::OtherDescriptor { .. } | Self::OtherWord { .. } => {
                "find out who changed the plugin; only if the change is meant, run `shipworthy plugin lock` and review it"
                    .to_owned()
            }
            Self::NoLock { .. } => "run `shipworthy plugin lock` and commit what it writes\n\
                or go without one: `--locked=false`"
                .to_owned(),
            Self::NotLocked { .. } | Self::OtherSource { .. } | Self::OtherLines { .. } | Self::OtherService { .. } => {
                "if the change of the environment is meant, run `shipworthy plugin lock` and review what it changes".to_owned()
            }
        })
    }
}

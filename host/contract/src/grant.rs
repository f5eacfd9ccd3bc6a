//! The one grammar of needs and grants (design.md, part 3), one per line:
//!
//! ```text
//! http[@ROLE] METHOD PATTERN      grpc[@ROLE] SERVICE/METHOD
//! container SERVICE               env SERVICE NAME
//! label SERVICE NAME              file SERVICE PATTERN
//! logs SERVICE
//! ```
//!
//! SERVICE of the container lines is a compose service, a group that the environment names, or `.` for the probe's own.

mod forms;
mod method;
mod words;

use std::{fmt, str::FromStr};

pub use forms::{FORMS, Form};
pub use method::{GrpcMethod, Method, NotAGrpcMethod, NotAMethod};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    Role, Service,
    path::{NormalPath, Pattern, glob},
};

/// Whose containers: the probe's own service, or one that is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// Written `.`.
    Own,
    /// A compose service or a group of the environment.
    Named(Service),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("."),
            Self::Named(service) => service.fmt(f),
        }
    }
}

impl FromStr for Owner {
    type Err = crate::words::NotAName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "." { Ok(Self::Own) } else { text.parse().map(Self::Named) }
    }
}

/// One need of a plugin, or one grant of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grant {
    /// Requests over HTTP.
    Http {
        /// To which endpoint.
        role: Role,
        /// With which method.
        method: Method,
        /// To which paths; the query is not matched.
        pattern: Pattern,
    },
    /// Unary gRPC calls.
    Grpc {
        /// To which endpoint.
        role: Role,
        /// Which method.
        method: GrpcMethod,
    },
    /// Finding containers and seeing their state, health, image and exit code.
    Container {
        /// Whose.
        owner: Owner,
    },
    /// One environment variable of a container. Never a pattern: the environment holds the stack's secrets.
    Env {
        /// Whose.
        owner: Owner,
        /// The variable.
        name: String,
    },
    /// A label of a container.
    Label {
        /// Whose.
        owner: Owner,
        /// The label; `*` stands for anything.
        name: String,
    },
    /// A regular file of a container, to read or to digest.
    File {
        /// Whose.
        owner: Owner,
        /// Which absolute paths.
        pattern: Pattern,
    },
    /// The last lines of a container's log.
    Logs {
        /// Whose.
        owner: Owner,
    },
}

/// A line that is not a need or a grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAGrant {
    /// No such kind of line.
    #[error("expected one of `http`, `grpc`, `container`, `env`, `label`, `file`, `logs`, found: {0}")]
    Kind(String),
    /// Too few or too many words.
    #[error("expected `{form}`, found: {found}")]
    Form {
        /// How such a line is written.
        form: &'static str,
        /// What was written.
        found: String,
    },
    /// A word is not what its place takes.
    #[error("in `{line}`: {reason}")]
    Word {
        /// The line.
        line: String,
        /// What its reader says.
        reason: String,
    },
}

impl FromStr for Grant {
    type Err = NotAGrant;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (first, rest) = words.split_first().ok_or_else(|| NotAGrant::Kind(String::new()))?;
        let (kind, role) = match first.split_once('@') {
            Some((kind @ ("http" | "grpc"), role)) => (kind, role.parse().map_err(|error| word(line, &error))?),
            Some(_) => return Err(NotAGrant::Kind(crate::text::excerpt(first, 40))),
            None => (*first, Role::main()),
        };
        let form = |form| NotAGrant::Form { form, found: crate::text::excerpt(line, 80) };
        let owner = |text: &str| text.parse::<Owner>().map_err(|error| word(line, &error));
        let pattern = |text: &str| text.parse::<Pattern>().map_err(|error| word(line, &error));
        match (kind, rest) {
            ("http", [method, path]) => Ok(Self::Http {
                role,
                method: method.parse().map_err(|error| word(line, &error))?,
                pattern: pattern(path)?,
            }),
            ("http", _) => Err(form("http[@ROLE] METHOD PATTERN")),
            ("grpc", [method]) => Ok(Self::Grpc { role, method: method.parse().map_err(|error| word(line, &error))? }),
            ("grpc", _) => Err(form("grpc[@ROLE] SERVICE/METHOD")),
            ("container", [service]) => Ok(Self::Container { owner: owner(service)? }),
            ("container", _) => Err(form("container SERVICE")),
            ("env", [service, name]) if name.contains('*') => {
                let reason =
                    format!("a variable is named in full, without `*`, because {service}'s environment holds secrets");
                Err(NotAGrant::Word { line: crate::text::excerpt(line, 80), reason })
            }
            ("env", [service, name]) => Ok(Self::Env { owner: owner(service)?, name: (*name).to_owned() }),
            ("env", _) => Err(form("env SERVICE NAME")),
            ("label", [service, name]) => Ok(Self::Label { owner: owner(service)?, name: (*name).to_owned() }),
            ("label", _) => Err(form("label SERVICE NAME")),
            ("file", [service, path]) => Ok(Self::File { owner: owner(service)?, pattern: pattern(path)? }),
            ("file", _) => Err(form("file SERVICE PATTERN")),
            ("logs", [service]) => Ok(Self::Logs { owner: owner(service)? }),
            ("logs", _) => Err(form("logs SERVICE")),
            _ => Err(NotAGrant::Kind(crate::text::excerpt(first, 40))),
        }
    }
}

fn word(line: &str, error: &dyn std::error::Error) -> NotAGrant {
    NotAGrant::Word { line: crate::text::excerpt(line, 80), reason: error.to_string() }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |role: &Role| if role.is_main() { String::new() } else { format!("@{role}") };
        match self {
            Self::Http { role, method, pattern } => write!(f, "http{} {method} {pattern}", at(role)),
            Self::Grpc { role, method } => write!(f, "grpc{} {method}", at(role)),
            Self::Container { owner } => write!(f, "container {owner}"),
            Self::Env { owner, name } => write!(f, "env {owner} {name}"),
            Self::Label { owner, name } => write!(f, "label {owner} {name}"),
            Self::File { owner, pattern } => write!(f, "file {owner} {pattern}"),
            Self::Logs { owner } => write!(f, "logs {owner}"),
        }
    }
}

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Grant {
    /// Whether everything that `need` asks is given by this grant. `own` is the probe's own service, which `.` means.
    pub fn covers(&self, need: &Self, own: &Service) -> bool {
        let same = |a: &Owner, b: &Owner| resolve(a, own) == resolve(b, own);
        match (self, need) {
            (
                Self::Http { role, method, pattern },
                Self::Http { role: need_role, method: need_method, pattern: need_pattern },
            ) => role == need_role && method == need_method && pattern.covers(need_pattern),
            (Self::Grpc { role, method }, Self::Grpc { role: need_role, method: need_method }) => {
                role == need_role && method == need_method
            }
            (Self::Container { owner }, Self::Container { owner: need_owner })
            | (Self::Logs { owner }, Self::Logs { owner: need_owner }) => same(owner, need_owner),
            (Self::Env { owner, name }, Self::Env { owner: need_owner, name: need_name }) => {
                same(owner, need_owner) && name == need_name
            }
            (Self::Label { owner, name }, Self::Label { owner: need_owner, name: need_name }) => {
                same(owner, need_owner) && label_matches(name, need_name)
            }
            (Self::File { owner, pattern }, Self::File { owner: need_owner, pattern: need_pattern }) => {
                same(owner, need_owner) && pattern.covers(need_pattern)
            }
            _ => false,
        }
    }

    /// Whether one request over HTTP is given.
    pub fn allows_http(&self, asked_role: &Role, asked_method: Method, path: &NormalPath) -> bool {
        matches!(self, Self::Http { role, method, pattern }
            if role == asked_role && *method == asked_method && pattern.matches(path.path()))
    }

    /// Whether one gRPC call is given.
    pub fn allows_grpc(&self, asked_role: &Role, asked: &GrpcMethod) -> bool {
        matches!(self, Self::Grpc { role, method } if role == asked_role && method == asked)
    }

    /// Whether a service's containers may be seen at all.
    pub fn allows_container(&self, asked: &Service, own: &Service) -> bool {
        matches!(self, Self::Container { owner } if resolve(owner, own) == asked)
    }

    /// Whether one variable may be read.
    pub fn allows_env(&self, asked: &Service, asked_name: &str, own: &Service) -> bool {
        matches!(self, Self::Env { owner, name } if resolve(owner, own) == asked && name == asked_name)
    }

    /// Whether one label may be read.
    pub fn allows_label(&self, asked: &Service, asked_name: &str, own: &Service) -> bool {
        matches!(self, Self::Label { owner, name } if resolve(owner, own) == asked && label_matches(name, asked_name))
    }

    /// Whether one file may be read. The path must be normal as a request path is.
    pub fn allows_file(&self, asked: &Service, path: &NormalPath, own: &Service) -> bool {
        matches!(self, Self::File { owner, pattern } if resolve(owner, own) == asked && pattern.matches(path.as_str()))
    }

    /// Whether the log may be read.
    pub fn allows_logs(&self, asked: &Service, own: &Service) -> bool {
        matches!(self, Self::Logs { owner } if resolve(owner, own) == asked)
    }
}

fn resolve<'a>(owner: &'a Owner, own: &'a Service) -> &'a Service {
    match owner {
        Owner::Own => own,
        Owner::Named(service) => service,
    }
}

/// Labels have no segments: `*` and `**` both stand for anything. The star is matched segment by segment after `/` has
/// been made an ordinary character.
fn label_matches(pattern: &str, name: &str) -> bool {
    let flat = |text: &str| text.replace('/', "\u{1}");
    glob(flat(pattern).as_bytes(), flat(name).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(line: &str) -> Grant {
        line.parse().unwrap()
    }

    #[test]
    fn display_is_the_inverse_of_parsing() {
        for line in [
            "http GET /health",
            "http@metrics GET /metrics",
            "http POST /2015-03-31/functions/shipworthy-no-such-function-*/invocations",
            "grpc grpc.health.v1.Health/Check",
            "grpc@admin a.B/C",
            "container .",
            "container agent",
            "env . ESB_TAG",
            "label . com.docker.*",
            "file provisioner /app/*.py",
            "logs provisioner",
        ] {
            assert_eq!(grant(line).to_string(), line);
        }
        assert_eq!(grant("  http@main   GET  /x ").to_string(), "http GET /x");
    }

    #[test]
    fn wrong_lines_say_what_was_expected() {
        for (line, message) in [
            ("", "expected one of `http`, `grpc`, `container`, `env`, `label`, `file`, `logs`, found: "),
            ("ftp GET /", "expected one of `http`, `grpc`, `container`, `env`, `label`, `file`, `logs`, found: ftp"),
            (
                "container@x .",
                "expected one of `http`, `grpc`, `container`, `env`, `label`, `file`, `logs`, found: container@x",
            ),
            ("http GET", "expected `http[@ROLE] METHOD PATTERN`, found: http GET"),
            (
                "http TRACE /",
                "in `http TRACE /`: expected one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, found: TRACE",
            ),
            ("http get /", "in `http get /`: expected one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, found: get"),
            (
                "http GET health",
                "in `http GET health`: expected a pattern that begins with `/`, found `health`: it does not begin with `/`",
            ),
            ("grpc Health.Check", "in `grpc Health.Check`: expected `package.Service/Method`, found: Health.Check"),
            (
                "env . ESB_*",
                "in `env . ESB_*`: a variable is named in full, without `*`, because .'s environment holds secrets",
            ),
        ] {
            assert_eq!(line.parse::<Grant>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn grants_cover_needs_of_the_same_kind_and_role_only() {
        let own: Service = "agent".parse().unwrap();
        for (has, need, covered) in [
            ("http GET /**", "http GET /health", true),
            ("http GET /health", "http GET /**", false),
            ("http GET /health", "http HEAD /health", false),
            ("http@metrics GET /x", "http GET /x", false),
            ("grpc a.B/C", "grpc a.B/D", false),
            ("container .", "container agent", true),
            ("container gateway", "container .", false),
            ("label . *", "label . com.example/x", true),
            ("env . A", "env agent A", true),
            ("file . /opt/**", "file . /opt/python/*.py", true),
            ("logs .", "container .", false),
        ] {
            assert_eq!(grant(has).covers(&grant(need), &own), covered, "{has} over {need}");
        }
    }
}

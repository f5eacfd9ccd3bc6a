//! A question, in the grammar of needs: `http GET /info`.

use std::fmt;

use serde::Deserialize;
use shipworthy_contract::Role;

/// One question of a probe, as a test names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Ask {
    /// Of which endpoint.
    pub role: Role,
    /// What.
    pub asked: Asked,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Over HTTP.
    Http {
        /// In capitals.
        method: String,
        /// Path, with a query where only that one is meant.
        path: String,
    },
    /// Over gRPC.
    Grpc {
        /// `package.Service/Method`.
        method: String,
    },
}

impl TryFrom<String> for Ask {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || {
            format!(
                "expected `http METHOD PATH` or `grpc SERVICE/METHOD`, each with `@ROLE` where it is not main, found: {text}"
            )
        };
        let mut words = text.split_whitespace();
        let (kind, role) = words.next().map(|kind| kind.split_once('@').unwrap_or((kind, "main"))).ok_or_else(wrong)?;
        let role = role.parse().map_err(|error| format!("{error}"))?;
        let asked = match (kind, words.next(), words.next(), words.next()) {
            ("http", Some(method), Some(path), None) if path.starts_with('/') => {
                Asked::Http { method: method.to_owned(), path: path.to_owned() }
            }
            ("grpc", Some(method), None, None) if method.contains('/') => Asked::Grpc { method: method.to_owned() },
            _ => return Err(wrong()),
        };
        Ok(Self { role, asked })
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.role.is_main() { String::new() } else { format!("@{}", self.role) };
        match &self.asked {
            Asked::Http { method, path } => write!(f, "http{at} {method} {path}"),
            Asked::Grpc { method } => write!(f, "grpc{at} {method}"),
        }
    }
}

impl Ask {
    /// Whether this is what a request asks. A path without a query stands for any.
    pub(crate) fn fits(&self, role: &Role, request: &Asked) -> bool {
        let same = match (&self.asked, request) {
            (Asked::Http { method, path }, Asked::Http { method: asked, path: whole }) => {
                let without = whole.split_once('?').map_or(whole.as_str(), |(path, _)| path);
                method == asked && (path == whole || path == without)
            }
            (Asked::Grpc { method }, Asked::Grpc { method: asked }) => method == asked,
            _ => false,
        };
        same && self.role == *role
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_written_as_they_are_read() {
        for text in ["http GET /a", "http@metrics POST /a?b=c", "grpc a.B/C", "grpc@other a.B/C"] {
            assert_eq!(Ask::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for wrong in
            ["", "GET /a", "http GET", "http GET a", "http GET /a b", "grpc a.B", "container .", "http@ GET /a"]
        {
            assert!(Ask::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_without_a_query_stands_for_any() {
        let ask = |text: &str| Ask::try_from(text.to_owned()).unwrap();
        let request = ask("http GET /a?b").asked;
        assert!(ask("http GET /a").fits(&Role::main(), &request));
        assert!(ask("http GET /a?b").fits(&Role::main(), &request));
        assert!(!ask("http GET /a?c").fits(&Role::main(), &request));
        assert!(!ask("http@metrics GET /a").fits(&Role::main(), &request));
    }
}

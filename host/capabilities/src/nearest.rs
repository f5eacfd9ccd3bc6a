//! What a recording holds that is nearest to a question that it does not hold: whoever reads of the one sees by the other
//! what the probe asks otherwise.

use std::fmt;

use shipworthy_contract::{Role, suggest::closest, text::excerpt};

use crate::{
    containers::short,
    tape::{Asked, Exchange},
};

/// Most that are told of one question.
const MOST: usize = 3;

/// Longest of one of them, in characters.
const LONGEST: usize = 80;

/// The recorded questions of the same kind that are nearest to one, in words: `GET /a`, `POST /b (another body)`.
pub(crate) fn nearest(asked: &Asked, recorded: &[Exchange]) -> Vec<String> {
    let of_kind = recorded.iter().map(|exchange| &exchange.asked).filter(|other| other.kind() == asked.kind());
    let words: Vec<(String, &Asked)> = of_kind.map(|other| (other.to_string(), other)).collect();
    let mut told: Vec<String> = Vec::new();
    for near in closest(&asked.to_string(), words.iter().map(|(words, _)| words.as_str()), MOST) {
        let short = excerpt(near, LONGEST);
        // Where the words are the same, what differs is what they do not tell; the first that differs least.
        let differs = words.iter().filter(|(words, _)| words == near).map(|(_, other)| differs(asked, other));
        let differs =
            differs.min_by_key(|differs| (differs.is_some(), differs.is_some_and(|what| what.contains(" and "))));
        told.push(match differs {
            _ if near != asked.to_string() => short,
            Some(Some(what)) => format!("{short} ({what})"),
            Some(None) | None => format!("{short} (told already)"),
        });
    }
    told
}

/// What differs between two questions of the same words; none if they are equal.
fn differs(asked: &Asked, other: &Asked) -> Option<&'static str> {
    let (headers, body) = match (asked, other) {
        (Asked::Http { headers, body, .. }, Asked::Http { headers: others, body: other, .. }) => {
            (headers == others, body == other)
        }
        (Asked::Grpc { metadata, message, .. }, Asked::Grpc { metadata: others, message: other, .. }) => {
            match (metadata == others, message == other) {
                (true, false) => return Some("another message"),
                (false, true) => return Some("other metadata"),
                (false, false) => return Some("other metadata and another message"),
                (true, true) => return None,
            }
        }
        _ => return (asked != other).then_some("another limit"),
    };
    match (headers, body) {
        (true, true) => None,
        (true, false) => Some("another body"),
        (false, true) => Some("other headers"),
        (false, false) => Some("other headers and another body"),
    }
}

impl Asked {
    /// What is asked of one kind of thing is never near to what is asked of another.
    const fn kind(&self) -> u8 {
        match self {
            Self::Http { .. } => 0,
            Self::Grpc { .. } => 1,
            Self::Find { .. } => 2,
            Self::Env { .. } => 3,
            Self::Label { .. } => 4,
            Self::Sha256 { .. } => 5,
            Self::ReadFile { .. } => 6,
            Self::Logs { .. } => 7,
        }
    }
}

/// As a record of the same question says it.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |f: &mut fmt::Formatter<'_>, role: &Role| {
            if role.is_main() { Ok(()) } else { write!(f, " ({role})") }
        };
        match self {
            Self::Http { role, method, path, .. } => write!(f, "{method} {path}").and_then(|()| at(f, role)),
            Self::Grpc { role, method, .. } => write!(f, "grpc {method}").and_then(|()| at(f, role)),
            Self::Find { service } => write!(f, "containers.find {service}"),
            Self::Env { id, name } => write!(f, "containers.env {name} of {}", short(id)),
            Self::Label { id, name } => write!(f, "containers.label {name} of {}", short(id)),
            Self::Sha256 { id, path } => write!(f, "containers.sha256 {path} of {}", short(id)),
            Self::ReadFile { id, path, .. } => write!(f, "containers.read-file {path} of {}", short(id)),
            Self::Logs { id, .. } => write!(f, "containers.logs of {}", short(id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        Header,
        tape::{Answered, Content},
    };

    fn http(method: &str, path: &str) -> Asked {
        Asked::Http {
            role: Role::main(),
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Content::default(),
        }
    }

    fn with(asked: Asked, header: Option<&str>, text: &str) -> Asked {
        let Asked::Http { role, method, path, .. } = asked else { return asked };
        let headers =
            header.map(|value| Header { name: "x".to_owned(), value: value.to_owned() }).into_iter().collect();
        Asked::Http { role, method, path, headers, body: Content(text.into()) }
    }

    fn file(path: &str, max_bytes: u32) -> Asked {
        Asked::ReadFile { id: "0123456789abcdef".to_owned(), path: path.to_owned(), max_bytes }
    }

    fn told(asked: &Asked, recorded: &[Asked]) -> Vec<String> {
        let exchange =
            |asked: &Asked| Exchange { asked: asked.clone(), answered: Answered::Nothing, duration: Duration::ZERO };
        nearest(asked, &recorded.iter().map(exchange).collect::<Vec<_>>())
    }

    #[test]
    fn the_nearest_of_the_same_kind_are_told() {
        let recorded = [
            http("GET", "/health"),
            http("GET", "/openapi.json"),
            http("GET", "/healthz"),
            http("GET", "/health"),
            http("POST", "/functions/x"),
            file("/healthy", 1),
        ];
        assert_eq!(told(&http("GET", "/healthy"), &recorded), ["GET /health", "GET /healthz", "GET /openapi.json"]);
        assert_eq!(told(&file("/version", 1), &recorded), ["containers.read-file /healthy of 0123456789ab"]);
        assert!(told(&Asked::Logs { id: String::new(), lines: 1 }, &recorded).is_empty());
        let other = Asked::Http {
            role: "admin".parse().unwrap(),
            method: "GET".to_owned(),
            path: "/health".to_owned(),
            headers: Vec::new(),
            body: Content::default(),
        };
        assert_eq!(other.to_string(), "GET /health (admin)");
    }

    #[test]
    fn what_words_do_not_tell_is_told() {
        let post = || http("POST", "/x");
        for (asked, recorded, words) in [
            (post(), vec![post()], "POST /x (told already)"),
            (with(post(), None, "b"), vec![post()], "POST /x (another body)"),
            (with(post(), Some("1"), ""), vec![post()], "POST /x (other headers)"),
            (with(post(), Some("1"), "b"), vec![post()], "POST /x (other headers and another body)"),
            (
                with(post(), Some("1"), "b"),
                vec![post(), with(post(), Some("1"), "c"), with(post(), Some("2"), "b")],
                "POST /x (another body)",
            ),
            (file("/v", 1), vec![file("/v", 2)], "containers.read-file /v of 0123456789ab (another limit)"),
        ] {
            assert_eq!(told(&asked, &recorded), [words]);
        }
    }

    #[test]
    fn long_questions_are_cut() {
        let long = "a".repeat(8_000);
        let told = told(&http("GET", &format!("/{long}b")), &[http("GET", &format!("/{long}c"))]);
        assert_eq!(told[0].chars().count(), LONGEST);
    }
}

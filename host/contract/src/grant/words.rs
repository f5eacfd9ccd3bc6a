//! What a line lets a plugin do, in words for whoever is asked to approve it.

use super::{Grant, Method, Owner};
use crate::{Role, Service};

impl Grant {
    /// In a few words that follow "may": `send POST /x to its endpoint`. `own` is the probe's own service.
    pub fn in_words(&self, own: &Service) -> String {
        match self {
            Self::Http { role, method, pattern } => {
                let verb = match method {
                    Method::Get | Method::Head | Method::Options => "ask",
                    Method::Post | Method::Put | Method::Patch | Method::Delete => "send",
                };
                format!("{verb} {method} {pattern} {} {}", if verb == "ask" { "of" } else { "to" }, endpoint(role))
            }
            Self::Grpc { role, method } => format!("call {method} of {}", endpoint(role)),
            Self::Container { owner } => format!("see which containers {} has, and their state", whose(owner, own)),
            Self::Env { owner, name } => format!("read the variable {name} in the containers of {}", whose(owner, own)),
            Self::Label { owner, name } => format!("read the labels {name} of the containers of {}", whose(owner, own)),
            Self::File { owner, pattern } => format!("read files {pattern} in the containers of {}", whose(owner, own)),
            Self::Logs { owner } => format!("read the last lines that {} logged", whose(owner, own)),
        }
    }
}

fn endpoint(role: &Role) -> String {
    if role.is_main() { "its endpoint".to_owned() } else { format!("its endpoint `{role}`") }
}

fn whose<'a>(owner: &'a Owner, own: &'a Service) -> &'a str {
    super::resolve(owner, own).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_line_has_its_words() {
        let own: Service = "gateway".parse().unwrap();
        for (line, words) in [
            ("http GET /health", "ask GET /health of its endpoint"),
            ("http@admin POST /x", "send POST /x to its endpoint `admin`"),
            ("grpc grpc.health.v1.Health/Check", "call grpc.health.v1.Health/Check of its endpoint"),
            ("container .", "see which containers gateway has, and their state"),
            ("env agent TAG", "read the variable TAG in the containers of agent"),
            ("label . esb.*", "read the labels esb.* of the containers of gateway"),
            ("file . /etc/**", "read files /etc/** in the containers of gateway"),
            ("logs .", "read the last lines that gateway logged"),
        ] {
            assert_eq!(line.parse::<Grant>().unwrap().in_words(&own), words, "{line}");
        }
    }
}

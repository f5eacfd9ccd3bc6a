//! `WWW-Authenticate` (RFC 9110, 11.6.1; distribution's token specification).

use http::{HeaderValue, header::GetAll};
use http_auth::ChallengeRef;
use shipworthy_contract::text::excerpt;

use crate::{CredentialProblem, Problem};

/// Longest header of this kind that is read, in bytes.
const LONGEST: usize = 8 << 10;

/// What a registry asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password.
    Basic,
    /// A token of this server.
    Bearer { realm: String, service: Option<String> },
}

/// What it asks for: of several ways, a token.
pub(super) fn read(headers: &GetAll<'_, HeaderValue>) -> Result<Challenge, Problem> {
    let mut basic = false;
    let mut others = Vec::new();
    for challenge in headers.iter().flat_map(parsed) {
        if challenge.scheme.eq_ignore_ascii_case("bearer")
            && let Some(realm) = parameter(&challenge, "realm")
        {
            return Ok(Challenge::Bearer { realm, service: parameter(&challenge, "service") });
        }
        basic |= challenge.scheme.eq_ignore_ascii_case("basic");
        others.push(excerpt(challenge.scheme, 40));
    }
    if basic {
        return Ok(Challenge::Basic);
    }
    let found = if others.is_empty() { "none that can be read".to_owned() } else { others.join(", ") };
    Err(Problem::Credentials(CredentialProblem::Scheme(found)))
}

/// Whether it says that a token does not reach as far as this (RFC 6750, 3.1).
pub(super) fn is_scope(headers: &GetAll<'_, HeaderValue>) -> bool {
    let mut challenges = headers.iter().flat_map(parsed);
    challenges.any(|challenge| parameter(&challenge, "error").is_some_and(|error| error == "insufficient_scope"))
}

fn parsed(header: &HeaderValue) -> Vec<ChallengeRef<'_>> {
    let text = header.to_str().ok().filter(|text| text.len() <= LONGEST).unwrap_or_default();
    http_auth::parse_challenges(text).unwrap_or_default()
}

fn parameter(challenge: &ChallengeRef<'_>, name: &str) -> Option<String> {
    let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_unescaped())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header::WWW_AUTHENTICATE};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_a_registry_asks_for_is_read_or_refused(header in "([Bb]earer |Basic |[a-z]{1,4} )?[ -~]{0,60}") {
            of(&[&header]);
        }
    }

    fn of(headers: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(header.as_bytes()).unwrap());
        }
        match read(&map.get_all(WWW_AUTHENTICATE)) {
            Ok(Challenge::Basic) => "basic".to_owned(),
            Ok(Challenge::Bearer { realm, service }) => format!("{realm} {}", service.unwrap_or_default()),
            Err(Problem::Credentials(CredentialProblem::Scheme(found))) => format!("not offered: {found}"),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn what_registries_ask_for_is_understood() {
        for (headers, expected) in [
            (&["Basic realm=\"Registry\""][..], "basic"),
            (&["bearer realm=\"https://t.example/a,b\",service=\"r\",scope=\"x\""], "https://t.example/a,b r"),
            (&["Basic realm=\"x\"", "Bearer realm=\"https://t.example\""], "https://t.example "),
            (&["Basic realm=\"x\", Bearer realm=\"https://t.example\""], "https://t.example "),
            (&["Bearer service=\"r\""], "not offered: Bearer"),
            (&["Negotiate realm=\"x\""], "not offered: Negotiate"),
            (&[], "not offered: none that can be read"),
            (&["Bearer realm=\"unclosed"], "not offered: none that can be read"),
            (&["\u{fffd}"], "not offered: none that can be read"),
        ] {
            assert_eq!(of(headers), expected, "{headers:?}");
        }
        assert!(of(&[&format!("Basic realm=\"{}\"", "x".repeat(LONGEST))]).ends_with("none that can be read"));
    }
}

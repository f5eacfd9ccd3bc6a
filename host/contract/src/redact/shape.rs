//! Where in a text something has the shape of a secret.

use std::ops::Range;

use super::{is_secret_key, is_secret_value};

/// Fewest characters of a user's name in a URL that has no password: shorter ones are names, longer ones tokens.
const LONG_NAME: usize = 20;

/// How keys of well-known makers begin, and the fewest characters of the rest.
const MAKERS: [(&str, usize); 14] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AIza", 30),
    ("sk_live_", 16),
    ("npm_", 30),
];

/// All of them, in order, none within another.
pub(super) fn found(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    found.extend(passwords(text));
    found.extend(private_keys(text));
    found.extend(credentials(text));
    found.extend(web_tokens(text));
    found.extend(of_makers(text));
    found.extend(pairs(text));
    found.sort_by_key(|range: &Range<usize>| (range.start, usize::MAX - range.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in found {
        match apart.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// The password of the first URL in a text.
pub(super) fn password(text: &str) -> Option<&str> {
    text.get(passwords(text).into_iter().next()?)
}

/// `scheme://user:password@host`; of `scheme://token@host` the token.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let of = |(at, sign): (usize, &str)| {
        let begin = at + sign.len();
        let rest = text.get(begin..)?;
        let end = rest.find(['/', '?', '#', '\\', '"', '\'', '<', '>', '`']).unwrap_or(rest.len());
        let authority = rest.get(..end)?.split(char::is_whitespace).next()?;
        let (user, _) = authority.rsplit_once('@')?;
        match user.split_once(':') {
            Some((name, password)) => (is_secret_value(password)).then(|| begin + name.len() + 1..begin + user.len()),
            None => (user.len() >= LONG_NAME).then(|| begin..begin + user.len()),
        }
    };
    text.match_indices("://").filter_map(of).collect()
}

/// A PEM block of a private key; to the end of the text if its own is missing.
fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")).map(|at| from + at) {
        let rest = text.get(at..).unwrap_or_default();
        let is_private = rest
            .get(11..)
            .and_then(|name| name.split_once("-----"))
            .is_some_and(|(name, _)| name.len() <= 40 && name.ends_with("PRIVATE KEY"));
        if !is_private {
            from = at + 11;
            continue;
        }
        let end = rest.find("-----END ").and_then(|end| {
            let close = rest.get(end + 9..)?.find("-----")?;
            Some(at + end + 9 + close + 5)
        });
        found.push(at..end.unwrap_or(text.len()));
        from = end.unwrap_or(text.len());
    }
    found
}

/// `Bearer TOKEN` and `Basic BASE64`, not `basic authentication`.
fn credentials(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for scheme in ["bearer ", "basic "] {
        for (at, _) in lower.match_indices(scheme) {
            let begin = at + scheme.len();
            let token = token_at(text, begin);
            let has = |test: fn(&char) -> bool| token.chars().any(|c| test(&c));
            let is_mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && token.len() >= 8;
            if token.len() >= LONG_NAME || (token.len() >= 6 && has(char::is_ascii_digit)) || is_mixed {
                found.push(begin..begin + token.len());
            }
        }
    }
    found
}

/// What RFC 6750 calls a token, at a place.
fn token_at(text: &str, begin: usize) -> &str {
    let rest = text.get(begin..).unwrap_or_default();
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+' | '/' | '=');
    let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().trim_end_matches('.')
}

/// Header and body of a JSON web token begin with `{"` in Base64.
fn web_tokens(text: &str) -> Vec<Range<usize>> {
    let mut last = 0;
    let of = |(at, _): (usize, &str)| {
        // Each token is read once: a text of nothing but beginnings takes no longer than any other.
        if at < last {
            return None;
        }
        let token = token_at(text, at);
        last = at + token.len();
        let parts: Vec<&str> = token.split('.').collect();
        let is_token = parts.len() >= 2 && parts.iter().take(2).all(|part| part.len() >= 8 && part.starts_with("eyJ"));
        is_token.then(|| at..at + token.len())
    };
    text.match_indices("eyJ").filter_map(of).collect()
}

fn of_makers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (begins, least) in MAKERS {
        let mut last = 0;
        for (at, _) in text.match_indices(begins) {
            if at < last {
                continue;
            }
            let rest = text.get(at + begins.len()..).unwrap_or_default();
            let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let length = rest.find(|c| !is_key(c)).unwrap_or(rest.len());
            last = at + begins.len() + length;
            let is_word_before = text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
            if length >= least && !is_word_before {
                found.push(at..at + begins.len() + length);
            }
        }
    }
    found
}

/// The value in `password=value`, `"api_key": "value"` and `x-api-key: value`.
fn pairs(text: &str) -> Vec<Range<usize>> {
    let mut last = 0;
    let of = |(at, sign): (usize, &str)| {
        if at < last {
            return None;
        }
        let before = text.get(..at)?.trim_end_matches([' ', '"', '\'', '\\']);
        let is_quoted = text.get(..at)?.trim_end_matches(' ').ends_with(['"', '\'']);
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let begin = before
            .rfind(|c| !is_key(c))
            .map_or(0, |at| at + before.get(at..).and_then(|c| c.chars().next()).map_or(1, char::len_utf8));
        let key = before.get(begin..)?;
        // A colon ends many a clause; one behind a name of several words does not, nor one behind
        // a line's first.
        if !names_a_secret(key) {
            return None;
        }
        let lead = text.get(..begin)?.trim_end_matches([' ', '-', '"']);
        let is_first = lead.is_empty() || lead.ends_with('\n');
        let is_named = is_first
            || sign == "="
            || is_quoted
            || key.contains(['_', '-'])
            || key.eq_ignore_ascii_case("authorization");
        let is_alone = begin == 0
            || sign == "="
            || is_quoted
            || before.get(..begin)?.ends_with([' ', '\n', '\t', '{', ',', ';', '"', '\\']);
        if !(is_named && is_alone) {
            return None;
        }
        let found = value(text, at + sign.len())?;
        last = found.end;
        Some(found)
    };
    text.match_indices(['=', ':']).filter_map(of).collect()
}

fn names_a_secret(key: &str) -> bool {
    is_secret_key(key) || matches!(key.to_ascii_lowercase().as_str(), "pass" | "pwd" | "pw")
}

/// From behind the sign: what stands in quotes, else to the next blank or separator. What begins as a reference, a list
/// or code names a secret at most.
fn value(text: &str, begin: usize) -> Option<Range<usize>> {
    let rest = text.get(begin..)?;
    // A backslash before a quote: the pair stands in JSON within JSON.
    let blanks = rest.len() - rest.trim_start_matches(' ').trim_start_matches('\\').len();
    let rest = rest.get(blanks..)?;
    let begin = begin + blanks;
    if rest.starts_with(['{', '[', '`', '\n', '<', '$']) {
        return None;
    }
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let quoted = rest.get(1..)?.split(quote).next()?.trim_end_matches('\\');
        return is_secret_value(quoted).then(|| begin + 1..begin + 1 + quoted.len());
    }
    let end = rest.find(['\n', ' ', '&', ',', ';', '"', '\'', '}', ')', '`', '\\']).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    // `Authorization: Bearer TOKEN` is one value.
    let is_scheme = ["bearer", "basic", "token"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
    let more = if is_scheme { rest.get(end + 1..).unwrap_or_default() } else { "" };
    let more = more.split([' ', '\n', '"', ',']).next().unwrap_or_default();
    let length = if more.is_empty() { word.len() } else { end + 1 + more.len() };
    is_secret_value(word).then(|| begin..begin + length)
}

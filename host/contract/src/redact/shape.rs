//! Where in a text something has the shape of a secret.

use std::ops::Range;

use super::is_secret_value;

mod pairs;

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
    found.extend(pairs::pairs(text));
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

/// `scheme://user:password@host`; of `scheme://token@host` the token; of `user:password@tcp(host)`, as drivers of Go have
/// it, the password too.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let is_border = |c: char| c.is_whitespace() || matches!(c, '\\' | '"' | '\'' | '<' | '>' | '`');
    let mut found = Vec::new();
    let mut begin = 0;
    for word in text.split(is_border) {
        let at = begin;
        // What parts them has one byte, or more where it is a blank of another script.
        begin += word.len();
        begin += text.get(begin..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        found.extend(of_word(word).map(|range| at + range.start..at + range.end));
    }
    found
}

/// The same in what holds no blank and no quote: each beginning of a URL is looked at once.
fn of_word(word: &str) -> impl Iterator<Item = Range<usize>> {
    // A password may hold what ends an authority, so the last sign ends it.
    let sign = word.rfind('@');
    let urls = word.match_indices("://").filter_map(move |(at, scheme)| {
        let begin = at + scheme.len();
        let rest = word.get(begin..)?;
        let first = rest.find(['/', '?', '#', ':', '@', ','])?;
        let after = begin + first;
        match (word.as_bytes().get(after)?, sign.filter(|sign| *sign >= after)) {
            (b':', Some(end)) => {
                let password = word.get(after + 1..end)?;
                (!is_port(password) && is_secret_value(password)).then_some(after + 1..end)
            }
            // Cut before its sign, as a text that was too long is.
            (b':', None) => {
                let cut = word.get(after + 1..)?.strip_suffix('…')?;
                (!is_port(cut) && is_secret_value(cut)).then(|| after + 1..after + 1 + cut.len())
            }
            (b'@', _) => (first >= LONG_NAME).then_some(begin..after),
            _ => None,
        }
    });
    let driver = ["@tcp(", "@unix("].into_iter().find_map(|sign| word.find(sign)).and_then(|end| {
        let begin = word.get(..end)?.find(':')? + 1;
        is_secret_value(word.get(begin..end)?).then_some(begin..end)
    });
    urls.chain(driver)
}

/// Whether what stands behind a host's colon is a port, with or without what follows one.
fn is_port(text: &str) -> bool {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    end <= 5 && text.bytes().take(end).all(|byte| byte.is_ascii_digit()) && (end > 0 || !text.is_empty())
}

/// PEM blocks of private keys. One that has no end goes to the end of the text, one that has no beginning from its
/// beginning: a log is cut anywhere. Where the ends come before the beginnings, the lines stand the other way round, and
/// nothing is sure to be no part of a key.
fn private_keys(text: &str) -> Vec<Range<usize>> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    let is_private = |rest: &str| {
        let label: String = rest.chars().take(52).collect();
        label.split("-----").next().unwrap_or_default().contains("PRIVATE KEY")
    };
    let mut found = Vec::new();
    let (mut open, mut from, mut is_cut) = (None, 0, false);
    for (at, _) in text.match_indices("-----") {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(label) = rest.strip_prefix(BEGIN) {
            if open.is_none() && at >= from && is_private(label) {
                open = Some(at);
            }
        } else if let Some(label) = rest.strip_prefix(END) {
            let length = label
                .char_indices()
                .take(60)
                .find(|(at, _)| label.get(*at..).is_some_and(|rest| rest.starts_with("-----")));
            let end = at
                + END.len()
                + length.map_or_else(
                    || label.chars().take(60).take_while(|c| *c != '\n').map(char::len_utf8).sum(),
                    |(at, _)| at + 5,
                );
            if let Some(begin) = open.take() {
                found.push(begin..end);
                from = end;
            } else if at >= from && is_private(label) {
                found.push(0..end);
                from = end;
                is_cut = true;
            }
        }
    }
    if let Some(begin) = open {
        found.push(if is_cut { 0 } else { begin }..text.len());
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

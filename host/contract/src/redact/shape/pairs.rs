//! The value beside a secret's name: `password=value`, `"api_key": "value"`, `x-api-key: value`.

use std::ops::Range;

use super::super::{is_secret_name, is_secret_value};

/// Where such values stand.
pub(super) fn pairs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, sign) in text.match_indices(['=', ':', '%']) {
        if found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let sign = match sign {
            "%" => text.get(at..at + 3).filter(|code| code.eq_ignore_ascii_case("%3d")),
            sign => Some(sign),
        };
        found.extend(sign.and_then(|sign| of(text, at, sign)));
    }
    found
}

fn of(text: &str, at: usize, sign: &str) -> Option<Range<usize>> {
    let before = text.get(..at)?.trim_end_matches([' ', '"', '\'', '\\']);
    let is_quoted = text.get(..at)?.trim_end_matches(' ').ends_with(['"', '\'']);
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let begin = before
        .rfind(|c| !is_key(c))
        .map_or(0, |at| at + before.get(at..).and_then(|c| c.chars().next()).map_or(1, char::len_utf8));
    let key = before.get(begin..)?;
    let lead = text.get(..begin)?;
    let value_at = at + sign.len();
    if sign == ":" && is_header(key) && !is_quoted && !lead.ends_with(['.', '/']) {
        return line(text, value_at, lead);
    }
    if !is_name(key) {
        return None;
    }
    let found = value(text, value_at)?;
    if sign != ":" || is_quoted {
        return Some(found);
    }
    // A colon ends many a clause; one behind a name of several words does not, nor one behind the first of a line, of a
    // clause, or of what stands in quotes or brackets.
    let is_part = lead.ends_with(['.', '/', '@']);
    let is_alone = || {
        let rest = text.get(found.end..).unwrap_or_default().trim_start_matches([' ', '\r']);
        rest.is_empty() || rest.starts_with('\n')
    };
    let is_first = || !lead.trim_end_matches([' ', '-', '"']).ends_with(char::is_alphanumeric);
    let is_named = if is_part {
        // `spring.datasource.password: value`, not `probes.a.config.token: expected text`.
        !lead.ends_with(['/', '@']) && is_alone()
    } else {
        key.contains(['_', '-']) || is_first()
    };
    is_named.then_some(found)
}

fn is_name(key: &str) -> bool {
    is_secret_name(key) || matches!(key.to_ascii_lowercase().as_str(), "pass" | "pw")
}

/// A header whose value has several words.
fn is_header(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["authorization", "cookie"].iter().any(|name| key.ends_with(name))
}

/// The rest of the line, or of what the header stands in quotes with.
fn line(text: &str, begin: usize, lead: &str) -> Option<Range<usize>> {
    let rest = text.get(begin..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let rest = rest.get(blanks..)?;
    if rest.starts_with(['{', '[', '`', '<', '$', '"', '\'']) {
        return value(text, begin);
    }
    let quote = lead.chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`'));
    let end = rest.find(|c| matches!(c, '\n' | '\r') || Some(c) == quote).unwrap_or(rest.len());
    let value = rest.get(..end)?.trim_end();
    is_secret_value(value).then(|| begin + blanks..begin + blanks + value.len())
}

/// From behind the sign: what stands in quotes, else to the next blank or separator. What begins as a reference, a list
/// or code names a secret at most.
fn value(text: &str, begin: usize) -> Option<Range<usize>> {
    let rest = text.get(begin..)?;
    // `=>`, `==` and `:=` are signs, too. A backslash before a quote: the pair stands in JSON within JSON.
    let bare = rest.trim_start_matches(['=', '>']).trim_start_matches(' ').trim_start_matches('\\');
    let begin = begin + rest.len() - bare.len();
    if bare.starts_with(['{', '[', '`', '\n', '<', '$']) {
        return None;
    }
    if let Some(quote) = bare.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let quoted = bare.get(1..)?.split(quote).next()?.trim_end_matches('\\');
        return is_secret_value(quoted).then(|| begin + 1..begin + 1 + quoted.len());
    }
    let end = bare.find(['\n', ' ', '&', ',', ';', '"', '\'', '}', ')', '`', '\\']).unwrap_or(bare.len());
    let word = bare.get(..end)?;
    // `token=Bearer TOKEN` is one value.
    let is_scheme = ["bearer", "basic", "token", "apikey"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
    let more = if is_scheme { bare.get(end..).unwrap_or_default() } else { "" };
    let blanks = more.len() - more.trim_start_matches(' ').len();
    let more = more.trim_start_matches(' ').split([' ', '\n', '"', ',', '\'', '`']).next().unwrap_or_default();
    let length = if more.is_empty() { word.len() } else { end + blanks + more.len() };
    is_secret_value(word).then(|| begin..begin + length)
}

//! What a descriptor declares, so that a script can refuse the rest.

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Descriptor {
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
struct Rule {
    name: String,
}

impl Descriptor {
    /// Whether a use, written as the line of needs that would cover exactly it, is declared.
    pub(super) fn covers(&self, line: &str) -> bool {
        self.needs.iter().chain(&self.optional).any(|need| covers(need, line))
    }

    pub(super) fn has_rule(&self, name: &str) -> bool {
        self.rules.iter().any(|rule| rule.name == name)
    }
}

/// Word by word; the last word of a need may be a pattern.
fn covers(need: &str, line: &str) -> bool {
    let (need, line): (Vec<_>, Vec<_>) = (need.split_whitespace().collect(), line.split_whitespace().collect());
    match (need.split_last(), line.split_last()) {
        (Some((pattern, need)), Some((text, line))) => {
            // In a label's name nothing is a segment.
            let pattern =
                if need.first() == Some(&"label") { pattern.replace('*', "**") } else { (*pattern).to_owned() };
            need == line && matches(pattern.as_bytes(), text.as_bytes())
        }
        _ => false,
    }
}

/// `*` stays within a segment, `**` crosses.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', b'*', rest @ ..], _) => (0..=text.len()).any(|taken| matches(rest, text.get(taken..).unwrap_or(&[]))),
        ([b'*', rest @ ..], _) => {
            let segment = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
            (0..=segment).any(|taken| matches(rest, text.get(taken..).unwrap_or(&[])))
        }
        ([first, pattern @ ..], [byte, text @ ..]) => first == byte && matches(pattern, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_cover_what_the_host_would_grant() {
        for (need, line, expected) in [
            ("http GET /health", "http GET /health", true),
            ("http GET /health", "http POST /health", false),
            ("http GET /health", "http@metrics GET /health", false),
            ("http GET /a/*", "http GET /a/b", true),
            ("http GET /a/*", "http GET /a/b/c", false),
            ("http GET /**", "http GET /a/b/c", true),
            ("http POST /f/none-*/invocations", "http POST /f/none-1/invocations", true),
            ("http POST /f/none-*/invocations", "http POST /f/real/invocations", false),
            ("container .", "container .", true),
            ("container .", "container agent", false),
            ("label . *", "label . org.example/version", true),
            ("env . ESB_TAG", "env . OTHER", false),
            ("grpc a.B/C", "grpc a.B/C", true),
        ] {
            assert_eq!(covers(need, line), expected, "{need} over {line}");
        }
    }
}

//! A fleet: `NAME URL` or `URL`, in a list or one a line in a file.

use std::path::Path;

use shipworthy_contract::{explain::Place, text::excerpt};

use super::{
    error::{EnvironmentError, Problem},
    url::Url,
};
use crate::{document::Excerpt, files, masking::mask_userinfo};

/// Most instances of one endpoint: ten times the fleets that Shipworthy is measured with.
pub(super) const MOST_INSTANCES: usize = 10_000;

/// Largest file of instances, in bytes: room for the most instances with long names.
const LARGEST_FILE: u64 = 4 << 20;

/// One instance of a fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instance {
    /// Its name: as written, else its URL.
    pub(super) name: String,
    pub(super) url: Url,
}

/// Reads `NAME URL` or `URL`.
pub(super) fn parse(text: &str) -> Result<Instance, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, url) = match words.as_slice() {
        [url] => (url.strip_suffix('/').unwrap_or(url), url),
        [name, url] => (*name, url),
        _ if text.contains('@') => return Err("expected `NAME URL` or `URL`, found something else".to_owned()),
        _ => return Err(format!("expected `NAME URL` or `URL`, found: {}", excerpt(text, 80))),
    };
    let url: Url = url.parse().map_err(|error: super::url::NotAUrl| error.to_string())?;
    if name.len() > 128 && words.len() == 2 {
        return Err(format!("expected a name of at most 128 bytes, found: {}", excerpt(name, 40)));
    }
    Ok(Instance { name: excerpt(name, 256), url })
}

/// Reads the lines of a file, or of standard input if there is no path.
pub(super) fn read_file(path: Option<&Path>, endpoint: &str) -> Result<Vec<Instance>, EnvironmentError> {
    let text = match path {
        Some(path) => files::read_text(path, LARGEST_FILE),
        None => files::read_standard_input(LARGEST_FILE),
    };
    let file = path.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    parse_lines(&text.map_err(Problem::File)?, &file, endpoint)
}

fn parse_lines(text: &str, file: &str, endpoint: &str) -> Result<Vec<Instance>, EnvironmentError> {
    let mut instances: Vec<Instance> = Vec::new();
    let mut names = std::collections::BTreeSet::new();
    let key = format!("endpoints.{endpoint}.instances_from");
    for (line_number, line) in (1..).zip(text.lines()) {
        // A `#` begins a comment at the start of a line or after a blank; URLs have none here.
        let content = line.split_once(" #").map_or(line, |(content, _)| content).trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let fault = |reason: String| {
            let place = Place { file: file.to_owned(), line: Some(line_number), column: None };
            let shown = Excerpt { line: excerpt(&mask_userinfo(line), 120), caret: 1 };
            EnvironmentError::at(Problem::Url { key: key.clone(), reason }, place, Some(shown))
        };
        let instance = parse(content).map_err(fault)?;
        if !names.insert(instance.name.clone()) {
            return Err(fault(format!("expected each instance once, found again: {}", instance.name)));
        }
        if instances.len() == MOST_INSTANCES {
            return Err(fault(format!("expected at most {MOST_INSTANCES} instances, found more")));
        }
        instances.push(instance);
    }
    if instances.is_empty() {
        return Err(
            Problem::Value { key, reason: format!("expected one instance or more, found none in {file}") }.into()
        );
    }
    Ok(instances)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse_lines(text, "f", "gateway").unwrap().into_iter().map(|instance| instance.name).collect()
    }

    #[test]
    fn lines_are_names_and_addresses() {
        let text = "# fleet\n\nedge-1 https://10.0.0.1:8443\n  https://10.0.0.2:8443/ # spare\r\n#x\n";
        assert_eq!(names(text), ["edge-1", "https://10.0.0.2:8443"]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in
            [("a b c", 1), ("x https://h\nx https://i", 2), ("# c\nhttps://h/p", 2), ("ok https://h\nbad", 2)]
        {
            let error = parse_lines(text, "f", "gateway").unwrap_err();
            let place = shipworthy_contract::Explain::place(&error).unwrap();
            assert_eq!(place.line, Some(line), "{text}: {error}");
        }
        assert!(parse_lines("# none\n", "f", "gateway").unwrap_err().to_string().contains("one instance or more"));
    }

    #[test]
    fn a_password_is_not_shown() {
        let error = parse_lines("a https://u:hunter2@h", "f", "gateway").unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\PC\n]{0,120}") {
            if let Ok(instances) = parse_lines(&text, "f", "gateway") {
                prop_assert!(!instances.is_empty());
            }
        }
    }
}

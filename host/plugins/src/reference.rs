//! References into registries: `oci://HOST/REPOSITORY:TAG@sha256:DIGEST` (OCI distribution specification 1.1, "Pulling
//! manifests").

use std::{fmt, str::FromStr};

use shipworthy_contract::{Sha256, text::excerpt};

use crate::environment::url;

/// What every reference begins with.
pub const SCHEME: &str = "oci://";

/// Longest name of a repository, host included, as the specification advises.
const LONGEST_NAME: usize = 255;

/// An artifact of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The registry's authority as written, in lower case: `registry.example:5000`.
    pub host: String,
    /// The repository: `teams/agent`.
    pub repository: String,
    /// The tag, which may name other bytes tomorrow.
    pub tag: Option<String>,
    /// The digest of the manifest, which names its bytes.
    pub digest: Option<Sha256>,
}

/// Why a text is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `oci://HOST/REPOSITORY:TAG` or `oci://HOST/REPOSITORY@sha256:DIGEST`, {what}: {}", excerpt(.found, 160))]
pub struct NotAReference {
    /// What is wrong, in words.
    what: &'static str,
    /// The text.
    found: String,
}

impl Reference {
    /// The same artifact, named by its bytes.
    #[must_use]
    pub fn pinned(&self, digest: Sha256) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }

    /// The repository with its registry, without tag and digest: `registry.example:5000/teams/agent`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }
}

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let wrong = |what| NotAReference { what, found: text.to_owned() };
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| wrong("found no `oci://`"))?;
        let (rest, digest) = match rest.split_once('@') {
            None => (rest, None),
            Some((name, digest)) => {
                let digest = digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
                (name, Some(digest.ok_or_else(|| wrong("found a digest that is not `sha256:` and 64 digits"))?))
            }
        };
        let (host, path) = rest.split_once('/').ok_or_else(|| wrong("found no repository"))?;
        if !url::is_authority(host) {
            return Err(wrong("found a registry that is no host name"));
        }
        let (repository, tag) = match path.split_once(':') {
            None => (path, None),
            Some((repository, tag)) if is_tag(tag) => (repository, Some(tag.to_owned())),
            Some(_) => return Err(wrong("found a tag with other characters than letters, digits, `_`, `.` and `-`")),
        };
        if !repository.split('/').all(is_component) || host.len() + repository.len() >= LONGEST_NAME {
            return Err(wrong("found a repository that is not lower case letters, digits, `.`, `_` and `-`"));
        }
        if tag.is_none() && digest.is_none() {
            return Err(wrong("found neither tag nor digest"));
        }
        Ok(Self { host: host.to_ascii_lowercase(), repository: repository.to_owned(), tag, digest })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@sha256:{digest}")?;
        }
        Ok(())
    }
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_component(component: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separator = |text: &str| matches!(text, "." | "_" | "__") || text.bytes().all(|byte| byte == b'-');
    let mut rest = component;
    loop {
        let run = rest.bytes().take_while(|byte| alphanumeric(*byte)).count();
        let (word, after) = rest.split_at_checked(run).unwrap_or((rest, ""));
        if word.is_empty() {
            return false;
        }
        if after.is_empty() {
            return true;
        }
        let gap = after.bytes().take_while(|byte| !alphanumeric(*byte)).count();
        let Some((between, next)) = after.split_at_checked(gap) else { return false };
        if !separator(between) {
            return false;
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_are_read_and_written() {
        let digest = "0123456789abcdef".repeat(4);
        for text in [
            "oci://registry.example/agent:1.2".to_owned(),
            "oci://127.0.0.1:5000/teams/a__b-c.d:v1".to_owned(),
            "oci://[::1]:5000/agent:latest".to_owned(),
            format!("oci://registry.example/agent@sha256:{digest}"),
            format!("oci://registry.example/agent:1.2@sha256:{digest}"),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
        let upper: Reference = "oci://Registry.Example/agent:1".parse().unwrap();
        assert_eq!(upper.name(), "registry.example/agent");
    }

    #[test]
    fn what_is_no_reference_is_refused_with_its_reason() {
        for (text, part) in [
            ("agent.wasm", "no `oci://`"),
            ("oci://registry.example", "no repository"),
            ("oci://registry.example/agent", "neither tag nor digest"),
            ("oci://registry.example/agent@sha256:12", "a digest"),
            ("oci://registry.example/agent@md5:12", "a digest"),
            ("oci://registry.example/Agent:1", "a repository"),
            ("oci://registry.example/a..b:1", "a repository"),
            ("oci://registry.example/../b:1", "a repository"),
            ("oci://registry.example//b:1", "a repository"),
            ("oci://registry.example/a:-1", "a tag"),
            ("oci://registry.example/a:1:2", "a tag"),
            ("oci://user@registry.example/a:1", "a digest"),
            ("oci:///a:1", "a registry"),
            ("oci://h:99999/a:1", "a registry"),
        ] {
            let error = text.parse::<Reference>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_as_it_was(text in "oci://[a-z0-9.:]{1,12}/[a-z0-9._/-]{0,16}(:[a-zA-Z0-9._-]{0,8})?") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.to_string(), text);
            }
        }
    }
}

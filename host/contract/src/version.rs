//! How versions compare: api versions `N.M`, and version requirements that are ranges or exact text
//! (contract.md, parts 2: `runtime_meta` and "Versions").

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An api version `N` or `N.M`; a missing minor is 0. Digits with an optional leading `+`, leading zeros allowed,
/// each number within 63 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ApiVersion {
    /// Must be equal.
    pub major: u64,
    /// Should be equal.
    pub minor: u64,
}

/// Text that is not an api version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an api version `N` or `N.M`, found: {0}")]
pub struct NotAnApiVersion(pub String);

impl FromStr for ApiVersion {
    type Err = NotAnApiVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAnApiVersion(crate::text::excerpt(text, 40));
        let number = |part: &str| {
            let digits = part.strip_prefix('+').unwrap_or(part);
            let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let value = digits.parse::<u64>().ok().filter(|value| i64::try_from(*value).is_ok());
            value.filter(|_| all_digits).ok_or_else(wrong)
        };
        let trimmed = text.trim();
        match trimmed.split_once('.') {
            None => Ok(Self { major: number(trimmed)?, minor: 0 }),
            Some((major, minor)) => Ok(Self { major: number(major)?, minor: number(minor)? }),
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for ApiVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ApiVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// What a service's version must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionRequirement {
    /// Equal to the observed text after trimming.
    Exact(String),
    /// A range in Cargo's syntax, with the text it was written in.
    Range(semver::VersionReq, String),
}

/// A range that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a version, or a range such as `>=2.0, <3`, found: {found} ({reason})")]
pub struct NotAVersionRequirement {
    /// What was written.
    pub found: String,
    /// What the range reader says.
    pub reason: String,
}

/// How an observed version compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionMatch {
    /// It is what is required. `ignored` is what a range did not look at, such as `~ds1`.
    Satisfied {
        /// What follows the leading numbers.
        ignored: String,
    },
    /// It is something else.
    Violated {
        /// What follows the leading numbers.
        ignored: String,
    },
    /// A range cannot be held against text that does not begin with a number: not observed, never incompatible.
    Incomparable,
}

impl FromStr for VersionRequirement {
    type Err = NotAVersionRequirement;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let is_range = text.starts_with(['<', '>', '=', '^', '~']) || text.contains([',', '*']);
        if !is_range {
            return Ok(Self::Exact(text.to_owned()));
        }
        match semver::VersionReq::parse(text) {
            Ok(range) => Ok(Self::Range(range, text.to_owned())),
            Err(error) => {
                Err(NotAVersionRequirement { found: crate::text::excerpt(text, 60), reason: error.to_string() })
            }
        }
    }
}

impl fmt::Display for VersionRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) | Self::Range(_, text) => f.write_str(text),
        }
    }
}

impl Serialize for VersionRequirement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VersionRequirement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl VersionRequirement {
    /// Holds an observed version against this requirement.
    pub fn check(&self, observed: &str) -> VersionMatch {
        let observed = observed.trim();
        match self {
            Self::Exact(required) if required == observed => VersionMatch::Satisfied { ignored: String::new() },
            Self::Exact(_) => VersionMatch::Violated { ignored: String::new() },
            Self::Range(range, _) => match leading_version(observed) {
                None => VersionMatch::Incomparable,
                Some((version, ignored)) if range.matches(&version) => VersionMatch::Satisfied { ignored },
                Some((_, ignored)) => VersionMatch::Violated { ignored },
            },
        }
    }
}

/// The leading `N[.N[.N]]` of text, an initial `v` dropped, missing parts 0, and what follows it.
fn leading_version(text: &str) -> Option<(semver::Version, String)> {
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let mut parts = [0_u64; 3];
    for (index, part) in parts.iter_mut().enumerate() {
        let candidate = if index == 0 { Some(rest) } else { rest.strip_prefix('.') };
        let Some(candidate) = candidate else { break };
        let length = candidate.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = candidate.split_at(length);
        match digits.parse() {
            Ok(number) => *part = number,
            Err(_) if index == 0 => return None,
            Err(_) => break,
        }
        rest = after;
    }
    let [major, minor, patch] = parts;
    Some((semver::Version::new(major, minor, patch), rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_versions_follow_the_contract() {
        for (text, expected) in [
            ("1", Some((1, 0))),
            ("1.0", Some((1, 0))),
            (" 1.0 ", Some((1, 0))),
            ("01.0", Some((1, 0))),
            ("+1.0", Some((1, 0))),
            ("1.+2", Some((1, 2))),
            ("9223372036854775807", Some((i64::MAX as u64, 0))),
            ("9223372036854775808", None),
            ("99999999999999999999.0", None),
            ("1.", None),
            (".1", None),
            ("1.0.0", None),
            ("v1", None),
            ("-1.0", None),
            ("1.-1", None),
            ("1.0-beta", None),
            ("٠.١", None),
            ("++1", None),
            ("", None),
        ] {
            let parsed = text.parse::<ApiVersion>().ok().map(|version| (version.major, version.minor));
            assert_eq!(parsed, expected, "{text:?}");
        }
    }

    #[test]
    fn ranges_compare_the_leading_numbers_only() {
        let check = |required: &str, observed: &str| required.parse::<VersionRequirement>().unwrap().check(observed);
        let satisfied = |ignored: &str| VersionMatch::Satisfied { ignored: ignored.to_owned() };
        let violated = |ignored: &str| VersionMatch::Violated { ignored: ignored.to_owned() };
        for (required, observed, expected) in [
            ("2.0.0", " 2.0.0 ", satisfied("")),
            ("2.0.0", "2.0.1", violated("")),
            ("latest", "latest", satisfied("")),
            (">=1.6", "1.6.20~ds1", satisfied("~ds1")),
            (">=1.7, <2", "1.6.20~ds1", violated("~ds1")),
            ("^1.32", "1.32.3-gke.1785003", satisfied("-gke.1785003")),
            ("^1.32", "v1.32.0-rc1", satisfied("-rc1")),
            ("=2", "v2", satisfied("")),
            ("*", "7", satisfied("")),
            ("1.*", "1.9", satisfied("")),
            (">=2", "latest", VersionMatch::Incomparable),
            (">=2", "99999999999999999999", VersionMatch::Incomparable),
            ("~1.2", "1.2.", satisfied(".")),
        ] {
            assert_eq!(check(required, observed), expected, "{required} against {observed}");
        }
    }

    #[test]
    fn a_range_that_cannot_be_read_is_an_error() {
        for wrong in ["<", ">=two", "1.0,", "^"] {
            assert!(wrong.parse::<VersionRequirement>().is_err(), "{wrong}");
        }
    }
}

//! What a probe said to a script.

use std::fmt;

use crate::{Call, Failure, Finding, Gap, Level, Origin, Request, Value};

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are the parameters of the methods of `Stack`")]
pub enum Evidence {
    /// [`Stack::fact`](crate::Stack::fact)
    Fact { key: String, value: Value, origin: Origin },
    /// [`Stack::capability`](crate::Stack::capability)
    Capability { name: String, present: bool, origin: Origin },
    /// [`Stack::complete`](crate::Stack::complete)
    Complete { prefix: String },
    /// [`Stack::digest`](crate::Stack::digest)
    Digest { name: String, sha256: String, origin: Origin },
    /// [`Stack::missing`](crate::Stack::missing)
    Missing { name: String, why: Failure },
    /// [`Stack::finding`](crate::Stack::finding)
    Finding { rule: String, finding: Finding },
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact { key, value, origin } => {
                match value {
                    Value::Text(text) => write!(f, "fact {key} = {text:?}")?,
                    Value::Number(number) => write!(f, "fact {key} = {number}")?,
                    Value::Boolean(boolean) => write!(f, "fact {key} = {boolean}")?,
                }
                from(f, origin)
            }
            Self::Capability { name, present, origin } => {
                write!(f, "capability {name} {}", if *present { "present" } else { "absent" })?;
                from(f, origin)
            }
            Self::Complete { prefix } => write!(f, "complete {prefix:?}"),
            Self::Digest { name, sha256, origin } => {
                write!(f, "digest {name} = {sha256}")?;
                from(f, origin)
            }
            Self::Missing { name, why } => write!(f, "missing {name}: {}: {}", word(why.why), why.detail),
            Self::Finding { rule, finding } => {
                let word = if finding.holds { "holds" } else { "broken" };
                write!(f, "finding {rule} {word}: {}", finding.message)?;
                if let Some(expected) = &finding.expected {
                    write!(f, ", expected {expected}")?;
                }
                if let Some(found) = &finding.found {
                    write!(f, ", found {found}")?;
                }
                Ok(())
            }
        }
    }
}

fn from(f: &mut fmt::Formatter<'_>, origin: &Origin) -> fmt::Result {
    write!(f, ", from {}", origin.what)?;
    match &origin.subject {
        Some(subject) => write!(f, " of {subject}"),
        None => Ok(()),
    }
}

const fn word(gap: Gap) -> &'static str {
    match gap {
        Gap::Unreachable => "unreachable",
        Gap::TimedOut => "timed-out",
        Gap::Denied => "denied",
        Gap::Tls => "tls",
        Gap::NotGranted => "not-granted",
        Gap::Limit => "limit",
        Gap::Unreadable => "unreadable",
        Gap::NotOffered => "not-offered",
        Gap::Config => "config",
        Gap::Defect => "defect",
    }
}

/// One run of a probe, as the host would have seen it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub(super) outcome: Result<(), Failure>,
    pub(super) heard: Heard,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Heard {
    pub(super) evidence: Vec<Evidence>,
    pub(super) requests: Vec<Request>,
    pub(super) calls: Vec<Call>,
    pub(super) log: Vec<(Level, String)>,
}

impl Seen {
    /// How the run ended.
    pub fn outcome(&self) -> Result<(), &Failure> {
        self.outcome.as_ref().copied()
    }

    /// All evidence, in the order in which it was given.
    pub fn evidence(&self) -> &[Evidence] {
        &self.heard.evidence
    }

    /// All evidence, a line for each, and how the run failed if it did: for tests that compare the whole.
    pub fn lines(&self) -> Vec<String> {
        let failed = self.outcome.as_ref().err().map(|failure| format!("failed {}: {failure}", word(failure.why)));
        self.heard.evidence.iter().map(ToString::to_string).chain(failed).collect()
    }

    /// The last value of this key.
    pub fn fact(&self, key: &str) -> Option<&Value> {
        self.heard.evidence.iter().rev().find_map(|evidence| match evidence {
            Evidence::Fact { key: found, value, .. } if found == key => Some(value),
            _ => None,
        })
    }

    /// Whether the capability was last seen present or absent, if it was given.
    pub fn capability(&self, name: &str) -> Option<bool> {
        self.heard.evidence.iter().rev().find_map(|evidence| match evidence {
            Evidence::Capability { name: found, present, .. } if found == name => Some(*present),
            _ => None,
        })
    }

    /// Whether the capabilities that begin so were said to be complete.
    pub fn is_complete(&self, prefix: &str) -> bool {
        let complete = Evidence::Complete { prefix: prefix.to_owned() };
        self.heard.evidence.contains(&complete)
    }

    /// Why this could not be seen, if that was said.
    pub fn missing(&self, name: &str) -> Option<&Failure> {
        self.heard.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Missing { name: found, why } if found == name => Some(why),
            _ => None,
        })
    }

    /// What became of a rule of the probe's own, each time it was judged.
    pub fn findings(&self, rule: &str) -> Vec<&Finding> {
        let findings = self.heard.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Finding { rule: found, finding } if found == rule => Some(finding),
            _ => None,
        });
        findings.collect()
    }

    /// The requests over HTTP, in order.
    pub fn requests(&self) -> &[Request] {
        &self.heard.requests
    }

    /// The gRPC calls, in order.
    pub fn calls(&self) -> &[Call] {
        &self.heard.calls
    }

    /// The log's lines.
    pub fn log(&self) -> &[(Level, String)] {
        &self.heard.log
    }
}

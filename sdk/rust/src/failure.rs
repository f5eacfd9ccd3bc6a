//! Why something could not be seen. A gap is never a violation: the host keeps the two apart in its verdict.

use std::fmt;

/// Why something could not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gap {
    /// The service could not be reached.
    Unreachable,
    /// It took longer than a limit.
    TimedOut,
    /// The service turned the probe away.
    Denied,
    /// TLS could not be set up.
    Tls,
    /// The environment does not grant it.
    NotGranted,
    /// More than a limit allows.
    Limit,
    /// The service answered something that this probe cannot read.
    Unreadable,
    /// The service has nothing of the kind, for instance in this mode.
    NotOffered,
    /// The environment's `config` fits its schema and still cannot be used.
    Config,
    /// A defect of the probe's own.
    Defect,
}

/// Nothing at all, or nothing more, can be seen. Evidence given before stays.
///
/// Every error of this crate becomes one by `?`, with the gap that fits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub why: Gap,
    /// For the person who reads the verdict: a lower-case fragment.
    pub detail: String,
}

impl Failure {
    /// A failure for a reason that no error of this crate describes.
    ///
    /// ```
    /// use shipworthy_sdk::{Failure, Gap};
    ///
    /// let failure = Failure::new(Gap::NotOffered, "metrics exist in containerd mode only");
    /// assert_eq!(failure.why, Gap::NotOffered);
    /// ```
    pub fn new(why: Gap, detail: impl Into<String>) -> Self {
        Self { why, detail: detail.into() }
    }

    /// The environment's `config` cannot be used; `detail` names the key.
    pub fn config(detail: impl Into<String>) -> Self {
        Self::new(Gap::Config, detail)
    }

    /// The same failure, of what every service of its kind has. That there is nothing of the kind counts for nothing in a
    /// verdict; where it must be there, something else may be answering, and that may not be passed over.
    ///
    /// ```
    /// use shipworthy_sdk::{Failure, Gap};
    ///
    /// let failure = Failure::new(Gap::NotOffered, "GET /health: expected 200, found 404").must_be_offered();
    /// assert_eq!(failure.why, Gap::Unreadable);
    /// let failure = Failure::new(Gap::Unreachable, "connection refused").must_be_offered();
    /// assert_eq!(failure.why, Gap::Unreachable);
    /// ```
    #[must_use]
    pub fn must_be_offered(self) -> Self {
        let why = if self.why == Gap::NotOffered { Gap::Unreadable } else { self.why };
        Self { why, ..self }
    }

    /// The same failure, saying what was being looked at.
    ///
    /// ```
    /// use shipworthy_sdk::{Failure, Gap};
    ///
    /// let failure = Failure::new(Gap::Unreachable, "connection refused").at("GET /health");
    /// assert_eq!(failure.detail, "GET /health: connection refused");
    /// ```
    #[must_use]
    pub fn at(self, what: &str) -> Self {
        Self { detail: [what, ": ", &self.detail].concat(), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Failure {}

/// An answer that came, and that the probe cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl Unreadable {
    /// Always [`Gap::Unreadable`].
    pub const fn gap(&self) -> Gap {
        Gap::Unreadable
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl From<Unreadable> for Failure {
    fn from(error: Unreadable) -> Self {
        Self::new(error.gap(), error.0)
    }
}

//! What can be wrong with a descriptor. It is its author's to mend.

use std::fmt;

use shipworthy_contract::{
    Explain, Fault,
    text::{excerpt, plural},
};

/// Everything that is wrong with a descriptor; never empty.
#[derive(Debug)]
pub struct DescriptorError {
    faults: Vec<DescriptorFault>,
}

impl DescriptorError {
    pub(super) fn collect(faults: Vec<DescriptorFault>) -> Option<Self> {
        (!faults.is_empty()).then_some(Self { faults })
    }

    /// All faults.
    pub fn faults(&self) -> &[DescriptorFault] {
        &self.faults
    }
}

impl From<DescriptorFault> for DescriptorError {
    fn from(fault: DescriptorFault) -> Self {
        Self { faults: vec![fault] }
    }
}

impl fmt::Display for DescriptorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, more)) = self.faults.split_first() else { return Ok(()) };
        first.fmt(f)?;
        if more.is_empty() { Ok(()) } else { write!(f, " (and {})", plural(more.len(), "more error")) }
    }
}

impl std::error::Error for DescriptorError {}

/// One thing that is wrong with a descriptor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorFault {
    /// It is not JSON.
    #[error("cannot read the descriptor as JSON: {0}")]
    Syntax(String),
    /// It is larger than it may be.
    #[error("expected a descriptor of at most {limit} bytes, found {found}")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// Its size.
        found: usize,
    },
    /// A key that nothing reads.
    #[error("unknown key `{}` at `{pointer}` of the descriptor", excerpt(key, 60))]
    UnknownKey {
        /// JSON pointer of the object.
        pointer: String,
        /// The key.
        key: String,
        /// The nearest key that is read there.
        nearest: Option<String>,
        /// All keys that are read there.
        known: &'static [&'static str],
    },
    /// A key that must be there.
    #[error("expected the key `{key}` at `{pointer}` of the descriptor, found none")]
    Missing {
        /// JSON pointer of the object.
        pointer: String,
        /// The key.
        key: &'static str,
    },
    /// A value of another kind.
    #[error("`{pointer}` of the descriptor: expected {expected}, found {found}")]
    Kind {
        /// JSON pointer of the value.
        pointer: String,
        /// What is read there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A value that cannot be used.
    #[error("`{pointer}` of the descriptor: {reason}")]
    Value {
        /// JSON pointer of the value.
        pointer: String,
        /// What its reader says.
        reason: String,
    },
    /// More of something than there may be.
    #[error("`{pointer}` of the descriptor: expected at most {most}, found {found}")]
    TooMany {
        /// JSON pointer of the value.
        pointer: String,
        /// The most.
        most: usize,
        /// How many there are.
        found: usize,
    },
}

impl Explain for DescriptorError {
    fn code(&self) -> &'static str {
        "plugin.descriptor"
    }

    fn fault(&self) -> Fault {
        Fault::Plugin
    }

    fn help(&self) -> Option<String> {
        let hint = match self.faults.first()? {
            DescriptorFault::UnknownKey { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            DescriptorFault::UnknownKey { known, .. } => format!("known keys are: {}", known.join(", ")),
            DescriptorFault::Syntax(_)
            | DescriptorFault::TooLarge { .. }
            | DescriptorFault::Missing { .. }
            | DescriptorFault::Kind { .. }
            | DescriptorFault::Value { .. }
            | DescriptorFault::TooMany { .. } => "`shipworthy schema descriptor` prints the JSON Schema".to_owned(),
        };
        let more = self.faults.iter().skip(1).map(|fault| format!("\nfurthermore, {fault}"));
        Some(std::iter::once(hint).chain(more).collect())
    }
}

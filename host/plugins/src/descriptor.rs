//! Who a plugin is: JSON that is read without running it (design.md, part 3).

mod error;
mod parse;

use std::collections::BTreeMap;

use serde_json::Value;
use shipworthy_contract::{Role, Service, grant::Grant};

pub use self::error::{DescriptorError, DescriptorFault};
use crate::Severity;

/// JSON Schema of a descriptor, for editors and other tools.
pub const DESCRIPTOR_SCHEMA: &str = include_str!("../schemas/descriptor.json");

/// Largest descriptor, in bytes: room for the largest config schema and for every rule with a long hint.
pub const LARGEST_DESCRIPTOR: u64 = 256 << 10;

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    /// Its name: `a-z`, `0-9`, `-`, `_` and `.`.
    pub name: String,
    /// Its version, for people; `N.N.N` with an optional suffix.
    pub version: String,
    /// The services it is for; empty for any.
    pub services: Vec<Service>,
    /// Its roles with their descriptions; `main` need not be among them.
    pub roles: BTreeMap<Role, String>,
    /// Everything that it does.
    pub needs: Vec<Grant>,
    /// What of it it can do without.
    pub optional: Vec<Grant>,
    /// Rules of its own.
    pub rules: Vec<OwnRule>,
    /// JSON Schema of its `config`; without it no key is taken.
    pub config: Option<Value>,
}

/// A rule of a probe's own: its id is `stack.SERVICE.NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRule {
    /// Its name: `a-z`, `0-9` and `-`.
    pub name: String,
    /// How hard a violation is taken.
    pub severity: Severity,
    /// What holds when it passes, in one line.
    pub summary: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Descriptor {
    /// Reads a descriptor.
    ///
    /// # Errors
    ///
    /// Every fault of it, each with its JSON pointer.
    pub fn parse(text: &str) -> Result<Self, DescriptorError> {
        parse::parse(text, parse::Schema::Tested)
    }

    /// Reads the descriptor of a bundled plugin, whose config schema a test of the binary holds to be one.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`], the schema apart.
    pub fn parse_bundled(text: &str) -> Result<Self, DescriptorError> {
        parse::parse(text, parse::Schema::Trusted)
    }

    /// Whether it is for this service.
    pub fn serves(&self, service: &Service) -> bool {
        self.services.is_empty() || self.services.contains(service)
    }

    /// Whether it can do without this need.
    pub fn is_optional(&self, need: &Grant) -> bool {
        self.optional.contains(need)
    }

    /// Whether it has this role.
    pub fn has_role(&self, role: &Role) -> bool {
        role.is_main() || self.roles.contains_key(role)
    }
}

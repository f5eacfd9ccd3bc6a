//! Names that people give to services and roles.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest service or role name, in bytes: a DNS label's length, which compose services obey as well.
const LONGEST: usize = 63;

/// Text that is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a name of 1 to 63 of `a-z`, `0-9`, `-`, `_` and `.`, beginning with a letter or digit, found: {0}")]
pub struct NotAName(pub String);

fn parse(text: &str) -> Result<Arc<str>, NotAName> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if begins && text.len() <= LONGEST && text.bytes().all(fits) {
        Ok(text.into())
    } else {
        Err(NotAName(crate::text::excerpt(text, 80)))
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        // Shared: each of a fleet's results names its service.
        pub struct $name(Arc<str>);

        impl $name {
            /// The name's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name! {
    /// A service as requirements name it, such as `gateway`.
    Service
}

name! {
    /// What an endpoint is to a probe: `main`, `metrics`.
    Role
}

impl Role {
    /// The role that is meant where none is named.
    pub fn main() -> Self {
        Self("main".into())
    }

    /// Whether this is the main role.
    pub fn is_main(&self) -> bool {
        self.as_str() == "main"
    }
}

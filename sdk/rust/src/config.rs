//! What configurations are made of.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, IgnoredAny},
};

/// The configuration of a probe that has none: what is given is ignored, as the descriptor's schema has judged it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoConfig;

impl<'de> Deserialize<'de> for NoConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// One value, or a list of them, as people like to write it.
///
/// ```
/// use shipworthy_sdk::{OneOrMany, serde_json};
///
/// let one: OneOrMany<u16> = serde_json::from_str("200")?;
/// let many: OneOrMany<u16> = serde_json::from_str("[200, 204]")?;
/// assert_eq!((one.0, many.0), (vec![200], vec![200, 204]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of a tree rather than an untagged enum, whose errors do not say what is wrong.
        let read = |node| T::deserialize(node).map_err(D::Error::custom);
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Array(nodes) => nodes.into_iter().map(read).collect::<Result<_, _>>().map(Self),
            node => read(node).map(|one| Self(vec![one])),
        }
    }
}

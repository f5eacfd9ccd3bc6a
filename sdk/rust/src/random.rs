//! Random numbers that a replay draws again.

/// A number for a name that nothing else has, such as an owner that cannot exist. In a component the host draws it and
/// records it, so that a replay asks the same; std's hash maps are seeded alike in every run. It is no key.
///
/// ```
/// use shipworthy_sdk::random;
///
/// let owner = format!("shipworthy-{:016x}", random::number());
/// assert_ne!(owner, format!("shipworthy-{:016x}", random::number()));
/// ```
pub fn number() -> u64 {
    source::number()
}

#[cfg(target_family = "wasm")]
use crate::component as source;

#[cfg(not(target_family = "wasm"))]
mod source {
    use std::{
        collections::hash_map::RandomState,
        hash::{BuildHasher, Hasher},
    };

    pub(super) fn number() -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

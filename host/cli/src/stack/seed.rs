//! Where a guest's random numbers come from: drawn for every run, kept in the recording, told again by a replay.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Bytes of a seed.
const LENGTH: usize = 64;

/// A fresh seed. A guest makes up names with it, never keys: std's own randomness, which every process draws anew from
/// the system, is enough.
pub(crate) fn draw() -> Vec<u8> {
    let mut seed = Vec::with_capacity(LENGTH);
    while seed.len() < LENGTH {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_usize(seed.len());
        seed.extend_from_slice(&hasher.finish().to_le_bytes());
    }
    seed
}

pub(crate) fn to_hex(seed: &[u8]) -> String {
    seed.iter().fold(String::with_capacity(seed.len() * 2), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The bytes of a recorded seed; of one that is damaged, nothing after the damage.
pub(crate) fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().map_while(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    let bytes: Vec<u8> =
        digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect();
    // A cycle of no bytes would never give one.
    if bytes.is_empty() { vec![0] } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_survive_being_written_and_differ() {
        let seed = draw();
        assert_eq!(seed.len(), LENGTH);
        assert_eq!(from_hex(&to_hex(&seed)), seed);
        assert_ne!(draw(), seed);
        assert_eq!(from_hex("zz"), [0]);
    }
}

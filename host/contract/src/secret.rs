//! A value that must never be seen: not in a log, an error, a report or a recording.

use std::fmt;

/// A secret. `Debug` and `Display` are masks; `reveal` is the one door.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What stands where a secret stood.
pub const MASK: &str = "[secret]";

/// Values shorter than this, in bytes, are not searched for in answers: masking every `1` would make them unreadable
/// and hide nothing.
const SHORTEST_MASKED: usize = 4;

impl Secret {
    /// Wraps a value.
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself, for the place that puts it on the wire.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Replaces every occurrence of each secret in text by [`MASK`].
pub fn mask_text(text: &str, secrets: &[Secret]) -> String {
    let mut masked = text.to_owned();
    for secret in maskable(secrets) {
        if masked.contains(secret.reveal()) {
            masked = masked.replace(secret.reveal(), MASK);
        }
    }
    masked
}

/// Replaces every occurrence of each secret in bytes by [`MASK`].
pub fn mask_bytes(bytes: Vec<u8>, secrets: &[Secret]) -> Vec<u8> {
    maskable(secrets).fold(bytes, |bytes, secret| replace(bytes, secret.reveal().as_bytes()))
}

fn maskable(secrets: &[Secret]) -> impl Iterator<Item = &Secret> {
    secrets.iter().filter(|secret| secret.0.len() >= SHORTEST_MASKED)
}

fn replace(bytes: Vec<u8>, needle: &[u8]) -> Vec<u8> {
    if !bytes.windows(needle.len()).any(|window| window == needle) {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(needle) {
            out.extend_from_slice(MASK.as_bytes());
            rest = after;
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_show_as_a_mask() {
        let secret = Secret::new("hunter22".to_owned());
        assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
    }

    #[test]
    fn text_and_bytes_are_masked_everywhere() {
        let secrets = [Secret::new("hunter22".to_owned()), Secret::new("no".to_owned())];
        assert_eq!(mask_text("a hunter22 b hunter22, no", &secrets), "a [secret] b [secret], no");
        assert_eq!(mask_bytes(b"\xffhunter22hunter22".to_vec(), &secrets), b"\xff[secret][secret]");
    }
}

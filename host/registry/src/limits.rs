//! What is read of a registry at most. All of it is memory of this process.

/// Largest manifest, in bytes: what registries themselves take, and the specification asks them to.
pub(crate) const LARGEST_MANIFEST: u64 = 4 << 20;

/// Largest answer of a token server, in bytes. Tokens with many claims have a few KiB.
pub(crate) const LARGEST_TOKEN: u64 = 256 << 10;

/// Largest page of a list of tags, in bytes.
pub(crate) const LARGEST_TAGS: u64 = 1 << 20;

/// Most pages of a list of tags.
pub(crate) const MOST_PAGES: usize = 20;

/// What is read of an answer that says what is wrong, in bytes; the rest is left where it is.
pub(crate) const LARGEST_REFUSAL: u64 = 16 << 10;

/// Largest signature, in bytes: what `shipworthy-signatures` verifies. A bundle with a certificate and a log entry has
/// some KiB. Said a second time, since no arrow leads there: a test holds the two to each other.
pub(crate) const LARGEST_SIGNATURE: u64 = 256 << 10;

/// Most attached signatures of one artifact that are asked for, of use or not.
pub(crate) const MOST_SIGNATURES: usize = 16;

/// Largest file of certificates, in bytes: a whole system's trust roots have a quarter of that.
pub(crate) const LARGEST_CA: u64 = 1 << 20;

/// Largest docker config, and largest answer of a credential helper, in bytes.
pub(crate) const LARGEST_CREDENTIALS: u64 = 1 << 20;

/// Most redirects that a download follows, one after another.
pub(crate) const MOST_REDIRECTS: usize = 3;

/// How often a request is sent that comes to nothing by a fault that passes.
pub(crate) const TRIES: u32 = 3;

/// Longest that a registry's `Retry-After` is heeded for.
pub(crate) const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// The wait before the second try; before the third it is four times as long.
pub(crate) const FIRST_WAIT: std::time::Duration = std::time::Duration::from_millis(100);

/// Most headers of an answer.
pub(crate) const MOST_HEADERS: usize = 100;

/// Most bytes of an answer's headers.
pub(crate) const LARGEST_HEADERS: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_as_a_signature_is_what_is_verified() {
        let verified = u64::try_from(shipworthy_signatures::LARGEST_SIGNATURE).unwrap();
        assert_eq!(LARGEST_SIGNATURE, verified);
        assert_eq!(MOST_SIGNATURES.min(shipworthy_signatures::MOST_SIGNATURES), MOST_SIGNATURES, "all are verified");
    }
}

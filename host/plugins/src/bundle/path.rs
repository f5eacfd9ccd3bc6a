//! Paths in a bundle.

/// Longest path, in bytes: what a ustar header takes in one part, so that each is written in one way.
const LONGEST: usize = 100;

/// Whether a path can be written and, on any system, stays below the folder it is unpacked in.
pub(super) fn is_plain(path: &str) -> bool {
    let part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && !part.chars().any(|c| c.is_control() || matches!(c, '\\' | ':' | '"' | '<' | '>' | '|' | '?' | '*'))
    };
    path.len() <= LONGEST && path.is_ascii() && path.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_taken() {
        for good in ["a", "environments/staging.toml", "store/blobs/sha256/0123", ".hidden/a b"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "c:/a", "a\nb", "ä", &"a".repeat(101)] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}

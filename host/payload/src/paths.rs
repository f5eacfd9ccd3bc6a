//! Paths as text: lexical cleaning, and the rule that a path of an entry stays inside its root. No file is touched.

/// Cleans a path without looking at any file: collapses `//`, drops `.`, resolves `..` where something precedes it,
/// keeps a leading `/`; nothing left is `.` (contract.md, part 2: `ref`).
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            // Above the root of the file system there is only the root.
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// A cleaned relative path that is not `.` and does not leave where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelPath(String);

/// Why a path breaks the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathFault {
    /// Begins with `/`.
    #[error("is absolute")]
    Absolute,
    /// Nothing is left of it.
    #[error("is the root itself")]
    Root,
    /// Leads above where it begins.
    #[error("leads outside the root")]
    Escapes,
}

impl RelPath {
    /// Reads a path of an entry (contract.md, part 2, row `runtime_config_dir`). `\` is an ordinary character here.
    pub(crate) fn parse(text: &str) -> Result<Self, PathFault> {
        let text = text.trim();
        if text.starts_with('/') {
            return Err(PathFault::Absolute);
        }
        let cleaned = clean(text);
        match cleaned.as_str() {
            "." => Err(PathFault::Root),
            // Cleaning moves every `..` that leads outside to the front, also where the path comes back later.
            outside if outside == ".." || outside.starts_with("../") => Err(PathFault::Escapes),
            _ => Ok(Self(cleaned)),
        }
    }

    /// The path's text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A file below it; `name` is a constant of ours.
    pub(crate) fn join(&self, name: &str) -> Self {
        Self(format!("{}/{name}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cleaning_follows_the_contract() {
        for (path, cleaned) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//", "/"),
            ("..", ".."),
            ("/..", "/"),
            ("/../a", "/a"),
            ("a", "a"),
            ("a/", "a"),
            ("./a", "a"),
            ("a/./b/.", "a/b"),
            ("a//b", "a/b"),
            ("a/../b", "b"),
            ("a/..", "."),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("../../a/..", "../.."),
            ("/repo//templates/./a.yaml", "/repo/templates/a.yaml"),
            ("A/b", "A/b"),
            ("...", "..."),
            ("..a/b", "..a/b"),
        ] {
            assert_eq!(clean(path), cleaned, "{path:?}");
        }
    }

    #[test]
    fn entry_paths_stay_inside() {
        use PathFault::{Absolute, Escapes, Root};
        for (path, expected) in [
            ("config", Ok("config")),
            (" config/ ", Ok("config")),
            ("./config", Ok("config")),
            ("a/../config", Ok("config")),
            ("..config", Ok("..config")),
            ("config\\", Ok("config\\")),
            ("..\\x", Ok("..\\x")),
            (".", Err(Root)),
            ("./", Err(Root)),
            ("b/..", Err(Root)),
            ("..", Err(Escapes)),
            ("../x", Err(Escapes)),
            ("a/../../b", Err(Escapes)),
            ("config/../../a/config", Err(Escapes)),
            ("/etc", Err(Absolute)),
            ("/", Err(Absolute)),
            ("//config", Err(Absolute)),
        ] {
            let parsed = RelPath::parse(path);
            assert_eq!(parsed.as_ref().map(RelPath::as_str).map_err(|fault| *fault), expected, "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(path in "[./a]{0,16}") {
            let cleaned = clean(&path);
            prop_assert_eq!(clean(&cleaned), cleaned);
        }

        #[test]
        fn whatever_passes_has_no_way_out(path in "[./ab]{0,16}") {
            if let Ok(inside) = RelPath::parse(&path) {
                prop_assert!(!inside.as_str().is_empty());
                for part in inside.as_str().split('/') {
                    prop_assert!(!matches!(part, "" | "." | ".."), "{} from {}", inside.as_str(), path);
                }
            }
        }

        #[test]
        fn the_simple_cleaner_agrees(path in "[./ab]{0,16}") {
            prop_assert_eq!(clean(&path), crate::reference::clean(&path));
        }

        #[test]
        fn cleaning_takes_any_text(path in any::<String>()) {
            prop_assert_eq!(clean(&path), crate::reference::clean(&path));
            prop_assert!(!clean(&path).is_empty());
        }
    }
}

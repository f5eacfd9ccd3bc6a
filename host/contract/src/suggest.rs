//! The nearest known name for one that is not known.

/// Of shorter names one letter is too much: `1.4` is no misspelt `1.0`, and `e` no `b`. `ulr` has all letters of `url`.
const SHORTEST: usize = 4;

/// The known name nearest to `unknown`, if one is near enough to have been meant: at most a third of its letters differ,
/// or one of a name with four letters or more.
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = unknown.chars().count();
    let allowed = (letters / 3).max(1);
    known
        .into_iter()
        .filter(|name| name.chars().count().max(letters) >= SHORTEST || sorted(name) == sorted(unknown))
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

fn sorted(name: &str) -> Vec<char> {
    let mut letters: Vec<char> = name.chars().collect();
    letters.sort_unstable();
    letters
}

/// Longest part of a name that is compared, in characters: comparing takes time in proportion to its square.
const COMPARED: usize = 160;

/// The known names nearest to one that is not known, the nearest first and each once; at most so many.
pub fn closest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let cut = |name: &str| name.chars().take(COMPARED).collect::<String>();
    let unknown = cut(unknown);
    let mut by_distance: Vec<(usize, &str)> =
        known.into_iter().map(|name| (strsim::levenshtein(&unknown, &cut(name)), name)).collect();
    // Those that are equally near stay in the order in which they were given.
    by_distance.sort_by_key(|(distance, _)| *distance);
    let mut closest: Vec<&str> = Vec::new();
    for (_, name) in by_distance {
        if closest.len() < most && !closest.contains(&name) {
            closest.push(name);
        }
    }
    closest
}

/// The word that may have been meant, by a message of the form "expected `strict` or `warn`, found: stict": the nearest
/// of those in backticks.
pub fn meant(message: &str) -> Option<String> {
    let (expected, found) = message.rsplit_once(", found: ")?;
    let words = expected.split('`').skip(1).step_by(2);
    // Only words can be misspelt: another version is another version, and an example of a form is no choice.
    let is_word = |word: &&str| {
        let letters = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(letters)
    };
    let words = words.filter(is_word);
    nearest(found.split(' ').next()?, words).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["policy", "project", "probes"];
        assert_eq!(nearest("polciy", known), Some("policy"));
        assert_eq!(nearest("prbes", known), Some("probes"));
        assert_eq!(nearest("endpoint", known), None);
        assert_eq!(nearest("1.4", ["1.0", "1.1"]), None);
        assert_eq!(nearest("e", ["b", "dev"]), None);
        assert_eq!(nearest("ulr", ["url"]), Some("url"));
        assert_eq!(nearest("lst", ["list"]), Some("list"));
    }

    #[test]
    fn what_was_meant_is_in_the_message() {
        for (message, expected) in [
            ("expected `strict` or `warn`, found: stict", Some("strict")),
            ("expected one of `http`, `grpc`, found: htp GET /", Some("http")),
            ("expected `strict` or `warn`, found: lax", None),
            ("expected letters, digits or `-`, found: x", None),
            ("expected one of `1.0`, `1.1`, found: 2.0", None),
            ("expected a name", None),
        ] {
            assert_eq!(meant(message).as_deref(), expected, "{message}");
        }
    }

    #[test]
    fn the_closest_are_told_nearest_first_and_once() {
        let known = ["GET /orders", "GET /health", "GET /orders/7", "GET /orders"];
        assert_eq!(closest("GET /orders/8", known, 2), ["GET /orders/7", "GET /orders"]);
        assert_eq!(closest("x", known, 9).len(), 3);
        assert!(closest("x", [], 3).is_empty());
        // Of names that are longer than what is compared the first is taken.
        let long = |end: &str| format!("{}{end}", "a".repeat(COMPARED));
        let (first, second) = (long("b"), long("c"));
        assert_eq!(closest(&long("c"), [first.as_str(), &second], 1), [first.as_str()]);
    }
}

//! The nearest known name for one that is not known.

/// The known name nearest to `unknown`, if one is near enough to have been meant: at most a third of its letters differ.
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (unknown.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["policy", "project", "probes"];
        assert_eq!(nearest("polciy", known), Some("policy"));
        assert_eq!(nearest("prbes", known), Some("probes"));
        assert_eq!(nearest("endpoint", known), None);
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

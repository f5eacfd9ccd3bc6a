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
}

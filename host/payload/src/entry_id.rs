//! Entry ids of 1.0 and 1.1: a function of the template's path, parameters and digest (contract.md, part 2).

use std::collections::HashMap;

use shipworthy_contract::{Sha256, rules};

use crate::{
    field::Fields,
    finding::{FIRST, Finding, Findings, shown},
    paths::clean,
    source_template::Template,
};

/// Hexadecimal digits of the digest that an id ends with.
const DIGITS: usize = 8;

/// Ids that were seen in this manifest, with the entry that had them first.
pub(crate) type Seen<'a> = HashMap<&'a str, usize>;

/// Checks the id of one entry. It is compared as written, blanks included.
pub(crate) fn check<'a>(fields: &Fields<'a>, template: &Template<'_>, seen: &mut Seen<'a>, findings: &mut Findings) {
    let broken = |message: String| Finding::violated(rules::ENTRY_ID, FIRST, message).at(fields.place("id"));
    let expected = template.id();
    let id = match fields.node.get("id").map(|node| (node.is_blank(), node)) {
        None | Some((true, _)) => {
            let finding = broken(format!("`{}` is missing", fields.path("id")));
            return findings.push(with_expected(finding, expected.as_deref()));
        }
        Some((false, node)) => match node.scalar() {
            Some(id) => id,
            None => {
                return findings.push(
                    broken(format!("`{}` must be text", fields.path("id"))).expected("text").observed(node.kind()),
                );
            }
        },
    };
    let first = *seen.entry(id).or_insert_with(|| fields.entry.unwrap_or_default());
    if !is_well_formed(id) {
        let finding = broken(format!("`{}` is not an id", fields.path("id"))).observed(&format!("{id:?}"));
        let pattern = format!("`^[a-z0-9-]+-[0-9a-f]{{{DIGITS}}}$`");
        return findings.push(with_expected(finding, Some(expected.as_deref().unwrap_or(&pattern))));
    }
    if expected.as_deref().is_some_and(|expected| expected != id) {
        let finding = broken(format!("`{}` is not what the template gives", fields.path("id"))).observed(id);
        return findings.push(with_expected(finding, expected.as_deref()));
    }
    if fields.entry.is_some_and(|entry| entry != first) {
        let message = format!("`{}` is the same as `artifacts[{first}].id`", fields.path("id"));
        return findings.push(broken(message).expected("an id of its own for every entry").observed(id).hint(
            "two entries have the same template, parameters and digest; remove one or tell them apart by a parameter",
        ));
    }
    if template.is_whole() {
        findings.pass(rules::ENTRY_ID, fields.own_place(), format!("id `{}` is what the template gives", shown(id)));
    } else {
        findings.skip(rules::ENTRY_ID, fields.own_place(), "the id cannot be recomputed without a sound template");
    }
}

fn with_expected(finding: Finding, expected: Option<&str>) -> Finding {
    match expected {
        Some(expected) => finding.expected(shown(expected)),
        None => finding,
    }
}

fn is_well_formed(id: &str) -> bool {
    id.rsplit_once('-').is_some_and(|(slug, digits)| {
        !slug.is_empty()
            && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && digits.len() == DIGITS
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The id that a template gives. `parameters` in any order; `sha` is trimmed here.
pub(crate) fn id(path: &str, parameters: &[(&str, &str)], sha: &str) -> String {
    let reference = clean(&path.trim().replace('\\', "/"));
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let lines: Vec<String> = sorted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let digest = Sha256::of(format!("{reference}\n{}\n{}", lines.join("\n"), sha.trim()).as_bytes()).to_string();
    let digits: String = digest.chars().take(DIGITS).collect();
    format!("{}-{digits}", slug(path))
}

/// The readable part: the last element up to its last `.`, in lower case, with `-` for everything else.
fn slug(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // One letter for one letter, as the producers' lower-casing does it.
    let lower = stem.chars().map(|letter| letter.to_lowercase().next().unwrap_or(letter));
    let mut slug = String::new();
    for letter in lower {
        if letter.is_ascii_lowercase() || letter.is_ascii_digit() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "template".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_contracts_own_vector_holds() {
        let sha = "6a6b873fc6f14e8e2d81093b2c1dd5d9210099ee8f15d4fc684606c05217cd47";
        assert_eq!(id("e2e/fixtures/template.e2e.yaml", &[], sha), "template-e2e-92eecc19");
        assert_eq!(id("e2e/fixtures/template.e2e.yaml", &[], &format!(" {sha}\n")), "template-e2e-92eecc19");
    }

    #[test]
    fn slugs_follow_the_contract() {
        for (path, expected) in [
            ("svc/template.yaml", "template"),
            ("template.e2e.yaml", "template-e2e"),
            ("no-ext", "no-ext"),
            ("a/b.yml/", "b"),
            ("a/b.yml///", "b"),
            (".yml", "template"),
            (".hidden.yml", "hidden"),
            ("..", "template"),
            ("//", "template"),
            ("", "template"),
            ("a/./b/.", "template"),
            ("Ünï.yaml", "n"),
            ("sp ace/te  mp.yaml", "te-mp"),
            ("..\\..\\w.yml", "w"),
            ("A--B_.x", "a-b"),
            ("v1.2.3/template", "template"),
        ] {
            assert_eq!(slug(path), expected, "{path:?}");
        }
    }

    #[test]
    fn parameters_are_sorted_by_bytes() {
        assert_eq!(id("t", &[("b", "1"), ("B", "2")], ""), id("t", &[("B", "2"), ("b", "1")], ""));
        assert_ne!(id("t", &[("b", "1")], ""), id("t", &[("b", "2")], ""));
    }

    proptest! {
        #[test]
        fn every_template_gives_a_well_formed_id(
            path in any::<String>(), key in any::<String>(), value in any::<String>(), sha in any::<String>(),
        ) {
            prop_assert!(is_well_formed(&id(&path, &[(&key, &value)], &sha)));
        }

        #[test]
        fn the_simple_way_gives_the_same(
            path in "\\PC{0,20}|[./a-cA-C_ \\\\-]{0,20}", key in "[a-c]{1,2}", one in "[a-z]{0,2}", two in "[a-z]{0,2}", sha in "[0-9a-f ]{0,8}",
        ) {
            let parameters = [(key.as_str(), one.as_str()), ("b", two.as_str())];
            prop_assert_eq!(id(&path, &parameters, &sha), crate::reference::entry_id(&path, &parameters, &sha));
        }

        #[test]
        fn cleaning_the_path_first_changes_no_digest(path in "[./ab\\\\]{0,12}") {
            let digits = |id: String| id.rsplit('-').next().map(str::to_owned);
            let cleaned = clean(&path.replace('\\', "/"));
            prop_assert_eq!(digits(id(&path, &[], "")), digits(id(&cleaned, &[], "")));
        }

        #[test]
        fn well_formed_ids_have_nothing_else(id in "[a-z0-9-]{0,4}-[0-9a-f]{7,9}\n?") {
            let expected = id.len() > 9 && id.rsplit('-').next().is_some_and(|digits| digits.len() == 8);
            prop_assert_eq!(is_well_formed(&id), expected && !id.ends_with('\n'));
        }
    }
}

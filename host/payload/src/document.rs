//! YAML as results: what makes a file unreadable, in which generation, for the manifest and the config files alike.

use shipworthy_contract::{Class, Location, RuleId, node::Position, rules};

use crate::{
    Generation,
    finding::{FIRST, Finding, Findings, shown},
    yaml::{Document, YamlError},
};

/// Reports a text that is not YAML, or more than a limit allows.
pub(crate) fn unreadable(
    error: &YamlError,
    rule: RuleId,
    name: &str,
    place: &dyn Fn(Position) -> Location,
    findings: &mut Findings,
) {
    let at = place(error.at());
    let finding = match error {
        YamlError::Limit { .. } => {
            Finding::violated(rules::LIMIT, FIRST, format!("{name} is not read any further: {error}"))
                .class(Class::Limit)
        }
        YamlError::NotUtf8 { .. } | YamlError::Syntax { .. } => {
            Finding::violated(rule, FIRST, format!("{name} cannot be read as YAML: {}", shown(&error.to_string())))
                .class(Class::Unreadable)
        }
        YamlError::Key { .. } | YamlError::Recursive { .. } | YamlError::Merge { .. } => {
            Finding::violated(rule, FIRST, format!("{name} cannot be read: {error}")).class(Class::Unreadable)
        }
    };
    findings.push(finding.at(at));
}

/// Reports what is YAML and refused all the same. Gives whether the document may be judged.
pub(crate) fn refused(
    document: &Document,
    generation: Generation,
    rule: &RuleId,
    name: &str,
    place: &dyn Fn(Position) -> Location,
    findings: &mut Findings,
) -> bool {
    let mut sound = true;
    let mut push = |finding: Finding, at: Position| {
        sound = false;
        findings.push(finding.class(Class::Unreadable).at(place(at)));
    };
    for duplicate in &document.duplicates {
        let message = format!("{name} has the key `{}` twice", shown(&duplicate.key));
        let first = format!("it stands first in line {}; two readers would see two documents", duplicate.first.line);
        push(Finding::violated(rule.clone(), FIRST, message).hint(first), duplicate.at);
    }
    // The reader of 1.3 refuses both; the older ones read the first document and ignore tags.
    if generation == Generation::V1_3 {
        if let Some(at) = document.second {
            let message = format!("{name} has more than one document, which 1.3 refuses");
            push(Finding::violated(rule.clone(), FIRST, message).expected("one document"), at);
        }
        for (tag, at) in &document.custom_tags {
            let message = format!("{name} has the custom tag `{}`, which 1.3 refuses", shown(tag));
            push(Finding::violated(rule.clone(), FIRST, message).expected("YAML's own types"), *at);
        }
    }
    sound
}

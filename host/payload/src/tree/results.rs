//! What a look at a tree becomes in the report: one result per rule, with every path that breaks it.

use shipworthy_contract::{Class, RuleId, quantity::Bytes, report::EvidenceLine, rules, text::plural};

use super::{
    Checked, SumsFault,
    fault::Fault,
    faults::{Detail, Group, MOST_DETAILS},
};
use crate::{
    Limits,
    field::Fields,
    finding::{FIRST, Finding, Findings, SECOND, location, shown},
};

/// The rules of a tree that hold, or not, by what was found in it, with what is said where one holds.
const RULES: [(RuleId, &str); 4] = [
    (rules::TREE_LINK, "there is no link in the tree"),
    (rules::TREE_SPECIAL, "the tree has files and folders only"),
    (rules::TREE_MODE, "no permission in the tree is dangerous"),
    (rules::TREE_NAME, "the tree's names stay apart on every system"),
];

/// Adds what came of a tree. `entry` is the entry, `manifest` its `payload_manifest`, `file` the sums file as the user
/// would open it.
pub(crate) fn report(
    checked: &Checked,
    entry: &Fields<'_>,
    manifest: &Fields<'_>,
    file: &str,
    limits: &Limits,
    findings: &mut Findings,
) {
    let teller = Teller { checked, entry, manifest, file, limits };
    teller.limits(findings);
    match &checked.sums {
        Some(fault) => teller.sums(fault, findings),
        None => teller.files(findings),
    }
    for (rule, holds) in RULES {
        if !teller.rule(&rule, findings) {
            if checked.exceeded.is_some() || checked.stopped.is_some() {
                findings.skip(rule, manifest.own_place(), "not all of the tree was looked at");
            } else {
                findings.pass(rule, manifest.own_place(), holds);
            }
        }
    }
    teller.empty_folders(findings);
}

struct Teller<'a> {
    checked: &'a Checked,
    entry: &'a Fields<'a>,
    manifest: &'a Fields<'a>,
    file: &'a str,
    limits: &'a Limits,
}

impl Teller<'_> {
    fn limits(&self, findings: &mut Findings) {
        if let Some((most, found)) = &self.checked.exceeded {
            findings.push(
                Finding::violated(rules::LIMIT, FIRST, "the tree is larger than what is read: nothing of it was read")
                    .class(Class::Limit)
                    .expected(most)
                    .observed(found)
                    .at(self.manifest.own_place()),
            );
        } else {
            self.rule(&rules::LIMIT, findings);
        }
    }

    /// What is wrong with the sums file itself: nothing can be held against it.
    fn sums(&self, fault: &SumsFault, findings: &mut Findings) {
        let broken = |field: &str, message: String| {
            let mut place = self.manifest.place(field);
            if field == "path" {
                // The sums file itself, not the line that names it, is what somebody has to look at.
                place = location(self.file, self.entry.entry, place.field, None);
            }
            Finding::violated(rules::TREE_DIGEST, FIRST, message).at(place)
        };
        let expected = "a regular file inside the root";
        let finding = match fault {
            SumsFault::Missing => broken("path", "the sums file does not exist".to_owned()).expected(expected),
            SumsFault::Link => broken("path", "the sums file is a link, or behind one".to_owned()).expected(expected),
            SumsFault::Kind(kind) => {
                broken("path", format!("the sums file is {kind}, not a regular file")).expected(expected)
            }
            SumsFault::Io(error) => {
                broken("path", format!("the sums file cannot be read: {error}")).class(Class::Unreadable)
            }
            SumsFault::TooLarge | SumsFault::TooMany => return self.sums_too_large(fault, findings),
            SumsFault::Digest(found) => broken("sha256", "the sums file is another one".to_owned())
                .expected(self.listed_digest())
                .observed(&found.to_string())
                .hint("the artifact is not the one that the manifest was written for; fetch or build it again"),
            SumsFault::Malformed(lines, count) => {
                let lines_told = usize::try_from(*count).unwrap_or(usize::MAX);
                let message = format!("the sums file has {}", plural(lines_told, "malformed line"));
                let told = broken("path", message).class(Class::Unreadable).items(lines.clone());
                let hint = "write the sums file with `shipworthy payload sums DIR` or `sha256sum`";
                told.expected("`DIGEST  NAME` in every line, and canonical names").hint(hint)
            }
            SumsFault::Empty => broken("path", "the sums file is empty".to_owned())
                .expected("a line for every file")
                .hint("write it with `shipworthy payload sums DIR`"),
            SumsFault::Twice(names) => {
                let message = format!("the sums file lists {} twice", plural(names.len(), "name"));
                broken("path", message).items(names.clone()).expected("one line for every file")
            }
        };
        findings.push(finding);
        findings.skip(rules::TREE_FILE, self.manifest.own_place(), "without a sound sums file nothing is listed");
    }

    fn sums_too_large(&self, fault: &SumsFault, findings: &mut Findings) {
        let most = match fault {
            SumsFault::TooMany => plural(usize::try_from(self.limits.tree_files).unwrap_or(usize::MAX), "file"),
            _ => Bytes(self.limits.sums_bytes).to_string(),
        };
        let place = location(self.file, self.entry.entry, Some(self.manifest.path("path")), None);
        findings.push(
            Finding::violated(rules::LIMIT, FIRST, format!("the sums file has more than {most}"))
                .class(Class::Limit)
                .at(place),
        );
        for rule in [rules::TREE_DIGEST, rules::TREE_FILE] {
            findings.skip(rule, self.manifest.own_place(), "without a sound sums file nothing is listed");
        }
    }

    /// What is listed, held against what is there.
    fn files(&self, findings: &mut Findings) {
        let Checked { listed, bytes, .. } = self.checked;
        let unread = self.checked.exceeded.is_some() || !self.checked.may_be_read();
        if let Some(reason) = &self.checked.stopped {
            findings.push(
                Finding::violated(rules::TREE_DIGEST, FIRST, reason.clone())
                    .class(Class::Unreadable)
                    .at(self.manifest.own_place()),
            );
        } else if unread {
            findings.skip(rules::TREE_DIGEST, self.manifest.own_place(), "beyond a limit nothing is read");
        } else if !self.rule(&rules::TREE_DIGEST, findings) {
            let message = format!("{} ({}) are what the sums file lists", plural(*listed, "file"), size(*bytes));
            findings.pass(rules::TREE_DIGEST, self.manifest.own_place(), message);
        }
        if !self.rule(&rules::TREE_FILE, findings) {
            if self.checked.exceeded.is_some() || self.checked.stopped.is_some() {
                findings.skip(rules::TREE_FILE, self.manifest.own_place(), "not all of the tree was looked at");
            } else {
                findings.pass(rules::TREE_FILE, self.manifest.own_place(), "every file of the tree is listed");
            }
        }
    }

    /// One result for all that breaks a rule. Gives whether anything does.
    fn rule(&self, rule: &RuleId, findings: &mut Findings) -> bool {
        let groups = self.checked.faults.groups(|fault| fault.rule().0 == *rule);
        if groups.is_empty() {
            return false;
        }
        let row = groups.iter().map(|(fault, _)| fault.rule().1).min().unwrap_or(FIRST);
        let counts: Vec<String> = groups.iter().map(|(fault, group)| fault.told(group.paths.len())).collect();
        let mut message = counts.join(", ");
        if *rule == rules::TREE_DIGEST {
            message = format!("{message}, of {} listed", self.checked.listed);
        }
        let mut items: Vec<String> = groups.iter().flat_map(|(_, group)| group.paths.iter().cloned()).collect();
        items.sort_unstable();
        items.dedup();
        let mut finding = Finding::violated(rule.clone(), row, message)
            .class(class(&groups))
            .items(items)
            .evidence(evidence(&groups))
            .at(self.manifest.own_place());
        if let Some(hint) = hint(&groups, row).or_else(|| rules::find(rule.as_str()).map(|rule| rule.hint)) {
            finding = finding.hint(hint);
        }
        findings.push(finding);
        true
    }

    /// Folders cannot be listed: one with nothing in it is not covered.
    fn empty_folders(&self, findings: &mut Findings) {
        if self.checked.empty.is_empty() {
            return;
        }
        let mut items = self.checked.empty.clone();
        items.sort_unstable();
        let message = format!("{} not covered: sums list files only", plural(items.len(), "empty folder"));
        findings.push(
            Finding::violated(rules::COVERAGE, FIRST, message)
                .class(Class::Information)
                .items(items)
                .at(self.manifest.own_place()),
        );
    }

    fn listed_digest(&self) -> String {
        self.manifest
            .node
            .get("sha256")
            .and_then(|node| node.scalar())
            .map(|text| shown(text.trim()))
            .unwrap_or_default()
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    let scaled = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", scaled(1 << 10)),
        0x10_0000..0x4000_0000 => format!("{} MiB", scaled(1 << 20)),
        _ => format!("{} GiB", scaled(1 << 30)),
    }
}

fn class(groups: &[(Fault, &Group)]) -> Class {
    let all = |test: fn(Fault) -> bool| groups.iter().all(|(fault, _)| test(*fault));
    if all(|fault| matches!(fault, Fault::Unreadable | Fault::Closed)) {
        Class::Unreadable
    } else if all(|fault| matches!(fault, Fault::FileTooLarge | Fault::TooDeep)) {
        Class::Limit
    } else {
        Class::Violated
    }
}

/// What was seen of the first paths, in the order of the paths.
fn evidence(groups: &[(Fault, &Group)]) -> Vec<EvidenceLine> {
    let line = |fault: Fault, detail: &Detail| EvidenceLine {
        name: detail.path.clone(),
        value: format!("{}: {}", fault.word(), detail.seen),
        source: detail.how.clone(),
        subject: None,
    };
    // What is missing has no details and still its word.
    let bare = |fault: Fault, path: &String| EvidenceLine {
        name: path.clone(),
        value: fault.word().to_owned(),
        source: "the tree against the sums file".to_owned(),
        subject: None,
    };
    let mut lines: Vec<EvidenceLine> = Vec::new();
    for (fault, group) in groups {
        if group.details.is_empty() {
            lines.extend(group.paths.iter().take(MOST_DETAILS).map(|path| bare(*fault, path)));
        } else {
            lines.extend(group.details.iter().map(|detail| line(*fault, detail)));
        }
    }
    lines.sort_by(|one, two| one.name.cmp(&two.name));
    lines.truncate(MOST_DETAILS);
    lines
}

/// What to do, where it depends on what was found.
fn hint(groups: &[(Fault, &Group)], row: usize) -> Option<&'static str> {
    let has = |wanted: Fault| groups.iter().any(|(fault, _)| *fault == wanted);
    if has(Fault::Changed) {
        Some("let nobody write to the artifact while it is checked, and check it again")
    } else if has(Fault::Unreadable) || has(Fault::Closed) {
        Some("run as a user who may read the whole artifact")
    } else if has(Fault::LinkInside) && row == SECOND {
        Some("replace the link by a copy of what it points to: sums cannot record where it leads")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in
            [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 29, "1.5 GiB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}

//! Reads the fields of a map by the contract's words: absent, blank, text, a map (contract.md, part 2).

use shipworthy_contract::{
    Location, RuleId,
    node::{Node, NodeValue, Position},
};

use crate::finding::{FIRST, Finding, Findings, location, shown};

/// What became of reading a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slot<T> {
    /// Not there, or null or blank where that counts as absent.
    Absent,
    /// There, and wrong; that is a result already.
    Wrong,
    /// There.
    Given(T),
}

/// The text of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Text<'a> {
    /// As written.
    pub(crate) raw: &'a str,
    /// Where.
    pub(crate) at: Position,
}

impl<'a> Text<'a> {
    /// As it is compared.
    pub(crate) fn trimmed(&self) -> &'a str {
        self.raw.trim()
    }
}

/// A map of the manifest whose fields are read.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    /// The map.
    pub(crate) node: &'a Node,
    /// The manifest as the user would open it.
    pub(crate) file: &'a str,
    /// The entry that it belongs to.
    pub(crate) entry: Option<usize>,
    /// Its own name, such as `artifacts[0].source_template`; empty for the manifest itself.
    pub(crate) name: String,
    /// The rule that a malformed field breaks.
    pub(crate) rule: RuleId,
}

impl<'a> Fields<'a> {
    /// The place of a field; of the map itself where the field is missing.
    pub(crate) fn place(&self, field: &str) -> Location {
        let at = self.node.get(field).map_or(self.node.at, |node| node.at);
        self.place_at(field, at)
    }

    /// The place of a field whose position is known.
    pub(crate) fn place_at(&self, field: &str, at: Position) -> Location {
        location(self.file, self.entry, Some(self.path(field)), Some(at))
    }

    /// The place of the map itself.
    pub(crate) fn own_place(&self) -> Location {
        let name = Some(self.name.clone()).filter(|name| !name.is_empty());
        location(self.file, self.entry, name, Some(self.node.at))
    }

    /// A field's whole name.
    pub(crate) fn path(&self, field: &str) -> String {
        if self.name.is_empty() { field.to_owned() } else { format!("{}.{field}", self.name) }
    }

    /// Text that must be there and not blank.
    pub(crate) fn required_text(&self, field: &str, findings: &mut Findings) -> Slot<Text<'a>> {
        let slot = self.optional_text(field, findings);
        if slot == Slot::Absent {
            self.missing(field, "text that is not blank", findings);
            return Slot::Wrong;
        }
        slot
    }

    /// Text that may be missing, null or blank.
    pub(crate) fn optional_text(&self, field: &str, findings: &mut Findings) -> Slot<Text<'a>> {
        let Some(node) = self.node.get(field) else { return Slot::Absent };
        match &node.value {
            _ if node.is_blank() => Slot::Absent,
            NodeValue::Scalar(raw) => Slot::Given(Text { raw, at: node.at }),
            NodeValue::Null | NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
                self.wrong_kind(field, node, "text", findings)
            }
        }
    }

    /// Text that may be missing or null; set blank, it is an error (`source_template` in 1.2 and 1.3).
    pub(crate) fn text_unless_blank(&self, field: &str, findings: &mut Findings) -> Slot<Text<'a>> {
        let blank = self.node.get(field).filter(|node| node.is_blank() && node.value != NodeValue::Null);
        if blank.is_none() {
            return self.optional_text(field, findings);
        }
        findings.push(
            Finding::violated(self.rule.clone(), FIRST, format!("`{}` is set and blank", self.path(field)))
                .expected("text that is not blank, or no such field")
                .at(self.place(field)),
        );
        Slot::Wrong
    }

    /// A map that may be missing, null or blank.
    pub(crate) fn optional_map(&self, field: &str, findings: &mut Findings) -> Slot<Self> {
        let Some(node) = self.node.get(field).filter(|node| !node.is_blank()) else { return Slot::Absent };
        match &node.value {
            NodeValue::Mapping(_) => Slot::Given(self.within(field, node)),
            NodeValue::Null | NodeValue::Scalar(_) | NodeValue::Sequence(_) => {
                self.wrong_kind(field, node, "a map", findings)
            }
        }
    }

    /// The fields of a map under this one.
    pub(crate) fn within(&self, field: &str, node: &'a Node) -> Self {
        Self { node, file: self.file, entry: self.entry, name: self.path(field), rule: self.rule.clone() }
    }

    /// Reports a field that is not there.
    pub(crate) fn missing(&self, field: &str, expected: &str, findings: &mut Findings) {
        let state = if self.node.get(field).is_some() { "blank" } else { "missing" };
        findings.push(
            Finding::violated(self.rule.clone(), FIRST, format!("`{}` is {state}", self.path(field)))
                .expected(expected)
                .at(self.place(field)),
        );
    }

    /// Reports a field of another kind than it must be.
    pub(crate) fn wrong_kind<T>(&self, field: &str, node: &Node, expected: &str, findings: &mut Findings) -> Slot<T> {
        findings.push(
            Finding::violated(self.rule.clone(), FIRST, format!("`{}` must be {expected}", shown(&self.path(field))))
                .expected(expected)
                .observed(node.scalar().unwrap_or(node.kind()))
                .at(self.place_at(field, node.at)),
        );
        Slot::Wrong
    }
}

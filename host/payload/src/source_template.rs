//! `source_template` of an entry: a record of what the artifact was made from. Its path is never opened.

use shipworthy_contract::node::NodeValue;

use crate::{
    Generation, entry_id,
    field::{Fields, Slot, Text},
    finding::{FIRST, Finding, Findings, shown},
    unknown_fields,
};

/// What a template says of itself, as far as it is sound.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    path: Slot<Text<'a>>,
    sha256: Slot<Text<'a>>,
    parameters: Slot<Vec<(&'a str, &'a str)>>,
}

impl Template<'_> {
    /// Whether an id can be computed.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.path, Slot::Given(_)) && self.sha256 != Slot::Wrong && self.parameters != Slot::Wrong
    }

    /// The id that the entry must have in 1.0 and 1.1.
    pub(crate) fn id(&self) -> Option<String> {
        let Slot::Given(path) = self.path else { return None };
        let sha256 = match self.sha256 {
            Slot::Given(text) => text.raw,
            Slot::Absent => "",
            Slot::Wrong => return None,
        };
        match &self.parameters {
            Slot::Given(parameters) => Some(entry_id::id(path.raw, parameters, sha256)),
            Slot::Absent => Some(entry_id::id(path.raw, &[], sha256)),
            Slot::Wrong => None,
        }
    }
}

/// Checks the template of an entry (contract.md, part 2, rows `source_template.*`).
pub(crate) fn check<'a>(entry: &Fields<'a>, generation: Generation, findings: &mut Findings) -> Template<'a> {
    let required = generation <= Generation::V1_1;
    let fields = match entry.optional_map("source_template", findings) {
        Slot::Given(fields) => fields,
        Slot::Wrong => return Template { path: Slot::Wrong, sha256: Slot::Wrong, parameters: Slot::Wrong },
        Slot::Absent => {
            if required {
                entry.missing("source_template", "a map with `path`", findings);
            }
            return Template { path: Slot::Absent, sha256: Slot::Absent, parameters: Slot::Absent };
        }
    };
    unknown_fields::check(&fields, unknown_fields::SOURCE_TEMPLATE, generation, findings);
    let path =
        if required { fields.required_text("path", findings) } else { fields.text_unless_blank("path", findings) };
    let sha256 = if required { fields.optional_text("sha256", findings) } else { sha256(&fields, findings) };
    let parameters =
        if generation <= Generation::V1_2 { parameters(&fields, generation, findings) } else { Slot::Absent };
    Template { path, sha256, parameters }
}

fn sha256<'a>(fields: &Fields<'a>, findings: &mut Findings) -> Slot<Text<'a>> {
    let slot = fields.text_unless_blank("sha256", findings);
    if let Slot::Given(text) = slot
        && text.trimmed().parse::<shipworthy_contract::Sha256>().is_err()
    {
        let message = format!("`{}` is not a digest", fields.path("sha256"));
        findings.push(
            Finding::violated(fields.rule.clone(), FIRST, message)
                .expected("64 lowercase hexadecimal digits")
                .observed(text.raw)
                .at(fields.place("sha256")),
        );
        return Slot::Wrong;
    }
    slot
}

fn parameters<'a>(
    template: &Fields<'a>,
    generation: Generation,
    findings: &mut Findings,
) -> Slot<Vec<(&'a str, &'a str)>> {
    let fields = match template.optional_map("parameters", findings) {
        Slot::Given(fields) => fields,
        Slot::Absent => return Slot::Absent,
        Slot::Wrong => return Slot::Wrong,
    };
    let mut sound = true;
    let mut parameters = Vec::new();
    for (key, node) in fields.node.entries() {
        if key.text.is_empty() && generation == Generation::V1_2 {
            sound = false;
            let message = format!("`{}` has an empty key", fields.name);
            findings.push(
                Finding::violated(fields.rule.clone(), FIRST, message)
                    .expected("a name for every parameter")
                    .at(fields.place_at("", key.at)),
            );
        }
        match &node.value {
            NodeValue::Scalar(value) => parameters.push((key.text.as_str(), value.as_str())),
            // The reference reads a parameter that is nothing as the empty text.
            NodeValue::Null => parameters.push((key.text.as_str(), "")),
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
                sound = false;
                let _: Slot<()> = fields.wrong_kind(&shown(&key.text), node, "text", findings);
            }
        }
    }
    if sound { Slot::Given(parameters) } else { Slot::Wrong }
}

//! What the manifest requires of the stack: its shape. Whether the stack meets it is the stack side's question.

use shipworthy_contract::{
    node::{Node, NodeValue},
    requirement::{self, Demand, Requirement, ShapeFault, Source},
    rules,
};

use crate::{
    Generation,
    field::Fields,
    finding::{FIRST, Finding, Findings, SECOND, location},
    unknown_fields,
};

/// The names under which a requirement is read: the one that shipped, and the one of the milestone plan.
pub(crate) const NAMES: [&str; 2] = ["runtime_stack", "runtime_stack_requirements"];

/// What the manifest requires of the stack.
#[derive(Clone, Debug, PartialEq)]
pub enum Declared {
    /// Nothing.
    Nothing,
    /// Something, in a generation that was named and ignores it; a warning says so.
    Ignored,
    /// This.
    Required(Requirement),
    /// Something that is malformed; that is a result already, and nothing of it may be judged.
    Malformed,
    /// The manifest cannot be read.
    Unknown,
}

/// Whether a requirement is set under this name: not null, not blank, not an empty map.
pub(crate) fn is_set(root: &Node, name: &str) -> bool {
    root.get(name).is_some_and(|node| {
        let empty_map = matches!(&node.value, NodeValue::Mapping(entries) if entries.is_empty());
        !node.is_blank() && !empty_map
    })
}

/// Checks the requirement of a manifest (contract.md, part 2, `runtime_stack`).
pub(crate) fn check(manifest: &Fields<'_>, generation: Generation, findings: &mut Findings) -> Declared {
    let set = |name: &&str| is_set(manifest.node, name);
    let [shipped, planned] = NAMES;
    if set(&shipped) && set(&planned) {
        findings.push(
            Finding::violated(rules::STACK_REQUIREMENT, FIRST, "the requirement stands under both of its names")
                .expected(format!("`{shipped}` or `{planned}`"))
                .at(manifest.place(planned)),
        );
        return Declared::Malformed;
    }
    let Some(name) = NAMES.into_iter().find(set) else { return Declared::Nothing };
    let demand = match generation {
        Generation::V1_1 => Demand::All,
        Generation::V1_2 => Demand::AllButRelease,
        Generation::V1_0 | Generation::V1_3 => {
            findings.push(
                Finding::violated(rules::STACK_REQUIREMENT, SECOND, format!("`{name}` is ignored in {generation}"))
                    .hint("use `--contract auto`, which drops no check that the manifest asks for")
                    .at(manifest.place(name)),
            );
            return Declared::Ignored;
        }
    };
    match manifest.node.get(name) {
        Some(node) => read(manifest, name, node, demand, generation, findings),
        None => Declared::Nothing,
    }
}

fn read(
    manifest: &Fields<'_>,
    name: &str,
    node: &Node,
    demand: Demand,
    generation: Generation,
    findings: &mut Findings,
) -> Declared {
    let fields = manifest.within(name, node);
    unknown_fields::check(&fields, unknown_fields::RUNTIME_STACK, generation, findings);
    let source = Source::Artifact { file: manifest.file.to_owned(), field: name.to_owned() };
    let (requirement, faults) = requirement::read(node, source, demand);
    if faults.is_empty() {
        findings.pass(rules::STACK_REQUIREMENT, fields.own_place(), format!("`{name}` is well-formed"));
        return Declared::Required(requirement);
    }
    for fault in faults {
        findings.push(finding(&fields, fault));
    }
    Declared::Malformed
}

fn finding(fields: &Fields<'_>, fault: ShapeFault) -> Finding {
    let field = if fault.field.is_empty() { fields.name.clone() } else { fields.path(&fault.field) };
    let message = format!("`{field}`: {}", fault.message);
    let mut finding = Finding::violated(rules::STACK_REQUIREMENT, FIRST, message).at(location(
        fields.file,
        None,
        Some(field),
        Some(fault.at),
    ));
    if let Some(expected) = fault.expected {
        finding = finding.expected(expected);
    }
    if let Some(observed) = fault.observed {
        finding = finding.observed(&observed);
    }
    match fault.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}

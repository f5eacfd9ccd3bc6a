//! Which generation of the contract a manifest is judged by, and why.

use std::{fmt, str::FromStr};

use shipworthy_contract::node::Node;

use crate::stack_requirement;

/// A generation of the payload contract, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generation {
    /// With recomputed ids and `runtime_meta`.
    V1_0,
    /// With `runtime_stack`, all of it required.
    V1_1,
    /// Without ids; `esb_version` is optional.
    V1_2,
    /// The slim one: no requirement, no secrets, no ids.
    V1_3,
}

impl Generation {
    /// Every generation, oldest first.
    pub const ALL: [Self; 4] = [Self::V1_0, Self::V1_1, Self::V1_2, Self::V1_3];

    /// As on the command line and in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What `--contract` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    /// The generation that drops no check which the manifest asks for.
    #[default]
    Auto,
    /// This one.
    Fixed(Generation),
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(generation) => generation.fmt(f),
        }
    }
}

/// Text that names no generation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found: {found}")]
pub struct UnknownGeneration {
    /// What there is.
    pub expected: &'static str,
    /// What was written.
    pub found: String,
}

impl FromStr for Generation {
    type Err = UnknownGeneration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|generation| generation.as_str() == text).ok_or_else(|| UnknownGeneration {
            expected: "`1.0`, `1.1`, `1.2` or `1.3`",
            found: shipworthy_contract::text::excerpt(text, 40),
        })
    }
}

impl FromStr for Choice {
    type Err = UnknownGeneration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        text.parse().map(Self::Fixed).map_err(|error: UnknownGeneration| UnknownGeneration {
            expected: "`auto`, `1.0`, `1.1`, `1.2` or `1.3`",
            ..error
        })
    }
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) generation: Generation,
    /// For the report.
    pub(crate) reason: String,
    /// Whether `runtime_meta` is judged: in 1.0, and under `auto` wherever it stands beside a requirement.
    pub(crate) runtime_meta: bool,
}

/// Chooses for a manifest; `None` is one that cannot be read.
pub(crate) fn choose(choice: Choice, root: Option<&Node>) -> Chosen {
    match (choice, root) {
        (Choice::Fixed(generation), _) => Chosen {
            generation,
            reason: "named by `--contract` or the environment".to_owned(),
            runtime_meta: generation == Generation::V1_0,
        },
        (Choice::Auto, None) => Chosen {
            generation: Generation::V1_3,
            reason: "auto: the manifest cannot be read, so no field asks for another".to_owned(),
            runtime_meta: false,
        },
        (Choice::Auto, Some(root)) => auto(root),
    }
}

/// contract.md, part 2: `auto` never drops a check that the manifest asks for.
fn auto(root: &Node) -> Chosen {
    let stack = stack_requirement::NAMES.into_iter().find(|name| stack_requirement::is_set(root, name));
    let id = asking_entry(root, |entry| has(entry, "id"));
    let meta = asking_entry(root, |entry| has(entry, "runtime_meta"));
    let chosen = |generation, reason: String| Chosen { generation, reason, runtime_meta: meta.is_some() };
    if let Some(name) = stack {
        return match id {
            Some(index) => chosen(Generation::V1_1, format!("auto: `{name}`, and `artifacts[{index}].id`")),
            None => chosen(Generation::V1_2, format!("auto: `{name}`, and no entry has an `id`")),
        };
    }
    if let Some(index) = meta {
        return chosen(Generation::V1_0, format!("auto: `artifacts[{index}].runtime_meta`"));
    }
    if let Some(index) = id {
        return chosen(Generation::V1_1, format!("auto: `artifacts[{index}].id`"));
    }
    for field in ["required_secret_env", "bundle_manifest", "source_template.parameters"] {
        let asks = |entry: &Node| match field.split_once('.') {
            None => has(entry, field),
            Some((outer, inner)) => entry.get(outer).is_some_and(|node| has(node, inner)),
        };
        if let Some(index) = asking_entry(root, asks) {
            return chosen(Generation::V1_2, format!("auto: `artifacts[{index}].{field}`"));
        }
    }
    chosen(Generation::V1_3, "auto: no field asks for an older one".to_owned())
}

fn asking_entry(root: &Node, asks: impl Fn(&Node) -> bool) -> Option<usize> {
    use shipworthy_contract::node::NodeValue;
    match &root.get("artifacts")?.value {
        NodeValue::Sequence(entries) => entries.iter().position(asks),
        NodeValue::Null | NodeValue::Scalar(_) | NodeValue::Mapping(_) => None,
    }
}

fn has(node: &Node, field: &str) -> bool {
    node.get(field).is_some_and(|value| !value.is_blank())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, yaml};

    #[test]
    fn auto_drops_no_check_that_the_manifest_asks_for() {
        use Generation::{V1_0, V1_1, V1_2, V1_3};
        for (manifest, generation, runtime_meta) in [
            ("artifacts: [{}]", V1_3, false),
            ("artifacts: nonsense", V1_3, false),
            ("artifacts: [{id: x}]", V1_1, false),
            ("artifacts: [{id: ''}]", V1_3, false),
            ("artifacts: [{}, {id: x}]", V1_1, false),
            ("artifacts: [{runtime_meta: {}}]", V1_0, true),
            ("artifacts: [{runtime_meta: ~}]", V1_3, false),
            ("artifacts: [{id: x, runtime_meta: {a: b}}]", V1_0, true),
            ("artifacts: [{required_secret_env: [A]}]", V1_2, false),
            ("artifacts: [{bundle_manifest: b.json}]", V1_2, false),
            ("artifacts: [{source_template: {parameters: {a: b}}}]", V1_2, false),
            ("artifacts: [{source_template: {path: a}}]", V1_3, false),
            ("runtime_stack: {mode: docker}\nartifacts: [{}]", V1_2, false),
            ("runtime_stack_requirements: {mode: docker}\nartifacts: [{id: x}]", V1_1, false),
            ("runtime_stack: {mode: docker}\nartifacts: [{id: x, runtime_meta: {}}]", V1_1, true),
            ("runtime_stack: {mode: docker}\nartifacts: [{runtime_meta: {}}]", V1_2, true),
            ("runtime_stack: {}\nartifacts: [{}]", V1_3, false),
            ("runtime_stack:\nartifacts: [{}]", V1_3, false),
            ("runtime_stack: oops\nartifacts: [{}]", V1_2, false),
        ] {
            let document = yaml::read(manifest.as_bytes(), &Limits::default()).unwrap();
            let chosen = choose(Choice::Auto, document.root.as_ref());
            assert_eq!((chosen.generation, chosen.runtime_meta), (generation, runtime_meta), "{manifest}");
            assert!(chosen.reason.starts_with("auto: "), "{manifest}");
        }
    }

    #[test]
    fn a_named_generation_is_taken_as_it_is() {
        let chosen = choose("1.2".parse().unwrap(), None);
        assert_eq!((chosen.generation, chosen.runtime_meta), (Generation::V1_2, false));
        assert!(choose(Choice::Fixed(Generation::V1_0), None).runtime_meta);
    }

    #[test]
    fn names_are_read_and_written() {
        for name in ["auto", "1.0", "1.1", "1.2", "1.3"] {
            assert_eq!(name.parse::<Choice>().unwrap().to_string(), name);
        }
        for wrong in ["", "1", "1.4", "v1.0", "Auto"] {
            assert!(wrong.parse::<Choice>().is_err(), "{wrong}");
        }
    }
}

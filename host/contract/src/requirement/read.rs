//! Reads a requirement from its document; every fault of the shape, not the first only.
//!
//! Whether the stack can meet what is required is never asked here: an `api_version` of another major version is
//! well-formed.

use std::{collections::BTreeMap, str::FromStr};

use super::{Comparison, FactRequirement, Mode, Requirement, ServiceRequirement, Source, Wanted};
use crate::{
    Service, Sha256,
    evidence::keys,
    node::{Key, Node, NodeValue, Position},
    suggest,
    text::excerpt,
    version::{ApiVersion, NotAVersionRequirement, VersionRequirement},
};

/// Longest excerpt of a written value in a fault, in characters.
const EXCERPT: usize = 80;

/// Fields of a requirement.
const FIELDS: &[&str] = &["api_version", "mode", "esb_version", "services"];

/// Fields of `services.<service>`.
const SERVICE_FIELDS: &[&str] = &["version", "release", "api_version", "mode", "capabilities", "sha256", "facts"];

/// Names that people reach for although their spelling is far: the name written, the name meant. The release is
/// `esb_version` for the stack and `release` for a service.
const MEANT: &[(&str, &str)] =
    &[("digests", "sha256"), ("digest", "sha256"), ("release", "esb_version"), ("esb_version", "release")];

/// Which fields the source must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A manifest of 1.1: `api_version`, `mode` and `esb_version`.
    All,
    /// A manifest of 1.2: `api_version` and `mode`.
    AllButRelease,
    /// An environment: nothing.
    Nothing,
}

/// Something in the shape that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeFault {
    /// The field, from the requirement's root: `mode`, `services.gateway.version`; empty for the requirement itself.
    pub field: String,
    /// Where.
    pub at: Position,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found, cut and cleaned.
    pub observed: Option<String>,
    /// The nearest known name, or what to write.
    pub hint: Option<String>,
}

/// What was read: every part that is well-formed, and every fault. With any fault the requirement must not be judged
/// as if it were whole.
///
/// A blank or null `esb_version` of a manifest that need not have one counts as absent, as in the reference. Under
/// `services`, and in an environment, whatever is written must be whole: a half-written requirement would open the
/// gate.
pub fn read(node: &Node, source: Source, demand: Demand) -> (Requirement, Vec<ShapeFault>) {
    let mut reader = Reader { faults: Vec::new() };
    let requirement = reader.requirement(node, source, demand);
    (requirement, reader.faults)
}

impl Demand {
    fn requires(self, field: &str) -> bool {
        match self {
            Self::All => matches!(field, "api_version" | "mode" | "esb_version"),
            Self::AllButRelease => matches!(field, "api_version" | "mode"),
            Self::Nothing => false,
        }
    }
}

/// Where a value stands, and how a message names it.
struct Field<'a> {
    name: String,
    node: &'a Node,
}

impl<'a> Field<'a> {
    fn below(&self, key: &str, node: &'a Node) -> Self {
        Self { name: format!("{}.{}", self.name, excerpt(key, EXCERPT)), node }
    }

    fn item(&self, index: usize, node: &'a Node) -> Self {
        Self { name: format!("{}[{index}]", self.name), node }
    }

    fn wanted<T>(&self, value: T) -> Wanted<T> {
        Wanted { value, at: self.node.at }
    }

    fn fault(&self, message: impl Into<String>) -> ShapeFault {
        ShapeFault {
            field: self.name.clone(),
            at: self.node.at,
            message: message.into(),
            expected: None,
            observed: self.node.scalar().map(|text| excerpt(text, EXCERPT)),
            hint: None,
        }
    }

    fn unexpected(&self, message: impl Into<String>, expected: &str) -> ShapeFault {
        ShapeFault { expected: Some(expected.to_owned()), ..self.fault(message) }
    }
}

struct Reader {
    faults: Vec<ShapeFault>,
}

impl Reader {
    fn requirement(&mut self, node: &Node, source: Source, demand: Demand) -> Requirement {
        let mut requirement =
            Requirement { source, api_version: None, mode: None, release: None, services: BTreeMap::new() };
        let root = Field { name: String::new(), node };
        let Some(entries) = self.map(&root) else { return requirement };
        for name in FIELDS.iter().filter(|name| demand.requires(name) && node.get(name).is_none()) {
            self.faults.push(ShapeFault { field: (*name).to_owned(), ..root.fault(format!("`{name}` is missing")) });
        }
        for (key, node) in entries {
            let field = Field { name: excerpt(&key.text, EXCERPT), node };
            match key.text.as_str() {
                "api_version" => requirement.api_version = self.api_version(&field),
                "mode" => requirement.mode = self.mode(&field),
                "esb_version" if demand == Demand::AllButRelease && node.is_blank() => {}
                "esb_version" => requirement.release = self.text(&field),
                "services" => requirement.services = self.services(&field),
                // A manifest may carry fields of other readers; the payload side reports those as information.
                _ if demand == Demand::Nothing => self.faults.push(unknown(key, &field, FIELDS)),
                _ => {}
            }
        }
        requirement
    }

    fn services(&mut self, services: &Field<'_>) -> BTreeMap<Service, ServiceRequirement> {
        let mut read = BTreeMap::new();
        for (key, node) in self.map(services).unwrap_or_default() {
            let field = services.below(&key.text, node);
            let requirement = self.service(&field);
            match key.text.parse::<Service>() {
                Ok(service) => {
                    read.insert(service, requirement);
                }
                Err(error) => self.faults.push(ShapeFault { at: key.at, ..field.fault(error.to_string()) }),
            }
        }
        read
    }

    fn service(&mut self, service: &Field<'_>) -> ServiceRequirement {
        let mut read = ServiceRequirement::default();
        for (key, node) in self.map(service).unwrap_or_default() {
            let field = service.below(&key.text, node);
            match key.text.as_str() {
                "version" => read.version = self.version(&field),
                "release" => read.release = self.text(&field),
                "api_version" => read.api_version = self.api_version(&field),
                "mode" => read.mode = self.mode(&field),
                "capabilities" => read.capabilities = self.capabilities(&field),
                "sha256" => read.sha256 = self.named(&field, |reader, _, field| reader.digests(field)),
                "facts" => read.facts = self.named(&field, Self::fact),
                _ => self.faults.push(unknown(key, &field, SERVICE_FIELDS)),
            }
        }
        read
    }

    fn capabilities(&mut self, field: &Field<'_>) -> Vec<Wanted<String>> {
        let NodeValue::Sequence(nodes) = &field.node.value else {
            self.wrong_kind(field, "a list of names");
            return Vec::new();
        };
        nodes.iter().enumerate().filter_map(|(index, node)| self.text(&field.item(index, node))).collect()
    }

    /// A map from names to what `read` makes of their values.
    fn named<T>(
        &mut self,
        field: &Field<'_>,
        read: fn(&mut Self, &Key, &Field<'_>) -> Option<Wanted<T>>,
    ) -> BTreeMap<String, Wanted<T>> {
        let mut named = BTreeMap::new();
        for (key, node) in self.map(field).unwrap_or_default() {
            let below = field.below(&key.text, node);
            if key.text.trim().is_empty() {
                self.faults.push(ShapeFault { at: key.at, ..below.fault("the name is blank") });
            } else if let Some(value) = read(self, key, &below) {
                named.insert(key.text.clone(), value);
            }
        }
        named
    }

    fn digests(&mut self, field: &Field<'_>) -> Option<Wanted<Vec<Sha256>>> {
        let NodeValue::Sequence(nodes) = &field.node.value else {
            return self.digest(field).map(|digest| field.wanted(vec![digest.value]));
        };
        if nodes.is_empty() {
            self.faults.push(field.unexpected("no digest is allowed", "a digest, or a list of them"));
            return None;
        }
        let read = |(index, node)| self.digest(&field.item(index, node)).map(|digest| digest.value);
        Some(field.wanted(nodes.iter().enumerate().filter_map(read).collect()))
    }

    /// A well-known key has to be as well-formed as the field of that name, since it is judged by the same rule.
    fn fact(&mut self, key: &Key, field: &Field<'_>) -> Option<Wanted<FactRequirement>> {
        let text = match key.text.as_str() {
            keys::MODE => self.mode(field)?.value.as_str().to_owned(),
            keys::VERSION => self.version(field)?.value.to_string(),
            keys::API_VERSION => self.api_version(field)?.value.to_string(),
            keys::RELEASE => self.text(field)?.value,
            _ => return self.free_fact(field),
        };
        Some(field.wanted(FactRequirement::Equal(text)))
    }

    fn free_fact(&mut self, field: &Field<'_>) -> Option<Wanted<FactRequirement>> {
        let text = self.text(field)?.value;
        let Some((comparison, rest)) = comparison(&text) else {
            return Some(field.wanted(FactRequirement::Equal(text)));
        };
        let number = rest.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            let expected = "a value, or a comparison with a number such as `<100`";
            self.faults.push(field.unexpected("not a comparison with a number", expected));
        }
        number.map(|number| field.wanted(FactRequirement::Number(comparison, number)))
    }

    fn api_version(&mut self, field: &Field<'_>) -> Option<Wanted<ApiVersion>> {
        self.parsed(field, |_| field.unexpected("not an api version", "`N` or `N.M`"))
    }

    fn version(&mut self, field: &Field<'_>) -> Option<Wanted<VersionRequirement>> {
        self.parsed(field, |error: NotAVersionRequirement| {
            let message = format!("not a range of versions: {}", error.reason);
            field.unexpected(message, "a version, or a range such as `>=2.0, <3`")
        })
    }

    fn digest(&mut self, field: &Field<'_>) -> Option<Wanted<Sha256>> {
        self.parsed(field, |_| field.unexpected("not a SHA-256 digest", "64 lowercase hexadecimal digits"))
    }

    fn mode(&mut self, field: &Field<'_>) -> Option<Wanted<Mode>> {
        let text = self.text(field)?.value;
        let modes = [Mode::Docker, Mode::Containerd];
        if let Some(mode) = modes.into_iter().find(|mode| mode.as_str() == text) {
            return Some(field.wanted(mode));
        }
        let nearest = suggest::nearest(&text.to_lowercase(), modes.map(Mode::as_str));
        self.faults.push(ShapeFault {
            hint: nearest.map(|name| format!("write `{name}`")),
            ..field.unexpected("not a mode", "`docker` or `containerd`, in lower case")
        });
        None
    }

    fn parsed<T: FromStr>(&mut self, field: &Field<'_>, fault: impl FnOnce(T::Err) -> ShapeFault) -> Option<Wanted<T>> {
        match self.text(field)?.value.parse() {
            Ok(value) => Some(field.wanted(value)),
            Err(error) => {
                self.faults.push(fault(error));
                None
            }
        }
    }

    /// A scalar's text, trimmed; a fault if it is blank or no scalar.
    fn text(&mut self, field: &Field<'_>) -> Option<Wanted<String>> {
        match &field.node.value {
            NodeValue::Scalar(text) if !text.trim().is_empty() => Some(field.wanted(text.trim().to_owned())),
            NodeValue::Scalar(_) | NodeValue::Null => {
                self.faults.push(field.unexpected("the value is blank", "a value"));
                None
            }
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => {
                self.wrong_kind(field, "text");
                None
            }
        }
    }

    fn map<'a>(&mut self, field: &Field<'a>) -> Option<&'a [(Key, Node)]> {
        if matches!(field.node.value, NodeValue::Mapping(_)) {
            return Some(field.node.entries());
        }
        self.wrong_kind(field, "a map");
        None
    }

    fn wrong_kind(&mut self, field: &Field<'_>, expected: &str) {
        let message = format!("expected {expected}, found {}", field.node.kind());
        self.faults.push(field.unexpected(message, expected));
    }
}

/// The fault of a key that is not among the known ones.
fn unknown(key: &Key, field: &Field<'_>, known: &[&str]) -> ShapeFault {
    let written = key.text.as_str();
    let meant = MEANT.iter().filter(|(name, _)| *name == written).map(|(_, meant)| *meant);
    let nearest = meant.chain(suggest::nearest(written, known.iter().copied())).find(|name| known.contains(name));
    let names = || known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    ShapeFault {
        at: key.at,
        observed: None,
        hint: Some(nearest.map_or_else(|| format!("known are {}", names()), |name| format!("did you mean `{name}`?"))),
        ..field.fault(format!("`{}` is not a known field", excerpt(written, EXCERPT)))
    }
}

/// The comparison that text begins with, and what follows it.
fn comparison(text: &str) -> Option<(Comparison, &str)> {
    // Longer signs first: `<=` begins with `<`.
    [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ]
    .into_iter()
    .find_map(|(sign, comparison)| text.strip_prefix(sign).map(|rest| (comparison, rest)))
}

#[cfg(test)]
mod tests;

//! Reads a descriptor strictly: every fault is told, unknown keys are faults.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use serde_json::{Map, Value};
use shipworthy_contract::{Role, Service, grant::Grant, suggest::nearest};

use super::{Descriptor, DescriptorError, DescriptorFault, LARGEST_DESCRIPTOR, OwnRule};
use crate::{
    config,
    grants::{MOST_GRANTS, role_of, wildcard_fault},
    strict_json,
};

const KEYS: &[&str] = &["$schema", "name", "version", "services", "roles", "needs", "optional", "rules", "config"];
const RULE_KEYS: &[&str] = &["name", "severity", "summary", "hint"];

/// Most services, roles and rules: more than a person can look through.
const MOST_SERVICES: usize = 64;
const MOST_ROLES: usize = 64;
const MOST_RULES: usize = 256;

/// Longest one-line text, and longest hint, in bytes.
const LONGEST_LINE: usize = 500;
const LONGEST_HINT: usize = 2_000;

pub(super) fn parse(text: &str, schema: Schema) -> Result<Descriptor, DescriptorError> {
    if text.len() as u64 > LARGEST_DESCRIPTOR {
        return Err(DescriptorFault::TooLarge { limit: LARGEST_DESCRIPTOR, found: text.len() }.into());
    }
    let document = strict_json::parse(text)
        .map_err(|error| DescriptorFault::Syntax(shipworthy_contract::text::excerpt(&error.to_string(), 200)))?;
    let mut parser = Parser { faults: Vec::new(), schema };
    let descriptor = parser.descriptor(&document);
    match (DescriptorError::collect(parser.faults), descriptor) {
        (None, Some(descriptor)) => Ok(descriptor),
        (Some(error), _) => Err(error),
        (None, None) => Err(DescriptorFault::Missing { pointer: "/".to_owned(), key: "name" }.into()),
    }
}

/// Whether the config schema is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    Tested,
    Trusted,
}

struct Parser {
    faults: Vec<DescriptorFault>,
    schema: Schema,
}

impl Parser {
    fn descriptor(&mut self, document: &Value) -> Option<Descriptor> {
        let map = self.object(document, "", KEYS)?;
        let name = self.required(map, "", "name").and_then(|value| self.plugin_name(value));
        let version = self.required(map, "", "version").and_then(|value| self.version(value));
        let services = self.services(map);
        let roles = self.roles(map);
        let needs = self.grants(map, "needs");
        let optional = self.grants(map, "optional");
        for (index, grant) in optional.iter().enumerate() {
            if !needs.contains(grant) {
                let reason = format!("expected one of the needs, found: {grant}");
                self.bad(format!("/optional/{index}"), &reason);
            }
        }
        for (index, role) in needs.iter().enumerate().filter_map(|(index, need)| Some((index, role_of(need)?))) {
            if !role.is_main() && !roles.contains_key(role) {
                let reason = format!("expected a role of the descriptor's `roles`, found: {role}");
                self.bad(format!("/needs/{index}"), &reason);
            }
        }
        let rules = self.rules(map);
        let config = self.config(map);
        Some(Descriptor { name: name?, version: version?, services, roles, needs, optional, rules, config })
    }

    fn plugin_name(&mut self, value: &Value) -> Option<String> {
        // A plugin's name obeys the same grammar as a service's, so that it can stand in a file's name and in a report.
        self.parsed::<Service>(value, "/name").map(|name| name.as_str().to_owned())
    }

    fn version(&mut self, value: &Value) -> Option<String> {
        let text = self.text(value, "/version", 64)?;
        let (core, suffix) = text.find(['-', '+']).map_or((text, ""), |at| text.split_at(at));
        let number = |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
        let fits = core.split('.').count() == 3
            && core.split('.').all(number)
            && suffix != "-"
            && suffix != "+"
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte));
        if !fits {
            let found = shipworthy_contract::text::excerpt(text, 64);
            self.bad("/version".to_owned(), &format!("expected a version such as `1.2.3`, found: {found}"));
            return None;
        }
        Some(text.to_owned())
    }

    fn services(&mut self, map: &Map<String, Value>) -> Vec<Service> {
        let Some(items) = self.list(map, "services", MOST_SERVICES) else { return Vec::new() };
        if let [Value::String(any)] = items
            && any == "*"
        {
            return Vec::new();
        }
        let parse = |(index, item)| self.parsed::<Service>(item, &format!("/services/{index}"));
        let services: Vec<Service> = items.iter().enumerate().filter_map(parse).collect();
        self.unique("services", &services);
        services
    }

    fn roles(&mut self, map: &Map<String, Value>) -> BTreeMap<Role, String> {
        let mut roles = BTreeMap::new();
        let Some(value) = map.get("roles") else { return roles };
        let Value::Object(entries) = value else {
            self.kind("/roles", "an object", value);
            return roles;
        };
        self.at_most("/roles", MOST_ROLES, entries.len());
        for (name, description) in entries.iter().take(MOST_ROLES) {
            let pointer = format!("/roles/{}", escape(name));
            let description = self.text(description, &pointer, LONGEST_LINE).map(str::to_owned);
            match name.parse() {
                Ok(role) => {
                    roles.insert(role, description.unwrap_or_default());
                }
                Err(error) => self.bad(pointer, &error),
            }
        }
        roles
    }

    fn grants(&mut self, map: &Map<String, Value>, key: &str) -> Vec<Grant> {
        let Some(items) = self.list(map, key, MOST_GRANTS) else { return Vec::new() };
        let mut grants = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("/{key}/{index}");
            let Some(grant) = self.parsed::<Grant>(item, &pointer) else { continue };
            if let Some(reason) = wildcard_fault(&grant) {
                self.bad(pointer, &format!("`{grant}`: {reason}"));
            }
            grants.push(grant);
        }
        self.unique(key, &grants);
        grants
    }

    fn rules(&mut self, map: &Map<String, Value>) -> Vec<OwnRule> {
        let Some(items) = self.list(map, "rules", MOST_RULES) else { return Vec::new() };
        let rules: Vec<OwnRule> = items.iter().enumerate().filter_map(|(index, item)| self.rule(item, index)).collect();
        let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        self.unique("rules", &names);
        rules
    }

    fn rule(&mut self, item: &Value, index: usize) -> Option<OwnRule> {
        let pointer = format!("/rules/{index}");
        let map = self.object(item, &pointer, RULE_KEYS)?;
        let name = self.required(map, &pointer, "name").and_then(|value| {
            let at = format!("{pointer}/name");
            let text = self.text(value, &at, 63)?;
            if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
                return Some(text.to_owned());
            }
            let found = shipworthy_contract::text::excerpt(text, 63);
            self.bad(at, &format!("expected a name of `a-z`, `0-9` and `-`, found: {found}"));
            None
        });
        let severity = self.required(map, &pointer, "severity");
        let severity = severity.and_then(|value| self.parsed(value, &format!("{pointer}/severity")));
        let summary = self.required(map, &pointer, "summary");
        let summary = summary.and_then(|value| self.text(value, &format!("{pointer}/summary"), LONGEST_LINE));
        let hint = map.get("hint").and_then(|value| self.text(value, &format!("{pointer}/hint"), LONGEST_HINT));
        Some(OwnRule { name: name?, severity: severity?, summary: summary?.to_owned(), hint: hint.map(str::to_owned) })
    }

    fn config(&mut self, map: &Map<String, Value>) -> Option<Value> {
        let schema = map.get("config")?;
        if !schema.is_object() {
            self.kind("/config", "a JSON Schema that is an object", schema);
            return None;
        }
        if self.schema == Schema::Tested
            && let Err(reason) = config::check_schema(schema)
        {
            self.bad("/config".to_owned(), &reason);
        }
        Some(schema.clone())
    }

    fn object<'a>(
        &mut self,
        value: &'a Value,
        pointer: &str,
        known: &'static [&'static str],
    ) -> Option<&'a Map<String, Value>> {
        let Value::Object(map) = value else {
            self.kind(pointer, "an object", value);
            return None;
        };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.faults.push(DescriptorFault::UnknownKey {
                pointer: shown(pointer),
                key: key.clone(),
                nearest: nearest(key, known.iter().copied()).map(str::to_owned),
                known,
            });
        }
        Some(map)
    }

    fn required<'a>(&mut self, map: &'a Map<String, Value>, pointer: &str, key: &'static str) -> Option<&'a Value> {
        let value = map.get(key);
        if value.is_none() {
            self.faults.push(DescriptorFault::Missing { pointer: shown(pointer), key });
        }
        value
    }

    fn list<'a>(&mut self, map: &'a Map<String, Value>, key: &str, most: usize) -> Option<&'a [Value]> {
        let value = map.get(key)?;
        let pointer = format!("/{key}");
        let Value::Array(items) = value else {
            self.kind(&pointer, "a list", value);
            return None;
        };
        self.at_most(&pointer, most, items.len());
        Some(items.get(..most).unwrap_or(items))
    }

    /// One line of text that is not blank and has no control characters.
    fn text<'a>(&mut self, value: &'a Value, pointer: &str, longest: usize) -> Option<&'a str> {
        let Value::String(text) = value else {
            self.kind(pointer, "text", value);
            return None;
        };
        if text.trim().is_empty() || text.len() > longest || text.chars().any(char::is_control) {
            let reason = format!("expected one line of 1 to {longest} bytes that is not blank, found something else");
            self.bad(pointer.to_owned(), &reason);
            return None;
        }
        Some(text)
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, value: &Value, pointer: &str) -> Option<T> {
        let Value::String(text) = value else {
            self.kind(pointer, "text", value);
            return None;
        };
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.bad(pointer.to_owned(), &error);
                None
            }
        }
    }

    fn unique<T: PartialEq>(&mut self, key: &str, items: &[T]) {
        for (index, item) in items.iter().enumerate() {
            if items.iter().take(index).any(|other| other == item) {
                self.bad(format!("/{key}/{index}"), &"expected each once, found it again");
            }
        }
    }

    fn at_most(&mut self, pointer: &str, most: usize, found: usize) {
        if found > most {
            self.faults.push(DescriptorFault::TooMany { pointer: pointer.to_owned(), most, found });
        }
    }

    fn kind(&mut self, pointer: &str, expected: &'static str, found: &Value) {
        let found = config::kind_of(found);
        self.faults.push(DescriptorFault::Kind { pointer: shown(pointer), expected, found });
    }

    fn bad(&mut self, pointer: String, reason: &dyn Display) {
        self.faults.push(DescriptorFault::Value { pointer, reason: reason.to_string() });
    }
}

/// The whole document's pointer is empty; a message needs something to read.
fn shown(pointer: &str) -> String {
    if pointer.is_empty() { "/".to_owned() } else { pointer.to_owned() }
}

/// A key as part of a JSON pointer (RFC 6901, section 3).
fn escape(key: &str) -> String {
    shipworthy_contract::text::excerpt(&key.replace('~', "~0").replace('/', "~1"), 63)
}

//! A plugin for people.

use shipworthy_contract::{Service, text::plural};

use super::{ImportKind, Plugin, held};
use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// Longest text of a plugin that is shown, in characters.
pub(super) const LONGEST: usize = 300;

/// Most names of one kind that are shown: an honest component has fewer imports.
const MOST_NAMES: usize = 64;

/// Most keys of a config that are shown.
const MOST_KEYS: usize = 64;

/// Columns before the text of a fact.
const FACT: usize = 12;

/// Columns before the text of a described word: a role, a key.
const WORD: usize = 16;

/// Most columns before that text; behind a longer word it begins on a line of its own.
const WIDEST_WORD: usize = 28;

/// A plugin as text, with a line break at its end.
pub fn render(plugin: &Plugin, look: &Look) -> String {
    let mut page = Page::new(look);
    who(&mut page, look, plugin);
    roles(&mut page, look, plugin);
    needs(&mut page, look, plugin);
    rules(&mut page, look, plugin);
    config(&mut page, look, plugin);
    imports(&mut page, look, plugin);
    if let Some(held) = &plugin.held {
        held::render(&mut page, look, held);
    }
    page.finish()
}

fn who(page: &mut Page<'_>, look: &Look, plugin: &Plugin) {
    let descriptor = &plugin.descriptor;
    page.heading(&look.foreign(&format!("{} {}", descriptor.name, descriptor.version), LONGEST));
    fact(page, "file", &look.foreign(&plugin.file, LONGEST));
    fact(page, "size", &size(plugin.size_bytes));
    fact(page, "sha256", &plugin.sha256.to_string());
    fact(page, "built for", &look.foreign(&format!("shipworthy:probe {}", plugin.wit_version), LONGEST));
    let from = match &plugin.descriptor_file {
        Some(file) => format!("{}, beside the component", look.foreign(file, LONGEST)),
        None => "a section of the component".to_owned(),
    };
    fact(page, "descriptor", &from);
    let services: Vec<&str> = descriptor.services.iter().map(Service::as_str).collect();
    fact(page, "services", &if services.is_empty() { "any".to_owned() } else { services.join(", ") });
}

fn roles(page: &mut Page<'_>, look: &Look, plugin: &Plugin) {
    if plugin.descriptor.roles.is_empty() {
        return;
    }
    section(page, "roles, each an endpoint of the environment");
    for (role, description) in &plugin.descriptor.roles {
        word(page, role.as_str(), &[Span::plain(look.foreign(description, LONGEST))]);
    }
}

fn needs(page: &mut Page<'_>, look: &Look, plugin: &Plugin) {
    section(page, "needs");
    for need in &plugin.descriptor.needs {
        let mut spans = vec![Span::plain(look.foreign(&need.to_string(), LONGEST))];
        if plugin.descriptor.optional.contains(need) {
            spans.push(Span::new("(optional)", Tone::Dim));
        }
        page.text(2, &spans);
    }
    if plugin.descriptor.needs.is_empty() {
        page.text(2, &[Span::plain("nothing")]);
    }
}

fn rules(page: &mut Page<'_>, look: &Look, plugin: &Plugin) {
    if plugin.descriptor.rules.is_empty() {
        return;
    }
    section(page, "rules of its own");
    for rule in &plugin.descriptor.rules {
        let severity = Span::new(format!("({})", rule.severity), tone(rule.severity.outcome()));
        page.text(2, &[Span::plain(look.foreign(&rule.name, LONGEST)), severity]);
        page.text(6, &[Span::plain(look.foreign(&rule.summary, LONGEST))]);
    }
}

fn config(page: &mut Page<'_>, look: &Look, plugin: &Plugin) {
    section(page, "config");
    match plugin.config_keys.as_deref() {
        None => page.text(2, &[Span::plain("what its schema says, which names no keys at its top")]),
        Some([]) => page.text(2, &[Span::plain("takes none")]),
        Some(keys) => {
            for key in keys.iter().take(MOST_KEYS) {
                let mut about: Vec<String> = key.kind.iter().map(|kind| look.foreign(kind, 40)).collect();
                if key.required {
                    about.push("required".to_owned());
                }
                let mut spans = Vec::new();
                if !about.is_empty() {
                    spans.push(Span::new(format!("({})", about.join(", ")), Tone::Dim));
                }
                spans.extend(key.description.iter().map(|text| Span::plain(look.foreign(text, LONGEST))));
                word(page, &look.foreign(&key.key, 80), &spans);
            }
            more(page, keys.len().saturating_sub(MOST_KEYS), "key");
        }
    }
}

fn imports(page: &mut Page<'_>, look: &Look, plugin: &Plugin) {
    section(page, "imports");
    if plugin.imports.is_empty() {
        page.text(2, &[Span::plain("nothing")]);
    }
    for (kind, label) in [
        (ImportKind::Shipworthy, "Shipworthy"),
        (ImportKind::Wasi, "WASI, given"),
        (ImportKind::Stubbed, "stubbed: refuses when it is called"),
    ] {
        let imports = plugin.imports.iter().filter(|import| import.kind == kind);
        names(page, look, label, imports.map(|import| import.name.as_str()));
    }
    names(page, look, "exported, and never called", plugin.extra_exports.iter().map(String::as_str));
}

fn names<'a>(page: &mut Page<'_>, look: &Look, label: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return;
    }
    page.text(2, &[Span::new(label, Tone::Dim)]);
    for name in names.iter().take(MOST_NAMES) {
        page.text(4, &[Span::plain(look.foreign(name, LONGEST))]);
    }
    more(page, names.len().saturating_sub(MOST_NAMES), "name");
}

fn more(page: &mut Page<'_>, count: usize, what: &str) {
    if count > 0 {
        page.text(4, &[Span::new(format!("and {}", plural(count, &format!("more {what}"))), Tone::Dim)]);
    }
}

fn fact(page: &mut Page<'_>, label: &str, text: &str) {
    page.line(&Lead { indent: 0, label: Span::new(label, Tone::Dim), text_at: FACT }, &[Span::plain(text)]);
}

fn word(page: &mut Page<'_>, label: &str, spans: &[Span]) {
    let after = 2 + crate::page::columns(label) + 1;
    if after <= WIDEST_WORD {
        page.line(&Lead { indent: 2, label: Span::plain(label), text_at: WORD.max(after) }, spans);
    } else {
        page.text(2, &[Span::plain(label)]);
        page.text(6, spans);
    }
}

pub(super) fn section(page: &mut Page<'_>, title: &str) {
    page.blank();
    page.text(0, &[Span::new(title, Tone::Strong)]);
}

/// `137216 bytes (134.0 KiB)`.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1024 => return plural(usize::try_from(bytes).unwrap_or(usize::MAX), "byte"),
        1024..0x10_0000 => (1 << 10, "KiB"),
        _ => (1_u64 << 20, "MiB"),
    };
    let tenths = bytes.saturating_mul(10) / unit;
    format!("{bytes} bytes ({}.{} {name})", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_exactly_and_in_words() {
        for (bytes, told) in [
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1536, "1536 bytes (1.5 KiB)"),
            (64 << 20, "67108864 bytes (64.0 MiB)"),
        ] {
            assert_eq!(size(bytes), told);
        }
    }
}

//! Which plugins environments run: `plugin list`, for people and for programs.

use serde::Serialize;
use shipworthy_contract::{Sha256, grant::Grant};

use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span},
};

/// The format, in its field `schema`.
const SCHEMA: &str = "shipworthy.plugin-list/1";

/// Longest text that is shown, in characters.
const LONGEST: usize = 300;

/// Columns before the text of a fact.
const FACT: usize = 13;

/// One environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Set {
    /// Its name.
    pub environment: String,
    /// Its file.
    pub file: String,
    /// Its lock, if there is one.
    pub lock: Option<String>,
    /// Its probes.
    pub plugins: Vec<Listed>,
}

/// One probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub probe: String,
    /// The service that it looks at.
    pub service: String,
    /// Where its plugin comes from.
    pub source: String,
    /// The plugin; none if it cannot be had or used.
    pub plugin: Option<Loaded>,
    /// Why there is none.
    pub error: Option<String>,
    /// What a newer version would change; none if nobody asked, or there is none.
    pub newer: Option<Newer>,
    /// Why that is not known, where somebody asked and the registry gave no answer.
    pub newer_error: Option<String>,
}

/// A plugin that would run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// The descriptor's name.
    pub name: String,
    /// The descriptor's version.
    pub version: String,
    /// Of its bytes.
    pub sha256: Sha256,
    /// How many there are.
    pub size_bytes: u64,
    /// What it is pinned by: `lock`, `environment`, `bundled`; none if by nothing.
    pub pinned_by: Option<&'static str>,
    /// The manifest's digest, where it comes from a registry.
    pub manifest: Option<Sha256>,
    /// The name of the key that signed it, where a signature is asked for.
    pub signed_by: Option<String>,
    /// What it may do.
    pub grants: Vec<Allowed>,
}

/// A line of what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The line.
    pub line: Grant,
    /// The same in words.
    pub words: String,
}

/// A newer version, and what it would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Newer {
    /// The tag under which it lies.
    pub tag: String,
    /// Its version.
    pub version: String,
    /// Its manifest's digest.
    pub manifest: Sha256,
    /// What it needs that this one does not.
    pub more_needs: Vec<Allowed>,
    /// What this one needs that it does not.
    pub fewer_needs: Vec<Allowed>,
}

/// The sets as text, with a line break at its end.
pub fn render(sets: &[Set], look: &Look) -> String {
    let mut page = Page::new(look);
    for set in sets {
        page.blank();
        page.heading(&look.foreign(&set.environment, LONGEST));
        fact(&mut page, look, 0, "file", &set.file);
        fact(&mut page, look, 0, "lock", set.lock.as_deref().unwrap_or("none: `shipworthy plugin lock` writes one"));
        if set.plugins.is_empty() {
            page.text(0, &[Span::plain("no probes")]);
        }
        for listed in &set.plugins {
            page.blank();
            one(&mut page, look, listed);
        }
    }
    page.finish()
}

fn one(page: &mut Page<'_>, look: &Look, listed: &Listed) {
    let mut title = vec![Span::new(look.foreign(&listed.probe, LONGEST), Tone::Strong)];
    if let Some(plugin) = &listed.plugin {
        title.push(Span::plain(look.foreign(&format!("{} {}", plugin.name, plugin.version), LONGEST)));
    }
    if listed.service != listed.probe {
        title.push(Span::new(look.foreign(&format!("looks at {}", listed.service), LONGEST), Tone::Dim));
    }
    page.text(0, &title);
    fact(page, look, 2, "from", &listed.source);
    if let Some(error) = &listed.error {
        let text = Span::new(look.foreign(error, LONGEST * 2), Tone::Bad);
        page.line(&Lead { indent: 2, label: Span::new("not usable", Tone::Bad), text_at: FACT }, &[text]);
    }
    if let Some(plugin) = &listed.plugin {
        loaded(page, look, plugin);
    }
    if let Some(newer) = &listed.newer {
        newer_version(page, look, newer);
    }
    if let Some(error) = &listed.newer_error {
        let text = Span::new(look.foreign(&format!("not known: {error}"), LONGEST * 2), Tone::Warning);
        page.line(&Lead { indent: 2, label: Span::new("newer", Tone::Warning), text_at: FACT }, &[text]);
    }
}

fn loaded(page: &mut Page<'_>, look: &Look, plugin: &Loaded) {
    let pinned = match plugin.pinned_by {
        Some(by) => format!("by the {by}, to sha256 {}", plugin.sha256),
        None => format!("by nothing; it has sha256 {}", plugin.sha256),
    };
    let pinned = pinned.replace("by the bundled", "bundled");
    fact(page, look, 2, "pinned", &pinned);
    if let Some(manifest) = plugin.manifest {
        fact(page, look, 2, "manifest", &format!("sha256:{manifest}"));
    }
    if let Some(by) = &plugin.signed_by {
        fact(page, look, 2, "signed by", by);
    }
    if plugin.grants.is_empty() {
        fact(page, look, 2, "may", "do nothing outside of itself");
    }
    for (index, allowed) in plugin.grants.iter().enumerate() {
        line(page, look, if index == 0 { ("may", Tone::Dim) } else { ("", Tone::Dim) }, allowed);
    }
}

fn newer_version(page: &mut Page<'_>, look: &Look, newer: &Newer) {
    let text = format!("{} as `{}`, manifest sha256:{}", newer.version, newer.tag, newer.manifest);
    fact(page, look, 2, "newer", &text);
    if newer.more_needs.is_empty() && newer.fewer_needs.is_empty() {
        page.text(FACT, &[Span::new("it needs what this one needs", Tone::Dim)]);
    }
    for allowed in &newer.more_needs {
        line(page, look, ("needs too", Tone::Warning), allowed);
    }
    for allowed in &newer.fewer_needs {
        line(page, look, ("no longer", Tone::Good), allowed);
    }
}

fn line(page: &mut Page<'_>, look: &Look, (label, tone): (&'static str, Tone), allowed: &Allowed) {
    let spans = [
        Span::plain(look.foreign(&allowed.line.to_string(), LONGEST)),
        Span::new(look.foreign(&format!("({})", allowed.words), LONGEST), Tone::Dim),
    ];
    page.line(&Lead { indent: 2, label: Span::new(label, tone), text_at: FACT }, &spans);
}

fn fact(page: &mut Page<'_>, look: &Look, indent: usize, label: &'static str, text: &str) {
    let text = Span::plain(look.foreign(text, LONGEST));
    page.line(&Lead { indent, label: Span::new(label, Tone::Dim), text_at: FACT }, &[text]);
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    environments: &'a [Set],
}

/// The sets as JSON, with a line break at its end.
pub fn json(sets: &[Set]) -> String {
    crate::json::pretty(&Document { schema: SCHEMA, environments: sets })
}

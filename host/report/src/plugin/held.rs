//! What a plugin may do in an environment, for people.

use shipworthy_contract::{Outcome, grant::Grant};

use super::{
    Draft, Held, Need, NeedState, Probe, RoleOf,
    page::{LONGEST, section},
};
use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// Longest line that is there to be pasted, in characters: as long as that of an error's help.
const LONGEST_LINE: usize = 1_000;

/// Most such lines: as many as a plugin may have needs and roles, and a table around them.
const MOST_LINES: usize = 400;

pub(super) fn render(page: &mut Page<'_>, look: &Look, held: &Held) {
    page.blank();
    page.heading(&look.foreign(&format!("in the environment {}", held.environment), LONGEST));
    page.text(0, &[Span::new(look.foreign(&held.file, LONGEST), Tone::Dim)]);
    for one in &held.probes {
        probe(page, look, one);
    }
    if let Some(draft) = &held.draft {
        nobody(page, look, draft);
    }
}

fn probe(page: &mut Page<'_>, look: &Look, probe: &Probe) {
    let can = if probe.usable { "it can run" } else { "it cannot run" };
    section(page, &look.foreign(&format!("probe {}, of the service {}: {can}", probe.probe, probe.service), LONGEST));
    if !probe.same_descriptor {
        marked(
            page,
            look,
            Outcome::Warn,
            "its copy of the component lies beside another descriptor, which holds for it",
        );
    }
    // Where a need is what is wrong, its line says so.
    if probe.needs.iter().all(|need| need.optional || need.state == NeedState::Granted) {
        for error in &probe.errors {
            marked(page, look, Outcome::Fail, error);
        }
    }
    for role in &probe.roles {
        role_of(page, look, &probe.probe, role);
    }
    for one in &probe.needs {
        need(page, look, one);
    }
    for grant in &probe.unneeded_grants {
        grant_line(page, look, Outcome::Warn, grant, "granted, and not needed: it can be dropped");
    }
    if let Some(list) = &probe.grants_to_write {
        let whole = format!("the whole list for `[probes.{}]`; keep what it may do:", probe.probe);
        page.blank();
        page.text(2, &[Span::new(look.foreign(&whole, LONGEST), Tone::Dim)]);
        paste(page, look, list);
    }
}

fn role_of(page: &mut Page<'_>, look: &Look, probe: &str, role: &RoleOf) {
    let key = if role.role.is_main() { "endpoint".to_owned() } else { format!("endpoints.{}", role.role) };
    let (outcome, text) = match (&role.endpoint, role.required) {
        (Some(endpoint), _) => (Outcome::Pass, format!("role {}: endpoint {endpoint}", role.role)),
        (None, required) => {
            let outcome = if required { Outcome::Fail } else { Outcome::Skip };
            (outcome, format!("role {}: no endpoint; `{key} = \"NAME\"` in `[probes.{probe}]` names one", role.role))
        }
    };
    marked(page, look, outcome, &text);
}

fn need(page: &mut Page<'_>, look: &Look, need: &Need) {
    let (outcome, text) = match (need.state, need.optional) {
        (NeedState::Granted, _) => (Outcome::Pass, "granted"),
        (NeedState::NotGranted, false) => (Outcome::Fail, "not granted"),
        (NeedState::NotGranted, true) => (Outcome::Skip, "optional, left out: not granted"),
        (NeedState::NoEndpoint, false) => (Outcome::Fail, "granted, but its role has no endpoint"),
        (NeedState::NoEndpoint, true) => (Outcome::Skip, "optional, left out: its role has no endpoint"),
    };
    grant_line(page, look, outcome, &need.line, text);
}

fn grant_line(page: &mut Page<'_>, look: &Look, outcome: Outcome, grant: &Grant, text: &str) {
    let line = Span::plain(look.foreign(&grant.to_string(), LONGEST));
    symbol(page, look, outcome, &[line, Span::new(format!("({text})"), Tone::Dim)]);
}

fn marked(page: &mut Page<'_>, look: &Look, outcome: Outcome, text: &str) {
    symbol(page, look, outcome, &[Span::plain(look.foreign(text, LONGEST))]);
}

fn symbol(page: &mut Page<'_>, look: &Look, outcome: Outcome, spans: &[Span]) {
    let label = Span::new(look.symbol(outcome), tone(outcome));
    page.line(&Lead { indent: 2, label, text_at: 2 + look.symbol_columns() }, spans);
}

fn nobody(page: &mut Page<'_>, look: &Look, draft: &Draft) {
    page.blank();
    page.text(0, &[Span::plain("No probe of this environment uses the plugin. One that does would take:")]);
    page.blank();
    paste(page, look, &draft.text);
    if !draft.new_endpoints.is_empty() {
        page.blank();
        let tables: Vec<String> = draft.new_endpoints.iter().map(|name| format!("`[endpoints.{name}]`")).collect();
        let text = format!("and, each with a `url`: {}", tables.join(", "));
        page.text(0, &[Span::plain(look.foreign(&text, LONGEST_LINE))]);
    }
}

/// Lines to be pasted: made safe each, and with the blanks they begin with.
fn paste(page: &mut Page<'_>, look: &Look, text: &str) {
    for line in text.lines().take(MOST_LINES) {
        let words = line.trim_start();
        page.verbatim(2 + line.len() - words.len(), &look.foreign(words, LONGEST_LINE));
    }
}

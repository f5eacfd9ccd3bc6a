//! The comparison of two reports for people.

use shipworthy_contract::{Outcome, report::Verdict, text::plural};

use super::{Change, Kind, Move, Named, Since, Told};
use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span, columns},
};

/// Longest text that is shown, in characters.
const LONGEST: usize = 300;

/// Longest value of what moved, in characters: of a digest the beginning is enough.
const LONGEST_MOVED: usize = 60;

/// Most changes of one kind that are shown.
const MOST: usize = 50;

/// Most instances that are named at one place.
const MOST_NAMES: usize = 10;

/// Columns of the names of details.
const DETAIL: usize = 10;

/// The comparison as text; its last line says whether it is worse, with counts.
pub fn render(since: &Since, look: &Look) -> String {
    let mut page = Page::new(look);
    for (label, named) in [("old", &since.old), ("new", &since.new)] {
        head(&mut page, look, label, named);
    }
    for kind in Kind::ALL {
        let groups = groups(since.changes.iter().filter(|change| change.kind == kind));
        if groups.is_empty() {
            continue;
        }
        page.blank();
        page.heading(title(kind));
        for group in groups.iter().take(MOST) {
            told(&mut page, look, kind, group);
        }
        rest(&mut page, groups.len());
    }
    if !since.moved.is_empty() {
        page.blank();
        page.heading("moved");
        for moved in since.moved.iter().take(MOST) {
            page.text(0, &moved_spans(look, moved));
        }
        rest(&mut page, since.moved.len());
    }
    page.blank();
    last(&mut page, look, since);
    page.finish()
}

fn rest(page: &mut Page<'_>, count: usize) {
    if count > MOST {
        page.text(2, &[Span::new(format!("and {} more (all in --format json)", count - MOST), Tone::Dim)]);
    }
}

fn head(page: &mut Page<'_>, look: &Look, label: &str, named: &Named) {
    let (more, outcome) = match named.verdict {
        Verdict::Pass => ("", Outcome::Pass),
        Verdict::Warn => (", with warnings", Outcome::Warn),
        Verdict::Fail => ("", Outcome::Fail),
        Verdict::Error => ("", Outcome::Error),
    };
    let mut spans = vec![Span::new(look.foreign(&named.file, LONGEST), Tone::Strong)];
    let about = [&named.started, &named.environment, &named.artifact].into_iter().flatten();
    spans.extend(about.map(|text| Span::new(look.foreign(text, LONGEST), Tone::Dim)));
    spans.push(Span::new(format!("({}{more})", named.words), tone(outcome)));
    page.line(&Lead { indent: 0, label: Span::new(label, Tone::Dim), text_at: 5 }, &spans);
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::NewFailure => "new failures",
        Kind::StillFailing => "still failing",
        Kind::NewWarning => "new warnings",
        Kind::Eased => "only a warning now",
        Kind::SetAside => "set aside, not mended",
        Kind::NoLongerChecked => "failed, and no longer checked",
        Kind::Unseen => "held, and not seen now",
        Kind::Fixed => "fixed",
    }
}

/// What became the same of the same question at several instances.
fn groups<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<Vec<&'a Change>> {
    let mut groups: Vec<Vec<&Change>> = Vec::new();
    for change in changes {
        let alike = |other: &Change| {
            (&other.rule, &other.service, &other.before, &other.now)
                == (&change.rule, &change.service, &change.before, &change.now)
        };
        // What is alike mostly stands together; looking further back than this would be a search for each.
        match groups.iter_mut().rev().take(MOST).find(|group| group.first().is_some_and(|first| alike(first))) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups
}

fn told(page: &mut Page<'_>, look: &Look, kind: Kind, group: &[&Change]) {
    let Some(first) = group.first() else { return };
    let Some(shown) = first.now.as_ref().or(first.before.as_ref()) else { return };
    let outcome = if kind == Kind::Fixed { Outcome::Pass } else { shown.outcome };
    let mut spans = Vec::new();
    if let Some(service) = &first.service {
        spans.push(Span::new(format!("{}:", look.foreign(service.as_str(), LONGEST)), Tone::Strong));
    }
    spans.push(Span::plain(look.foreign(&shown.message, LONGEST)));
    spans.push(Span::new(format!("[{}]", look.foreign(first.rule.as_str(), LONGEST)), Tone::Dim));
    let symbol = look.symbol_columns();
    page.line(&Lead { indent: 0, label: Span::new(look.symbol(outcome), tone(outcome)), text_at: symbol }, &spans);
    let mut detail = |label: &str, text: &str| {
        let lead = Lead { indent: symbol + 2, label: Span::new(label, Tone::Dim), text_at: symbol + 2 + DETAIL };
        page.line(&lead, &[Span::plain(look.foreign(text, LONGEST))]);
    };
    if matches!(kind, Kind::NewFailure | Kind::NewWarning | Kind::StillFailing) {
        for (label, value) in [("expected", &shown.expected), ("observed", &shown.observed)] {
            if let Some(value) = value.as_deref().filter(|value| !shown.message.contains(value)) {
                detail(label, value);
            }
        }
    }
    if kind == Kind::NewFailure || kind == Kind::NewWarning {
        let was_wrong = !first.new_items.is_empty();
        for (label, items) in [
            ("items", if was_wrong { &[][..] } else { &shown.items }),
            ("new", &first.new_items),
            ("gone", &first.gone_items),
        ] {
            if !items.is_empty() {
                detail(label, &named(items.iter().map(String::as_str)));
            }
        }
    } else if kind == Kind::StillFailing && !first.gone_items.is_empty() {
        detail("gone", &named(first.gone_items.iter().map(String::as_str)));
    }
    if let (Some(before), Some(now)) = (&first.before, &first.now)
        && let Some(before) = otherwise(before, now)
    {
        detail("before", before);
    }
    let names: Vec<&str> = group.iter().filter_map(|change| change.instance.as_deref()).collect();
    let own = first.service.as_ref().map(shipworthy_contract::Service::as_str);
    if names.len() > 1 || names.first().is_some_and(|name| Some(*name) != own) {
        detail(if names.len() == 1 { "instance" } else { "instances" }, &named(names.into_iter()));
    }
}

/// The first names, and how many more there are.
fn named<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let named = names.take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// How it was, where that is not what is told already.
fn otherwise<'a>(before: &'a Told, now: &Told) -> Option<&'a str> {
    let differs = now.observed.is_some() && before.observed != now.observed;
    let seen = before.observed.as_deref().filter(|_| differs);
    seen.or_else(|| (before.message != now.message).then_some(before.message.as_str()))
}

fn moved_spans(look: &Look, moved: &Move) -> Vec<Span> {
    let value = |value: &Option<String>| match value {
        Some(value) => look.foreign(value, LONGEST_MOVED),
        None => "none".to_owned(),
    };
    let arrow = if look.unicode && !look.plain { "→" } else { "to" };
    vec![
        Span::new(format!("{}:", look.foreign(&moved.of, LONGEST)), Tone::Strong),
        Span::plain(look.foreign(&moved.what, LONGEST)),
        Span::new(value(&moved.before), Tone::Dim),
        Span::new(arrow, Tone::Dim),
        Span::plain(value(&moved.now)),
    ]
}

fn last(page: &mut Page<'_>, look: &Look, since: &Since) {
    let count = |kind| since.changes.iter().filter(|change| change.kind == kind).count();
    let mut parts: Vec<String> = Kind::ALL
        .into_iter()
        .filter(|kind| count(*kind) > 0)
        .map(|kind| match kind {
            Kind::NewFailure => plural(count(kind), "new failure"),
            Kind::NewWarning => plural(count(kind), "new warning"),
            other => format!("{} {}", count(other), title(other)),
        })
        .collect();
    parts.push(format!("{} as before", plural(since.unchanged, "check")));
    let hidden = count(Kind::SetAside) + count(Kind::NoLongerChecked) + count(Kind::Unseen);
    let (words, outcome) = if count(Kind::NewFailure) > 0 {
        ("worse than before:", Outcome::Fail)
    } else if hidden > 0 {
        ("less was seen than before:", Outcome::Warn)
    } else if count(Kind::NewWarning) > 0 {
        ("worse than before:", Outcome::Warn)
    } else if count(Kind::Fixed) + count(Kind::Eased) > 0 {
        ("better than before:", Outcome::Pass)
    } else {
        ("as before:", Outcome::Info)
    };
    let label = Span::new(look.symbol(outcome), tone(outcome));
    let text_at = look.symbol_columns().max(columns(&label.text) + 1);
    page.line(&Lead { indent: 0, label, text_at }, &[Span::new(words, Tone::Strong), Span::plain(parts.join(", "))]);
}

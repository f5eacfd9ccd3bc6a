//! The first lines: what is checked, by which contract, where and how strictly.

use shipworthy_contract::{
    Report,
    report::{Difference, Differing, RecordingRef},
};

use super::{MOST_SHOWN, more};
use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span},
};

/// Longest path or reason that is shown, in characters.
const LONGEST: usize = 240;

/// Longest of what a recording says of itself, in characters: a plugin's name, version and digest.
const SHORT: usize = 160;

pub(super) fn render(page: &mut Page<'_>, look: &Look, report: &Report) {
    match &report.artifact {
        Some(artifact) => {
            fact(page, "artifact", &[Span::new(look.foreign(&artifact.path, LONGEST), Tone::Strong)]);
            if let Some(sha256) = artifact.sha256 {
                fact(page, "sha256", &[Span::plain(sha256.to_string())]);
            }
            let contract = look.foreign(&artifact.contract, LONGEST);
            let reason = look.foreign(&artifact.contract_reason, LONGEST);
            fact(page, "contract", &[Span::plain(contract), Span::new(format!("({reason})"), Tone::Dim)]);
            for tree in artifact.trees.iter().take(MOST_SHOWN) {
                let root = look.foreign(&tree.root, LONGEST);
                let text = format!("entry {}: {root} {}", tree.entry, tree.digest);
                fact(page, "tree", &[Span::plain(text)]);
            }
            if artifact.trees.len() > MOST_SHOWN {
                fact(page, "", &[more(artifact.trees.len() - MOST_SHOWN)]);
            }
        }
        None => fact(page, "artifact", &[Span::new("none named: the environment's own requirements only", Tone::Dim)]),
    }
    if let Some(environment) = &report.environment {
        let name = look.foreign(&environment.name, LONGEST);
        let file = look.foreign(&environment.file.to_string_lossy(), LONGEST);
        fact(page, "environment", &[Span::new(name, Tone::Strong), Span::new(format!("({file})"), Tone::Dim)]);
        if let Some(project) = &environment.project {
            let name = look.foreign(&project.name, LONGEST);
            let reason = Span::new(format!("({})", project.by.as_str()), Tone::Dim);
            fact(page, "project", &[Span::new(name, Tone::Strong), reason]);
        }
    }
    if let Some(recording) = &report.recording {
        of_recording(page, look, recording);
    }
    if let Some(part) = &report.part {
        let text = format!("{} of {}", part.number, part.of);
        let rest = "(`shipworthy report merge` judges the whole)";
        fact(page, "part", &[Span::new(text, Tone::Strong), Span::new(rest, Tone::Dim)]);
    }
    fact(page, "policy", &[Span::plain(report.policy.as_str())]);
}

/// That services were not asked must not be missed, nor that what is judged is not what was recorded.
fn of_recording(page: &mut Page<'_>, look: &Look, recording: &RecordingRef) {
    let file = look.foreign(&recording.file.to_string_lossy(), LONGEST);
    let at =
        recording.recorded.as_deref().map_or_else(|| "at an unknown time".to_owned(), |at| look.foreign(at, SHORT));
    let by = look.foreign(&recording.shipworthy, SHORT);
    let made = Span::new(format!("(made {at} by shipworthy {by})"), Tone::Dim);
    fact(page, "recording", &[Span::new(file, Tone::Strong), made]);
    for (index, difference) in recording.differences.iter().take(MOST_SHOWN).enumerate() {
        let label = if index == 0 { "differs" } else { "" };
        fact(page, label, &[Span::plain(in_words(look, difference))]);
    }
    if recording.differences.len() > MOST_SHOWN {
        fact(page, "", &[more(recording.differences.len() - MOST_SHOWN)]);
    }
}

pub(crate) fn in_words(look: &Look, difference: &Difference) -> String {
    let shown = |text: &str| look.foreign(&without_most_of_its_digest(text), SHORT);
    let probe = difference.probe.as_deref().map(shown).unwrap_or_default();
    let what = match difference.what {
        Differing::Probe => format!("probe `{probe}`"),
        Differing::Environment | Differing::Shipworthy => difference.what.as_str().to_owned(),
        Differing::Plugin | Differing::Config => format!("{} of probe `{probe}`", difference.what.as_str()),
    };
    match (&difference.recorded, &difference.now) {
        // Digests tell nobody anything but that they differ.
        _ if difference.what == Differing::Config => format!("{what} is another one"),
        (Some(recorded), Some(now)) => format!("{what} was {}, is {}", shown(recorded), shown(now)),
        (Some(_), None) => format!("{what} is in the recording only"),
        (None, _) => format!("{what} is not in the recording"),
    }
}

/// A plugin's name and version with the beginning of its digest.
fn without_most_of_its_digest(text: &str) -> String {
    match text.split_once(", sha256 ") {
        Some((plugin, digest)) => format!("{plugin} (sha256 {}…)", digest.chars().take(12).collect::<String>()),
        None => text.to_owned(),
    }
}

fn fact(page: &mut Page<'_>, label: &str, spans: &[Span]) {
    page.line(&Lead { indent: 0, label: Span::new(label, Tone::Dim), text_at: 13 }, spans);
}

//! The first lines: what is checked, by which contract, where and how strictly.

use shipworthy_contract::Report;

use super::{MOST_SHOWN, more};
use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span},
};

/// Longest path or reason that is shown, in characters.
const LONGEST: usize = 240;

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
    fact(page, "policy", &[Span::plain(report.policy.as_str())]);
}

fn fact(page: &mut Page<'_>, label: &str, spans: &[Span]) {
    page.line(&Lead { indent: 0, label: Span::new(label, Tone::Dim), text_at: 13 }, spans);
}

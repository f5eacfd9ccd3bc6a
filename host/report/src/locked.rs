//! What a new lock changes, for people: it reads like a question for permission, since that is what it is.

use shipworthy_contract::text::plural;

use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span, columns},
};

/// Longest text that is shown, in characters.
const LONGEST: usize = 300;

/// Most columns of a line of what a plugin may do, before its words.
const WIDEST: usize = 44;

/// Everything that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// A probe of an environment each.
    pub changes: Vec<Change>,
    /// What would approve what is not approved: arguments for `shipworthy plugin lock`.
    pub to_approve: Vec<String>,
}

/// What changes for one probe of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The environment.
    pub environment: String,
    /// The probe.
    pub probe: String,
    /// What becomes of it: `added`, `removed`, `changed`.
    pub what: &'static str,
    /// What is there, or what was and what is there now.
    pub facts: Vec<Fact>,
    /// What it needs or may do.
    pub lines: Vec<Line>,
}

/// Something that a lock says of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name: `plugin`.
    pub name: &'static str,
    /// As it was; none if it is new.
    pub before: Option<String>,
    /// As it is.
    pub after: String,
}

/// A line of what it needs or may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What about it.
    pub mark: Mark,
    /// The line.
    pub line: String,
    /// The same in words.
    pub words: String,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It may do so.
    May,
    /// It may do so now, and nobody approved it.
    MayNow,
    /// It needs that now, and nobody approved it.
    NeedsNow,
    /// It may do so now, or needs it, which was approved.
    Approved,
    /// It may not do so any more, or does not need it.
    NoLonger,
}

impl Mark {
    const fn label(self) -> (&'static str, Tone) {
        match self {
            Self::May => ("may", Tone::Plain),
            Self::MayNow => ("may now", Tone::Bad),
            Self::NeedsNow => ("needs now", Tone::Bad),
            Self::Approved => ("approved", Tone::Warning),
            Self::NoLonger => ("no longer", Tone::Good),
        }
    }
}

/// The changes as text, with a line break at its end; nothing for none.
pub fn render(changes: &Changes, look: &Look) -> String {
    let mut page = Page::new(look);
    for change in &changes.changes {
        page.blank();
        let name = look.foreign(&format!("{} in {}", change.probe, change.environment), LONGEST);
        page.text(0, &[Span::new(name, Tone::Strong), Span::new(change.what, Tone::Dim)]);
        for fact in &change.facts {
            let after = look.foreign(&fact.after, LONGEST);
            let spans = match &fact.before {
                Some(before) => vec![
                    Span::plain(look.foreign(before, LONGEST)),
                    Span::new(look.arrow(), Tone::Dim),
                    Span::new(after, Tone::Strong),
                ],
                None => vec![Span::plain(after)],
            };
            page.line(&Lead { indent: 2, label: Span::new(fact.name, Tone::Dim), text_at: 13 }, &spans);
        }
        lines(&mut page, look, &change.lines);
    }
    if !changes.to_approve.is_empty() {
        page.blank();
        let count = plural(changes.to_approve.len(), "line");
        let text = format!("{count} more than what was locked. If that is meant, approve by name:");
        page.text(0, &[Span::new(text, Tone::Strong)]);
        page.verbatim(
            2,
            &format!("shipworthy plugin lock {}", look.foreign(&changes.to_approve.join(" "), usize::MAX)),
        );
    }
    page.finish()
}

fn lines(page: &mut Page<'_>, look: &Look, lines: &[Line]) {
    let shown = |line: &Line| look.foreign(&line.line, LONGEST);
    let width = lines.iter().map(|line| columns(&shown(line))).max().unwrap_or(0).min(WIDEST);
    for line in lines {
        let (label, tone) = line.mark.label();
        let text = shown(line);
        let gap = " ".repeat(width.saturating_sub(columns(&text)));
        let words = Span::new(look.foreign(&line.words, LONGEST), Tone::Dim);
        let lead = Lead { indent: 2, label: Span::new(label, tone), text_at: 13 };
        if columns(&text) <= width && 13 + width + 2 + columns(&words.text) <= look.columns() {
            page.literal(&Lead { label: Span::new(format!("{label:11}{text}{gap}  "), tone), ..lead }, &words.text);
        } else {
            page.line(&lead, &[Span::plain(text)]);
            page.text(15, &[words]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(mark: Mark, line: &str, words: &str) -> Line {
        Line { mark, line: line.to_owned(), words: words.to_owned() }
    }

    fn sample() -> Changes {
        Changes {
            changes: vec![
                Change {
                    environment: "staging".to_owned(),
                    probe: "gateway".to_owned(),
                    what: "changed",
                    facts: vec![
                        Fact {
                            name: "plugin",
                            before: Some("gateway 0.3.0".to_owned()),
                            after: "gateway 0.4.0".to_owned(),
                        },
                        Fact { name: "source", before: None, after: "oci://registry.example/gateway:0.4".to_owned() },
                    ],
                    lines: vec![
                        line(Mark::MayNow, "http POST /x", "send POST /x to its endpoint"),
                        line(Mark::NoLonger, "http GET /health", "ask GET /health of its endpoint"),
                    ],
                },
                Change {
                    environment: "staging".to_owned(),
                    probe: "agent".to_owned(),
                    what: "removed",
                    facts: Vec::new(),
                    lines: Vec::new(),
                },
            ],
            to_approve: vec!["--accept gateway:'http POST /x'".to_owned()],
        }
    }

    #[test]
    fn it_reads_like_a_question_for_permission() {
        let wide = Look { color: false, unicode: true, width: 80, plain: false };
        insta::assert_snapshot!(render(&sample(), &wide), @r"
        gateway in staging changed
          plugin     gateway 0.3.0 → gateway 0.4.0
          source     oci://registry.example/gateway:0.4
          may now    http POST /x      send POST /x to its endpoint
          no longer  http GET /health  ask GET /health of its endpoint

        agent in staging removed

        1 line more than what was locked. If that is meant, approve by name:
          shipworthy plugin lock --accept gateway:'http POST /x'
        ");
        let narrow = Look { color: false, unicode: false, width: 40, plain: false };
        insta::assert_snapshot!(render(&sample(), &narrow), @r"
        gateway in staging changed
          plugin     gateway 0.3.0 -> gateway
                     0.4.0
          source     oci://registry.example/
                     gateway:0.4
          may now    http POST /x
                       send POST /x to its
                       endpoint
          no longer  http GET /health
                       ask GET /health of its
                       endpoint

        agent in staging removed

        1 line more than what was locked. If
        that is meant, approve by name:
          shipworthy plugin lock --accept gateway:'http POST /x'
        ");
    }

    #[test]
    fn nothing_changed_says_nothing() {
        assert_eq!(render(&Changes::default(), &Look { color: false, unicode: true, width: 80, plain: false }), "");
    }
}

//! What `shipworthy doctor` found: for people, a line each with what to do; and for programs.

use serde::Serialize;
use shipworthy_contract::{Explain, Outcome, text::plural};

use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// The format, in its field `schema`.
const SCHEMA: &str = "shipworthy.doctor/1";

/// Longest text that is shown, in characters.
const LONGEST: usize = 600;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// What it belongs to, such as `docker`: those of one area stand together.
    pub area: &'static str,
    /// What was looked at, such as `socket`.
    pub name: String,
    /// `pass`; `info` where nothing that is asked for needs it; `warn`; `fail` where no check can run before it is mended.
    pub outcome: Outcome,
    /// What was found, on one line.
    pub message: String,
    /// What to do, in words; none where nothing is to be done.
    pub advice: Option<String>,
    /// The same as commands, or as lines of a file that the advice names.
    pub paste: Vec<String>,
}

impl Looked {
    /// With what to do about it.
    #[must_use]
    pub fn with(self, advice: &str, paste: &[&str]) -> Self {
        let paste = paste.iter().map(|line| (*line).to_owned()).collect();
        Self { advice: Some(advice.to_owned()), paste, ..self }
    }

    /// What an error says, where it is one. Its help is the advice.
    pub fn error(area: &'static str, name: &str, outcome: Outcome, error: &dyn Explain) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = cause.source();
        }
        if let Some(place) = error.place() {
            message = format!("{message} ({place})");
        }
        let help = error.help().unwrap_or_default();
        let mut lines = help.lines();
        let mut advice = Vec::new();
        for line in lines.by_ref() {
            advice.push(line);
            if line.ends_with(':') {
                break;
            }
        }
        let advice = (!advice.is_empty()).then(|| advice.join("; "));
        Self { area, name: name.to_owned(), outcome, message, advice, paste: lines.map(str::to_owned).collect() }
    }
}

/// How all of it comes out: the worst of them, `info` counting as nothing.
pub fn verdict(looked: &[Looked]) -> Outcome {
    let has = |outcome| looked.iter().any(|looked| looked.outcome == outcome);
    if has(Outcome::Fail) {
        Outcome::Fail
    } else if has(Outcome::Warn) {
        Outcome::Warn
    } else {
        Outcome::Pass
    }
}

/// As text, with a line break at its end.
pub fn render(looked: &[Looked], look: &Look) -> String {
    let mut page = Page::new(look);
    let names = looked.iter().map(|one| crate::page::columns(&look.foreign(&one.name, LONGEST))).max().unwrap_or(0);
    let text_at = (look.symbol_columns() + names + 2).min(look.columns() / 2);
    let mut area = "";
    for one in looked {
        if one.area != area {
            area = one.area;
            page.blank();
            page.title(area);
        }
        line(&mut page, look, one, text_at);
    }
    page.blank();
    page.text(0, &closing(looked));
    page.finish()
}

fn line(page: &mut Page<'_>, look: &Look, one: &Looked, text_at: usize) {
    let symbol = format!("{:<width$}", look.symbol(one.outcome), width = look.symbol_columns());
    let name = look.foreign(&one.name, LONGEST);
    let label = if look.plain { format!("{}: {name}", symbol.trim()) } else { format!("{symbol}{name}") };
    let label = Span::new(label, tone(one.outcome));
    let text = Span::plain(look.foreign(&one.message, LONGEST));
    if look.plain || crate::page::columns(&label.text) < text_at {
        page.line(&Lead { indent: 0, label, text_at }, &[text]);
    } else {
        page.text(0, &[label]);
        page.text(text_at, &[text]);
    }
    let indent = look.symbol_columns();
    let text_at = indent + crate::page::columns(look.arrow()) + 1;
    if let Some(advice) = &one.advice {
        let label = Span::new(look.arrow(), Tone::Dim);
        page.advice(&Lead { indent, label, text_at }, &[Span::plain(look.foreign(advice, LONGEST))]);
    }
    let text_at = if look.plain { 0 } else { text_at };
    for line in &one.paste {
        page.verbatim(text_at, &look.foreign(line, LONGEST));
    }
}

fn closing(looked: &[Looked]) -> [Span; 1] {
    let count = |outcome| looked.iter().filter(|one| one.outcome == outcome).count();
    let (wrong, warnings) = (count(Outcome::Fail), count(Outcome::Warn));
    let text = match (wrong, warnings) {
        (0, 0) => "nothing is wrong".to_owned(),
        (0, warnings) => format!("checks can run; {}", plural(warnings, "warning")),
        (wrong, 0) => format!("{} keep checks from running", plural(wrong, "problem")),
        (wrong, warnings) => {
            format!("{} keep checks from running, and {}", plural(wrong, "problem"), plural(warnings, "warning"))
        }
    };
    let text = if wrong == 1 { text.replacen("keep ", "keeps ", 1) } else { text };
    [Span::new(
        text,
        if wrong > 0 {
            Tone::Bad
        } else if warnings > 0 {
            Tone::Warning
        } else {
            Tone::Good
        },
    )]
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    verdict: Outcome,
    exit_code: u8,
    looked: &'a [Looked],
}

/// As JSON, with a line break at its end.
pub fn json(looked: &[Looked], exit_code: u8) -> String {
    crate::json::pretty(&Document { schema: SCHEMA, verdict: verdict(looked), exit_code, looked })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { color: false, unicode: true, width: 80, plain: false };

    fn looked(area: &'static str, name: &str, outcome: Outcome, message: &str) -> Looked {
        let (name, message) = (name.to_owned(), message.to_owned());
        Looked { area, name, outcome, message, advice: None, paste: Vec::new() }
    }

    #[test]
    fn areas_are_told_with_what_to_do() {
        let all = [
            looked("system", "program", Outcome::Pass, "shipworthy on linux"),
            looked(
                "docker",
                "engine",
                Outcome::Fail,
                "cannot reach the container engine at `unix:///var/run/docker.sock`: permission denied",
            )
            .with("let this user ask it:", &["sudo usermod -aG docker \"$USER\"", "newgrp docker"]),
            looked("docker", "\u{1b}[31mx", Outcome::Warn, "::error::owned"),
            looked("tools", "go", Outcome::Info, "not there"),
        ];
        insta::assert_snapshot!(render(&all, &LOOK), @r#"
        system
        √ program  shipworthy on linux

        docker
        × engine   cannot reach the container engine at `unix:///var/run/docker.sock`:
                   permission denied
          → let this user ask it:
            sudo usermod -aG docker "$USER"
            newgrp docker
        ‼ x        ·::error::owned

        tools
        · go       not there

        1 problem keeps checks from running, and 1 warning
        "#);
        insta::assert_snapshot!(render(&all[3..], &Look { unicode: false, ..LOOK }), @r"
        tools
        info go  not there

        nothing is wrong
        ");
        insta::assert_snapshot!(render(&all, &Look { plain: true, ..LOOK }), @r#"
        system:
        passed: program: shipworthy on linux

        docker:
        failed: engine: cannot reach the container engine at `unix:///var/run/docker.sock`: permission denied
        to do: let this user ask it:
        sudo usermod -aG docker "$USER"
        newgrp docker
        warning: x: ·::error::owned

        tools:
        note: go: not there

        1 problem keeps checks from running, and 1 warning
        "#);
    }

    #[test]
    fn the_worst_counts() {
        let of = |outcome| looked("a", "b", outcome, "c");
        for (outcomes, expected) in [
            (vec![Outcome::Pass, Outcome::Info], Outcome::Pass),
            (vec![Outcome::Warn, Outcome::Pass], Outcome::Warn),
            (vec![Outcome::Warn, Outcome::Fail, Outcome::Info], Outcome::Fail),
        ] {
            let all: Vec<Looked> = outcomes.into_iter().map(of).collect();
            assert_eq!(verdict(&all), expected);
        }
    }
}

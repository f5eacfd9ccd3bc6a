//! How text for people looks: colour, characters, width, and the door through which foreign text passes.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use shipworthy_contract::{Outcome, text};

/// Narrowest page that is laid out, in columns. On a narrower terminal the terminal itself wraps.
const NARROWEST: usize = 40;

/// Widest page that is laid out, in columns: longer lines are hard to read.
const WIDEST: usize = 200;

/// Columns of a page that is not laid out: more than any line has, and no danger to sums.
const UNBROKEN: usize = 1 << 24;

/// How text for people is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether to write ANSI colour sequences.
    pub color: bool,
    /// Whether to write characters beyond ASCII.
    pub unicode: bool,
    /// Columns of the page; taken as 40 where it is less, and as 200 where it is more.
    pub width: usize,
    /// Whether it is to be spoken rather than looked at: words for symbols, a name and a colon before each value, no
    /// column, no underline, no colour, and no line broken.
    pub plain: bool,
}

/// What a piece of text is, from which its style follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Dim,
    Good,
    Warning,
    Bad,
    Unknown,
}

impl Look {
    /// Columns of the page.
    pub(crate) fn columns(&self) -> usize {
        if self.plain { UNBROKEN } else { self.width.clamp(NARROWEST, WIDEST) }
    }

    /// The style of a tone; without colour, none.
    pub(crate) fn style(&self, tone: Tone) -> Style {
        if !self.color || self.plain {
            return Style::new();
        }
        match tone {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Unknown => AnsiColor::Magenta.on_default().bold(),
        }
    }

    /// The symbol of an outcome. In ASCII it is a word, which a screen reader also speaks.
    pub(crate) fn symbol(&self, outcome: Outcome) -> &'static str {
        if self.plain {
            return match outcome {
                Outcome::Pass => "passed",
                Outcome::Info => "note",
                Outcome::Warn => "warning",
                Outcome::Fail => "failed",
                Outcome::Skip => "skipped",
                Outcome::Error => "unknown",
            };
        }
        match (outcome, self.unicode) {
            (Outcome::Pass, true) => "√",
            (Outcome::Info, true) => "·",
            (Outcome::Warn, true) => "‼",
            (Outcome::Fail, true) => "×",
            (Outcome::Skip, true) => "-",
            (Outcome::Error, true) => "?",
            (Outcome::Pass, false) => "ok",
            (Outcome::Info, false) => "info",
            (Outcome::Warn, false) => "WARN",
            (Outcome::Fail, false) => "FAIL",
            (Outcome::Skip, false) => "skip",
            (Outcome::Error, false) => "ERR",
        }
    }

    /// Columns that every symbol takes, with the blank after it.
    pub(crate) const fn symbol_columns(&self) -> usize {
        if self.unicode { 2 } else { 5 }
    }

    /// What leads a hint.
    pub(crate) const fn arrow(&self) -> &'static str {
        match (self.plain, self.unicode) {
            (true, _) => "to do",
            (false, true) => "→",
            (false, false) => "->",
        }
    }

    /// Foreign text, made safe and cut to `limit` characters.
    pub(crate) fn foreign(&self, text: &str, limit: usize) -> String {
        self.characters(&defuse(&text::excerpt(text, limit))).into_owned()
    }

    /// Text in the characters that this look allows; it is not made safe.
    pub(crate) fn characters<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.unicode || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut ascii = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if c.is_ascii() => ascii.push(c),
                '…' => ascii.push_str("..."),
                '→' => ascii.push_str("->"),
                '·' => ascii.push('.'),
                '–' | '—' => ascii.push('-'),
                '‘' | '’' => ascii.push('\''),
                '“' | '”' => ascii.push('"'),
                c => ascii.extend(c.escape_unicode()),
            }
        }
        Cow::Owned(ascii)
    }

    /// What is put before text that must not begin a line.
    pub(crate) const fn guard(&self) -> char {
        if self.unicode { '·' } else { '.' }
    }
}

/// Breaks up the workflow commands that some CI systems obey anywhere in a line, not at its beginning only.
pub(crate) fn defuse(text: &str) -> String {
    text.replace("##[", "#·#[").replace("##vso[", "#·#vso[")
}

/// The tone in which an outcome is told.
pub(crate) const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Pass => Tone::Good,
        Outcome::Info | Outcome::Skip => Tone::Dim,
        Outcome::Warn => Tone::Warning,
        Outcome::Fail => Tone::Bad,
        Outcome::Error => Tone::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: Look = Look { color: false, unicode: false, width: 80, plain: false };

    #[test]
    fn ascii_keeps_the_meaning() {
        for (text, ascii) in [("a…b", "a...b"), ("→ x", "-> x"), ("ü", "\\u{fc}"), ("plain", "plain")] {
            assert_eq!(ASCII.characters(text), ascii);
        }
    }

    #[test]
    fn ascii_symbols_fit_their_columns() {
        for outcome in Outcome::ALL {
            assert!(ASCII.symbol(outcome).len() < ASCII.symbol_columns());
        }
    }

    #[test]
    fn commands_in_the_middle_of_a_line_are_broken_up() {
        let look = Look { unicode: true, ..ASCII };
        assert_eq!(look.foreign("x ##[error]y ##vso[task.x]z", 80), "x #·#[error]y #·#vso[task.x]z");
    }
}

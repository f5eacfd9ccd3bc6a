//! A page of text for people: lines that wrap at the page's width and stay aligned.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::look::{Look, Tone};

/// Columns that text has at the very least. Room for a guard and what it guards, so that breaking comes to an end.
const LEAST_ROOM: usize = 8;

/// A piece of text in one tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Span {
    pub(crate) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// What stands before the text of a line, and where its further lines begin.
#[derive(Clone, Debug)]
pub(crate) struct Lead {
    /// Blanks before the label.
    pub(crate) indent: usize,
    /// Symbol or name.
    pub(crate) label: Span,
    /// Column at which the text begins, on each of its lines.
    pub(crate) text_at: usize,
}

/// Lines for people. Text that is put on it has passed [`Look::foreign`] or is our own.
pub(crate) struct Page<'a> {
    look: &'a Look,
    out: String,
}

impl<'a> Page<'a> {
    pub(crate) const fn new(look: &'a Look) -> Self {
        Self { look, out: String::new() }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// An empty line, unless the page is empty.
    pub(crate) fn blank(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// A heading, underlined.
    pub(crate) fn heading(&mut self, text: &str) {
        let text = self.look.characters(text).into_owned();
        if self.look.plain {
            self.text(0, &[Span::plain(format!("{text}:"))]);
            return;
        }
        let line = "-".repeat(text.width().min(self.look.columns()));
        self.text(0, &[Span::new(text, Tone::Strong)]);
        self.text(0, &[Span::new(line, Tone::Dim)]);
    }

    /// The title of a part, not underlined.
    pub(crate) fn title(&mut self, text: &str) {
        let colon = if self.look.plain { ":" } else { "" };
        self.text(0, &[Span::new(format!("{text}{colon}"), Tone::Strong)]);
    }

    /// Text at an indent, wrapped.
    pub(crate) fn text(&mut self, indent: usize, spans: &[Span]) {
        self.line(&Lead { indent, label: Span::plain(""), text_at: indent }, spans);
    }

    /// Text behind a label, wrapped so that its further lines stand below its beginning.
    pub(crate) fn line(&mut self, lead: &Lead, spans: &[Span]) {
        self.laid_out(lead, spans, Quotes::Broken);
    }

    /// The same, of what names commands between backticks: each stays in one piece, so that it can be pasted.
    pub(crate) fn advice(&mut self, lead: &Lead, spans: &[Span]) {
        self.laid_out(lead, spans, Quotes::Whole);
    }

    fn laid_out(&mut self, lead: &Lead, spans: &[Span], quotes: Quotes) {
        if self.look.plain {
            self.spoken(lead, spans);
            return;
        }
        let room = self.look.columns().saturating_sub(lead.text_at).max(LEAST_ROOM);
        let label = self.look.characters(&lead.label.text).into_owned();
        let gap = lead.text_at.saturating_sub(lead.indent + label.width());
        let lines = wrap(spans, room, quotes, self.look);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                self.pad(lead.indent);
                self.paint(&label, lead.label.tone);
                self.pad(if line.is_empty() { 0 } else { gap });
            } else {
                self.pad(lead.text_at);
            }
            for span in line {
                self.paint(&span.text, span.tone);
            }
            self.out.push('\n');
        }
    }

    /// A line that is to be spoken: the label as a word with a colon, and nothing that only places it.
    fn spoken(&mut self, lead: &Lead, spans: &[Span]) {
        let label = lead.label.text.trim().trim_end_matches(':');
        let is_word = label.chars().any(char::is_alphanumeric);
        let label = if is_word { format!("{label}: ") } else { String::new() };
        self.out.push_str(&self.look.characters(&label));
        for span in wrap(spans, self.look.columns(), Quotes::Broken, self.look).iter().flatten() {
            self.out.push_str(&span.text);
        }
        self.out.push('\n');
    }

    /// Text behind a label that keeps its blanks and is not wrapped: a line of source, already cut to fit.
    pub(crate) fn literal(&mut self, lead: &Lead, text: &str) {
        let gap = lead.text_at.saturating_sub(lead.indent + columns(&lead.label.text));
        self.pad(lead.indent);
        self.paint(&lead.label.text, lead.label.tone);
        self.pad(if text.is_empty() { 0 } else { gap });
        self.out.push_str(&self.look.characters(text));
        self.out.push('\n');
    }

    /// Columns before what stands below a title; none where it is spoken.
    pub(crate) const fn below(&self) -> usize {
        if self.look.plain { 0 } else { 2 }
    }

    /// A line that is meant to be pasted: never wrapped.
    pub(crate) fn verbatim(&mut self, indent: usize, text: &str) {
        self.pad(if text.is_empty() { 0 } else { indent });
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn paint(&mut self, text: &str, tone: Tone) {
        if text.is_empty() {
            return;
        }
        let style = self.look.style(tone);
        // Writing to a `String` cannot fail.
        write!(self.out, "{style}{text}{style:#}").unwrap_or_default();
    }
}

/// What becomes of what stands between backticks where a line ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// It is broken as any text.
    Broken,
    /// It stays in one piece, even if that is longer than a line: a terminal's own break is none when it is pasted.
    Whole,
}

/// Lays words out in lines of at most `room` columns. There is always one line, which may be empty.
fn wrap(spans: &[Span], room: usize, quotes: Quotes, look: &Look) -> Vec<Vec<Span>> {
    let mut lines = Lines { done: Vec::new(), line: Vec::new(), used: 0, room, guard: look.guard() };
    for span in spans {
        let text = look.characters(&span.text);
        match quotes {
            Quotes::Broken => text.split_whitespace().for_each(|word| lines.word(word, span.tone)),
            Quotes::Whole => pieces(&text).for_each(|piece| lines.piece(piece, span.tone)),
        }
    }
    lines.done.push(lines.line);
    lines.done
}

/// Words, with what stands between a pair of backticks as one of them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        let mut quoted = false;
        let end = rest.char_indices().find(|(at, c)| {
            quoted ^= *c == '`';
            c.is_whitespace() && !(quoted && rest.get(*at..).is_some_and(|after| after.contains('`')))
        });
        let (piece, after) = rest.split_at_checked(end.map_or(rest.len(), |(at, _)| at))?;
        rest = after.trim_start();
        (!piece.is_empty()).then_some(piece)
    })
}

struct Lines {
    done: Vec<Vec<Span>>,
    line: Vec<Span>,
    used: usize,
    room: usize,
    guard: char,
}

impl Lines {
    fn word(&mut self, word: &str, tone: Tone) {
        let columns = columns(word);
        if self.used > 0 && self.used + 1 + columns <= self.room {
            self.push(" ", tone);
            self.push(word, tone);
            return;
        }
        if self.used > 0 {
            self.end();
        }
        let mut rest = self.guarded(word);
        while columns_exceed(&rest, self.room) {
            let at = break_at(&rest, self.room);
            let tail = rest.split_off(at);
            self.push(&rest, tone);
            self.end();
            rest = self.guarded(&tail);
        }
        self.push(&rest, tone);
    }

    /// A word, or several that stay together.
    fn piece(&mut self, piece: &str, tone: Tone) {
        if !piece.contains(char::is_whitespace) || columns(piece) <= self.room {
            self.word(piece, tone);
            return;
        }
        if self.used > 0 {
            self.end();
        }
        let whole = self.guarded(piece);
        self.push(&whole, tone);
    }

    /// A CI system obeys `::` at the beginning of a line, wherever the line came to be broken.
    fn guarded(&self, word: &str) -> String {
        if word.starts_with("::") { format!("{}{word}", self.guard) } else { word.to_owned() }
    }

    fn push(&mut self, text: &str, tone: Tone) {
        self.used += columns(text);
        match self.line.last_mut() {
            Some(last) if last.tone == tone => last.text.push_str(text),
            _ => self.line.push(Span::new(text, tone)),
        }
    }

    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.used = 0;
    }
}

/// Columns of a text, character by character: what joined characters may save is not counted on.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

fn columns_exceed(text: &str, room: usize) -> bool {
    columns(text) > room
}

/// Where a word is broken: after the last separator that fits, else after the last character that does. At least one
/// character stays, so that there is an end.
fn break_at(word: &str, room: usize) -> usize {
    let mut used = 0;
    let mut hard = 0;
    let mut soft = 0;
    for (at, c) in word.char_indices() {
        used += c.width().unwrap_or(0);
        if used > room && at > 0 {
            break;
        }
        hard = at + c.len_utf8();
        if matches!(c, '/' | '-' | '_' | ',' | '.' | ':' | '=') {
            soft = hard;
        }
    }
    // A break that leaves half of the line empty is uglier than a hard one.
    if soft > hard / 2 { soft } else { hard }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, room: usize) -> Vec<String> {
        laid_out(text, room, Quotes::Broken)
    }

    fn laid_out(text: &str, room: usize, quotes: Quotes) -> Vec<String> {
        let look = Look { color: false, unicode: true, width: 80, plain: false };
        wrap(&[Span::plain(text)], room, quotes, &look)
            .into_iter()
            .map(|line| line.into_iter().map(|span| span.text).collect())
            .collect()
    }

    #[test]
    fn words_wrap_and_long_words_break() {
        for (text, room, lines) in [
            ("", 5, &[""] as &[&str]),
            ("one two three", 7, &["one two", "three"]),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("environments/staging.toml", 14, &["environments/", "staging.toml"]),
            ("見見見見", 4, &["見見", "見見"]),
            ("a ::error::b", 10, &["a", "·::error::", "b"]),
            ("aaaa::b", 4, &["aaaa", "·::b"]),
        ] {
            assert_eq!(wrapped(text, room), lines, "{text}");
        }
    }

    #[test]
    fn what_can_be_pasted_stays_in_one_piece() {
        for (text, lines) in [
            ("run `docker compose up` now", &["run", "`docker compose up`", "now"] as &[&str]),
            ("run `docker compose up -d --wait` now", &["run", "`docker compose up -d --wait`", "now"]),
            ("a ` alone breaks as ever", &["a ` alone breaks as", "ever"]),
            ("(`a b`, `c d`) is two", &["(`a b`, `c d`) is", "two"]),
            ("", &[""]),
        ] {
            assert_eq!(laid_out(text, 20, Quotes::Whole), lines, "{text}");
        }
    }

    #[test]
    fn what_is_spoken_has_no_columns() {
        let look = Look { color: true, unicode: true, width: 40, plain: true };
        let mut page = Page::new(&look);
        page.heading("stack: gateway");
        let long = "a word ".repeat(20);
        for label in ["expected", "-", "", "×", "note:"] {
            page.line(&Lead { indent: 4, label: Span::new(label, Tone::Bad), text_at: 14 }, &[Span::plain(&long)]);
        }
        let text = page.finish();
        let lines: Vec<&str> = text.lines().map(|line| line.split("a word").next().unwrap_or_default()).collect();
        assert_eq!(lines, ["stack: gateway:", "expected: ", "", "", "", "note: "]);
        assert!(!text.contains('\u{1b}'));
    }
}

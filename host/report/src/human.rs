//! The report for people: groups by side and service, one line per rule, and the verdict in words.
//!
//! One cause is told once, with what it made impossible beneath it. What is the same at many instances of a fleet is
//! told once too, with how many of how many, what differs, and where. Long values are cut here and nowhere else; all of
//! them stand in `--format json`.

pub(crate) mod alike;
pub(crate) mod causes;
pub(crate) mod example;
pub(crate) mod fleet;
pub(crate) mod group;
pub(crate) mod head;
pub(crate) mod line;
mod many;
mod source;
mod trace;
pub(crate) mod verdict;

use std::time::Duration;

pub(crate) use causes::is_consequence;
pub use source::Source;
pub(crate) use verdict::in_words as verdict_in_words;

use shipworthy_contract::{CheckResult, Outcome, Report, Side};

use crate::{Look, look::Tone, page::Page, page::Span};

/// Most paths, names or similar lines that are shown of one kind at one place.
const MOST_SHOWN: usize = 10;

/// How the report is to be told. The caller fills every field: each depends on the terminal or the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// Whether to write ANSI colour sequences.
    pub color: bool,
    /// Whether to write characters beyond ASCII.
    pub unicode: bool,
    /// Whether to show evidence, plugins and times, and each pass on its own.
    pub verbose: bool,
    /// Whether to show only what is neither `pass` nor `info`, and the verdict.
    pub quiet: bool,
    /// Columns of the page; taken as 40 where it is less, and as 200 where it is more.
    pub width: usize,
    /// Whether it is to be spoken rather than looked at: [`Look::plain`].
    pub plain: bool,
    /// How long the whole run took.
    pub elapsed: Duration,
    /// The manifest's text, for results that point into it; none where it is not at hand.
    pub source: Option<&'a Source>,
}

/// The report as text, with a line break at its end.
pub fn render(report: &Report, options: &Options<'_>) -> String {
    let Options { color, unicode, width, plain, .. } = *options;
    let look = Look { color, unicode, width, plain };
    let mut page = Page::new(&look);
    if !options.quiet {
        head::render(&mut page, &look, report);
    }
    let shown = |result: &CheckResult| !options.quiet || !matches!(result.outcome, Outcome::Pass | Outcome::Info);
    let fleets = fleet::Fleets::of(&report.results);
    let teller = line::Teller { source: options.source, ..line::Teller::new(&look, &fleets, options.verbose) };
    for section in group::sections(&report.results, &fleets, options.verbose, shown) {
        page.blank();
        page.heading(&look.foreign(&title(&section), 100));
        for plugin in if options.verbose { section.plugins() } else { Vec::new() } {
            let text = format!("seen by {} {}, sha256 {}", plugin.name, plugin.version, plugin.sha256);
            page.text(0, &[Span::new(look.foreign(&text, 300), Tone::Dim)]);
        }
        if let Some(summary) = fleets.get(section.service).and_then(|fleet| fleet.summary(&look, MOST_SHOWN)) {
            page.text(0, &summary);
        }
        for entry in &section.entries {
            teller.entry(&mut page, entry);
        }
    }
    page.blank();
    verdict::render(&mut page, &look, report, options.elapsed);
    page.finish()
}

fn title(section: &group::Section<'_>) -> String {
    match (section.side, section.service) {
        (Side::Payload, _) => "payload".to_owned(),
        (Side::Stack, None) => "stack".to_owned(),
        (Side::Stack, Some(service)) => format!("stack: {service}"),
    }
}

/// A note in the manner of `and 3 more (all in --format json)`.
fn more(count: usize) -> Span {
    Span::new(format!("and {count} more (all in --format json)"), Tone::Dim)
}

/// A time as people read it.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else if seconds < 60 {
        format!("{seconds}.{:02} s", duration.subsec_millis() / 10)
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        for (ms, text) in [(0, "0 ms"), (999, "999 ms"), (1_000, "1.00 s"), (59_999, "59.99 s"), (61_500, "1 min 1 s")]
        {
            assert_eq!(time(Duration::from_millis(ms)), text);
        }
    }
}

//! Whose it is to mend, and for the plugin's author where the probe was and what it logged.

use shipworthy_contract::{CheckResult, evidence::LAST_WORDS};

use super::{
    line::{self, LONGEST_VALUE, Teller},
    more,
};
use crate::{look::Tone, page::Page, page::Span};

/// Most calls and most lines of a log that are shown; in a verbose report all of them.
const MOST: usize = 5;

impl Teller<'_> {
    /// The class, with whose it is where the hint does not say so.
    pub(super) fn class(&self, page: &mut Page<'_>, result: &CheckResult) {
        let Some(class) = line::telling_class(result.class) else { return };
        let told = result.hint.as_deref().is_some_and(|hint| hint.starts_with("to mend "));
        let mut parts = vec![Span::plain(class.as_str())];
        if let Some(fault) = result.fault.filter(|_| !told) {
            parts.push(Span::new(format!("(at fault: {})", fault.in_words()), Tone::Dim));
        }
        self.details(page, "class", &parts);
    }

    /// The innermost calls.
    pub(super) fn stack(&self, page: &mut Page<'_>, result: &CheckResult) {
        let shown = self.most(result.stack.len());
        for (index, frame) in result.stack.iter().take(shown).enumerate() {
            let text = Span::plain(self.look.foreign(&frame.to_string(), self.limit));
            self.detail(page, if index == 0 { "stack" } else { "" }, text);
        }
        self.rest(page, result.stack.len() - shown);
    }

    /// The last lines of the log, but for those that the message and the stack were read from.
    pub(super) fn log(&self, page: &mut Page<'_>, result: &CheckResult) {
        let lines: Vec<_> = result.log.iter().filter(|line| line.level != LAST_WORDS).collect();
        let shown = self.most(lines.len());
        for (index, line) in lines.iter().skip(lines.len() - shown).enumerate() {
            let level = Span::new(format!("{}:", self.look.foreign(&line.level, LONGEST_VALUE)), Tone::Dim);
            let text = Span::plain(self.look.foreign(&line.text, self.limit));
            self.details(page, if index == 0 { "log" } else { "" }, &[level, text]);
        }
    }

    fn most(&self, count: usize) -> usize {
        if self.verbose { count } else { count.min(MOST) }
    }

    fn rest(&self, page: &mut Page<'_>, count: usize) {
        if count > 0 {
            self.detail(page, "", more(count));
        }
    }
}

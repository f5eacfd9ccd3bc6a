//! Notices: what a command without a report tells beside its output, with the report's symbols.

use shipworthy_contract::Outcome;

use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span, columns},
};

/// Longest text of a notice or of its advice that is shown, in characters.
const LONGEST: usize = 1_000;

/// One thing worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is, from which its symbol follows.
    pub outcome: Outcome,
    /// In words. Foreign text in it is made safe here.
    pub text: String,
    /// What to do about it, a piece of advice each.
    pub advice: Vec<String>,
}

impl Notice {
    /// A notice without advice.
    pub fn new(outcome: Outcome, text: impl Into<String>) -> Self {
        Self { outcome, text: text.into(), advice: Vec::new() }
    }

    /// The same with one piece of advice more.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }
}

/// All of them, a line each where they fit.
pub fn render(notices: &[Notice], look: &Look) -> String {
    let mut page = Page::new(look);
    for notice in notices {
        let text_at = look.symbol_columns();
        let symbol = Span::new(look.symbol(notice.outcome), tone(notice.outcome));
        page.line(&Lead { indent: 0, label: symbol, text_at }, &[Span::plain(look.foreign(&notice.text, LONGEST))]);
        for advice in &notice.advice {
            let label = Span::new(look.arrow(), Tone::Dim);
            let text = Span::plain(look.foreign(advice, LONGEST));
            page.line(&Lead { indent: text_at, label, text_at: text_at + columns(look.arrow()) + 1 }, &[text]);
        }
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_have_the_reports_symbols_and_hold_no_control_characters() {
        let notices = [
            Notice::new(Outcome::Pass, "written: environments/esb.toml").advise("shipworthy stack check --env esb"),
            Notice::new(Outcome::Error, "gateway: \u{1b}[31mred\n::error::x"),
        ];
        let look = Look { color: false, unicode: false, width: 80, plain: false };
        insta::assert_snapshot!(render(&notices, &look), @r"
        ok   written: environments/esb.toml
             -> shipworthy stack check --env esb
        ERR  gateway: red ::error::x
        ");
    }
}

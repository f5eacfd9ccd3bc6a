//! What else of a report can be explained: the class of a result, and the exit code of a run.

use shipworthy_contract::{Class, Side};

use crate::{
    Look,
    classes::{act, act_on_violation, meaning, who},
    look::Tone,
    page::{Lead, Page, Span},
};

/// Exit codes with what each says, as the documentation has them.
pub(crate) const EXIT_CODES: [(u8, &str); 10] = [
    (0, "passed, warnings allowed; of a command that judges nothing: done"),
    (1, "the payload contract failed: the artifact's producer mends it"),
    (2, "usage or configuration: nothing was judged, and nothing was started"),
    (3, "the stack is incompatible with what the artifact or the environment requires"),
    (4, "something that is required could not be determined: no answer is never a wrong answer"),
    (125, "`check -- COMMAND`: the command was not started, because of the verdict or of usage"),
    (126, "`check -- COMMAND`: the command cannot be run"),
    (127, "`check -- COMMAND`: the command is not there"),
    (130, "interrupted by Ctrl-C: nothing was judged"),
    (143, "interrupted by SIGTERM, as by `kill`: nothing was judged"),
];

/// A class or an exit code explained, with a line break at its end; none if it is neither.
pub(super) fn render(asked: &str, look: &Look) -> Option<String> {
    if let Some(class) = Class::ALL.into_iter().find(|class| class.as_str() == asked) {
        return Some(of_class(class, look));
    }
    let code = asked.strip_prefix("exit").map_or(asked, |rest| rest.trim_start_matches([' ', '-', '=']));
    let code: u8 = code.parse().ok()?;
    let (_, text) = EXIT_CODES.into_iter().find(|(known, _)| *known == code)?;
    let mut page = Page::new(look);
    page.heading(&format!("exit code {code}"));
    page.text(0, &[Span::plain(text)]);
    Some(page.finish())
}

fn of_class(class: Class, look: &Look) -> String {
    let mut page = Page::new(look);
    page.heading(class.as_str());
    page.text(0, &[Span::plain(meaning(class))]);
    page.blank();
    let mut fact = |label: &str, text: &str| {
        page.line(&Lead { indent: 0, label: Span::new(label, Tone::Dim), text_at: 10 }, &[Span::plain(text)]);
    };
    fact("kind", "the class of a result: why it is what it is");
    fact("who acts", who(class));
    if class == Class::Violated {
        fact("payload", act_on_violation(Side::Payload));
        fact("stack", act_on_violation(Side::Stack));
    } else {
        fact("to do", act(class));
    }
    page.finish()
}

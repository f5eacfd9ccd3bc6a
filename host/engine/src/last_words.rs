//! What a guest said of its own end: the message and the stack, in the way of its language.
//!
//! Read from hostile text: whatever it holds, a message is one harmless line, and so is each part of a frame.

mod go;
mod javascript;
mod python;
mod rust;

use shipworthy_contract::{Frame, explain::Place, frame::MOST_FRAMES, redact, text};

/// Longest message, in characters: an assertion quotes both of its sides.
const LONGEST_MESSAGE: usize = 600;

/// Longest name of a function or a file, in characters. Generic functions have long ones.
const LONGEST_NAME: usize = 200;

/// What was said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LastWords {
    /// One line.
    pub(crate) message: String,
    /// Innermost call first; empty where the words tell of none.
    pub(crate) stack: Vec<Frame>,
    /// The byte at which they begin in the text that they were read from.
    pub(crate) begin: usize,
    /// Where the message says that it happened.
    pub(crate) place: Option<Place>,
}

/// What a runtime printed before it gave up; none if it is of no kind that is known.
pub(crate) fn printed(text: &str) -> Option<LastWords> {
    let lines = lines(text);
    // Python's runtime panics in Rust after its own traceback, which says more.
    python::read(&lines).or_else(|| go::read(&lines)).or_else(|| rust::read(&lines))
}

/// What an SDK logged before it trapped: `TYPE: message`, and below it the stack.
pub(crate) fn logged(text: &str) -> LastWords {
    let mut lines = text.lines();
    let message = one_line(lines.by_ref().find(|line| !line.trim().is_empty()).into_iter());
    let rest: Vec<&str> = lines.collect();
    let stack = [python::stack(&rest), javascript::stack(&rest)].into_iter().find(|stack| !stack.is_empty());
    let stack = stack.unwrap_or_else(|| {
        let named = rest.iter().filter(|line| !line.trim().is_empty());
        named.take(MOST_FRAMES).map(|line| frame(line, None)).collect()
    });
    LastWords { message, stack, begin: 0, place: None }
}

/// The calls between those of the runtime at both ends: what raises the error, and what brings the call from the host.
/// All of them if there is nothing between.
pub(crate) fn between(
    frames: Vec<Frame>,
    raises: impl Fn(&Frame) -> bool,
    brings: impl Fn(&Frame) -> bool,
) -> Vec<Frame> {
    let from = frames.iter().position(|frame| !raises(frame));
    let to = frames.iter().rposition(|frame| !brings(frame)).map_or(0, |last| last + 1);
    let own = from.filter(|from| *from < to).and_then(|from| frames.get(from..to)).map(<[Frame]>::to_vec);
    let mut kept = own.unwrap_or(frames);
    kept.truncate(MOST_FRAMES);
    kept
}

/// One call, its names made safe.
pub(crate) fn frame(function: &str, place: Option<Place>) -> Frame {
    let function = text::excerpt(function.trim(), LONGEST_NAME);
    match place {
        Some(Place { file, line, column }) => {
            // Both count from 1; a runtime's 0 is "unknown".
            let known = |number: Option<u32>| number.filter(|number| *number > 0);
            let file = Some(text::excerpt(&file, LONGEST_NAME));
            Frame { function, file, line: known(line), column: known(column) }
        }
        None => Frame { function, file: None, line: None, column: None },
    }
}

/// `FILE:LINE` or `FILE:LINE:COLUMN`.
fn place(text: &str) -> Option<Place> {
    let (head, last) = text.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let of_two = head.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let (file, line, column) = match of_two {
        Some((file, line)) => (file, line, Some(last)),
        None => (head, last, None),
    };
    (!file.is_empty()).then(|| Place { file: file.to_owned(), line: Some(line), column })
}

/// Lines as one message.
fn one_line<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    redact::excerpt(&words.join(" "), LONGEST_MESSAGE)
}

/// A line without its break, and the byte at which it begins.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    begin: usize,
    text: &'a str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut begin = 0;
    let each = text.split_inclusive('\n').map(|line| {
        let at = begin;
        begin += line.len();
        Line { begin: at, text: line.trim_end_matches(['\n', '\r']) }
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Message, and frames in words.
    pub(super) fn told(words: &LastWords) -> (&str, Vec<String>) {
        (&words.message, words.stack.iter().map(Frame::to_string).collect())
    }

    #[test]
    fn an_error_that_was_logged_has_its_stack_below_it() {
        let python = "IndexError: list index out of range\n  File \"app.py\", line 12, in observe\n    deeper(x)\n  \
                      File \"app.py\", line 6, in third_party\n    return x[7]\n";
        let javascript = "TypeError: cannot read property 'a' of undefined\n    at thirdParty (probe.js:4:33)\n    \
                          at observe (probe.js:9:5)\n";
        let spidermonkey = "TypeError: x is undefined\nthirdParty@probe.js:4:33\nobserve@probe.js:9:5";
        let other = "Oops: it broke\nmain.inner\n\nmain.outer";
        for (text, message, stack) in [
            (python, "IndexError: list index out of range", vec!["third_party (app.py:6)", "observe (app.py:12)"]),
            (
                javascript,
                "TypeError: cannot read property 'a' of undefined",
                vec!["thirdParty (probe.js:4:33)", "observe (probe.js:9:5)"],
            ),
            (spidermonkey, "TypeError: x is undefined", vec!["thirdParty (probe.js:4:33)", "observe (probe.js:9:5)"]),
            (other, "Oops: it broke", vec!["main.inner", "main.outer"]),
            ("Error: alone", "Error: alone", vec![]),
            ("", "", vec![]),
        ] {
            let words = logged(text);
            assert_eq!(told(&words), (message, stack.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn hostile_words_become_harmless() {
        let hostile = "thread '' panicked at \u{1b}[2Ja.rs:1:2:\n::error::x\n\u{1b}]0;owned\u{7}y";
        let words = printed(hostile).unwrap();
        assert_eq!(words.message, "thread '' panicked at a.rs:1:2: ::error::x y");
        let long = format!("E: x\n    at {} (f.js:1:2)\n", "f".repeat(10_000));
        assert_eq!(logged(&long.repeat(100)).stack[0].function.chars().count(), LONGEST_NAME);
        assert_eq!(logged(&format!("E: x\n{}", "    at f (f.js:1:2)\n".repeat(100))).stack.len(), MOST_FRAMES);
        assert_eq!(logged(&format!("E: x\n{}", "f\n".repeat(100))).stack.len(), MOST_FRAMES);
    }

    #[test]
    fn places_are_read_from_behind() {
        let at = |file: &str, line, column| Some(Place { file: file.to_owned(), line: Some(line), column });
        for (text, expected) in [
            ("src/lib.rs:8:30", at("src/lib.rs", 8, Some(30))),
            ("main.go:8", at("main.go", 8, None)),
            ("c:/a.rs:8:1", at("c:/a.rs", 8, Some(1))),
            ("a.rs", None),
            (":1:2", None),
            ("a:99999999999", None),
        ] {
            assert_eq!(place(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_printed_makes_the_reader_panic(text in "(\\PC|\n|Traceback \\(most recent call last\\):\n|  File \"|panic: |goroutine 1 \\[|thread '' panicked at |:1:2:\n){0,40}") {
            for words in printed(&text).into_iter().chain([logged(&text)]) {
                proptest::prop_assert!(text.is_char_boundary(words.begin));
                proptest::prop_assert!(words.stack.len() <= MOST_FRAMES);
                proptest::prop_assert_eq!(text::one_line(&words.message), words.message);
            }
        }
    }
}

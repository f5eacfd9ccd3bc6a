//! Python: `Traceback (most recent call last):`, the calls with the innermost last, and `TYPE: message`.

use shipworthy_contract::{Frame, explain::Place};

use super::{LastWords, Line, between, frame, one_line};

const HEAD: &str = "Traceback (most recent call last):";

pub(super) fn read(lines: &[Line<'_>]) -> Option<LastWords> {
    // Of errors that led to one another, the last is the one that nobody caught.
    let at = lines.iter().rposition(|line| line.text == HEAD)?;
    let (first, below) = lines.get(at..)?.split_first()?;
    let end = below.iter().position(|line| !line.text.is_empty() && !line.text.starts_with([' ', '\t']))?;
    let (calls, said) = below.split_at_checked(end)?;
    // A message may have lines of its own; the runtime's panic that follows is no part of it.
    let said = said.iter().map(|line| line.text).take_while(|line| !line.starts_with("thread '"));
    let calls: Vec<&str> = calls.iter().map(|line| line.text).collect();
    Some(LastWords { message: one_line(said), stack: stack(&calls), begin: first.begin, place: None })
}

/// The calls among lines, innermost first.
pub(super) fn stack(lines: &[&str]) -> Vec<Frame> {
    let calls: Vec<Frame> = lines.iter().rev().filter_map(|line| call(line)).collect();
    between(calls, |_| false, is_of_the_sdk)
}

/// `File "app.py", line 8, in deeper`. A syntax error's has no function.
fn call(line: &str) -> Option<Frame> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let (number, function) = rest.split_once(", in ").unwrap_or((rest, "<module>"));
    let line = Some(number.trim().parse().ok()?);
    Some(frame(function, Some(Place { file: file.to_owned(), line, column: None })))
}

/// What brings the call from the host to the probe.
fn is_of_the_sdk(frame: &Frame) -> bool {
    let of = |file: &str| file.starts_with("shipworthy/") || file.contains("/shipworthy/");
    frame.file.as_deref().is_some_and(of)
}

#[cfg(test)]
mod tests {
    use super::super::{printed, tests::told};

    /// As componentize-py 0.25 prints it.
    const PRINTED: &str = r#"asked
Traceback (most recent call last):
  File "/0/app.py", line 11, in observe
    deeper([1, 2, 3])
    ~~~~~~^^^^^^^^^^^
  File "/0/app.py", line 6, in third_party
    return items[7]
           ~~~~~^^^
IndexError: list index out of range

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/0/shipworthy/component.py", line 30, in observe
    probe.observe()
  File "/0/app.py", line 13, in observe
    raise Helper("two\nlines") from e
app.Helper: two
lines

thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1293:29:
Python function threw an unexpected exception
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"#;

    #[test]
    fn the_last_error_is_told_and_not_the_runtimes_panic() {
        let words = printed(PRINTED).unwrap();
        assert_eq!(told(&words), ("app.Helper: two lines", vec!["observe (/0/app.py:13)".to_owned()]));
        let (before, said) = PRINTED.split_at(words.begin);
        assert!(said.starts_with("Traceback") && before.ends_with("exception:\n\n"), "{before}");
    }

    #[test]
    fn calls_stand_innermost_first() {
        let (first, _) = PRINTED.split_once("\nThe above").unwrap();
        let words = printed(first).unwrap();
        let stack = ["third_party (/0/app.py:6)", "observe (/0/app.py:11)"].map(str::to_owned).to_vec();
        assert_eq!(told(&words), ("IndexError: list index out of range", stack));
    }

    #[test]
    fn a_traceback_that_is_cut_short_is_none() {
        assert_eq!(printed("Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n"), None);
    }
}

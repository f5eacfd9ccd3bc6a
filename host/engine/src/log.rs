//! What a guest logs and its runtime prints: safe lines, bounded; and which of them are its last words.

use shipworthy_contract::{
    evidence::{LAST_WORDS, LogLine},
    quantity::Bytes,
    text,
};

use crate::{
    addresses::Addresses,
    last_words::{self, LastWords},
    state::Stop,
};

/// How the level of what a runtime prints is called.
const PRINTED: &str = "stderr";

/// The log of one run.
#[derive(Debug)]
pub(crate) struct Log {
    lines: Vec<LogLine>,
    /// Bytes that are left.
    left: u64,
    limit: u64,
    /// The last message, if it is an error and the guest has not asked or said anything since: its first line, and all of
    /// it as it was given.
    last_error: Option<(usize, String)>,
    /// The byte of what was printed at which the last words begin.
    printed_words: Option<usize>,
}

impl Log {
    pub(crate) const fn new(limit: u64) -> Self {
        Self { lines: Vec::new(), left: limit, limit, last_error: None, printed_words: None }
    }

    /// Keeps a message, a line for each of its own.
    pub(crate) fn write(&mut self, level: &str, message: &str, addresses: &Addresses) -> wasmtime::Result<()> {
        // With its line break, so that empty lines are not for free.
        let bytes = message.len() as u64 + 1;
        if bytes > self.left {
            return Err(Stop::limit("log", &Bytes(self.limit), &format_args!("a line of {bytes} bytes more")).into());
        }
        self.left -= bytes;
        let from = self.lines.len();
        self.lines.extend(lines(level, message, addresses));
        if self.lines.len() == from {
            self.lines.push(LogLine { level: level.to_owned(), text: String::new() });
        }
        self.last_error = (level == "error").then(|| (from, message.to_owned()));
        Ok(())
    }

    /// The guest asked or said something else: what it logged before is not its last word.
    pub(crate) fn goes_on(&mut self) {
        self.last_error = None;
    }

    /// What a guest said of its own end: what its runtime printed, else the error that it logged last.
    pub(crate) fn last_words(&mut self, printed: &str) -> Option<LastWords> {
        if let Some(words) = last_words::printed(printed) {
            self.printed_words = Some(words.begin);
            return Some(words);
        }
        let (from, message) = self.last_error.take()?;
        for line in self.lines.iter_mut().skip(from) {
            LAST_WORDS.clone_into(&mut line.level);
        }
        Some(last_words::logged(&message))
    }

    /// All lines, with those that were printed at the end.
    pub(crate) fn into_lines(self, printed: &str, addresses: &Addresses) -> Vec<LogLine> {
        let (before, words) =
            printed.split_at_checked(self.printed_words.unwrap_or(printed.len())).unwrap_or((printed, ""));
        let mut all = self.lines;
        all.extend(lines(PRINTED, before, addresses));
        all.extend(lines(LAST_WORDS, words, addresses));
        all
    }
}

/// Text as safe lines. Empty ones tell nothing.
fn lines(level: &str, text: &str, addresses: &Addresses) -> impl Iterator<Item = LogLine> {
    let safe = text.lines().map(text::one_line).filter(|line| !line.is_empty());
    safe.map(|text| LogLine { level: level.to_owned(), text: addresses.restore(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: Log, printed: &str) -> Vec<String> {
        let lines = log.into_lines(printed, &Addresses::default());
        lines.into_iter().map(|line| format!("{}: {}", line.level, line.text)).collect()
    }

    #[test]
    fn a_message_of_several_lines_stays_so() {
        let mut log = Log::new(1_000);
        log.write("info", "one\n  \u{1b}[31mtwo\r\n\n::error::three\n", &Addresses::default()).unwrap();
        log.write("warn", "", &Addresses::default()).unwrap();
        assert_eq!(told(log, ""), ["info: one", "info: two", "info: ·::error::three", "warn: "]);
    }

    #[test]
    fn lines_count_against_the_limit_with_their_breaks() {
        let mut log = Log::new(10);
        log.write("info", "1\n2\n3\n4", &Addresses::default()).unwrap();
        assert!(log.write("info", "12", &Addresses::default()).is_err());
        log.write("info", "1", &Addresses::default()).unwrap();
    }

    #[test]
    fn an_error_that_is_logged_last_is_the_last_word() {
        let mut log = Log::new(1_000);
        log.write("error", "ValueError: first", &Addresses::default()).unwrap();
        log.write("error", "TypeError: x\n    at f (a.js:1:2)", &Addresses::default()).unwrap();
        let words = log.last_words("begun\n").unwrap();
        assert_eq!((words.message.as_str(), words.stack.len()), ("TypeError: x", 1));
        let lines = ["error: ValueError: first", "last-words: TypeError: x", "last-words: at f (a.js:1:2)"];
        assert_eq!(told(log, "begun\n"), [&lines[..], &["stderr: begun"]].concat());
    }

    #[test]
    fn what_is_logged_before_anything_else_is_not() {
        for after in ["debug", "call"] {
            let mut log = Log::new(1_000);
            log.write("error", "ValueError: handled", &Addresses::default()).unwrap();
            match after {
                "call" => log.goes_on(),
                level => log.write(level, "and on", &Addresses::default()).unwrap(),
            }
            assert_eq!(log.last_words(""), None, "{after}");
        }
    }

    #[test]
    fn what_a_runtime_prints_comes_before_what_was_logged() {
        let mut log = Log::new(1_000);
        log.write("error", "it will panic", &Addresses::default()).unwrap();
        let printed = "begun\nthread '' panicked at a.rs:1:2:\nnow\n";
        assert_eq!(log.last_words(printed).unwrap().message, "thread '' panicked at a.rs:1:2: now");
        let lines =
            ["error: it will panic", "stderr: begun", "last-words: thread '' panicked at a.rs:1:2:", "last-words: now"];
        assert_eq!(told(log, printed), lines);
    }
}

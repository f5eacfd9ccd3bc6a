//! Rust: `thread 'NAME' panicked at PLACE:`, and below it the message. The stack is not printed; the component has it.

use super::{LastWords, Line, one_line, place};

/// How an allocation that failed ends a guest, without a panic.
const NO_MEMORY: &str = "memory allocation of ";

pub(super) fn read(lines: &[Line<'_>]) -> Option<LastWords> {
    let panicked = |line: &Line<'_>| line.text.starts_with("thread '") && line.text.contains(PANICKED);
    let at = lines.iter().rposition(|line| panicked(line) || line.text.starts_with(NO_MEMORY))?;
    let (first, below) = lines.get(at..)?.split_first()?;
    let more = below.iter().map(|line| line.text).take_while(|line| !is_advice(line));
    let message = one_line(std::iter::once(first.text).chain(more));
    let place = first.text.split_once(PANICKED).and_then(|(_, at)| place(at.trim_end_matches(':')));
    // The standard library's own places lie nowhere that an author could look.
    let place = place.filter(|place| !place.file.starts_with("/rustc/") && !place.file.starts_with("library/"));
    Some(LastWords { message, stack: Vec::new(), begin: first.begin, place })
}

const PANICKED: &str = " panicked at ";

/// What the runtime adds for whoever runs a program in a terminal.
fn is_advice(line: &str) -> bool {
    line.starts_with("note: ") || line.starts_with("stack backtrace:")
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::explain::Place;

    use super::super::printed;

    #[test]
    fn a_panic_has_its_place_and_all_of_its_message() {
        let text = "begun\nthread '<unnamed>' (1) panicked at src/lib.rs:8:30:\nassertion `left == right` failed\n  \
                    left: 1\n right: 2\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let words = printed(text).unwrap();
        let message = "thread '<unnamed>' (1) panicked at src/lib.rs:8:30: assertion `left == right` failed left: 1 \
                       right: 2";
        assert_eq!(words.message, message);
        assert!(text.split_at(words.begin).1.starts_with("thread"));
        assert_eq!(words.place, Some(Place { file: "src/lib.rs".to_owned(), line: Some(8), column: Some(30) }));
    }

    #[test]
    fn places_in_the_standard_library_are_no_places_of_the_authors() {
        let words = printed("thread 'main' panicked at /rustc/59807616/library/alloc/src/vec.rs:1:2:\nfull\n").unwrap();
        assert_eq!(words.place, None);
    }

    #[test]
    fn memory_that_is_not_to_be_had_is_told() {
        let words = printed("memory allocation of 4294967296 bytes failed\n").unwrap();
        assert_eq!(words.message, "memory allocation of 4294967296 bytes failed");
    }

    #[test]
    fn other_text_is_no_panic() {
        for text in ["", "thread started\n", "it panicked at noon\n", "abort"] {
            assert_eq!(printed(text), None, "{text}");
        }
    }
}

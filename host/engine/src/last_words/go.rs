//! Go: `panic: MESSAGE` or `fatal error: MESSAGE`, and the goroutine's calls, innermost first.

use shipworthy_contract::{Frame, explain::Place};

use super::{LastWords, Line, between, frame, one_line, place};

/// How the calls of the goroutine begin that panicked.
const GOROUTINE: &str = "goroutine ";

pub(super) fn read(lines: &[Line<'_>]) -> Option<LastWords> {
    let begins = |line: &Line<'_>| line.text.starts_with("panic: ") || line.text.starts_with("fatal error: ");
    let at = lines.iter().rposition(begins)?;
    let of_end = lines.get(at..)?;
    let (said, calls) = of_end.split_at_checked(of_end.iter().position(|line| line.text.starts_with(GOROUTINE))?)?;
    let said_lines = said.iter().map(|line| line.text).filter(|line| !line.starts_with("[signal "));
    let stack = between(stack(calls.get(1..)?), raises, brings);
    Some(LastWords { message: one_line(said_lines), stack, begin: said.first()?.begin, place: None })
}

/// The calls of the first goroutine: a line with the function, and one with its place behind a tab.
fn stack(lines: &[Line<'_>]) -> Vec<Frame> {
    let lines =
        lines.iter().map(|line| line.text).take_while(|line| !line.is_empty() && !line.starts_with("created by "));
    let lines: Vec<&str> = lines.collect();
    let pairs = lines.iter().zip(lines.iter().skip(1).map(Some).chain([None]));
    let call = |(function, below): (&&str, Option<&&str>)| {
        let name =
            (!function.starts_with('\t')).then(|| function.rsplit_once('(').map_or(*function, |(name, _)| name))?;
        let at = below.and_then(|line| line.strip_prefix('\t')).and_then(|at| at.split(' ').next()).and_then(place);
        Some(frame(name, at.map(|at| Place { column: None, ..at })))
    };
    pairs.filter_map(call).collect()
}

fn raises(frame: &Frame) -> bool {
    frame.function == "panic" || frame.function.starts_with("runtime.")
}

/// What bindings and SDK do to bring the call from the host to the probe.
fn brings(frame: &Frame) -> bool {
    let own = ["runtime.", "main.main", "shipworthy.dev/shipworthy.Run", "shipworthy:probe/"];
    // The builder lays bindings and glue below the project, as packages of this name.
    own.iter().any(|prefix| frame.function.starts_with(prefix)) || frame.function.contains("/shipworthy_component/")
}

#[cfg(test)]
mod tests {
    use super::super::{printed, tests::told};

    const PRINTED: &str = "asked\n\
        panic: runtime error: index out of range [7] with length 3\n\
        \n\
        goroutine 1 [running]:\n\
        panic({0x1c5a0?, 0x1402018?})\n\
        \t/usr/local/go/src/runtime/panic.go:792 +0x2\n\
        example.org/orders.thirdParty(...)\n\
        \t/src/orders/probe.go:12\n\
        example.org/orders.(*probe).deeper(0x1420000, {0x1, 0x2})\n\
        \t/src/orders/probe.go:8 +0x1d\n\
        shipworthy.dev/shipworthy.Run({0x1, 0x2})\n\
        \tshipworthy.dev/shipworthy@v0.0.0/probe.go:3 +0x1\n\
        example.org/orders/shipworthy_component/wit_exports.wasm_export_shipworthy_probe_guest_observe(0x1)\n\
        \t/src/orders/wit_exports.go:30 +0x20\n\
        \n\
        goroutine 7 [select]:\n\
        example.org/orders.other()\n\
        \t/src/orders/probe.go:99 +0x20\n";

    #[test]
    fn a_panic_has_the_calls_of_its_goroutine() {
        let words = printed(PRINTED).unwrap();
        let stack = vec![
            "example.org/orders.thirdParty (/src/orders/probe.go:12)".to_owned(),
            "example.org/orders.(*probe).deeper (/src/orders/probe.go:8)".to_owned(),
        ];
        assert_eq!(told(&words), ("panic: runtime error: index out of range [7] with length 3", stack));
        assert!(PRINTED.split_at(words.begin).1.starts_with("panic: "));
    }

    #[test]
    fn a_panic_in_a_panic_and_a_signal_are_one_message() {
        let text = "panic: one [recovered]\n\tpanic: two\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1 \
                    [running]:\nmain.f()\n\t/f.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/f.go:2 +0x1\n";
        let words = printed(text).unwrap();
        assert_eq!(told(&words), ("panic: one [recovered] panic: two", vec!["main.f (/f.go:1)".to_owned()]));
    }

    #[test]
    fn a_deadlock_is_told() {
        let text =
            "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.f()\n\t/f.go:1\n";
        assert_eq!(printed(text).unwrap().message, "fatal error: all goroutines are asleep - deadlock!");
    }

    #[test]
    fn a_word_alone_is_no_panic() {
        assert_eq!(printed("panic: now\nor later\n"), None);
    }
}

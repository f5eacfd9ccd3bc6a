//! JavaScript: calls as V8 and `QuickJS` write them, `at f (probe.js:4:33)`, or `SpiderMonkey`, `f@probe.js:4:33`.

use shipworthy_contract::Frame;

use super::{between, frame, place};

/// The calls among lines, innermost first.
pub(super) fn stack(lines: &[&str]) -> Vec<Frame> {
    let calls = lines.iter().filter_map(|line| call(line.trim())).collect();
    between(calls, |frame| frame.function == "<native>", |_| false)
}

fn call(line: &str) -> Option<Frame> {
    if let Some(call) = line.strip_prefix("at ") {
        let (function, at) = call.strip_suffix(')').and_then(|call| call.rsplit_once(" (")).unwrap_or(("", call));
        return match (function, place(at), at) {
            ("", Some(at), _) => Some(frame("<anonymous>", Some(at))),
            ("", None, function) => Some(frame(function, None)),
            (_, None, "native") => Some(frame("<native>", None)),
            (function, at, _) => Some(frame(function, at)),
        };
    }
    let (function, at) = line.rsplit_once('@')?;
    let at = place(at)?;
    Some(frame(if function.is_empty() { "<anonymous>" } else { function }, Some(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_as_each_engine_writes_them() {
        for (line, expected) in [
            ("    at thirdParty (/vendor/x.js:4:33)", Some("thirdParty (/vendor/x.js:4:33)")),
            ("    at <anonymous> (probe.js:9)", Some("<anonymous> (probe.js:9)")),
            ("    at probe.js:9:1", Some("<anonymous> (probe.js:9:1)")),
            ("    at forEach (native)", Some("<native>")),
            ("    at Orders.observe (probe.js)", Some("Orders.observe")),
            ("thirdParty@probe.js:4:33", Some("thirdParty (probe.js:4:33)")),
            ("@probe.js:4:33", Some("<anonymous> (probe.js:4:33)")),
            ("mail me@example.org", None),
            ("return items[7]", None),
        ] {
            assert_eq!(call(line.trim()).map(|frame| frame.to_string()).as_deref(), expected, "{line}");
        }
    }
}

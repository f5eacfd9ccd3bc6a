//! One call of the stack of a guest that trapped.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most calls of one stack that are kept: the innermost ones say why, and endless recursion has no end of them.
pub const MOST_FRAMES: usize = 32;

/// One call. Safe to show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Frame {
    /// As its language writes it: `orders_probe::longest`, `Guest.observe`, `main.(*probe).observe`.
    pub function: String,
    /// The source file as the component's toolchain named it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function)?;
        let Some(file) = &self.file else { return Ok(()) };
        write!(f, " ({file}")?;
        for number in [self.line, self.column].into_iter().map_while(|number| number) {
            write!(f, ":{number}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_as_far_as_it_is_known() {
        let function = || "deeper".to_owned();
        let file = || Some("app.py".to_owned());
        for (frame, text) in [
            (Frame { function: function(), file: None, line: Some(1), column: None }, "deeper"),
            (Frame { function: function(), file: file(), line: None, column: Some(2) }, "deeper (app.py)"),
            (Frame { function: function(), file: file(), line: Some(7), column: None }, "deeper (app.py:7)"),
            (Frame { function: function(), file: file(), line: Some(7), column: Some(3) }, "deeper (app.py:7:3)"),
        ] {
            assert_eq!(frame.to_string(), text);
        }
    }
}

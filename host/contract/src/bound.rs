//! The limits of the sandbox as data, for who documents them: each crate lists those that it holds.

use std::fmt;

/// One limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Of what, as reports name it.
    pub name: &'static str,
    /// Its value, or its default where the environment sets it, with the unit.
    pub value: String,
    /// The key under `[probes.X]` that sets it.
    pub key: Option<&'static str>,
    /// What comes of more.
    pub over: Over,
    /// Why it is what it is.
    pub because: &'static str,
}

/// What comes of going over a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The plugin is refused before anything runs: exit status 2.
    Refused,
    /// The run ends with class `limit`; what it gave before stays.
    EndsRun,
    /// The guest gets an error for this one request or file, and may go on; the report notes it.
    Error,
    /// The others wait.
    Waits,
    /// What is beyond is dropped, and that is said.
    Dropped,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the plugin is refused",
            Self::EndsRun => "ends the run",
            Self::Error => "an error for the guest",
            Self::Waits => "the others wait",
            Self::Dropped => "the rest is dropped, and said so",
        })
    }
}

/// Limits as a table for the documentation.
pub fn markdown(bounds: &[Bound]) -> String {
    let row = |bound: &Bound| {
        let key = bound.key.map_or_else(|| "fixed".to_owned(), |key| format!("`limits.{key}`"));
        format!("| {} | {} | {key} | {} | {} |\n", bound.name, bound.value, bound.over, bound.because)
    };
    let rows: String = bounds.iter().map(row).collect();
    format!("\n| limit | default | set by | more than it | because |\n|---|---|---|---|---|\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_row() {
        let bound =
            Bound { name: "memory", value: "64MiB".to_owned(), key: Some("memory"), over: Over::EndsRun, because: "x" };
        assert!(markdown(&[bound]).ends_with("| memory | 64MiB | `limits.memory` | ends the run | x |\n"));
    }
}

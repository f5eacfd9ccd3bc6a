//! What a test demands, and how what came differs from it.

use serde::Deserialize;
use shipworthy_contract::evidence::{ProbeRun, RunEnd};

use crate::evidence;

/// What must come of a run. A line that ends in `...` stands for every line that begins so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// All of the evidence in its order, and how the run ended where it did not complete.
    pub evidence: Option<Vec<String>>,
    /// Lines that must be among the evidence.
    #[serde(default)]
    pub contains: Vec<String>,
    /// All questions in their order, as the host's record names them.
    pub requests: Option<Vec<String>>,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It was expected, and came.
    Same(String),
    /// It was expected, and did not come.
    Lacks(String),
    /// It came, and was not expected.
    Extra(String),
}

impl Expect {
    /// How a run differs from it, part by part; empty if it does not. What is asked for first is told first.
    pub fn differences(&self, run: &ProbeRun, rename: &dyn Fn(&str) -> String) -> Vec<(&'static str, Vec<Difference>)> {
        let mut parts = Vec::new();
        let seen: Vec<String> = evidence::lines(run).iter().map(|line| rename(line)).collect();
        if let Some(expected) = &self.evidence {
            parts.push(("evidence", compare(expected, &seen)));
        } else if run.end != RunEnd::Completed {
            let last = seen.last().cloned().unwrap_or_default();
            parts.push(("end", vec![Difference::Lacks("completed".to_owned()), Difference::Extra(last)]));
        }
        let lacking = self.contains.iter().filter(|line| !seen.iter().any(|seen| fits(line, seen)));
        let lacking: Vec<Difference> = lacking.cloned().map(Difference::Lacks).collect();
        if !lacking.is_empty() {
            parts.push(("contains", lacking));
        }
        if let Some(expected) = &self.requests {
            let asked: Vec<String> = run.requests.iter().map(|request| request.what.clone()).collect();
            parts.push(("requests", compare(expected, &asked)));
        }
        parts.retain(|(_, lines)| lines.iter().any(|line| !matches!(line, Difference::Same(_))));
        parts
    }
}

fn fits(expected: &str, found: &str) -> bool {
    expected.strip_suffix("...").map_or(expected == found, |beginning| found.starts_with(beginning))
}

/// Both lists side by side, with as many lines in common as can be.
fn compare(expected: &[String], found: &[String]) -> Vec<Difference> {
    let (rows, columns) = (expected.len(), found.len());
    // The length of the longest common part of what is left from each place on.
    let mut common = vec![0_usize; (rows + 1) * (columns + 1)];
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    let length = |common: &[usize], row, column| common.get(at(row, column)).copied().unwrap_or_default();
    for (row, line) in expected.iter().enumerate().rev() {
        for (column, seen) in found.iter().enumerate().rev() {
            let best = if fits(line, seen) {
                length(&common, row + 1, column + 1) + 1
            } else {
                length(&common, row + 1, column).max(length(&common, row, column + 1))
            };
            if let Some(place) = common.get_mut(at(row, column)) {
                *place = best;
            }
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    loop {
        match (expected.get(row), found.get(column)) {
            (Some(line), Some(seen)) if fits(line, seen) => {
                lines.push(Difference::Same(seen.clone()));
                row += 1;
                column += 1;
            }
            (Some(line), seen)
                if seen.is_none() || length(&common, row + 1, column) >= length(&common, row, column + 1) =>
            {
                lines.push(Difference::Lacks(line.clone()));
                row += 1;
            }
            (_, Some(seen)) => {
                lines.push(Difference::Extra(seen.clone()));
                column += 1;
            }
            (_, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expected: &[&str], found: &[&str]) -> Vec<String> {
        let owned = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
        let line = |difference: Difference| match difference {
            Difference::Same(line) => format!(" {line}"),
            Difference::Lacks(line) => format!("-{line}"),
            Difference::Extra(line) => format!("+{line}"),
        };
        compare(&owned(expected), &owned(found)).into_iter().map(line).collect()
    }

    #[test]
    fn lines_are_laid_side_by_side() {
        assert_eq!(shown(&["a", "b", "c"], &["a", "b", "c"]), [" a", " b", " c"]);
        assert_eq!(shown(&["a", "b"], &["b", "c"]), ["-a", " b", "+c"]);
        assert_eq!(shown(&["a", "x", "c"], &["a", "y", "c"]), [" a", "-x", "+y", " c"]);
        assert_eq!(shown(&[], &["a"]), ["+a"]);
        assert_eq!(shown(&["a"], &[]), ["-a"]);
    }

    #[test]
    fn an_open_end_stands_for_what_follows() {
        assert_eq!(
            shown(&["missing q: unreachable: ..."], &["missing q: unreachable: x"]),
            [" missing q: unreachable: x"]
        );
        assert_eq!(shown(&["missing ..."], &["fact"]), ["-missing ...", "+fact"]);
    }
}

//! From results to counts, the verdict and the exit status.

use super::{CheckResult, EXIT_PASSED, EXIT_PAYLOAD, EXIT_STACK, EXIT_UNDETERMINED, Summary, Verdict};
use crate::{Outcome, Side};

/// Which sides' warnings count as failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Warnings are allowed.
    #[default]
    Fail,
    /// `--fail-on warn`: a warning takes its side's code, 4 where it is a missing observation.
    Warn,
}

/// Counts outcomes.
pub fn summarize(results: &[CheckResult]) -> Summary {
    let mut summary = Summary::default();
    for result in results {
        let count = match result.outcome {
            Outcome::Pass => &mut summary.pass,
            Outcome::Info => &mut summary.info,
            Outcome::Warn => &mut summary.warn,
            Outcome::Fail => &mut summary.fail,
            Outcome::Skip => &mut summary.skip,
            Outcome::Error => &mut summary.error,
        };
        *count += 1;
    }
    summary
}

/// The verdict and exit status of results: several codes at once give the lowest of 1, 3, 4 (design.md, part 4).
pub fn judge(results: &[CheckResult], fail_on: FailOn) -> (Verdict, u8) {
    let code = results.iter().filter_map(|result| code_of(result, fail_on)).min().unwrap_or(EXIT_PASSED);
    let verdict = match code {
        EXIT_PAYLOAD | EXIT_STACK => Verdict::Fail,
        EXIT_UNDETERMINED => Verdict::Error,
        _ if results.iter().any(|result| result.outcome == Outcome::Warn) => Verdict::Warn,
        _ => Verdict::Pass,
    };
    (verdict, code)
}

fn code_of(result: &CheckResult, fail_on: FailOn) -> Option<u8> {
    let by_side = match result.side {
        Side::Payload => EXIT_PAYLOAD,
        Side::Stack => EXIT_STACK,
    };
    match (result.outcome, fail_on) {
        (Outcome::Fail, _) => Some(by_side),
        (Outcome::Error, _) => Some(EXIT_UNDETERMINED),
        (Outcome::Warn, FailOn::Warn) if result.rule == crate::rules::OBSERVATION => Some(EXIT_UNDETERMINED),
        (Outcome::Warn, FailOn::Warn) => Some(by_side),
        (Outcome::Warn, FailOn::Fail) | (Outcome::Pass | Outcome::Info | Outcome::Skip, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, RuleId, rules};

    #[test]
    fn the_lowest_code_wins() {
        let result = |rule: RuleId, outcome| CheckResult::new(rule, outcome, Class::Violated, "");
        let payload = |outcome| result(rules::PATH, outcome);
        let stack = |outcome| result(rules::MODE, outcome);
        let unseen = |outcome| result(rules::OBSERVATION, outcome);
        for (results, fail_on, verdict, code) in [
            (vec![], FailOn::Warn, Verdict::Pass, 0),
            (vec![payload(Outcome::Warn)], FailOn::Fail, Verdict::Warn, 0),
            (vec![payload(Outcome::Warn)], FailOn::Warn, Verdict::Fail, 1),
            (vec![stack(Outcome::Warn)], FailOn::Warn, Verdict::Fail, 3),
            (vec![unseen(Outcome::Warn)], FailOn::Warn, Verdict::Error, 4),
            (vec![unseen(Outcome::Error), stack(Outcome::Fail)], FailOn::Fail, Verdict::Fail, 3),
            (
                vec![unseen(Outcome::Error), stack(Outcome::Fail), payload(Outcome::Fail)],
                FailOn::Fail,
                Verdict::Fail,
                1,
            ),
            (vec![unseen(Outcome::Error)], FailOn::Fail, Verdict::Error, 4),
            (vec![stack(Outcome::Skip), stack(Outcome::Info)], FailOn::Warn, Verdict::Pass, 0),
        ] {
            assert_eq!(judge(&results, fail_on), (verdict, code));
        }
    }
}

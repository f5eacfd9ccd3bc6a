//! `shipworthy report merge`: the whole, judged by what its parts saw; and `shipworthy report diff`.

mod diff;
mod error;
mod file;
mod masked;
mod parts;

use std::{path::Path, time::Instant};

use shipworthy_contract::{
    Report, Side, redact,
    report::{self, FailOn},
};
use shipworthy_stack::{Case, Material, waiver};

pub(crate) use diff::diff;

use self::{error::MergeError, parts::Parts};
use crate::{
    args::MergeArgs,
    output::{self, Stream},
    refusal::Refusal,
    stack::only,
};

pub(crate) fn merge(args: &MergeArgs) -> Result<u8, Refusal> {
    let begun = Instant::now();
    let parts: Vec<(&str, &Path)> = args.parts.iter().map(|part| ("the part", part.as_path())).collect();
    output::are_apart(&args.output, None, &parts)?;
    let fail_on = if args.fail_on.is_some() { FailOn::Warn } else { FailOn::Fail };
    let mut report = merged(Parts::read(&args.parts)?, fail_on)?;
    // The parts are without secrets if this host wrote them.
    redact::report(&mut report);
    output::publish(&report, &args.output, Stream::Out, begun.elapsed())?;
    Ok(report.exit_code)
}

/// The report that a check without `--partition` would have given.
fn merged(parts: Parts, fail_on: FailOn) -> Result<Report, MergeError> {
    let Parts { mut first, project, judged: by_parts, materials } = parts;
    let whole = shipworthy_stack::merge(materials)?;
    let (mut results, of_stack): (Vec<_>, Vec<_>) =
        std::mem::take(&mut first.results).into_iter().partition(|result| result.side == Side::Payload);
    if whole.is_judged {
        let Material { requirements, only, left_out, listed, runs, waivers, skips, today, .. } = whole;
        let case = Case { requirements: &requirements, listed: &listed, runs: &runs, policy: first.policy };
        let judged = only::mark(shipworthy_stack::judge(&case), &left_out, &only);
        // What is waived of the payload side is waived in every part already.
        let judged = waiver::apply(judged, &waivers, &skips, today);
        results.extend(masked::as_judged(judged, &by_parts, first.policy));
    } else {
        results.extend(of_stack);
    }
    let (verdict, exit_code) = report::judge(&results, fail_on);
    let environment = first.environment.take().map(|environment| report::EnvironmentRef { project, ..environment });
    let summary = report::summarize(&results);
    Ok(Report { verdict, exit_code, environment, part: None, summary, results, ..first })
}

//! `shipworthy report diff`: what changed since an earlier report. Nothing is judged anew.

use shipworthy_contract::{redact, report::EXIT_PASSED};
use shipworthy_report::since;

use super::file::read_or_standard_input;
use crate::{
    args::{Form, ReportDiffArgs},
    output::{Stream, look, print},
    refusal::Refusal,
};

pub(crate) fn diff(args: &ReportDiffArgs) -> Result<u8, Refusal> {
    let [old, new] = [&args.old, &args.new].map(|file| (file.display().to_string(), read_or_standard_input(file)));
    let ((old_file, old), (new_file, new)) = (old, new);
    let (mut old, mut new) = (old?, new?);
    // A report of an older host, or of nobody's, may say what this one would not.
    redact::report(&mut old);
    redact::report(&mut new);
    let since = since::compare((&old_file, &old), (&new_file, &new));
    print(&match args.format {
        Form::Human => since::render(&since, &look(Stream::Out)),
        Form::Json => since::json(&since),
    })?;
    Ok(if args.fail_on.is_some() { since::exit_code(&since) } else { EXIT_PASSED })
}

//! The reference's vectors: each case and generation is a test of its own name.
//!
//! `contract.json` is what an independent reference decided; `own.json`, of the same form, is what we decided where the
//! reference has nothing to say (`auto` among it). A case with a `runtime_stack` in 1.1 or 1.2 has a verdict on the
//! stack as well; of it only the payload's half is judged here, the whole of it end to end.

mod case;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::case::Case;

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/contract.json");
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/own.json");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for file in [REFERENCE, OWN] {
        match case::load(file) {
            Ok(cases) => trials.extend(cases.into_iter().flat_map(trials_of)),
            // A file that cannot be read must not look like a run in which everything passed.
            Err(error) => {
                let text = format!("{file}: {error}");
                trials.push(Trial::test("vectors_can_be_read", move || Err(text.into())));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(case: Case) -> Vec<Trial> {
    let generations: Vec<String> = case.expected.keys().cloned().collect();
    let case = std::sync::Arc::new(case);
    generations
        .into_iter()
        .map(|generation| {
            let case = std::sync::Arc::clone(&case);
            Trial::test(format!("{}[{generation}]", case.name), move || case.check(&generation).map_err(Into::into))
        })
        .collect()
}

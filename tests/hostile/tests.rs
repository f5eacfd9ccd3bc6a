//! Every hostile plugin is a test of its own name, against the binary of this build.

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use shipworthy_hostile::{Lab, all, measure};

fn main() -> ExitCode {
    if let Some(done) = measure::if_asked() {
        return done;
    }
    let arguments = Arguments::from_args();
    let trials = match Lab::new(env!("CARGO_BIN_EXE_shipworthy")) {
        Ok(lab) => trials(&Arc::new(lab)),
        // A suite that cannot be set up must not look like one in which everything passed.
        Err(error) => vec![Trial::test("the_suite_can_be_set_up", move || Err(format!("{error:#}").into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(lab: &Arc<Lab>) -> Vec<Trial> {
    all()
        .into_iter()
        .map(|case| {
            let lab = Arc::clone(lab);
            Trial::test(case.full_name(), move || match case.play(&lab) {
                Ok(_) => Ok(()),
                Err(error) => Err(format!("{}\n{error:#}", case.attack).into()),
            })
        })
        .collect()
}

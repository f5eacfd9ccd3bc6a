//! `plugin test`: runs a component against what test files say a stack answers, by the way of every check.

mod trial;

use std::{collections::BTreeMap, path::PathBuf, thread, time::Duration};

use shipworthy_contract::report::EXIT_USAGE;
use shipworthy_kit::{Case, KitError, Project};
use shipworthy_plugins::inspect;
use shipworthy_report::trials::{self, Tested, Trials};

use super::build;
use crate::{
    args::{TestArgs, TestFormat},
    bundled,
    output::{self, Stream, look, print},
    reach::Reach,
    refusal::Refusal,
};

/// How often a watched project is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

pub(super) fn run(args: &TestArgs) -> Result<u8, Refusal> {
    if args.watch { watched(args) } else { once(args) }
}

/// Runs again at every change, until a signal ends the process.
fn watched(args: &TestArgs) -> ! {
    loop {
        let code = once(args).unwrap_or_else(|refusal| {
            crate::show(&refusal);
            EXIT_USAGE
        });
        let state = state(args);
        Stream::Err.write(&format!("\nexit status {code}; waiting for a change, Ctrl-C ends\n\n"));
        while self::state(args) == state {
            thread::sleep(LOOK_EVERY);
        }
    }
}

/// What a change of is a reason to run again.
fn state(args: &TestArgs) -> impl PartialEq {
    shipworthy_kit::project::state_of(&args.path, &args.case)
}

fn once(args: &TestArgs) -> Result<u8, Refusal> {
    let (component, cases) = subject(args)?;
    let cases: Vec<Case> = cases.iter().map(|file| Case::read(file)).collect::<Result<_, _>>()?;
    let inspected =
        inspect::inspect(inspect::named(&component)?, &bundled::table(), &Reach::new(&BTreeMap::new(), true))?;
    let plugin = &inspected.plugin;
    let tests = cases.iter().map(|case| trial::run(case, plugin, &component)).collect::<Result<_, _>>()?;
    let trials = Trials {
        plugin: Tested {
            name: plugin.descriptor.name.clone(),
            version: plugin.descriptor.version.clone(),
            file: component.display().to_string(),
            size_bytes: u64::try_from(plugin.bytes.len()).unwrap_or(u64::MAX),
            sha256: plugin.sha256,
        },
        tests,
    };
    for output in &args.output {
        let plain = shipworthy_report::Look { color: false, unicode: true, width: 100, plain: false };
        output::write_atomically(&output.file, &rendered(&trials, output.format, &plain, args), "report")?;
    }
    let look = look(Stream::Out);
    print(&rendered(&trials, args.format, &look, args))?;
    Ok(trials.exit_code())
}

fn rendered(trials: &Trials, format: TestFormat, look: &shipworthy_report::Look, args: &TestArgs) -> String {
    match format {
        TestFormat::Human => trials::render(trials, look, args.verbose || trials.tests.len() == 1),
        TestFormat::Json => trials::json(trials),
        TestFormat::Junit => trials::junit(trials),
    }
}

/// The component, built if need be, and the test files.
fn subject(args: &TestArgs) -> Result<(PathBuf, Vec<PathBuf>), Refusal> {
    if !Project::is_at(&args.path) && args.path.extension().is_some_and(|ending| ending == "wasm") {
        if args.case.is_empty() {
            let folder = args.path.parent().map(PathBuf::from).unwrap_or_default();
            return Err(KitError::NoCases { folder }.into());
        }
        return Ok((args.path.clone(), args.case.clone()));
    }
    let project = Project::open(&args.path, args.lang)?;
    let cases = if args.case.is_empty() { project.cases() } else { args.case.clone() };
    if cases.is_empty() {
        return Err(KitError::NoCases { folder: project.folder.join(shipworthy_kit::project::TESTS) }.into());
    }
    let component = build::shown(&project.component());
    if !args.no_build && project.is_stale() {
        build::build_to(&project, &component)?;
    }
    Ok((component, cases))
}

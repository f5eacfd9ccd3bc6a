//! The toolchains of `plugin build`. A check needs none, so one that is missing is worth a warning only where the current
//! folder is a project in its language.

use std::path::Path;

use shipworthy_contract::Outcome;
use shipworthy_kit::{Language, tools};
use shipworthy_report::doctor::Looked;

use super::seen;

pub(super) fn look() -> Vec<Looked> {
    let here = Path::new(".");
    let project = tools::project(here);
    Language::ALL.into_iter().map(|language| one(language, project == Some(language), here)).collect()
}

fn one(language: Language, is_needed: bool, here: &Path) -> Looked {
    let parts = tools::parts(language, here);
    let names: Vec<&str> = parts.iter().filter(|part| part.found).map(|part| part.name).collect();
    let Some(missing) = parts.iter().find(|part| !part.found) else {
        return seen("toolchains", language.as_str(), Outcome::Pass, names.join(", "));
    };
    let outcome = if is_needed { Outcome::Warn } else { Outcome::Info };
    let why = if is_needed { "the project in this folder is built with it" } else { "only probes in it need it" };
    let text = format!("{} is not there; {why}", missing.name);
    let looked = seen("toolchains", language.as_str(), outcome, text);
    // A sentence, then lines to paste; or a single line that is either.
    match missing.install.as_slice() {
        [line] if line.contains(": ") || line.contains(' ') && line.starts_with("install ") => looked.with(line, &[]),
        [line] => looked.with("to build probes in it:", &[line]),
        [line, paste @ ..] => looked.with(line, &paste.iter().map(String::as_str).collect::<Vec<_>>()),
        [] => looked,
    }
}

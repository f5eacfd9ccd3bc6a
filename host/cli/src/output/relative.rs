//! Paths as whoever shows a report beside the files of a checkout wants them: relative to the folder that the check ran
//! in. An annotation at an absolute path of another machine is an annotation at nothing.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use shipworthy_contract::Report;

/// The report with the files of its locations and of its environment relative to the current folder, as far as they
/// lie in it. What messages say stays as it is.
pub(super) fn to_folder(report: &Report) -> Cow<'_, Report> {
    match std::env::current_dir() {
        Ok(folder) if is_needed(report, &folder) => Cow::Owned(relative(report, &folder)),
        _ => Cow::Borrowed(report),
    }
}

fn is_needed(report: &Report, folder: &Path) -> bool {
    let of_locations = report.results.iter().filter_map(|result| result.location.as_ref()?.file.as_deref());
    let of_environment = report.environment.iter().map(|environment| environment.file.as_path());
    of_locations.map(Path::new).chain(of_environment).any(|file| file.strip_prefix(folder).is_ok())
}

fn relative(report: &Report, folder: &Path) -> Report {
    let mut report = report.clone();
    for location in report.results.iter_mut().filter_map(|result| result.location.as_mut()) {
        let within = location.file.as_deref().and_then(|file| Path::new(file).strip_prefix(folder).ok()?.to_str());
        if let Some(within) = within.map(str::to_owned) {
            location.file = Some(within);
        }
    }
    if let Some(environment) = &mut report.environment
        && let Ok(within) = environment.file.strip_prefix(folder).map(PathBuf::from)
    {
        environment.file = within;
    }
    report
}

//! In which form something is told: a report in all of them, anything else to people or to machines.

use std::{path::PathBuf, str::FromStr};

use clap::ValueEnum;

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    Json,
    Html,
}

/// The forms of everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    #[default]
    Human,
    Json,
}

/// `FORMAT=FILE`.
#[derive(Clone, Debug)]
pub(crate) struct OutputFile {
    pub(crate) format: Format,
    pub(crate) file: PathBuf,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, file) = text.split_once('=').ok_or("expected FORMAT=FILE, such as json=report.json")?;
        if file.is_empty() {
            return Err("expected FORMAT=FILE, such as json=report.json".to_owned());
        }
        let Ok(format) = Format::from_str(format, false) else {
            return Err(format!("expected the format `human`, `json` or `html` before the `=`, found: {format}"));
        };
        Ok(Self { format, file: file.into() })
    }
}

//! In which form something is told: a report in all of them, anything else to people or to machines.

use std::{fmt, path::PathBuf, str::FromStr};

use clap::{ValueEnum, builder::PossibleValue};
use shipworthy_contract::{suggest::nearest, text::excerpt};

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Human,
    Json,
    Junit,
    Sarif,
    Github,
    Markdown,
    Html,
}

impl Format {
    /// The names of all of them, in the order of `--help`.
    pub(crate) fn names() -> Vec<String> {
        let values = Self::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map(PossibleValue::get_name).unwrap_or_default())
    }
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
        let wrong = || format!("expected FORMAT=FILE, such as json=report.json, found: {}", excerpt(text, 80));
        let (format, file) = text.split_once('=').ok_or_else(wrong)?;
        if file.is_empty() {
            return Err(wrong());
        }
        let Ok(known) = Format::from_str(format, false) else {
            let names = Format::names();
            let near = nearest(format, names.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let found = excerpt(format, 80);
            return Err(format!("expected one of {} before the `=`, found: {found}{near}", names.join(", ")));
        };
        if file == "-" {
            return Err(format!("`-` is no file: what goes to standard output is told by `--format {known}`"));
        }
        Ok(Self { format: known, file: file.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_output_is_told_with_what_would_be_one() {
        for (text, told) in [
            ("report.json", "expected FORMAT=FILE, such as json=report.json"),
            ("json=", "expected FORMAT=FILE, such as json=report.json"),
            ("sariff=a", "found: sariff; did you mean `sarif`?"),
            ("yaml=a", "found: yaml"),
            ("markdown=-", "`-` is no file: what goes to standard output is told by `--format markdown`"),
        ] {
            let error = text.parse::<OutputFile>().unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        let output: OutputFile = "junit=a=b.xml".parse().unwrap();
        assert_eq!((output.format, output.file), (Format::Junit, PathBuf::from("a=b.xml")));
    }
}

//! Which files a run would write to, looked at before it begins: two outputs at one place would leave one of them, and
//! one over an input would leave nothing to check.

use std::path::{Component, Path, PathBuf};

use shipworthy_contract::{Explain, Fault};

use crate::{
    args::{OutputFlags, StackFlags},
    refusal::Refusal,
};

/// Something that the command line names, as it was written there.
struct Named<'a> {
    /// `--output json=report.json`.
    words: String,
    file: &'a Path,
}

/// Two that are the same file.
#[derive(Debug, thiserror::Error)]
#[error("{one} and {other} are the same file: `{}`", file.display())]
pub(crate) struct SameFile {
    one: String,
    other: String,
    file: PathBuf,
}

impl Explain for SameFile {
    fn code(&self) -> &'static str {
        "usage.same-file"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some("give each a file of its own: the one written last would replace the other".to_owned())
    }
}

/// Refuses outputs that would replace each other, the recording, or what is checked.
pub(crate) fn are_apart(
    outputs: &OutputFlags,
    stack: Option<&StackFlags>,
    inputs: &[(&str, &Path)],
) -> Result<(), Refusal> {
    let outputs = outputs.output.iter();
    let mut written: Vec<Named<'_>> = outputs
        .map(|output| Named {
            words: format!("`--output {}={}`", output.format, output.file.display()),
            file: &output.file,
        })
        .collect();
    let option = |name: &str, file: &Path| format!("`{name} {}`", file.display());
    let record = stack.and_then(|stack| stack.record.as_deref());
    written.extend(record.map(|file| Named { words: option("--record", file), file }));
    let replay = stack.and_then(|stack| stack.replay.as_deref());
    let mut read: Vec<Named<'_>> =
        inputs.iter().map(|(what, file)| Named { words: format!("{what} `{}`", file.display()), file }).collect();
    read.extend(replay.map(|file| Named { words: option("--replay", file), file }));
    let mut same = Vec::new();
    for (index, one) in written.iter().enumerate() {
        let others = written.iter().skip(index + 1).chain(&read);
        // A device keeps nothing that could be replaced.
        let others = others.filter(|other| !one.file.starts_with("/dev") && place(one.file) == place(other.file));
        same.extend(others.map(|other| SameFile {
            one: one.words.clone(),
            other: other.words.clone(),
            file: one.file.to_owned(),
        }));
    }
    if same.is_empty() { Ok(()) } else { Err(Refusal::all(same)) }
}

/// Where a file lies or would lie: its folder without links, and its name. What lies there is replaced, not followed,
/// if it is a link.
#[expect(clippy::disallowed_methods, reason = "the door for outputs that the user names")]
fn place(file: &Path) -> PathBuf {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut folder = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => drop(folder.pop()),
            part => folder.push(part),
        }
    }
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else { return folder };
    std::fs::canonicalize(parent).map_or(folder, |parent| parent.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "sets up folders to write to")]
    fn a_place_is_the_same_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::create_dir_all(real.join("sub")).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        for other in [link.join("a"), real.join("./a"), real.join("sub/../a"), link.join("sub/../a")] {
            assert_eq!(place(&other), place(&real.join("a")), "{}", other.display());
        }
        assert_ne!(place(&real.join("b")), place(&real.join("a")));
        assert_eq!(place(&folder.path().join("none/x/../a")), folder.path().join("none/a"));
    }
}

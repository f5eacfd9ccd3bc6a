//! Which files a run would write to, looked at before it begins: two outputs at one place would leave one of them, and
//! one over an input would leave nothing to check.

use std::path::{Component, Path, PathBuf};

use shipworthy_contract::{Explain, Fault, Report};
use shipworthy_plugins::{Environment, lock};

use crate::{
    args::{OutputFile, OutputFlags, StackFlags},
    refusal::Refusal,
    replace::keeps_nothing,
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

/// An output that would lie among what is checked, byte by byte.
#[derive(Debug, thiserror::Error)]
#[error("{output} would lie in the artifact's tree `{}`, and change it", root.display())]
pub(crate) struct InPayload {
    output: String,
    root: PathBuf,
}

impl Explain for InPayload {
    fn code(&self) -> &'static str {
        "usage.output-in-payload"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some("write the report to a folder outside of every `artifact_root`".to_owned())
    }
}

/// What a run writes, as the command line names it.
fn written<'a>(outputs: &'a OutputFlags, stack: Option<&'a StackFlags>) -> Vec<Named<'a>> {
    let of_output = |output: &'a OutputFile| Named {
        words: format!("`--output {}={}`", output.format, output.file.display()),
        file: &output.file,
    };
    let record = stack.and_then(|stack| stack.record.as_deref());
    let record = record.map(|file| Named { words: format!("`--record {}`", file.display()), file });
    outputs.output.iter().map(of_output).chain(record).filter(|written| !keeps_nothing(written.file)).collect()
}

/// Refuses outputs that would replace each other, the recording, or what is checked.
pub(crate) fn are_apart(
    outputs: &OutputFlags,
    stack: Option<&StackFlags>,
    inputs: &[(&str, &Path)],
) -> Result<(), Refusal> {
    let written = written(outputs, stack);
    let replay = stack.and_then(|stack| stack.replay.as_deref());
    let mut read: Vec<Named<'_>> =
        inputs.iter().map(|(what, file)| Named { words: format!("{what} `{}`", file.display()), file }).collect();
    read.extend(replay.map(|file| Named { words: format!("`--replay {}`", file.display()), file }));
    let mut same = Vec::new();
    for (index, one) in written.iter().enumerate() {
        let others = written.iter().skip(index + 1).chain(&read);
        same.extend(others.filter(|other| place(one.file) == place(other.file)).map(|other| one.is(other)));
    }
    if same.is_empty() { Ok(()) } else { Err(Refusal::all(same)) }
}

/// Refuses outputs that would replace a file that an environment is made of or names, such as a key.
pub(crate) fn spare_environment(
    outputs: &OutputFlags,
    stack: Option<&StackFlags>,
    environment: &Environment,
) -> Result<(), Refusal> {
    let written = written(outputs, stack);
    if written.is_empty() {
        return Ok(());
    }
    let files = environment.read_files().into_iter().chain([lock::path_of(&environment.file)]);
    let read: Vec<PathBuf> = files.collect();
    let named = |file| Named { words: "what the environment reads".to_owned(), file };
    let read: Vec<(PathBuf, Named<'_>)> = read.iter().map(|file| (place(file), named(file))).collect();
    let mut same = Vec::new();
    for one in &written {
        let at = place(one.file);
        same.extend(read.iter().filter(|(other, _)| *other == at).map(|(_, other)| one.is(other)));
    }
    if same.is_empty() { Ok(()) } else { Err(Refusal::all(same)) }
}

/// Refuses outputs into a tree whose every byte was just checked.
pub(crate) fn spare_trees(outputs: &OutputFlags, report: &Report) -> Result<(), Refusal> {
    let trees = report.artifact.iter().flat_map(|artifact| &artifact.trees);
    // As a file of the tree would be named, so that links on the way to it do not matter.
    let roots: Vec<PathBuf> = trees.map(|tree| place(&Path::new(&tree.root).join("_"))).collect();
    let mut inside = Vec::new();
    for one in written(outputs, None) {
        let at = place(one.file);
        let root = roots.iter().filter_map(|file| file.parent()).find(|root| at.starts_with(root));
        inside.extend(root.map(|root| InPayload { output: one.words, root: root.to_owned() }));
    }
    if inside.is_empty() { Ok(()) } else { Err(Refusal::all(inside)) }
}

impl Named<'_> {
    fn is(&self, other: &Named<'_>) -> SameFile {
        SameFile { one: self.words.clone(), other: other.words.clone(), file: self.file.to_owned() }
    }
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

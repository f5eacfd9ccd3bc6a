//! Where an environment's file is.

use std::path::{Path, PathBuf};

use shipworthy_contract::suggest::nearest;

use super::error::{EnvironmentError, Problem};
use crate::files;

/// The folder that holds environments.
const FOLDER: &str = "environments";

/// The ending of their files.
const ENDING: &str = ".toml";

/// Most folders that are looked at upwards: deeper paths are not opened by systems either.
const MOST_LEVELS: usize = 128;

/// The file of an environment: for `NAME`, `environments/NAME.toml` in `from` or the nearest folder above that has it;
/// for text that ends with `.toml`, that file, relative to `from`.
///
/// # Errors
///
/// If there is none; a path is not tested, since reading it tells more.
pub fn find(name_or_path: &str, from: &Path) -> Result<PathBuf, EnvironmentError> {
    if is_path(name_or_path) {
        return Ok(join(from, Path::new(name_or_path)));
    }
    let is_name = is_name(name_or_path);
    if let Some(file) = Some(name_or_path).filter(|_| is_name).and_then(|name| named(name, from)) {
        return Ok(file);
    }
    // A folder may be called like an environment, which comes first.
    if !name_or_path.is_empty() && files::is_folder(&join(from, Path::new(name_or_path))) {
        return Err(Problem::Folder { found: name_or_path.to_owned() }.into());
    }
    if !is_name {
        return Err(Problem::NotAName { found: name_or_path.to_owned() }.into());
    }
    let known: Vec<String> = list(from).into_iter().map(|(name, _)| name).collect();
    let nearest = nearest(name_or_path, known.iter().map(String::as_str)).map(str::to_owned);
    Err(Problem::NotFound { name: name_or_path.to_owned(), nearest, known }.into())
}

fn named(name: &str, from: &Path) -> Option<PathBuf> {
    let file = format!("{name}{ENDING}");
    folders(from).map(|folder| folder.join(&file)).find(|path| files::exists(path))
}

/// Every environment that `find` finds by name, sorted by name.
pub fn list(from: &Path) -> Vec<(String, PathBuf)> {
    let mut found = std::collections::BTreeMap::new();
    for folder in folders(from) {
        for file in files::names_in(&folder) {
            let Some(name) = file.strip_suffix(ENDING).filter(|name| is_name(name)) else { continue };
            let path = folder.join(&file);
            if files::exists(&path) {
                // A nearer one hides a farther one of the same name, as in `find`.
                found.entry(name.to_owned()).or_insert(path);
            }
        }
    }
    found.into_iter().collect()
}

/// The folders of environments from here upwards, nearest first. They are named from `from`, so that messages show
/// `environments/staging.toml` rather than the whole path.
fn folders(from: &Path) -> impl Iterator<Item = PathBuf> {
    let absolute = std::path::absolute(from).unwrap_or_else(|_| from.to_owned());
    let levels = absolute.ancestors().count().min(MOST_LEVELS);
    let relative = from.is_relative();
    let mut up = from.to_owned();
    let mut ancestors = absolute.ancestors().map(Path::to_owned).collect::<Vec<_>>().into_iter();
    (0..levels).filter_map(move |level| {
        let ancestor = ancestors.next()?;
        if level > 0 {
            up.push("..");
        }
        let folder = if relative { join(&up, Path::new(FOLDER)) } else { ancestor.join(FOLDER) };
        files::is_folder(&folder).then_some(folder)
    })
}

/// Joins without a leading `./`.
fn join(folder: &Path, path: &Path) -> PathBuf {
    match folder.strip_prefix(".") {
        Ok(rest) if rest.as_os_str().is_empty() => path.to_owned(),
        Ok(rest) => rest.join(path),
        Err(_) => folder.join(path),
    }
}

/// Text with the ending of an environment's file is a path.
pub(super) fn is_path(text: &str) -> bool {
    text.len() > ENDING.len() && text.ends_with(ENDING)
}

/// A name has no folder in it and does not hide.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && !text.starts_with('.')
        && !text.contains(['/', '\\'])
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "sets up what is found")]
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    #[test]
    fn the_nearest_folder_upwards_wins() {
        let root = tree(&[
            "environments/a.toml",
            "environments/b.toml",
            "environments/staging.toml",
            "x/environments/b.toml",
            "x/y/z",
            "x/environments/notes.txt",
        ]);
        let from = root.path().join("x/y");
        assert_eq!(find("a", &from).unwrap(), root.path().join("environments/a.toml"));
        assert_eq!(find("b", &from).unwrap(), root.path().join("x/environments/b.toml"));
        let names: Vec<String> = list(&from).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "staging"]);
        let error = find("stagin", &from).unwrap_err();
        assert!(
            matches!(error.problem(), Problem::NotFound { nearest: Some(near), .. } if near == "staging"),
            "{error:?}"
        );
    }

    #[test]
    fn a_folder_is_no_environment() {
        let root = tree(&["environments/a.toml", "a/x", "e/x"]);
        assert!(find("a", root.path()).is_ok(), "a name comes first");
        for folder in ["e", "environments", "..", "e/"] {
            let error = find(folder, root.path()).unwrap_err();
            assert!(matches!(error.problem(), Problem::Folder { .. }), "{folder}: {error:?}");
        }
    }

    #[test]
    fn paths_are_taken_as_they_are_and_nonsense_is_refused() {
        assert_eq!(find("e/x.toml", Path::new(".")).unwrap(), Path::new("e/x.toml"));
        assert_eq!(find("/e/x.toml", Path::new("/f")).unwrap(), Path::new("/e/x.toml"));
        for wrong in ["", "a/b", ".toml", "a\\b", "a\nb"] {
            assert!(matches!(find(wrong, Path::new(".")).unwrap_err().problem(), Problem::NotAName { .. }), "{wrong}");
        }
    }
}

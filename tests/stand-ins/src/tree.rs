//! Builds payloads: files, folders, links and worse, in a temporary folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::sandbox::temp_dir;

/// The least that every generation of the contract accepts, but for 1.0 and 1.1, which want an `id`.
const MINIMAL: &str = "\
schema_version: \"1\"
project: demo
env: dev
mode: docker
artifacts:
  - artifact_root: a
    runtime_config_dir: config
    source_template:
      path: svc/template.yaml
";

/// What a payload holds, by path. Paths are relative; what is added later replaces what has the same path.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
    modes: BTreeMap<String, u32>,
}

#[derive(Clone, Debug)]
enum Node {
    File(Vec<u8>),
    Dir,
    Link(String),
    Fifo,
}

impl Tree {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A valid artifact in the manner of 1.2: `artifact.yml`, one entry in `a`, both config files. It requires nothing
    /// of a stack, so that `--contract auto` takes it for 1.3 until [`Tree::runtime_stack`] is called.
    pub fn minimal() -> Self {
        Self::new()
            .file("artifact.yml", MINIMAL)
            .file("a/config/functions.yml", "functions: {}\n")
            .file("a/config/routing.yml", "routes: []\n")
    }

    /// Adds `runtime_stack` to the end of `artifact.yml`. `yaml` is its content, not indented:
    /// `"api_version: '1.0'\nmode: docker"`.
    #[must_use]
    pub fn runtime_stack(self, yaml: &str) -> Self {
        let indented: Vec<String> = yaml.trim_end().lines().map(|line| format!("  {line}")).collect();
        self.append("artifact.yml", &format!("runtime_stack:\n{}\n", indented.join("\n")))
    }

    /// A regular file.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref().to_vec();
        self.node(path, Node::File(content))
    }

    /// More text at the end of a file, which is made if it is not there.
    #[must_use]
    pub fn append(mut self, path: &str, content: &str) -> Self {
        match self.nodes.get_mut(path) {
            Some(Node::File(file)) => {
                file.extend_from_slice(content.as_bytes());
                self
            }
            _ => self.file(path, content),
        }
    }

    /// A folder. Folders that files need are made anyway.
    #[must_use]
    pub fn dir(self, path: &str) -> Self {
        self.node(path, Node::Dir)
    }

    /// A symbolic link with this very text as its target, wherever it leads.
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        self.node(path, Node::Link(target.to_owned()))
    }

    /// A named pipe: whoever opens it to read waits for ever.
    #[must_use]
    pub fn fifo(self, path: &str) -> Self {
        self.node(path, Node::Fifo)
    }

    /// Permission bits, setuid and setgid among them, of a file or folder that is added.
    #[must_use]
    pub fn mode(mut self, path: &str, mode: u32) -> Self {
        self.modes.insert(path.to_owned(), mode);
        self
    }

    /// Takes away what has this path.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.nodes.remove(path);
        self
    }

    /// Builds it in a fresh temporary folder, which goes when the handle is dropped.
    pub fn build(&self) -> Result<TempDir> {
        let folder = temp_dir()?;
        self.write_to(folder.path())?;
        Ok(folder)
    }

    /// Builds it in `folder`, over what is there.
    pub fn write_to(&self, folder: &Path) -> Result<()> {
        for (path, node) in &self.nodes {
            let full = folder.join(path);
            node.write(&full).with_context(|| format!("cannot make `{path}`"))?;
        }
        // Afterwards and deepest first: a folder's mode may forbid what is still to be done in it.
        for (path, mode) in self.modes.iter().rev() {
            fs::set_permissions(folder.join(path), fs::Permissions::from_mode(*mode))
                .with_context(|| format!("cannot set the mode of `{path}`"))?;
        }
        Ok(())
    }

    fn node(mut self, path: &str, node: Node) -> Self {
        self.nodes.insert(path.to_owned(), node);
        self
    }
}

impl Node {
    fn write(&self, path: &Path) -> Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match self {
            Self::File(content) => fs::write(path, content)?,
            Self::Dir => fs::create_dir_all(path)?,
            Self::Link(target) => replace(path, || symlink(target, path))?,
            Self::Fifo => {
                replace(path, || Ok(()))?;
                let status = Command::new("mkfifo").arg(path).status().context("cannot run `mkfifo`")?;
                ensure!(status.success(), "`mkfifo`: {status}");
            }
        }
        Ok(())
    }
}

/// Makes room for what cannot be made over an existing name.
fn replace(path: &Path, make: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => make(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileTypeExt as _;

    use super::*;

    #[test]
    fn builds_every_kind_of_node() {
        let tree = Tree::new()
            .file("a/config/functions.yml", "functions: {}\n")
            .dir("a/empty")
            .link("a/out", "../../etc")
            .fifo("a/pipe")
            .file("a/tool", "#!")
            .mode("a/tool", 0o4755);
        let folder = tree.build().unwrap();
        let at = |path: &str| folder.path().join(path);
        assert_eq!(fs::read_to_string(at("a/config/functions.yml")).unwrap(), "functions: {}\n");
        assert!(at("a/empty").is_dir());
        assert_eq!(fs::read_link(at("a/out")).unwrap(), Path::new("../../etc"));
        assert!(fs::symlink_metadata(at("a/pipe")).unwrap().file_type().is_fifo());
        assert_eq!(fs::metadata(at("a/tool")).unwrap().permissions().mode() & 0o7777, 0o4755);
    }

    #[test]
    fn later_replaces_earlier_and_without_removes() {
        let folder =
            Tree::minimal().file("a/config/routing.yml", "new").without("a/config/functions.yml").build().unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a/config/routing.yml")).unwrap(), "new");
        assert!(!folder.path().join("a/config/functions.yml").exists());
    }

    #[test]
    fn a_tree_can_be_written_over_itself() {
        let tree = Tree::new().fifo("pipe").link("link", "a").file("file", "").dir("dir");
        let folder = tree.build().unwrap();
        tree.write_to(folder.path()).unwrap();
    }

    #[test]
    fn runtime_stack_is_indented_under_its_key() {
        let folder = Tree::minimal().runtime_stack("mode: docker\nservices:\n  gateway: {}\n").build().unwrap();
        let manifest = fs::read_to_string(folder.path().join("artifact.yml")).unwrap();
        assert_eq!(manifest, format!("{MINIMAL}runtime_stack:\n  mode: docker\n  services:\n    gateway: {{}}\n"));
    }
}

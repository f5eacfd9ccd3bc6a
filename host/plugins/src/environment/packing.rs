//! Which files an environment is made of, for whoever takes it elsewhere.

use std::path::{Path, PathBuf};

use super::{EndpointSpec, Environment};
use crate::files;

impl Environment {
    /// The files that it was read from, its own first.
    pub fn sources(&self) -> Vec<PathBuf> {
        let sources = &self.written.sources;
        sources.ids().map(|id| sources.path(id).to_owned()).collect()
    }

    /// The keys that it trusts.
    pub fn key_files(&self) -> Vec<PathBuf> {
        self.trust.keys.values().map(|key| key.file.clone()).collect()
    }

    /// What else it names and is nobody's secret: authorities, and lists of instances.
    pub fn public_files(&self) -> Vec<PathBuf> {
        self.endpoints.values().flat_map(EndpointSpec::public_files).map(Path::to_owned).collect()
    }

    /// Looks for what is not below `unpacked` in `beside` instead: secrets are not taken along, and lie where the file
    /// that it was unpacked from lies.
    pub fn look_beside(&mut self, unpacked: &Path, beside: &Path) {
        let moved = |path: &mut PathBuf| {
            if !files::exists(path)
                && let Ok(rest) = path.strip_prefix(unpacked)
            {
                *path = beside.join(rest);
            }
        };
        for endpoint in self.endpoints.values_mut() {
            endpoint.for_each_path(&moved);
        }
    }
}

//! Which files an environment is made of, for whoever takes it elsewhere.

use std::path::{Path, PathBuf};

use super::{EndpointSpec, Environment, PluginSource};
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

    /// Every file that a check by this environment reads, but its lock: what it was read from, keys, certificates, secrets,
    /// lists of instances and plugins.
    pub fn read_files(&self) -> Vec<PathBuf> {
        let plugins = self.probes.iter().filter_map(|probe| match &probe.plugin {
            PluginSource::File(path) => Some(path.clone()),
            PluginSource::Builtin(_) | PluginSource::Oci(_) => None,
        });
        let mut files: Vec<PathBuf> = self.sources().into_iter().chain(self.key_files()).chain(plugins).collect();
        for mut endpoint in self.endpoints.values().cloned() {
            endpoint.for_each_path(&mut |path| files.push(path.clone()));
        }
        files
    }

    /// What else it names and is nobody's secret: authorities, and lists of instances.
    pub fn public_files(&self) -> Vec<PathBuf> {
        self.endpoints.values().flat_map(EndpointSpec::public_files).map(Path::to_owned).collect()
    }

    /// For an environment that was unpacked into the folder `unpacked`, which is absolute: what was not taken along, as
    /// secrets are, is looked for in `beside`, where the bundle lies, under its path in the project. An absolute path of a
    /// secret or an authority is the machine's own.
    ///
    /// # Errors
    ///
    /// A file that leads out of the folder: what runs would not be what was packed.
    pub fn look_beside(&mut self, unpacked: &Path, beside: &Path) -> Result<(), PathBuf> {
        let plugins = self.probes.iter().filter_map(|probe| match &probe.plugin {
            PluginSource::File(path) => Some(path.clone()),
            PluginSource::Builtin(_) | PluginSource::Oci(_) => None,
        });
        let packed = self.sources().into_iter().chain(self.key_files()).chain(plugins);
        if let Some(outside) = packed.into_iter().find(|path| !files::normal(path).starts_with(unpacked)) {
            return Err(outside);
        }
        let mut outside = None;
        let mut moved = |path: &mut PathBuf| {
            if !path.starts_with(unpacked) {
                return;
            }
            let normal = files::normal(path);
            match normal.strip_prefix(unpacked) {
                Ok(_) if files::exists(&normal) => *path = normal,
                Ok(rest) => *path = beside.join(rest),
                Err(_) => outside = Some(path.clone()),
            }
        };
        for endpoint in self.endpoints.values_mut() {
            endpoint.for_each_path(&mut moved);
        }
        outside.map_or(Ok(()), Err)
    }
}

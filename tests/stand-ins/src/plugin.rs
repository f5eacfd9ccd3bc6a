//! Plugins that nobody bundles: a bundled probe's component under another name, version and needs.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::section::append_section;

/// A plugin that gives what its config says, and claims to need more.
#[derive(Clone, Debug)]
pub struct Plugin {
    name: String,
    version: String,
    needs: Vec<String>,
}

impl Plugin {
    /// One that needs nothing.
    pub fn new(name: &str, version: &str) -> Self {
        Self { name: name.to_owned(), version: version.to_owned(), needs: Vec::new() }
    }

    /// The same, needing one thing more.
    #[must_use]
    pub fn needs(mut self, line: &str) -> Self {
        self.needs.push(line.to_owned());
        self
    }

    /// Its descriptor.
    ///
    /// # Errors
    ///
    /// If the bundled probe's cannot be read.
    pub fn descriptor(&self) -> Result<String> {
        let text = fs::read_to_string(root().join("plugins/static/probe.json"))?;
        let mut descriptor: serde_json::Value = serde_json::from_str(&text)?;
        let fields = descriptor.as_object_mut().context("a descriptor")?;
        fields.insert("name".to_owned(), self.name.clone().into());
        fields.insert("version".to_owned(), self.version.clone().into());
        fields.insert("needs".to_owned(), self.needs.clone().into());
        Ok(descriptor.to_string())
    }

    /// The component without its descriptor.
    ///
    /// # Errors
    ///
    /// If the bundled probes were not built.
    pub fn bare() -> Result<Vec<u8>> {
        let built = root().join("target/guests/wasm32-wasip2/release/shipworthy_probe_static.wasm");
        fs::read(built).context("the bundled probes, which the binary's build script builds")
    }

    /// The component with its descriptor in it.
    ///
    /// # Errors
    ///
    /// As [`Self::bare`] and [`Self::descriptor`].
    pub fn component(&self) -> Result<Vec<u8>> {
        let mut component = Self::bare()?;
        append_section(&mut component, "shipworthy:descriptor", self.descriptor()?.as_bytes());
        Ok(component)
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

//! One run that is being set up: the plugin, its descriptor, and the environment that it runs in.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use shipworthy_stand_ins::Sandbox;

use crate::{Lab, Told, measure, toml};

/// After this long a run has hung. The slowest that must end by itself takes a fifth of it on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A deadline for guests that never end: long enough that what they say before is said also on a busy machine.
pub(crate) const SHORT: &str = "400ms";

/// The words that every trial is run with.
const CHECK: [&str; 6] = ["stack", "check", "--env", "env.toml", "--format", "json"];

/// Files of a trial.
const COMPONENT: &str = "hostile.wasm";
const BESIDE: &str = "hostile.probe.json";

/// Makes the component, given its descriptor.
type Build = Box<dyn Fn(&str) -> Vec<u8>>;

/// A run that is being set up.
pub(crate) struct Trial<'a> {
    lab: &'a Lab,
    pub(crate) sandbox: Sandbox,
    build: Build,
    descriptor: Value,
    is_beside: bool,
    top: Vec<String>,
    required: Vec<String>,
    endpoint: Vec<String>,
    probe: Vec<String>,
    limits: Vec<String>,
    sections: Vec<String>,
    arguments: Vec<String>,
    formats: bool,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(lab: &'a Lab, build: Build) -> Result<Self> {
        // The measuring process is this executable; see `measure`.
        let mut sandbox = Sandbox::new(std::env::current_exe()?)?;
        sandbox.variable("XDG_CACHE_HOME", lab.cache().to_str().context("a temporary folder with a plain name")?);
        Ok(Self {
            lab,
            sandbox,
            build,
            descriptor: json!({
                "name": "hostile",
                "version": "0.1.0",
                "services": ["hostile"],
                "rules": [{ "name": "told", "severity": "warn", "summary": "what came of a step" }],
                "config": { "type": "object" },
            }),
            is_beside: false,
            top: Vec::new(),
            required: Vec::new(),
            endpoint: Vec::new(),
            probe: Vec::new(),
            limits: Vec::new(),
            sections: Vec::new(),
            arguments: Vec::new(),
            formats: false,
        })
    }

    /// The descriptor stands beside the component.
    pub(crate) fn beside(mut self) -> Self {
        self.is_beside = true;
        self
    }

    /// Another value in the descriptor.
    pub(crate) fn descriptor(mut self, key: &str, value: Value) -> Self {
        if let Some(entries) = self.descriptor.as_object_mut() {
            entries.insert(key.to_owned(), value);
        }
        self
    }

    /// What the plugin needs and is granted.
    pub(crate) fn granted(self, grants: &[&str]) -> Self {
        self.descriptor("needs", json!(grants)).grants(grants)
    }

    /// What the environment grants, whatever the plugin needs.
    pub(crate) fn grants(self, grants: &[&str]) -> Self {
        let line = format!("grants = {}", toml::inline(&json!(grants)));
        self.probe(&line)
    }

    /// The endpoint of the service.
    pub(crate) fn endpoint(mut self, url: &str) -> Self {
        self.endpoint.push(format!("url = {}", toml::quoted(url)));
        self
    }

    /// A line of the endpoint's table.
    pub(crate) fn endpoint_line(mut self, line: &str) -> Self {
        self.endpoint.push(line.to_owned());
        self
    }

    /// The probe's config.
    pub(crate) fn config(self, config: &Value) -> Self {
        let line = format!("config = {}", toml::inline(config));
        self.probe(&line)
    }

    /// A line of the probe's table.
    pub(crate) fn probe(mut self, line: &str) -> Self {
        self.probe.push(line.to_owned());
        self
    }

    /// A limit of the probe.
    pub(crate) fn limit(mut self, name: &str, value: &str) -> Self {
        self.limits.push(format!("{name} = {}", toml::quoted(value)));
        self
    }

    /// A deadline for a guest that never ends.
    pub(crate) fn hurried(self) -> Self {
        self.limit("deadline", SHORT)
    }

    /// A line at the top of the environment.
    pub(crate) fn top(mut self, line: &str) -> Self {
        self.top.push(line.to_owned());
        self
    }

    /// A requirement on the hostile service: `facts.seen = "before"`.
    pub(crate) fn requires(mut self, line: &str) -> Self {
        self.required.push(format!("services.hostile.{line}"));
        self
    }

    /// A requirement on another service, as it stands in the environment.
    pub(crate) fn requirement(mut self, line: &str) -> Self {
        self.required.push(line.to_owned());
        self
    }

    /// What the guest says before it does harm must be judged.
    pub(crate) fn requires_seen(self) -> Self {
        self.requires("facts.seen = \"before\"")
    }

    /// A table of the environment.
    pub(crate) fn section(mut self, text: &str) -> Self {
        self.sections.push(text.to_owned());
        self
    }

    /// One more word of the command.
    pub(crate) fn argument(mut self, word: &str) -> Self {
        self.arguments.push(word.to_owned());
        self
    }

    /// A variable of the host.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.sandbox.variable(name, value);
        self
    }

    /// Runs it a second time, for people and with all of the log.
    pub(crate) fn in_all_formats(mut self) -> Self {
        self.formats = true;
        self
    }

    /// Writes a file beside the environment.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Result<Self> {
        self.sandbox.file(name, content)?;
        Ok(self)
    }

    /// Writes plugin and environment, runs the binary, and holds it to what every run is held to.
    pub(crate) fn run(self) -> Result<Told> {
        self.write_plugin()?;
        self.run_as_it_lies()
    }

    /// As [`Trial::run`], and looks into the folder before it goes.
    pub(crate) fn keeping(mut self, look: impl FnOnce(Told) -> Result<Told>) -> Result<Told> {
        self.write_plugin()?;
        look(self.started()?)
    }

    /// As [`Trial::run`], for a plugin that is there already.
    pub(crate) fn run_as_it_lies(mut self) -> Result<Told> {
        self.started()
    }

    fn started(&mut self) -> Result<Told> {
        self.sandbox.file("env.toml", self.environment())?;
        let words: Vec<&str> = CHECK.into_iter().chain(self.arguments.iter().map(String::as_str)).collect();
        let mut told = self.start(&words)?;
        if self.formats {
            self.sandbox.variable("SHIPWORTHY_LOG", "trace");
            let human = self.start(&["stack", "check", "--env", "env.toml", "--verbose"])?;
            told = told.and_for_people(&human)?;
        }
        told.harmless()
    }

    /// Writes component and descriptor.
    pub(crate) fn write_plugin(&self) -> Result<()> {
        let descriptor = self.descriptor.to_string();
        self.sandbox.file(COMPONENT, (self.build)(&descriptor))?;
        if self.is_beside {
            self.sandbox.file(BESIDE, descriptor)?;
        }
        Ok(())
    }

    fn start(&self, words: &[&str]) -> Result<Told> {
        let streams = tempfile::tempdir()?;
        let in_streams = |name: &str| streams.path().join(name);
        let measured = in_streams("measured");
        let seconds = PATIENCE.as_secs().to_string();
        let [file, binary] = [measured.as_path(), self.lab.binary.as_path()].map(|path| path.display().to_string());
        let all: Vec<&str> =
            [measure::ASKED, &file, &seconds, &binary].into_iter().chain(words.iter().copied()).collect();
        let [stdout, stderr] = ["stdout", "stderr"].map(in_streams);
        let mut command = self.sandbox.command(&all);
        command.stdout(fs::File::create(&stdout)?).stderr(fs::File::create(&stderr)?);
        command.status().context("cannot start the measuring process")?;
        Told::new(measure::read(&measured)?, fs::read(&stdout)?, fs::read(&stderr)?, self.sandbox.dir())
    }

    fn environment(&self) -> String {
        let mut parts = vec![self.top.join("\n")];
        parts.push(format!("[requirements]\nservices.neighbour.version = \"1.0.0\"\n{}", self.required.join("\n")));
        if !self.endpoint.is_empty() {
            parts.push(format!("[endpoints.hostile]\n{}", self.endpoint.join("\n")));
        }
        let limits = format!("limits = {{ {} }}", self.limits.join(", "));
        parts.push(format!("[probes.hostile]\nplugin = \"{COMPONENT}\"\n{}\n{limits}", self.probe.join("\n")));
        parts.push("[probes.neighbour]\nplugin = \"builtin:static\"\nconfig = { version = \"1.0.0\" }".to_owned());
        parts.extend(self.sections.iter().cloned());
        if !self.sections.iter().any(|section| section.contains("[containers]")) {
            // No test may ask the engine of the machine that it runs on.
            parts.push("[containers]\nsocket = \"unix:///nonexistent/docker.sock\"".to_owned());
        }
        parts.join("\n\n")
    }
}

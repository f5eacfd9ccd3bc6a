//! An artifact in a folder of its own.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use shipworthy_contract::{CheckResult, Outcome, Policy, RuleId, Sha256};
use shipworthy_payload::{Checked, Choice, Demands, Limits, PayloadError, Progress, Request, Silent, check, sums_of};
use tempfile::TempDir;

/// A sound manifest of 1.3.
pub(crate) const SOUND: &str = "\
schema_version: \"1\"
project: demo
env: dev
mode: docker
artifacts:
  - artifact_root: a
    runtime_config_dir: config
";

/// An artifact, and how it is asked about.
pub(crate) struct Artifact {
    folder: TempDir,
    pub(crate) contract: &'static str,
    pub(crate) policy: Policy,
    pub(crate) secret_env: Option<PathBuf>,
    pub(crate) reviewed: Option<Sha256>,
    pub(crate) demands: Demands,
    pub(crate) limits: Limits,
}

#[expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "lays out an artifact in a folder of its own")]
impl Artifact {
    /// With sound config files beneath `a`.
    pub(crate) fn new(manifest: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            contract: "auto",
            policy: Policy::Strict,
            secret_env: None,
            reviewed: None,
            demands: Demands::default(),
            limits: Limits::default(),
        }
        .file("artifact.yml", manifest)
        .file("a/config/functions.yml", "functions: {}\n")
        .file("a/config/routing.yml", "routes: []\n")
    }

    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.place(path), content).unwrap();
        self
    }

    pub(crate) fn folder(self, path: &str) -> Self {
        fs::create_dir_all(self.place(path)).unwrap();
        self
    }

    pub(crate) fn link(self, path: &str, target: &str) -> Self {
        symlink(target, self.place(path)).unwrap();
        self
    }

    pub(crate) fn fifo(self, path: &str) -> Self {
        let mode = rustix::fs::Mode::from_bits_truncate(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, self.place(path), mode).unwrap();
        self
    }

    pub(crate) fn without(self, path: &str) -> Self {
        fs::remove_file(self.place(path)).unwrap();
        self
    }

    pub(crate) fn contract(mut self, contract: &'static str) -> Self {
        self.contract = contract;
        self
    }

    /// A path in the folder; what lies above it is made.
    pub(crate) fn place(&self, path: &str) -> PathBuf {
        let place = self.folder.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        place
    }

    /// With everything below `a` listed in `a/SHA256SUMS`, as it is now.
    pub(crate) fn sealed(self) -> Self {
        let sums = sums_of(&self.place("a"), None, &Limits::default(), &Silent).unwrap().text;
        self.listed(&sums)
    }

    /// With this sums file, and its digest in the manifest.
    pub(crate) fn listed(self, sums: &[u8]) -> Self {
        let digest = Sha256::of(sums);
        let manifest = format!("{SOUND}    payload_manifest: {{path: SHA256SUMS, sha256: {digest}}}\n");
        self.file("a/SHA256SUMS", sums).file("artifact.yml", manifest)
    }

    /// With an honest sums file at one path, which the manifest names by another.
    pub(crate) fn sealed_behind(self, path: &str, named: &str) -> Self {
        let sealed = self.sealed();
        let manifest = fs::read_to_string(sealed.place("artifact.yml"))
            .unwrap()
            .replace("path: SHA256SUMS", &format!("path: {named}"));
        fs::rename(sealed.place("a/SHA256SUMS"), sealed.place(path)).unwrap();
        sealed.file("artifact.yml", manifest)
    }

    /// What becomes of a rule; none where it was not judged.
    pub(crate) fn result(&self, rule: &RuleId) -> Option<CheckResult> {
        self.results().into_iter().find(|result| result.rule == *rule)
    }

    pub(crate) fn ask(&self) -> Result<Checked, PayloadError> {
        self.ask_about(&self.folder.path().join("artifact.yml"))
    }

    pub(crate) fn ask_about(&self, manifest: &Path) -> Result<Checked, PayloadError> {
        self.ask_with(manifest, &Silent)
    }

    pub(crate) fn ask_with(&self, manifest: &Path, progress: &dyn Progress) -> Result<Checked, PayloadError> {
        check(&self.request(manifest, progress))
    }

    /// What is asked of it.
    pub(crate) fn request<'a>(&'a self, manifest: &'a Path, progress: &'a dyn Progress) -> Request<'a> {
        Request {
            manifest,
            contract: self.contract.parse::<Choice>().unwrap(),
            policy: self.policy,
            secret_env: self.secret_env.as_deref(),
            artifact_sha256: self.reviewed,
            demands: &self.demands,
            limits: &self.limits,
            progress,
        }
    }

    /// The results, with the folder's own path as `DIR`.
    pub(crate) fn results(&self) -> Vec<CheckResult> {
        self.ask().unwrap().results.iter().map(|result| self.portable(result)).collect()
    }

    /// One line for each result that is no pass: rule, outcome, place.
    pub(crate) fn found(&self) -> Vec<String> {
        self.results().iter().filter(|result| result.outcome != Outcome::Pass).map(line).collect()
    }

    /// The same without information.
    pub(crate) fn broken(&self) -> Vec<String> {
        let told = |result: &&CheckResult| !matches!(result.outcome, Outcome::Pass | Outcome::Info | Outcome::Skip);
        self.results().iter().filter(told).map(line).collect()
    }

    fn portable(&self, result: &CheckResult) -> CheckResult {
        let folder = self.folder.path().display().to_string();
        let text = serde_json::to_string(result).unwrap().replace(&folder, "DIR");
        serde_json::from_str(&text).unwrap()
    }
}

/// `rule outcome field file:line:column`
fn line(result: &CheckResult) -> String {
    let place = result.location.clone().unwrap_or_default();
    let number = |number: Option<u32>| number.map(|number| format!(":{number}")).unwrap_or_default();
    format!(
        "{} {} {} {}{}{}",
        result.rule,
        result.outcome,
        place.field.as_deref().unwrap_or("-"),
        place.file.as_deref().unwrap_or("-"),
        number(place.line),
        number(place.column),
    )
}

//! The check of an artifact: from the manifest's bytes to the list of results.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use shipworthy_contract::{
    CheckResult, Class, Explain, Fault, Policy, Sha256,
    node::{Node, NodeValue, Position},
    report::{Artifact, Tree},
    rules,
};
use shipworthy_signatures::TrustedKey;

use crate::{
    Choice, Declared, Demands, Generation, Limits, Progress,
    basis::Watch,
    coverage, document, entry, environment,
    field::Fields,
    finding::{FIRST, Finding, Findings, location},
    generation::{Chosen, choose},
    manifest,
    secrets::SecretNames,
    signature,
    source::{self, SourceError},
    stack_requirement, unknown_fields,
    yaml::{self, Document},
};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The manifest as the user named it.
    pub manifest: &'a Path,
    /// By which generation.
    pub contract: Choice,
    /// How hard an open deviation is taken.
    pub policy: Policy,
    /// A file of `KEY=VALUE` lines, of which only the names are read.
    pub secret_env: Option<&'a Path>,
    /// The digest of the manifest that was reviewed.
    pub artifact_sha256: Option<Sha256>,
    /// The environment's `[payload]`.
    pub demands: &'a Demands,
    /// How much is read at most.
    pub limits: &'a Limits,
    /// Who is told how far it has come.
    pub progress: &'a dyn Progress,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// For the report.
    pub artifact: Artifact,
    /// One result per rule and location; also one for each rule that was judged and holds.
    pub results: Vec<CheckResult>,
    /// What the manifest requires of the stack.
    pub stack: Declared,
    /// In 1.0 and 1.1 the manifest's project, trimmed: it names the compose project where the environment names none
    /// (contract.md, part 3).
    pub project: Option<String>,
    /// The generation that the manifest was judged by.
    pub generation: Generation,
}

/// Why nothing could be judged: usage, never a verdict on the artifact.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The manifest does not exist.
    #[error("the manifest does not exist: {}", .path.display())]
    NoManifest {
        /// As the user named it.
        path: PathBuf,
    },
    /// The file given by `--secret-env` cannot be used.
    #[error("cannot use the secret file `{}`", .path.display())]
    SecretEnv {
        /// As the user named it.
        path: PathBuf,
        /// Why not.
        source: SourceError,
    },
}

impl Explain for PayloadError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoManifest { .. } => "payload.no-manifest",
            Self::SecretEnv { .. } => "payload.secret-file",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoManifest { .. } => "give the path of `artifact.yml`, or run in the folder that holds it".to_owned(),
            Self::SecretEnv { .. } => {
                "give a regular file of `KEY=VALUE` lines by `--secret-env FILE`; only the names are read".to_owned()
            }
        })
    }
}

/// Checks an artifact. Everything that is wrong with it is in the results.
///
/// # Errors
///
/// If the manifest does not exist, or the secret file cannot be read: nothing is judged then.
#[tracing::instrument(name = "payload.check", skip_all, fields(contract = %request.contract, policy = %request.policy))]
pub fn check(request: &Request<'_>) -> Result<Checked, PayloadError> {
    let secrets = request.secret_env.map(|path| secret_names(path, request.limits)).transpose()?;
    run(request, secrets, Scope::Artifact, None)
}

/// As [`check`], and takes down what is looked at.
pub(crate) fn watched(request: &Request<'_>, watch: &Arc<Watch>) -> Result<Checked, PayloadError> {
    // Before they are read: what changes meanwhile differs from what is taken down.
    request.secret_env.into_iter().for_each(|path| watch.path(path));
    let secrets = request.secret_env.map(|path| secret_names(path, request.limits)).transpose()?;
    run(request, secrets, Scope::Artifact, Some(watch))
}

/// Reads what an artifact requires of the stack, and opens no other file than its manifest: the results say whether
/// the requirement could be read, and nothing of the artifact.
///
/// # Errors
///
/// If the manifest does not exist.
pub fn read_requirement(request: &Request<'_>) -> Result<Checked, PayloadError> {
    run(request, None, Scope::Requirement, None)
}

/// How much of the manifest is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Artifact,
    Requirement,
}

fn run(
    request: &Request<'_>,
    secrets: Option<SecretNames>,
    scope: Scope,
    watch: Option<&Arc<Watch>>,
) -> Result<Checked, PayloadError> {
    let file = request.manifest.display().to_string();
    let findings = Findings::new(request.policy);
    let mut run = Run { request, scope, file, secrets, watch, findings, trees: Vec::new() };
    let bytes = match source::read(request.manifest, request.limits.document_bytes) {
        Ok(bytes) => bytes,
        Err(SourceError::Missing) => {
            return Err(PayloadError::NoManifest { path: request.manifest.to_owned() });
        }
        Err(error) => {
            run.cannot_read(&error);
            if run.signers().is_some() {
                signature::skip(location(&run.file, None, None, None), &mut run.findings);
            }
            return Ok(run.finish(None, choose(request.contract, None), Declared::Unknown, None));
        }
    };
    let sha256 = Sha256::of(&bytes);
    run.digest(sha256);
    run.signature(sha256);
    Ok(run.judge(&bytes, sha256))
}

fn secret_names(path: &Path, limits: &Limits) -> Result<SecretNames, PayloadError> {
    SecretNames::read(path, limits).map_err(|source| PayloadError::SecretEnv { path: path.to_owned(), source })
}

struct Run<'a> {
    request: &'a Request<'a>,
    scope: Scope,
    file: String,
    secrets: Option<SecretNames>,
    watch: Option<&'a Arc<Watch>>,
    findings: Findings,
    trees: Vec<Tree>,
}

impl<'a> Run<'a> {
    fn cannot_read(&mut self, error: &SourceError) {
        let place = location(&self.file, None, None, None);
        let finding = match error {
            SourceError::TooLarge(_) => {
                Finding::violated(rules::LIMIT, FIRST, format!("the manifest is not read: {}", error.reason()))
                    .class(Class::Limit)
            }
            SourceError::Missing | SourceError::Folder | SourceError::Kind(_) | SourceError::Io(_) => {
                Finding::violated(
                    rules::MANIFEST_UNREADABLE,
                    FIRST,
                    format!("the manifest cannot be read: {}", error.reason()),
                )
                .class(Class::Unreadable)
            }
        };
        let finding = match error {
            SourceError::Folder => {
                let inside = self.request.manifest.join("artifact.yml");
                finding.hint(format!("name the manifest itself: `{}`", inside.display()))
            }
            SourceError::Kind(_) | SourceError::Missing | SourceError::TooLarge(_) | SourceError::Io(_) => finding,
        };
        self.findings.push(finding.at(place));
    }

    /// The digest binds the bytes, so it is judged also where these are not YAML.
    fn digest(&mut self, sha256: Sha256) {
        let Some(reviewed) = self.request.artifact_sha256 else { return };
        let place = location(&self.file, None, None, None);
        if reviewed == sha256 {
            self.findings.pass(rules::MANIFEST_DIGEST, place, "the manifest is the one that was reviewed");
            return;
        }
        self.findings.push(
            Finding::violated(rules::MANIFEST_DIGEST, FIRST, "the manifest is not the one that was reviewed")
                .expected(reviewed.to_string())
                .observed(&sha256.to_string())
                .hint("deploy the artifact that was reviewed, or review this one and give its digest")
                .at(place),
        );
    }

    /// Who may sign the manifest. Of an artifact of which only the requirement is read, no other file is opened.
    fn signers(&self) -> Option<&'a [TrustedKey]> {
        self.request.demands.signers.as_deref().filter(|_| self.scope == Scope::Artifact)
    }

    /// The signature is of the bytes, so it is judged also where these are not YAML.
    fn signature(&mut self, sha256: Sha256) {
        if let Some(signers) = self.signers() {
            let place = location(&self.file, None, None, None);
            if let Some(watch) = self.watch {
                for file in shipworthy_signatures::files_beside(self.request.manifest) {
                    watch.path(&file);
                }
            }
            signature::check(self.request.manifest, sha256, signers, place, &mut self.findings);
        }
    }

    fn judge(mut self, bytes: &[u8], sha256: Sha256) -> Checked {
        let document = match yaml::read(bytes, self.request.limits) {
            Ok(document) => document,
            Err(error) => {
                let place = |at: Position| location(&self.file, None, None, Some(at));
                let rule = rules::MANIFEST_UNREADABLE;
                document::unreadable(&error, rule, "the manifest", &place, &mut self.findings);
                let chosen = choose(self.request.contract, None);
                return self.finish(Some(sha256), chosen, Declared::Unknown, None);
            }
        };
        let chosen = choose(self.request.contract, document.root.as_ref());
        tracing::debug!(generation = %chosen.generation, reason = %chosen.reason, "generation chosen");
        match self.root(&document, chosen.generation) {
            None => self.finish(Some(sha256), chosen, Declared::Unknown, None),
            Some(root) => {
                let stack = self.rules(root, &chosen);
                self.finish(Some(sha256), chosen, stack, manifest::project(root))
            }
        }
    }

    /// The manifest's map, if the document may be judged.
    fn root<'d>(&mut self, document: &'d Document, generation: Generation) -> Option<&'d Node> {
        let place = |at: Position| location(&self.file, None, None, Some(at));
        let rule = rules::MANIFEST_UNREADABLE;
        let sound = document::refused(document, generation, &rule, "the manifest", &place, &mut self.findings);
        let root = document.root.as_ref();
        match root.map(|root| &root.value) {
            Some(NodeValue::Mapping(_)) => root.filter(|_| sound),
            None | Some(NodeValue::Null | NodeValue::Scalar(_) | NodeValue::Sequence(_)) => {
                self.findings.push(
                    Finding::violated(rule, FIRST, "the manifest is not a map")
                        .class(Class::Unreadable)
                        .expected("a map")
                        .observed(root.map_or("nothing", Node::kind))
                        .at(place(root.map_or(Position { line: 1, column: 1 }, |root| root.at))),
                );
                None
            }
        }
    }

    fn rules(&mut self, root: &Node, chosen: &Chosen) -> Declared {
        let findings = &mut self.findings;
        let generation = chosen.generation;
        let demands = self.request.demands;
        let fields =
            Fields { node: root, file: &self.file, entry: None, name: String::new(), rule: rules::MANIFEST_FIELD };
        findings.pass(rules::MANIFEST_UNREADABLE, fields.own_place(), "the manifest can be read");
        if self.scope == Scope::Requirement {
            return stack_requirement::check(&fields, generation, findings);
        }
        let entries = manifest::check(&fields, generation, findings);
        unknown_fields::check(&fields, unknown_fields::MANIFEST, generation, findings);
        environment::check(&fields, demands, findings);
        let stack = stack_requirement::check(&fields, generation, findings);
        if stack == Declared::Nothing {
            coverage::requirement(&fields, findings);
        }
        let folder = self.request.manifest.parent().unwrap_or(Path::new(""));
        let resolved = source::resolved(self.request.manifest);
        let context = entry::Context {
            file: &self.file,
            folder,
            generation,
            runtime_meta: chosen.runtime_meta,
            secrets: self.secrets.as_ref(),
            require_tree: demands.require_tree,
            limits: self.request.limits,
            manifest: resolved.as_deref(),
            progress: self.request.progress,
            watch: self.watch,
        };
        let mut before = entry::Before::default();
        for (index, node) in entries.iter().enumerate() {
            entry::check(&context, index, node, &mut before, findings);
        }
        self.trees = before.whole;
        environment::pass(&fields, demands, findings);
        if !findings.is_broken_anywhere(&rules::LIMIT) {
            findings.pass(rules::LIMIT, fields.own_place(), "the artifact is within the limits of what is read");
        }
        stack
    }

    fn finish(self, sha256: Option<Sha256>, chosen: Chosen, stack: Declared, project: Option<String>) -> Checked {
        let artifact = Artifact {
            path: self.file,
            sha256,
            contract: chosen.generation.to_string(),
            contract_reason: chosen.reason,
            trees: self.trees,
        };
        let generation = chosen.generation;
        let project = project.filter(|_| matches!(generation, Generation::V1_0 | Generation::V1_1));
        Checked { artifact, results: self.findings.into_results(), stack, project, generation }
    }
}
